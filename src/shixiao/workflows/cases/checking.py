"""Checking a case: the handler proposes what is established, the department may contest it."""

from __future__ import annotations

from django.db import transaction

from shixiao.records.models import Case, Contest, Step
from shixiao.terms import Text
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import Act, check, locked, move
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.systems.retesting import upheld_against

SYSTEM = "system"
NO_OUTCOME = Text("请选择认定结果。", "Choose what was established.")


@transaction.atomic
def begin(case: Case, act: Act) -> Step:
    """Begin the check."""
    return _plain(case, act, "begin")


@transaction.atomic
def propose(case: Case, act: Act, *, outcome: str) -> Step:
    """Propose what is established; the department gets it and may contest."""
    case = locked(case)
    verb = life().verbs["propose"]
    act = Act(act.actor, act.at, act.seen, {**act.given, "outcome": outcome}, act.attachments)
    check(act, verb, case)
    if outcome not in life().outcomes:
        raise Incomplete(NO_OUTCOME, field="outcome")
    case.outcome = outcome
    return move(case, verb, act)


@transaction.atomic
def contest(case: Case, act: Act) -> Step:
    """Contest the proposed finding, with a statement and evidence."""
    case = locked(case)
    verb = life().verbs["contest"]
    check(act, verb, case)
    Contest.objects.create(case=case, statement=act.reason, by=act.by, at=act.at)
    return move(case, verb, act)


@transaction.atomic
def accept(case: Case, act: Act) -> Step:
    """Accept the proposed finding on behalf of the department."""
    return _stands(case, act, _plain(case, act, "accept"))


@transaction.atomic
def expire(case: Case, act: Act) -> Step:
    """Let an uncontested finding stand once the period is over."""
    return _stands(case, act, _plain(case, act, "expire"))


@transaction.atomic
def uphold(case: Case, act: Act) -> Step:
    """Uphold the contest: the case is checked again."""
    return _answer(case, act, "uphold")


@transaction.atomic
def reject(case: Case, act: Act) -> Step:
    """Reject the contest with reasons: the finding stands."""
    return _stands(case, act, _answer(case, act, "reject"))


def _stands(case: Case, act: Act, step: Step) -> Step:
    """Test a system again about which a complaint was right, now that this is established."""
    held = Case.objects.get(pk=case.pk)
    right = held.outcome in {Case.Outcome.SUBSTANTIATED, Case.Outcome.PARTLY}
    if right and held.origin == Case.Origin.COMPLAINT and held.subject_kind == SYSTEM:
        upheld_against(held.subject, held.code, at=act.at, actor=act.actor)
    return step


def _plain(case: Case, act: Act, name: str) -> Step:
    case = locked(case)
    verb = life().verbs[name]
    check(act, verb, case)
    return move(case, verb, act)


def _answer(case: Case, act: Act, name: str) -> Step:
    case = locked(case)
    verb = life().verbs[name]
    check(act, verb, case)
    open_contest = case.contests.filter(answered__isnull=True).get()
    open_contest.outcome, open_contest.answer = name, act.reason
    open_contest.answered, open_contest.answered_by = act.at, act.by
    open_contest.save()
    if name == "uphold":
        case.outcome = ""
    return move(case, verb, act, extra={"outcome": name})
