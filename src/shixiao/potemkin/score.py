"""How good are the findings? Counted against a city's planted truth, per kind and strength.

A planted subject is found when a finding of its kind names it. A flagged subject is false when the
kind is neither planted in it (at any strength) nor implied by what is. Average precision follows
the usual definition (mean of the precision at each planted subject in order of p; equal p count
together), with subjects that nothing was said of at the end.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shixiao.potemkin.city.requests import has_strength
from shixiao.potemkin.city.strengths import KINDS, REGISTERS
from shixiao.potemkin.city.truth import SCHEMA
from shixiao.terms import BadInput, Text

FACT = "fact"
POOLED = ("planted", "found", "false")
Key = tuple[str, str]


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        BadInput: it is not there or is no JSON.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError:
        raise BadInput(Text("读不到文件。", "it cannot be read"), file=str(path)) from None
    except (ValueError, RecursionError):
        raise BadInput(
            Text("不是 UTF-8 编码的 JSON。", "it is no JSON in UTF-8"), file=str(path)
        ) from None


def score(truth: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """Grade the findings of a result.

    Args:
        truth: what `potemkin build` wrote.
        result: what `evaluate` wrote (``findings``, and ``tests`` where it has them).

    Returns:
        ``{"kinds": {KIND: {STRENGTH: …}}, "decoys": {NAME: {"present", "flagged"}}}``. What is
        undefined, because nothing was planted or flagged, is None.

    Raises:
        BadInput: either is not what it should be.
    """
    planted = _planted(truth)
    flagged = _flagged(result)
    tested = _tested(result)
    implied = {(p["kind"], _key(p["subject"])) for p in truth.get("implied", [])}
    kinds = {}
    for kind in dict.fromkeys((*KINDS, *(k for k, _ in planted), *flagged)):
        mine = {name: subjects for (k, name), subjects in planted.items() if k == kind}
        anywhere = {subject for subjects in mine.values() for subject in subjects}
        hit = flagged.get(kind, set())
        innocent = {s for s in hit - anywhere if (kind, s) not in implied}
        order = _order(hit, tested.get(kind, {}))
        out = {s for k, s in implied if k == kind}
        known = kind in KINDS or kind in REGISTERS
        statistical = not known or has_strength(kind)
        names = mine or ({"2": set()} if statistical else {FACT: set()})
        kinds[kind] = {
            name: _figures(subjects, hit & subjects, innocent, order, out | (anywhere - subjects))
            for name, subjects in sorted(names.items())
        }
    return {"kinds": kinds, "decoys": _decoys(truth, flagged)}


def pooled(scores: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add the counts of several cities; average precision is their mean, weighted by plants."""
    kinds: dict[str, dict[str, dict[str, Any]]] = {}
    decoys: dict[str, dict[str, int]] = {}
    for one in scores:
        for kind, strengths in one["kinds"].items():
            for name, figures in strengths.items():
                total = kinds.setdefault(kind, {}).setdefault(
                    name, {**dict.fromkeys(POOLED, 0), "weighted": 0.0, "weight": 0}
                )
                for key in POOLED:
                    total[key] += figures[key]
                if figures["average_precision"] is not None:
                    total["weighted"] += figures["average_precision"] * figures["planted"]
                    total["weight"] += figures["planted"]
        for name, seen in one["decoys"].items():
            sums = decoys.setdefault(name, {"present": 0, "flagged": 0})
            for key in sums:
                sums[key] += seen[key]
    return {
        "kinds": {
            kind: {name: _from_counts(total) for name, total in sorted(strengths.items())}
            for kind, strengths in kinds.items()
        },
        "decoys": decoys,
    }


def _from_counts(total: Mapping[str, Any]) -> dict[str, Any]:
    average = total["weighted"] / total["weight"] if total["weight"] else None
    return _rates(total["planted"], total["found"], total["false"], average)


def _figures(
    planted: set[Key], found: set[Key], false: set[Key], order: list[list[Key]], apart: set[Key]
) -> dict[str, Any]:
    average = _average_precision(planted, order, apart)
    return _rates(len(planted), len(found), len(false), average)


