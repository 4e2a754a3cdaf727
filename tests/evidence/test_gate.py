"""The quality gate: figures against rules, and what falls is closed, never passed on in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shixiao.evidence import Store, StoreMeta, judge
from shixiao.rules import load_pack

RULES = load_pack("cn-2026")
CLEAN: dict[str, Any] = {
    "rows": 10_000,
    "incomplete": 0,
    "events": 10_000,
    "tied": 0,
    "duplicates": 0,
    "out_of_order": 0,
    "clock_jumps": 0,
    "coarse": False,
    "backfilled": [0, 10_000],
    "impossible": 0,
    "coverage": {"resource": 1.0},
    "unknown_ids": {},
    "problems": [],
}


def store(**counts: Any) -> Store:
    meta = StoreMeta(
        key="k",
        name="log",
        name_en="log",
        kind="log",
        zone="UTC",
        calendar="none",
        utc_offset=0,
        inputs=(),
        sources=("log",),
        tables={},
        event_columns=(),
        case_columns=(),
        events=10_000,
        cases=1_000,
        quality={**CLEAN, **counts},
    )
    return Store(Path("nowhere"), meta)


@pytest.mark.parametrize(
    ("counts", "figure", "verdict", "blocked"),
    [
        pytest.param({}, "tie_share", "ok", set(), id="clean"),
        pytest.param({"tied": 6_000}, "tie_share", "warn", set(), id="ties warn"),
        pytest.param(
            {"incomplete": 20}, "incomplete_share", "warn", set(), id="some rows incomplete"
        ),
        pytest.param(
            {"incomplete": 600}, "incomplete_share", "not_assessable", {"*"}, id="too many"
        ),
        pytest.param({"duplicates": 200}, "duplicate_share", "warn", set(), id="some doubles"),
        pytest.param(
            {"duplicates": 2_500}, "duplicate_share", "not_assessable", {"*"}, id="doubled"
        ),
        pytest.param({"clock_jumps": 150}, "clock_jump_share", "warn", set(), id="clock set back"),
        pytest.param(
            {"backfilled": [1_500, 10_000]}, "backfilled_share", "warn", set(), id="batches"
        ),
        pytest.param(
            {"coverage": {"resource": 0.4}},
            "coverage.resource",
            "not_assessable",
            {"handoffs"},
            id="handlers mostly unknown",
        ),
        pytest.param(
            {"coverage": {"resource": 0.9}}, "coverage.resource", "warn", set(), id="some unknown"
        ),
        pytest.param(
            {"unknown_ids": {"cases.service_id": [500, 1_000]}},
            "unknown.cases.service_id",
            "not_assessable",
            {"within_statutory", "within_promised"},
            id="unknown services",
        ),
    ],
)
def test_each_figure_is_judged_by_its_rule(
    counts: dict[str, Any], figure: str, verdict: str, blocked: set[str]
) -> None:
    quality = judge(store(**counts), rules=RULES)
    found = next(f for f in quality.figures if f.name == figure)
    assert found.verdict == verdict
    assert set(quality.blocked) == blocked
    assert (found.note is None) == (verdict == "ok")
    assert found.rule is not None


def test_a_coarse_clock_cannot_show_batches_and_says_so() -> None:
    quality = judge(store(coarse=True, backfilled=None), rules=RULES)
    figure = next(f for f in quality.figures if f.name == "backfilled_share")
    assert figure.estimate.status == "not_assessable"


def test_what_blocks_everything_blocks_every_metric() -> None:
    quality = judge(store(incomplete=5_000), rules=RULES)
    assert quality.why_blocked("steps") is not None
    assert judge(store(), rules=RULES).why_blocked("steps") is None


def test_an_empty_input_is_judged_without_dividing_by_zero() -> None:
    empty = store(rows=0, events=0)
    assert judge(Store(empty.folder, replace(empty.meta, events=0, cases=0)), rules=RULES).figures
