"""Leaving a hearing: who was drawn withdraws, and the next in order follows while there is time.

Source: Decree 713 art. 16 (materials reach the participants seven days before).
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import DecisionMatter, Draw, HearingSeat
from shixiao.terms import BadInput
from shixiao.voice.decree713.course import DAY, MATERIALS
from shixiao.workflows import draws, moving
from shixiao.workflows.clock import pack
from shixiao.workflows.consultations.hearings import NOT_FROZEN, newest_draw, participants
from shixiao.workflows.consultations.moving import ENDED
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import CHANGED, Stale

WITHDRAWN = "参加人退出 / a participant withdrew"  # public; what was said stays sealed


@transaction.atomic
def leave(seat: HearingSeat, act: Act, *, reason: str) -> HearingSeat | None:
    """Let a participant withdraw before the hearing; return who follows, None if the seat is empty.

    The next in order takes the place while the materials can still reach him seven days before
    (art. 16); after that, and where everybody was drawn, the seat stays empty.

    ``act.actor`` is nobody where the participant does it by the query code. Why he leaves may be
    an illness, and the transcript of the draw is public: it says only that somebody did.

    Raises:
        Forbidden: somebody else's, and the person does not convene hearings.
        Stale: the hearing was held, or the person was not drawn.
        Incomplete: no reason.
    """
    matter = moving.locked(seat.matter)
    held = moving.locked(seat)
    if act.actor.account is not None:
        check(act.actor, "hearing.convene", matter)
    over = matter.state == ENDED or matter.events.filter(event="hold").exists()
    if held.drawn is None or held.withdrew is not None or over:
        raise Stale(CHANGED)
    said = needed(reason, field="reason")
    frozen = newest_draw(matter)
    if frozen is None:
        raise Stale(NOT_FROZEN)
    follower = _follower(matter, frozen, held.code, act)
    held.withdrew = act.at
    held.save(update_fields=["withdrew"])
    matter.seats.filter(code=follower).update(drawn=act.at)
    facts = {"records": participants(matter).count(), "concerns": frozen.code}
    put("hearing.seated", matter.code, at=act.at, facts=facts,
        sealed={"actor": act.actor.account, "reason": said})  # fmt: skip
    return matter.seats.filter(code=follower).first() if follower else None


def _follower(matter: DecisionMatter, frozen: Draw, code: str, act: Act) -> str | None:
    """Call the next in order; None where it is too late for the materials, or nobody is left."""
    served = matter.hearing.day - int(pack().number(MATERIALS)) * DAY
    if timezone.localdate(act.at) >= served:
        return None
    try:
        follower = draws.replace(frozen, code, actor=act.actor, at=act.at, reason=WITHDRAWN)
    except BadInput:  # everybody was drawn; the transcript then stays as it is
        return None
    draws.reveal(matter.code, at=act.at)
    return follower


def empty_seats(matter: DecisionMatter) -> int:
    """Return how many places stay empty: their participants withdrew, and nobody followed."""
    frozen = newest_draw(matter)
    drawn = draws.drawn_of(frozen) if frozen else []
    return matter.seats.filter(code__in=drawn, withdrew__isnull=False).count()
