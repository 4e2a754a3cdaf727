"""Admitting: one person proposes on a dossier, another confirms the very same, or nothing happens.

What the evidence does not allow cannot be proposed, nor confirmed once it is not allowed any more.
Shutting a system down takes one person; letting it in, or in again, takes two.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Admission, GatewaySource, Grant, System
from shixiao.seals import sha256_of
from shixiao.security.assessing import LAYERS, Decision
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import NOBODY, Actor, actor_of
from shixiao.workflows.grants import publishing as grants
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, read_life
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.registered import latest
from shixiao.workflows.systems import certificates, listing
from shixiao.workflows.systems.dossier import judge
from shixiao.workflows.systems.registering import begin, keep

WAITS = Text("已有一份准入提议等待答复。", "A proposal waits for an answer already.")
NOT_ADMISSIBLE = Text(
    "还不能准入：{layer}，{against}。", "It cannot be admitted yet: {layer}, {against}."
)
ANSWERED = Text("这份提议已经答复。", "This proposal was answered already.")
SAME = Text("须由另一人确认，提出的人不能自己确认。", "Another person has to confirm it.")
NOT_ANY_MORE = Text(
    "提出的人已经不能这样办理，请退回后重新提出。",
    "Whoever proposed this may no longer do so; send it back and have it proposed anew.",
)
MOVED = Text(
    "提出之后证据有了变化，请退回后重新提出。",
    "The evidence changed since it was proposed; send it back and have it proposed anew.",
)
NO_REDIRECT = Text("请写明用户转到哪里办理。", "Say where its users go instead.")
NO_DISPOSAL = Text(
    "请写明数据怎样销毁或移交给谁。", "Say how its data are destroyed, or to whom they go."
)
NO_FILING = Text(
    "请写明备案注销的编号；没有备案的写明原因。",
    "Give the number under which its filing was cancelled, or why there was none.",
)
GRANTS_LEFT = Text(
    "还有 {n} 项共享授权经过这个系统（{code}），先结束授权。",
    "{n} grants still run through this system ({code}); end them first.",
)
TO_CONFIRM = Text("“{name}”的准入待您确认。", "The admission of “{name}” waits for you.")


@dataclass(frozen=True, slots=True)
class Retirement:
    """What has to be said when a system is retired.

    Attributes:
        redirect: where its users go.
        disposal: how its data are destroyed, or to whom they are handed over.
        filing: under which number its filing was cancelled.
    """

    redirect: str
    disposal: str
    filing: str


def life() -> Life:
    """Return the life of a system."""
    return read_life("systems")


@transaction.atomic
def propose(system: System, *, reason: str, seen: int, actor: Actor, at: datetime) -> Admission:
    """Propose to admit the newest release of a system.

    Raises:
        Forbidden: the person may not decide.
        Stale: it changed since the person saw it, is retired, or a proposal waits.
        Incomplete: the evidence does not allow it, or no reason is given.
    """
    held = begin(system, seen=seen, actor=actor, right="admission.decide")
    if held.admissions.filter(answered__isnull=True).exists():
        raise Stale(WAITS)
    said = needed(reason, field="reason")
    decision, digest = judge(held, now=at)
    refuse(decision)
    release, until, reached = latest(held), decision.validity.until, decision.score
    if release is None or until is None or reached is None:
        raise RuntimeError("A decision without release, end or score is not admissible")
    made = Admission.objects.create(
        system=held,
        release=release,
        detail=told(decision),
        dossier_sha256=digest,
        rules_sha256=decision.rules_sha256,
        score=reached,
        conditional=decision.conditional,
        until=until,
        reason=said,
        proposed=at,
        proposed_by=signed_in(actor),
    )
    facts = {"version": release.label, "sha256": digest, "rules_sha256": made.rules_sha256}
    sealed = {"actor": actor.account, "reason": said}
    put("admission.proposed", made.code, at=at, facts=facts, sealed=sealed)
    keep(held, "propose", at=at, actor=actor, reason=said)
    people = [
        person
        for role in ("analyst", "inspector")
        for person in holders(role, today=timezone.localdate(at))
        if person.pk != made.proposed_by_id
    ]
    text = TO_CONFIRM.format(name=held.name)
    tell(people, "admission.proposed", text, link=f"/register/{held.code}/", at=at)
    return made


@transaction.atomic
def confirm(admission: Admission, *, actor: Actor, at: datetime) -> System:
    """Confirm an admission that another person proposed: certificate, list, leaf.

    Raises:
        Forbidden: the person proposed it, may not decide, or whoever proposed may no longer.
        Stale: it was answered, or the evidence is not the same any more.
        Incomplete: the evidence does not allow it any more.
    """
    held, system = _answering(admission, actor)
    first = held.proposed_by
    if first.pk == signed_in(actor).pk:
        raise Forbidden(SAME)
    if not may(actor_of(first, today=timezone.localdate(at)), "admission.decide", system):
        raise Forbidden(NOT_ANY_MORE)
    decision, digest = judge(system, now=at)
    release = latest(system)
    if digest != held.dossier_sha256 or release is None or release.pk != held.release_id:
        raise Stale(MOVED)
    refuse(decision)
    _answer(held, True, "", actor, at)
    left = system.state
    act = Act(actor, at, system.version)
    moving.move(
        system,
        "admit",
        act,
        life(),
        "system.moved",
        reason=held.reason,
        until=held.until,
        ended=None,
    )
    second = actor_of(first, today=timezone.localdate(at))
    keep(system, "admit", at=at, actor=second, second=actor, left=left, reason=held.reason)
    system.retests.filter(done__isnull=True, at__lte=held.proposed).update(done=at, admission=held)
    certificates.issue(held, at=at)
    listing.later()
    return system


@transaction.atomic
def send_back(admission: Admission, *, reason: str, actor: Actor, at: datetime) -> Admission:
    """Refuse a proposal, or take the own one back.

    Raises:
        Forbidden: the person may not decide.
        Stale: it was answered.
        Incomplete: no reason.
    """
    held, system = _answering(admission, actor)
    _answer(held, False, needed(reason, field="reason"), actor, at)
    keep(system, "send_back", at=at, actor=actor, reason=held.answer)
    return held


@transaction.atomic
def suspend(
    system: System, *, reason: Text, seen: int | None, actor: Actor, at: datetime
) -> System:
    """Shut an admitted system down; gates obey within two seconds.

    Args:
        system: which.
        reason: for everybody.
        seen: version that the person saw; None where it does not matter.
        actor: who.
        at: when.

    Raises:
        Forbidden: the person may not decide.
        Stale: it changed since, or is not admitted.
    """
    check(actor, "admission.decide", system)
    return shut(system, reason=reason, seen=seen, actor=actor, at=at)


@transaction.atomic
def shut(
    system: System,
    *,
    reason: Text,
    seen: int | None = None,
    actor: Actor = NOBODY,
    at: datetime,
) -> System:
    """Shut a system down by the word of the site itself; asks nobody's right.

    Raises:
        Stale: it changed since, or is not admitted.
    """
    held = moving.locked(system)
    act = Act(actor, at, held.version if seen is None else seen)
    moving.check_seen(held, life().verbs["suspend"], act)
    left = held.state
    moving.move(held, "suspend", act, life(), "system.moved", reason=reason.zh, ended=reason)
    keep(held, "suspend", at=at, actor=actor, left=left, reason=reason.zh)
    certificates.revoke(held, at=at)
    listing.later()
    people = [
        person
        for role in ("head", "system_owner")
        for person in holders(role, today=timezone.localdate(at), organisation=held.department_id)
    ]
    tell(people, "system.moved", reason, link=f"/register/{held.code}/", at=at)
    return held


@transaction.atomic
def retire(system: System, said: Retirement, *, seen: int, actor: Actor, at: datetime) -> System:
    """Retire a system: users led elsewhere, data disposed of, filing cancelled, grants ended.

    Raises:
        Forbidden: it is another department's.
        Stale: it changed since, or is retired.
        Incomplete: something is not said, or grants still run through it.
    """
    held = begin(system, seen=seen, actor=actor)
    redirect = needed(said.redirect, field="redirect", missing=NO_REDIRECT)
    disposal = needed(said.disposal, field="disposal", missing=NO_DISPOSAL)
    filing = needed(said.filing, field="filing", missing=NO_FILING)
    left_over = grants_through(held)
    if left_over:
        raise Incomplete(GRANTS_LEFT.format(n=len(left_over), code=left_over[0].code))
    left = held.state
    told_all = Text(
        f"用户改到：{redirect}\n数据：{disposal}\n备案：{filing}",
        f"Users go to: {redirect}\nData: {disposal}\nFiling: {filing}",
    )
    act = Act(actor, at, held.version)
    moving.move(held, "retire", act, life(), "system.moved", reason=told_all.zh, ended=told_all)
    keep(held, "retire", at=at, actor=actor, left=left, reason=told_all.zh)
    certificates.revoke(held, at=at)
    listing.later()
    return held


def grants_through(system: System) -> list[Grant]:
    """Return the grants that are not over by which a system asks for data, or gives them."""
    asked = Grant.objects.filter(caller=system.identifier).exclude(state__in=grants.OVER)
    given = Grant.objects.filter(
        item__in=GatewaySource.objects.filter(system=system.identifier).values("item")
    ).exclude(state__in=grants.OVER)
    return list((asked | given).distinct().order_by("code"))


def refuse(decision: Decision) -> None:
    """Refuse what the evidence does not allow.

    Raises:
        Incomplete: so it is; the first layer that does not hold, and why.
    """
    failed = next((layer for layer in decision.layers if not layer.holds), None)
    if failed is not None:
        told_against = failed.against[0]
        raise Incomplete(NOT_ADMISSIBLE.format(layer=LAYERS[failed.layer], against=told_against))


def told(decision: Decision) -> dict[str, object]:
    """Return a decision as plain values, for the record and the page."""
    first = decision.validity.first
    return {
        "layers": [
            {
                "layer": str(each.layer),
                "holds": each.holds,
                "against": [text.to_json() for text in each.against],
            }
            for each in decision.layers
        ],
        "score": decision.score,
        "first": first.name if first else "",
        "open": [_judged(one) for one in decision.open],
        "waived": [_judged(one) for one in decision.waived],
    }


def _judged(one: object) -> dict[str, object]:
    return {key: str(value) if key == "severity" else value for key, value in asdict(one).items()}  # type: ignore[call-overload]


def _answering(admission: Admission, actor: Actor) -> tuple[Admission, System]:
    system = begin(admission.system, seen=None, actor=actor, right="admission.decide")
    held = moving.locked(admission)
    if held.answered is not None:
        raise Stale(ANSWERED)
    return held, system


def _answer(held: Admission, confirmed: bool, answer: str, actor: Actor, at: datetime) -> None:
    held.confirmed, held.answer = confirmed, answer
    held.answered, held.answered_by = at, signed_in(actor)
    held.save()
    facts = {
        "outcome": "confirmed" if confirmed else "sent_back",
        "sha256": sha256_of([held.dossier_sha256, held.detail]),
        "due": timezone.localdate(held.until).isoformat() if confirmed else None,
    }
    sealed = {"actor": held.proposed_by, "second_actor": actor.account, "reason": answer}
    put("admission.answered", held.code, at=at, facts=facts, sealed=sealed)
