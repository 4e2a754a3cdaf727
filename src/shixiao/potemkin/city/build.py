"""Building: the plan of a city brought to life, table by table, in bounded memory."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from shixiao.potemkin.city.adding import add_to_registers
from shixiao.potemkin.city.chains import draw_chains, draw_matters, matter_rows
from shixiao.potemkin.city.columns import Dictionaries
from shixiao.potemkin.city.errands import saved_by_sharing
from shixiao.potemkin.city.intake import SERVICE_TABLES, Town, write_service
from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.messages import SCHEMA as MESSAGES
from shixiao.potemkin.city.messages import draw_letters, message_columns
from shixiao.potemkin.city.planning import Plan, draw_plan
from shixiao.potemkin.city.population import People
from shixiao.potemkin.city.requests import PlantRequest, default_plants
from shixiao.potemkin.city.sharing import Added
from shixiao.potemkin.city.sizes import SIZES
from shixiao.potemkin.city.small_tables import Counts, registers_of, small_tables
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.strengths import REGISTERS
from shixiao.potemkin.city.truth import check_place, truth_of, with_added, write_truth
from shixiao.potemkin.city.usage import (
    ACCOUNTS,
    USAGE,
    account_columns,
    draw_daily,
    usage_columns,
)
from shixiao.potemkin.city.writing import Stream, write_descriptor, write_rows
from shixiao.potemkin.city.year import LAST, Year
from shixiao.terms import BadInput, Text

Progress = Callable[[Text], None]
LARGE = {**SERVICE_TABLES, "usage": USAGE, "accounts": ACCOUNTS, "messages": MESSAGES}
REPORT_EVERY = 50  # services


def write_city(
    folder: Path,
    *,
    size: str,
    seed: int,
    plan_seed: int | None = None,
    plants: Sequence[PlantRequest] = (),
    null: bool = False,
    truth: Path | None = None,
    scale: float = 1.0,
    progress: Progress = lambda _: None,
) -> Path:
    """Write a city as an evidence package, and what is true of it elsewhere.

    Args:
        folder: where the package goes; it must be new or empty.
        size: small, city or province.
        seed: of chance.
        plan_seed: of who the city is and what is planted in whom; the seed, unless given.
        plants: what to plant; the usual mix, unless given.
        null: plant nothing; decoys stay.
        truth: where the truth goes, outside the folder.
        scale: multiplies cases, ratings and messages under the same plan.
        progress: is told what is being done.

    Raises:
        BadInput: an unknown size, a folder that is not empty, or a truth file inside it.
    """
    _check(folder, size, truth)
    plan, registers = _planned(size, seed if plan_seed is None else plan_seed, plants, null=null)
    with _whole(folder) as beside:
        counts, added, saved = _write(plan, beside, seed, scale, registers, progress)
        if truth is not None:
            whole = with_added(truth_of(plan, seed, scale, counts), added)
            write_truth(truth, whole | {"saved_by_sharing": saved})
    return folder


def write_registers(
    folder: Path,
    *,
    size: str,
    seed: int,
    plan_seed: int | None = None,
    plants: Sequence[PlantRequest] = (),
    null: bool = False,
    truth: Path | None = None,
) -> Path:
    """Write the registers of a city alone: who asks for, holds, may use and used which data.

    They are those of :func:`write_city` row by row, without cases, ratings, messages and apps, and
    grade what reads nothing else. Arguments and errors are those of :func:`write_city`; kinds that
    are planted elsewhere have no place here.
    """
    _check(folder, size, truth)
    plan, registers = _planned(size, seed if plan_seed is None else plan_seed, plants, null=null)
    with _whole(folder) as beside:
        people = People.drawn(plan.size.people, plan.plan_seed)
        tables, added = add_to_registers(plan, registers_of(plan, people, seed), registers, seed)
        # The last day of the evidence is that of its last record.
        tables["usage"] = [{"subject_id": "A001", "day": LAST.isoformat(), "completions": 1}]
        columns: dict[str, Sequence[str]] = {
            name: write_rows(beside, name, rows) for name, rows in tables.items()
        }
        write_descriptor(beside, _title(plan), columns, [])
        if truth is not None:
            write_truth(truth, with_added(truth_of(plan, seed, 1.0, defaultdict(dict)), added))
    return folder


def _planned(
    size: str, plan_seed: int, plants: Sequence[PlantRequest], *, null: bool
) -> tuple[Plan, tuple[PlantRequest, ...]]:
    """Return the plan of a city, and what is to be planted in its registers."""
    wanted = () if null else tuple(plants) or default_plants()
    plan = draw_plan(SIZES[size], plan_seed, [p for p in wanted if p.kind not in REGISTERS])
    return plan, tuple(p for p in wanted if p.kind in REGISTERS)


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Give a folder to write in, which takes its place once all is written, and leaves nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        yield beside
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _check(folder: Path, size: str, truth: Path | None) -> None:
    """Refuse what cannot be built without losing or giving away something."""
    if size not in SIZES:
        raise BadInput(
            Text(
                f"没有规模“{size[:40]}”；可用：{'、'.join(SIZES)}。",
                f"there is no size “{size[:40]}”; use one of {', '.join(SIZES)}",
            )
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            Text(
                "目标文件夹不是空的；为免覆盖，请换一个。",
                "the folder is not empty; choose another",
            ),
            file=str(folder),
        )
    if truth is not None:
        check_place(truth, folder)


def _write(
    plan: Plan,
    folder: Path,
    seed: int,
    scale: float,
    registers: Sequence[PlantRequest],
    progress: Progress,
) -> tuple[Counts, Added, dict[str, Any]]:
    """Write all tables; return the numbers that the minima are about, and what is true besides."""
    progress(Text("安排居民和日历", "Settling people and the calendar"))
    year = Year()
    people = People.drawn(plan.size.people, plan.plan_seed)
    town = Town(plan, people, year, Dictionaries.of(plan), seed, scale)
    matters = draw_matters(plan)
    linked = draw_chains(plan, matters, people, year, seed, scale)
    counts: Counts = defaultdict(dict)
    cases: dict[tuple[str, str], int] = {}
    columns: dict[str, Sequence[str]] = {}
    with ExitStack() as stack:
        streams = {
            name: stack.enter_context(Stream(folder, name, schema))
            for name, schema in LARGE.items()
        }
        for place, service in enumerate(plan.services):
            if place % REPORT_EVERY == 0:
                progress(_at(place, len(plan.services)))
            counts[service.id], sizes = write_service(town, place, linked, streams)
            cases |= {(service.id, channel): n for channel, n in sizes.items()}
        _write_apps(town, streams, counts)
        progress(Text("写来信与答复", "Writing messages and replies"))
        _write_messages(town, streams["messages"], counts)
        columns |= {name: table.columns for name, table in streams.items()}
    progress(Text("写其余各表", "Writing the other tables"))
    small = small_tables(plan, people, seed, counts) | {"matters": matter_rows(plan, matters)}
    added = Added()
    if registers:
        small, added = add_to_registers(plan, small, registers, seed)
    for name, rows in small.items():
        columns[name] = write_rows(folder, name, rows)
    write_descriptor(folder, _title(plan), columns, streams)
    return counts, added, saved_by_sharing(plan, small, cases, seed)


def _title(plan: Plan) -> Text:
    """Return the name of the city or province."""
    cities = material("city")["cities"]
    return Text(*(cities[0] if plan.size.cities == 1 else material("city")["province"].values()))


def _at(place: int, total: int) -> Text:
    return Text(
        f"办件：第 {place + 1} 项服务，共 {total} 项", f"Cases: service {place + 1} of {total}"
    )


def _write_apps(town: Town, streams: dict[str, Stream], counts: Counts) -> None:
    for place, app in enumerate(town.plan.apps):
        rng = stream(town.seed, "usage", app.id)
        daily = draw_daily(app, town.year, rng)
        apps = town.known.apps
        streams["usage"].add(usage_columns(app, place, apps, daily, town.year, rng))
        accounts = account_columns(app, place, apps, daily, town.year, rng)
        streams["accounts"].add(accounts)
        used = len(accounts["account_id"])
        counts[app.id] = {
            "vanity": used,
            "idle_app": int(used * (1 - app.values["zombie"])),
            "bans": 1,
        }


def _write_messages(town: Town, table: Stream, counts: Counts) -> None:
    for place, department in enumerate(town.plan.departments):
        rng = stream(town.seed, "messages", department.id)
        count = round(department.replied * town.scale)
        letters = draw_letters(department, count, town.people, town.year, rng)
        own = [n for n, s in enumerate(town.plan.services) if s.department == place]
        table.add(
            message_columns(
                department,
                place,
                town.known.departments,
                (town.known.services, np.array(own)),
                town.known.regions,
                letters,
                town.people,
                rng,
            )
        )
        counts[department.id]["template_reply"] = count
