"""What does a column hold? Judged by the share of its values that pass, and by its name.

A share is not taken at its face: its Wilson interval must lie above what the rule asks, which is
more where the name says nothing (INV-01) than where it agrees (INV-02). So eight rows without a
name are not enough, and 3 % of rubbish does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from shixiao.rules import RulePack
from shixiao.sharing.recognition.names import Hint, hints_of
from shixiao.sharing.recognition.register import Recogniser, kinds, recognisers
from shixiao.sharing.recognition.values import plain
from shixiao.statistics import wilson
from shixiao.terms import Estimate, Text

MASK = "**"  # 138****1234 was masked before and tells nothing
MOST = 1_000  # values are enough for an interval of ± 3 %
HINTS = {
    Hint.WHOLE: Text("列名或注释即是“{kind}”", "the name or comment says “{kind}”"),
    Hint.PART: Text("列名或注释含“{kind}”", "the name or comment speaks of “{kind}”"),
    Hint.NONE: Text("列名没有说明内容", "the name says nothing of the content"),
    Hint.AGAINST: Text("列名像流水号", "the name is that of a number in a series"),
}
PASSED = Text(
    "{n} 个取值中 {share} 符合（区间 {low} 至 {high}）",
    "{share} of {n} values pass (interval {low} to {high})",
)
NAME_ONLY = Text(
    "没有可供检验的取值，只凭名称，请人工核对",
    "no values to test: by its name alone, to be confirmed by a person",
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it was found: its name, what is written about it, and some of its values."""

    name: str
    comment: str = ""
    values: Sequence[Any] = field(default=(), repr=False)  # may be personal: never printed


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a column was recognised as.

    Attributes:
        kind: id of the kind.
        share: of its values that are of the kind; n is how many were tested.
        hint: what its name says.
        why: reasons in words, without any value.
    """

    kind: str
    share: Estimate
    hint: Hint
    why: tuple[Text, ...]

    @property
    def name(self) -> Text:
        """What the kind is called."""
        return kinds()[self.kind].name

    def to_json(self) -> dict[str, Any]:
        """Return the recognition as plain values."""
        return {
            "kind": self.kind,
            "name": self.name.to_json(),
            "share": self.share.to_json(),
            "why": [reason.to_json() for reason in self.why],
        }


def recognise(column: Column, *, rules: RulePack) -> Recognition | None:
    """Return what a column holds; None where nothing fits.

    Args:
        column: the column; at most 1,000 of its values are looked at, evenly spread.
        rules: INV-01 (share without a name) and INV-02 (share with one).
    """
    values = [text for value in spread(column.values, MOST) if (text := plain(value))]
    values = [text for text in values if MASK not in text]
    hints = hints_of(column.name, column.comment)
    if not values:
        return recognise_name(column.name, column.comment)
    best: tuple[float, Recognition] | None = None
    for recogniser in recognisers().values():
        hint = hints.get(recogniser.kind, Hint.NONE)
        found = _tried(recogniser, values, hint, rules)
        if found is None:
            continue
        score = recogniser.special + 0.35 * max(hint, 0)
        if best is None or score > best[0]:
            best = (score, found)
    return best[1] if best else None


@lru_cache(maxsize=1 << 16)
def recognise_name(name: str, comment: str = "") -> Recognition | None:
    """Return what a column without values is called; None where its name tells nothing."""
    hints = {k: h for k, h in hints_of(name, comment).items() if h > Hint.NONE}
    if not hints:
        return None
    known = recognisers()
    kind = max(hints, key=lambda k: (hints[k], known[k].special))
    why = (HINTS[hints[kind]].format(kind=kinds()[kind].name), NAME_ONLY)
    return Recognition(kind, Estimate.insufficient(0, NAME_ONLY), hints[kind], why)


def spread(values: Sequence[Any], most: int) -> Sequence[Any]:
    """Return at most so many values, evenly spread over all."""
    if len(values) <= most:
        return values
    return [values[at * len(values) // most] for at in range(most)]


def _tried(
    recogniser: Recogniser, values: Sequence[str], hint: Hint, rules: RulePack
) -> Recognition | None:
    named = hint > Hint.NONE
    if not named and (not recogniser.alone or recogniser.test is None):
        return None
    if hint is Hint.AGAINST and recogniser.special < 0.98:  # a check digit outweighs a name
        return None
    name = kinds()[recogniser.kind].name
    if recogniser.test is None:
        share = Estimate.insufficient(0, NAME_ONLY)
        why = (HINTS[hint].format(kind=name), NAME_ONLY)
        return Recognition(recogniser.kind, share, hint, why)
    test = recogniser.named if named and recogniser.named else recogniser.test
    passed = [value for value in values if test(value)]
    share = wilson(len(passed), len(values))
    if share.low is None or share.low < rules.number("INV-02" if named else "INV-01"):
        return None
    if recogniser.whole is not None and hint is not Hint.WHOLE and recogniser.whole(passed):
        return None
    return Recognition(recogniser.kind, share, hint, _why(share, hint, name))


def _why(share: Estimate, hint: Hint, name: Text) -> tuple[Text, ...]:
    shown: Mapping[str, object] = {
        "n": share.n,
        "share": f"{share.value or 0:.1%}",
        "low": f"{share.low or 0:.1%}",
        "high": f"{share.high or 0:.1%}",
    }
    return (PASSED.format(**shown), HINTS[hint].format(kind=name))
