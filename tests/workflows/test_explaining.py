"""What a person is told of a decision: by the words of its time, with exact numbers, and the truth
where an official decided otherwise than the rules.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shixiao.fairness.decisions import read_row
from shixiao.records.models import DecisionCell, LoggedDecision, System
from shixiao.workflows.actors import actor_of
from shixiao.workflows.decisions import laying, taking
from shixiao.workflows.decisions.explaining import Explained, explain
from shixiao.workflows.moving import Act
from shixiao.workflows.objections.carrying import correct
from shixiao.workflows.refusals import Incomplete
from tests import deciding
from tests.cast import NOW, TODAY, Cast
from tests.explained import SCHEME, ZONE, content, sent

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


@pytest.fixture
def aid(cast: Cast) -> System:
    return deciding.laid_down(cast)


def taken(cast: Cast, aid: System, **changed: Any) -> LoggedDecision:
    actor = cast.actor("chu")
    delivery = taking.begin(aid, name="test", actor=actor, at=NOW)
    rows = [(1, read_row(sent(**changed), now=NOW, zone=ZONE))]
    (answer,) = taking.take(delivery, rows, actor=actor, at=NOW)
    return LoggedDecision.objects.get(number=answer.number)


def told(row: LoggedDecision) -> Explained:
    found = explain(row)
    assert found is not None
    return found


def laid(cast: Cast, aid: System, **changed: Any) -> None:
    data = json.dumps(SCHEME | changed).encode()
    laying.lay_down(aid, data, actor=cast.actor("wei"), at=LATER)


def act(cast: Cast) -> Act:
    return Act(actor_of(cast.accounts["zhou"], today=TODAY), LATER, 0)


def test_what_an_official_refused_though_the_rules_grant_it_is_said(
    cast: Cast, aid: System
) -> None:
    poor = {"income": 900, "hardship": "none", "age": 40}
    row = taken(cast, aid, inputs=poor, recommended="grant", final="refuse", rules=["R3"])
    found = told(row)
    assert found.ways == ()
    assert found.why_none is not None
    assert found.why_none.en.startswith("By the rules the system advised “granted”; the official")


def test_numbers_are_told_with_all_their_digits(cast: Cast, aid: System) -> None:
    rules = [("R1", ">= 1234567", "", "", "refuse"), ("R2", "< 0.1234567", "", "", "refuse")]
    wide = content([*rules, ("R9", "", "", "", "grant")])
    laying.register_table(aid, "3.0", json.dumps(wide).encode(), actor=cast.actor("wei"), at=NOW)
    rich = {"income": 12345678.5, "hardship": "none", "age": 40}
    row = taken(cast, aid, version="3.0", inputs=rich, rules=["R1"])
    assert told(row).ways[0].zh == (
        "如果家庭人均月收入不低于 0.1234567、低于 1,234,567，结果就是“准予”。"
    )


def test_an_old_decision_is_named_and_corrected_by_the_words_of_its_time(
    cast: Cast, aid: System
) -> None:
    row = taken(cast, aid)
    renamed = {"deny": SCHEME["outcomes"]["refuse"], "allow": SCHEME["outcomes"]["grant"]}
    there = {"zh": "区人民政府", "en": "the district government"}
    laid(cast, aid, outcomes=renamed, reconsideration=there)
    found = told(row)
    assert found.result.en == "refused"
    assert found.ways  # by the table, to a result of its time
    assert found.remedies[1].where.en == "the district government"
    with pytest.raises(Incomplete):
        correct(row, act(cast), result="allow", reason="改。", reference="x")
    correct(row, act(cast), result="grant", reason="改。", reference="x")
    assert "selected" not in DecisionCell.objects.get().counts


def test_a_decision_stays_counted_as_it_was_when_what_burdens_changes(
    cast: Cast, aid: System
) -> None:
    row = taken(cast, aid)
    flipped = {
        name: one | {"adverse": not one["adverse"]} for name, one in SCHEME["outcomes"].items()
    }
    laid(cast, aid, outcomes=flipped)
    correct(row, act(cast), result="grant", reason="改。", reference="x")
    found = DecisionCell.objects.get().counts
    assert found.get("selected", 0) == 0
    assert all(count > 0 for count in found.values())
