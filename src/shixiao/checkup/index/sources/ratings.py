"""From ratings: the mean level, weighted so that those who rated stand for all cases.

Ratings are given by whom it suits: more after success, more online, more by some ages. So cells of
channel, outcome and age band are raked to the cases of the service. Below the response rate of rule
I-12 weights cannot mend it: only worst-case bounds are given and the indicator is not used.

Sources: L. Kish (1965), Survey Sampling, sec. 11.7 (design effect); C. F. Manski (1989), J. Human
Resources 24, 343-360 (bounds).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np

from shixiao.checkup.index.components import Floats, Peers, Seen, means
from shixiao.checkup.index.groundwork import Groundwork
from shixiao.checkup.index.sources import source
from shixiao.statistics import rake
from shixiao.terms import Estimate, Text

LOWEST, HIGHEST = 1, 5
_TOLERANCE = 1e-4
_PRIOR_RATINGS = 4.0
_FEW = Text(
    "只有 {share}% 的办件留下评价，至少需要 {needed}%；区间是最坏与最好两端的界限",
    "only {share}% of the cases were rated, at least {needed}% are needed; the interval holds the"
    " worst-case and best-case bounds",
)


@dataclass(frozen=True, slots=True)
class Cell:
    """Ratings of one service by cases of one channel, outcome and age band."""

    variables: tuple[str, str, str]
    n: int
    total: float
    squares: float


@dataclass(frozen=True, slots=True)
class Weighted:
    """A service's ratings after weighting."""

    mean: float
    variance: float
    n: int
    response: float
    design_effect: float
    crude: float


@source("satisfaction")
def satisfaction(ground: Groundwork) -> Iterator[Peers]:
    """Mean level over all cases of a service, from the cases that were rated."""
    cells, margins = _cells(ground), _margins(ground)
    ended = dict(zip(ground.services, ground.ended.sum(axis=1), strict=True))
    spread = _pooled_variance(cells)
    found = {
        service: _weighted(cells[service], margins[service], ended[service], spread)
        for service in sorted(cells)
        if ended.get(service, 0) > 0
        and sum(c.n for c in cells[service]) >= ground.number("I-19", "ratings")
    }
    least = ground.number("I-12")
    used = {s: w for s, w in found.items() if w.response >= least}
    few = [s for s, n in ended.items() if n > 0 and s not in found]
    yield from means(
        "satisfaction",
        [*used, *few],
        [*(w.mean for w in used.values()), *(0.0 for _ in few)],
        [*(float(np.sqrt(w.variance)) for w in used.values()), *(np.inf for _ in few)],
        [*(w.n for w in used.values()), *(sum(c.n for c in cells.get(s, [])) for s in few)],
        level=ground.level,
        shown=_between,
        details=[*(_details(w) for w in used.values()), *({} for _ in few)],
        least=ground.number("I-19", "ratings"),
    )
    silent = {s: _bounded(w, least) for s, w in found.items() if w.response < least}
    yield Peers("satisfaction", "", silent, None)


def _cells(ground: Groundwork) -> dict[str, list[Cell]]:
    """Return each service's cells; ratings that join no case with an outcome are left out."""
    scene, table = ground.scene, ground.table
    if table is None or "completion" not in table.columns:
        return {}
    ratings = scene.table("ratings")
    valid = ratings.filter(
        ratings.case_id.notnull() & (ratings.level >= LOWEST) & (ratings.level <= HIGHEST)
    )
    by_case = valid.group_by("case_id").agg(
        given=ibis._.count(), levels=ibis._.level.cast("int64").sum()
    )
    rated = by_case.select(rated_case="case_id", given="given", levels="levels")
    joined = table.filter(table.completion.notnull()).inner_join(
        rated, ibis._.case_id == rated.rated_case
    )
    joined = _with_age(ground, joined)
    # A case rated twice counts once, with the mean of its ratings.
    level = joined.levels.cast("float64") / joined.given.cast("float64")
    rows = scene.engine.rows(
        joined.group_by(["service_id", "channel", "completion", "age"]).agg(
            n=ibis._.count(), total=level.sum(), squares=(level * level).sum()
        )
    )
    cells: dict[str, list[Cell]] = defaultdict(list)
    for i, service in enumerate(rows["service_id"]):
        named = (rows["channel"][i], str(rows["completion"][i]), rows["age"][i])
        cells[service].append(Cell(named, int(rows["n"][i]), rows["total"][i], rows["squares"][i]))
    return {s: sorted(found, key=lambda c: c.variables) for s, found in cells.items()}


