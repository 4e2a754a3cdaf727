"""One case, one accountability: the whole way, and everything that must not happen on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shixiao.ledger import Leaf
from shixiao.records.models import Attachment, Case, Decision, LeafRow, Notice, Proposal
from shixiao.terms import Unavailable
from shixiao.workflows import files
from shixiao.workflows.cases import (
    checking,
    closing,
    correcting,
    escalation,
    grouping,
    opening,
    pairs,
)
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import Act, why_not
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests.cast import NOW, Cast

PDF = b"%PDF-1.7 a report"
DECISION = {
    "decision": "reminder",
    "basis": "某办法第十条",
    "person": "周某，处长",
    "statement": "本人认可。",
    "compared": [],
}


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


@pytest.fixture
def case(cast: Cast) -> Case:
    """A case on an observation, entered by an inspector."""
    return opening.observe(
        name="网上预约之后还要到窗口取号",
        story="三次现场核对。",
        department=cast.places["health"],
        actor=cast.actor("chen"),
        at=NOW,
    )


def act(cast: Cast, case: Case, who: str, *kinds: str, at: datetime = NOW, **given: Any) -> Act:
    case.refresh_from_db()
    attached = [
        Attachment(
            case=case,
            file=files.store(PDF, at=at),
            kind=kind,
            name=f"{kind}.pdf",
            media_type="application/pdf",
            added=at,
            added_by=cast.accounts[who],
        )
        for kind in kinds
    ]
    return Act(cast.actor(who, today=at.date()), at, case.version, given, attached)


def file_it(cast: Cast, case: Case, *, handler: str = "li", by: str = "sun") -> None:
    opening.file_case(
        case,
        act(cast, case, by),
        department=None,
        handler=cast.accounts[handler],
        responsible="周某",
        responsible_post="处长",
    )


def establish(cast: Cast, case: Case) -> None:
    """Go the way to an established finding, with a contest on it."""
    file_it(cast, case)
    checking.begin(case, act(cast, case, "li"))
    report = act(cast, case, "li", "report", reason="核对属实。")
    checking.propose(case, report, outcome="substantiated")
    checking.contest(case, act(cast, case, "zhao", "statement", statement="系统当天停机。"))
    checking.reject(case, act(cast, case, "chen", reason="停机只有一天，问题持续三个月。"))


def decide(cast: Cast, case: Case, **changed: Any) -> Decision:
    detail = DECISION | changed
    proposal = pairs.propose_pair(case, "decide", act(cast, case, "chen", reason="首次。"), detail)
    pairs.confirm(proposal, actor=cast.actor("qian"), at=NOW)
    return Decision.objects.get(case=case)


def correct(cast: Cast, case: Case, *, at: datetime = NOW) -> None:
    correcting.correct(case, act(cast, case, "zhou", "plan", at=at, reason="取消取号。"))
    done = act(cast, case, "zhao", "proof", at=at, reason="已取消。")
    correcting.report(case, done, corrected=at.date())


def measured(case: Case, outcome: str, *, at: datetime = NOW) -> None:
    says = {"zh": "复评", "en": "re-measured"}
    closing.record_measurement(case, {"outcome": outcome, "says": says}, at=at)


def state_of(case: Case) -> str:
    case.refresh_from_db()
    return case.state


def test_a_case_goes_the_whole_way_and_every_step_is_on_record(
    cast: Cast, case: Case, place: object
) -> None:
    establish(cast, case)
    decide(cast, case)
    correct(cast, case)
    measured(case, "passed")
    proposal = pairs.propose_pair(case, "close", act(cast, case, "li", reason="复评通过。"), {})
    assert state_of(case) == "remeasuring"
    pairs.confirm(proposal, actor=cast.actor("qian"), at=later(1))
    assert state_of(case) == "closed"
    closing.show(case, act(cast, case, "sun", at=later(2), reason="有普遍意义。"))
    assert [step.verb for step in case.steps.all()] == [
        "enter",
        "file",
        "begin",
        "propose",
        "contest",
        "reject",
        "decide",
        "correct",
        "report",
        "measure",
        "close",
        "show",
    ]
    events = list(LeafRow.objects.filter(subject=case.code).values_list("event", flat=True))
    assert [event for event in events if event != "case.moved"] == [
        "case.entered",
        "case.opened",
        "case.contested",
        "case.answered",
        "case.decided",
        "case.measured",
        "case.closed",
        "case.shown",
    ]
    assert all(step.leaf_id is not None for step in case.steps.all())
    assert state_of(case) == "shown"


def test_the_way_of_a_case_names_nobody_in_the_ledger(
    cast: Cast, case: Case, place: object
) -> None:
    establish(cast, case)
    decide(cast, case)
    written = b"".join(bytes(row.entry) for row in LeafRow.objects.all()).decode()
    for word in ("周某", "停机", "本人认可", str(cast.accounts["chen"].pk)):
        assert word not in written


def test_a_case_with_an_unanswered_contest_does_not_become_established(
    cast: Cast, case: Case, place: object
) -> None:
    file_it(cast, case)
    checking.begin(case, act(cast, case, "li"))
    checking.propose(case, act(cast, case, "li", "report", reason="属实。"), outcome="partly")
    checking.contest(case, act(cast, case, "zhao", statement="不属实。"))
    for refused in (checking.accept, checking.expire):
        with pytest.raises(Stale):
            refused(case, act(cast, case, "zhou", reason="认可。"))
    with pytest.raises(Forbidden):  # the handler does not judge the contest of his own finding
        checking.reject(case, act(cast, case, "li", reason="不成立。"))
    with pytest.raises(Incomplete):
        checking.reject(case, act(cast, case, "chen", reason="  "))
    checking.uphold(case, act(cast, case, "chen", reason="证据不足。"))
    assert state_of(case) == "checking"
    assert case.outcome == ""


def test_a_finding_that_nobody_contests_stands_only_after_its_period(
    cast: Cast, case: Case, place: object
) -> None:
    file_it(cast, case)
    checking.begin(case, act(cast, case, "li"))
    checking.propose(case, act(cast, case, "li", "report", reason="属实。"), outcome="partly")
    case.refresh_from_db()
    assert case.due == date(2026, 3, 16)
    with pytest.raises(Forbidden, match="may still contest"):
        checking.expire(case, act(cast, case, "li", at=later(14)))
    checking.expire(case, act(cast, case, "li", at=later(15)))
    assert state_of(case) == "found"


@pytest.mark.parametrize(
    ("decided", "outcomes", "refusal"),
    [
        (False, ["passed"], "decision on accountability"),
        (True, [], "re-measurement"),
        (True, ["not_passed"], "re-measurement"),
        (True, ["insufficient"], "re-measurement"),
        (True, ["passed", "insufficient"], "re-measurement"),
    ],
)
def test_no_case_closes_without_numbers_and_a_decision(
    cast: Cast, case: Case, place: object, decided: bool, outcomes: list[str], refusal: str
) -> None:
    establish(cast, case)
    if decided:
        decide(cast, case)
    correct(cast, case)
    for n, outcome in enumerate(outcomes):
        measured(case, outcome, at=later(n))
    with pytest.raises(Incomplete, match=refusal):
        pairs.propose_pair(case, "close", act(cast, case, "li", reason="销号。"), {})


def test_a_passed_measurement_of_an_earlier_correction_does_not_count(
    cast: Cast, case: Case, place: object
) -> None:
    establish(cast, case)
    decide(cast, case)
    correct(cast, case)
    measured(case, "not_passed", at=later(1))
    closing.again(case, act(cast, case, "li", at=later(2), reason="没有改善。"))
    done = act(cast, case, "zhao", "proof", at=later(3), reason="再次整改。")
    correcting.report(case, done, corrected=later(3).date())
    with pytest.raises(Incomplete):
        pairs.propose_pair(case, "close", act(cast, case, "li", at=later(4), reason="销号。"), {})


def test_what_takes_two_people_is_not_done_by_one(cast: Cast, case: Case, place: object) -> None:
    asked = act(cast, case, "chen", reason="不属于政务服务。")
    proposal = pairs.propose_pair(case, "drop", asked, {})
    assert state_of(case) == "lead"
    with pytest.raises(Forbidden, match="Another person"):
        pairs.confirm(proposal, actor=cast.actor("chen"), at=NOW)
    with pytest.raises(Forbidden):
        pairs.confirm(proposal, actor=cast.actor("zhao"), at=NOW)
    with pytest.raises(Stale):  # it is proposed once
        pairs.propose_pair(case, "drop", act(cast, case, "qian", reason="同意。"), {})
    pairs.confirm(proposal, actor=cast.actor("sun"), at=NOW)
    assert state_of(case) == "dropped"
    with pytest.raises(Stale):
        pairs.confirm(proposal, actor=cast.actor("sun"), at=NOW)


def test_a_refused_proposal_has_no_effect_and_can_be_made_again(
    cast: Cast, case: Case, place: object
) -> None:
    proposal = pairs.propose_pair(case, "drop", act(cast, case, "chen", reason="不受理。"), {})
    with pytest.raises(Incomplete):
        pairs.refuse(proposal, actor=cast.actor("sun"), reason="", at=NOW)
    pairs.refuse(proposal, actor=cast.actor("sun"), reason="属于政务服务。", at=NOW)
    assert state_of(case) == "lead"
    assert Notice.objects.filter(account=cast.accounts["chen"], kind="proposal.refused").exists()
    pairs.propose_pair(case, "drop", act(cast, case, "chen", reason="重复。"), {})
    assert Proposal.objects.filter(case=case).count() == 2


def test_nobody_handles_a_case_of_his_own_department_or_of_a_declared_relation(
    cast: Cast, case: Case, place: object
) -> None:
    cast.accounts["li"].posts.create(
        organisation=cast.places["health"], role="expert", starts=date(2026, 1, 1)
    )
    with pytest.raises(Incomplete, match="without ties"):
        file_it(cast, case, handler="li")
    cast.accounts["qian"].relations.create(organisation=cast.places["health"], declared=NOW)
    with pytest.raises(Forbidden, match="declared a relation"):
        file_it(cast, case, handler="sun", by="qian")
    file_it(cast, case, handler="chen", by="sun")
    case.refresh_from_db()
    assert case.handler == cast.accounts["chen"]


def test_a_matter_is_decided_once(cast: Cast, case: Case, place: object) -> None:
    other = opening.observe(
        name="同一套取号规则",
        story="另一窗口。",
        department=cast.places["health"],
        actor=cast.actor("chen"),
        at=NOW,
    )
    actor = cast.actor("chen")
    matter = grouping.group([case, other], reason="同一套规则", actor=actor, at=NOW)
    for each in (case, other):
        establish(cast, each)
    decide(cast, case)
    with pytest.raises(Stale, match="twice"):
        pairs.propose_pair(other, "decide", act(cast, other, "chen", reason="同上。"), DECISION)
    grouping.ungroup(other, reason="规则不同", actor=actor, at=NOW)
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.matter, other.matter) == (None, None)
    assert not matter.cases.exists()
    with pytest.raises(Incomplete, match="compare"):  # the first decision is a like case now
        pairs.propose_pair(other, "decide", act(cast, other, "chen", reason="另案。"), DECISION)
    decide(cast, other, compared=[case.code])


@pytest.mark.parametrize("name", ["basis", "person", "statement", "decision"])
def test_a_decision_lacks_nothing(cast: Cast, case: Case, place: object, name: str) -> None:
    establish(cast, case)
    detail: Mapping[str, Any] = DECISION | {name: " "}
    with pytest.raises(Incomplete) as refused:
        pairs.propose_pair(case, "decide", act(cast, case, "chen", reason="首次。"), detail)
    assert refused.value.field == name


def test_a_form_made_before_the_last_step_is_refused(cast: Cast, case: Case, place: object) -> None:
    file_it(cast, case)
    old = act(cast, case, "li")
    checking.begin(case, old)
    with pytest.raises(Stale):
        checking.begin(case, old)
    assert case.steps.count() == 3


def test_a_finding_has_one_open_case(cast: Cast, place: object) -> None:
    from tests.cast import make_evaluation, make_finding

    finding = make_finding(cast, make_evaluation(cast))
    opening.open_on_finding(finding, actor=cast.actor("li"), at=NOW)
    with pytest.raises(Stale):
        opening.open_on_finding(finding, actor=cast.actor("sun"), at=NOW)
    assert Case.objects.count() == 1


def test_overriding_takes_two_inspectors_and_a_decision(
    cast: Cast, case: Case, place: object
) -> None:
    establish(cast, case)
    correct(cast, case)
    with pytest.raises(Forbidden):
        pairs.propose_pair(case, "override", act(cast, case, "li", reason="服务已停办。"), {})
    with pytest.raises(Incomplete):
        pairs.propose_pair(case, "override", act(cast, case, "chen", reason="服务已停办。"), {})
    decide(cast, case)
    asked = act(cast, case, "chen", reason="服务已停办。")
    proposal = pairs.propose_pair(case, "override", asked, {})
    with pytest.raises(Forbidden):
        pairs.confirm(proposal, actor=cast.actor("sun"), at=NOW)
    pairs.confirm(proposal, actor=cast.actor("qian"), at=NOW)
    assert state_of(case) == "closed"
    assert LeafRow.objects.filter(event="case.overridden", subject=case.code).count() == 1


def test_a_reopened_case_starts_from_the_check(cast: Cast, case: Case, place: object) -> None:
    establish(cast, case)
    decide(cast, case)
    correct(cast, case)
    measured(case, "passed")
    proposal = pairs.propose_pair(case, "close", act(cast, case, "li", reason="通过。"), {})
    pairs.confirm(proposal, actor=cast.actor("qian"), at=NOW)
    closing.reopen(case, act(cast, case, "chen", at=later(90), reason="反弹。"))
    assert state_of(case) == "checking"
    assert (case.closed, case.reopened) == (None, 1)


def test_nobody_files_a_case_past_his_own_ties_by_naming_another_department(
    cast: Cast, case: Case, place: object
) -> None:
    cast.accounts["qian"].relations.create(organisation=cast.places["health"], declared=NOW)
    with pytest.raises(Forbidden, match="declared a relation"):
        opening.file_case(
            case,
            act(cast, case, "qian"),
            department=cast.places["housing"],
            handler=cast.accounts["li"],
            responsible="吴某",
            responsible_post="处长",
        )


def test_whose_post_begins_today_confirms_before_eight_in_the_morning(
    cast: Cast, case: Case, place: object
) -> None:
    dawn = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)  # seven in the morning of the third
    cast.accounts["han"].posts.create(
        organisation=cast.places["inspectorate"], role="inspector", starts=date(2026, 3, 3)
    )
    asked = act(cast, case, "chen", reason="不属于政务服务。")
    first = cast.actor("han", today=date(2026, 3, 3))
    asked = Act(first, dawn, asked.seen, asked.given)
    proposal = pairs.propose_pair(case, "drop", asked, {})
    pairs.confirm(proposal, actor=cast.actor("chen"), at=dawn)
    assert state_of(case) == "dropped"


def test_a_matter_with_a_decision_takes_no_case_that_has_one_too(
    cast: Cast, case: Case, place: object
) -> None:
    others = [
        opening.observe(
            name="取号", story="窗口。", department=None, actor=cast.actor("chen"), at=NOW
        )
        for _ in range(2)
    ]
    given = {"actor": cast.actor("chen"), "reason": "同一套规则", "at": NOW}
    grouping.group([case, others[0]], **given)
    establish(cast, case)
    decide(cast, case)
    Case.objects.filter(pk=others[1].pk).update(department=cast.places["health"])
    establish(cast, others[1])
    decide(cast, others[1], compared=[case.code])
    with pytest.raises(Stale, match="twice"):
        grouping.group([others[0], others[1]], **given)
    others[1].refresh_from_db()
    assert others[1].matter is None


def test_a_clock_that_was_set_back_moves_no_case_and_takes_no_measure(
    cast: Cast, case: Case, place: object
) -> None:
    establish(cast, case)
    decide(cast, case)
    correct(cast, case, at=later(30))
    before = (case.steps.count(), LeafRow.objects.count())
    with pytest.raises(Unavailable, match="clock"):
        measured(case, "passed", at=later(2))
    with pytest.raises(Unavailable, match="clock"):
        opening.assign(
            case,
            act(cast, case, "sun", at=later(2), reason="休假。"),
            handler=cast.accounts["chen"],
        )
    assert (case.steps.count(), LeafRow.objects.count()) == before


def test_a_reminder_is_sent_once_whatever_the_clock_does(
    cast: Cast, case: Case, place: object
) -> None:
    assert escalation.remind(now=later(60)) == 1
    assert escalation.remind(now=later(60)) == 0
    assert escalation.remind(now=later(-3)) == 0
    told = Notice.objects.filter(kind__startswith="case.").count()
    assert escalation.remind(now=later(61)) == 0
    assert Notice.objects.filter(kind__startswith="case.").count() == told


EXPECTED = {  # state → verb → who may, of li (handler), sun, chen, zhao, zhou, wu, jiang, shen
    "lead": {"file": "li sun chen", "drop": "li sun chen"},
    "filed": {"begin": "li", "assign": "li sun chen", "drop": "li sun chen"},
    "checking": {"propose": "li", "assign": "li sun chen", "drop": "li sun chen"},
    "proposed": {
        "contest": "zhao zhou",
        "accept": "zhou",
        "expire": "",
        "assign": "li sun chen",
        "drop": "li sun chen",
    },
    "contested": {"uphold": "chen", "reject": "chen", "assign": "li sun chen"},
    "found": {"decide": "chen", "correct": "zhao zhou", "assign": "li sun chen"},
    "correcting": {
        "decide": "chen",
        "report": "zhao zhou",
        "override": "chen",
        "assign": "li sun chen",
    },
    "remeasuring": {
        "decide": "chen",
        "measure": "li sun chen",
        "again": "li sun chen",
        "close": "li sun chen",
        "override": "chen",
        "assign": "li sun chen",
    },
    "closed": {"reopen": "li sun chen", "show": "li sun"},
    "shown": {"reopen": "li sun chen"},
    "dropped": {},
}


@pytest.mark.parametrize("state", life().states)
def test_who_may_do_what_in_each_state_is_as_drawn(cast: Cast, case: Case, state: str) -> None:
    case.state, case.handler = state, cast.accounts["li"]
    case.due = date(2026, 12, 31)
    seen = {
        verb.id: " ".join(
            who
            for who in ("li", "sun", "chen", "zhao", "zhou", "wu", "jiang", "shen")
            if why_not(cast.actor(who), verb, case, today=NOW) is None
        )
        for verb in life().verbs_from(state)
    }
    assert seen == EXPECTED[state]


def test_the_ledger_tells_nobody_whom_a_case_is_about(
    cast: Cast, case: Case, place: object
) -> None:
    file_it(cast, case)
    for leaf in LeafRow.objects.filter(event__in=["case.entered", "case.opened"]):
        known = Leaf.from_bytes(bytes(leaf.entry))
        assert {"department", "finding"}.isdisjoint(known.facts)
        assert "department" in known.sealed
