"""Reports of conformance: entered once, in the order of their days, with what changed between."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shixiao.records.models import CatalogueItem, ConformanceReport, LeafRow
from shixiao.terms import BadInput
from shixiao.workflows.conformance import hundredths_of, report, score_of, told_of, trend_in
from shixiao.workflows.refusals import Forbidden, Incomplete
from tests import answers
from tests.cast import NOW, TODAY, Cast
from tests.dealing import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast, place: Path) -> CatalogueItem:
    return published(cast)


def enter(cast: Cast, item: CatalogueItem, **given: Any) -> bool:
    clean = given.pop("clean", 900)
    data = given.pop("data", None) or answers.file_of(answers.conformance(clean=clean))
    fields = {"file": "a.json", "day": TODAY, "actor": cast.actor("chu"), "at": NOW} | given
    return report(item, data, **fields)[1]


def test_a_report_counts_once_and_is_kept_whole(cast: Cast, item: CatalogueItem) -> None:
    assert enter(cast, item)
    assert not enter(cast, item)
    row = item.conformance.get()
    assert (row.rows, row.kept, row.conforms) == (1_000, 900, False)
    assert told_of(row).mapping[0].codes == {"男": "1", "女": "2"}
    assert LeafRow.objects.filter(event="conformance.reported").count() == 1


def test_reports_are_compared_in_the_order_of_their_days(cast: Cast, item: CatalogueItem) -> None:
    enter(cast, item, clean=990)
    enter(cast, item, clean=900, day=TODAY - timedelta(days=30))
    enter(cast, item, clean=989, day=TODAY - timedelta(days=1))
    rows = list(item.conformance.all())
    assert [score_of(row).value for row in rows] == [0.9, 0.989, 0.99]
    assert [step.says for step in trend_in(rows).steps] == ["better", "no_change"]


def test_a_report_is_entered_by_the_department_and_of_a_day_that_was(
    cast: Cast, item: CatalogueItem
) -> None:
    with pytest.raises(Forbidden):
        enter(cast, item, actor=cast.actor("wu"))
    with pytest.raises(Incomplete):
        enter(cast, item, day=TODAY + timedelta(days=1))
    assert not item.conformance.exists()


def test_a_delivery_of_long_ago_is_a_slip_of_the_pen(cast: Cast, item: CatalogueItem) -> None:
    with pytest.raises(Incomplete) as refused:
        enter(cast, item, day=TODAY.replace(year=TODAY.year - 100))
    assert refused.value.field == "day"


def test_a_result_that_contradicts_its_own_rules_is_no_result(
    cast: Cast, item: CatalogueItem
) -> None:
    with pytest.raises(BadInput, match="conforms"):
        enter(cast, item, data=answers.file_of(answers.conformance() | {"conforms": True}))


def test_the_picture_says_what_the_words_say(cast: Cast, item: CatalogueItem) -> None:
    enter(cast, item, data=answers.file_of(answers.conformance(rows=10_000, clean=9_999)))
    row = item.conformance.get()
    assert (hundredths_of(row).value, row.percent) == (99.9, "99.9%")


def test_a_table_without_rows_is_no_report(cast: Cast, item: CatalogueItem) -> None:
    answer = answers.conformance()
    reason = {"zh": "没有行", "en": "no rows"}
    empty = {"value": None, "low": None, "high": None, "n": 0, "status": "insufficient"}
    answer |= {"rows": 0, "score": answer["score"] | empty | {"reason": reason}}
    with pytest.raises(BadInput):
        enter(cast, item, data=answers.file_of(answer))


@pytest.mark.parametrize(
    ("kept", "rows", "said"),
    [(9_999, 10_000, "99.9%"), (10_000, 10_000, "100.0%"), (29, 100, "29.0%"), (0, 7, "0.0%")],
)
def test_only_all_rows_are_a_hundred_percent(kept: int, rows: int, said: str) -> None:
    assert ConformanceReport(kept=kept, rows=rows).percent == said
