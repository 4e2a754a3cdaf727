"""Injection: whether what is sent becomes part of a query, of the page, or of a path to a file.

Each parameter is asked a handful of things: the usual value twice, a quote with markup, and a
condition that is true, then one that is false. A suspicion is asked again in an order that chance,
alternation and time do not follow, and only what holds each time accuses. A server that echoes,
refuses, or changes by itself does not: echoes are left out, refusals are alike for what is true and
what is false, and words that change by themselves count for nothing.
Source: OWASP ASVS 5.0.0, V1.2.1, V1.2.4, V5.3.2; CWE-89, CWE-79, CWE-22.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

from shixiao.security.probing.inputs import Input, find_inputs
from shixiao.security.probing.likeness import steady, words
from shixiao.security.probing.probe import Given, Seen, probe
from shixiao.security.probing.reach import Answer, Reach

#: What databases say of a query that they cannot read.
COMPLAINT = re.compile(
    r"SQL syntax|sqlite3?\.(Operational|Programming)Error|unrecognized token|ORA-\d{5}|SQLSTATE\["
    r"|unterminated quoted string|Unclosed quotation mark|psycopg2?\.|quoted string not properly"
    r"|com\.mysql\.|PG::SyntaxError|syntax error at or near|DM\.jdbc|KingbaseES"
    r"|near \"[^\"]*\": syntax",
    re.IGNORECASE,
)
#: Orders in which a suspicion is asked again: no rhythm of a server follows them.
QUOTES = (2, 1, 1, 2, 4, 3, 2)
TRUTHS = (False, True, True, False, True, False, False, True, False, True, True, False)
FILES = re.compile(
    r"file|path|^(doc|document|download|template|tpl|include|dir|folder|attach)", re.I
)
ENDING = re.compile(r"/|\.\w{2,5}$")
UP = "../" * 10
SYSTEM = (f"{UP}etc/passwd", "/etc/passwd", "..\\" * 10 + "windows\\win.ini")
#: A condition behind a number, behind a text, and behind a part of a text that is looked for.
NUMBER = " AND {one}={other}"
TEXT = "' AND '{one}'='{other}"
PART = "%' AND '{one}%'='{other}"
PASSWD = re.compile(rb"^root:[^:\n]*:0:0:", re.MULTILINE)
WIN_INI = re.compile(rb"^\[(fonts|extensions|mci extensions)\]", re.MULTILINE | re.IGNORECASE)
CLIMBS = (
    "/" + "%2e%2e/" * 8 + "etc/passwd",
    "/" + "..%2f" * 8 + "etc/passwd",
    "/static/" + "%2e%2e%2f" * 8 + "etc/passwd",
)


@probe("injection")
def injection(reach: Reach, given: Given) -> Iterator[Seen]:
    """Ask every parameter that is found, and the path itself."""
    inputs = find_inputs(reach, given)
    yield Seen("found", bool(inputs))
    usual = _is_file(reach.get())
    climbed = [path for path in CLIMBS if not usual and _is_file(reach.get(path))]
    yield Seen("file", not climbed, "/", {"name": (*climbed, "/")[0]})
    for each in inputs:
        says = {"name": each.place}
        if FILES.search(each.name) or ENDING.search(each.value):
            yield Seen("file", not _climbs(reach, each), each.place, says)
            yield Seen("markup", not _shows_markup(reach, each), each.place, says)
        else:
            asking = _Asking(reach, each)
            yield Seen("query", not (asking.breaks() or asking.decides()), each.place, says)
            yield Seen("markup", not asking.shows_markup(), each.place, says)


class _Asking:
    """One parameter, and what it is asked."""

    def __init__(self, reach: Reach, each: Input) -> None:
        self.reach, self.input = reach, each
        self.usual = self._ask(each.value)
        self.same = steady([self._words(self.usual), self._said(each.value)])
        self.sign = f"sx{secrets.token_hex(4)}"
        #: One quote, with markup: two questions in one.
        self.odd = self._ask(f"{each.value}'\"><{self.sign}>")

    def shows_markup(self) -> bool:
        """Say whether markup comes back as markup, a second time as well."""
        return _marked(self.odd, self.sign) and _shows_markup(self.reach, self.input)

    def breaks(self) -> bool:
        """Say whether an odd number of quotes breaks the server, and an even one never does."""
        return self._broken(self.odd) and all(
            self._broken(self._ask(self.input.value + "'" * quotes)) is (quotes % 2 == 1)
            for quotes in QUOTES
        )

    def decides(self) -> bool:
        """Say whether a condition that is sent decides what is shown.

        With a true one everything stands there that always does, with a false one it never does.
        """
        forms = (NUMBER, TEXT) if self.input.value.isdecimal() else (TEXT, PART)
        return any(
            all(self._follows(form, truth) for truth in (True, False, *TRUTHS)) for form in forms
        )

    def _follows(self, form: str, truth: bool) -> bool:
        one = secrets.randbelow(8_000) + 1_000
        sent = self.input.value + form.format(one=one, other=one if truth else one + 1_000)
        return (self._said(sent) >= self.same) is truth

    def _said(self, value: str) -> frozenset[str]:
        return self._words(self._ask(value), value)

    def _words(self, answer: Answer, sent: str = "") -> frozenset[str]:
        echoed = sent if sent != self.input.value else ""
        return words(answer, echoed, self.input.value) | {f"status {answer.status}"}

    def _broken(self, answer: Answer) -> bool:
        if answer.status >= 500 > self.usual.status:
            return True
        return bool(COMPLAINT.search(answer.text)) and not COMPLAINT.search(self.usual.text)

    def _ask(self, value: str) -> Answer:
        return self.reach.get(self.input.with_value(value))


def _marked(answer: Answer, sign: str) -> bool:
    """Say whether a browser would read a sign as a tag."""
    kind = answer.header("content-type").partition(";")[0].strip().lower()
    guessed = not kind and answer.header("x-content-type-options").lower() != "nosniff"
    page = kind in ("text/html", "application/xhtml+xml", "image/svg+xml") or guessed
    return page and f"<{sign}>".encode() in answer.body


def _shows_markup(reach: Reach, each: Input) -> bool:
    sign = f"sx{secrets.token_hex(4)}"
    return _marked(reach.get(each.with_value(f'{each.value}"><{sign}>')), sign)


def _climbs(reach: Reach, each: Input) -> bool:
    """Say whether a path that is sent leads to a file of the system, and a wrong one does not."""
    if not any(_is_file(reach.get(each.with_value(path))) for path in SYSTEM):
        return False
    return not _is_file(reach.get(each.with_value(f"{UP}etc/{secrets.token_hex(4)}")))


def _is_file(answer: Answer) -> bool:
    return bool(PASSWD.search(answer.body) or WIN_INI.search(answer.body))