def _with_age(ground: Groundwork, joined: Any) -> Any:
    """Add the column age: the age band of the case, or an empty text."""
    scene = ground.scene
    if not scene.has("groups", "case_id", "attribute", "value"):
        return joined.mutate(age=ibis.literal(""))
    names = scene.rules.value("I-17", "older_attributes")
    groups = scene.table("groups")
    ages = groups.filter(groups.attribute.isin(names if isinstance(names, list) else []))
    ages = ages.group_by("case_id").agg(age=ibis._.value.min()).rename(age_case="case_id")
    found = joined.left_join(ages, joined.case_id == ages.age_case).drop("age_case")
    return found.mutate(age=found.age.fill_null(""))


def _margins(ground: Groundwork) -> dict[str, tuple[dict[str, float], ...]]:
    """Return each service's cases by channel, by outcome, and by age band."""
    names = ground.scene.rules.value("I-17", "older_attributes")
    listed = names if isinstance(names, list) else []
    ages: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    if ground.scene.has("groups", "case_id", "attribute", "value"):
        for (service, _, attribute, value), (cases, _) in ground.groups.items():
            if attribute in listed:
                ages[service][value] += cases
    sums = ground.metrics.get("completion")
    found: dict[str, tuple[dict[str, float], ...]] = {}
    for i, service in enumerate(ground.services):
        if sums is None:
            break
        channels = dict(zip(ground.channels, sums.n[i], strict=True))
        ended, completed = float(sums.n[i].sum()), float(sums.total[i].sum())
        banded = dict(ages[service])
        banded[""] = max(ended - sum(banded.values()), 0.0)
        found[service] = (channels, {"1": completed, "0": ended - completed}, banded)
    return found


def _weighted(
    cells: list[Cell], margins: tuple[Mapping[str, float], ...], ended: float, spread: float
) -> Weighted:
    counts = np.array([c.n for c in cells], dtype=np.float64)
    totals = np.array([c.total for c in cells])
    squares = np.array([c.squares for c in cells])
    weights = counts * _fit(cells, counts, margins)
    weights /= weights.sum()
    cell_means = totals / counts
    sums = np.maximum(squares - totals**2 / counts, 0.0)
    variances = (sums + _PRIOR_RATINGS * spread) / (counts - 1.0 + _PRIOR_RATINGS)
    mean = float(weights @ cell_means)
    # Who rated, given the cases; and which cases there were.
    rated = float((weights**2 * variances / counts).sum())
    mixed = float(weights @ (cell_means - mean) ** 2) / max(ended, 1.0)
    n = float(counts.sum())
    return Weighted(
        mean,
        rated + mixed,
        int(n),
        min(1.0, n / ended),
        float(n * (weights**2 / counts).sum()),
        float(totals.sum() / n),
    )


def _fit(cells: list[Cell], counts: Floats, margins: tuple[Mapping[str, float], ...]) -> Floats:
    """Return each cell's weight for one rating, raked to the margins that the cells can meet."""
    categories, targets = {}, {}
    for position, margin in enumerate(margins):
        column = [c.variables[position] for c in cells]
        present = set(column)
        sizes = {name: float(margin.get(name, 0.0)) for name in sorted(present)}
        total = sum(sizes.values())
        if len(present) > 1 and total > 0 and min(sizes.values()) > 0:
            categories[str(position)] = column
            targets[str(position)] = {name: size / total for name, size in sizes.items()}
    if not categories:
        return np.ones(len(cells))
    fitted = rake(categories, targets, base_weights=counts, tolerance=_TOLERANCE, rounds=50)
    return np.asarray(fitted.weights / counts)


def _pooled_variance(cells: Mapping[str, list[Cell]]) -> float:
    every = [c for found in cells.values() for c in found]
    sums = sum(max(c.squares - c.total**2 / c.n, 0.0) for c in every)
    return sums / max(sum(c.n - 1 for c in every), 1)


def _bounded(found: Weighted, least: float) -> Seen:
    """Return the mean with Manski's bounds: what if nobody else, or everybody else, was content."""
    answered = found.response
    low, high = (answered * found.mean + (1.0 - answered) * end for end in (LOWEST, HIGHEST))
    reason = _FEW.format(share=f"{100 * answered:.0f}", needed=f"{100 * least:.0f}")
    estimate = Estimate.insufficient(found.n, reason, value=found.mean, low=low, high=high)
    return Seen(estimate, None, _details(found))


def _details(found: Weighted) -> dict[str, float]:
    return {
        "response_rate": found.response,
        "design_effect": found.design_effect,
        "unweighted": found.crude,
    }


def _between(value: Floats) -> Floats:
    return np.clip(value, LOWEST, HIGHEST)
