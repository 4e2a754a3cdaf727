"""Standards of data elements on the site: drafted, commented on, adopted, replaced, read in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shixiao.records.models import LeafRow, Standard
from shixiao.sharing.standards.registry import Element, standards_life
from shixiao.terms import BadInput, Text
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import Forbidden, Incomplete, Missing, Stale
from shixiao.workflows.standards import comparing, deciding, drafting, importing
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db

INCOME = Element(
    "DE900",
    Text("月收入", "Monthly income"),
    definition="自然人一个月内取得的全部收入",
    datatype="数字",
    format="n..10,2",
    unit="元",
    granularity="月",
)
AFTER = NOW + timedelta(days=40)  # beyond 20 working days


def draft(cast: Cast, element: Element = INCOME, **given: Any) -> Standard:
    fields = {"department": cast.places["health"], "actor": cast.actor("chu"), "at": NOW}
    return drafting.draft(element, **(fields | given))


def act(cast: Cast, name: str, row: Standard, at: Any = NOW) -> Act:
    row.refresh_from_db()
    return Act(cast.actor(name), at, row.version)


def adopted(cast: Cast, edition: str = "1.0") -> Standard:
    row = draft(cast)
    drafting.put_to_comments(row, act(cast, "chu", row))
    return deciding.adopt(row, act(cast, "li", row, AFTER), edition=edition)


def test_a_standard_passes_comments_before_it_is_adopted(cast: Cast) -> None:
    row = draft(cast)
    drafting.put_to_comments(row, act(cast, "chu", row))
    row.refresh_from_db()
    assert (row.state, row.due_rule) == ("comment", "STD-04")
    drafting.remark(row, "单位应为元", actor=cast.actor("han"), at=NOW)
    with pytest.raises(Incomplete):  # the time is not over
        deciding.adopt(row, act(cast, "li", row), edition="1.0", handled="已采纳")
    with pytest.raises(Incomplete):  # the comment is not answered
        deciding.adopt(row, act(cast, "li", row, AFTER), edition="1.0")
    with pytest.raises(Forbidden):
        deciding.adopt(row, act(cast, "chu", row, AFTER), edition="1.0", handled="已采纳")
    done = deciding.adopt(row, act(cast, "li", row, AFTER), edition="1.0", handled="已采纳")
    assert (done.state, done.edition, done.due) == ("adopted", "1.0", None)
    assert list(LeafRow.objects.order_by("id").values_list("event", flat=True)) == [
        "standard.drafted",
        "standard.moved",
        "standard.remarked",
        "standard.moved",
    ]


def test_the_site_and_the_pure_table_draw_one_life() -> None:
    pure, here = standards_life(), drafting.life()
    assert list(pure.states) == list(here.states)
    assert {verb: (m.origins, m.to) for verb, m in pure.moves.items()} == {
        verb.id: (verb.sources, verb.to) for verb in here.verbs.values()
    }


def test_comments_end_with_their_time(cast: Cast) -> None:
    row = draft(cast)
    with pytest.raises(Stale):
        drafting.remark(row, "早了", actor=cast.actor("han"), at=NOW)
    drafting.put_to_comments(row, act(cast, "chu", row))
    with pytest.raises(Incomplete):
        drafting.remark(row, " ", actor=cast.actor("han"), at=NOW)
    with pytest.raises(Stale):
        drafting.remark(row, "晚了", actor=cast.actor("han"), at=AFTER)


def test_a_new_edition_retires_the_one_before(cast: Cast) -> None:
    first = adopted(cast)
    second = drafting.revise(first, actor=cast.actor("chu"), at=AFTER)
    with pytest.raises(Incomplete):  # one draft at a time
        drafting.revise(first, actor=cast.actor("chu"), at=AFTER)
    drafting.put_to_comments(second, act(cast, "chu", second, AFTER))
    later = AFTER + timedelta(days=40)
    with pytest.raises(Incomplete):  # the number is taken
        deciding.adopt(second, act(cast, "li", second, later), edition="1.0")
    deciding.adopt(second, act(cast, "li", second, later), edition="2.0")
    first.refresh_from_db()
    assert (first.state, second.former_id) == ("retired", first.pk)
    with pytest.raises(Missing):
        drafting.revise(first, actor=cast.actor("chu"), at=later)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"id": " "}, "id"), ({"id": "x" * 101}, "id")],
)
def test_a_draft_that_cannot_be_is_not_kept(
    cast: Cast, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        draft(cast, replace(INCOME, **changed))
    assert refused.value.field == field
    assert not Standard.objects.exists()


def test_a_draft_is_its_departments_and_is_changed_only_while_it_is_one(cast: Cast) -> None:
    row = draft(cast)
    with pytest.raises(Forbidden):
        drafting.rewrite(row, INCOME, act(cast, "wu", row))
    drafting.rewrite(row, replace(INCOME, unit="万元"), act(cast, "chu", row))
    with pytest.raises(Stale):
        drafting.rewrite(row, INCOME, Act(cast.actor("chu"), NOW, 0))
    drafting.put_to_comments(row, act(cast, "chu", row))
    with pytest.raises(Stale):
        drafting.rewrite(row, INCOME, act(cast, "chu", row))


def test_nobody_is_asked_about_what_has_no_definition(cast: Cast) -> None:
    row = draft(cast, replace(INCOME, definition=""))
    with pytest.raises(Incomplete):
        drafting.put_to_comments(row, act(cast, "chu", row))


# ── a registry that exists ───────────────────────────────────────────────────────────────────────


def read_in(cast: Cast, *elements: Element, who: str = "li") -> importing.Imported:
    return importing.import_elements(
        elements, file="registry.csv", own=cast.places["health"], actor=cast.actor(who), at=NOW
    )


def test_a_registry_is_read_in_once(cast: Cast) -> None:
    elements = [
        replace(INCOME, status="adopted", version="3.1", department="住房局"),
        replace(INCOME, id="DE901", status="draft"),
    ]
    assert read_in(cast, *elements) == importing.Imported(2, 2, 0)
    assert read_in(cast, *elements) == importing.Imported(2, 0, 0)
    found = {(r.department.code, r.identifier, r.edition, r.state) for r in Standard.objects.all()}
    assert found == {
        ("housing", "DE900", "3.1", "adopted"),
        ("health", "DE901", "", "draft"),
    }
    newer = replace(elements[0], version="3.2", unit="万元")
    assert read_in(cast, newer).added == 1
    assert Standard.objects.get(edition="3.1").state == "retired"
    assert read_in(cast, replace(elements[1], unit="角")).changed == 1
    assert LeafRow.objects.filter(event="standard.imported").count() == 3


def test_what_a_department_reads_in_is_a_draft(cast: Cast) -> None:
    read_in(cast, replace(INCOME, status="adopted", version="1"), who="chu")
    assert Standard.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("who", "changed"),
    [
        ("li", {"department": "不存在的局"}),
        ("chu", {"department": "住房局"}),
        ("li", {"id": "x" * 101}),
        ("li", {"status": "adopted", "version": "1", "unit": "角"}),
    ],
)
def test_a_registry_with_a_wrong_row_is_refused_whole_and_the_row_is_named(
    cast: Cast, who: str, changed: dict[str, Any]
) -> None:
    read_in(cast, replace(INCOME, status="adopted", version="1"))
    with pytest.raises(BadInput) as refused:
        read_in(cast, replace(INCOME, id="DE902"), replace(INCOME, **changed), who=who)
    assert refused.value.row == 2
    assert Standard.objects.count() == 1


def test_what_is_known_is_looked_up_once_however_long_a_registry_is(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    elements = [replace(INCOME, id=f"DE{n}", status="adopted", version="1") for n in range(40)]
    read_in(cast, *elements)
    with django_assert_max_num_queries(20):
        assert read_in(cast, *elements) == importing.Imported(40, 0, 0)


def test_a_registry_that_says_a_thing_twice_keeps_the_later(cast: Cast) -> None:
    first = replace(INCOME, status="adopted", version="1")
    read_in(cast, first, replace(first, version="2", unit="角"), INCOME, replace(INCOME, unit="分"))
    found = {(row.edition, row.state, row.element["unit"]) for row in Standard.objects.all()}
    assert found == {("1", "retired", "元"), ("2", "adopted", "角"), ("", "draft", "分")}


def test_what_is_open_to_comments_is_not_written_over(cast: Cast) -> None:
    row = draft(cast)
    drafting.put_to_comments(row, act(cast, "chu", row))
    assert read_in(cast, INCOME) == importing.Imported(1, 0, 0)
    with pytest.raises(BadInput, match="open to comments"):
        read_in(cast, replace(INCOME, unit="角"))


# ── conflicts ────────────────────────────────────────────────────────────────────────────────────


def test_departments_that_count_in_different_units_are_found(cast: Cast) -> None:
    draft(cast)
    read_in(cast, replace(INCOME, unit="万元", department="住房局"))
    rows = comparing.standing(Standard.objects.all())
    found = comparing.conflicts_of(rows)
    assert [str(each.kind) for each, _, _ in found] == ["unit"]
    assert {one.department.code for _, one, _ in found} | {
        other.department.code for _, _, other in found
    } == {"health", "housing"}
    assert comparing.conflicts_of(rows) == found  # from the cache


def test_a_change_of_one_definition_is_compared_anew(cast: Cast) -> None:
    row = draft(cast)
    read_in(cast, replace(INCOME, unit="万元", department="住房局"))
    assert comparing.conflicts_of(comparing.standing(Standard.objects.all()))
    drafting.rewrite(row, replace(INCOME, unit="万元"), act(cast, "chu", row))
    assert comparing.conflicts_of(comparing.standing(Standard.objects.all())) == []


def test_one_edition_is_held_against_what_stands_and_not_against_its_like(cast: Cast) -> None:
    read_in(cast, replace(INCOME, status="adopted", version="1"))
    first = Standard.objects.get()
    later = drafting.revise(first, actor=cast.actor("chu"), at=NOW)
    drafting.rewrite(later, replace(INCOME, unit="万元"), act(cast, "chu", later))
    other = draft_of(cast, "housing", replace(INCOME, unit="万元"))
    everything = Standard.objects.all()
    said = {
        row.pk: [(str(each.kind), one.pk, two.pk) for each, one, two in found]
        for row in everything
        for found in [comparing.conflicts_about(row, everything)]
    }
    assert [kind for kind, *_ in said[first.pk]] == ["unit"]
    assert {first.pk, other.pk} == set(said[first.pk][0][1:])
    assert (said[later.pk], said[other.pk]) == ([], [])
    retired = deciding.retire(first, act(cast, "li", first), reason="不再使用")
    assert comparing.conflicts_about(retired, everything) == []


def draft_of(cast: Cast, department: str, element: Element) -> Standard:
    return drafting.draft(
        element, department=cast.places[department], actor=cast.actor("li"), at=NOW
    )
