"""The report of a fairness audit: the answer, pictures of a hundred people, leads, what is missing.

It shows every count and is for whoever holds the log; what is published is the model card, in which
counts of few are withheld.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.checkup.report.cells import Cell, Column, Figure, Table
from shixiao.checkup.report.document import LANGUAGES, whole
from shixiao.checkup.report.figures import intervals
from shixiao.checkup.report.speech import Speech, Unit, capitalised
from shixiao.fairness import LAYERS, Audit, Layer, Metric, Result, metric, metrics, named_group
from shixiao.fairness import Cell as Counted
from shixiao.pictures import IntervalRow
from shixiao.rules import RulePack
from shixiao.terms import Finding, Text

MOST_VALUES = 12  # groups of one attribute in a picture, the largest
MOST_LEADS = 40
MOST_ROWS = 60  # of a table of groups or results
HUNDRED = Unit(100.0, Text("每 100 人", "per 100 people"))
SHARE = Unit(100.0, Text("%", "%"), "%")
POINTS = Unit(100.0, Text("个百分点", "percentage points"))
UNITS = {
    "conditional_parity": Unit(1.0, Text("（比值比）", "(odds ratio)")),
    "coverage": Unit(1.0, Text("件", "decisions")),
    "days": Unit(1.0, Text("天", "days")),
    "drift": Unit(1.0, Text("（指数）", "(index)")),
}


@dataclass(frozen=True, slots=True)
class Audited:
    """What a report is made of.

    Attributes:
        name: of the log or system.
        whole: the audit of everything.
        by: column whose values were audited by themselves; None without one.
        parts: value and its audit.
        rules: the pack.
        seed: of everything that was drawn.
    """

    name: str
    whole: Audit
    by: str | None
    parts: Sequence[tuple[str, Audit]]
    rules: RulePack
    seed: int


def fairness_html(audited: Audited) -> str:
    """Return the report as one HTML document in both languages.

    The same audit gives the same bytes.
    """
    return whole("fairness.html.j2", {name: _half(Speech(name), audited) for name in LANGUAGES})


def _half(speech: Speech, audited: Audited) -> dict[str, Any]:
    audit = audited.whole
    return {
        "name": speech.name(audited.name),
        "answer": _answer(speech, audit),
        "why_not": _why_not(speech, audit),
        "figures": _figures(speech, audit),
        "leads": _leads(speech, audit.findings),
        "parts": _parts(speech, audited),
        "groups": _groups(speech, audit),
        "layers": [_layer(speech, audit, layer) for layer in Layer],
        "notes": [speech.say(note) for note in audit.notes],
        "method": _method(speech, audited),
    }


# ── the answer ────────────────────────────────────────────────────────────────────────────────


def _answer(speech: Speech, audit: Audit) -> str:
    n, leads = audit.margins[0].counts["n"], len(audit.findings)
    groups = len(audit.margins) - 1
    asked = audit.compared.comparisons + audit.scores.comparisons
    looked = speech.t(
        f"看了 {n:,} 件决定、{groups:,} 个人群，做了 {asked:,} 项比较。",
        f"{n:,} decisions, {groups:,} groups of people and {asked:,} comparisons were looked at.",
    )
    if leads:
        found = speech.t(
            f"有 {leads:,} 处差别既超出偶然、又大到需要查明：它们是线索，还不是结论。",
            f"{leads:,} differences are both beyond chance and large enough to be looked into: they"
            " are leads and no verdicts.",
        )
    else:
        found = speech.t(
            "没有发现既超出偶然、又大到需要查明的差别；人数太少的组没有比，不能说公平。",
            "No difference is both beyond chance and large enough to be looked into; groups of too"
            " few were not compared, and nothing says that they are treated fairly.",
        )
    return f"{looked}{'' if speech.language == 'zh' else ' '}{found}"


def _why_not(speech: Speech, audit: Audit) -> str:
    return "" if audit.ground.why_not is None else speech.sentence(speech.say(audit.ground.why_not))


# ── pictures ──────────────────────────────────────────────────────────────────────────────────


def _figures(speech: Speech, audit: Audit) -> list[Figure]:
    """Draw each rate that is known, for the groups of every attribute below one another."""
    single = [cell for cell in audit.margins if len(cell.group) == 1]
    drawn = []
    for one in metrics():
        if one.panel is None:
            continue
        cells = [cell for cell in single if cell.rates[one.id].ok]
        if len(cells) > 1:
            drawn.append(_figure(speech, audit, one, single))
    return drawn


def _figure(speech: Speech, audit: Audit, one: Metric, single: Sequence[Counted]) -> Figure:
    references = {d.reference for d in audit.compared.disparities if d.reference}
    rows, left_out = [], 0
    for column in dict.fromkeys(name for cell in single for name in cell.group):
        mine = sorted(
            (cell for cell in single if column in cell.group), key=lambda c: -c.counts["n"]
        )
        left_out += len(mine[MOST_VALUES:])
        for cell in mine[:MOST_VALUES]:
            value = cell.group[column]
            rows.append(
                IntervalRow(
                    Text.of(speech.name(value or "—")),
                    cell.rates[one.id],
                    Text.of(column),
                    reference=((column, value),) in references,
                )
            )
    n = audit.margins[0].rates[one.id].n
    more = (
        speech.t(f"另有 {left_out} 个较小的组见下表。", f" {left_out} smaller groups: see below.")
        if left_out
        else ""
    )
    caption = speech.t(
        f"共 {n:,} 件。点是估计值，横线是 95% 区间，菱形是其他组与之比较的一组。{more}",
        f"n = {n:,}. The dot is the estimate, the line its 95% interval, the diamond the group that"
        f" the others are compared with.{more}",
    )
    title = speech.say(one.panel or one.name)
    return intervals(speech, rows, HUNDRED, title=title, caption=caption)


# ── tables ────────────────────────────────────────────────────────────────────────────────────


def _leads(speech: Speech, findings: Sequence[Finding]) -> Table | None:
    if not findings:
        return None
    ranked = sorted(findings, key=lambda f: -abs(f.estimate.value or 0.0))
    rows = tuple(
        (
            Cell(
                speech.sentence(speech.say(f.text)),
                lines=(
                    speech.t("什么能推翻它：", "What would prove it wrong: ")
                    + speech.sentence(speech.say(f.disproof)),
                ),
            ),
            Cell(speech.say(f.name)),
            Cell("—" if f.p_adjusted is None else speech.number(f.p_adjusted, 3)),
        )
        for f in ranked[:MOST_LEADS]
    )
    columns = (
        Column(speech.t("哪里不同", "What is different")),
        Column(speech.t("类别", "Kind")),
        Column(speech.t("纯属偶然的概率（校正后）", "Chance alone (adjusted p)"), number=True),
    )
    return Table(
        speech.t("线索", "Leads"), columns, rows, _not_shown(speech, len(ranked) - MOST_LEADS)
    )


def _parts(speech: Speech, audited: Audited) -> Table | None:
    if not audited.parts:
        return None
    rows = tuple(
        (
            speech.named(value),
            Cell(speech.count(part.margins[0].counts["n"])),
            Cell(speech.count(len(part.findings))),
            Cell(_why_not(speech, part) or speech.t("可知", "Can be known")),
        )
        for value, part in audited.parts
    )
    columns = (
        Column(speech.name(audited.by or "")),
        Column(speech.t("件数", "n"), number=True),
        Column(speech.t("线索", "Leads"), number=True),
        Column(speech.t("错误率", "Error rates")),
    )
    return Table(speech.t("分别审计", "Each by itself"), columns, rows)


def _groups(speech: Speech, audit: Audit) -> Table:
    known = [one for one in metrics() if one.panel is not None and _known(audit, one)]
    columns = (
        Column(speech.t("人群", "Group")),
        Column(speech.t("件数", "n"), number=True),
        *(Column(speech.say(one.name), number=True) for one in known),
    )
    single = [cell for cell in audit.margins if len(cell.group) <= 1]
    rows = tuple(
        (
            _of_one(speech, cell.group),
            Cell(speech.count(cell.counts["n"])),
            *(speech.estimate(cell.rates[one.id], SHARE) for one in known),
        )
        for cell in single[: MOST_ROWS + 1]
    )
    note = _not_shown(speech, len(single) - 1 - MOST_ROWS)
    return Table(speech.t("各组一览", "Group by group"), columns, rows, note)


def _of_one(speech: Speech, group: Mapping[str, str | None]) -> Cell:
    """Return the name of a group of one attribute, or of everybody."""
    if not group:
        return Cell(speech.t("所有人", "Everybody"))
    ((column, value),) = group.items()
    return Cell(speech.name(value or speech.t("未知", "unknown")), note=speech.name(column))


def _known(audit: Audit, one: Metric) -> bool:
    return any(
        one.id in cell.rates and cell.rates[one.id].value is not None
        for cell in audit.margins
        if cell.group
    )


def _layer(speech: Speech, audit: Audit, layer: Layer) -> dict[str, Any]:
    """Return what one layer answers beyond the rates of groups, and what it cannot answer."""
    rows = []
    for result in audit.results:
        one = metric(result.metric)
        if one.layer is layer:
            held = {name: value for name, value in result.group.items() if value is not None}
            named = next(iter(result.group), "")
            who = speech.say(named_group(held)) if held else speech.name(named)
            rows.append(
                (
                    Cell(speech.say(one.name), note=_part(speech, result.part)),
                    Cell(who or speech.t("所有人", "Everybody")),
                    speech.estimate(result.estimate, _unit(result), with_unit=True),
                )
            )
    missing = tuple(
        (Cell(speech.say(one.name)), Cell(speech.sentence(speech.say(reason))))
        for one, reason in audit.not_assessable
        if one.layer is layer
    )
    name = speech.say(LAYERS[layer])
    found = (
        Column(speech.t("看什么", "What")),
        Column(speech.t("对谁", "Of whom")),
        Column(speech.t("结果", "Result"), number=True),
    )
    lacking = (
        Column(speech.t("看什么", "What")),
        Column(speech.t("为什么还看不了", "Why it cannot be known")),
    )
    said = _not_shown(speech, len(rows) - MOST_ROWS)
    return {
        "name": name,
        "table": Table(name, found, tuple(rows[:MOST_ROWS]), said) if rows else None,
        "missing": Table(
            speech.t(f"{name}：还不能评估的", f"{name}: not assessable"), lacking, missing
        )
        if missing
        else None,
    }


def _unit(result: Result) -> Unit:
    """Return the unit of a result: differences are in points, ranges of a share in per cent."""
    if result.part == "base_rate":
        return SHARE
    return UNITS.get(result.metric, POINTS)


PARTS = {
    "other_arms": Text("随机抽查与其他", "random against other arms"),
    "base_rate": Text("可能的范围", "possible range"),
    "median": Text("中位数", "median"),
    "p90": Text("九成在此之内", "nine of ten within"),
}


def _part(speech: Speech, part: str | None) -> str:
    if part is None:
        return ""
    return speech.say(PARTS[part]) if part in PARTS else speech.name(part)


def _not_shown(speech: Speech, rest: int) -> str:
    if rest <= 0:
        return ""
    return speech.t(f"另有 {rest:,} 行，见 audit.json。", f"{rest:,} more rows: see audit.json.")


def _method(speech: Speech, audited: Audited) -> Mapping[str, Any]:
    used = {r.metric for r in audited.whole.results} | {
        one.id for one in metrics() if one.count and _known(audited.whole, one)
    }
    columns = (
        Column(speech.t("指标", "Metric")),
        Column(speech.t("算法", "Formula")),
        Column(speech.t("区间与检验", "Interval and test")),
        Column(speech.t("出处", "Source")),
    )
    rows = tuple(
        (
            Cell(speech.say(capitalised(one.name)), note=speech.say(one.about)),
            Cell(one.formula),
            Cell(speech.say(one.interval)),
            Cell(one.source),
        )
        for one in metrics()
        if one.id in used
    )
    return {
        "table": Table(speech.t("怎么算的", "How it was computed"), columns, rows),
        "rules": f"{audited.rules.name} · {audited.rules.hash}",
        "seed": audited.seed,
        "draws": audited.whole.compared.draws,
    }
