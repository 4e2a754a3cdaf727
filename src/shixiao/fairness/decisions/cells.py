"""Cells: what one decision adds to the count cube, and cubes from counts that were kept.

The cube of a site grows by what is new: each delivery adds to the counts of its cells, so an audit
never reads the decisions again. What changes afterwards (an appeal, its answer, a correction) is
added the same way, as a difference. Beside the counts of the cube a cell counts who had a part in
its decisions, for the register of algorithms (``fairness.algorithms.seen``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shixiao.evidence.values import FALSE, TRUE
from shixiao.fairness.counting import LONGEST as LONGEST_DAYS
from shixiao.fairness.cube import COUNTS, FIXED, Cube
from shixiao.fairness.decisions.record import Record
from shixiao.fairness.decisions.scheme import Scheme
from shixiao.fairness.sketch import bin_of

Counts = dict[str, int]
Use = tuple[str, str, str]
"""Name, source and article of a fact that a decision rests on."""
AUTOMATIC = "automatic"
NOBODY = frozenset({"none", "nobody", "no", "无", "没有", "否"})
"""Ways to write that no person had a role."""
WITH_PERSON, ALONE = "with_person", "alone"
"""Decisions in which a person is on record to have had a part, and which the system made alone."""
LONGEST_USE = 200
"""Characters of an article that tell facts apart."""


@dataclass(frozen=True, slots=True)
class Place:
    """The cell of a decision: version, month, arm, and the values of the groups in their order."""

    version: str
    period: str
    arm: str
    groups: tuple[str, ...]


def place_of(record: Record, scheme: Scheme, zone: ZoneInfo) -> Place:
    """Return the cell that a decision belongs to; "" where a group is not told."""
    groups = record.groups or {}
    return Place(
        record.version,
        f"{record.ts.astimezone(zone):%Y-%m}",
        record.arm,
        tuple(groups.get(name, "") for name in scheme.groups),
    )


def counts_of(record: Record, scheme: Scheme) -> Counts:
    """Return what a decision adds to its cell; selected is whoever is burdened by the result.

    Nobody has objected yet and it would be known here, so ``heard`` counts and ``appealed`` does
    not.
    """
    selected = scheme.outcomes[record.final].adverse
    found: Counts = {"n": 1, "heard": 1, "selected": int(selected)}
    if record.system_role == AUTOMATIC or record.human_role.casefold() in NOBODY:
        found[ALONE] = 1
    elif record.human_role or record.official:
        found[WITH_PERSON] = 1
    outcome = record.outcome.casefold()
    true = 1 if outcome in TRUE else 0 if outcome in FALSE else None
    if true is not None:
        found[("tp" if true else "fp") if selected else ("fn" if true else "tn")] = 1
    if record.recommended:
        differs = scheme.outcomes[record.recommended].adverse != selected
        found |= {"advised": 1, "overrides": int(differs), "raised": int(differs and selected)}
    days = record.days
    if days is not None and days <= LONGEST_DAYS:
        found |= {"timed": 1, "millidays": round(days * 1000), f"bin{bin_of(days)}": 1}
    return {name: count for name, count in found.items() if count}


def uses_of(record: Record) -> set[Use]:
    """Return the facts that a decision rests on, each once.

    What the system was given and no factor speaks of has neither source nor article.
    """
    found = {(each.name, each.source, each.article[:LONGEST_USE]) for each in record.factors}
    if record.inputs:
        told = {name for name, _, _ in found}
        found.update((name, "", "") for name in record.inputs if name not in told)
    return found


def added(*parts: Mapping[str, int]) -> Counts:
    """Return the sums of counts; those that come to nothing are left out."""
    total: Counts = {}
    for part in parts:
        for name, count in part.items():
            total[name] = total.get(name, 0) + count
    return {name: count for name, count in total.items() if count}


def less(part: Mapping[str, int]) -> Counts:
    """Return counts to be taken away."""
    return {name: -count for name, count in part.items()}


def cube_of(
    cells: Iterable[tuple[Place, Mapping[str, int]]], *, system: str, groups: Sequence[str]
) -> Cube:
    """Return the cube of counts that were kept for one system."""
    keys, counts, bins = [], [], []
    for number, (place, kept) in enumerate(cells):
        texts = (system, place.version, place.period, place.arm, *place.groups)
        keys.append(tuple(text or None for text in texts))
        counts.append([kept.get(name, 0) for name in COUNTS])
        bins += [
            (number, int(name.removeprefix("bin")), count)
            for name, count in kept.items()
            if name.startswith("bin")
        ]
    return Cube.of((*FIXED, *groups), keys, counts, bins)
