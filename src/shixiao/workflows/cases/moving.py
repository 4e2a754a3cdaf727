"""Moving a case: the one place where its state changes, with its step, leaf and notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Account, Attachment, Case, LeafRow, Step
from shixiao.terms import Text, Unavailable
from shixiao.workflows.actors import Actor
from shixiao.workflows.cases.conflicts import conflict
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.telling import tell_of_step
from shixiao.workflows.clock import due_day
from shixiao.workflows.leaves import put_known
from shixiao.workflows.lives import Verb
from shixiao.workflows.permissions import may, signed_in
from shixiao.workflows.refusals import CHANGED, NOT_YOURS, Forbidden, Incomplete, Stale

DEPARTMENTAL = {"case.contest", "case.accept", "case.correct"}
HANDLER = Text(
    "这一步不能由承办人自己办理。",
    "The handler of the case may not take this step himself.",
)
TOO_EARLY = Text(
    "部门的申辩期限还没有结束，到期后才能这样办理。",
    "The department may still contest; this can be done once its period is over.",
)
NEEDED = {
    "reason": Text("请写明理由。", "Give the reason."),
    "statement": Text("请写明陈述和申辩的内容。", "Write what you state and contest."),
    "department": Text("请指定所涉部门。", "Name the department concerned."),
    "handler": Text("请指定承办人。", "Name the handler."),
    "responsible": Text(
        "请写明部门的责任人姓名和职务。", "Name the responsible person and his post."
    ),
    "outcome": Text("请选择认定结果。", "Choose what was established."),
    "decision": Text("请选择问责方式。", "Choose the decision."),
    "corrected": Text(
        "请填写整改完成的日期。", "Enter the day on which the correction was complete."
    ),
}
SEALED = ("reason", "statement", "person", "decider")
LONGEST = 20_000
APART = timedelta(minutes=1)  # by which the clocks of the site's machines may differ
CLOCK = Text(
    "服务器的时间早于案件的上一步，可能被调回；案件没有变动。请系统管理员核对时间后再办。",
    "The server's time is before the last step of the case, so its clock may have been set back."
    " Nothing was changed; have the administrator set the time, then go on.",
)
ATTACH = Text("请附上{name}。", "Attach the {name}.")
TOO_LONG = Text("文字过长，最多 2 万字。", "The text is too long: 20,000 characters at most.")


@dataclass(frozen=True, slots=True)
class Act:
    """What a person does to a case, as he saw it.

    Attributes:
        actor: who acts.
        at: when.
        seen: the version of the case on the page from which he acts.
        given: what the verb needs, by name.
        attachments: files put to the case with this step.
    """

    actor: Actor
    at: datetime
    seen: int
    given: Mapping[str, Any] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()

    @property
    def by(self) -> Account:
        """The person."""
        return signed_in(self.actor)

    @property
    def reason(self) -> str:
        """The reason or statement in full."""
        return str(self.given.get("reason") or self.given.get("statement") or "")


def why_not(actor: Actor, verb: Verb, case: Case, *, today: datetime) -> Text | None:
    """Return why the person may not do this with the case now; None where he may.

    Pages ask this to show what can be done, and acts ask it again before they do it.
    """
    if case.state not in verb.sources:
        return CHANGED
    if not may(actor, verb.right, case):
        return NOT_YOURS
    if verb.right not in DEPARTMENTAL:
        found = conflict(actor, case)
        if found is not None:
            return found
    if verb.other_than_handler and actor.account and case.handler_id == actor.account.pk:
        return HANDLER
    if verb.after_due and case.due and timezone.localdate(today) <= case.due:
        return TOO_EARLY
    return None


def locked(case: Case) -> Case:
    """Return the case as it is now, kept from others until the transaction ends."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


def check_clock(case: Case, at: datetime) -> None:
    """Refuse to go on at a time before the present state was entered.

    What counts is counted from there: whoever set the clock back could close a case by numbers
    from before its correction, or make a period that is over begin anew.

    Raises:
        Unavailable: the clock was set back.
    """
    if at < case.entered - APART:
        raise Unavailable(CLOCK)


def check(act: Act, verb: Verb, case: Case) -> None:
    """Refuse what may not be done, or lacks something.

    Raises:
        Stale: the case has moved since the person saw it.
        Forbidden: he may not.
        Incomplete: something needed was not given.
    """
    if act.seen != case.version or case.state not in verb.sources:
        raise Stale(CHANGED)
    refused = why_not(act.actor, verb, case, today=act.at)
    if refused is not None:
        raise Forbidden(refused)
    for name in verb.needs:
        value = act.given.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise Incomplete(NEEDED[name], field=name)
    if len(act.reason) > LONGEST:
        raise Incomplete(TOO_LONG, field="reason")
    kinds = {attachment.kind for attachment in act.attachments}
    for kind in verb.attach:
        if kind not in kinds:
            wanted = ATTACH.format(name=life().attachments[kind])
            raise Incomplete(wanted, field=f"attach_{kind}")


def move(
    case: Case,
    verb: Verb,
    act: Act,
    *,
    second: Account | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Step:
    """Carry out a verb on a locked case; the caller has checked it.

    Args:
        case: as returned by ``locked``.
        verb: what is done.
        act: by whom, when, with what.
        second: the other of two people, where two are needed.
        extra: further open fields of the leaf of the verb's own event.

    Raises:
        Unavailable: the clock was set back.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A case moves within a transaction")
    check_clock(case, act.at)
    was, in_time = case.state, None
    if verb.to:
        in_time = None if case.due is None else timezone.localdate(act.at) <= case.due
        state = life().states[verb.to]
        case.state, case.entered = state.id, act.at
        case.due_rule, case.due = state.rule, due_day(state.rule, timezone.localdate(act.at))
    case.version += 1
    case.save()
    leaf = _on_record(case, verb, act, was, second, extra or {})
    step = Step.objects.create(
        case=case,
        verb=verb.id,
        from_state=was,
        state=case.state,
        at=act.at,
        by=act.actor.account,
        second=second,
        reason=act.reason,
        due=case.due,
        in_time=in_time,
        leaf=leaf,
    )
    for attachment in act.attachments:
        attachment.case, attachment.step = case, step
        attachment.save()
    tell_of_step(step)
    return step


def _on_record(
    case: Case,
    verb: Verb,
    act: Act,
    was: str,
    second: Account | None,
    extra: Mapping[str, Any],
) -> LeafRow:
    """Write the leaf of the verb's own event, and that of the change of state."""
    files = sorted(attachment.file.sha256 for attachment in act.attachments)
    people = {"actor": act.actor.account, "second_actor": second}
    words = {name: act.given.get(name) for name in SEALED}
    leaf: LeafRow | None = None
    if verb.leaf:
        facts = {"attachments_sha256": files, "due": _day(case), **extra}
        sealed = people | words | concerned(case)
        leaf = put_known(verb.leaf, case.code, at=act.at, facts=facts, sealed=sealed)
    if leaf is None or verb.to:
        facts = {"from_state": was, "state": case.state, "due": _day(case)}
        facts |= {"attachments_sha256": files}
        leaf = put_known("case.moved", case.code, at=act.at, facts=facts, sealed=people | words)
    return leaf


def concerned(case: Case) -> dict[str, str]:
    """Return whom and what a case is about, to be sealed: the ledger is open to everybody.

    Nobody should be warned by it before evidence is secured.
    """
    return {
        "department": case.department.code if case.department else "",
        "finding": case.finding.code if case.finding else "",
    }


def _day(case: Case) -> str | None:
    return case.due.isoformat() if case.due else None
