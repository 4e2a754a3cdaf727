"""Studies: the counts of a quarter are released once, some days after its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shixiao.fairness.decisions import read_row
from shixiao.records.models import CountRelease, DecisionCell, LeafRow, System
from shixiao.workflows.decisions import taking
from shixiao.workflows.studies.releasing import kept, late, release_due
from tests import deciding
from tests.cast import NOW, Cast
from tests.explained import ZONE, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def aid(cast: Cast, place: Path) -> System:
    return deciding.laid_down(cast)


def counted(aid: System, period: str, **of_group: int) -> None:
    for group, n in of_group.items():
        DecisionCell.objects.create(
            system=aid,
            key=f"{period}:{group}",
            version="1.0",
            period=period,
            arm="",
            groups={"sex": group},
            counts={"n": n, "heard": n, "selected": n // 3},
        )


def on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)


def test_a_quarter_is_released_once_and_fifteen_days_after_its_end(aid: System) -> None:
    counted(aid, "2026-01", F=400, M=500)
    counted(aid, "2026-03", F=40, M=50)
    counted(aid, "2026-04", F=300, M=300)
    assert release_due(now=on(2026, 4, 15)) == 0
    assert release_due(now=on(2026, 4, 16)) == 1
    row = CountRelease.objects.get()
    assert (row.quarter, row.n) == ("2026-Q1", 990)
    women = kept(row).cells[("sex",)][("F",)]
    assert women is not None
    assert {"n": 440, "selected": 146}.items() <= women.items()
    assert "appealed" not in women
    leaf = LeafRow.objects.filter(event="decision.released").get()
    assert leaf.subject == aid.code


def test_what_comes_late_changes_no_released_table(aid: System) -> None:
    counted(aid, "2025-12", F=400, M=500)
    assert release_due(now=on(2026, 1, 20)) == 1
    before = CountRelease.objects.get().content
    DecisionCell.objects.filter(groups={"sex": "F"}).update(counts={"n": 407, "selected": 5})
    assert release_due(now=on(2026, 1, 21)) == 0
    assert CountRelease.objects.get().content == before


def test_a_system_without_groups_has_nothing_to_release(aid: System) -> None:
    assert release_due(now=on(2026, 6, 1)) == 0


def test_a_quarter_of_few_is_released_without_its_number(aid: System) -> None:
    counted(aid, "2026-01", F=3, M=4)
    assert release_due(now=on(2026, 5, 1)) == 1
    assert CountRelease.objects.get().n is None
    leaf = LeafRow.objects.get(event="decision.released")
    assert b'"records"' not in bytes(leaf.entry)


def test_what_came_after_the_release_is_counted_and_in_no_table(aid: System) -> None:
    counted(aid, "2025-12", F=400, M=500)
    release_due(now=on(2026, 1, 20))
    counted(aid, "2025-11", F=30)
    assert late(CountRelease.objects.get()) == 30


def test_a_quarter_that_is_still_being_delivered_is_not_released(cast: Cast, aid: System) -> None:
    actor = cast.actor("chu")
    delivery = taking.begin(aid, name="late", actor=actor, at=NOW)
    rows = [(1, read_row(sent(), now=NOW, zone=ZONE))]
    list(taking.take(delivery, rows, actor=actor, at=NOW))
    period = DecisionCell.objects.get().period
    counted(aid, period, F=400, M=500)
    end = datetime(int(period[:4]), 4, 1, 4, tzinfo=UTC)
    assert release_due(now=max(NOW + timedelta(days=14), end)) == 0
    assert release_due(now=max(NOW, end) + timedelta(days=16)) == 1
