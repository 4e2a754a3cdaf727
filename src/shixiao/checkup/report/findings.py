"""Findings by kind: how many were tested, what stands out, and what speaks against each one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.checkup.detectors.registry import Detector, detectors
from shixiao.checkup.detectors.trial import Outcome
from shixiao.checkup.report.cells import Cell, Column, Table
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech, Unit
from shixiao.checkup.report.words import ONE_SUBJECT, SEVERITIES, SUBJECTS, TABLES
from shixiao.terms import Finding, SubjectKind, Text

SHOWN = 20
UNITS = {
    "share": Unit(100.0, Text("%", "%"), "%"),
    "ratio": Unit(1.0, Text("倍", "times")),
    "count": Unit(1.0, Text("项", "items")),
    "hours": Unit(1.0, Text("小时", "hours")),
}
_WEIGHED = (Outcome.CLEAR, Outcome.FLAGGED, Outcome.EXPLAINED)


@dataclass(frozen=True, slots=True)
class Drawer:
    """What opens below a finding: what was ruled out, what would disprove it, rows, the law."""

    innocents: tuple[str, ...]
    disproof: str
    evidence: tuple[tuple[str, tuple[str, ...], str], ...]
    rule: str
    articles: tuple[str, ...]
    number: str


@dataclass(frozen=True, slots=True)
class Row:
    """One finding."""

    anchor: str
    subject: Cell
    sentence: str
    seen: Cell
    usual: str
    chance: str
    severity: Cell
    kind: str
    drawer: Drawer


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding with its gravest findings."""

    anchor: str
    name: str
    about: str
    count: str
    tested: str
    fact: bool
    rows: tuple[Row, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Found:
    """The section: one line per kind, then each kind that has findings."""

    overview: Table
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How the subjects of a kind fared.

    Attributes:
        tested: subjects of which at least one measure could be judged.
        insufficient: subjects with too few records for any measure.
        unknown: subjects that lack what every measure needs.
        explained: trials that stood out and were explained.
    """

    tested: int
    insufficient: int
    unknown: int
    explained: int


def tallies(lookup: Lookup) -> dict[str, Tally]:
    """Return kind → how its subjects fared."""
    outcomes: dict[str, dict[tuple[SubjectKind, str], set[Outcome]]] = defaultdict(
        lambda: defaultdict(set)
    )
    explained: dict[str, int] = defaultdict(int)
    for tried in lookup.tried:
        subject = tried.trial.subject
        outcomes[tried.kind][subject.kind, subject.id].add(tried.outcome)
        explained[tried.kind] += tried.outcome is Outcome.EXPLAINED
    found = {}
    for kind, subjects in outcomes.items():
        tested = sum(any(o in _WEIGHED for o in seen) for seen in subjects.values())
        few = sum(
            Outcome.INSUFFICIENT in seen and not any(o in _WEIGHED for o in seen)
            for seen in subjects.values()
        )
        found[kind] = Tally(tested, few, len(subjects) - tested - few, explained[kind])
    return found


def found_part(speech: Speech, lookup: Lookup) -> Found | None:
    """Return the section; None where nothing was looked for."""
    if not lookup.city:
        return None
    counts = tallies(lookup)
    by_kind: dict[str, list[Finding]] = defaultdict(list)
    for finding in lookup.findings:
        by_kind[finding.kind].append(finding)
    kinds = tuple(
        _kind(speech, lookup, detector, by_kind[detector.kind], counts.get(detector.kind))
        for detector in detectors()
        if by_kind[detector.kind]
    )
    return Found(_overview(speech, lookup, counts, by_kind), kinds)


def counted(speech: Speech, findings: Sequence[Finding]) -> str:
    """Say “12 条线索、2 项违规”."""
    leads = sum(f.lead for f in findings)
    breaches = len(findings) - leads
    parts = []
    if leads:
        parts.append(
            speech.t(f"{leads:,} 条线索", f"{leads:,} {'lead' if leads == 1 else 'leads'}")
        )
    if breaches:
        one = "breach" if breaches == 1 else "breaches"
        parts.append(speech.t(f"{breaches:,} 项违规", f"{breaches:,} {one}"))
    return speech.t("、", ", ").join(parts) or speech.t("没有发现", "none found")


def _overview(
    speech: Speech,
    lookup: Lookup,
    counts: dict[str, Tally],
    by_kind: dict[str, list[Finding]],
) -> Table:
    columns = (
        Column(speech.t("查什么", "What was looked for")),
        Column(speech.t("发现", "Found")),
        Column(speech.t("查了多少", "Tested"), number=True),
        Column(speech.t("记录太少", "Too few records"), number=True),
        Column(speech.t("突出但有正当原因", "Stood out, explained"), number=True),
    )
    rows = tuple(
        _line(speech, lookup, detector, counts.get(detector.kind), by_kind[detector.kind])
        for detector in detectors()
    )
    note = speech.t(
        "记录太少的没有查，不等于没有问题。突出但经核对有正当原因的，不列为线索。",
        "Where records are too few nothing was tested, which is no pass. What stood out and had an"
        " innocent explanation is no lead.",
    )
    return Table(speech.t("各类问题", "Kind by kind"), columns, rows, note)


def _line(
    speech: Speech,
    lookup: Lookup,
    detector: Detector,
    tally: Tally | None,
    findings: Sequence[Finding],
) -> tuple[Cell, ...]:
    name = speech.say(detector.name)
    href = f"#{speech.language}-kind-{detector.kind}" if findings else ""
    head = Cell(name, href=href, note=speech.say(detector.about))
    why = next((r for k, _, r in lookup.evaluation.checkup.missing if k == detector.kind), None)
    if tally is None and (why is not None or not detector.fact):
        said = (
            speech.sentence(speech.say(why)) if why else speech.t("没有可查的记录。", "no records.")
        )
        cell = Cell(speech.t("不能评估：", "Not assessable: ") + said, sentence=True)
        return head, cell, Cell("—"), Cell("—"), Cell("—")
    tone = "red" if findings and detector.fact else "amber" if findings else "green"
    tag = Cell("", tag=counted(speech, findings), tone=tone)
    if detector.fact or tally is None:
        return head, tag, Cell(speech.t("逐个核对", "each one")), Cell("—"), Cell("—")
    if not tally.tested and not findings:
        tag = Cell("", tag=speech.t("记录太少，没有查", "Too few records"), tone="grey")
    return (
        head,
        tag,
        Cell(speech.of_kind(tally.tested, detector.subject)),
        Cell(speech.of_kind(tally.insufficient, detector.subject) if tally.insufficient else "0"),
        Cell(speech.t(f"{tally.explained:,} 处", f"{tally.explained:,}")),
    )


def _kind(
    speech: Speech,
    lookup: Lookup,
    detector: Detector,
    findings: Sequence[Finding],
    tally: Tally | None,
) -> Kind:
    rows = tuple(finding_row(speech, lookup, f, detector) for f in findings[:SHOWN])
    return Kind(
        f"{speech.language}-kind-{detector.kind}",
        speech.say(detector.name),
        speech.say(detector.about),
        counted(speech, findings),
        _tested(speech, detector, tally),
        detector.fact,
        rows,
        max(len(findings) - SHOWN, 0),
    )


def _tested(speech: Speech, detector: Detector, tally: Tally | None) -> str:
    if detector.fact or tally is None:
        return speech.t(
            "按登记内容逐个核对，查明即是事实，不是推断。",
            "Checked one by one against the register: facts, not inferences.",
        )
    of = speech.say(SUBJECTS[detector.subject])
    tested = speech.of_kind(tally.tested, detector.subject)
    was = "was" if tally.tested == 1 else "were"
    said = speech.t(f"查了 {tested}", f"{tested} {was} tested")
    if tally.insufficient:
        said += speech.t(
            f"，另有 {tally.insufficient:,} {of[0]}记录太少、没有查",
            f"; {tally.insufficient:,} more {'has' if tally.insufficient == 1 else 'have'} too few"
            " records",
        )
    if tally.explained:
        said += speech.t(
            f"；{tally.explained:,} 处突出但有正当原因，没有列入",
            f"; {tally.explained:,} that stood out had an innocent explanation and"
            f" {'is' if tally.explained == 1 else 'are'} left out",
        )
    return said + speech.t(
        "。线索不是结论：先核实，再定性。", ". A lead is no verdict: check it first."
    )


# ── one finding ───────────────────────────────────────────────────────────────────────────────


def finding_row(
    speech: Speech, lookup: Lookup, finding: Finding, detector: Detector, *, up: str = ""
) -> Row:
    """Return a finding with its drawer; ``up`` leads from the page to the folder of the report."""
    words, tone = SEVERITIES[finding.severity]
    unit = UNITS[detector.measures[finding.measure].unit]
    page = lookup.page(finding.subject)
    href = f"{up}services/{page}#{speech.language}" if page and not up else ""
    measured = Cell(speech.t("查实", "Established"))
    usual = speech.t("应当没有", "none allowed")
    if finding.lead:
        measured = _seen(speech, finding, unit)
        usual = _usual(speech, finding, unit)
    return Row(
        f"{speech.language}-finding-{finding.id}",
        speech.named(finding.subject.name, href=href),
        speech.sentence(speech.say(finding.text)),
        measured,
        usual,
        chance(speech, finding.p_adjusted),
        Cell("", tag=speech.say(words), tone=tone),
        speech.say(finding.name),
        _drawer(speech, lookup, finding),
    )


def _seen(speech: Speech, finding: Finding, unit: Unit) -> Cell:
    cell = speech.estimate(finding.estimate, unit, with_unit=True)
    n = f"n = {finding.estimate.n:,}"
    return Cell(cell.text, cell.interval, note="" if cell.sentence else n, sentence=cell.sentence)


def _usual(speech: Speech, finding: Finding, unit: Unit) -> str:
    if finding.usual is None:
        return speech.t("没有同类可比", "no peers")
    number = speech.number(finding.usual * unit.factor)
    return f"{number}{unit.sign}" if unit.sign else f"{number} {speech.say(unit.name)}"


def chance(speech: Speech, p: float | None) -> str:
    """Say an adjusted p as a chance in per cent."""
    if p is None:
        return "—"
    if p < 0.001:
        return speech.t("不到 0.1%", "under 0.1%")
    return f"{p * 100:.1f}%"


def _drawer(speech: Speech, lookup: Lookup, finding: Finding) -> Drawer:
    rules = lookup.evaluation.rules
    rule = speech.say(rules.rule(finding.rule).name) if finding.rule in rules.rules else ""
    return Drawer(
        tuple(speech.sentence(speech.say(i.text)) for i in finding.innocents if not i.explains),
        speech.sentence(speech.say(finding.disproof)),
        tuple((_table_name(speech, e.table), e.keys, e.sha256) for e in finding.evidence if e.keys),
        f"{finding.rule} {rule}".strip(),
        tuple(speech.say(article) for article in finding.articles),
        finding.id,
    )


def _table_name(speech: Speech, table: str) -> str:
    known = TABLES.get(table)
    if known is None:
        return table
    return speech.t(f"{known.zh}（{table} 表）", f"{known.en} (table {table})")


def subject_head(speech: Speech, kind: SubjectKind) -> str:
    """Return the head of a column of subjects."""
    return speech.say(ONE_SUBJECT[kind])
