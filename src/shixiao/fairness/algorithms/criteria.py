"""Criteria: which fairness governs, which others then fail, and what a panel has to answer.

No finding is never proof: a criterion of which nothing was found is *not contradicted*, one whose
measures cannot be taken is not assessable. Source: J. Kleinberg, S. Mullainathan, M. Raghavan
(2016), arXiv 1609.05807; A. Chouldechova (2017), Big Data 5, 153-163.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.fairness.audit import Audit
from shixiao.fairness.catalogue import metric
from shixiao.fairness.texts import named_group
from shixiao.terms import Status, Text

CELL = Text("{group}的{measure}：{reason}", "{measure} of {group}: {reason}")
METRIC = Text("{measure}：{reason}", "{measure}: {reason}")
UNKNOWN = Text("不足以判断", "it cannot be told")
FEW = Text("个案太少", "too few cases")


class Stand(StrEnum):
    """How a criterion stands by an audit."""

    FAILS = "fails"
    UNCONTRADICTED = "uncontradicted"
    NOT_ASSESSABLE = "not_assessable"


STANDS = {
    Stand.FAILS: Text("不成立", "it fails"),
    Stand.UNCONTRADICTED: Text("没有发现反证", "nothing was found against it"),
    Stand.NOT_ASSESSABLE: Text("无从评估", "not assessable"),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of fairness."""

    id: str
    name: Text
    about: Text
    measures: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Point:
    """Something of an audit that a panel has to answer before anybody signs.

    Attributes:
        key: tells it apart within the audit.
        kind: lead, cell or metric.
        text: what was seen, or what cannot be told.
    """

    key: str
    kind: str
    text: Text

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"key": self.key, "kind": self.kind, "text": self.text.to_json()}


@cache
def criteria() -> Mapping[str, Criterion]:
    """Return the criteria, by id."""
    text = files("shixiao.fairness.algorithms").joinpath("data/criteria.yaml").read_text("utf-8")
    return {
        name: Criterion(
            name,
            Text.of(entry["name"]),
            Text.of(entry["about"]),
            tuple(entry["measures"]),
            entry["source"],
        )
        for name, entry in load_yaml(text).items()
    }


def stands(found: Audit) -> dict[str, Stand]:
    """Return how each criterion stands."""
    failing = {finding.measure for finding in found.findings}
    lacking = {one.id for one, _ in found.not_assessable}
    compared = {d.measure for d in found.compared.disparities if d.p_adjusted is not None}
    return {
        each.id: Stand.FAILS
        if set(each.measures) & failing
        else Stand.NOT_ASSESSABLE
        if set(each.measures) & lacking or not set(each.measures) <= compared
        else Stand.UNCONTRADICTED
        for each in criteria().values()
    }


def points(found: Audit, governing: str) -> tuple[Point, ...]:
    """Return what a panel has to answer: every lead, every metric and cell that cannot be told.

    Cells are the groups of one attribute, by the measures of the criterion that governs.
    """
    told = [Point(f"lead:{finding.id}", "lead", finding.text) for finding in found.findings]
    told += [
        Point(f"metric:{one.id}", "metric", METRIC.format(measure=one.name, reason=reason))
        for one, reason in found.not_assessable
    ]
    return (
        *told,
        *_cells(found, criteria()[governing], {one.id for one, _ in found.not_assessable}),
    )


def _cells(found: Audit, governing: Criterion, lacking: set[str]) -> Iterator[Point]:
    for cell in found.margins:
        if len(cell.group) != 1:
            continue
        ((name, value),) = cell.group.items()
        for measure in governing.measures:
            rate = cell.rates.get(measure)
            if measure in lacking or rate is None or rate.ok:
                continue
            text = CELL.format(
                group=named_group(cell.group),
                measure=metric(measure).name,
                # How many there are is not said: what few persons make up is not published.
                reason=FEW if rate.status is Status.INSUFFICIENT else rate.reason or UNKNOWN,
            )
            yield Point(f"cell:{measure}:{name}={value}", "cell", text)
