"""Matching on the site: asked for, run by a worker, decided by people once, and learned."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shixiao.records.models import LeafRow, MatchDecision, MatchItem, MatchRun, StoredFile
from shixiao.sharing.matching import Learned, read_learned
from shixiao.terms import BadInput, Text
from shixiao.workflows import files, jobs
from shixiao.workflows.matches import asking, deciding, dictionary, running
from shixiao.workflows.matches.asking import Upload, visible
from shixiao.workflows.matches.settling import chosen
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.standards import importing
from tests import answers
from tests.cast import NOW, Cast
from tests.workflows.test_standards import INCOME, adopted

pytestmark = pytest.mark.django_db

REQUIREMENTS = "要求编码,要求名称,类别\n1,房产证原件,材料\n2,房产证,材料\n3,爱人姓名,字段\n"
ELEMENTS = "数据元编码,名称\nR1,不动产权证书号\nM1,配偶姓名\nR2,房产证类别\n"


@pytest.fixture(autouse=True)
def _place(place: Path, children_here: None) -> None:
    """Files go to a folder of the test, and children run in its process."""


def asked(
    cast: Cast, who: str = "chu", *, elements: str | None = ELEMENTS, **given: Any
) -> MatchRun:
    fields = {"department": cast.places["health"], "actor": cast.actor(who), "at": NOW}
    return asking.ask(
        Upload("要求.csv", given.pop("requirements", REQUIREMENTS).encode("gb18030")),
        None if elements is None else Upload("数据元.csv", elements.encode()),
        **(fields | given),
    )


def done(cast: Cast, **given: Any) -> MatchRun:
    made = asked(cast, **given)
    running.run_waiting()
    made.refresh_from_db()
    assert made.problem is None
    return made


def entered(cast: Cast, *names: str, who: str = "chu", **given: Any) -> MatchRun:
    place = {"chu": "health", "wu": "housing"}[who]
    data = answers.file_of(answers.matches(*names, **given))
    return asking.take_in(
        Upload("a.json", data), department=cast.places[place], actor=cast.actor(who), at=NOW
    )[0]


def item_of(run: MatchRun, name: str = "房产证") -> MatchItem:
    return run.items.get(name=name)


def seen(item: MatchItem) -> str:
    item.refresh_from_db()
    return str(item.decision_id or "")


def confirm(cast: Cast, item: MatchItem, element: str = "R1", who: str = "chu") -> MatchDecision:
    return deciding.confirm(item, element, seen=seen(item), actor=cast.actor(who), at=NOW)


def reject(cast: Cast, item: MatchItem, who: str = "chu") -> MatchDecision:
    return deciding.reject(item, seen=seen(item), actor=cast.actor(who), at=NOW)


def test_two_lists_are_matched_by_a_worker_wording_by_wording(cast: Cast) -> None:
    made = asked(cast)
    assert (made.state, made.kind, made.edition) == ("queued", "lists", 1)
    assert jobs.match() == 1
    made.refresh_from_db()
    assert (made.state, made.rows, made.items.count()) == ("done", 3, 3)
    assert item_of(made).candidates[0][0] == "R1"
    assert made.result is not None
    leaf = LeafRow.objects.get(event="match.taken")
    assert made.result.sha256 in bytes(leaf.entry).decode()


def test_the_registry_in_force_is_the_other_list_and_is_kept_as_it_was(cast: Cast) -> None:
    with pytest.raises(Incomplete):
        asked(cast, elements=None)
    adopted(cast)
    housing = INCOME.to_json() | {"department": "housing", "status": "adopted"}
    importing.import_elements(
        [type(INCOME).from_json(housing)],
        file="f",
        own=cast.places["bureau"],
        actor=cast.actor("li"),
        at=NOW,
    )
    made = done(cast, elements=None, requirements="item_id,item_name\n1,月收入\n")
    assert [each[0] for each in made.items.get().candidates] == [
        "health/DE900",
        "housing/DE900",
    ]
    with pytest.raises(Stale):  # nothing was learned, and the registry is the same
        asking.again(made, actor=cast.actor("chu"), at=NOW)


@pytest.mark.parametrize(
    ("requirements", "elements", "told"),
    [
        ("x,y\n1,2\n", ELEMENTS, "要求.csv: The column item_id is missing"),
        ("item_id,item_name\n1,\n", ELEMENTS, "要求.csv, row 1, column “item_name”"),
        (REQUIREMENTS, "element_id,name\n1,甲\n1,乙\n", "数据元.csv, row 2"),
        ("item_id,item_name\n" + "1,甲\n" * 20_001, ELEMENTS, "more than 20000 rows"),
        ("item_id,item_name\n1," + "甲" * 501 + "\n", ELEMENTS, "more than 500 characters"),
        ("item_id,item_name\n,\n", ELEMENTS, "no row that can be used"),
        ("item_id,item_name\n" + "1," + "a" * (20 << 20), ELEMENTS, "exceeds 20 MB"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_at_once_and_nothing_stays(
    cast: Cast, requirements: str, elements: str, told: str
) -> None:
    with pytest.raises(BadInput) as caught:
        asked(cast, requirements=requirements, elements=elements)
    assert told in caught.value.in_language("en")
    assert not MatchRun.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_result_made_elsewhere_is_taken_in_once(cast: Cast) -> None:
    first = entered(cast, "房产证", "配偶姓名")
    assert entered(cast, "房产证", "配偶姓名") == first
    assert (first.state, first.rows, first.items.count()) == ("done", 4, 2)
    assert item_of(first).places == [["I0", "S1", "online"], ["I0", "S2", "online"]]
    assert LeafRow.objects.filter(event="match.taken").count() == 1


def test_a_department_sees_runs_and_decides_its_own_and_the_bureau_sees_all(cast: Cast) -> None:
    made = entered(cast)
    counts = {who: visible(cast.actor(who)).count() for who in ("chu", "li", "jiang", "wu")}
    assert counts == {"chu": 1, "li": 1, "jiang": 1, "wu": 0}
    for who in ("wu", "li", "jiang"):
        with pytest.raises(Forbidden):
            asked(cast, who)
        for verb in (confirm, reject):
            with pytest.raises(Forbidden):
                verb(cast, item_of(made), who=who)
        with pytest.raises(Forbidden):
            deciding.withdraw(item_of(made), seen="", actor=cast.actor(who), at=NOW)


def test_a_decision_is_a_row_with_who_when_and_what_stood_before(cast: Cast) -> None:
    item = item_of(entered(cast))
    first = confirm(cast, item)
    second = confirm(cast, item, "R2", who="zhou")
    third = reject(cast, item)
    first.refresh_from_db()
    assert [str(each.by) for each in MatchDecision.objects.all()] == ["Chu", "Zhou", "Chu"]
    assert [each.previous for each in (first, second, third)] == [None, first, second]
    assert (first.ended, first.ended_by) == (NOW, cast.accounts["zhou"])
    assert third.refused == [list(each[:2]) for each in item.candidates]
    deciding.withdraw(item, seen=seen(item), actor=cast.actor("chu"), at=NOW)
    assert seen(item) == ""
    assert not MatchDecision.objects.filter(ended__isnull=True).exists()
    events = LeafRow.objects.filter(subject=item.run.code).order_by("id")
    assert list(events.values_list("event", flat=True)) == [
        "match.taken",
        "match.confirmed",
        "match.confirmed",
        "match.rejected",
        "match.withdrawn",
    ]


def test_what_changed_since_the_page_was_opened_is_not_overwritten(cast: Cast) -> None:
    item = item_of(entered(cast))
    with pytest.raises(Stale):  # nothing to withdraw
        deciding.withdraw(item, seen="", actor=cast.actor("chu"), at=NOW)
    first = confirm(cast, item)
    for old in ("", "elsewhere"):
        with pytest.raises(Stale):
            deciding.confirm(item, "R2", seen=old, actor=cast.actor("zhou"), at=NOW)
        with pytest.raises(Stale):
            deciding.withdraw(item, seen=old, actor=cast.actor("zhou"), at=NOW)
    with pytest.raises(Stale):  # it was confirmed already
        confirm(cast, item)
    assert MatchDecision.objects.get() == first


def test_only_what_is_offered_can_be_confirmed(cast: Cast) -> None:
    made = done(cast, requirements="item_id,item_name,kind\n1,房产证,\n2,经办人签字,signature\n")
    for element in ("", "R9"):
        with pytest.raises(Incomplete):
            confirm(cast, item_of(made), element)
    with pytest.raises(Incomplete):  # a signature is no datum, so nothing is offered
        reject(cast, item_of(made, "经办人签字"))


def test_a_wording_is_decided_once_for_every_list_of_the_department(cast: Cast) -> None:
    first = done(cast)
    elsewhere = entered(cast, who="wu")
    decision = confirm(cast, item_of(first))
    # 房产证原件 is the same wording with words about copies.
    assert {item.name for item in first.items.filter(decision=decision)} == {"房产证", "房产证原件"}
    later = entered(cast, elements=(("Q7", "不动产权证书号"), ("M1", "配偶姓名")))
    found = chosen(item_of(later), item_of(later).decision)
    assert found is not None
    assert found.element == "Q7"  # the same element by another number
    assert seen(item_of(elsewhere)) == ""
    deciding.withdraw(item_of(later), seen=str(decision.pk), actor=cast.actor("zhou"), at=NOW)
    assert not MatchItem.objects.filter(decision__isnull=False).exists()


def test_the_next_run_goes_by_what_was_confirmed(cast: Cast) -> None:
    made = done(cast)
    with pytest.raises(Stale):
        asking.again(made, actor=cast.actor("chu"), at=NOW)
    confirm(cast, item_of(made), "R2")
    asking.again(made, actor=cast.actor("chu"), at=NOW)
    with pytest.raises(Stale):  # it is on its way
        asking.again(made, actor=cast.actor("chu"), at=NOW)
    running.run_waiting()
    later = MatchRun.objects.get(former=made)
    best = item_of(later).candidates[0]
    assert (later.edition, best[0], best[3]) == (2, "R2", 1.0)
    assert best[4] == [{"zh": "有人于2026-03-02确认", "en": "confirmed by a person on 2026-03-02"}]
    assert item_of(later).decision == item_of(made).decision


def test_what_was_rejected_is_not_offered_again_to_that_department_alone(cast: Cast) -> None:
    reject(cast, item_of(entered(cast)))
    mine, theirs = (
        done(cast, who=who, department=cast.places[place])
        for who, place in (("chu", "health"), ("wu", "housing"))
    )
    assert item_of(mine).candidates == []
    assert item_of(theirs).candidates[0][0] == "R1"


def test_what_one_department_confirms_serves_the_others_until_they_say_otherwise(
    cast: Cast,
) -> None:
    confirm(cast, item_of(entered(cast)), "R2")
    theirs = done(cast, who="wu", department=cast.places["housing"])
    assert item_of(theirs).candidates[0][0] == "R2"
    assert seen(item_of(theirs)) == ""  # it is theirs to confirm
    confirm(cast, item_of(theirs), "R1", who="wu")
    again = asking.again(theirs, actor=cast.actor("wu"), at=NOW)
    running.run_waiting()
    again.refresh_from_db()
    assert item_of(again).candidates[0][0] == "R1"


def test_the_dictionary_is_a_file_that_the_command_reads(cast: Cast, tmp_path: Path) -> None:
    confirm(cast, item_of(entered(cast)))
    reject(cast, item_of(entered(cast, "爱人姓名", who="wu"), "爱人姓名"), who="wu")
    counts = {who: len(dictionary.known_to(cast.actor(who))) for who in ("chu", "wu", "li")}
    assert counts == {"chu": 1, "wu": 2, "li": 2}
    rows = dictionary.known_to(cast.actor("li"))
    path = tmp_path / "learned.yaml"
    path.write_bytes(dictionary.file_of(rows))
    learned = read_learned(path)
    assert isinstance(learned, Learned)
    assert [(d.item, d.element, d.same, d.by) for d in learned.decisions] == [
        ("房产证", "R1", True, "卫生健康局"),
        *(("爱人姓名", key, False, "住房局") for key, _ in rows[1].refused),
    ]


def test_a_run_that_fails_says_why_and_one_left_behind_is_taken_up(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = asked(cast)
    why = Text("磁盘满", "the disk is full")
    monkeypatch.setattr(running, "run_child", lambda *_, **__: {"failed": why.to_json()})
    running.run_waiting()
    made.refresh_from_db()
    assert (made.state, made.problem) == ("failed", why)
    for attempts, state in ((1, "queued"), (3, "failed")):
        MatchRun.objects.update(state="running", beat=NOW, attempts=attempts)
        assert running.resume(now=NOW + timedelta(seconds=30)) == 0
        assert running.resume(now=NOW + timedelta(minutes=3)) == 1
        made.refresh_from_db()
        assert made.state == state
    assert list(made.items.all()) == []


def test_a_worker_that_was_given_up_takes_nothing_in(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, here = asked(cast), running.run_child

    def slow(*given: Any, **named: Any) -> dict[str, Any]:
        found = here(*given, **named)
        MatchRun.objects.update(attempts=3)
        return found

    monkeypatch.setattr(running, "run_child", slow)
    running.run_waiting()
    made.refresh_from_db()
    assert made.state == "running"
    assert not made.items.exists()


acts = st.lists(
    st.tuples(
        st.sampled_from(["confirm R1", "confirm R2", "reject", "withdraw"]),
        st.sampled_from(["chu", "zhou"]),
        st.booleans(),
    ),
    max_size=8,
)


@given(acts)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_decided_one_word_stands_and_each_leaves_a_leaf(
    cast: Cast, steps: list[tuple[str, str, bool]]
) -> None:
    with transaction.atomic():
        _walk(cast, steps)
        transaction.set_rollback(True)


def _walk(cast: Cast, steps: list[tuple[str, str, bool]]) -> None:
    item, stands, kept = item_of(entered(cast)), "", 0
    for what, who, old in steps:
        now = "another" if old else seen(item)
        given_ = {"seen": now, "actor": cast.actor(who), "at": NOW}
        try:
            if what == "withdraw":
                deciding.withdraw(item, **given_)
            elif what == "reject":
                deciding.reject(item, **given_)
            else:
                deciding.confirm(item, what.split()[1], **given_)
        except Stale:
            assert old or what == stands or (what, stands) == ("withdraw", "")
        else:
            stands, kept = "" if what == "withdraw" else what, kept + 1
    standing = MatchDecision.objects.filter(ended__isnull=True)
    assert [_said(each) for each in standing] == ([stands] if stands else [])
    assert seen(item) == "".join(str(each.pk) for each in standing)
    assert LeafRow.objects.exclude(event="match.taken").count() == kept


def _said(decision: MatchDecision) -> str:
    return f"confirm {decision.element}" if decision.kind == "confirmed" else "reject"


def test_the_files_of_a_run_lie_encrypted(cast: Cast) -> None:
    made = asked(cast)
    assert made.requirements is not None
    path = files.path_of(made.requirements.sha256)
    assert "房产证".encode("gb18030") not in path.read_bytes()
