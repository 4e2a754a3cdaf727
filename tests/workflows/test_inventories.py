"""Inventories on the site: taken in once, followed from one to the next, drafted by one click."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shixiao.records.models import FoundTable, Inventory, LeafRow
from shixiao.web.catalogue.statistics import count
from shixiao.workflows.inventories import draft, missing, take_in, visible
from shixiao.workflows.refusals import Forbidden, Missing, Stale
from tests import answers
from tests.cast import NOW, Cast
from tests.dealing import published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


def enter(cast: Cast, *names: str, who: str = "chu", **given: Any) -> tuple[Inventory, bool]:
    data = answers.file_of(answers.inventory(*names, **given))
    health = cast.places["health"]
    return take_in(data, file="a.json", department=health, actor=cast.actor(who), at=NOW)


def test_a_result_is_taken_in_once(cast: Cast) -> None:
    made, new = enter(cast, "t_hj_ry", "t_log")
    assert new
    assert enter(cast, "t_hj_ry", "t_log") == (made, False)
    table = made.tables.get(counts=True)
    assert table.columns[0][:5] == ["sfzh", "公民身份号码", "char(18)", "id_number", "DE001"]
    assert made.tables.filter(missing()).get() == table
    assert LeafRow.objects.filter(event="inventory.taken").count() == 1


def test_a_department_sees_and_enters_its_own(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        enter(cast, who="wu")
    enter(cast)
    seen = {who: visible(cast.actor(who)).count() for who in ("chu", "li", "wu")}
    assert seen == {"chu": 1, "li": 1, "wu": 0}


def test_a_draft_is_opened_from_a_table_once_and_known_to_the_next_inventory(cast: Cast) -> None:
    made, _ = enter(cast, "t_hj_ry", "t_log")
    table = made.tables.get(counts=True)
    with pytest.raises(Forbidden):
        draft(table, actor=cast.actor("wu"), at=NOW)
    item = draft(table, actor=cast.actor("chu"), at=NOW)
    assert (item.state, item.name.zh, item.grade) == ("drafted", "户籍人口", table.grade)
    assert [each[:2] for each in item.listed["items"]] == [["公民身份号码", "DE001"], ["bz", ""]]
    with pytest.raises(Stale):
        draft(table, actor=cast.actor("chu"), at=NOW)
    with pytest.raises(Missing):
        draft(made.tables.get(counts=False), actor=cast.actor("chu"), at=NOW)
    later, _ = enter(cast, "t_hj_ry", "t_new")
    assert later.tables.get(name="t_hj_ry").item == item
    assert list(later.tables.filter(missing()).values_list("name", flat=True)) == ["t_new"]
    assert list(Inventory.objects.filter(current=True)) == [later]


def test_a_table_that_one_inventory_does_not_reach_keeps_its_draft(cast: Cast) -> None:
    made, _ = enter(cast, "t_hj_ry")
    item = draft(made.tables.get(), actor=cast.actor("chu"), at=NOW)
    enter(cast, "t_log")
    last, _ = enter(cast, "t_hj_ry", "t_log", "t_new")
    assert last.tables.get(name="t_hj_ry").item == item


def test_the_counts_of_the_catalogue_show_what_was_found_beside_what_was_declared(
    cast: Cast,
) -> None:
    item = published(cast)
    enter(cast, "t_hj_ry", "t_new", "t_log", dataset=item.identifier)
    assert FoundTable.objects.get(item=item).name == "t_hj_ry"
    total = count("department", "grade", {}, found=True).total()
    assert (total.declared, total.found, total.unlisted) == (1, 2, 1)
    enter(cast, "t_hj_ry", source="sqlite:///b.db")
    total = count("domain", "sharing", {}, found=True).total()
    assert (total.declared, total.found, total.unlisted) == (1, 3, 2)
    assert count("domain", "sharing", {}, found=False).total().found == 0
