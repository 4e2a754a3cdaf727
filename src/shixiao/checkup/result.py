"""The result as JSON, in the contract's form (schema ``shixiao/result/1``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from shixiao import __version__
from shixiao.checkup.detectors.registry import detectors
from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.index import indicator
from shixiao.checkup.sharing_json import sharing_json
from shixiao.effect import measures
from shixiao.terms import Text

# One encoder for all entries: json.dumps would make one for each.
_dump = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def result_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return the whole result; equal evaluations give equal values in equal order."""
    parts = result_parts(evaluation).items()
    return {key: list(part) if isinstance(part, Iterator) else part for key, part in parts}


def result_parts(evaluation: Evaluation) -> dict[str, Any]:
    """Return the result with its long lists as iterators: a city has 60,000 entries to write.

    Made one by one they need no memory, and Python's collector has nothing to walk through.
    """
    store, rules = evaluation.store, evaluation.rules
    site = store.meta.site_rows
    return {
        "schema": "shixiao/result/1",
        "inputs": [{"name": i.name, "sha256": i.sha256, "rows": i.rows} for i in store.meta.inputs],
        "rules": {"pack": rules.name, "hash": rules.hash},
        "code_version": __version__,
        "seed": evaluation.question.seed,
        "calendar": store.meta.calendar,
        "zone": store.meta.zone,
        "last_day": evaluation.last_day.isoformat() if evaluation.last_day else None,
        "window": str(evaluation.question.window) if evaluation.question.window else None,
        "notes": list(store.meta.notes),
        # Said only where there are some: evidence alone gives the same bytes as ever.
        **({} if site is None else {"site_rows": {"day": site.day, "rows": site.rows}}),
        "quality": {f.name: f.to_json() for f in evaluation.quality.figures},
        "process": _process(evaluation),
        "measures": chain(
            (m.to_json() for m in evaluation.measured), (f.to_json() for f in evaluation.figures)
        ),
        "comparisons": (c.to_json() for c in evaluation.compared),
        "verdicts": [v.to_json() for v in evaluation.verdicts],
        "rankings": [r.to_json() for r in evaluation.rankings],
        "chains": [c.to_json() for c in evaluation.chains],
        "findings": (f.to_json() for f in evaluation.checkup.findings),
        "tests": evaluation.checkup.tests_json(),
        "kept": evaluation.checkup.kept_json(),
        "index": evaluation.index.to_json(),
        "funnels": [funnel.to_json() for funnel in evaluation.index.funnels],
        "agreement": evaluation.index.agreement_json(),
        "sharing": sharing_json(evaluation.sharing),
        "not_assessable": _not_assessable(evaluation),
    }


def result_bytes(evaluation: Evaluation) -> bytes:
    """Write JSON with one line per entry of every list: to be read, compared, and written fast."""
    parts = []
    for key, value in result_parts(evaluation).items():
        if isinstance(value, list | Iterator):
            entries = ",\n  ".join(_dump(entry) for entry in value)
            parts.append(f" {_dump(key)}: [\n  {entries}\n ]" if entries else f" {_dump(key)}: []")
        else:
            parts.append(f" {_dump(key)}: {_dump(value)}")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _process(evaluation: Evaluation) -> dict[str, Any]:
    meta = evaluation.store.meta
    return {
        "cases": meta.cases,
        "events": meta.events,
        "variants": evaluation.variant_count,
        "edges": [{"from": e.source, "to": e.target, "count": e.count} for e in evaluation.edges],
        "start": evaluation.starts,
        "end": evaluation.ends,
        "activities": [
            {
                "name": a.name,
                "events": a.events,
                "cases": a.cases,
                "rework_cases": a.rework_cases,
                "wait_median_seconds": a.wait_median,
            }
            for a in evaluation.activities
        ],
        "top_variants": [
            {"activities": list(v.activities), "cases": v.cases} for v in evaluation.variants
        ],
    }


def _not_assessable(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Name what could not be assessed: measures, then kinds of finding, then indicators."""
    found: list[tuple[str, Text, Text]] = [
        (m.id, m.name, reason)
        for m in measures()
        if (reason := evaluation.missing.get(m.metric)) is not None
    ]
    found += [
        (f"{kind}.{name}", measure_name(kind, name), reason)
        for kind, name, reason in evaluation.checkup.missing
    ]
    found += [
        (f"index.{name}", indicator(name).name, reason)
        for name, reason in evaluation.index.not_assessable
    ]
    return [
        {"measure": measure, "name": name.to_json(), "reason": reason.to_json()}
        for measure, name, reason in found
    ]


def measure_name(kind: str, measure: str) -> Text:
    """Return the name of a detector's measure, its kind before it."""
    found = next(d for d in detectors() if d.kind == kind)
    name = found.measures[measure].name
    return Text(f"{found.name.zh}：{name.zh}", f"{found.name.en}: {name.en}")
