"""One part for each judged subject: its ribbon, its burdens as ratios, how alike the arms are."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.report.addresses import FOLDER
from shixiao.checkup.report.cells import Cell, Column, Figure, Table
from shixiao.checkup.report.figures import intervals
from shixiao.checkup.report.journeys import Drawn, journey_of
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech, Unit, unit_of
from shixiao.effect import Compared, measure
from shixiao.effect.requirements import FACTS
from shixiao.pictures import IntervalRow
from shixiao.terms import Estimate, Subject, Text, Verdict

SHOWN = 12
SHOWN_IN_CITY = 3  # where each service has a page of its own
CONFIRMED = Text("依据确认的记录", "On confirmed records")
SUGGESTED = Text("依据建议的环节对应，尚待确认", "On the suggested activity map, unconfirmed")


@dataclass(frozen=True, slots=True)
class SubjectPart:
    """What the report shows about one subject."""

    anchor: str
    name: str
    title: str
    cases: str
    verdict: Cell | None
    journey: Drawn
    on_top: bool
    burdens: Figure | None
    numbers: Table | None
    likeness: str

    @property
    def empty(self) -> bool:
        """True when there is nothing but a sentence to show."""
        drawn = self.on_top or self.journey.figure or self.burdens or self.numbers
        return not drawn and self.verdict is None


@dataclass(frozen=True, slots=True)
class Subjects:
    """The parts, those of which there is but a sentence, and how many the spreadsheet alone has."""

    parts: tuple[SubjectPart, ...]
    empty: tuple[SubjectPart, ...]
    left_out: int


def anchor(speech: Speech, subject: Subject, lookup: Lookup) -> str:
    """Return the id of a subject's part, or "" when it has none."""
    shown = shown_subjects(lookup)
    return f"{speech.language}-subject-{shown.index(subject) + 1}" if subject in shown else ""


def link(speech: Speech, subject: Subject, lookup: Lookup) -> str:
    """Return where a subject is told of at length: its own page, or its part of the report."""
    page = lookup.page(subject)
    if page:
        return f"{FOLDER}/{page}#{speech.language}"
    target = anchor(speech, subject, lookup)
    return f"#{target}" if target else ""


def shown_subjects(lookup: Lookup) -> list[Subject]:
    """Return the judged subjects, gravest first; without verdicts those with journeys."""
    verdicts = lookup.verdicts()
    if verdicts:
        most = SHOWN_IN_CITY if lookup.page(verdicts[0].subject) else SHOWN
        return [verdict.subject for verdict in verdicts][:most]
    traced = sorted(_traced(lookup), key=lambda s: (-lookup.size(s), s))
    return traced[: SHOWN_IN_CITY if traced and lookup.page(traced[0]) else SHOWN]


def _traced(lookup: Lookup) -> list[Subject]:
    """Return the subjects whose journey is known."""
    return [s for s in (*lookup.all_subjects(), lookup.whole) if lookup.journey(s)]


def subjects(speech: Speech, lookup: Lookup, *, on_top: Subject | None) -> Subjects:
    """Return the parts of the judged subjects; the ribbon of ``on_top`` heads the report."""
    verdicts = {verdict.subject: verdict for verdict in lookup.verdicts()}
    shown = shown_subjects(lookup)
    parts = tuple(
        _part(speech, lookup, subject, verdicts.get(subject), on_top=subject == on_top)
        for subject in shown
    )
    total = len(verdicts or _traced(lookup))
    return Subjects(
        tuple(part for part in parts if not part.empty),
        tuple(part for part in parts if part.empty),
        total - len(shown),
    )


def _part(
    speech: Speech, lookup: Lookup, subject: Subject, verdict: Verdict | None, *, on_top: bool
) -> SubjectPart:
    name = speech.named(subject.name)
    tag = speech.verdict(verdict.verdict) if verdict is not None else None
    journey = Drawn(None) if on_top else journey_of(speech, lookup, subject)
    return SubjectPart(
        anchor(speech, subject, lookup),
        name.text,
        name.title,
        _cases(speech, lookup, subject, verdict),
        tag,
        journey,
        on_top,
        _burdens(speech, lookup, subject),
        _numbers(speech, lookup, subject),
        _likeness(speech, lookup, verdict),
    )


def _cases(speech: Speech, lookup: Lookup, subject: Subject, verdict: Verdict | None) -> str:
    total = speech.cases(lookup.size(subject))
    comparison = lookup.comparison
    if verdict is None or comparison is None:
        return total
    a, b = speech.arms(comparison)
    n_a, n_b = speech.count(verdict.details["n_a"]), speech.count(verdict.details["n_b"])
    return speech.t(f"{total}，其中{a} {n_a} 件、{b} {n_b} 件", f"{total}: {a} {n_a}, {b} {n_b}")


# ── burdens ───────────────────────────────────────────────────────────────────────────────────


def telling(lookup: Lookup, subject: Subject) -> list[Compared]:
    """Return the comparisons worth showing: both arms have cases, and a guess changes something."""
    found = [c for c in lookup.compared(subject) if min(c.cases) > 0]
    sure = {c.measure: _rounded(c) for c in found if not c.suggested}
    return [c for c in found if not c.suggested or sure.get(c.measure) != _rounded(c)]


def _rounded(compared: Compared) -> str:
    value = compared.ratio.value
    return "" if value is None else f"{value:.2f}"


