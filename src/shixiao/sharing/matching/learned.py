"""What people have confirmed or refuted: a file to which a line is added for every decision.

A confirmed pair wins at once for its own wording and for every wording that reads alike, and what
else an element of that meaning is called is found too. A refuted pair is not offered again. The
last decision about a pair holds; earlier ones stay in the file, with who decided and when.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from shixiao.datafiles import load_yaml
from shixiao.sharing.matching.items import Element
from shixiao.sharing.matching.reading import Reading, Target, read
from shixiao.sharing.matching.wording import plain
from shixiao.terms import BadInput, Text

KEYS = ("item", "element", "same", "by", "at")
# JSON leaves these in a line, and YAML takes them for its end or refuses them.
_SIGNS = (*range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)
_BREAKS = {sign: f"\\u{sign:04x}" for sign in _SIGNS}


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's word on one pair.

    Attributes:
        item: the wording of the item.
        element: id of the element.
        same: whether the element answers the item.
        by: who decided; "" where that is not to be told.
        at: when, with its zone.
        name: name of the element, where it is known.
    """

    item: str
    element: str
    same: bool
    by: str
    at: datetime
    name: str = ""


class Learned:
    """The decisions that hold, found by wording and by what a wording means."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self.decisions = tuple(_holding(decisions))
        self._own: dict[str, list[Decision]] = {}
        self._group: dict[tuple[Any, ...], list[Decision]] = {}
        for decision in self.decisions:
            self._own.setdefault(plain(decision.item).core, []).append(decision)
            if (key := _key(read(decision.item))) is not None:
                self._group.setdefault(key, []).append(decision)

    def on(self, item: str) -> Iterator[tuple[Decision, bool]]:
        """Yield the decisions that bear on an item, and whether it is their own wording."""
        own = self._own.get(plain(item).core, ())
        yield from ((decision, True) for decision in own)
        key = _key(read(item))
        if key is not None:
            alike = self._group.get(key, ())
            yield from ((decision, False) for decision in alike if decision not in own)

    def targets(self, item: str) -> tuple[Target, ...]:
        """Return what confirmed elements mean, for other elements that mean the same."""
        names = (d.name or d.element for d, _ in self.on(item) if d.same)
        return tuple(
            Target(reading.head, reading.property, 1.0, reading.holders)
            for reading in map(read, names)
            if reading.head is not None
        )


def read_learned(path: Path) -> Learned:
    """Read the decisions.

    Raises:
        BadInput: the file cannot be read, is no list of decisions, or one lacks a part; its
            number is named.
    """
    try:
        content = load_yaml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise BadInput(
            Text(
                "读不出已确认的对照；这应是 shixiao sharing confirm 写出的 YAML 文件。",
                "what was confirmed cannot be read; this is a YAML file that shixiao sharing "
                "confirm writes",
            ),
            file=path.name,
        ) from None
    if content is None:
        return Learned()
    if not isinstance(content, list):
        raise _no_decision(path, 1)
    decisions = [_decision(entry, path, number) for number, entry in enumerate(content, 1)]
    return Learned(decisions)


def confirm(path: Path, decision: Decision) -> bool:
    """Add a decision to the file; return False where it holds already.

    Raises:
        BadInput: the file is there and is none of decisions, cannot be written, or the item, the
            element or the person is empty.
    """
    parts = {"item": decision.item, "element": decision.element, "by": decision.by}
    if empty := [name for name, value in parts.items() if not value.strip()]:
        raise BadInput(
            Text(
                f"“{empty[0]}”是空的；请写明要求、数据元和确认人。",
                f"“{empty[0]}” is empty; name the item, the element and who confirms",
            )
        )
    known = read_learned(path).decisions if path.exists() else ()
    if any(_pair(old) == _pair(decision) and old.same == decision.same for old in known):
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(written([decision]))
    except OSError as error:
        raise BadInput(
            Text(
                f"无法写入（{error.strerror}）；请换一个位置。",
                f"it cannot be written ({error.strerror}); choose another place",
            ),
            file=path.name,
        ) from None
    return True


def written(decisions: Iterable[Decision]) -> str:
    """Return decisions as the file has them, a line for each."""
    return "".join(f"- {_line(decision)}\n" for decision in decisions)


def _line(decision: Decision) -> str:
    """Return a decision as JSON: that is YAML too, and whatever people type stays one entry."""
    entry = {
        "item": decision.item,
        "element": decision.element,
        "same": decision.same,
        "by": decision.by,
        "at": decision.at.isoformat(timespec="seconds"),
    }
    named = {"name": decision.name} if decision.name else {}
    return json.dumps(entry | named, ensure_ascii=False).translate(_BREAKS)


def fitted(learned: Learned, elements: Iterable[Element]) -> Learned:
    """Return decisions in the terms of a list of elements that may come from elsewhere.

    An id of one list can be another element in the next. So an id counts only where the element
    still has the name with which it was confirmed; otherwise the decision is about that name.
    """
    names = {element.id: plain(element.name).text for element in elements}
    return Learned(
        decision
        if not decision.name or names.get(decision.element) == plain(decision.name).text
        else replace(decision, element=decision.name)
        for decision in learned.decisions
    )


def _decision(entry: Any, path: Path, number: int) -> Decision:
    if not isinstance(entry, dict) or any(key not in entry for key in KEYS):
        raise _no_decision(path, number)
    try:
        at = datetime.fromisoformat(str(entry["at"]))
    except ValueError:
        raise _no_decision(path, number) from None
    if at.tzinfo is None or not isinstance(entry["same"], bool):
        raise _no_decision(path, number)
    texts = (str(entry[key]) for key in ("item", "element", "by"))
    item, element, by = texts
    return Decision(item, element, entry["same"], by, at, str(entry.get("name", "")))


def _no_decision(path: Path, number: int) -> BadInput:
    return BadInput(
        Text(
            f"第 {number} 条不是确认记录；每条须有 {'、'.join(KEYS)}。",
            f"entry {number} is no decision; each has {', '.join(KEYS)}",
        ),
        file=path.name,
    )


def _holding(decisions: Iterable[Decision]) -> Iterator[Decision]:
    """Leave out decisions that a later one about the same pair has replaced."""
    last = {_pair(decision): decision for decision in decisions}
    yield from last.values()


def _pair(decision: Decision) -> tuple[str, str]:
    return plain(decision.item).core, decision.element


def _key(reading: Reading) -> tuple[Any, ...] | None:
    """Return what wordings of one synonym group have in common; None where no word is known."""
    if reading.head is None or reading.rest:
        return None
    return reading.head, reading.property, reading.holders, reading.narrowing
