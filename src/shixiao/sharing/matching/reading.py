"""Readings: of whom does a name speak, of what, and what kind of value does it want?

A name of a datum has an object class, a property and a representation (ISO/IEC 11179-1, in China
GB/T 18391.1), and in Chinese they stand in that order: 法定代表人 + 身份证 + 号码. A name is cut
into the words of the dictionary so that long words win; the last object is the head, those before
it narrow it, and a word that says what kind of value it is closes the name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shixiao.sharing.matching.dictionary import NUMBER, Dictionary, Group, Part, dictionary
from shixiao.sharing.matching.wording import plain, terms

_CARRIED, _KNOWN, _NUMBERED, _ALTERNATIVE = 0.45, 0.95, 0.95, 0.9
_WORD, _ENDING = 1.5, 1.2  # how steeply the worth of a word grows with its length
_CODED = ("代码", "编码", "码")
_NAME = ("姓名", "名称")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of signs, and the groups it may belong to; none where no word was recognised."""

    text: str
    groups: tuple[Group, ...] = ()

    def of(self, part: Part) -> Group | None:
        """Return its group of a part."""
        return next((group for group in self.groups if group.part is part), None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a name says.

    Attributes:
        holders: keys of those whom it is about; the applicant is not named.
        head: key of the certificate or field that is asked for, None where none is known.
        document: whether the head is a certificate.
        narrowing: keys of the objects before the head.
        property: key of the word that says what kind of value it is, None without one.
        rest: what no word of the dictionary covers.
        canonical: the name in normative words.
    """

    holders: frozenset[str]
    head: str | None
    document: bool
    narrowing: tuple[str, ...]
    property: str | None
    rest: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Target:
    """What would answer an item, about whom, and how well, from 0 to 1."""

    head: str
    property: str | None
    weight: float
    holders: frozenset[str] = frozenset()


@cache
def read(name: str) -> Reading:
    """Read a name, with the parts that say “or” run together."""
    return _read(plain(name).core)


@cache
def targets(name: str) -> tuple[Target, ...]:
    """Return what would answer an item of this name, best first.

    A certificate is answered by itself, its number or the field by which it is known, and less
    well by the fields that it carries.
    """
    found: dict[tuple[str, str | None, frozenset[str]], float] = {}
    for place, part in enumerate(plain(name).alternatives):
        reading = _read(part)
        if reading.head is None:
            continue
        scale = _ALTERNATIVE if place else 1.0
        for target in _targets(reading, dictionary()):
            key = (target.head, target.property, target.holders)
            found[key] = max(found.get(key, 0.0), scale * target.weight)
    ordered = sorted(found.items(), key=lambda entry: -entry[1])
    return tuple(Target(head, last, weight, who) for (head, last, who), weight in ordered)


def _targets(reading: Reading, words: Dictionary) -> list[Target]:
    if reading.head is None:
        return []
    whom = reading.holders
    found = [Target(reading.head, reading.property, 1.0, whom)]
    if reading.document and reading.property is None:
        group = words.groups[Part.DOCUMENT][reading.head]
        found.append(Target(group.key, NUMBER, _NUMBERED, whom))
        if (number := words.numbers.get(group.key)) is not None:
            found.append(Target(number, None, _NUMBERED, whom))
        if group.known_by:
            found.append(_field(group.known_by, _KNOWN, whom))
        found += [_field(carried, _CARRIED, whom) for carried in group.carries]
    return found


def _field(name: str, weight: float, whom: frozenset[str]) -> Target:
    """Read a field of a certificate as elements are read, so that both name it alike."""
    reading = _read(name)
    return Target(reading.head or name, reading.property, weight, whom | reading.holders)


@cache
def _read(core: str) -> Reading:
    words = dictionary()
    pieces = [piece for piece in _pieces(core, words) if piece.text]
    last = _closing(pieces)
    coded = last is not None and pieces[-1].text in _CODED
    if last is not None:
        pieces = pieces[:-1]
    holders, objects, rest = _sorted_out(pieces, closed=last is not None)
    head = objects[-1] if objects else None
    ending = last.key if last else None
    if coded and head is not None and head.part is Part.FIELD:
        ending = None  # 性别代码 is 性别, written as a code
    if head is not None and head.part is Part.DOCUMENT and ending == NUMBER:
        number = words.numbers.get(head.key)
        if number is not None:
            head, ending = words.groups[Part.FIELD][number], None
    before = tuple(group.key for group in objects[:-1])
    said = "".join(
        (*rest, *before, *sorted(holders), head.key if head is not None else "", ending or "")
    )
    return Reading(
        holders=frozenset(holders),
        head=head.key if head is not None else None,
        document=head is not None and head.part is Part.DOCUMENT,
        narrowing=before,
        property=ending,
        rest="".join(rest),
        canonical=said or core,
    )


def _closing(pieces: list[Piece]) -> Group | None:
    """Return the word that says what kind of value a name wants, if it closes the name.

    名称 alone is the name of an enterprise; after something it says which kind of value.
    """
    if not pieces or (found := pieces[-1].of(Part.PROPERTY)) is None:
        return None
    alone = len(pieces) == 1 or all(_self(piece) for piece in pieces[:-1])
    return None if alone and pieces[-1].of(Part.FIELD) is not None else found


def _sorted_out(pieces: list[Piece], *, closed: bool) -> tuple[list[str], list[Group], list[str]]:
    """Tell holders, objects and the rest apart."""
    holders: list[str] = []
    objects: list[Group] = []
    rest: list[str] = []
    weak = terms()["weak"]
    for place, piece in enumerate(pieces):
        followed = closed or any(after.groups for after in pieces[place + 1 :])
        holder = piece.of(Part.HOLDER)
        thing = piece.of(Part.DOCUMENT) or piece.of(Part.FIELD)
        if holder is not None and (followed or thing is None):
            holders += [] if holder.itself else [holder.key]
        elif thing is not None and followed and thing.key.endswith(_NAME) and len(thing.key) > 2:
            holders.append(thing.key[:-2])
        elif thing is not None:
            named = _named(thing)
            holders += named[0]
            objects.append(named[1])
        elif piece.text not in weak or not (objects or holders):
            rest.append(piece.text)
    return holders, objects, rest


@cache
def _named(thing: Group) -> tuple[tuple[str, ...], Group]:
    """Take a field such as 配偶姓名 apart: whose name it is, and that it is a name."""
    words = dictionary()
    person = words.groups[Part.FIELD].get("姓名")
    if thing.part is Part.FIELD and person is not None and thing.key.endswith("姓名"):
        holder = words.of(thing.key[:-2], Part.HOLDER)
        if holder is not None:
            return (holder.key,), person
    return (), thing


def _self(piece: Piece) -> bool:
    holder = piece.of(Part.HOLDER)
    return holder is not None and holder.itself


def _worth(length: int, known: tuple[Group, ...]) -> float:
    """Return what a word is worth; 职称证书 + 编号 is to go before 职称 + 证书编号."""
    endings = all(group.part is Part.PROPERTY for group in known)
    return float(length ** (_ENDING if endings else _WORD))


def _pieces(core: str, words: Dictionary) -> list[Piece]:
    """Cut a name so that its words cover as much of it as they can, and few long ones win."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(core) + 1):
        score, start = best[end - 1][0], end - 1
        for begin in range(max(0, end - words.longest), end):
            if (known := words.surfaces.get(core[begin:end])) is not None:
                gain = best[begin][0] + _worth(end - begin, known)
                if gain > score:
                    score, start = gain, begin
        best.append((score, start))
    pieces: list[Piece] = []
    end = len(core)
    while end:
        start = best[end][1]
        text = core[start:end]
        groups = words.surfaces.get(text, ())
        # A single sign such as 号 is a word only where it closes the name.
        if len(text) == 1 and end != len(core):
            groups = ()
        if not groups and pieces and not pieces[-1].groups:
            pieces[-1] = Piece(text + pieces[-1].text)
        else:
            pieces.append(Piece(text, groups))
        end = start
    return pieces[::-1]
