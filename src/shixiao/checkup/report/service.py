"""A page for each service: what a person goes through today, and what would help most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from shixiao.checkup.detectors.registry import detectors
from shixiao.checkup.index import DIMENSIONS
from shixiao.checkup.report.cells import Cell, Column, Table
from shixiao.checkup.report.figures import axis_of, cell_picture
from shixiao.checkup.report.findings import Row, counted, finding_row
from shixiao.checkup.report.journeys import Drawn, journey_of
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.overview import HOURS
from shixiao.checkup.report.scores import parts_table, total_table
from shixiao.checkup.report.speech import Speech, Unit, unit_of
from shixiao.checkup.savings import STAFF, Change, Savings
from shixiao.effect import Arm, measure, measures
from shixiao.terms import Estimate, Subject, SubjectKind, Text

MOST_CHANGES, MOST_MATERIALS = 8, 4
# What a service is compared by: time, effort, outcome; the spreadsheet holds every measure.
COMPARED = (
    "working_median",
    "working_p90",
    "within_promised",
    "visits",
    "dropout",
    "completion",
    "visible_steps",
    "resubmissions",
    "rekeys",
    "department_handoffs",
)
STAND_INS = {
    "working_median": "elapsed_median",
    "working_p90": "elapsed_p90",
    "within_promised": "within_statutory",
    "visible_steps": "steps",
}
PER_CASE = {
    "visits": Unit(1.0, Text("次", "visits")),
    "materials_held": Unit(1.0, Text("份", "documents")),
    "signatures": Unit(1.0, Text("处", "signatures")),
    "resubmissions": Unit(1.0, Text("次", "times")),
    "rekeys": Unit(1.0, Text("次", "times")),
}
CHANGES = {
    "visits": Text("不再多跑窗口", "No more visits than needed"),
    "materials_held": Text("不再要政府已有的材料", "No documents that government already holds"),
    "signatures": Text("用电子签名、电子印章", "Electronic signatures and seals"),
    "resubmissions": Text("一次告知，不用补正", "Tell all at once, nothing sent back"),
    "rekeys": Text("系统带入，不再重录", "Data carried over, not typed again"),
}


@dataclass(frozen=True, slots=True)
class Usual:
    """The median of every measure over all services, for “and the others?”."""

    medians: Mapping[str, float]
    largest: Mapping[str, tuple[float, float] | None]


@dataclass(frozen=True, slots=True)
class ServicePage:
    """Everything that one language half of a service page shows."""

    lang: str
    name: str
    title: str
    answer: str
    tags: tuple[Cell, ...]
    facts: tuple[tuple[str, str], ...]
    journey: Drawn
    help_sentence: str
    changes: Table | None
    late: str
    compared: Table | None
    findings: tuple[Row, ...]
    scores: Table | None
    parts: tuple[Table, ...]
    grounds: tuple[str, ...]
    missing: tuple[str, ...]


def usual(lookup: Lookup) -> Usual:
    """Take the median over services of every measure, and the axis that all of them share."""
    medians, largest = {}, {}
    for item in measures():
        found = [lookup.estimate(s, item.id) for s in lookup.subjects(SubjectKind.SERVICE)]
        ok = [e for e in found if e is not None and e.ok and e.value is not None]
        if ok:
            medians[item.id] = median(e.value for e in ok if e.value is not None)
            largest[item.id] = axis_of(ok)
    return Usual(medians, largest)


def service_page(speech: Speech, lookup: Lookup, subject: Subject, peers: Usual) -> ServicePage:
    """Return one half of a service's page."""
    saved = lookup.savings[subject.id]
    verdict = lookup.verdict(subject)
    findings = lookup.findings_of(subject)
    kinds = {d.kind: d for d in detectors()}
    rows = tuple(finding_row(speech, lookup, f, kinds[f.kind], up="../") for f in findings)
    found = lookup.scores(subject)
    name = speech.named(subject.name)
    tags: tuple[Cell, ...] = ()
    if verdict is not None:
        tags = (speech.verdict(verdict.verdict),)
    if findings:
        tags += (Cell("", tag=counted(speech, findings), tone="amber"),)
    return ServicePage(
        speech.language,
        name.text,
        name.title,
        _answer(speech, lookup, subject, saved),
        tags,
        _facts(speech, lookup, subject, saved),
        journey_of(speech, lookup, subject),
        _help(speech, saved),
        _changes(speech, lookup, saved),
        _late(speech, saved),
        _compared(speech, lookup, subject, peers),
        rows,
        total_table(speech, found) if found else None,
        tuple(parts_table(speech, found[d]) for d in DIMENSIONS if d in found and found[d].parts),
        tuple(speech.sentence(speech.say(g)) for g in verdict.grounds) if verdict else (),
        tuple(speech.sentence(speech.say(m)) for m in verdict.missing) if verdict else (),
    )


