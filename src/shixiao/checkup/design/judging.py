"""Judging: what does the design of a service amount to?

Likeness alone is no fault, as in the verdict on a log (effect.verdicts): a copy keeps what the
counter asks for kind by kind, is known again item by item, does not lighten what people spend, and
leaves visits, or documents that government holds. Thresholds are rules (DSN-01, E-04 to E-06).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shixiao.checkup.design.asking import Design, Kind, Planned, Required
from shixiao.checkup.design.burden import Burden, burden
from shixiao.checkup.design.holding import Held, Holdings
from shixiao.checkup.design.pairing import Fate, Pair, paired
from shixiao.checkup.design.wording import texts
from shixiao.rules import RulePack
from shixiao.terms import Text

COPIED, WORSE, BETTER = "mechanical_copy", "burden_increased", "substantively_improved"
PARTLY, SAME, LITTLE = "partly_lighter", "not_lighter", "little_asked"
UNKNOWN = "not_assessable"
ONLINE, COUNTER = "online", "counter"
STAYS = frozenset({Fate.REPEATED, Fate.REPLACED})
SHOWN = 6
LISTED = Text("、", ", ")
PARTS = Text("，", ", ")


@dataclass(frozen=True, slots=True)
class Judged:
    """A service with its verdict.

    Attributes:
        service: as planned.
        verdict: id of a verdict of design.yaml.
        grounds: what it rests on.
        missing: what the package does not say.
        pairs: what became of each item; empty where there is nothing to compare.
        burden: both lists without what the law keeps; None likewise.
        held: what government holds of what is asked for online.
        asked: items of data asked for online that no law demands.
        visits, signatures: that remain online and no law demands.
        count: how many items each fate met.
        catalogued: whether the package says what government holds.
    """

    service: Planned
    verdict: str
    grounds: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()
    pairs: tuple[Pair, ...] = ()
    burden: Burden | None = None
    held: tuple[Held, ...] = ()
    asked: int = 0
    visits: tuple[Required, ...] = ()
    signatures: tuple[Required, ...] = ()
    count: Mapping[Fate, int] = field(default_factory=dict)
    catalogued: bool = False

    @property
    def compared(self) -> int:
        """Items of the counter that count: those that the law keeps do not."""
        return sum(self.count.get(f, 0) for f in Fate if f not in (Fate.ADDED, Fate.LAWFUL))

    @property
    def kept(self) -> int:
        """Items of the counter that stay online, kind by kind."""
        return sum(self.count.get(fate, 0) for fate in STAYS)

    @property
    def elsewhere(self) -> tuple[Held, ...]:
        """What other departments hold."""
        return tuple(held for held in self.held if held.holders)


def judge(design: Design, service: Planned, holdings: Holdings, rules: RulePack) -> Judged:
    """Return the verdict on one service."""
    online = service.channels.get(ONLINE, ())
    counter = service.channels.get(COUNTER, ())
    pairs: tuple[Pair, ...] = ()
    if online and counter:
        pairs = paired(counter, online, threshold=rules.number("DSN-02"))
    base = replace(_asked(service, online, pairs, holdings), missing=_missing(service, design))
    if not pairs:
        return replace(base, grounds=_remains(base, design))
    weighed = [pair for pair in pairs if pair.fate is not Fate.LAWFUL]
    compared = burden(
        [pair.counter for pair in weighed if pair.counter is not None],
        [pair.online for pair in weighed if pair.online is not None],
        rules,
    )
    count = {fate: sum(pair.fate is fate for pair in pairs) for fate in Fate}
    known = replace(base, pairs=pairs, burden=compared, count=count)
    verdict, more = _verdict(known, compared, rules)
    grounds = (*more, *_compared(known, compared), *_remains(known, design))
    return replace(known, verdict=verdict, grounds=grounds)


def _asked(
    service: Planned, online: Sequence[Required], pairs: Sequence[Pair], holdings: Holdings
) -> Judged:
    """Say what online asks for that no law demands, and what of it is held."""
    lawful = {id(pair.online) for pair in pairs if pair.fate is Fate.LAWFUL}
    free = [item for item in online if not item.basis and id(item) not in lawful]
    return Judged(
        service,
        UNKNOWN,
        held=tuple(h for i in free if (h := holdings.of(i, service.department)) is not None),
        asked=sum(item.kind.data for item in free),
        visits=_of(free, Kind.VISIT),
        signatures=_of(free, Kind.SIGNATURE),
        catalogued=holdings.known,
    )


def _verdict(known: Judged, compared: Burden, rules: RulePack) -> tuple[str, tuple[Text, ...]]:
    least = int(rules.number("DSN-01", "items"))
    few = texts("grounds")["few_items"].format(n=str(known.compared), least=str(least))
    ratio = compared.ratio
    if not ratio.ok or ratio.low is None or ratio.high is None:
        return LITTLE, (few,)
    lower, higher = rules.number("E-04"), rules.number("E-05")
    lighter, heavier = ratio.high < lower, ratio.low > higher
    copied = not lighter and not compared.ended and _repeated(known, compared, rules)
    if copied or heavier:
        if known.compared < least:
            return LITTLE, (few,)
        return _unless_lean(known) if copied else (WORSE, ())
    fell, rose = compared.fell(lower), compared.rose(higher)
    if lighter and len(fell) >= int(rules.number("E-06")) and not rose:
        return BETTER, ()
    return (PARTLY if fell or lighter or known.kept < known.compared else SAME), ()


def _repeated(known: Judged, compared: Burden, rules: RulePack) -> bool:
    """Say whether online asks for the counter's list, kind by kind and item by item."""
    stays = known.kept >= rules.number("DSN-01", "kept") * known.compared
    share = rules.number("DSN-01", "recognised")
    again = known.count[Fate.REPEATED] >= share * known.compared
    return stays and again and known.kept >= share * sum(compared.online.values())


