"""Papers: what an assessor certified (等保、密评), as structured data, and for how long it holds.

No authority publishes a form for machines, so this is ours (``assessment-report-1.schema.json``,
or a workbook): the head of the report, and one entry for each object held against a clause.
Source: report templates of 2021 (MLPS) and 2023 (cryptography): an entry is 符合, 部分符合, 不符合
or 不适用, and what fails has a risk, 高, 中 or 低.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from shixiao.security.importers.importer import (
    LONGEST,
    Found,
    Imported,
    Malformed,
    Paper,
    listed,
    worded,
)
from shixiao.security.importers.workbooks import SCHEMA
from shixiao.security.probing import Gravity

LEVELS = range(1, 6)
RISKS = {"高": Gravity.HIGH, "中": Gravity.MEDIUM, "低": Gravity.LOW}
RISKS |= {"high": Gravity.HIGH, "medium": Gravity.MEDIUM, "low": Gravity.LOW}
FAILS = {"部分符合", "不符合", "partly", "not met"}
HOLDS = {"符合", "不适用", "met", "not applicable"}
UNRATED = Gravity.MEDIUM  # what fails and has no risk beside it
LONGEST_HELD = timedelta(days=3 * 366)  # no report holds longer, whatever it says
CONTRADICTS = "conclusion"


def is_report(data: Any, kind: str) -> bool:
    """Say whether a document is a report of a kind in our form."""
    return isinstance(data, Mapping) and data.get("schema") == SCHEMA and data.get("kind") == kind


def read_paper(data: Mapping[str, Any], system: str, tool: str, passing: frozenset[str]) -> Found:
    """Read a report.

    Args:
        data: of it.
        system: it is about.
        tool: what the findings are kept under.
        passing: conclusions that no high risk may stand beside.

    Raises:
        Malformed: it is not of the form.
    """
    paper = _paper(data)
    items = listed(data, "items")
    found = list(_items(items, system, tool))
    high = [one for one in found if one.severity is Gravity.HIGH]
    if high and paper.conclusion in passing:
        said = f"{paper.conclusion}, {len(high)} × 高风险 high risk"
        found.append(Imported(system, tool, CONTRADICTS, paper.number, Gravity.HIGH, said))
    return Found(found, bool(items), paper)


def _paper(data: Mapping[str, Any]) -> Paper:
    number, body = worded(data, "number"), worded(data, "body")
    conclusion, level, points = worded(data, "conclusion"), data.get("level"), data.get("score")
    for name, value in (("number", number), ("body", body), ("conclusion", conclusion)):
        if not value:
            raise Malformed(name)
    if not isinstance(level, int) or isinstance(level, bool) or level not in LEVELS:
        raise Malformed("level")
    fits = isinstance(points, int | float) and not isinstance(points, bool)
    if points is not None and not (fits and math.isfinite(points) and 0 <= points <= 100):
        raise Malformed("score")
    on, until = _day(data, "date"), _day(data, "expires") if "expires" in data else None
    if until is not None and not on < until <= on + LONGEST_HELD:
        raise Malformed("expires")
    return Paper(number, body, on, until, level, points, conclusion)


def _items(items: list[Mapping[str, Any]], system: str, tool: str) -> Iterator[Imported]:
    for each in items:
        clause, result, risk = worded(each, "clause"), worded(each, "result"), worded(each, "risk")
        if not clause:
            raise Malformed("items.clause")
        if result not in FAILS | HOLDS:
            raise Malformed("items.result")
        if risk and risk not in RISKS:
            raise Malformed("items.risk")
        if result in FAILS:
            told = worded(each, "text", LONGEST) or result
            grave = RISKS.get(risk, UNRATED)
            yield Imported(system, tool, clause, worded(each, "object"), grave, told)


def _day(data: Mapping[str, Any], key: str) -> date:
    try:
        return date.fromisoformat(worded(data, key))
    except ValueError:
        raise Malformed(key) from None
