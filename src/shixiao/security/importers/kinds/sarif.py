"""SARIF: results of tools that look at code and at running systems.

Source: OASIS SARIF 2.1.0; ``security-severity`` as GitHub documents it (a CVSS score as a property
of the rule).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from shixiao.security.importers.importer import (
    LONGEST,
    SHORT,
    Found,
    Imported,
    Malformed,
    importer,
    inside,
    listed,
    worded,
)
from shixiao.security.probing import Gravity

VERSION = "2.1.0"
LEVELS = {
    "error": Gravity.HIGH,
    "warning": Gravity.MEDIUM,
    "note": Gravity.LOW,
    "none": Gravity.INFO,
}
FAULTS = {"fail", "open", "review", ""}  # other kinds say that something holds


def knows(data: Any) -> bool:
    """Say whether a document is one."""
    return isinstance(data, Mapping) and data.get("version") == VERSION and "runs" in data


@importer("SARIF 2.1.0", knows)
def sarif(data: Mapping[str, Any], system: str) -> Found:
    """Read every run."""
    runs = listed(data, "runs")
    done = [
        each.get("executionSuccessful") is True
        for run in runs
        for each in (listed(run, "invocations") or [{"executionSuccessful": True}])
    ]
    found = [one for run in runs for one in _run(run, system)]
    return Found(found, bool(runs) and all(done))


def _run(run: Mapping[str, Any], system: str) -> Iterator[Imported]:
    driver = inside(run, "tool", "driver")
    tool = worded(driver, "name")
    if not tool:
        raise Malformed("runs.tool.driver.name")
    rules = listed(driver, "rules")
    by_id = {worded(rule, "id"): rule for rule in rules}
    for result in listed(run, "results"):
        if worded(result, "kind") not in FAULTS or result.get("baselineState") == "absent":
            continue
        rule = _rule(result, rules, by_id)
        name = worded(result, "ruleId") or worded(rule, "id")
        if not name:
            raise Malformed("runs.results.ruleId")
        told = worded(inside(result, "message"), "text", LONGEST)
        severity = _severity(result, rule)
        for place in listed(result, "locations") or [{}]:
            yield Imported(system, tool, name, _place(place), severity, told)


def _rule(
    result: Mapping[str, Any],
    rules: list[Mapping[str, Any]],
    by_id: Mapping[str, Mapping[str, Any]],
) -> Mapping[str, Any]:
    at = result.get("ruleIndex")
    if isinstance(at, int) and 0 <= at < len(rules):
        return rules[at]
    return by_id.get(worded(result, "ruleId"), {})


def _severity(result: Mapping[str, Any], rule: Mapping[str, Any]) -> Gravity:
    score = inside(rule, "properties").get("security-severity")
    try:
        number = float(score) if isinstance(score, (str, int, float)) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if number >= 0:
        bands = ((7.0, Gravity.HIGH), (4.0, Gravity.MEDIUM), (0.1, Gravity.LOW))
        return next((grave for least, grave in bands if number >= least), Gravity.INFO)
    usual = worded(inside(rule, "defaultConfiguration"), "level") or "warning"
    level = worded(result, "level") or usual
    if level not in LEVELS:
        raise Malformed("runs.results.level")
    return LEVELS[level]


def _place(location: Mapping[str, Any]) -> str:
    where = inside(location, "physicalLocation")
    address = worded(inside(where, "artifactLocation"), "uri")
    line = inside(where, "region").get("startLine")
    if line is not None and (not isinstance(line, int) or line < 1):
        raise Malformed("region.startLine")
    if address:
        return f"{address}:{line}" if line is not None else address
    names = (worded(each, "fullyQualifiedName") for each in listed(location, "logicalLocations"))
    return next(filter(None, names), "")[:SHORT]
