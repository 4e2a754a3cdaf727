"""The workbench: a rate by groups of one's own choice, out of a release and of nothing else.

Every line is held against all others of the quarter. The intervals of the differences hold together
(Bonferroni), for whoever crosses groups until something shows will find something.

Source: R. G. Newcombe (1998), Statistics in Medicine 17, 873-890; O. J. Dunn (1961), JASA 56,
52-64.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shixiao.fairness.catalogue import metric
from shixiao.fairness.cube import Key
from shixiao.fairness.rates import rate
from shixiao.fairness.release import ASKABLE, Release
from shixiao.rules import RulePack
from shixiao.statistics import newcombe_difference
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate, Text

LEAST_OF_A_RATE, LEAST_SHOWN = "FAI-01", "FAI-06"
LEVEL = 0.95
WITHHELD = Text(
    "少于 {n} 人，或者会推算出不足 {n} 人，不显示。",
    "Fewer than {n}, or fewer than {n} could be told from it; withheld.",
)
NOBODY_ELSE = Text("没有其他人可比。", "There is nobody else to compare with.")


@dataclass(frozen=True, slots=True)
class Line:
    """One group of an answer.

    Attributes:
        key: values of the groups, in the order of the release.
        n: persons; None where they are withheld.
        rate: with Wilson's interval; insufficient where it is withheld or of too few.
        difference: of the rate from everybody else's; the intervals of all lines hold together.
    """

    key: Key
    n: int | None
    rate: Estimate
    difference: Estimate


def answer(
    kept: Release,
    asked: str,
    by: Sequence[str],
    merged: Mapping[str, Iterable[str | None]],
    *,
    rules: RulePack,
) -> list[Line]:
    """Return the rate of each group.

    Args:
        kept: the quarter.
        asked: metric, one of ``ASKABLE``.
        by: groups to cross, at most as many as the release crosses.
        merged: by group, values that become one.
        rules: FAI-01 and FAI-06.

    Raises:
        KeyError: the release has no such table, or no such metric is asked.
    """
    if asked not in ASKABLE:
        raise KeyError(asked)
    table, everybody = kept.asked(by, merged), kept.cells[()][()]
    of, count = metric(asked).of, metric(asked).count
    needed = {*of, *count}
    told = sum(cell is not None and needed <= cell.keys() for cell in table.values())
    level = 1 - (1 - LEVEL) / max(told, 1)
    lines = []
    for key, cell in table.items():
        if cell is None or not needed <= cell.keys():
            n = None if cell is None else cell["n"]
            none = _withheld(rules)
            lines.append(Line(key, n, none, none))
            continue
        x, m = (sum(cell[name] for name in names) for names in (count, of))
        least = int(rules.number(LEAST_OF_A_RATE))
        found = rate(x, m, least=least)
        rest = _rest(everybody, cell, (count, of))
        lines.append(Line(key, cell["n"], found, _apart(x, m, rest, level, least, rules)))
    return lines


def _withheld(rules: RulePack) -> Estimate:
    return Estimate.insufficient(0, WITHHELD.format(n=int(rules.number(LEAST_SHOWN))))


def _rest(
    everybody: Mapping[str, int] | None, cell: Mapping[str, int], names: tuple[Sequence[str], ...]
) -> tuple[int, int] | None:
    """Return numerator and denominator of everybody else; None where the total is withheld."""
    if everybody is None or not {name for part in names for name in part} <= everybody.keys():
        return None
    x, m = (sum(everybody[name] - cell[name] for name in part) for part in names)
    return x, m


def _apart(
    x: int, m: int, rest: tuple[int, int] | None, level: float, least: int, rules: RulePack
) -> Estimate:
    if rest is None:
        return _withheld(rules)
    if rest[1] == 0:
        return Estimate.insufficient(m, NOBODY_ELSE)
    fewer = min(m, rest[1])
    if fewer < least:
        return Estimate.insufficient(fewer, too_few(fewer, needed=least))
    return newcombe_difference(x, m, *rest, level=level)