# ── the head ──────────────────────────────────────────────────────────────────────────────────


def _answer(speech: Speech, lookup: Lookup, subject: Subject, saved: Savings) -> str:
    """Say how long it takes and how often one goes, and what could be saved."""
    parts = []
    for channel, way in (
        ("online", speech.t("网上办", "Online")),
        ("", speech.t("办一次", "A case")),
    ):
        arm = Arm("channel", channel) if channel else None
        days = _known(lookup, subject, "working_median", arm)
        visits = _known(lookup, subject, "visits", arm)
        if days is None:
            continue
        said = speech.t(
            f"{way}，一半的人要 {_days(speech, days)} 个工作日",
            f"{way}, half of all people wait {_days(speech, days)} working days",
        )
        if visits is not None:
            times = speech.number(visits.value or 0.0)
            said += speech.t(f"，平均跑 {times} 次窗口", f" and visit a counter {times} times")
        parts.append(said)
        break
    if saved.people.ok and saved.people.value:
        hours = speech.in_words(saved.people, HOURS)
        parts.append(
            speech.t(
                f"改好以后，一年能给群众省 {hours}", f"mended, it would save people {hours} a year"
            )
        )
    if not parts:
        return speech.t(
            "件数太少或缺少记录，还说不出办这件事要走多远。",
            "There are too few cases or records to tell how far people go.",
        )
    return speech.sentence(speech.t("；", "; ").join(parts))


def _days(speech: Speech, days: Estimate) -> str:
    value = days.value or 0.0
    return speech.t("不到 0.1", "under 0.1") if value < 0.1 else speech.number(value, 1)


def _known(lookup: Lookup, subject: Subject, name: str, arm: Arm | None) -> Estimate | None:
    found = lookup.estimate(subject, name, arm)
    return found if found is not None and found.ok and found.value is not None else None


def _facts(
    speech: Speech, lookup: Lookup, subject: Subject, saved: Savings
) -> tuple[tuple[str, str], ...]:
    n = lookup.size(subject)
    facts = [(speech.t("件数", "Cases"), f"{n:,}" if n else speech.t("不公开", "not public"))]
    if saved.cases and round(saved.cases) != n:
        facts.append((speech.t("折合一年", "A year"), speech.cases(round(saved.cases))))
    facts.append((speech.t("编号", "Id"), speech.name(subject.id)))
    return tuple(facts)


# ── what would help most ──────────────────────────────────────────────────────────────────────


def _help(speech: Speech, saved: Savings) -> str:
    if not saved.people.ok:
        return speech.reason(saved.people)
    staff = ""
    if saved.staff.ok and saved.staff.value:
        hours = speech.in_words(saved.staff, HOURS)
        staff = speech.t(f"，工作人员另省 {hours}", f", and staff {hours}")
    hours = speech.in_words(saved.people, HOURS)
    return speech.t(
        f"几项都做到，群众一年少花 {hours}{staff}。",
        f"All of it done, people would spend {hours} less a year{staff}.",
    )


def _changes(speech: Speech, lookup: Lookup, saved: Savings) -> Table | None:
    if not saved.changes:
        return None
    shown = saved.changes[:MOST_CHANGES]
    axis = axis_of([c.hours for c in shown])
    columns = (
        Column(speech.t("改什么", "What to change")),
        Column(speech.t("今天每件", "A case today"), number=True),
        Column(speech.t("一年可免", "Could go a year"), number=True),
        Column(speech.t("一年省多少小时", "Hours saved a year"), number=True),
        Column(speech.t("时间按哪条规则", "Time by rule")),
    )
    rows = tuple(_change(speech, lookup, change, axis) for change in shown)
    note = speech.t(
        "省的时间 = 一年可免的次数或份数 × 每次所费时间。每次所费时间是本平台的假设，"
        "写在规则里，可以改；区间把抽样误差和这个假设的范围合在一起。按省的时间从多到少排。",
        "Hours are what could go in a year times the time of each. That time is our assumption,"
        " kept in rules that may be changed; the interval joins sampling error with the range of"
        " the assumption. The greatest saving comes first.",
    )
    return Table(speech.t("最有用的改变", "What would help most"), columns, rows, note)


