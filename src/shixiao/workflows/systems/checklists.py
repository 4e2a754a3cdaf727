"""Checklists: one set of evidence, put in the order of a standard's clauses.

For OWASP ASVS 5.0.0, 等保 (GB/T 22239-2019, level 3) and 密评 (GB/T 39786-2021). A clause stands
there with every check and record that speaks to it; clauses that nothing here speaks to are for
people to look at, and the paper says so. Not assessed is never passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils import timezone

from shixiao.exports import Cell, Document, Sheet
from shixiao.records.models import System
from shixiao.security.assessing import Exhibit, asked_of, ends, library
from shixiao.security.told import all_described
from shixiao.terms import Text
from shixiao.workflows.clock import pack
from shixiao.workflows.registered import about_of, latest
from shixiao.workflows.systems.dossier import PAPER, dossier_of, names

STANDARDS = {
    "asvs": Text("OWASP ASVS 5.0.0 核对表", "Checklist of OWASP ASVS 5.0.0"),
    "mlps": Text("等级测评准备表（GB/T 22239-2019）", "Preparation for MLPS (GB/T 22239-2019)"),
    "crypto": Text(
        "密评准备表（GB/T 39786-2021）",
        "Preparation for the cryptography assessment (GB/T 39786-2021)",
    ),
}
UNITS = {
    "network": Text("网络和通信安全", "Network and communication"),
    "application": Text("应用和数据安全", "Application and data"),
    "personnel": Text("人员管理", "Personnel"),
    "management": Text("管理制度", "Management"),
    "construction": Text("建设运行", "Construction and operation"),
    "emergency": Text("应急处置", "Emergency response"),
}
HEADS = (
    Text("条款", "Clause"),
    Text("检查或材料", "Check or record"),
    Text("结果", "Result"),
    Text("取得日期", "Taken on"),
    Text("位置", "Place"),
)
ONLY = Text(
    "只列出本平台有证据的条款；没有列出的须由人核对。未测成和缺失都不算符合。",
    "Only clauses to which there is evidence here are listed; the others are for people to check."
    " What was not assessed or is missing has not passed.",
)


class Result(StrEnum):
    """How a clause stands by one piece of evidence."""

    HOLDS = "holds"
    FAILS = "fails"
    OVER = "over"
    MISSING = "missing"


RESULTS = {
    Result.HOLDS: Text("符合", "holds"),
    Result.FAILS: Text("不符合", "does not hold"),
    Result.OVER: Text("证据已过期", "evidence expired"),
    Result.MISSING: Text("没有评估", "not assessed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One clause by one check or record.

    Attributes:
        clause: of the standard.
        evidence: the check or record, in words.
        result: how it stands.
        taken: day on which it was taken; None without.
        place: where it does not hold; "" elsewhere.
    """

    clause: str
    evidence: Text
    result: Result
    taken: date | None
    place: str = ""


def lines(system: System, standard: str, *, now: datetime) -> list[Line]:
    """Return what the evidence says of each clause, in the order of the clauses."""
    newest = _newest(system, now)
    wanted = frozenset().union(*asked_of(about_of(system)).values())
    found = [
        line
        for name, clauses in _clauses(standard)
        if name.partition(".")[0] in wanted or name in wanted
        for clause in clauses
        for line in _of(name, clause, newest, now)
    ]
    return sorted(found, key=lambda line: (_order(line.clause), line.evidence.en, line.place))


def sheet(system: System, standard: str, *, chinese: bool, now: datetime) -> Sheet:
    """Return the checklist as a table."""
    language = "zh" if chinese else "en"
    rows = [_cells(line, standard, language) for line in lines(system, standard, now=now)]
    return Sheet(f"{standard}-{system.identifier}", HEADS, rows)


def paper(system: System, standard: str, *, chinese: bool, now: datetime) -> bytes:
    """Return the checklist as a document that can be printed."""
    language = "zh" if chinese else "en"
    title = f"{system.name.in_language(language)} · {STANDARDS[standard].in_language(language)}"
    made, release = Document(title=title, chinese=chinese), latest(system)
    made.title(title)
    told = Text(
        f"系统编号 {system.identifier}，版本 {release.label if release else '—'}，"
        f"截至 {timezone.localdate(now).isoformat()}。",
        f"System {system.identifier}, release {release.label if release else '—'}, as of"
        f" {timezone.localdate(now).isoformat()}.",
    )
    made.paragraph(told.in_language(language))
    made.paragraph(ONLY.in_language(language))
    rows = [
        [str(cell if cell is not None else "—") for cell in _cells(line, standard, language)]
        for line in lines(system, standard, now=now)
    ]
    made.table([head.in_language(language) for head in HEADS], rows)
    return made.to_bytes()


def _clauses(standard: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give each check and each criterion with its clauses of a standard."""
    for probe in all_described().values():
        for check in probe.checks.values():
            yield f"{probe.id}.{check.id}", check.clauses.get(standard, ())
    for name, criterion in library().criteria.items():
        yield name, criterion.clauses.get(standard, ())


def _newest(system: System, now: datetime) -> Mapping[str, Exhibit]:
    dossier = dossier_of(system, now=now)
    return {
        each.kept.name: each
        for each in sorted(dossier.exhibits, key=lambda each: each.kept.at)
        if each.release in ("", dossier.release) and each.kept.at <= now
    }


def _of(name: str, clause: str, newest: Mapping[str, Exhibit], now: datetime) -> Iterator[Line]:
    """Give the lines of one check or criterion: one for each place where it does not hold."""
    each = newest.get(name.partition(".")[0])
    called = names()[name]
    if each is None or each.checks is None or each.reason is not None:
        yield Line(clause, called, Result.MISSING, None)
        return
    taken = timezone.localdate(each.kept.at)
    if ends(each.kept, pack()) <= now:
        yield Line(clause, called, Result.OVER, taken)
        return
    seen = [one for one in each.checks if one.check in {name, f"{PAPER}.{name}"}]
    failed = [one for one in seen if not one.passed]
    for one in failed:
        yield Line(clause, called, Result.FAILS, taken, one.locator)
    if seen and not failed:
        yield Line(clause, called, Result.HOLDS, taken)


def _order(clause: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(p), "") if p.isdigit() else (0, p) for p in clause.split("."))


def _cells(line: Line, standard: str, language: str) -> list[Cell]:
    clause = line.clause
    if standard == "crypto" and clause in UNITS:
        clause = UNITS[clause].in_language(language)
    return [
        f"V{clause}" if standard == "asvs" else clause,
        line.evidence.in_language(language),
        RESULTS[line.result].in_language(language),
        line.taken.isoformat() if line.taken else None,
        line.place or None,
    ]
