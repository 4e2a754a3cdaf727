"""Bar 3: sampling intervals of scores cover the truth, and what is put in order is in order.

Cities of one plan seed differ by chance alone. The truth of a plan is the index of many other
cities of it put into one package, persons and cases kept apart. (One city drawn larger is no such
truth: batches fill faster in it, so deadlines are kept more often.) The error of that reference is
part of what is measured; with 25 cities it lengthens the distance to the truth by 2 %. Field tests
are left out: every city tests other services, so that no two of them have the same indicators.
"""

from __future__ import annotations

import json
import multiprocessing
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bars.outcome import Outcome
from bars.scenes import opened
from shixiao.checkup.index import index
from shixiao.potemkin.city import write_city
from shixiao.settings import Settings

PLANS, CITIES, TRUTHS = 8, 25, 25
FEW_PLANS, FEW_CITIES, FEW_TRUTHS = 1, 3, 6
FIRST_TRUTH = 1000  # seeds of the cities that are the truth
# What cases and persons did; all other tables are the same in every city of a plan.
DRAWN = ("cases", "events", "groups", "ratings", "messages", "accounts", "usage")
LEFT_OUT = ("field_tests", "evaluators")
OWN = ("case_id", "person_key", "message_id", "rating_id", "account_id")
COUNTS = ("completions", "active_users")
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Job:
    """A city to be scored: one seed, or several put together."""

    plan: int
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A score of a city: value, ends of its interval, who stands above."""

    ok: bool
    value: float | None
    low: float | None
    high: float | None
    above: tuple[str, ...]


Scores = dict[Key, Seen]


def measure(*, full: bool) -> list[Outcome]:
    plans, cities, truths = (PLANS, CITIES, TRUTHS) if full else (FEW_PLANS, FEW_CITIES, FEW_TRUTHS)
    true = [Job(plan, tuple(range(FIRST_TRUTH, FIRST_TRUTH + truths))) for plan in range(plans)]
    drawn = [Job(plan, (seed,)) for plan in range(plans) for seed in range(1, cities + 1)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        scores = list(pool.map(scored, [*true, *drawn]))
    truth = {job.plan: found for job, found in zip(true, scores, strict=False)}
    pairs = [(truth[job.plan], found) for job, found in zip(drawn, scores[plans:], strict=True)]
    return [*_coverage(pairs, full=full), *_order(pairs)]


def scored(job: Job) -> Scores:
    """Build a city and return its scores."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "city"
        if len(job.seeds) == 1:
            _city(folder, job.plan, job.seeds[0])
        else:
            _joined(folder, job)
        settings = Settings(Path(place) / "store", "a key for bars", 2048, 1, "en")
        with opened(folder, settings) as scene:
            found = index(scene, capped={})
    return {
        (str(s.subject.kind), s.subject.id, s.dimension): Seen(
            s.score.ok, s.score.value, s.score.low, s.score.high, s.place.above
        )
        for s in found.scores
    }


def _city(folder: Path, plan: int, seed: int) -> Path:
    write_city(folder, size="small", seed=seed, plan_seed=plan)
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    kept = [r for r in descriptor["resources"] if r["name"] not in LEFT_OUT]
    path.write_text(json.dumps(descriptor | {"resources": kept}, ensure_ascii=False), "utf-8")
    return folder


def _joined(folder: Path, job: Job) -> None:
    """Write the cities of several seeds as one package."""
    tables: dict[str, list[pa.Table]] = defaultdict(list)
    first = _city(folder, job.plan, job.seeds[0])
    with TemporaryDirectory() as place:
        for seed in job.seeds:
            city = folder if seed == job.seeds[0] else _city(Path(place) / "c", job.plan, seed)
            for name in DRAWN:
                tables[name].append(_apart(pq.read_table(city / f"{name}.parquet"), seed))
            if city != folder:
                city.rename(Path(place) / f"done-{seed}")
    path = first / "datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    kept = [r for r in descriptor["resources"] if r["name"] not in DRAWN]
    for name, parts in tables.items():
        whole = pa.concat_tables(parts, promote_options="permissive")
        pq.write_table(_summed(whole) if name == "usage" else whole, first / f"{name}.parquet")
        kept.append({"name": name, "path": f"{name}.parquet"})
    path.write_text(json.dumps(descriptor | {"resources": kept}, ensure_ascii=False), "utf-8")


def _apart(table: pa.Table, seed: int) -> pa.Table:
    """Keep the cases and persons of one city apart from those of the others."""
    for position, name in enumerate(table.column_names):
        if name in OWN:
            ids = table[name].cast(pa.string())
            table = table.set_column(
                position, name, pc.binary_join_element_wise(ids, str(seed), "~")
            )
    return table


def _summed(usage: pa.Table) -> pa.Table:
    """Add up the days of all cities, as far as both counts of a ratio are there."""
    known = pc.and_(*(pc.is_valid(usage[name]) for name in COUNTS))
    sums = (
        usage.filter(known).group_by(["subject_id", "day"]).aggregate([(n, "sum") for n in COUNTS])
    )
    return sums.rename_columns(["subject_id", "day", *COUNTS])


def _coverage(pairs: list[tuple[Scores, Scores]], *, full: bool) -> list[Outcome]:
    held: dict[str, list[bool]] = defaultdict(list)
    for truth, found in pairs:
        for key, score in found.items():
            true = truth[key]
            if score.ok and true.ok and true.value is not None:
                inside = (score.low or 0.0) <= true.value <= (score.high or 0.0)
                for name in ("all scores", f"{key[0]}: {key[2]}"):
                    held[name].append(inside)
    low, high = (0.92, 0.98) if full else (0.88, 1.0)
    outcomes = []
    for name, inside in sorted(held.items()):
        share, judged = sum(inside) / len(inside), name == "all scores"
        outcomes.append(
            Outcome(
                f"coverage of 95 % intervals, {name} ({len(inside):,})",
                share,
                f"{low} to {high}" if judged else "recorded",
                low <= share <= high if judged else True,
            )
        )
    return outcomes


def _order(pairs: list[tuple[Scores, Scores]]) -> list[Outcome]:
    ordered = wrong = 0
    for truth, found in pairs:
        for (kind, subject, dimension), score in found.items():
            lower = truth[kind, subject, dimension].value
            for other in score.above:
                higher = truth[kind, other, dimension].value
                if lower is not None and higher is not None:
                    ordered += 1
                    wrong += higher <= lower
    share = wrong / ordered if ordered else 0.0
    return [
        Outcome(
            f"pairs ordered wrongly, of {ordered:,} ordered",
            share,
            "≤ 0.05",
            share <= 0.05 and ordered > 0,
        )
    ]
