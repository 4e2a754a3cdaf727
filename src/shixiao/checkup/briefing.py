"""The briefing: what leaders read before a meeting, in the layout of an official document."""

from __future__ import annotations

from collections.abc import Sequence

from shixiao.checkup.report.findings import chance, counted
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.overview import HOURS
from shixiao.checkup.report.plain import Plain, plain
from shixiao.checkup.report.scores import KINDS, POINTS, overall, standing_sentence
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.report.words import SEVERITIES
from shixiao.checkup.savings import by_service
from shixiao.exports import Document
from shixiao.terms import Finding

FINDINGS, SERVICES, SCORES = 40, 10, 12
NUMERALS = "一二三四五六七八九十"


def briefing(lookup: Lookup, language: str) -> bytes:
    """Return the briefing of a city in one language as DOCX."""
    speech = Speech(language)
    content = plain(speech, lookup)
    title = speech.t(
        f"关于{content.name}政务服务实效评估情况的报告",
        f"Digital services of {content.name}: briefing",
    )
    document = Document(title=title, chinese=language == "zh")
    document.title(title)
    document.paragraph(content.answer)
    _text(document, speech, content)
    _scores(document, speech, lookup)
    _savings(document, speech, lookup)
    _findings(document, speech, lookup)
    document.note(_method(speech, lookup))
    return document.to_bytes()


def _text(document: Document, speech: Speech, content: Plain) -> None:
    parts = (
        (speech.t("看了什么", "What was looked at"), content.looked),
        (speech.t("主要发现", "What was found"), content.found),
        (speech.t("还不能说的", "What cannot be said"), content.limits),
        (speech.t("下一步建议", "What should happen next"), content.steps),
    )
    for number, (head, lines) in enumerate(parts):
        document.heading(_numbered(speech, number, head))
        if number in (1, 3):
            for place, line in enumerate(lines, start=1):
                document.paragraph(speech.t(f"{place}. {line}", f"{place}. {line}"))
        else:
            document.paragraph(speech.t("", " ").join(lines))


def _numbered(speech: Speech, number: int, head: str) -> str:
    return speech.t(f"{NUMERALS[number]}、{head}", f"{number + 1}. {head}")


def _scores(document: Document, speech: Speech, lookup: Lookup) -> None:
    """Say how each kind is banded; list those whose place is surest."""
    told = [(kind, overall(lookup, kind)) for kind in KINDS]
    if not any(usable for _, usable in told):
        return
    document.heading(_numbered(speech, 4, speech.t("得分与档次", "Scores and bands")))
    for kind, usable in told:
        if usable:
            document.paragraph(standing_sentence(speech, kind, usable))
    kind, usable = next((pair for pair in told[1:] if pair[1]), told[0])
    heads = (
        speech.t("对象", "Subject"),
        speech.t("总分 [95% 区间]", "Score [95% interval]"),
        speech.t("档", "Band"),
        speech.t("名次区间", "Rank interval"),
    )
    rows = []
    for score in usable[:SCORES]:
        cell, place = speech.estimate(score.score, POINTS), score.place
        name = speech.name(score.subject.name)
        ranks = f"{place.low:,}–{place.high:,} / {place.of:,}"
        rows.append((name, f"{cell.text} {cell.interval}", str(place.band), ranks))
    document.table(heads, rows)


def _savings(document: Document, speech: Speech, lookup: Lookup) -> None:
    ranked = by_service(lookup.savings)[:SERVICES]
    if not ranked:
        return
    document.heading(_numbered(speech, 5, speech.t("最值得先改的服务", "Services to mend first")))
    heads = (
        speech.t("服务", "Service"),
        speech.t("一年件数", "Cases a year"),
        speech.t("群众一年可省小时 [区间]", "Hours a year for people [interval]"),
        speech.t("线索与违规", "Findings"),
    )
    rows = []
    for saved in ranked:
        hours = speech.estimate(saved.people, HOURS)
        found = counted(speech, lookup.findings_of(saved.subject))
        name = speech.name(saved.subject.name)
        rows.append((name, f"{saved.cases:,.0f}", f"{hours.text} {hours.interval}".strip(), found))
    document.table(heads, rows)


def _findings(document: Document, speech: Speech, lookup: Lookup) -> None:
    if not lookup.findings:
        return
    document.heading(_numbered(speech, 6, speech.t("线索与违规清单", "Leads and breaches")))
    shown = gravest(lookup.findings, FINDINGS)
    if len(shown) < len(lookup.findings):
        document.paragraph(
            speech.t(
                f"这里是最重的 {len(shown)} 条，全部 {len(lookup.findings):,} 条见表格文件。",
                f"The gravest {len(shown)}; all {len(lookup.findings):,} are in the spreadsheet.",
            )
        )
    heads = (
        speech.t("类别", "Kind"),
        speech.t("对象", "Subject"),
        speech.t("发现", "Finding"),
        speech.t("纯属偶然的概率", "Chance alone"),
        speech.t("轻重", "How grave"),
    )
    rows = [
        (
            speech.say(f.name),
            speech.name(f.subject.name),
            speech.sentence(speech.say(f.text)),
            chance(speech, f.p_adjusted),
            speech.say(SEVERITIES[f.severity][0]),
        )
        for f in shown
    ]
    document.table(heads, rows)


def gravest(findings: Sequence[Finding], most: int) -> list[Finding]:
    """Return the gravest findings of all kinds, in the order of kinds."""
    order = list(SEVERITIES)
    ranked = sorted(range(len(findings)), key=lambda i: (order.index(findings[i].severity), i))
    return [findings[i] for i in sorted(ranked[:most])]


def _method(speech: Speech, lookup: Lookup) -> str:
    rules = lookup.evaluation.rules
    return speech.t(
        f"线索按同类错误发现率控制，区间为 95% 区间；规则包 {rules.name}（{rules.hash[:16]}…）。"
        "同样的文件、规则和种子得到同样的数字。",
        "Leads control the false discovery rate within a kind; intervals are 95% intervals; rule"
        f" pack {rules.name} ({rules.hash[:16]}…). The same files, rules and seed give the same"
        " numbers.",
    )
