"""Burden of a list: how many visits, signatures, documents and fields, and what time they take?

The time of one unit is an assumption with a range (rules T-01 to T-03, SIL-05), the same for both
channels. The ratio of two lists is given from its least to its greatest value within these ranges:
as each time enters both sums once, both lie where every time is at one end of its range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from shixiao.checkup.design.asking import Kind, Required
from shixiao.rules import RulePack
from shixiao.terms import Estimate, Text

TIMES = {
    Kind.VISIT: "T-01",
    Kind.MATERIAL: "T-02",
    Kind.SIGNATURE: "T-03",
    Kind.FIELD: "SIL-05",
}
NOTHING = Text("窗口没有可比的要求", "the counter asks for nothing that could be compared")

NO_TIME = Text(
    "规则中这些要求所费的时间可以为 0，无从比较",
    "by the rules what the counter asks for may take no time, so nothing can be compared",
)


@dataclass(frozen=True, slots=True)
class Burden:
    """What two lists of a service ask for.

    Attributes:
        counter: kind → number of items at the counter.
        online: kind → number of items online.
        ratio: time of applicants online over that at the counter, with the range that the times of
            the rules leave.
    """

    counter: Mapping[Kind, int]
    online: Mapping[Kind, int]
    ratio: Estimate

    @property
    def ended(self) -> tuple[Kind, ...]:
        """The kinds of which the counter asks for some, and online for none."""
        return tuple(kind for kind in Kind if self.counter[kind] and not self.online[kind])

    def fell(self, threshold: float) -> tuple[Kind, ...]:
        """Return the kinds of which clearly less is asked for online."""
        return tuple(
            k for k in Kind if self.counter[k] and self.online[k] < threshold * self.counter[k]
        )

    def rose(self, threshold: float) -> tuple[Kind, ...]:
        """Return the kinds of which clearly more is asked for online; a field more is no burden."""
        heavy = (kind for kind in Kind if kind.weight)
        return tuple(k for k in heavy if self.online[k] > threshold * self.counter[k])


def burden(counter: Iterable[Required], online: Iterable[Required], rules: RulePack) -> Burden:
    """Count two lists and compare the time that they take."""
    ours, theirs = _counted(counter), _counted(online)
    used = [kind for kind in Kind if ours[kind] or theirs[kind]]
    if not sum(ours.values()):
        return Burden(ours, theirs, Estimate.not_assessable(NOTHING))
    if not any(ours[kind] * rules.number(TIMES[kind], "low") for kind in used):
        return Burden(ours, theirs, Estimate.not_assessable(NO_TIME))
    ends = [tuple(rules.number(TIMES[kind], end) for end in ("low", "high")) for kind in used]
    usual = [rules.number(TIMES[kind], "usual") for kind in used]
    found = [_ratio(ours, theirs, used, times) for times in product(*ends)]
    value = _ratio(ours, theirs, used, usual)
    return Burden(ours, theirs, Estimate(value, min(found), max(found), sum(ours.values())))


def _counted(items: Iterable[Required]) -> dict[Kind, int]:
    found = Counter(item.kind for item in items)
    return {kind: found[kind] for kind in Kind}


def _ratio(
    ours: Mapping[Kind, int],
    theirs: Mapping[Kind, int],
    kinds: Iterable[Kind],
    times: Iterable[float],
) -> float:
    above = below = 0.0
    for kind, time in zip(kinds, times, strict=True):
        above, below = above + theirs[kind] * time, below + ours[kind] * time
    return above / below