def _unless_lean(known: Judged) -> tuple[str, tuple[Text, ...]]:
    """Call a list that stayed a copy, unless nothing of it is what going online should end.

    As in the verdict on a log, that is visits and documents that government holds.
    """
    papers = (held.item.kind is Kind.MATERIAL for held in known.elsewhere)
    if known.visits or any(papers):
        return COPIED, ()
    if not known.catalogued:
        return SAME, ()
    return LITTLE, (texts("grounds")["nothing_remains"],)


def _missing(service: Planned, design: Design) -> tuple[Text, ...]:
    said, found = texts("missing"), []
    if not service.channels:
        found.append(said["no_requirements"])
    else:
        if not service.channels.get(ONLINE):
            found.append(said["no_online"])
        if not service.channels.get(COUNTER):
            found.append(said["no_counter"])
    if not design.catalogued:
        found.append(said["no_catalogue"])
    elif not service.department:
        found.append(said["no_department"])
    return tuple(found)


def _compared(known: Judged, compared: Burden) -> Iterable[Text]:
    said = texts("grounds")
    if known.compared:
        yield said["kept"].format(
            n=str(known.compared),
            kept=str(known.kept),
            share=f"{known.kept / known.compared:.0%}",
            recognised=str(known.count[Fate.REPEATED]),
        )
    ratio = compared.ratio
    if ratio.ok:
        ends = {"value": ratio.value, "low": ratio.low, "high": ratio.high}
        yield said["ratio"].format(**{key: f"{value:.2f}" for key, value in ends.items()})
    yield said["counts"].format(counter=_counts(compared.counter), online=_counts(compared.online))
    for key, fates in (
        ("dropped", (Fate.DROPPED, Fate.LIGHTER)),
        ("added", (Fate.ADDED,)),
        ("lawful", (Fate.LAWFUL,)),
    ):
        items = [pair.item for pair in known.pairs if pair.fate in fates]
        if items:
            yield said[key].format(n=str(len(items)), listed=listed(i.name for i in items))


def _remains(known: Judged, design: Design) -> tuple[Text, ...]:
    said, found = texts("grounds"), []
    for key, items in (("visits", known.visits), ("signatures", known.signatures)):
        if items:
            names = listed(item.name for item in items)
            found.append(said[key].format(n=str(len(items)), listed=names))
    others = known.elsewhere
    own = [held for held in known.held if not held.holders]
    of = str(known.asked)
    if others:
        names = listed(held_name(held, design) for held in others)
        found.append(said["held"].format(of=of, n=str(len(others)), listed=names))
    elif known.asked and design.catalogued:
        found.append(said["nothing_held"].format(of=of))
    if own:
        names = listed(held.item.name for held in own)
        found.append(said["own"].format(n=str(len(own)), listed=names))
    open_ = sum(not held.confirmed for held in known.held)
    if open_:
        found.append(said["matched"].format(n=str(open_)))
    return tuple(found)


def holders_of(held: Held, design: Design) -> Text:
    """Name those who hold an item."""
    said = texts("grounds")
    names = (
        design.departments.get(key, Text.of(key)) if key else said["unnamed"]
        for key in held.holders
    )
    return listed(names) if held.holders else said["own_department"]


def held_name(held: Held, design: Design) -> Text:
    """Name an item with those who hold it."""
    name, who = held.item.name, holders_of(held, design)
    return Text(f"{name.zh}（{who.zh}）", f"{name.en} ({who.en})")


def listed(names: Iterable[Text]) -> Text:
    """Name the first of them, and say how many there are where there are more."""
    found = list(names)
    shown, more = found[:SHOWN], len(found) - SHOWN
    return Text(
        LISTED.zh.join(name.zh for name in shown) + (f"等 {len(found)} 项" if more > 0 else ""),
        LISTED.en.join(name.en for name in shown) + (f" and {more} more" if more > 0 else ""),
    )


def _counts(counts: Mapping[Kind, int]) -> Text:
    kinds = [(texts("kinds")[kind], counts[kind]) for kind in reversed(Kind)]
    return Text(
        PARTS.zh.join(f"{name.zh} {n}" for name, n in kinds),
        PARTS.en.join(f"{name.en} {n}" for name, n in kinds),
    )


def _of(items: Sequence[Required], kind: Kind) -> tuple[Required, ...]:
    return tuple(item for item in items if item.kind is kind)
