"""Criticism of a frozen scheme, by anybody, and what the bureau answers to each of it."""

from __future__ import annotations

from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone

from shixiao.records.models import Appraisal, AppraisalComment, Organisation
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.appraisals.indicators import changed, names_of, scored
from shixiao.workflows.appraisals.moving import begin, in_time, move
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, locked, needed, touch
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale

LONGEST_NAME = 60
NO_TEXT = Text("请写明意见。", "Write what you have to say.")
NO_INDICATOR = Text("考核办法里没有这一项指标。", "The scheme has no such indicator.")
OVER = Text(
    "征求意见已经结束，不能再提意见。",
    "The time for criticism is over, and no more is taken.",
)
NOT_THE_BUREAU = Text(
    "数据局是答复意见的一方，不能给自己的办法提意见。",
    "The bureau answers criticism and cannot criticise a scheme of its own.",
)
NO_COMMENT = Text("请选择一条还没有答复的意见。", "Choose a comment that is not answered yet.")
NO_SUCH = Text("请选择一条文字还在页面上的意见。", "Choose a comment whose words are shown.")
NO_OUTCOME = Text("请选择采纳与否。", "Say whether it is adopted.")
NO_DROP = Text(
    "只有采纳了针对某项指标的意见，才能让这一项不计分；不采纳就不要勾选。",
    "An indicator is dropped only where a comment on it is adopted; otherwise leave the box open.",
)
UNANSWERED = Text(
    "还有 {n} 条意见没有答复，逐条答复以后才能请专家分配权重。",
    "{n} comments are not answered yet; the panel is asked once each is.",
)
NOTHING_LEFT = Text(
    "没有一项指标可以计分了；请撤回，重新拟定考核办法。",
    "No indicator is left to score by; withdraw the round and draw up a new scheme.",
)
ASKED = Text(
    "请在 {day} 前给“{name}”的指标分配 100 分。",
    "Share 100 points out among the indicators of “{name}” by {day}.",
)


@transaction.atomic
def criticise(
    appraisal: Appraisal, act: Act, *, row: int | None, text: str, name: str = "", once: str = ""
) -> AppraisalComment:
    """Enter a comment of anybody, with or without an account.

    Args:
        appraisal: whose scheme is criticised.
        act: who says it and when; the version that he saw does not matter.
        row: of the indicator; None for the scheme as a whole.
        text: what he has to say.
        name: what he calls himself; kept encrypted, for the auditor alone.
        once: random signs of the form that was sent: the same form sent twice is one comment.

    Raises:
        Forbidden: the bureau comments on its own scheme.
        Incomplete: nothing was written, too much, or there is no such indicator.
        Stale: the time is over.
    """
    held = locked(appraisal)
    if may(act.actor, "appraisal.manage"):
        raise Forbidden(NOT_THE_BUREAU)
    if held.state != "open" or not in_time(held, act):
        raise Stale(OVER)
    if row is not None and row not in names_of(held):
        raise Incomplete(NO_INDICATOR, field="indicator")
    voice, department = voice_of(act.actor)
    made = AppraisalComment(
        appraisal=held,
        row=row,
        voice=voice,
        department=department,
        by=act.actor.account,
        name=name.strip()[:LONGEST_NAME],
        text=needed(text, field="text", missing=NO_TEXT),
        once=sha256(f"once:{once}".encode()).hexdigest() if once else None,
        at=act.at,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:  # the same form was sent before
        return AppraisalComment.objects.select_related("leaf").get(once=made.once)
    facts = {
        "comment": made.code,
        "voice": str(voice),
        "sha256": sha256_of(made.text),
        "row": row,
        "department": department.code if department else None,
    }
    sealed = {"actor": act.actor.account}
    made.leaf = put("appraisal.criticised", held.code, at=act.at, facts=facts, sealed=sealed)
    made.save(update_fields=["leaf"])
    return made


@transaction.atomic
def answer(
    appraisal: Appraisal,
    act: Act,
    *,
    comment: str,
    outcome: str,
    reason: str,
    drop: bool = False,
) -> AppraisalComment:
    """Answer a comment for good; what is adopted of an indicator may take it out of the scoring.

    Args:
        appraisal: whose scheme was criticised.
        act: who answers.
        comment: code of the comment.
        outcome: whether it is adopted.
        reason: in public.
        drop: True to score the indicator that it speaks of no more.

    Raises:
        Incomplete: no such comment, no outcome or reason, or nothing that could be dropped.
    """
    held = begin(appraisal, "answer", act)
    found = held.comments.filter(code=comment, answered__isnull=True).first()
    if found is None:
        raise Incomplete(NO_COMMENT, field="comment")
    if outcome not in AppraisalComment.Outcome.values:
        raise Incomplete(NO_OUTCOME, field="adopted")
    if drop and (found.row is None or outcome == AppraisalComment.Outcome.NOT_ADOPTED):
        raise Incomplete(NO_DROP, field="drop")
    found.answer = needed(reason, field="reason")
    found.outcome, found.answered = outcome, act.at
    found.save(update_fields=["outcome", "answer", "answered"])
    if drop and found.row is not None:
        touch(held, indicators=changed(held, found.row, dropped=True))
    facts = {
        "comment": found.code,
        "outcome": outcome,
        "sha256": sha256_of(found.answer),
        "row": found.row if drop else None,
    }
    sealed = {"actor": act.actor.account}
    put("appraisal.answered", held.code, at=act.at, facts=facts, sealed=sealed)
    return found


@transaction.atomic
def hide(appraisal: Appraisal, act: Act, *, comment: str, reason: str) -> AppraisalComment:
    """Take the words of a comment off the page, with a public reason; the comment still counts.

    Raises:
        Incomplete: no comment of that code whose words stand there, or no reason.
    """
    held = begin(appraisal, "hide", act)
    found = held.comments.filter(code=comment, hidden="").first()
    if found is None:
        raise Incomplete(NO_SUCH, field="comment")
    found.hidden = needed(reason, field="reason")
    found.save(update_fields=["hidden"])
    sealed = {"actor": act.actor.account, "reason": found.hidden}
    put("appraisal.hidden", held.code, at=act.at, facts={"comment": found.code}, sealed=sealed)
    return found


@transaction.atomic
def ask_panel(appraisal: Appraisal, act: Act) -> Appraisal:
    """End the criticism and ask the panel for weights.

    Raises:
        Stale: the time is not over, a comment is not answered, or nothing is left to weigh.
    """
    held = begin(appraisal, "panel", act)
    waiting = held.comments.filter(answered__isnull=True).count()
    if waiting:
        raise Stale(UNANSWERED.format(n=waiting))
    if not scored(held):
        raise Stale(NOTHING_LEFT)
    move(held, "panel", act)
    text = ASKED.format(name=held.name, day=str(held.due))
    experts = holders("expert", today=timezone.localdate(act.at))
    tell(experts, "appraisal.panel", text, link=f"/appraisals/{held.code}/", at=act.at)
    return held


def voice_of(actor: Actor) -> tuple[AppraisalComment.Voice, Organisation | None]:
    """Return as what somebody speaks, and for which department."""
    if may(actor, "appraisal.contest"):
        posts = [held.organisation for held in actor.held if held.role in {"head", "officer"}]
        return AppraisalComment.Voice.DEPARTMENT, Organisation.objects.get(pk=posts[0])
    if may(actor, "appraisal.weigh"):
        return AppraisalComment.Voice.EXPERT, None
    return AppraisalComment.Voice.PUBLIC, None
