"""A benefit with a table of sixty rules, and decisions of which some contradict it, as planted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from shixiao.fairness.decisions import Record, read_record

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
STEPS, STEP = 19, 300
"""Bands of income of 300 yuan each; at the end of the last the benefit ends."""
KINDS = ("single", "family", "disabled")
GRANT, REFUSE, VISIT = "grant", "refuse", "visit"
SYSTEM, VERSION = "benefit", "2.1"


def table() -> bytes:
    """Return the table: nineteen bands for each of three kinds, two rules before, one after."""
    rows = [
        _row("R-owner", "", "", ">= 3", REFUSE),
        _row("R-unclear", "< 0", "", "", VISIT),
    ]
    for kind in KINDS:
        for step in range(STEPS):
            band = f"[{step * STEP}..{(step + 1) * STEP})"
            rows.append(_row(f"R-{kind}-{step}", band, f'"{kind}"', "", _result(kind, step)))
    rows.append(_row("R-else", "", "", "", REFUSE))
    content = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in"},
            {
                "id": "table",
                "type": "decisionTableNode",
                "name": "table",
                "content": {
                    "hitPolicy": "first",
                    "inputs": [
                        {"id": "a", "field": "income", "name": "income"},
                        {"id": "b", "field": "kind", "name": "kind"},
                        {"id": "c", "field": "homes", "name": "homes"},
                    ],
                    "outputs": [{"id": "o", "field": "result", "name": "result"}],
                    "rules": rows,
                },
            },
            {"id": "out", "type": "outputNode", "name": "out"},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
    return json.dumps(content).encode()


def decided(income: int, kind: str, homes: int) -> str:
    """Decide as the law of this benefit says, without any table: the truth of the bar."""
    if homes >= 3:
        return REFUSE
    if income < 0:
        return VISIT
    if income >= STEPS * STEP or kind not in KINDS:
        return REFUSE
    return _result(kind, income // STEP)


def sent(n: int, seed: int) -> Iterator[dict[str, Any]]:
    """Give decisions as a department sends them, all as the law says."""
    rng = np.random.default_rng(seed)
    incomes = rng.integers(-50, STEPS * STEP + 900, n).tolist()
    kinds = rng.choice([*KINDS, "other"], n).tolist()
    homes = rng.integers(0, 5, n).tolist()
    ages = rng.choice(["18-44", "45-59", "60+"], n).tolist()
    sexes = rng.choice(["F", "M"], n).tolist()
    days = rng.integers(1, 28, n).tolist()
    for number in range(n):
        inputs = {"income": incomes[number], "kind": kinds[number], "homes": homes[number]}
        result = decided(**inputs)
        factors = [
            {
                "name": name,
                "value": value,
                "source": "民政登记簿",
                "day": "2026-01-31",
                "article": "社会救助暂行办法第十一条",
            }
            for name, value in inputs.items()
        ]
        yield {
            "decision_id": f"D{number:07}",
            "system_id": SYSTEM,
            "version": VERSION,
            "ts": f"2026-02-{days[number]:02}T09:30:00+08:00",
            "began": "2026-02-01T09:00:00+08:00",
            "told": f"2026-02-{days[number]:02}",
            "person": f"p{number}",
            "channel": "online",
            "arm": "algorithm",
            "arm_probability": 1,
            "inputs": inputs,
            "factors": factors,
            "rules": ["R"],
            "recommended": result,
            "final": result,
            "official_id": f"o{number % 40}",
            "system_role": "advice",
            "human_role": "final",
            "groups": {"age": ages[number], "sex": sexes[number]},
            "article": "社会救助暂行办法第十一条",
            "explanation": "按家庭人均收入和住房核定。",
        }


def records(n: int, seed: int, wrong: int) -> tuple[list[Record], set[str]]:
    """Return decisions and the numbers of those whose result was changed on purpose."""
    rng = np.random.default_rng(seed + 1)
    planted = set(rng.choice(n, wrong, replace=False).tolist())
    found = []
    for number, given in enumerate(sent(n, seed)):
        if number in planted:
            others = [r for r in (GRANT, REFUSE, VISIT) if r != given["recommended"]]
            given["recommended"] = others[number % 2]
        found.append(read_record(given, now=NOW, zone=ZONE))
    return found, {f"D{number:07}" for number in planted}


def _result(kind: str, step: int) -> str:
    limit = {"single": 9, "family": 13, "disabled": 17}[kind]
    return GRANT if step < limit else VISIT if step == limit else REFUSE


def _row(name: str, income: str, kind: str, homes: str, result: str) -> dict[str, str]:
    return {"_id": name, "a": income, "b": kind, "c": homes, "o": f'"{result}"'}
