"""The dictionary of certificates, materials and fields: which names mean the same?

Groups are data (data/synonyms/*.yaml) with their sources; the first Chinese name of a group is the
normative one. A certificate names the field by which it is known and the fields it carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.sharing.matching.wording import plain, terms
from shixiao.terms import Text


class Part(StrEnum):
    """What a word does in a name."""

    DOCUMENT = "document"
    FIELD = "field"
    HOLDER = "holder"
    PROPERTY = "property"


@dataclass(frozen=True, slots=True)
class Group:
    """Names that mean the same.

    Attributes:
        part: what the words do in a name.
        name: the normative name in both languages; the Chinese one is the key of the group.
        names: every name in plain form.
        known_by: the field by which a certificate is known, if it is not its number.
        carries: fields that a certificate shows.
        type: of a property, the type of its values.
        itself: of a holder, that it is the applicant.
        source: where the group was taken from.
    """

    part: Part
    name: Text
    names: tuple[str, ...]
    known_by: str | None = None
    carries: tuple[str, ...] = ()
    type: str | None = None
    itself: bool = False
    source: str = ""

    @property
    def key(self) -> str:
        """The Chinese normative name."""
        return self.name.zh


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Groups by what their words do, and every name with the groups it may belong to.

    Attributes:
        groups: key → group, for each part.
        surfaces: plain name → groups.
        numbers: certificate → the field that is its number.
        longest: signs of the longest name.
    """

    groups: Mapping[Part, Mapping[str, Group]]
    surfaces: Mapping[str, tuple[Group, ...]]
    numbers: Mapping[str, str]
    longest: int

    def of(self, name: str, *parts: Part) -> Group | None:
        """Return the group that a plain name belongs to, of the first part that has it."""
        found = self.surfaces.get(name, ())
        return next((group for part in parts for group in found if group.part is part), None)


SHORTEST = 2  # signs that are left of a name, and no longer name it
NUMBER = "编号"  # the property that makes 营业执照 into 营业执照编号
_ENDINGS = {
    "许可证": ("许可", "许可证书"),
    "证书": ("证",),
    "证明": ("证明书",),
    "通知书": ("通知",),
    "意见书": ("意见",),
    "备案": ("备案表", "备案回执", "备案证明"),
    "批复": ("批文", "批复文件"),
    "认定": ("认定书", "认定表"),
}
_NUMBERS = ("号", "号码", "代码", "编码", "编号")


@cache
def dictionary() -> Dictionary:
    """Return the dictionary that is shipped."""
    found: dict[Part, dict[str, Group]] = {part: {} for part in Part}
    for group in (*_synonyms(), *_grammar()):
        found[group.part][group.key] = group
    surfaces: dict[str, list[Group]] = {}
    for part in Part:
        for group in found[part].values():
            for name in group.names:
                if group not in (known := surfaces.setdefault(name, [])):
                    known.append(group)
    for name, group in _shortened(found[Part.DOCUMENT].values()):
        surfaces.setdefault(name, [group])
    packed = {name: tuple(groups) for name, groups in surfaces.items()}
    return Dictionary(found, packed, dict(_numbers(found, packed)), max(map(len, packed)))


def _synonyms() -> Iterator[Group]:
    folder = files("shixiao.sharing.matching").joinpath("data", "synonyms")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        content = load_yaml(file.read_text("utf-8"))
        for part, key in ((Part.DOCUMENT, "documents"), (Part.FIELD, "fields")):
            for entry in content[key]:
                yield _group(part, entry, content["source"])


def _grammar() -> Iterator[Group]:
    for part, key in ((Part.HOLDER, "holders"), (Part.PROPERTY, "properties")):
        for entry in terms()[key]:
            yield _group(part, entry, "")


def _group(part: Part, entry: Mapping[str, Any], source: str) -> Group:
    # Names are looked for in what plain() leaves of a wording, so both forms are kept; what is
    # left of a short one says too little.
    forms = (plain(name) for name in entry["zh"])
    names = dict.fromkeys(
        form
        for wording in forms
        for form in (wording.text, wording.core)
        if form == wording.text or len(form) > SHORTEST
    )
    return Group(
        part,
        Text(entry["zh"][0], entry["en"]),
        tuple(names),
        entry.get("known_by"),
        tuple(entry.get("carries", ())),
        entry.get("type"),
        bool(entry.get("self")),
        source,
    )


def _shortened(documents: Iterable[Group]) -> Iterator[tuple[str, Group]]:
    """Yield what certificates are called without or with the last sign, as everybody does."""
    for group in documents:
        for name in group.names:
            for ending, others in _ENDINGS.items():
                if name.endswith(ending) and len(name) > len(ending) + 2:
                    yield from ((name.removesuffix(ending) + other, group) for other in others)


def _numbers(
    groups: Mapping[Part, Mapping[str, Group]], surfaces: Mapping[str, tuple[Group, ...]]
) -> Iterator[tuple[str, str]]:
    """Yield certificate → the field that is its number, where a field says so by its names."""
    endings = groups[Part.PROPERTY][NUMBER].names
    for document in groups[Part.DOCUMENT].values():
        known = document.known_by
        if known is not None and known in groups[Part.FIELD] and known.endswith(_NUMBERS):
            yield document.key, known
            continue
        composed = (name + ending for name in document.names for ending in endings)
        fields = (
            group.key
            for name in composed
            for group in surfaces.get(name, ())
            if group.part is Part.FIELD
        )
        if (number := next(fields, None)) is not None:
            yield document.key, number
