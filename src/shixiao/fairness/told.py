"""An audit as JSON (CONTRACTS: ``fairness audit``), and a plan of a random sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shixiao.fairness.audit import Audit, Cell, Result
from shixiao.fairness.catalogue import metric
from shixiao.fairness.guard import Plan
from shixiao.fairness.scan import Disparity
from shixiao.rules import RulePack
from shixiao.terms import Text
from shixiao.terms.estimate import significant

AUDIT, PLAN = "shixiao/fairness-audit/1", "shixiao/fairness-plan/1"
FOUR = ("tp", "fp", "fn", "tn")


def told(audit: Audit) -> dict[str, Any]:
    """Return the contract form of one audit, without the heads of the answer.

    ``cells`` are the finest cells; ``margins`` everybody and every wider group. tp, fp, fn and tn
    are those on which error rates stand; ``n`` and ``selected`` are of all decisions.
    """
    return {
        "identifiable": audit.ground.identifiable,
        "why_not": _text(audit.ground.why_not),
        "random": audit.ground.random,
        "cells": [_cell(cell) for cell in audit.cells],
        "margins": [_cell(cell) for cell in audit.margins],
        "disparities": [
            _disparity(d) for d in (*audit.compared.disparities, *audit.scores.disparities)
        ],
        "comparisons": audit.compared.comparisons,
        "results": [_result(result) for result in audit.results],
        "findings": [finding.to_json() for finding in audit.findings],
        "not_assessable": [
            {"metric": one.id, "layer": str(one.layer), "reason": reason.to_json()}
            for one, reason in audit.not_assessable
        ],
        "notes": [note.to_json() for note in audit.notes],
    }


def heads(rules: RulePack, *, seed: int, draws: int) -> dict[str, Any]:
    """Return what makes an answer reproducible."""
    return {
        "schema": AUDIT,
        "rules": {"pack": rules.name, "hash": rules.hash},
        "seed": seed,
        "draws": draws,
    }


def told_plan(plan: Plan, *, groups: tuple[str, ...], n: int) -> dict[str, Any]:
    """Return a plan of a random sample."""
    return {
        "schema": PLAN,
        "half_width": plan.half_width,
        "n": n,
        "simple": plan.simple,
        "stratified": plan.stratified,
        "groups": [
            {
                "group": dict(zip(groups, key, strict=True)),
                "share": significant(plan.shares[key]),
                "prevalence": significant(plan.prevalence[key]),
                "needed": plan.needed[key],
                "all_of_it": key in plan.all_of,
            }
            for key in plan.needed
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    of_all = {name: n for name, n in cell.counts.items() if name not in FOUR}
    return {
        "group": dict(cell.group),
        "n": cell.counts["n"],
        **{name: cell.errors[name] for name in FOUR},
        "of_errors": cell.errors["n"],
        **{name: n for name, n in of_all.items() if name != "n"},
        "rates": {name: rate.to_json() for name, rate in cell.rates.items()},
    }


def _disparity(d: Disparity) -> dict[str, Any]:
    return {
        "measure": d.measure,
        "part": d.part,
        "group": dict(d.group),
        "reference": _group(d.reference),
        "ratio": d.ratio.to_json(),
        "difference": d.difference.to_json(),
        "p_adjusted": significant(d.p_adjusted),
    }


def _group(group: tuple[tuple[str, str], ...] | None) -> Mapping[str, str] | None:
    """Return a group; None stands for everybody else."""
    return None if group is None else dict(group)


def _result(result: Result) -> dict[str, Any]:
    return {
        "metric": result.metric,
        "layer": str(metric(result.metric).layer),
        "group": dict(result.group),
        "part": result.part,
        "estimate": result.estimate.to_json(),
        "p": significant(result.p),
    }


def _text(text: Text | None) -> dict[str, str] | None:
    return text.to_json() if text else None
