"""A rule pack: the rules in force at one place, found by id or by the article they hang on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shixiao.rules.rule import Rule, Value
from shixiao.terms import BadInput, Text


def canonical_hash(value: object) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of a plain value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class RulePack:
    """Rules by id, in the order in which the files give them.

    ``name`` joins the names of the layers, lowest tier last: ``cn-2026+zhejiang``.
    """

    name: str
    title: Text
    rules: Mapping[str, Rule]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RulePack:
        """Read what ``to_json`` wrote.

        Raises:
            KeyError, TypeError, ValueError: the value is no rule pack.
        """
        rules = [Rule.from_json(rule) for rule in data["rules"]]
        title = Text.of(data["title"])
        return cls(str(data["name"]), title, {rule.id: rule for rule in rules})

    def to_json(self) -> dict[str, Any]:
        """Return ``{"name", "title", "rules"}`` with the rules in their order."""
        return {
            "name": self.name,
            "title": self.title.to_json(),
            "rules": [rule.to_json() for rule in self.rules.values()],
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 over all rules, sorted by id: the same content always gives the same hash."""
        return canonical_hash([self.rules[id_].to_json() for id_ in sorted(self.rules)])

    def rule(self, rule_id: str) -> Rule:
        """Return one rule.

        Raises:
            BadInput: the pack has no such rule.
        """
        if rule_id not in self.rules:
            raise BadInput(
                Text(
                    f"规则包 {self.name} 中没有规则 {rule_id}",
                    f"rule pack {self.name} has no rule {rule_id}",
                )
            )
        return self.rules[rule_id]

    def value(self, rule_id: str, part: str | None = None) -> Value:
        """Return the value of a rule, or one named part of it."""
        return self.rule(rule_id).part(part)

    def number(self, rule_id: str, part: str | None = None) -> float:
        """Return a value that must be a number (a threshold, a length, a share).

        Raises:
            BadInput: the value is not set or is no number.
        """
        value = self.value(rule_id, part)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadInput(
                Text(
                    f"规则 {rule_id} 的值不是数字，或尚未设定",
                    f"the value of rule {rule_id} is no number, or is not set",
                )
            )
        return value

    def words(self, rule_id: str, part: str | None = None) -> tuple[str, ...]:
        """Return a rule's value as a list of words.

        Raises:
            BadInput: the pack has no such rule or part, or it is no list.
        """
        value = self.value(rule_id, part)
        if not isinstance(value, list):
            raise BadInput(Text(f"规则 {rule_id} 不是列表", f"rule {rule_id} is no list"))
        return tuple(str(word) for word in value)

    def citing(self, title: str, article: str | int) -> tuple[Rule, ...]:
        """Return every rule that hangs on an article, so that an amendment finds them all.

        Args:
            title: title of the law in Chinese or English, or its document number.
            article: article number, as ``21``, ``"21"`` or ``"第21条"``.
        """
        return tuple(
            rule
            for rule in self.rules.values()
            if any(source.cites(title, str(article)) for source in rule.sources)
        )


def affected(
    pack: RulePack,
    title: str,
    article: str | int,
    matters: Iterable[tuple[str, Iterable[str]]],
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the matters that stand on an amended article, each with the rules it stands on.

    Args:
        pack: the rules in force.
        title: title of the law in Chinese or English, or its document number.
        article: number of the amended article.
        matters: (matter id, ids of the rules it relies on).
    """
    hanging = {rule.id for rule in pack.citing(title, article)}
    found = (
        (matter, tuple(rule_id for rule_id in rule_ids if rule_id in hanging))
        for matter, rule_ids in matters
    )
    return tuple((matter, rule_ids) for matter, rule_ids in found if rule_ids)
