"""Exposed: whether paths answer that should not be there, such as source, secrets and back-ups.

What is found is judged by its content, not by its status: many sites answer 200 to everything, so
two paths that cannot exist are asked for first, and what they show accuses nobody.
Source: OWASP ASVS 5.0.0, V13.4 (unintended information leakage).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml
from shixiao.security.probing.pages import read_page
from shixiao.security.probing.probe import PACKAGE, Given, Seen, probe
from shixiao.security.probing.reach import ENDS, Answer, NotAssessed, Reach
from shixiao.terms import Text

SILENT = 4  # paths without any answer, above which nothing can be told
FOLDERS = 4  # folders that the page names and that are asked for a list of files
REFUSED = Text(
    "目标对多个路径没有应答，无法判断。",
    "The target gave no answer to several paths, so it cannot be told.",
)
LISTING = re.compile(rb"<title>\s*(Index of /|Directory listing for )|\[To Parent Directory\]")
DEBUGGING = re.compile(
    rb"<code>DEBUG = True</code>|Werkzeug Debugger|Whoops\\Exception|<title>Action Controller: Exc"
    rb"|Traceback \(most recent call last\)|<b>Stack Trace:</b>|^\s+at (java|org)\.[\w.$]+\(",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A path that should not answer.

    Attributes:
        path: which.
        check: what it breaks.
        sign: what its content begins with or holds.
        page: whether it is a page; a page in place of a file is none.
    """

    path: str
    check: str
    sign: re.Pattern[bytes]
    page: bool

    def shown(self, answer: Answer) -> bool:
        """Say whether an answer is what should not be there."""
        if not self.page and answer.body.lstrip()[:1] == b"<":
            return False
        return self.sign.search(answer.body) is not None


@probe("exposed")
def exposed(reach: Reach, given: Given) -> Iterator[Seen]:
    """Ask for what cannot be there, then for each path of the list, and for a trace."""
    page = reach.get()
    usual = [reach.get(f"/{secrets.token_hex(8)}{ending}") for ending in ("", ".zip")]
    yield Seen("debugging", not any(DEBUGGING.search(each.body) for each in (*usual, page)))
    wrong: dict[str, list[str]] = {}
    silent = 0
    for wanted in _wanted():
        if wanted.path == given.openapi:
            continue  # its owner names it, so it is meant to be read
        answer = _asked(reach, wanted.path)
        if answer is None:
            silent += 1
            if silent > SILENT:
                raise NotAssessed(REFUSED)
        elif wanted.shown(answer) and not any(wanted.shown(each) for each in usual):
            wrong.setdefault(wanted.check, []).append(wanted.path)
    named = read_page(page, reach.target, at=reach.target.path)
    for folder in _folders((*named.parts, *named.links)):
        answer = _asked(reach, folder)
        if answer is not None and LISTING.search(answer.body):
            wrong.setdefault("listing", []).append(folder)
    for check in dict.fromkeys(("listing", *(each.check for each in _wanted()))):
        if check not in wrong:
            yield Seen(check, True)
        for path in wrong.get(check, []):
            yield Seen(check, False, path, {"path": path})
    yield Seen("trace", not _traces(reach))


@cache
def _wanted() -> tuple[Wanted, ...]:
    data = load_yaml(files(PACKAGE).joinpath("data/exposed_paths.yaml").read_text("utf-8"))
    return tuple(
        Wanted(
            path,
            each["check"],
            re.compile(each["sign"].encode(), re.MULTILINE),
            bool(each.get("page", False)),
        )
        for each in data
        for path in each["paths"]
    )


def _asked(reach: Reach, path: str) -> Answer | None:
    """Return the answer; None where the connection was cut, as some guards do, twice."""
    for _ in range(2):
        try:
            return reach.get(path)
        except NotAssessed as why:
            if why.text in ENDS:
                raise
    return None


def _folders(parts: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for part in parts:
        folder = part.partition("?")[0].rpartition("/")[0] + "/"
        if folder != "/":
            found[folder] = None
    return list(found)[:FOLDERS]


def _traces(reach: Reach) -> bool:
    """Say whether the server sends back what it was sent, with what browsers add in secret."""
    sign = secrets.token_hex(8)
    try:
        answer = reach.ask("TRACE", headers={"X-Shixiao": sign})
    except NotAssessed as why:
        if why.text in ENDS:
            raise
        reach.get()  # the one request was cut, and others are still answered
        return False
    return answer.status == 200 and sign.encode() in answer.body
