"""How wide a text will be, so that pictures can be laid out without a browser.

Widths are those of Noto Sans SC rounded up, so that the faces of the same stack fit as well.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ELLIPSIS = "…"
LINE_HEIGHT = 1.35
# Texts and numbers remembered: both forms of a picture, and its neighbours, hold the same ones.
KEPT = 4096
_BOLD = 1.08
_LATIN_WIDTHS = {
    0.27: " ",
    0.32: "',.:;ijlI|",
    0.38: "!()[]{}-f",
    0.42: "/\\rt",
    0.5: '"*?szx',
    0.56: "FekJLYcvy−–",
    0.6: "#$+0123456789<=>^_ag~ESTZVX",
    0.64: "A`hnouCRKPbdpq",
    0.7: "&BDG",
    0.76: "HNUOQ",
    0.83: "w",
    0.87: "M",
    0.93: "W",
    1.0: "%@m",
}
_WIDTH_OF = {letter: width for width, letters in _LATIN_WIDTHS.items() for letter in letters}
_OTHER_LETTER = 0.75
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A line may break after white space, after closing punctuation, and around any ideograph.
_CHUNK = re.compile(r"[!-⹿]+[，。、；：！？）》”]*[ ]?|.[，。、；：！？）》”]*", re.DOTALL)


@lru_cache(KEPT)
def clean(text: str) -> str:
    """Return one line without control characters, which no XML document may hold."""
    return " ".join(_NOT_IN_XML.sub("\ufffd", text).split())


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the estimated width of one line of text.

    Args:
        text: one line.
        size: font size in px.
        bold: weight 600.

    Returns:
        Width in px: CJK and full-width characters take 1 em, marks above letters nothing.
    """
    return _ems(text) * size * (_BOLD if bold else 1.0)


@lru_cache(KEPT)
def _ems(text: str) -> float:
    return sum(map(_em, text))


def _em(letter: str) -> float:
    known = _WIDTH_OF.get(letter)
    if known is not None:
        return known
    if unicodedata.combining(letter):
        return 0.0
    base = unicodedata.normalize("NFD", letter)[0]
    if letter.isalpha() and base in _WIDTH_OF:
        return _WIDTH_OF[base]
    # Ambiguous signs (“”, …, ·, ×) are full-width in Chinese faces.
    if unicodedata.east_asian_width(letter) in "WFA" or ord(letter) > 0x2000:
        return 1.0
    return _OTHER_LETTER


def shorten(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return the text, cut with … when it is wider than ``room`` px ("" when not even … fits)."""
    text = clean(text)
    if width(text, size, bold=bold) <= room:
        return text
    used = width(ELLIPSIS, size, bold=bold)
    if used > room:
        return ""
    kept = 0
    for letter in text:
        used += width(letter, size, bold=bold)
        if used > room:
            break
        kept += 1
    return text[:kept].rstrip(" ，、,;·") + ELLIPSIS


def wrap(
    text: str, room: float, size: float, *, bold: bool = False, lines: int = 2
) -> tuple[str, ...]:
    """Break a text into at most ``lines`` lines of ``room`` px; the last is cut with … if needed.

    Latin words stay whole where they can; Chinese breaks anywhere but before closing punctuation.
    """
    rest = clean(text)
    done: list[str] = []
    while rest and len(done) < lines - 1 and width(rest, size, bold=bold) > room:
        taken = _first_line(rest, room, size, bold=bold)
        if not taken:
            break
        done.append(rest[:taken].rstrip())
        rest = rest[taken:].lstrip()
    if rest:
        done.append(shorten(rest, room, size, bold=bold))
    return tuple(line for line in done if line)


def chunks(text: str) -> list[str]:
    """Cut a text at the places where a line may break; a space stays with the word before it."""
    return _CHUNK.findall(text)


def _first_line(text: str, room: float, size: float, *, bold: bool) -> int:
    """Return how many characters go on the first line (0 when not even one fits)."""
    taken, used = 0, 0.0
    for match in _CHUNK.finditer(text):
        chunk = match.group()
        used += width(chunk, size, bold=bold)
        if used - (width(" ", size, bold=bold) if chunk.endswith(" ") else 0.0) > room:
            break
        taken = match.end()
    if taken:
        return taken
    # One word wider than the line: break it where the line ends.
    used = 0.0
    for letter in text:
        used += width(letter, size, bold=bold)
        if used > room:
            break
        taken += 1
    return taken
