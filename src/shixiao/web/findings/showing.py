"""Findings in words: what was seen, what is usual, how sure it is, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from shixiao.checkup.ratios import times
from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.findings import UNITS, chance
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.report.words import SEVERITIES, TABLES
from shixiao.records.models import Finding, Sighting
from shixiao.terms import Estimate, Severity, Text
from shixiao.web.results.reading import claim
from shixiao.web.results.words import kind_name, kinds
from shixiao.web.shell.pages import language
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack

ENDS = ("value", "low", "high")
# What a ratio is called, and how it is read.
TIMES = (Text("与同类之比", "Against peers"), Text("是同类中位的几倍", "times the middle peer"))
ODDS = (
    Text("与同类的优势比", "Odds ratio"),
    Text("有与没有之比，是同类中位的几倍", "with to without, times that of the middle peer"),
)
STATES: Mapping[str, tuple[Text, str]] = {
    "lead": (Text("待核查", "To be checked"), "amber"),
    "case": (Text("已立案", "Has a case"), "plain"),
    "dismissed": (Text("已排除", "Dismissed"), "grey"),
    "gone": (Text("新评估中不再出现", "No longer seen"), "grey"),
    "fixed": (Text("已整改销号", "Corrected and closed"), "green"),
}
LEAD, BREACH = Text("线索", "Lead"), Text("违规", "Breach")


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in a list."""

    code: str
    link: str
    kind: Text
    subject: Text
    text: str
    severity: tuple[Text, str]
    state: tuple[Text, str]
    fact: bool
    returned: int


def lines(findings: Iterable[Finding], actor: Actor) -> list[Line]:
    """Return findings as lines of a list, as far as the person may read them."""
    speech = Speech(language())
    return [
        Line(
            finding.code,
            reverse("finding", args=[finding.code]),
            kind_name(finding.kind),
            finding.subject_name,
            speech.sentence(speech.say(claim(actor, finding))),
            SEVERITIES[Severity(finding.severity)],
            STATES[finding.state],
            not finding.lead,
            finding.returned,
        )
        for finding in findings
    ]


def seen(sighting: Sighting, *, inside: bool) -> dict[str, Any]:
    """Return what an evaluation saw, in words; ``inside``: with all numbers and keys of rows."""
    speech, detail = Speech(language()), sighting.detail if inside else sighting.public
    detector = kinds().get(detail["kind"])
    measure = detector.measures.get(detail["measure"]) if detector else None
    unit = UNITS[measure.unit] if measure else UNITS["count"]
    estimate = Estimate.from_json(detail["estimate"])
    value = speech.estimate(estimate, unit, with_unit=True)
    if not detail["lead"]:
        value = Cell(speech.t("查实", "Established"))
    usual = detail["usual"]
    return {
        "measure": measure.name if measure else Text.of(detail["measure"]),
        "value": value,
        "told": inside or sighting.public["estimate"] == sighting.detail["estimate"],
        "n": speech.count(estimate.n) if estimate.n else "—",
        "usual": _usual(speech, usual, unit) if detail["lead"] else speech.t("应当没有", "None"),
        "chance": chance(speech, detail["p_adjusted"]),
        "ratio": _ratio(detail["ratio"]),
        "ratio_name": ODDS if measure and measure.unit == "share" else TIMES,
        "innocents": [
            speech.sentence(speech.say(Text.of(i["text"])))
            for i in detail["innocents"]
            if not i["explains"]
        ],
        "disproof": speech.sentence(speech.say(Text.of(detail["disproof"]))),
        "articles": [Text.of(article) for article in detail["articles"]],
        "evidence": [
            (TABLES.get(e["table"], Text.of(e["table"])), e["keys"], e["sha256"])
            for e in detail["evidence"]
            if e["keys"]
        ],
        "rule": _rule(detail["rule"]),
    }


def _usual(speech: Speech, usual: float | None, unit: Any) -> str:
    if usual is None:
        return speech.t("没有同类可比", "No peers")
    number = speech.number(usual * unit.factor)
    return f"{number}{unit.sign}" if unit.sign else f"{number} {speech.say(unit.name)}"


def _ratio(ratio: Mapping[str, Any] | None) -> str:
    if ratio is None or ratio["value"] is None:
        return ""
    value, low, high = (None if (n := ratio[k]) is None else times(n) for k in ENDS)
    return f"{value} [{low} – {high}]" if low and high else f"{value}"


def _rule(rule: str) -> Text:
    known = pack().rules.get(rule)
    if known is None:
        return Text.of(rule)
    return Text(f"{rule} {known.name.zh}", f"{rule} {known.name.en}")
