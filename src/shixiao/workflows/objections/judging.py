"""Judging: a panel is drawn from experts without ties, each gives an opinion, and most decide.

Who has ties to department or supplier, or had an earlier part in the matter, is left out with the
reason in the transcript. What is upheld forces a new test of the system (SEC-28), and decisions
alike are found to be looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shixiao.draw import PLAIN, Pool
from shixiao.fairness.decisions import added
from shixiao.fairness.objections import Candidate, Ties, excluded
from shixiao.records.models import (
    Account,
    Admission,
    AlikeDecision,
    Draw,
    LoggedDecision,
    Objection,
    Organisation,
    PanelMember,
    Post,
    Relation,
)
from shixiao.terms import BadInput, Text
from shixiao.workflows import draws, moving
from shixiao.workflows.actors import with_children
from shixiao.workflows.clock import pack
from shixiao.workflows.draws import Lot, Public
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.objections.moving import begin, go, life, link
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, NOT_YOURS, Forbidden, Incomplete, Stale
from shixiao.workflows.systems.admitting import suspend
from shixiao.workflows.systems.retesting import upheld

PANEL = "panel"
MOST_ALIKE = 5_000
TOO_FEW = Text(
    "没有关系的专家只有 {free} 名，不足 {size} 名，不能抽签；请补充专家库。",
    "Only {free} experts have no ties, and {size} are needed; add experts to the pool.",
)
DRAWN = Text("您被抽中评审异议 {code}。", "You were drawn to judge objection {code}.")
OPINIONS = Text(
    "还有 {n} 名专家没有提出意见。", "{n} members of the panel have not given an opinion."
)
MAJORITY = Text("多数专家的意见相反。", "Most of the panel say otherwise.")
NO_OPINION = Text("请写明意见的理由。", "Give the reasons for your opinion.")
NOT_PROPOSED = Text(
    "只能按认定成立的专家所提的办法处理。",
    "It is dealt with in a way that a member who upholds it proposed.",
)
OF_SYSTEM = Text("这一项只适用于对决定的异议。", "This applies to objections to a decision only.")
SHUT = Text("异议 {code} 成立，暂停使用。", "Objection {code} was upheld; it is shut.")


@transaction.atomic
def freeze(objection: Objection, act: Act, *, public: Public) -> Objection:
    """Freeze the pool of experts, with whoever has ties left out, before the value is known.

    Raises:
        Forbidden, Stale: the person may not; it moved on.
        Incomplete: no value that becomes known later.
        BadInput: fewer experts without ties than a panel has.
    """
    held = begin(objection, "freeze", act)
    draws.check_public(public, act.at)
    experts = holders("expert", today=timezone.localdate(act.at))
    out = excluded(map(_candidate, experts), ties_of(held))
    held.members.all().delete()
    rows = PanelMember.objects.bulk_create(
        PanelMember(objection=held, account=one, ground=out.get(str(one.pk))) for one in experts
    )
    size, free = int(pack().number("OBJ-05")), len(rows) - len(out)
    if free < size:
        raise BadInput(TOO_FEW.format(free=free, size=size))
    lot = Lot(
        tag=PANEL,
        pool=Pool(tuple(sorted(row.code for row in rows))),
        size=size,
        algorithm=PLAIN,
        excluded={row.code: row.ground.zh for row in rows if row.ground is not None},
    )
    draws.freeze(lot, subject=held.code, public=public, at=act.at)
    go(held, "freeze", act, {})
    return held


@transaction.atomic
def draw(objection: Objection, act: Act, *, announced: str) -> Objection:
    """Draw the panel by the public value, and tell whoever is drawn.

    Raises:
        Forbidden, Stale: the person may not; it moved on.
        Incomplete: the value is missing or cannot be known yet.
    """
    held = begin(objection, "draw", act)
    frozen = newest_draw(held)
    value = draws.check_value(frozen, announced, act.at)
    chosen = draws.make(frozen, announced=value, actor=act.actor, at=act.at)
    draws.reveal(held.code, at=act.at)
    _call(held, chosen, act)
    facts = {"records": len(chosen), "concerns": frozen.code}
    put("objection.panel", held.code, at=act.at, facts=facts, sealed={"actor": act.actor.account})
    go(held, "draw", act, {})
    return held


@transaction.atomic
def leave(member: PanelMember, act: Act, *, reason: str) -> Objection:
    """Let a member withdraw; the next in order takes the place.

    Raises:
        Forbidden: it is another's place.
        Stale: the panel has decided, or he gave his opinion already.
        BadInput: nobody stands by.
    """
    held, one = moving.locked(member.objection), moving.locked(member)
    if act.actor.account is None or act.actor.account.pk != one.account_id:
        check(act.actor, "objection.handle", held)
    if held.state != "sitting" or one.drawn is None or one.withdrew or one.given:
        raise Stale(CHANGED)
    said = needed(reason, field="reason")
    follower = draws.replace(newest_draw(held), one.code, actor=act.actor, at=act.at, reason=said)
    one.withdrew = act.at
    one.save(update_fields=["withdrew"])
    if follower is not None:
        _call(held, (follower,), act)
    facts = {"records": len(panel(held)), "concerns": newest_draw(held).code}
    sealed = {"actor": act.actor.account, "reason": said}
    put("objection.panel", held.code, at=act.at, facts=facts, sealed=sealed)
    return held


@transaction.atomic
def opine(
    objection: Objection, act: Act, *, upholds: bool, outcome: str, opinion: str
) -> PanelMember:
    """Give one's opinion as a member of the panel; it is given once and stays as it is.

    Raises:
        Forbidden: the person was not drawn.
        Stale: it moved on, or the opinion was given.
        Incomplete: no reasons, or no outcome that can be where it upholds.
    """
    held = moving.locked(objection)
    check(act.actor, "objection.sit", held)
    mine = next((m for m in panel(held) if m.account_id == signed_in(act.actor).pk), None)
    if mine is None:
        raise Forbidden(NOT_YOURS)
    if held.state != "sitting" or mine.given is not None:
        raise Stale(CHANGED)
    if upholds and outcome not in life().outcomes:
        raise Incomplete(NO_OPINION, field="outcome")
    if upholds and held.decision is None and outcome == "correct":
        raise Incomplete(OF_SYSTEM, field="outcome")
    mine.opinion = needed(opinion, field="opinion", missing=NO_OPINION)
    mine.upholds, mine.outcome, mine.given = upholds, outcome if upholds else "", act.at
    mine.save()
    facts = {"outcome": mine.outcome or "reject"}
    sealed = {"actor": act.actor.account, "statement": mine.opinion}
    put("objection.opinion", held.code, at=act.at, facts=facts, sealed=sealed)
    return mine


@transaction.atomic
def uphold(objection: Objection, act: Act, *, outcome: str, reason: str) -> Objection:
    """Uphold an objection as most of the panel say; find alike decisions, force a new test.

    Raises:
        Forbidden, Stale: the person may not; it moved on.
        Incomplete: opinions are missing or say otherwise; an outcome that nobody who upholds it
            proposed, or no reasons.
    """
    held = begin(objection, "uphold", act)
    _check_majority(held, upholds=True)
    if outcome not in proposed(held):
        raise Incomplete(NOT_PROPOSED, field="outcome")
    go(held, "uphold", act, {"outcome": outcome, "reason": reason})
    _count(held, {"answered": 1, "upheld": 1})
    _put_decided(held, outcome, reason, act)
    find_alike(held, act)
    system = moving.locked(held.system)
    if outcome == "suspend_system" and system.state == "admitted":
        suspend(system, reason=SHUT.format(code=held.code), seen=None, actor=act.actor, at=act.at)
    else:
        upheld(system, held.code, at=act.at, actor=act.actor)
    return held


@transaction.atomic
def reject(objection: Objection, act: Act, *, reason: str) -> Objection:
    """Reject an objection as most of the panel say, with reasons.

    Raises:
        Forbidden, Stale: the person may not; it moved on.
        Incomplete: opinions are missing or say otherwise; no reasons.
    """
    held = begin(objection, "reject", act)
    _check_majority(held, upholds=False)
    go(held, "reject", act, {"reason": reason})
    _count(held, {"answered": 1})
    _put_decided(held, "reject", reason, act)
    return held


def panel(row: Objection) -> list[PanelMember]:
    """Return who judges now, after all withdrawals, by code."""
    return list(
        row.members.filter(drawn__isnull=False, withdrew__isnull=True).select_related("account")
    )


def proposed(row: Objection) -> set[str]:
    """Return what is to be done by those of the panel who uphold it."""
    return {member.outcome for member in panel(row) if member.upholds}


def newest_draw(row: Objection) -> Draw:
    """Return the draw of the panel, as last amended."""
    return Draw.objects.get(subject=row.code, tag=PANEL, later__isnull=True)


def ties_of(row: Objection) -> Ties:
    """Return what an objection is tied to: departments, supplier, and who had a part in it."""
    system = row.system
    parents = dict(Organisation.objects.values_list("id", "parent_id"))
    above: set[UUID] = set()
    at: UUID | None = system.department_id
    while at is not None and at not in above:
        above.add(at)
        at = parents.get(at)
    concerned = {*with_children([system.department_id]), *above}
    people = {row.filed_by_id, system.registered_by_id}
    for one in Admission.objects.filter(system=system):
        people |= {one.proposed_by_id, one.answered_by_id}
    people |= set(system.releases.values_list("by", flat=True))
    people |= set(system.decision_schemes.values_list("by", flat=True))
    people |= set(system.decision_tables.values_list("by", flat=True))
    # Who judged the same matter before: the decision, or the system itself.
    same = PanelMember.objects.filter(objection__system=system, objection__decision=row.decision)
    earlier = same.exclude(objection=row).filter(drawn__isnull=False)
    people |= set(earlier.values_list("account", flat=True))
    return Ties(
        frozenset(map(str, concerned)),
        system.supplier,
        frozenset(str(one) for one in people if one is not None),
    )


def find_alike(held: Objection, act: Act) -> int:
    """Find the decisions like one that was wrong: same version, same rules, same result.

    Where rules are not told, those of the same cell of the cube stand for them.
    """
    wrong = held.decision
    if wrong is None:
        return 0
    same = Q(rules_key=wrong.rules_key) if wrong.rules_key else Q(cell=wrong.cell_id)
    rows = LoggedDecision.objects.filter(
        same, system=held.system_id, version=wrong.version, result=wrong.result, corrected=""
    )
    rows = rows.filter(final=wrong.final).exclude(pk=wrong.pk).order_by("-at", "-id")
    made = AlikeDecision.objects.bulk_create(
        AlikeDecision(objection=held, decision=row, at=act.at) for row in rows[:MOST_ALIKE]
    )
    return len(made)


def _candidate(account: Account) -> Candidate:
    posts = Post.objects.filter(account=account).exclude(role="expert")
    worked = [post.organisation for post in posts.select_related("organisation")]
    open_ties = Relation.objects.filter(account=account, ended__isnull=True)
    related = [each.organisation for each in open_ties.select_related("organisation")]
    return Candidate(
        str(account.pk),
        frozenset(str(place.pk) for place in worked),
        frozenset(str(place.pk) for place in related),
        frozenset(name for p in (*worked, *related) for name in (p.name.zh, p.name.en)),
    )


def _call(held: Objection, codes: tuple[str, ...], act: Act) -> None:
    chosen = held.members.filter(code__in=codes)
    chosen.update(drawn=act.at)
    people = [one.account for one in chosen.select_related("account")]
    tell(people, "objection.drawn", DRAWN.format(code=held.code), link=link(held), at=act.at)


def _check_majority(held: Objection, *, upholds: bool) -> None:
    members = panel(held)
    open_ = sum(one.given is None for one in members)
    if open_:
        raise Incomplete(OPINIONS.format(n=open_))
    for_it = sum(bool(one.upholds) for one in members)
    if (2 * for_it > len(members)) != upholds:
        raise Incomplete(MAJORITY)


def _count(held: Objection, counts: Mapping[str, int]) -> None:
    """Add to the cell of the decision, once: by the first of its objections that is answered."""
    if held.decision is None:
        return
    others = held.decision.objections.exclude(pk=held.pk)
    if others.filter(state__in=("decided", "carried", "rejected")).exists():
        return
    cell = moving.locked(held.decision.cell)
    cell.counts = added(cell.counts, counts)
    cell.save(update_fields=["counts"])


def _put_decided(held: Objection, outcome: str, reason: str, act: Act) -> None:
    facts = {"outcome": outcome, "due": held.due.isoformat() if held.due else None}
    sealed = {"actor": act.actor.account, "reason": reason}
    put("objection.decided", held.code, at=act.at, facts=facts, sealed=sealed)
