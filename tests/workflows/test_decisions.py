"""Decisions on the site: what is laid down, taken in, counted and kept, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shixiao.fairness.decisions import read_row
from shixiao.records.models import (
    DecisionCell,
    DecisionConflict,
    DecisionDelivery,
    LeafRow,
    LoggedDecision,
    System,
)
from shixiao.terms import BadInput, Text
from shixiao.workflows.decisions import checking, codes, laying, taking
from shixiao.workflows.decisions.taking import Answer
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests import deciding, explained, systems
from tests.cast import NOW, Cast
from tests.explained import SCHEME, ZONE, content, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


@pytest.fixture
def aid(cast: Cast) -> System:
    return deciding.laid_down(cast)


def deliver(cast: Cast, aid: System, *rows: dict[str, Any], who: str = "chu") -> list[Answer]:
    actor = cast.actor(who)
    delivery = taking.begin(aid, name="test", actor=actor, at=NOW)
    read = ((n, read_row(row, now=NOW, zone=ZONE)) for n, row in enumerate(rows, 1))
    return list(taking.take(delivery, read, actor=actor, at=NOW))


def test_a_decision_is_taken_with_codes_for_the_person(cast: Cast, aid: System) -> None:
    (answer,) = deliver(cast, aid, sent())
    assert (answer.state, answer.text, answer.late) == ("taken", None, True)
    found = codes.found(answer.receipt, answer.query.lower())
    assert found is not None
    assert found.sealed["inputs"] == explained.SENT["inputs"]
    assert codes.found(answer.receipt, codes.query_of("aid", "other", 0)) is None
    assert codes.found("AAAA", "") is None


def test_the_same_again_is_answered_the_same_and_counted_once(cast: Cast, aid: System) -> None:
    first, second = deliver(cast, aid, sent(), sent())
    (third,) = deliver(cast, aid, dict(reversed(sent().items())))
    assert [each.state for each in (first, second, third)] == ["taken", "again", "again"]
    assert len({(each.receipt, each.query) for each in (first, second, third)}) == 1
    assert [cell.counts["n"] for cell in DecisionCell.objects.all()] == [1]


def test_another_content_under_one_number_is_refused_and_both_are_kept(
    cast: Cast, aid: System
) -> None:
    deliver(cast, aid, sent())
    changed = sent(final="grant")
    answers = deliver(cast, aid, changed, changed, sent(version="1.0-renamed"))
    assert [each.state for each in answers] == ["refused"] * 3
    assert LoggedDecision.objects.get().final == "refuse"
    kept = DecisionConflict.objects.all()
    assert sorted(each.sealed["final"] for each in kept) == ["grant", "refuse"]


def test_a_refused_row_does_not_hold_up_the_others(cast: Cast, aid: System) -> None:
    rows = [
        sent(decision_id="1", system_id="other"),
        sent(decision_id="2", final="maybe"),
        sent(decision_id="3", groups={"hukou": "city"}),
        sent(decision_id="4", began="2026-02-21T10:00:00+08:00"),
        sent(decision_id="5"),
    ]
    answers = deliver(cast, aid, *rows)
    told = [(each.state, each.column) for each in answers]
    assert told == [
        ("refused", "system_id"), ("refused", "final"), ("refused", "groups"),
        ("refused", "began"), ("taken", ""),
    ]  # fmt: skip
    delivery = DecisionDelivery.objects.get()
    assert (delivery.taken, delivery.refused) == (1, 4)
    assert LeafRow.objects.filter(event="decision.delivered").count() == 1


def test_an_unknown_version_is_taken_and_noted(cast: Cast, aid: System) -> None:
    (answer,) = deliver(cast, aid, sent(version="9"))
    assert (answer.state, answer.column) == ("taken", "version")


def test_a_fresh_decision_is_not_late(cast: Cast, aid: System) -> None:
    moment = (NOW - timedelta(days=1)).isoformat()
    (answer,) = deliver(cast, aid, sent(ts=moment, began=None, told=None))
    assert not answer.late


def test_cells_grow_over_deliveries(cast: Cast, aid: System) -> None:
    deliver(cast, aid, sent(decision_id="1"), sent(decision_id="2", final="grant"))
    deliver(cast, aid, sent(decision_id="3"), sent(decision_id="4", groups={"sex": "M"}))
    cells = {cell.groups["sex"]: cell.counts for cell in DecisionCell.objects.all()}
    assert (cells["F"]["n"], cells["F"]["selected"], cells["F"]["overrides"]) == (3, 2, 1)
    assert cells["M"]["n"] == 1


def test_only_the_own_department_delivers(cast: Cast, aid: System) -> None:
    for who in ("wu", "li", "zhao"):
        with pytest.raises(Forbidden):
            deliver(cast, aid, sent(), who=who)


def test_nothing_is_taken_before_anything_is_laid_down(cast: Cast) -> None:
    bare = systems.made(cast, "bare")
    with pytest.raises(Incomplete):
        deliver(cast, bare, sent(system_id="bare"))
    System.objects.update(state="retired")
    bare.refresh_from_db()
    with pytest.raises(Stale):
        deliver(cast, bare, sent(system_id="bare"))


def test_a_version_has_one_table_for_good(cast: Cast, aid: System) -> None:
    actor, data = cast.actor("wei"), json.dumps(content()).encode()
    again = laying.register_table(aid, "1.0", data, actor=actor, at=NOW)
    assert aid.decision_tables.get() == again
    other = json.dumps(content([("R1", "", "", "", "grant")])).encode()
    with pytest.raises(Incomplete):
        laying.register_table(aid, "1.0", other, actor=actor, at=NOW)
    strange = json.dumps(content([("R1", "", "", "", "maybe")])).encode()
    with pytest.raises(BadInput):
        laying.register_table(aid, "2.0", strange, actor=actor, at=NOW)
    with pytest.raises(Forbidden):
        laying.register_table(aid, "2.0", data, actor=cast.actor("wu"), at=NOW)


def test_the_newest_scheme_counts_and_the_same_is_not_laid_down_twice(
    cast: Cast, aid: System
) -> None:
    actor = cast.actor("wei")
    laying.lay_down(aid, json.dumps(SCHEME).encode(), actor=actor, at=NOW)
    assert aid.decision_schemes.count() == 1
    with pytest.raises(BadInput):
        laying.lay_down(aid, b"{", actor=actor, at=NOW)


def test_a_check_replays_what_is_new_and_names_what_it_found(cast: Cast, aid: System) -> None:
    rows = [sent(decision_id=f"{n}") for n in range(3)]
    rows.append(sent(decision_id="wrong", recommended="grant"))
    deliver(cast, aid, *rows, sent(decision_id="9", version="9", explanation=None))
    made = checking.ask(aid, actor=cast.actor("li"), at=NOW)
    found = {each["measure"]: each for each in made.detail["findings"]}
    assert set(found) == {"completeness", "faithfulness", "consistency"}
    assert found["faithfulness"]["evidence"][0]["keys"] == ["wrong"]
    assert made.detail["replayed"] == {"same": 3, "different": 1, "no_table": 1}
    assert checking.replay(aid) == 0
    assert checking.look_at_all(now=NOW) == 0
    later = NOW + timedelta(hours=2)
    delivery = taking.begin(aid, name="long", actor=cast.actor("chu"), at=NOW)
    rows = iter([(1, read_row(sent(decision_id="later"), now=NOW, zone=ZONE))])
    checking.look(aid, cause="daily", reference="", at=later)  # while it is on its way
    list(taking.take(delivery, rows, actor=cast.actor("chu"), at=NOW))
    assert checking.look_at_all(now=later) == 1
    assert checking.look_at_all(now=later) == 0
    LoggedDecision.objects.filter(number="later").update(replayed="")  # came while it ran
    assert checking.look_at_all(now=later) == 1
    assert not LoggedDecision.objects.filter(replayed="", version="1.0").exists()


def test_a_delivery_that_breaks_off_is_closed_with_what_was_taken(cast: Cast, aid: System) -> None:
    actor = cast.actor("chu")
    delivery = taking.begin(aid, name="test", actor=actor, at=NOW)

    def rows() -> Iterator[tuple[int, Any]]:
        for n in range(taking.PART + 1):
            yield n, read_row(sent(decision_id=f"{n}"), now=NOW, zone=ZONE)
        raise BadInput(Text("断了。", "it broke off"))

    with pytest.raises(BadInput):
        list(taking.take(delivery, rows(), actor=actor, at=NOW))
    kept = DecisionDelivery.objects.get(pk=delivery.pk)
    assert (kept.taken, len(kept.sha256)) == (taking.PART, 64)
    assert LoggedDecision.objects.count() == taking.PART
    assert LeafRow.objects.filter(event="decision.delivered").count() == 1
    stopped = taking.begin(aid, name="stopped", actor=actor, at=NOW)
    taken = taking.take(stopped, rows(), actor=actor, at=NOW)
    assert next(taken).state == "again"
    taken.close()
    assert DecisionDelivery.objects.get(pk=stopped.pk).again == taking.PART
    assert LeafRow.objects.filter(event="decision.delivered").count() == 2


def test_cells_that_grow_are_locked_in_one_order(cast: Cast, aid: System) -> None:
    deliver(cast, aid, sent(groups={"sex": "F"}), sent(decision_id="2", groups={"sex": "M"}))
    with CaptureQueriesContext(connection) as asked:
        deliver(cast, aid, sent(decision_id="3", groups={"sex": "F"}))
    (read,) = [
        q["sql"] for q in asked if '"records_decisioncell"."key" IN' in q["sql"].replace("`", '"')
    ]
    assert "ORDER BY" in read
    if connection.features.has_select_for_update:
        assert "FOR UPDATE" in read


def test_the_cube_of_the_site_is_what_counting_the_rows_gives(cast: Cast, aid: System) -> None:
    rows = [
        sent(decision_id=f"{n}", final="grant" if n % 3 else "refuse", groups={"sex": "FM"[n % 2]})
        for n in range(12)
    ]
    deliver(cast, aid, *rows[:5])
    deliver(cast, aid, *rows[5:])
    found = checking.cube(aid)
    assert found is not None
    assert (found.total("n"), found.total("selected"), found.total("overrides")) == (12, 4, 8)
    assert found.by("sex").column("n").tolist() == [6, 6]
