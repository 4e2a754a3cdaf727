"""Building: the plan of a city brought to life, table by table, in bounded memory."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from shixiao.potemkin.city.chains import draw_chains, draw_matters, matter_rows
from shixiao.potemkin.city.columns import Dictionaries
from shixiao.potemkin.city.field_tests import evaluator_rows, field_test_rows
from shixiao.potemkin.city.forms import elements_of, form_rows
from shixiao.potemkin.city.governance import governance_tables
from shixiao.potemkin.city.intake import SERVICE_TABLES, Town, write_service
from shixiao.potemkin.city.liability import Acts, draw_acts
from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.messages import SCHEMA as MESSAGES
from shixiao.potemkin.city.messages import draw_letters, message_columns
from shixiao.potemkin.city.planning import Plan, draw_plan
from shixiao.potemkin.city.population import People
from shixiao.potemkin.city.registers import (
    activity_rows,
    app_rows,
    asked_by,
    department_rows,
    known_event_rows,
    population_rows,
    requirement_rows,
    service_rows,
)
from shixiao.potemkin.city.requests import IN_REGISTERS, PlantRequest, default_plants
from shixiao.potemkin.city.sizes import SIZES
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.truth import check_place, truth_of, with_acts, write_truth
from shixiao.potemkin.city.usage import (
    ACCOUNTS,
    USAGE,
    account_columns,
    draw_daily,
    usage_columns,
)
from shixiao.potemkin.city.writing import Row, Stream, write_descriptor, write_rows
from shixiao.potemkin.city.year import CAMPAIGN, ENROLMENT, Year
from shixiao.terms import BadInput, Text

Progress = Callable[[Text], None]
Counts = defaultdict[str, dict[str, int]]
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
    wanted = () if null else tuple(plants) or default_plants()
    registers = {p.kind: p.share for p in wanted if p.kind in IN_REGISTERS}
    wanted = tuple(p for p in wanted if p.kind not in IN_REGISTERS)
    plan = draw_plan(SIZES[size], seed if plan_seed is None else plan_seed, wanted)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        counts, acts = _write(plan, beside, seed, scale, registers, progress)
        if truth is not None:
            write_truth(truth, with_acts(truth_of(plan, seed, scale, counts), acts))
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


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
    registers: Mapping[str, float],
    progress: Progress,
) -> tuple[Counts, Acts]:
    """Write all tables; return the numbers that the minima are about, and acts of liability."""
    progress(Text("安排居民和日历", "Settling people and the calendar"))
    year = Year()
    people = People.drawn(plan.size.people, plan.plan_seed)
    town = Town(plan, people, year, Dictionaries.of(plan), seed, scale)
    matters = draw_matters(plan)
    linked = draw_chains(plan, matters, people, year, seed, scale)
    counts: Counts = defaultdict(dict)
    columns: dict[str, Sequence[str]] = {}
    with ExitStack() as stack:
        streams = {
            name: stack.enter_context(Stream(folder, name, schema))
            for name, schema in LARGE.items()
        }
        for place, service in enumerate(plan.services):
            if place % REPORT_EVERY == 0:
                progress(_at(place, len(plan.services)))
            counts[service.id] = write_service(town, place, linked, streams)
        _write_apps(town, streams, counts)
        progress(Text("写来信与答复", "Writing messages and replies"))
        _write_messages(town, streams["messages"], counts)
        columns |= {name: table.columns for name, table in streams.items()}
    progress(Text("写其余各表", "Writing the other tables"))
    small = _small_tables(plan, people, seed, counts) | {"matters": matter_rows(plan, matters)}
    acts = draw_acts(plan, registers["liability"], small) if "liability" in registers else Acts()
    for name, rows in acts.rows.items():
        small[name] = [*small[name], *rows]
    for name, rows in small.items():
        columns[name] = write_rows(folder, name, rows)
    cities = material("city")["cities"]
    title = Text(*(cities[0] if plan.size.cities == 1 else material("city")["province"].values()))
    write_descriptor(folder, title, columns, streams)
    return counts, acts


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


def _small_tables(plan: Plan, people: People, seed: int, counts: Counts) -> dict[str, list[Row]]:
    elements = [elements_of(d, place) for place, d in enumerate(plan.departments)]
    each = plan.size.departments
    forms: list[Row] = []
    for place, department in enumerate(plan.departments):
        first = place // each * each
        rng = stream(seed, "forms", department.id)
        # Cities of a province ask for the same things: each is a world of its own.
        mine = elements[first : first + each]
        forms += form_rows(department, place - first, mine, rng)
        counts[department.id]["repeated_filling"] = department.fields
    tests, tried = field_test_rows(plan, seed)
    for identifier, found in tried.items():
        counts[identifier] |= found
    requirements = requirement_rows(plan)
    return {
        "departments": department_rows(plan),
        "services": service_rows(plan),
        "requirements": requirements,
        "activity_map": activity_rows(),
        "apps": app_rows(plan),
        "forms": forms,
        "elements": [row for group in elements for row in group],
        "field_tests": tests,
        "evaluators": evaluator_rows(plan),
        "known_events": known_event_rows(
            plan, {"enrolment_season": ENROLMENT, "campaign": CAMPAIGN}
        ),
        "population": population_rows(plan.size.people),
        **governance_tables(plan, people, seed, asked_by(plan, requirements, forms)),
    }
