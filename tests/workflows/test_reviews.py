"""Periodic reviews: drawn without conflicts, criterion first, every lead answered, signed alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.records.models import (
    Account,
    Algorithm,
    AlgorithmReview,
    LeafRow,
    Relation,
    System,
)
from shixiao.security.assessing import Layer
from shixiao.terms import BadInput
from shixiao.workflows import moving
from shixiao.workflows.actors import actor_of
from shixiao.workflows.algorithms import drafting, dues, logs
from shixiao.workflows.algorithms.standing import against, standing
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.reviews import convening, signing
from shixiao.workflows.systems.dossier import judge
from tests import algorithms, systems
from tests.cast import NOW, TODAY, Cast
from tests.fairness.algorithms.made import ENTRY
from tests.panels import COUNTS, DAY, act, audited, convened, drawn, experts, panel, replied, signed
from tests.rounds import with_ledger


@pytest.fixture
def row(cast: Cast, place: object) -> Algorithm:
    with_ledger()
    experts(cast)
    system = systems.made(cast, "allowance", kind="algorithm", decides=True)
    entry = algorithms.begun(cast, system)
    algorithms.published(cast, entry)
    return entry


def test_a_review_runs_from_the_pool_to_the_published_opinions(cast: Cast, row: Algorithm) -> None:
    review = audited(cast, row)
    kinds = {point["kind"] for point in review.audit["points"]}
    assert "lead" in kinds
    assert "cell" in kinds  # the group of twelve tells nothing of its false alarms
    assert review.audit["criteria"]["error"] == "fails"
    assert review.audit["criteria"]["override"] == "not_assessable"
    review = signed(replied(review), ["keep", "keep"])
    row.refresh_from_db()
    assert (review.state, review.outcome) == ("done", "keep")
    assert row.due == date(2028, 3, 4)  # level 1: two years
    assert LeafRow.objects.filter(event="algorithm.reviewed").count() == 7
    assert against(row.system, today=TODAY) == ((), ())


def test_nobody_signs_before_every_lead_and_untold_cell_is_answered(
    cast: Cast, row: Algorithm
) -> None:
    review = audited(cast, row)
    points = [point["key"] for point in review.audit["points"]]
    lead, actor = panel(review)[0]
    for left in range(len(points), 0, -1):
        with pytest.raises(Incomplete, match=f"^{left} points"):
            signing.sign(review, act(actor, review), outcome="keep", opinion="可以。")
        answered = {points[left - 1]: "已查。"}
        review = signing.reply(review, act(actor, review), answers=answered)
    with pytest.raises(Incomplete, match="no such point"):
        signing.reply(review, act(actor, review), answers={"lead:none": "x"})
    signing.sign(review, act(actor, review), outcome="keep", opinion="可以。")
    lead.refresh_from_db()
    assert lead.signed


def test_what_is_signed_stands(cast: Cast, row: Algorithm) -> None:
    review = replied(audited(cast, row))
    actor = panel(review)[0][1]
    review = signing.sign(review, act(actor, review), outcome="keep", opinion="可以。")
    with pytest.raises(Stale, match="have signed"):
        signing.sign(review, act(actor, review), outcome="keep", opinion="改。")
    key = review.audit["points"][0]["key"]
    with pytest.raises(Stale, match="answers stand"):
        signing.reply(review, act(actor, review), answers={key: "改"})


def test_the_criterion_comes_before_the_figures_and_from_the_lead(
    cast: Cast, row: Algorithm
) -> None:
    review = drawn(cast, convened(cast, row))
    (_, lead), (_, other) = panel(review)
    with pytest.raises(Stale):
        convening.enter_audit(review, act(cast.actor("li"), review), counts=("counts.csv", COUNTS))
    with pytest.raises(Forbidden):
        signing.fix(review, act(other, review), criterion="parity", reason="先看机会。")
    for criterion, reason in (("beauty", "美"), ("parity", " ")):
        with pytest.raises(Incomplete):
            signing.fix(review, act(lead, review), criterion=criterion, reason=reason)
    review = signing.fix(review, act(lead, review), criterion="parity", reason="先看机会。")
    with pytest.raises(Stale):
        signing.fix(review, act(lead, review), criterion="error", reason="改主意。")


def test_whoever_was_not_drawn_signs_nothing(cast: Cast, row: Algorithm) -> None:
    review = replied(audited(cast, row))
    out = review.seats.filter(drawn=False).first()
    assert out is not None
    for actor in (actor_of(out.account, today=TODAY), cast.actor("li"), cast.actor("zhou")):
        with pytest.raises(Forbidden):
            signing.sign(review, act(actor, review), outcome="keep", opinion="可以。")


@pytest.mark.parametrize(
    "counts",
    [
        b"version,n,selected\n2.0,40,4\n",
        b"a,b,c,d,e,f,g,n,tn\n1,1,1,1,1,1,1,9,9\n",
        b"sex,n\nf,-1\n",
        b"\xff\xfe\x00",
        b"sex,tp\nf,many\n",
    ],
)
def test_counts_that_tell_nothing_are_refused(cast: Cast, row: Algorithm, counts: bytes) -> None:
    review = drawn(cast, convened(cast, row))
    lead = panel(review)[0][1]
    review = signing.fix(review, act(lead, review), criterion="parity", reason="先看机会。")
    with pytest.raises((BadInput, Incomplete)):
        convening.enter_audit(review, act(cast.actor("li"), review), counts=("counts.csv", counts))


def test_whoever_has_ties_is_out_of_the_draw(cast: Cast, row: Algorithm) -> None:
    feng = cast.accounts["feng"]
    Relation.objects.create(
        account=feng, organisation=cast.places["health"], explanation="顾问", declared=NOW
    )
    review = convened(cast, row)
    seat = review.seats.get(account=feng)
    assert seat.excluded is not None
    assert feng.pk not in {s.account_id for s, _ in panel(drawn(cast, review))}


def test_whoever_had_a_part_before_is_out_too_and_small_groups_are_not_counted_out(
    cast: Cast, row: Algorithm
) -> None:
    feng = cast.accounts["feng"]
    row.editions.update(answered_by=feng)
    review = audited(cast, row)
    seat = review.seats.get(account=feng)
    assert seat.excluded is not None
    assert "before" in seat.excluded.en
    cells = [point["text"]["en"] for point in review.audit["points"] if point["kind"] == "cell"]
    assert cells
    assert not any("10" in text for text in cells)  # ten of the group of twelve


def test_too_few_free_experts_open_no_review(cast: Cast, place: object) -> None:
    with_ledger()
    system = systems.made(cast, "allowance", kind="algorithm", decides=True)
    row = algorithms.begun(cast, system)
    with pytest.raises(Stale, match="Nothing is published"):
        convened(cast, row)
    algorithms.published(cast, row)
    with pytest.raises(Incomplete, match="Only 1 experts"):
        convened(cast, row)
    assert not AlgorithmReview.objects.exists()


def test_one_review_at_a_time_and_no_draw_before_the_value(cast: Cast, row: Algorithm) -> None:
    review = convened(cast, row)
    with pytest.raises(Stale, match="under way"):
        convened(cast, row)
    with pytest.raises(Incomplete):
        drawn(cast, review, NOW)
    review = drawn(cast, review)
    with pytest.raises(Stale):
        drawn(cast, review)


@given(st.lists(st.permutations("abcd"), min_size=3, max_size=12))
def test_nobody_leads_three_times_in_a_row(panels: list[list[str]]) -> None:
    led: list[str] = []
    for people in panels:
        led.insert(0, convening.lead_of(people[:2], led))
    for first, second in pairwise(pairwise(led)):
        assert len({*first, *second}) > 1


@pytest.mark.parametrize(
    ("outcomes", "decides"),
    [
        (["keep", "keep", "suspend"], "keep"),
        (["keep", "suspend"], "suspend"),  # as many think otherwise: the graver
        (["keep", "correct", "human"], "human"),
        (["correct"] * 3 + ["keep"] * 2, "correct"),
    ],
)
def test_most_decide_and_where_as_many_differ_the_graver(outcomes: list[str], decides: str) -> None:
    assert signing.decided(outcomes) == decides


@pytest.mark.parametrize(
    ("level", "day", "due"),
    [
        (1, date(2026, 3, 4), date(2028, 3, 4)),
        (2, date(2026, 12, 31), date(2027, 12, 31)),
        (4, date(2026, 8, 31), date(2027, 2, 28)),
        (4, date(2027, 8, 30), date(2028, 2, 29)),
    ],
)
def test_the_next_review_is_due_by_level(level: int, day: date, due: date) -> None:
    assert dues.next_due(level, day) == due


def test_an_overdue_review_is_heard_at_the_gate(cast: Cast, row: Algorithm) -> None:
    signed(replied(audited(cast, row)), ["keep", "keep"])
    system = System.objects.get(pk=row.system_id)
    for day, late in ((date(2028, 3, 4), False), (date(2028, 3, 5), True)):
        _, owed = against(system, today=day)
        assert any("overdue" in text.en for text in owed) is late


@pytest.mark.parametrize(
    ("outcomes", "state", "retests"),
    [
        (["keep", "keep"], "admitted", 0),
        (["correct", "correct"], "admitted", 1),
        (["keep", "suspend"], "suspended", 0),
    ],
)
def test_the_gate_hears_what_a_review_ends_in(
    cast: Cast, place: object, outcomes: list[str], state: str, retests: int
) -> None:
    with_ledger()
    experts(cast)
    system = systems.admitted(cast, systems.complete(cast, systems.made(cast)))
    row = algorithms.begun(cast, system)
    algorithms.published(cast, row)
    signed(replied(audited(cast, row)), outcomes)
    system.refresh_from_db()
    assert system.state == state
    assert system.retests.filter(cause="finding").count() == retests


def test_human_only_binds_the_entry(cast: Cast, place: object) -> None:
    with_ledger()
    experts(cast)
    told = ENTRY | {"role": "automatic", "human_share": 0}
    system = systems.made(cast, "camera", kind="algorithm", decides=True)
    row = algorithms.begun(cast, system, entry=told, chain=algorithms.CHAIN)
    algorithms.published(cast, row)
    assert against(system, today=TODAY) == ((), ())
    signed(replied(audited(cast, row)), ["human", "human"])
    failing = {each.layer for each in judge(system, now=NOW)[0].layers if not each.holds}
    assert Layer.DUTIES in failing


def test_the_calendar_shows_what_is_due_and_not_what_has_time_or_is_under_way(
    cast: Cast, row: Algorithm
) -> None:
    assert convening.calendar(today=TODAY) == []  # level 1 may go live before its first review
    Algorithm.objects.filter(pk=row.pk).update(level=2)
    assert convening.calendar(today=TODAY) == [row]
    review = convened(cast, row)
    assert convening.calendar(today=TODAY) == []
    AlgorithmReview.objects.filter(pk=review.pk).update(done=NOW, outcome="keep")
    Algorithm.objects.filter(pk=row.pk).update(due=TODAY + 90 * DAY)
    assert convening.calendar(today=TODAY) == []
    assert convening.calendar(today=TODAY + 40 * DAY) == [row]


def test_a_review_that_cannot_go_on_is_abandoned_and_counts_for_nothing(
    cast: Cast, row: Algorithm
) -> None:
    review = replied(audited(cast, row))
    (_, actor), (absent, _) = panel(review)
    review = signing.sign(review, act(actor, review), outcome="human", opinion="须由人决定。")
    absent.account.posts.all().delete()  # the other left, and nobody can sign any more
    li, due = cast.actor("li"), Algorithm.objects.get(pk=row.pk).due
    with pytest.raises(Forbidden):
        convening.abandon(review, act(actor, review), reason="算了。")
    with pytest.raises(Incomplete):
        convening.abandon(review, act(li, review), reason=" ")
    review = convening.abandon(review, act(li, review), reason="一名专家离任。")
    assert (review.state, review.outcome, review.done is None) == ("abandoned", "", False)
    row.refresh_from_db()
    assert row.due == due
    assert not standing(row, row.draft, today=TODAY).score.points["reviewed"]
    assert convening.calendar(today=due) == [row]
    with pytest.raises(Stale):
        convening.abandon(review, act(li, review), reason="再来。")
    again = convened(cast, row, NOW + 3 * DAY)
    assert again.state == "frozen"
    convening.abandon(again, act(li, again), reason="公开数值没有揭晓。")


def test_counts_are_entered_anew_until_somebody_signs(cast: Cast, row: Algorithm) -> None:
    review = replied(audited(cast, row))
    li, before = cast.actor("li"), review.audit_sha256
    fewer = b"\n".join(COUNTS.splitlines()[:-1]) + b"\n"
    review = convening.enter_audit(review, act(li, review), counts=("counts.csv", fewer))
    keys = {point["key"] for point in review.audit["points"]}
    assert review.audit_sha256 != before
    assert set(review.answers) <= keys
    review = replied(review)
    actor = panel(review)[0][1]
    review = signing.sign(review, act(actor, review), outcome="keep", opinion="可以。")
    with pytest.raises(Stale, match="has signed"):
        convening.enter_audit(review, act(li, review), counts=("counts.csv", COUNTS))


def test_more_points_than_a_page_can_answer_are_refused(
    cast: Cast, row: Algorithm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convening, "MOST_POINTS", 2)
    with pytest.raises(Incomplete, match="merge groups"):
        audited(cast, row)


@pytest.mark.parametrize("outcome", ["suspend", "correct"])
def test_what_a_review_ended_in_is_owed_until_it_is_met(
    cast: Cast, row: Algorithm, outcome: str
) -> None:
    signed(replied(audited(cast, row)), [outcome, outcome])
    row.refresh_from_db()
    _, owed = against(row.system, today=TODAY)
    assert len(owed) == 1
    assert standing(row, row.draft, today=TODAY).score.points["reviewed"] == 0
    row = drafting.save_fields(row, {"volume": 12_500}, seen=row.version, actor=cast.actor("wei"))
    algorithms.published(cast, row, at=NOW + 2 * DAY)
    assert against(row.system, today=TODAY)[1]  # another volume corrects nothing
    row.refresh_from_db()
    told = {"human_work": "两名工作人员逐件复核，可以改变系统的意见。"}
    row = drafting.save_fields(row, told, seen=row.version, actor=cast.actor("wei"))
    algorithms.published(cast, row, at=NOW + 3 * DAY)
    _, owed = against(row.system, today=TODAY)
    assert bool(owed) is (outcome == "suspend")
    assert standing(row, row.draft, today=TODAY).score.points["reviewed"] == 0
    signed(
        replied(audited(cast, row, NOW + 4 * DAY), NOW + 6 * DAY), ["keep", "keep"], NOW + 6 * DAY
    )
    row.refresh_from_db()
    assert against(row.system, today=TODAY) == ((), ())
    assert standing(row, row.draft, today=TODAY).score.points["reviewed"] > 0


def test_level_one_is_reviewed_too_and_the_calendar_goes_by_the_level_of_today(
    cast: Cast, row: Algorithm
) -> None:
    assert row.due == date(2028, 3, 2)  # level 1 may go live first, and is reviewed in two years
    row.editions.update(content=row.draft | {"answers": algorithms.answers(highest=True)})
    assert dues.refresh_all(now=NOW) == 1
    row.refresh_from_db()
    assert row.level == 4
    assert row.due == date(2026, 9, 2)  # half a year from the day on which it rose
    assert convening.calendar(today=TODAY) == [row]  # never reviewed, and due before the admission
    assert dues.refresh_all(now=NOW) == 0


def test_nothing_is_locked_while_counts_are_read(
    cast: Cast, row: Algorithm, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = drawn(cast, convened(cast, row))
    lead = panel(review)[0][1]
    review = signing.fix(review, act(lead, review), criterion="error", reason="先不冤枉人。")
    steps: list[str] = []

    def noted(where: object, name: str) -> None:
        kept = getattr(where, name)

        def call(*given: Any, **named: Any) -> Any:
            steps.append(name)
            return kept(*given, **named)

        monkeypatch.setattr(where, name, call)

    noted(moving, "locked")
    noted(convening, "read_groups")
    noted(logs, "read_log")
    li = cast.actor("li")
    convening.enter_audit(review, act(li, review), counts=("counts.csv", COUNTS))
    assert steps[:2] == ["read_groups", "locked"]
    del steps[:]
    algorithms.logged(cast, row)
    assert steps == ["read_log", "locked"]


@pytest.mark.parametrize(
    "part",
    [
        lambda row, who: Algorithm.objects.filter(pk=row.pk).update(made_by=who),
        lambda row, who: row.system.privacy_assessments.update(made_by=who),
        lambda row, who: row.system.privacy_assessments.update(answered_by=who),
        lambda row, who: row.reviews.update(opened_by=who),
    ],
)
def test_every_earlier_part_excludes(
    cast: Cast, row: Algorithm, part: Callable[[Algorithm, Account], object]
) -> None:
    algorithms.assessed(cast, row.system)
    first = convened(cast, row)
    li, feng = cast.actor("li"), cast.accounts["feng"]
    assert first.seats.get(account=feng).excluded is None
    convening.abandon(first, act(li, first), reason="重来。")
    part(row, feng)
    row.refresh_from_db()
    again = convened(cast, row)
    assert again.seats.get(account=feng).excluded is not None
