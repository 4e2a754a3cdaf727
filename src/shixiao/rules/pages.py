"""Render a rule pack as one bilingual Markdown page."""

from __future__ import annotations

from shixiao.rules.pack import RulePack
from shixiao.rules.rule import CONFIDENCES, UNITS, Checked, Kind, Rule, Source, Value
from shixiao.terms import Text

_KINDS = {
    Kind.LAW: Text("法定", "law"),
    Kind.POLICY: Text("政策（可由地方设定）", "policy (local)"),
}
_CHECKED = {
    Checked.TEXT: Text("已核对原文", "checked in the text"),
    Checked.SECONDARY: Text("未再核对原文", "not rechecked in the text"),
    Checked.OWN: Text("本平台设定", "our own choice"),
}
_HEADER = (
    "| 编号 id | 规则 rule | 值 value | 来源 source | 性质 kind | 可信度 confidence |\n"
    "|---|---|---|---|---|---|\n"
)


def rules_page(pack: RulePack) -> str:
    """Return the page of a pack: every rule by topic, with value, unit, source and standing.

    The same pack gives the same bytes.
    """
    topics: dict[Text, list[Rule]] = {}
    for rule in pack.rules.values():
        topics.setdefault(rule.topic, []).append(rule)
    parts = [
        f"# {pack.title.zh} · {pack.title.en}\n",
        f"规则包 Rule pack: `{pack.name}` · SHA-256: `{pack.hash}` · "
        f"共 {len(pack.rules)} 条规则，{len(pack.rules)} rules\n",
        "法定值由法律、法规、有约束力的文件或标准规定；其余为政策，可由地方规则包改写。  \n"
        "What a law, regulation, binding document or standard fixes is law; all else is policy, "
        "which a local pack may override.\n",
    ]
    for topic, rules in topics.items():
        parts.append(f"## {topic.zh} · {topic.en}\n")
        parts.append(_HEADER + "\n".join(map(_row, rules)) + "\n")
        parts.extend(_remarks(rule) for rule in rules if rule.note or rule.quote)
    return "\n".join(parts)


def _row(rule: Rule) -> str:
    kind = _KINDS[rule.kind]
    confidence, checked = CONFIDENCES[rule.confidence], _CHECKED[rule.checked]
    cells = (
        f"`{rule.id}`",
        _both(rule.name),
        "<br>".join(_values(rule)),
        "<br>".join(map(_source, rule.sources)),
        _both(kind),
        f"{rule.confidence}<br>"
        + _both(Text(f"{confidence.zh}；{checked.zh}", f"{confidence.en}; {checked.en}")),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _values(rule: Rule) -> list[str]:
    if isinstance(rule.value, dict):
        return [f"`{part}`: {_value(rule, part, value)}" for part, value in rule.value.items()]
    return [_value(rule, None, rule.value)]


def _value(rule: Rule, part: str | None, value: Value) -> str:
    if value is None:
        return "未设定 not set"
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    if isinstance(value, list):
        return ", ".join(f"`{item}`" for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} → {item}" for name, item in value.items())
    if isinstance(value, str):
        return f"`{value}`"
    return " ".join((str(value), *_unit_names(rule.unit_of(part))))


def _unit_names(unit: str | None) -> tuple[str, ...]:
    """Return the unit in both languages, or once where they agree (“dp”)."""
    return () if unit is None else tuple(dict.fromkeys((UNITS[unit].zh, UNITS[unit].en)))


def _source(source: Source) -> str:
    number = f"（{source.number}）" if source.number else ""
    numbered = [article for article in source.articles if _is_article(article)]
    chinese = "、".join(
        f"第{article}条" if article in numbered else article for article in source.articles
    )
    english = f", art. {', '.join(numbered)}" if numbered else ""
    return f"《{source.title.zh}》{number}{chinese}<br>{source.title.en}{english}"


def _is_article(cited: str) -> bool:
    """Laws have articles; standards have clauses (7.3), tables and annexes."""
    return cited[0].isdigit() and "." not in cited


def _remarks(rule: Rule) -> str:
    lines = []
    if rule.quote:
        lines.append(f"原文 text: “{rule.quote}”")
    if rule.note:
        lines.append(f"{rule.note.zh} {rule.note.en}")
    return f"- `{rule.id}` " + " · ".join(lines) + "\n"


def _both(text: Text) -> str:
    return f"{text.zh}<br>{text.en}"
