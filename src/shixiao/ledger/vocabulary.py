"""The audit vocabulary: which events are put on record, and which fields each must carry.

Data in ``data/vocabulary.yaml``. The same data check every leaf and make the public page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Text

SEALED, OPEN = Text("封存", "sealed"), Text("公开", "open")
PAGE_HEAD = """\
# 存证词汇 · Audit vocabulary

每一类事件记入存证账本时都写明对象、时间和下列字段；带 * 的必填。
封存的字段只写加盐承诺，原值和盐存在别处。

Each event is put on record with its subject, its time and these fields; * marks the required ones.
Of sealed fields only a salted commitment is written; value and salt are kept elsewhere.
"""
FIELDS_HEAD = """
## 字段 · Fields

| 字段 field | 名称 name | 写法 kept | 含义 meaning |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of leaves; ``sealed`` ones appear as a salted commitment only."""

    name: str
    title: Text
    about: Text
    sealed: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of event.

    Attributes:
        id: ``subject.verb``; what stands before the point is the kind of record concerned.
        name: short name for people.
        about: when it is put on record.
        required: fields it cannot do without.
        optional: fields it may carry.
    """

    id: str
    name: Text
    about: Text
    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that the event knows."""
        return self.required + self.optional

    @property
    def subject(self) -> str:
        """The kind of record that the event happens to."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names of subjects, events and fields by id, in documented order."""

    subjects: Mapping[str, Text]
    events: Mapping[str, Event]
    fields: Mapping[str, Field]


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary."""
    text = files("shixiao.ledger").joinpath("data/vocabulary.yaml").read_text("utf-8")
    data = load_yaml(text)
    return Vocabulary(
        subjects={name: Text.of(title) for name, title in data["subjects"].items()},
        events={name: _event(name, entry) for name, entry in data["events"].items()},
        fields={
            name: Field(name, Text.of(entry["name"]), Text.of(entry["about"]), entry["sealed"])
            for name, entry in data["fields"].items()
        },
    )


def _event(name: str, entry: Mapping[str, Any]) -> Event:
    return Event(
        id=name,
        name=Text.of(entry["name"]),
        about=Text.of(entry["about"]),
        required=tuple(entry["required"]),
        optional=tuple(entry.get("optional", ())),
    )


def vocabulary_page() -> str:
    """Render the public page of the vocabulary, in both languages."""
    known = vocabulary()
    parts = [PAGE_HEAD]
    for subject, title in known.subjects.items():
        parts.append(f"\n## {title.zh} · {title.en}\n\n")
        parts.append(
            "| 事件 event | 名称 name | 何时记录 when | 字段 fields |\n|---|---|---|---|\n"
        )
        parts += [_event_row(e) for e in known.events.values() if e.subject == subject]
    parts.append(FIELDS_HEAD)
    for item in known.fields.values():
        kept = SEALED if item.sealed else OPEN
        cells = (f"`{item.name}`", _both(item.title), _both(kept), _both(item.about))
        parts.append(f"| {' | '.join(cells)} |\n")
    return "".join(parts)


def _event_row(event: Event) -> str:
    names = [f"`{name}` *" for name in event.required] + [f"`{name}`" for name in event.optional]
    cells = (f"`{event.id}`", _both(event.name), _both(event.about), ", ".join(names))
    return f"| {' | '.join(cells)} |\n"


def _both(text: Text) -> str:
    return f"{text.zh}<br>{text.en}".replace("|", "\\|")
