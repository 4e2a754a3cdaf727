"""The public bundle: the published numbers, and the counts that all but case-level ones come from.

It holds no cell of 1 to 10 people and none that follows from others. Of each number it says whether
it is recomputed here, needs single cases (then the auditor's bundle has them), or is withheld.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from shixiao.checkup.bundles.cells import Shown, shown
from shixiao.checkup.bundles.container import (
    COUNTS,
    MANIFEST,
    NUMBERS,
    PUBLIC,
    RULES,
    digest_of,
    json_lines,
)
from shixiao.checkup.bundles.counting import counts_of
from shixiao.checkup.bundles.manifest import manifest
from shixiao.checkup.bundles.numbers import CONTEXT, leaves, numbers
from shixiao.checkup.bundles.reasons import REASONS, why
from shixiao.checkup.bundles.recomputing import recomputed
from shixiao.checkup.bundles.view import public_view
from shixiao.checkup.bundles.withholding import WITHHELD
from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.findings import of_no_person
from shixiao.checkup.result import result_bytes, result_json
from shixiao.exports.archive import archive

FROM_COUNTS, CASE_LEVEL, TOO_FEW = "counts", "case_level", "withheld"


def public_bundle(evaluation: Evaluation, may: Shown | None = None) -> bytes:
    """Return the public bundle of an evaluation; the same evaluation gives the same bytes."""
    may = may or shown(evaluation)
    whole, evaluation = evaluation, replace(evaluation, checkup=of_no_person(evaluation.checkup))
    view = public_view(result_json(evaluation), evaluation, may)
    counts = counts_of(evaluation, view, may)
    seed = evaluation.question.seed
    follow = numbers(recomputed(counts, evaluation.rules, seed=seed))
    entries = list(_entries(view, set(follow)))
    parts = {
        RULES: json_lines(evaluation.rules.to_json()),
        NUMBERS: json_lines(
            {
                "reasons": {key: reason.to_json() for key, reason in REASONS.items()},
                "numbers": entries,
            }
        ),
        COUNTS: json_lines(counts),
    }
    head = manifest(
        evaluation,
        PUBLIC,
        result=digest_of(result_bytes(whole)),
        parts={name: digest_of(content) for name, content in parts.items()},
    )
    basis = Counter(entry["basis"] for entry in entries)
    head["numbers"] = {
        "published": len(entries),
        **{name: basis[name] for name in (FROM_COUNTS, CASE_LEVEL, TOO_FEW)},
    }
    return archive([(MANIFEST, json_lines(head)), *parts.items()])


def _entries(view: dict[str, Any], follow: set[str]) -> Any:
    """Give every number of the public view with what it rests on."""
    named = {key: part for key, part in view.items() if key not in CONTEXT}
    for what, leaf in leaves(named).items():
        if leaf is WITHHELD:
            yield {"what": what, "value": None, "basis": TOO_FEW, "why": "few"}
        elif isinstance(leaf, int | float) and not isinstance(leaf, bool):
            if what in follow:
                yield {"what": what, "value": leaf, "basis": FROM_COUNTS}
            else:
                yield {"what": what, "value": leaf, "basis": CASE_LEVEL, "why": why(what)}
