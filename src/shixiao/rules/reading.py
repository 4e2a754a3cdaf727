"""Read one YAML file of rules; whatever is wrong is said with the file and the rule's id."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from shixiao.datafiles import load_yaml
from shixiao.rules.rule import CONFIDENCES, UNITS, Checked, Kind, Rule, Source, Value
from shixiao.terms import BadInput, Text

_FILE_KEYS = {"topic", "sources", "rules"}
_RULE_KEYS = {
    "id", "name", "kind", "value", "unit", "source", "confidence", "checked", "quote", "note",
}  # fmt: skip
_REQUIRED = ("id", "name", "kind", "value", "source", "confidence", "checked")


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML file holds.

    Raises:
        BadInput: the file cannot be read, is no YAML, or is no mapping.
    """
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
    except OSError:
        raise BadInput(
            Text("无法读取规则文件", "the rule file cannot be read"), file=path.name
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        row = None if line is None else line + 1
        raise BadInput(
            Text("不是有效的 UTF-8 YAML 文件", "is not a valid UTF-8 YAML file"),
            file=path.name,
            row=row,
        ) from None
    if not isinstance(content, dict):
        raise _bad(path, None, "应为键值映射", "should be a mapping of keys to values")
    return content


def read_rules(path: Path, pack: str) -> list[Rule]:
    """Return the rules of one file, in order.

    Args:
        path: a YAML file with ``topic`` (Text), ``sources`` (anchors for reuse) and ``rules``.
        pack: name of the pack, kept in every rule.
    """
    content = read_yaml(path)
    _known(path, None, content, _FILE_KEYS)
    topic = text_of(path, None, "topic", content.get("topic"))
    entries = content.get("rules")
    if not isinstance(entries, list):
        raise _bad(path, None, "“rules”应为列表", "“rules” should be a list")
    rules = [_rule(path, entry, topic, pack) for entry in entries]
    ids = [rule.id for rule in rules]
    for rule_id in ids:
        if ids.count(rule_id) > 1:
            raise duplicate(path, rule_id)
    return rules


def duplicate(path: Path, rule_id: str) -> BadInput:
    """Return the complaint that an id is given twice in one pack."""
    return _bad(path, rule_id, "编号重复", "the id is given twice")


def text_of(path: Path, rule_id: str | None, key: str, value: object) -> Text:
    """Return a Text from ``{zh, en}``; both languages must be there and nothing else."""
    if isinstance(value, dict) and set(value) == {"zh", "en"}:
        zh, en = value["zh"], value["en"]
        if isinstance(zh, str) and isinstance(en, str) and zh.strip() and en.strip():
            return Text(zh.strip(), en.strip())
    raise _bad(
        path,
        rule_id,
        f"“{key}”须有且仅有中文（zh）和英文（en）",
        f"“{key}” needs Chinese (zh) and English (en) and nothing else",
    )


def _rule(path: Path, entry: object, topic: Text, pack: str) -> Rule:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise _bad(path, None, "每条规则须有文字编号（id）", "every rule needs an id that is text")
    rule_id: str = entry["id"]
    _known(path, rule_id, entry, _RULE_KEYS)
    for key in _REQUIRED:
        if key not in entry:
            raise _bad(path, rule_id, f"缺少“{key}”", f"“{key}” is missing")
    rule = Rule(
        id=rule_id,
        name=text_of(path, rule_id, "name", entry["name"]),
        kind=Kind(_one_of(path, rule_id, "kind", entry["kind"], Kind)),
        value=_value(path, rule_id, entry["value"]),
        unit=_unit(path, rule_id, entry.get("unit"), entry["value"]),
        sources=_sources(path, rule_id, entry["source"]),
        confidence=_one_of(path, rule_id, "confidence", entry["confidence"], CONFIDENCES),
        checked=Checked(_one_of(path, rule_id, "checked", entry["checked"], Checked)),
        quote=_optional_word(path, rule_id, "quote", entry.get("quote")),
        note=text_of(path, rule_id, "note", entry["note"]) if "note" in entry else None,
        topic=topic,
        pack=pack,
    )
    _consistent(path, rule)
    return rule


def _consistent(path: Path, rule: Rule) -> None:
    """A law has a value; memory is no law; what was checked in a text shows the words."""
    law = rule.kind is Kind.LAW
    if law and rule.value is None:
        raise _bad(path, rule.id, "法定规则须有值", "a rule of law needs a value")
    if law and ("M" in rule.confidence or rule.confidence in {"own", "-"}):
        raise _bad(
            path,
            rule.id,
            f"可信度为“{rule.confidence}”的规则只能是 policy",
            f"a rule of confidence “{rule.confidence}” can only be policy",
        )
    cited = all(source.articles for source in rule.sources)
    if rule.checked is Checked.TEXT and not (rule.quote and cited):
        raise _bad(
            path,
            rule.id,
            "核对过原文的规则须注明条号并引用原文（quote）",
            "a rule checked in the text names the article and quotes it (quote)",
        )


def _value(path: Path, rule_id: str, value: object) -> Value:
    """Accept plain JSON values alone: the hash and every reader depend on it."""
    if isinstance(value, list):
        return [_value(path, rule_id, item) for item in value]
    if isinstance(value, dict) and value and all(isinstance(key, str) for key in value):
        return {key: _value(path, rule_id, item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        raise _bad(path, rule_id, "值须为有限的数", "the value must be a finite number")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise _bad(
        path,
        rule_id,
        "值须为数字、真假、文字、列表或映射（日期请加引号）",
        "the value must be a number, truth value, text, list or mapping (put dates in quotes)",
    )


def _unit(path: Path, rule_id: str, unit: object, value: object) -> str | Mapping[str, str] | None:
    if unit is None:
        return None
    if isinstance(unit, dict):
        parts = set(value) if isinstance(value, dict) else set()
        _known(path, rule_id, unit, parts)
        return {part: _one_of(path, rule_id, "unit", name, UNITS) for part, name in unit.items()}
    return _one_of(path, rule_id, "unit", unit, UNITS)


def _sources(path: Path, rule_id: str, entry: object) -> tuple[Source, ...]:
    entries = entry if isinstance(entry, list) else [entry]
    if not entries:
        raise _bad(path, rule_id, "须写明来源", "the source is missing")
    sources = []
    for item in entries:
        if not isinstance(item, dict):
            raise _bad(path, rule_id, "来源须写明标题", "the source needs a title")
        _known(path, rule_id, item, {"title", "number", "article"})
        article = item.get("article", [])
        articles = article if isinstance(article, list) else [article]
        if any(
            isinstance(number, bool) or not isinstance(number, int | str) for number in articles
        ):
            raise _bad(path, rule_id, "条号须为数字或文字", "an article is a number or text")
        sources.append(
            Source(
                title=text_of(path, rule_id, "source.title", item.get("title")),
                number=_optional_word(path, rule_id, "source.number", item.get("number")),
                articles=tuple(str(number) for number in articles),
            )
        )
    return tuple(sources)


def _optional_word(path: Path, rule_id: str, key: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value.strip() if value else None
    raise _bad(path, rule_id, f"“{key}”须为文字", f"“{key}” must be text")


def _one_of(path: Path, rule_id: str, key: str, value: object, allowed: Iterable[str]) -> str:
    names = [str(name) for name in allowed]
    if isinstance(value, str) and value in names:
        return value
    listed = ", ".join(names)
    raise _bad(
        path,
        rule_id,
        f"“{key}”不能是“{value}”，可用：{listed}",
        f"“{key}” cannot be “{value}”; use one of {listed}",
    )


def _known(path: Path, rule_id: str | None, entry: Mapping[Any, Any], allowed: set[str]) -> None:
    for key in entry:
        if key not in allowed:
            raise _bad(path, rule_id, f"不认识的键“{key}”", f"unknown key “{key}”")


def _bad(path: Path, rule_id: str | None, zh: str, en: str) -> BadInput:
    if rule_id is None:
        return BadInput(Text(zh, en), file=path.name)
    return BadInput(Text(f"规则 {rule_id}：{zh}", f"rule {rule_id}: {en}"), file=path.name)