def _rates(planted: int, found: int, false: int, average: float | None) -> dict[str, Any]:
    flagged = found + false
    return {
        "planted": planted,
        "found": found,
        "false": false,
        "precision": found / flagged if flagged else None,
        "recall": found / planted if planted else None,
        "fdr": false / flagged if flagged else None,
        "average_precision": average,
    }


def _average_precision(planted: set[Key], order: list[list[Key]], apart: set[Key]) -> float | None:
    """Mean of the precision at each planted subject; ``apart`` counts neither way."""
    if not planted:
        return None
    seen, hits, total = 0, 0, 0.0
    for tied in order:
        counted = [subject for subject in tied if subject not in apart]
        new = sum(subject in planted for subject in counted)
        seen, hits = seen + len(counted), hits + new
        total += new * hits / seen if new else 0.0
    return total / len(planted)


def _order(flagged: set[Key], tested: Mapping[Key, float]) -> list[list[Key]]:
    """Return subjects from the smallest p on, equals together; flagged without p come first."""
    places: dict[float, list[Key]] = {}
    for subject in flagged - tested.keys():
        places.setdefault(-1.0, []).append(subject)
    for subject, p in tested.items():
        places.setdefault(p, []).append(subject)
    return [places[p] for p in sorted(places)]


def _planted(truth: Mapping[str, Any]) -> dict[tuple[str, str], set[Key]]:
    if not isinstance(truth, Mapping) or truth.get("schema") != SCHEMA:
        raise BadInput(
            Text(
                f"不是样板城的真相文件（schema 应为 {SCHEMA}）。",
                f"this is no truth file of a city (its schema should be {SCHEMA})",
            )
        )
    found: dict[tuple[str, str], set[Key]] = {}
    try:
        for plant in truth["plants"]:
            strength = plant["strength"]
            name = FACT if strength is None else f"{float(strength):g}"
            found.setdefault((plant["kind"], name), set()).add(_key(plant["subject"]))
        for decoy in truth["decoys"]:
            _key(decoy["subject"])
    except (KeyError, TypeError, ValueError):
        raise BadInput(
            Text("真相文件不完整；请重新生成。", "the truth file is not complete; build it again")
        ) from None
    return found


def _flagged(result: Mapping[str, Any]) -> dict[str, set[Key]]:
    found: dict[str, set[Key]] = {}
    for kind, subject, _ in _entries(result, "findings", needed=True):
        found.setdefault(kind, set()).add(subject)
    return found


def _tested(result: Mapping[str, Any]) -> dict[str, dict[Key, float]]:
    found: dict[str, dict[Key, float]] = {}
    for kind, subject, p in _entries(result, "tests", needed=False):
        if p is not None:
            mine = found.setdefault(kind, {})
            mine[subject] = min(p, mine.get(subject, p))
    return found


def _entries(
    result: Mapping[str, Any], name: str, *, needed: bool
) -> Iterable[tuple[str, Key, float | None]]:
    entries = result.get(name) if isinstance(result, Mapping) else None
    if entries is None and not needed:
        return []
    if not isinstance(entries, list):
        raise BadInput(
            Text(
                f"结果文件没有 {name} 列表；请用 shixiao evaluate 生成。",
                f"the result has no list “{name}”; make it with shixiao evaluate",
            )
        )
    try:
        return [
            (str(entry["kind"]), _key(entry["subject"]), _number(entry.get("p")))
            for entry in entries
        ]
    except (KeyError, TypeError, AttributeError):
        raise BadInput(
            Text(
                f"结果文件的 {name} 有一项缺少 kind 或 subject。",
                f"an entry of “{name}” in the result lacks its kind or subject",
            )
        ) from None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not math.isnan(value) else None


def _key(subject: Mapping[str, Any]) -> Key:
    return str(subject["kind"]), str(subject["id"])


def _decoys(truth: Mapping[str, Any], flagged: Mapping[str, set[Key]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for decoy in truth["decoys"]:
        seen = found.setdefault(str(decoy["name"]), {"present": 0, "flagged": 0})
        subject = _key(decoy["subject"])
        seen["present"] += 1
        seen["flagged"] += any(subject in flagged.get(kind, ()) for kind in decoy["kinds"])
    return found
