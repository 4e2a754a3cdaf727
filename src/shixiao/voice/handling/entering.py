"""Entering: what somebody may bring, what is refused with one clear sentence, what is marked.

Nothing is refused for what it says. Length, emptiness and a wrong level are; control characters go,
everything else stays as it was written: links, marks of HTML, emoji, rare characters (GB 18030
level 4). Insults are taken like all else and marked, so that whoever opens it is warned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from shixiao.rules import RulePack
from shixiao.terms import BadInput, Text
from shixiao.voice.handling.course import table
from shixiao.voice.wording import has_words, readable

LONGEST, URGENT, INSULTS = "HND-10", "HND-12", "HND-13"
LONGEST_LINE = 200  # characters of a place, a contact, a service
NEGATIVE = (1, 2)  # stars of a negative rating (RAT-NEG)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINK = re.compile(r"https?://|www\.", re.I)
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>")
_RESIDENT = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_NUMBER = re.compile(r"\+?\d[\d -]{5,18}\d")
_MAIL = re.compile(r"[^\s@<>，,；;]{1,64}@[^\s@<>，,；;]{1,180}\.[A-Za-z]{2,20}")
NO_TEXT = Text("请写明您的诉求。", "Say what it is about.")
TOO_LONG = Text(
    "共 {n} 字，最多 {most} 字。请写要点，其余作为附件。",
    "It has {n} characters; {most} are the most. Write the main points and attach the rest.",
)
NO_LETTERS = Text(
    "只有符号，没有文字，无法办理；请写一句话。",
    "There are signs only and no words; write one sentence.",
)
NO_KIND = Text("请选择是哪一种诉求。", "Choose what kind of matter it is.")
NO_LEVEL = Text("请选择满意程度。", "Choose how satisfied you are.")


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody brings.

    Attributes:
        kind, channel: of the table.
        text: what was written or said; a rating may have none.
        title: its subject; may be empty.
        level: stars of a rating, 1 to 5; 0 for none.
        service: id of the service it is about; "" where not chosen.
        department: code of the department that the person named; "" for none.
        place: where, in the person's words.
        group: age band or the like, as the person says; "" for none.
        contact: telephone or mail; "" for none.
    """

    kind: str
    channel: str
    text: str = ""
    title: str = ""
    level: int = 0
    service: str = ""
    department: str = ""
    place: str = ""
    group: str = ""
    contact: str = ""

    @property
    def negative(self) -> bool:
        """Whether it is a negative rating."""
        return self.kind == "rating" and self.level in NEGATIVE

    @property
    def sign(self) -> str:
        """The mail address or number by which the person is known again; "" for none."""
        mail = _MAIL.search(self.contact)
        if mail:
            return mail[0].lower()
        number = _NUMBER.search(self.contact)
        return re.sub(r"[ -]|^\+86", "", number[0]) if number else ""


def checked(entry: Entry, *, rules: RulePack) -> Entry:
    """Return an entry as it is kept.

    Raises:
        BadInput: it is empty, too long, without words, or of no known kind (``column``).
    """
    if entry.kind not in table()["kinds"]:
        raise BadInput(NO_KIND, column="kind")
    if entry.kind == "rating" and not 1 <= entry.level <= 5:
        raise BadInput(NO_LEVEL, column="level")
    text, title = _clean(entry.text), _line(entry.title)
    most = int(rules.number(LONGEST))
    if len(text) > most:
        raise BadInput(TOO_LONG.format(n=f"{len(text):,}", most=f"{most:,}"), column="text")
    said = bool(text or title)
    if not said and entry.kind != "rating":
        raise BadInput(NO_TEXT, column="text")
    if said and not any(sign.isalnum() for sign in text + title):
        raise BadInput(NO_LETTERS, column="text")
    same = ("service", "department", "place", "group", "contact")
    lines = {name: _line(getattr(entry, name)) for name in same}
    level = entry.level if entry.kind == "rating" else 0
    return replace(entry, text=text, title=title, level=level, **lines)


def marks(text: str, *, rules: RulePack) -> tuple[str, ...]:
    """Return what whoever opens a text should know: urgent, insult, link, markup, number."""
    plain = readable(text)
    found = []
    if any(word in plain for word in rules.words(URGENT)):
        found.append("urgent")
    if has_words(plain, rules.words(INSULTS)):
        found.append("insult")
    if _LINK.search(text):
        found.append("link")
    if _MARKUP.search(text):
        found.append("markup")
    if _RESIDENT.search(text):
        found.append("number")
    return tuple(found)


def hidden(text: str) -> str:
    """Return a text with numbers of persons and telephones, and mail addresses, hidden."""
    text = _MAIL.sub("***", _RESIDENT.sub("***", text))
    return re.sub(r"(?<!\d)1\d{10}(?!\d)", "***", text)


def _clean(text: str) -> str:
    """Return a text without control characters and halves of characters; lines stay lines."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    return _CONTROL.sub("", whole).strip()


def _line(text: str) -> str:
    return " ".join(_clean(text).split())[:LONGEST_LINE]
