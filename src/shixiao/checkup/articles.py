"""Articles: the law behind a finding in words: title, number and articles."""

from __future__ import annotations

from collections.abc import Iterable

from shixiao.rules import RulePack
from shixiao.terms import Text


def articles(law: Iterable[str], rules: RulePack) -> Iterable[Text]:
    """Name the sources of rules of law."""
    for identifier in law:
        for source in rules.rule(identifier).sources:
            number = f"（{source.number}）" if source.number else ""
            cited = "、".join(f"第{a}条" for a in source.articles)
            cited_en = ", art. " + ", ".join(source.articles) if source.articles else ""
            yield Text(
                f"《{source.title.zh}》{number}{cited}",
                f"{source.title.en}{cited_en}",
            )
