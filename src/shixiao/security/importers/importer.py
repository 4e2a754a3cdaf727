"""The register of importers: each file of ``kinds`` adds itself and knows one form.

A finding is known by (system, tool and rule, locator): the same report imported twice gives the
same findings, whatever order they stand in, however often a place is named, and whatever words a
newer release of the tool finds for it. What a report says of its own completeness is kept: a run
that failed assessed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from shixiao.seals import canonical_json
from shixiao.security.documents import read_json
from shixiao.security.importers.workbooks import is_workbook, read_workbook
from shixiao.security.probing import Gravity
from shixiao.terms import BadInput, Text

PACKAGE = "shixiao.security.importers.kinds"
MOST = 100_000  # findings
LONGEST = 2_000  # signs of a sentence
SHORT = 500  # signs of a name or place
ORDER = {gravity: place for place, gravity in enumerate(Gravity)}
NO_JSON = Text("不是 JSON 文件。", "This is no JSON.")
UNKNOWN = Text(
    "认不出是哪种工具的报告；可导入的有：{kinds}。",
    "It is the report of no known tool; these can be imported: {kinds}.",
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A finding of another tool.

    Attributes:
        system: code of the system it is about.
        tool: which tool, without its release.
        rule: the tool's name for what is wrong.
        locator: where.
        severity: how grave; what another tool found is never a veto by itself.
        message: the tool's own sentence.
    """

    system: str
    tool: str
    rule: str
    locator: str
    severity: Gravity
    message: str

    @property
    def identity(self) -> str:
        """What stays the same when it is imported again: a hash of system, tool, rule, place."""
        parts = [self.system, self.tool, self.rule, self.locator]
        return sha256(canonical_json(parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class Paper:
    """What an assessor certified.

    Attributes:
        number: of the report.
        body: who assessed.
        on: when.
        until: how long it holds by its own words; None where it does not say.
        level: of the system by MLPS.
        score: of 100; None where there is none.
        conclusion: in the assessor's word.
    """

    number: str
    body: str
    on: date
    until: date | None
    level: int
    score: float | None
    conclusion: str

    def held_until(self, days: int) -> date:
        """Return the last day on which it counts, which is never later than so many days on."""
        usual = self.on + timedelta(days=days)
        return usual if self.until is None else min(self.until, usual)


@dataclass(frozen=True, slots=True)
class Report:
    """What a report of another tool says.

    Attributes:
        kind: name of the importer.
        findings: each identity once, the gravest counts; in order of gravity and place.
        assessed: whether the tool says that it ran to its end; if not, nothing was passed.
        paper: what an assessor certified; None of a tool.
    """

    kind: str
    findings: tuple[Imported, ...]
    assessed: bool
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What an importer gives: findings, whether the tool ran to its end, and what was certified."""

    findings: Iterable[Imported]
    assessed: bool
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class Importer:
    """A form of reports.

    Attributes:
        name: of the form.
        knows: whether a document is of it.
        read: gives what it holds about a system; raises BadInput or ``Malformed``.
    """

    name: str
    knows: Callable[[Any], bool]
    read: Callable[[Any, str], Found]


class Malformed(Exception):
    """A report is not of the form that it claims.

    Attributes:
        where: in it.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(where)


_known: dict[str, Importer] = {}


def importer(name: str, knows: Callable[[Any], bool]) -> Callable[[Read], Read]:
    """Register the function that reads a form."""

    def register(read: Read) -> Read:
        _known[name] = Importer(name, knows, read)
        return read

    return register


Read = Callable[[Any, str], Found]


@cache
def importers() -> tuple[Importer, ...]:
    """Return all importers, loading every file of the folder."""
    for module in iter_modules(import_module(PACKAGE).__path__):
        import_module(f"{PACKAGE}.{module.name}")
    return tuple(_known[name] for name in sorted(_known))


def read_report(path: Path, system: str) -> Report:
    """Return what a report says about a system, whichever tool wrote it.

    Raises:
        BadInput: it cannot be read, is too large, or of no known form.
    """
    data = read_workbook(path) if is_workbook(path) else read_json(path, wrong=NO_JSON)
    form = next((each for each in importers() if each.knows(data)), None)
    if form is None:
        kinds = ", ".join(each.name for each in importers())
        raise BadInput(UNKNOWN.format(kinds=kinds), file=path.name)
    try:
        found = form.read(data, system)
        return Report(form.name, _once(found.findings), found.assessed, found.paper)
    except Malformed as wrong:
        raise BadInput(
            Text(
                f"不合 {form.name} 的格式：{wrong.where}。",
                f"It does not keep to the form of {form.name}: {wrong.where}.",
            ),
            file=path.name,
        ) from None


def _once(findings: Iterable[Imported]) -> tuple[Imported, ...]:
    kept: dict[str, Imported] = {}
    for n, each in enumerate(findings):
        if n >= MOST:
            raise Malformed(f"> {MOST}")
        known = kept.get(each.identity)
        if known is None or _rank(each) < _rank(known):
            kept[each.identity] = each
    return tuple(sorted(kept.values(), key=_rank))


def _rank(each: Imported) -> tuple[int, str, str, str, str]:
    return ORDER[each.severity], each.tool, each.rule, each.locator, each.message


def listed(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return a list of mappings; an empty one where it is missing.

    Raises:
        Malformed: it is something else.
    """
    found = data.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise Malformed(key)
    return found


def inside(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Return a mapping below others; an empty one where it is missing.

    Raises:
        Malformed: something else stands there.
    """
    for key in keys:
        below = data.get(key)
        if below is None:
            return {}
        if not isinstance(below, Mapping):
            raise Malformed(key)
        data = below
    return data


def worded(data: Mapping[str, Any], key: str, longest: int = SHORT) -> str:
    """Return a text, cut to a length and free of control signs; "" where it is missing.

    Raises:
        Malformed: it is something else.
    """
    found = data.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Malformed(key)
    return "".join(sign if sign.isprintable() else " " for sign in found[:longest]).strip()
