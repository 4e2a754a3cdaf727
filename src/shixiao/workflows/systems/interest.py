"""Public interest: computed; two people may rule otherwise, and anybody may contest that.

A ruling says why, in public, and holds for what the system was when it was given: any change of the
register ends it. While a contest is open it does not hold. What is of public interest is admitted
only once its consultation is complete (``consultations.standing``).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import InterestContest, InterestRuling, System
from shixiao.security.assessing import Interest, Right, interest_of
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import Forbidden, Stale
from shixiao.workflows.registered import about_sha256
from shixiao.workflows.systems import retesting
from shixiao.workflows.systems.registering import begin, keep

NOT_PUBLIC = Text(
    "计算的结果已是不涉及公共利益，不需要认定。",
    "It is computed not to be of public interest; there is nothing to rule.",
)
STANDS = Text("已有一项认定或提议。", "There is a ruling or a proposal already.")
GONE = Text("这项认定已经失效或已确认。", "This ruling has ended or was confirmed already.")
SAME = Text("须由另一人确认。", "Another person has to confirm it.")
NOT_ANY_MORE = Text(
    "提出的人已经不能这样办理，请退回后重新提出。",
    "Whoever proposed this may no longer do so; send it back and have it proposed anew.",
)
CHANGED = Text(
    "登记的内容在提出之后改变了，请重新提出。",
    "What is registered changed since it was proposed; propose it anew.",
)
NO_STATEMENT = Text("请写明为什么涉及公共利益。", "Say why it is of public interest.")
NO_RULING = Text("没有可以异议的认定。", "There is no ruling to contest.")
ANSWERED = Text("已经答复过。", "It was answered already.")
RULED = Text("两人认定不涉及公共利益：{reason}", "two people ruled that it is not: {reason}")


def computed(system: System) -> Interest:
    """Compute whether a system is of public interest."""
    return interest_of(
        people=system.people,
        rights=[Right(each) for each in system.rights],
        grade=system.grade,
        decides=system.decides,
        rules=pack(),
    )


def interest(system: System) -> Interest:
    """Return whether it is of public interest: as computed, or as a ruling that holds says."""
    found, ruling = computed(system), standing(system)
    if found.public and ruling is not None and holds(ruling):
        return Interest(False, (RULED.format(reason=ruling.reason),))
    return found


def standing(system: System) -> InterestRuling | None:
    """Return the ruling that stands or waits; None without one."""
    return system.rulings.filter(ended__isnull=True).first()


def holds(ruling: InterestRuling) -> bool:
    """Say whether a ruling is confirmed, of the system as it is, and not under contest."""
    return (
        ruling.confirmed is not None
        and ruling.ended is None
        and ruling.about_sha256 == about_sha256(ruling.system)
        and not ruling.contests.filter(answered__isnull=True).exists()
    )


@transaction.atomic
def propose(system: System, *, reason: str, actor: Actor, at: datetime) -> InterestRuling:
    """Propose to rule that a system is not of public interest.

    Raises:
        Forbidden: the person may not rule.
        Stale: it is not, as computed, or a ruling stands or waits.
        Incomplete: no reason.
    """
    held = begin(system, seen=None, actor=actor, right="interest.rule")
    if not computed(held).public:
        raise Stale(NOT_PUBLIC)
    _end_outdated(held, at)
    if standing(held) is not None:
        raise Stale(STANDS)
    return InterestRuling.objects.create(
        system=held,
        reason=needed(reason, field="reason"),
        about_sha256=about_sha256(held),
        proposed=at,
        proposed_by=signed_in(actor),
    )


@transaction.atomic
def confirm(ruling: InterestRuling, *, actor: Actor, at: datetime) -> InterestRuling:
    """Confirm a ruling that another person proposed.

    Raises:
        Forbidden: the person proposed it, may not rule, or whoever proposed may no longer.
        Stale: it has ended, was confirmed, or the system changed since.
    """
    held = moving.locked(ruling)
    check(actor, "interest.rule", held)
    if held.ended is not None or held.confirmed is not None:
        raise Stale(GONE)
    if held.about_sha256 != about_sha256(held.system):
        raise Stale(CHANGED)
    first, second = held.proposed_by, signed_in(actor)
    if first.pk == second.pk:
        raise Forbidden(SAME)
    if not may(actor_of(first, today=timezone.localdate(at)), "interest.rule", held):
        raise Forbidden(NOT_ANY_MORE)
    held.confirmed, held.confirmed_by = at, second
    held.save(update_fields=["confirmed", "confirmed_by"])
    sealed = {"actor": first, "second_actor": second, "reason": held.reason}
    put("system.ruled", held.system.code, at=at, facts={"outcome": "not_public"}, sealed=sealed)
    keep(held.system, "rule", at=at, actor=actor, reason=held.reason)
    return held


@transaction.atomic
def end(ruling: InterestRuling, *, reason: str, actor: Actor, at: datetime) -> InterestRuling:
    """End a ruling, or take a proposal back.

    Raises:
        Forbidden: the person may not rule.
        Stale: it has ended.
        Incomplete: no reason.
    """
    held = moving.locked(ruling)
    check(actor, "interest.rule", held)
    if held.ended is not None:
        raise Stale(GONE)
    _end(held, needed(reason, field="reason"), at, actor)
    return held


@transaction.atomic
def contest(
    ruling: InterestRuling, *, statement: str, actor: Actor, at: datetime
) -> InterestContest:
    """Contest a ruling; anybody may, with an account or without.

    Raises:
        Stale: it has ended, or was never confirmed.
        Incomplete: no statement.
    """
    held = moving.locked(ruling)
    if held.ended is not None or held.confirmed is None:
        raise Stale(NO_RULING)
    said = needed(statement, field="statement", missing=NO_STATEMENT)
    made = InterestContest.objects.create(ruling=held, statement=said, at=at, by=actor.account)
    sealed = {"statement": said} | ({"actor": actor.account} if actor.account else {})
    put("system.contested", held.system.code, at=at, facts={"outcome": "made"}, sealed=sealed)
    keep(held.system, "contest", at=at)
    return made


@transaction.atomic
def answer(
    contest: InterestContest, *, upheld: bool, text: str, actor: Actor, at: datetime
) -> InterestContest:
    """Answer a contest; where it is upheld, the ruling ends.

    Raises:
        Forbidden: the person may not, or had a part in the ruling.
        Stale: it was answered.
        Incomplete: no answer.
    """
    held = moving.locked(contest)
    check(actor, "interest.answer", held)
    if held.answered is not None:
        raise Stale(ANSWERED)
    ruling = moving.locked(held.ruling)
    if signed_in(actor).pk in {ruling.proposed_by_id, ruling.confirmed_by_id}:
        raise Forbidden(SAME)
    held.upheld, held.answer = upheld, needed(text, field="answer")
    held.answered, held.answered_by = at, signed_in(actor)
    held.save()
    outcome = "upheld" if upheld else "rejected"
    sealed = {"actor": actor.account, "reason": held.answer}
    put("system.contested", ruling.system.code, at=at, facts={"outcome": outcome}, sealed=sealed)
    keep(ruling.system, "answer_contest", at=at, actor=actor, reason=held.answer)
    if upheld and ruling.ended is None:
        _end(ruling, held.answer, at, actor)
    if upheld:
        retesting.upheld(moving.locked(ruling.system), str(held.pk), at=at, actor=actor)
    return held


def _end_outdated(system: System, at: datetime) -> None:
    """End a ruling on what the system was before it was changed."""
    ruling = standing(system)
    if ruling is not None and ruling.about_sha256 != about_sha256(system):
        ruling.ended, ruling.ended_why = at, CHANGED.zh
        ruling.save(update_fields=["ended", "ended_why"])


def _end(ruling: InterestRuling, reason: str, at: datetime, actor: Actor) -> None:
    ruling.ended, ruling.ended_why = at, reason
    ruling.save(update_fields=["ended", "ended_why"])
    if ruling.confirmed is not None:
        sealed = {"actor": actor.account, "reason": reason}
        put("system.ruled", ruling.system.code, at=at, facts={"outcome": "ended"}, sealed=sealed)
    keep(ruling.system, "end_ruling", at=at, actor=actor, reason=reason)
