"""个人信息保护影响评估 (PIPL 55-56): made by one person, confirmed by another, kept three years.

Once confirmed it is the record of the criterion ``pia`` of the assessment of the system, as far as
all three contents of art. 56 hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import PrivacyAssessment, System, SystemPaper
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.algorithms.drafting import MANAGE
from shixiao.workflows.algorithms.publishing import ANSWERED, NOT_ANY_MORE, PUBLISH, SAME
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale

CRITERION = "pia"
LONGEST_IN_FORCE = timedelta(days=366)
TRIGGERS = {
    "sensitive_information": Text("处理敏感个人信息", "Sensitive personal data are processed"),
    "automated_decision": Text("自动化决策", "Automated decisions"),
    "entrust_provide_or_publish": Text(
        "委托处理、提供或者公开", "Data are entrusted, provided or published"
    ),
    "export": Text("向境外提供", "Data are sent abroad"),
    "other_major_effect": Text("其他对个人权益有重大影响", "Another major effect on persons"),
}
CONTENTS = {
    "lawful_purpose_and_means": Text(
        "目的、方式合法、正当、必要", "Purpose and means are lawful, legitimate and necessary"
    ),
    "effect_and_risk": Text(
        "对个人权益的影响和安全风险可以接受", "The effect on rights and the risk can be borne"
    ),
    "adequate_safeguards": Text(
        "保护措施合法、有效并与风险相适应", "Safeguards are lawful, effective and fit the risk"
    ),
}
WAITS = Text("已有一份评估等待确认。", "An assessment waits for an answer already.")
NO_TRIGGER = Text("请选择须评估的情形。", "Choose why the assessment is due.")
NO_PROCESSING = Text("请写明怎样处理个人信息。", "Say how personal data are processed.")
NO_WHY = Text("请写明：{name}。", "Say why: {name}.")
WRONG_DAY = Text("有效期须在今天之后、一年之内。", "It lies after today and within a year.")


@dataclass(frozen=True, slots=True)
class Told:
    """An assessment as it is entered; see ``records.PrivacyAssessment``."""

    triggers: tuple[str, ...]
    processing: str
    findings: Mapping[str, tuple[bool, str]]
    until: date


@transaction.atomic
def assess(system: System, told: Told, *, actor: Actor, at: datetime) -> PrivacyAssessment:
    """Enter an assessment; another person has to confirm it.

    Raises:
        Forbidden: it is another department's.
        Stale: one waits.
        Incomplete: something is missing or cannot be.
    """
    held = moving.locked(system)
    check(actor, MANAGE, held)
    if held.privacy_assessments.filter(answered__isnull=True).exists():
        raise Stale(WAITS)
    if not told.triggers or not set(told.triggers) <= set(pack().words("PIA-TRG")):
        raise Incomplete(NO_TRIGGER, field="triggers")
    today = timezone.localdate(at)
    if not today < told.until <= today + LONGEST_IN_FORCE:
        raise Incomplete(WRONG_DAY, field="until")
    findings = {}
    for name in pack().words("PIA-CNT"):
        holds, why = told.findings.get(name, (False, ""))
        said = needed(why, field=name, missing=NO_WHY.format(name=CONTENTS[name]))
        findings[name] = [holds, said]
    processing = needed(told.processing, field="processing", missing=NO_PROCESSING)
    plain = [sorted(told.triggers), processing, findings, told.until.isoformat()]
    made = PrivacyAssessment.objects.create(
        system=held,
        triggers=sorted(told.triggers),
        processing=processing,
        findings=findings,
        until=told.until,
        kept=_years_on(told.until, int(pack().number("PIA-RET"))),
        sha256=sha256_of(plain),
        made=at,
        made_by=signed_in(actor),
    )
    _put(made, "made", actor, at)
    return made


@transaction.atomic
def confirm(row: PrivacyAssessment, *, actor: Actor, at: datetime) -> PrivacyAssessment:
    """Confirm an assessment that another person made; it counts for the criterion of the system.

    Raises:
        Forbidden: the person made it, may not, or whoever made it may no longer.
        Stale: it was answered.
    """
    held = _answering(row, actor)
    if held.made_by_id == signed_in(actor).pk:
        raise Forbidden(SAME)
    if not may(actor_of(held.made_by, today=timezone.localdate(at)), MANAGE, held):
        raise Forbidden(NOT_ANY_MORE)
    _answer(held, True, "", actor, at)
    SystemPaper.objects.create(
        system=held.system,
        criterion=CRITERION,
        number=held.code,
        said="; ".join(why for _, why in held.findings.values())[:5_000],
        holds=all(holds for holds, _ in held.findings.values()),
        day=timezone.localdate(at),
        until=held.until,
        at=at,
        by=held.made_by,
    )
    return held


@transaction.atomic
def send_back(
    row: PrivacyAssessment, *, reason: str, actor: Actor, at: datetime
) -> PrivacyAssessment:
    """Refuse an assessment.

    Raises:
        Forbidden: the person may not.
        Stale: it was answered.
        Incomplete: no reason.
    """
    held = _answering(row, actor)
    _answer(held, False, needed(reason, field="reason"), actor, at)
    return held


def _answering(row: PrivacyAssessment, actor: Actor) -> PrivacyAssessment:
    held = moving.locked(row)
    check(actor, PUBLISH, held)
    if held.answered is not None:
        raise Stale(ANSWERED)
    return held


def _answer(
    held: PrivacyAssessment, confirmed: bool, answer: str, actor: Actor, at: datetime
) -> None:
    held.confirmed, held.answer = confirmed, answer
    held.answered, held.answered_by = at, signed_in(actor)
    held.save()
    _put(held, "confirmed" if confirmed else "sent_back", actor, at)


def _put(row: PrivacyAssessment, outcome: str, actor: Actor, at: datetime) -> None:
    facts = {
        "concerns": row.system.code,
        "outcome": outcome,
        "sha256": row.sha256,
        "due": row.until.isoformat(),
    }
    sealed = {"actor": row.made_by, "reason": row.answer}
    if outcome != "made":
        sealed["second_actor"] = actor.account
    put("algorithm.assessed", row.code, at=at, facts=facts, sealed=sealed)


def _years_on(day: date, years: int) -> date:
    """Return the same day so many years on; the first of March for a leap day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
