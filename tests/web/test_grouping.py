"""Grouping at its page: what is suggested, what is chosen, and how it is undone."""

from __future__ import annotations

import pytest
from django.test import Client

from shixiao.records.models import Case, LeafRow, Matter
from shixiao.terms import Text
from shixiao.text import overlap
from shixiao.workflows.cases.opening import complain, observe, open_on_finding
from shixiao.workflows.cases.suggesting import KIND, PLACE_AND_KIND, SUBJECT, WORDS, suggestions
from tests.cast import NOW, Cast, make_evaluation, make_finding

STORY = "我在网上约了号，到了窗口工作人员说还要再取一次号，又等了一个小时。"


def on_finding(cast: Cast, n: int, place: str = "health", **changed: str) -> Case:
    finding = make_finding(cast, make_evaluation(cast, published=NOW), place, n)
    type(finding).objects.filter(pk=finding.pk).update(**changed)
    finding.refresh_from_db()
    return open_on_finding(finding, actor=cast.actor("sun"), at=NOW)


def reported(cast: Cast, story: str, place: str | None = None) -> Case:
    department = cast.places[place] if place else None
    case, _, _ = complain(name="重复取号", story=story, contact="", department=department, at=NOW)
    return case


def signed_in(cast: Cast, name: str = "sun") -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.accounts[name])
    return client


def test_cases_are_suggested_by_what_they_share_the_strongest_first(cast: Cast) -> None:
    case = on_finding(cast, 1)
    kind = on_finding(cast, 2, "housing")
    place = on_finding(cast, 3)
    subject = on_finding(cast, 4, "housing", subject="A1", kind="idle_app")
    on_finding(cast, 5, kind="idle_app")
    found = suggestions(case, Case.objects.all())
    assert [(each.case, each.why) for each in found] == [
        (subject, SUBJECT),
        (place, PLACE_AND_KIND),
        (kind, KIND),
    ]


def test_reports_of_the_same_thing_are_suggested_across_departments(cast: Cast) -> None:
    case = reported(cast, STORY)
    twice = reported(cast, STORY.replace("一个小时", "两个钟头"), "housing")
    reported(cast, "网站打不开，换了三个浏览器都不行，也没有电话可以问。", "housing")
    found = suggestions(case, Case.objects.all())
    assert [(each.case, each.why) for each in found] == [(twice, WORDS)]


def test_ended_cases_and_cases_of_another_matter_are_not_suggested(cast: Cast) -> None:
    case, ended, elsewhere = (on_finding(cast, n) for n in (1, 2, 3))
    Case.objects.filter(pk=ended.pk).update(state="closed")
    for each in (case, elsewhere):
        each.matter = Matter.objects.create(name=Text("同因", "One cause"), made=NOW)
        each.save()
    assert suggestions(case, Case.objects.all()) == []


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ("甲乙丙丁", "甲乙丙丁", 1.0),
        ("甲乙丙丁", "乙丙丁戊", 1 / 3),
        ("甲", "乙", 0.0),
        ("", "", 1.0),
    ],
)
def test_overlap_is_the_jaccard_index_of_shingles(a: str, b: str, share: float) -> None:
    assert overlap(a, b) == overlap(b, a) == pytest.approx(share)


def test_cases_are_grouped_and_taken_apart_and_both_are_traced(cast: Cast) -> None:
    case, other, typed = (on_finding(cast, n) for n in (1, 2, 3))
    client, path = signed_in(cast), f"/cases/{case.code}/group/"
    assert other.code in client.get(path).content.decode()
    given = {"cases": [other.code], "others": typed.code.lower(), "reason": "同一套系统。"}
    assert client.post(path, given).status_code == 302
    case.refresh_from_db()
    assert set(case.matter.cases.all()) == {case, other, typed}
    assert typed.code in client.get(path).content.decode()
    undo = {"undo": "1", "apart-reason": "查明原因不同。"}
    assert client.post(path, undo).status_code == 302
    case.refresh_from_db()
    assert case.matter is None
    for event, n in (("case.grouped", 3), ("case.ungrouped", 1)):
        leaves = LeafRow.objects.filter(event=event)
        assert leaves.count() == n
        assert all("系统" not in bytes(leaf.entry).decode() for leaf in leaves)
    assert [step.verb for step in case.steps.all()][-2:] == ["group", "ungroup"]


REFUSED = [
    ({"cases": [], "reason": "同一套系统。"}, "至少要两件"),
    ({"others": "NONE", "reason": "同一套系统。"}, "NONE"),
    ({"undo": "1", "apart-reason": ""}, "撤销并案的理由"),
]


@pytest.mark.parametrize(("given", "says"), REFUSED)
def test_what_is_missing_is_said_at_the_form(cast: Cast, given: dict, says: str) -> None:
    case, other = on_finding(cast, 1), on_finding(cast, 2)
    if "undo" in given:
        signed_in(cast).post(
            f"/cases/{case.code}/group/", {"cases": [other.code], "reason": "同因。"}
        )
    answer = signed_in(cast).post(f"/cases/{case.code}/group/", given)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_taking_out_what_is_in_no_matter_is_refused_as_stale(cast: Cast) -> None:
    case = observe(name="取号", story="核对。", department=None, actor=cast.actor("chen"), at=NOW)
    undo = {"undo": "1", "apart-reason": "查明原因不同。"}
    assert signed_in(cast).post(f"/cases/{case.code}/group/", undo).status_code == 409


@pytest.mark.parametrize("name", ["jiang", "zhao", "han"])
def test_nobody_else_groups(cast: Cast, name: str) -> None:
    case = on_finding(cast, 1)
    assert signed_in(cast, name).post(f"/cases/{case.code}/group/").status_code == 403


def test_the_page_of_a_case_leads_to_grouping(cast: Cast, visit: object) -> None:
    case = observe(
        name="取号难",
        story="核对。",
        department=cast.places["health"],
        actor=cast.actor("chen"),
        at=NOW,
    )
    asking = Client(headers={"host": "localhost"})
    asking.force_login(cast.accounts["li"])
    page = asking.get(f"/cases/{case.code}/").content.decode()
    assert f"/cases/{case.code}/group/" in page