def _rows(lookup: Lookup, subject: Subject) -> list[IntervalRow]:
    """Return the ratios of the burden vector: confirmed ones, then those that rest on guesses."""
    compared = [c for c in telling(lookup, subject) if measure(c.measure).burden is not None]
    suggests = any(c.suggested for c in compared)
    sure = [(measure(c.measure), c.ratio) for c in compared if not c.suggested]
    sure += [
        (measure(name), _fact_ratio(a, b))
        for name in FACTS
        for a, b in (lookup.facts(subject, name),)
        if a is not None and b is not None
    ]
    sure.sort(key=lambda pair: pair[0].burden or 0)
    rows = [IntervalRow(m.name, e, CONFIRMED if suggests else None) for m, e in sure]
    rows += [
        IntervalRow(measure(c.measure).name, c.ratio, SUGGESTED) for c in compared if c.suggested
    ]
    return rows


def _fact_ratio(a: int, b: int) -> Estimate:
    if b:
        return Estimate.fact(a / b, 1)
    none = (
        Text("两组都没有", "neither has any") if a == 0 else Text("从无到有", "from none to some")
    )
    reason = Text(
        f"{none.zh}（{a} 比 {b}），没有比值", f"{none.en} ({a} to {b}); there is no ratio"
    )
    return Estimate.not_assessable(reason)


def _burdens(speech: Speech, lookup: Lookup, subject: Subject) -> Figure | None:
    rows = _rows(lookup, subject)
    comparison = lookup.comparison
    if not rows or comparison is None:
        return None
    a, b = speech.arms(comparison)
    unit = Unit(1.0, Text.of(speech.t(f"{a}是{b}的几倍", f"{a} as a multiple of {b}")))
    n = max((sum(c.cases) for c in lookup.compared(subject)), default=0)
    caption = speech.t(
        f"{a}除以{b}，{speech.cases(n)}；点是估计值，横线是 95% 区间，虚线是 1 倍（没有差别）。"
        "区间跨过虚线的，看不出多了还是少了。",
        f"{a} divided by {b}, {speech.cases(n)}; the dot is the estimate, the line its 95%"
        " interval,"
        " the dashed line is 1 (no difference). Where the interval crosses it, neither more nor"
        " less can be told.",
    )
    return intervals(
        speech,
        rows,
        unit,
        title=speech.t("各项负担的比值", "Burdens as ratios"),
        caption=caption,
        ratio=True,
    )


def _numbers(speech: Speech, lookup: Lookup, subject: Subject) -> Table | None:
    """Return the table twin of the plot, with every compared measure."""
    compared, comparison = telling(lookup, subject), lookup.comparison
    if not compared or comparison is None:
        return None
    a, b = speech.arms(comparison)
    columns = (
        Column(speech.t("指标", "Measure")),
        Column(a, number=True),
        Column(b, number=True),
        Column(speech.t(f"{a}是{b}的几倍", f"{a} as a multiple of {b}"), number=True),
        Column(speech.t(f"件数（{a}、{b}）", f"n ({a}, {b})"), number=True),
    )
    rows = [_compared_row(speech, item) for item in compared]
    strata = sorted({column for item in compared for column in item.strata})
    note = ""
    if strata:
        by = speech.t("、", ", ").join(speech.column(column) for column in strata)
        note = speech.t(
            f"比值已按{by}消除办件构成的差异；两组的数值未作调整。",
            f"Ratios are levelled by {by}; the values of both arms are as measured.",
        )
    return Table(
        speech.t("两组各项指标", "Both arms, measure by measure"), columns, tuple(rows), note
    )


def _compared_row(speech: Speech, item: Compared) -> tuple[Cell, ...]:
    known = measure(item.measure)
    values = [
        Estimate.fact(m, n) for m, n in zip(item.means, item.cases, strict=True) if m is not None
    ]
    unit = unit_of(known, values)
    middle = [
        Cell("—") if mean is None else speech.estimate(Estimate.fact(mean, n), unit, with_unit=True)
        for mean, n in zip(item.means, item.cases, strict=True)
    ]
    note = speech.say(SUGGESTED) if item.suggested else ""
    ratio = Unit(1.0, Text("倍", "times"))
    return (
        Cell(speech.say(known.name), note=note),
        *middle,
        speech.estimate(item.ratio, ratio),
        Cell(" · ".join(speech.count(n) for n in item.cases)),
    )


def _likeness(speech: Speech, lookup: Lookup, verdict: Verdict | None) -> str:
    """Say how alike the two arms are, with the interval and what it is made of."""
    copied = verdict.details.get("copy_index") if verdict is not None else None
    if not copied:
        return ""
    index = copied["index"]
    limit = lookup.evaluation.rules.number("E-03")
    span = f"{index['value']:.2f} [{index['low']:.2f} – {index['high']:.2f}]"
    n, kinds = speech.cases(index["n"]), speech.count(copied["variants"])
    chance = speech.percent(copied["p"])
    reached = index["value"] >= limit
    drawn = copied["drawn"]
    lot = ""
    if drawn:
        lot = speech.t(
            f"走法太多，每组抽签取 {drawn} 件比较。", f" {drawn} cases of each were drawn by lot."
        )
    return speech.t(
        f"流程相似度 {span}（{n}，{kinds} 种走法），"
        f"{'达到' if reached else '未达到'}照搬的门槛 {limit:g}。"
        f"1 表示两组的走法分不出彼此，0 表示毫无共同之处。假如两组本是同一种流程，"
        f"偶然出现这么大差异的概率是 {chance}。{lot}",
        f"Likeness of the process {span} ({n}, {kinds} variants),"
        f" {'at or above' if reached else 'below'} the threshold of {limit:g} for a copy. 1 means"
        " that the arms cannot be told apart, 0 that they share nothing. Were both one and the same"
        f" process, chance alone would differ this much with probability {chance}.{lot}",
    )