def _change(
    speech: Speech, lookup: Lookup, change: Change, axis: tuple[float, float] | None
) -> tuple[Cell, ...]:
    unit = PER_CASE[change.measure]
    rules = lookup.evaluation.rules
    of = speech.arm("channel", change.channel) if change.channel else ""
    held = [
        speech.t(
            f"{speech.name(m.name, room=24)}（{speech.name(m.held_by)}已有）",
            f"{speech.name(m.name, room=40)} (held by {speech.name(m.held_by)})",
        )
        for m in change.materials[:MOST_MATERIALS]
        if m.held_by is not None
    ]
    rest = len(change.materials) - len(held)
    if rest > 0:
        held.append(speech.t(f"另有 {rest} 份", f"{rest} more"))
    lines = (speech.t("、", ", ").join(held),) if held else ()
    if change.measure in STAFF:
        lines = (*lines, speech.t("省的是工作人员的时间", "time of staff"))
    name = speech.say(CHANGES[change.measure])
    units = speech.estimate(change.units, unit, with_unit=True)
    hours = speech.estimate(change.hours, HOURS)
    svg = cell_picture(speech, change.hours, axis)
    today = speech.estimate(change.per_case, unit, with_unit=True)
    return (
        Cell(name + (speech.t(f"（{of}）", f" ({of.lower()})") if of else ""), lines=lines),
        Cell(today.text, today.interval, note=f"n = {change.per_case.n:,}"),
        units,
        Cell(hours.text, hours.interval, svg=svg),
        Cell(change.rule, note=speech.say(rules.rule(change.rule).name)),
    )


def _late(speech: Speech, saved: Savings) -> str:
    if saved.late is None or not saved.late.value:
        return ""
    late = speech.in_words(saved.late, Unit(1.0, Text("件", "cases")))
    return speech.t(
        f"另外，一年有 {late} 超过承诺时限才办结；按时办结不省人时，但少等。",
        f"Besides, {late} a year end after the promised limit; keeping it saves no hours of work,"
        " yet people wait less.",
    )


# ── against the others ────────────────────────────────────────────────────────────────────────


def _compared(speech: Speech, lookup: Lookup, subject: Subject, peers: Usual) -> Table | None:
    if len(lookup.subjects(SubjectKind.SERVICE)) < 2:
        return None
    rows, size = [], lookup.size(subject)
    for name in COMPARED:
        item = measure(name if name in peers.medians else STAND_INS.get(name, name))
        found = lookup.estimate(subject, item.id)
        middle = peers.medians.get(item.id)
        if found is None or middle is None:
            continue
        unit = unit_of(item, [Estimate.fact(middle, 1)])
        axis = peers.largest[item.id]
        scaled = None if axis is None else (axis[0] * unit.factor, axis[1] * unit.factor)
        cell = speech.estimate(found, unit, with_unit=True)
        rows.append(
            (
                Cell(speech.say(item.name)),
                Cell(
                    cell.text,
                    cell.interval,
                    note="" if cell.sentence or found.n == size else f"n = {found.n:,}",
                    svg=cell_picture(speech, unit.of(found), scaled),
                    sentence=cell.sentence,
                ),
                Cell(speech.number(middle * unit.factor) + unit.sign),
                _better(speech, found, middle, lower=item.better == "lower"),
            )
        )
    columns = (
        Column(speech.t("指标", "Measure")),
        Column(speech.t("这项服务", "This service"), number=True),
        Column(speech.t("全部服务的中位", "Median of all services"), number=True),
        Column(speech.t("对群众", "For people")),
    )
    note = speech.t(
        (f"没有另外注明的，n = {size:,}。" if size else "")
        + "同一行的横轴从 0 到全部服务里最大的数。区间跨过中位数的，看不出好坏。",
        (f"n = {size:,} unless told otherwise. " if size else "")
        + "The axis of a row runs from 0 to the largest of all services. Where the interval crosses"
        " the median, neither better nor worse can be told.",
    )
    return Table(speech.t("和其他服务比", "Against the other services"), columns, tuple(rows), note)


def _better(speech: Speech, found: Estimate, middle: float, *, lower: bool) -> Cell:
    if not found.ok or found.low is None or found.high is None:
        return Cell("—")
    if found.low <= middle <= found.high:
        return Cell(speech.t("看不出差别", "no difference seen"))
    good = (found.high < middle) == lower
    if good:
        return Cell("", tag=speech.t("好于中位", "Better"), tone="green")
    return Cell("", tag=speech.t("差于中位", "Worse"), tone="amber")
