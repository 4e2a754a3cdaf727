"""One rule: a number or a demand, where it comes from, and how sure we are of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shixiao.terms import BadInput, Text

Value = bool | int | float | str | list[Any] | dict[str, Any] | None


class Kind(StrEnum):
    """``law``: a law, regulation, binding document or standard fixes it. ``policy``: we set it."""

    LAW = "law"
    POLICY = "policy"


class Checked(StrEnum):
    """What a rule was checked against: the text, a second-hand account, or nothing but our will."""

    TEXT = "text"
    SECONDARY = "secondary"
    OWN = "own"


#: Every unit a value may have, as a reader sees it.
UNITS: Mapping[str, Text] = {
    "working_day": Text("个工作日", "working days"),
    "calendar_day": Text("日", "calendar days"),
    "minute": Text("分钟", "minutes"),
    "hour": Text("小时", "hours"),
    "yuan": Text("元", "yuan"),
    "month": Text("个月", "months"),
    "year": Text("年", "years"),
    "per_year": Text("次/年", "per year"),
    "share": Text("占比", "share"),
    "ratio": Text("比值", "ratio"),
    "count": Text("个", "count"),
    "case": Text("件", "cases"),
    "person": Text("人", "persons"),
    "draw": Text("次", "draws"),
    "point": Text("分", "points"),
    "level": Text("级", "level"),
    "digit": Text("位", "digits"),
    "dp": Text("dp", "dp"),
    "bit": Text("比特", "bits"),
}

CONFIDENCES: Mapping[str, Text] = {
    "S": Text("已读全文", "full text read"),
    "S*": Text("已读相关段落", "relevant passage read"),
    "P": Text("部分或转述", "partial or second-hand"),
    "P/M": Text("部分转述、部分凭记忆", "partly second-hand, partly memory"),
    "M": Text("凭记忆", "from memory"),
    "M?": Text("凭记忆，把握低", "from memory, unsure"),
    "own": Text("本平台设定", "our own choice"),
    "-": Text("无来源", "no source found"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A law or document by title (and document number), and the articles a rule hangs on."""

    title: Text
    number: str | None = None
    articles: tuple[str, ...] = ()

    def cites(self, title: str, article: str) -> bool:
        """True if this is the law called ``title`` and ``article`` (or an item of it) is cited.

        The title may be Chinese, English or the document number; 《》 and the words
        中华人民共和国 are ignored. Article ``23`` also finds ``23(3)``.
        """
        names = {plain_title(name) for name in (self.title.zh, self.title.en, self.number) if name}
        if plain_title(title) not in names:
            return False
        wanted = article.strip().removeprefix("第").removesuffix("条")
        return any(cited == wanted or cited.startswith(f"{wanted}(") for cited in self.articles)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Source:
        """Read what ``to_json`` wrote."""
        return cls(Text.of(data["title"]), data["number"], tuple(data["articles"]))

    def to_json(self) -> dict[str, Any]:
        """Return ``{"title", "number", "articles"}``."""
        return {
            "title": self.title.to_json(),
            "number": self.number,
            "articles": list(self.articles),
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """A named parameter of law or policy.

    Attributes:
        value: a number, truth value, word, list or mapping of named parts; ``None`` means that a
            policy is left to the locality and that nothing may be judged by it until it is set.
        unit: one unit for every number of the value, or a mapping from part to unit.
        quote: the words of the article in Chinese, when the rule was checked in a text.
        pack: name of the pack that gave the rule.
    """

    id: str
    name: Text
    kind: Kind
    value: Value
    sources: tuple[Source, ...]
    confidence: str
    checked: Checked
    topic: Text
    pack: str
    unit: str | Mapping[str, str] | None = None
    quote: str | None = None
    note: Text | None = None

    def part(self, name: str | None = None) -> Value:
        """Return the whole value, or one named part of a mapping.

        Raises:
            BadInput: the value has no such part.
        """
        if name is None:
            return self.value
        if isinstance(self.value, dict) and name in self.value:
            part: Value = self.value[name]
            return part
        raise BadInput(
            Text(
                f"规则 {self.id} 没有名为“{name}”的部分",
                f"rule {self.id} has no part called “{name}”",
            )
        )

    def unit_of(self, name: str | None = None) -> str | None:
        """Return the unit of the value or of one of its parts; ``None`` when it has none."""
        if isinstance(self.unit, Mapping):
            return self.unit.get(name) if name is not None else None
        return self.unit

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rule:
        """Read what ``to_json`` wrote.

        Raises:
            KeyError, TypeError, ValueError: the value is no rule.
        """
        return cls(
            id=str(data["id"]),
            name=Text.of(data["name"]),
            kind=Kind(data["kind"]),
            value=data["value"],
            sources=tuple(Source.from_json(source) for source in data["sources"]),
            confidence=str(data["confidence"]),
            checked=Checked(data["checked"]),
            topic=Text.of(data["topic"]),
            pack=str(data["pack"]),
            unit=data["unit"],
            quote=data["quote"],
            note=None if data["note"] is None else Text.of(data["note"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the rule as plain JSON values: what the hash of a pack is made of."""
        return {
            "id": self.id,
            "name": self.name.to_json(),
            "kind": str(self.kind),
            "value": self.value,
            "unit": dict(self.unit) if isinstance(self.unit, Mapping) else self.unit,
            "sources": [source.to_json() for source in self.sources],
            "confidence": self.confidence,
            "checked": str(self.checked),
            "topic": self.topic.to_json(),
            "pack": self.pack,
            "quote": self.quote,
            "note": self.note.to_json() if self.note else None,
        }


def plain_title(title: str) -> str:
    """Return a title without book marks, the name of the state, and differences of case."""
    return title.strip().strip("《》").removeprefix("中华人民共和国").casefold()
