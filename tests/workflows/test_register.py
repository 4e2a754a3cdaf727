"""Findings: what everybody reads of them changes when an evaluation is published, not before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shixiao.records.models import Evaluation, Finding, LeafRow
from shixiao.workflows import evaluations, register
from tests.cast import NOW, Cast, make_evaluation

pytestmark = pytest.mark.django_db


def entry(n: int, says: str, severity: str = "high") -> dict[str, Any]:
    return {
        "id": f"f{n}",
        "kind": "bans",
        "measure": "not_filed",
        "locator": "",
        "subject": {"kind": "app", "id": f"A{n}", "name": {"zh": "甲", "en": "A"}},
        "lead": True,
        "severity": severity,
        "rule": "F-15",
        "text": {"zh": says, "en": says},
    }


def evaluated(cast: Cast, day: int, *entries: dict[str, Any], place: str = "bureau") -> Evaluation:
    """Take in an evaluation that was asked for so many days after the first."""
    made = make_evaluation(cast, place, asked=NOW + timedelta(days=day), result_sha256="0" * 64)
    public = {each["id"]: each | {"text": dict(each["text"])} for each in entries}
    register.take_in(made, register.Taken([], [], list(entries), public), at=NOW)
    return made


def publish(cast: Cast, evaluation: Evaluation) -> None:
    evaluations.publish(evaluation, actor=cast.actor("li"), at=NOW)


def said() -> dict[str, tuple[str, str, str]]:
    return {f.code: (f.text.zh, f.severity, f.state) for f in Finding.objects.order_by("code")}


def test_a_draft_changes_nothing_of_what_is_public_and_its_publication_does(cast: Cast) -> None:
    first = evaluated(cast, 0, entry(1, "一"), entry(2, "二"))
    publish(cast, first)
    second = evaluated(cast, 7, entry(1, "三", "low"), entry(3, "四"))
    before = {"f1": ("一", "high", "lead"), "f2": ("二", "high", "lead")}
    assert said() == before | {"f3": ("四", "high", "lead")}
    assert Finding.objects.get(code="f1").said_in == first
    publish(cast, second)
    assert said() == {
        "f1": ("三", "low", "lead"),
        "f2": ("二", "high", "gone"),
        "f3": ("四", "high", "lead"),
    }
    assert LeafRow.objects.filter(event="finding.updated").count() == 2


def test_the_ledger_names_findings_when_they_are_published_and_not_before(cast: Cast) -> None:
    draft = evaluated(cast, 0, entry(1, "一"))
    assert not LeafRow.objects.filter(event__startswith="finding.").exists()
    publish(cast, draft)
    publish(cast, evaluated(cast, 7, entry(1, "一", "low")))
    leaves = LeafRow.objects.filter(event__startswith="finding.").order_by("id")
    assert list(leaves.values_list("event", "subject")) == [
        ("finding.opened", "f1"),
        ("finding.updated", "f1"),
    ]


def test_withdrawing_brings_back_what_was_said_before(cast: Cast) -> None:
    first = evaluated(cast, 0, entry(1, "一"), entry(2, "二"))
    second = evaluated(cast, 7, entry(1, "三", "low"))
    publish(cast, first)
    publish(cast, second)
    assert said()["f2"][2] == "gone"
    evaluations.withdraw(second, reason="口径有误。", actor=cast.actor("li"), at=NOW)
    assert said() == {"f1": ("一", "high", "lead"), "f2": ("二", "high", "lead")}


def test_an_older_evaluation_that_is_published_later_says_nothing_over_a_newer(cast: Cast) -> None:
    old, new = evaluated(cast, 0, entry(1, "旧")), evaluated(cast, 7, entry(1, "新"))
    publish(cast, new)
    publish(cast, old)
    assert said()["f1"][0] == "新"


def test_what_becomes_public_says_what_was_published_and_not_what_a_draft_says(cast: Cast) -> None:
    first = evaluated(cast, 0, entry(1, "一"), entry(2, "二"))
    evaluated(cast, 7, entry(1, "草稿"))
    assert said()["f2"][2] == "gone"
    publish(cast, first)
    assert said() == {"f1": ("一", "high", "lead"), "f2": ("二", "high", "lead")}
    assert set(Finding.objects.values_list("returned", flat=True)) == {0}


def test_what_comes_back_in_a_later_publication_has_returned(cast: Cast) -> None:
    for day, entries in ((0, [entry(1, "一")]), (7, []), (14, [entry(1, "又")])):
        publish(cast, evaluated(cast, day, *entries))
    found = Finding.objects.get()
    assert (found.state, found.returned, found.text.zh) == ("lead", 1, "又")
