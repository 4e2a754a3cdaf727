"""Warning cases: a closed case is told without names, and a second person sees that it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.detectors.registry import described
from shixiao.checkup.training import ClosedCase, Known, draft_warning, lessons
from shixiao.records.models import Account, Case, Finding, Organisation, Standing, WarningCase
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Forbidden, Incomplete, Stale

NOT_CLOSED = Text(
    "只有已销号、由线索立案的案件才能写成警示案例。",
    "Only a closed case that a finding opened can become a warning case.",
)
NOT_TAUGHT = Text("这一类线索没有对应的培训内容。", "There is no lesson on this kind of finding.")
BOTH = Text("请写明经过和整改（中英文）。", "Tell facts and correction, in Chinese and in English.")
SELF = Text(
    "起草人不能自己审核，须由另一人核对。",
    "Whoever drafted it cannot approve it; a second person has to look.",
)


@transaction.atomic
def draft(case: Case, *, facts: Text, correction: Text, actor: Actor, at: datetime) -> WarningCase:
    """Draft the warning case of a closed case, or draft it anew after it was sent back.

    Raises:
        Incomplete: the case is not closed, or facts or correction are missing.
        Stale: it is public already.
    """
    check(actor, "warning.draft")
    finding = case.finding
    if case.state not in {"closed", "shown"} or finding is None or case.closed is None:
        raise Incomplete(NOT_CLOSED)
    if finding.kind not in lessons() or finding.measure not in described(finding.kind).measures:
        raise Incomplete(NOT_TAUGHT)
    for text, field in ((facts, "facts"), (correction, "correction")):
        needed(text.zh, field=field, missing=BOTH)
    before, after = _measured(case)
    told = draft_warning(
        ClosedCase(
            kind=finding.kind,
            measure=finding.measure,
            closed=timezone.localdate(case.closed),
            facts=facts,
            correction=correction,
            before=before,
            after=after,
            known=known_in(case, finding),
        ),
        rules=pack(),
    )
    former = WarningCase.objects.select_for_update(of=("self",)).filter(case=case).first()
    if former is not None and former.approved is not None:
        raise Stale(CHANGED)
    given: dict[str, Any] = {
        "topic": finding.kind,
        "title": told.title,
        "text": told.text,
        "questions": told.public_json()["questions"],
        "replaced": [each.to_json() for each in told.replaced],
        "doubts": [each.to_json() for each in told.doubts],
        "sha256": sha256_of(told.public_json()),
        "drafted": at,
        "drafted_by": signed_in(actor),
        "refused": "",
    }
    row, _ = WarningCase.objects.update_or_create(case=case, defaults=given)
    leaf = {"sha256": row.sha256, "topic": row.topic}
    if former is not None:
        leaf["previous_sha256"] = former.sha256
    put("warning.drafted", row.code, at=at, facts=leaf, sealed={"actor": actor.account})
    return row


@transaction.atomic
def approve(warning: WarningCase, *, sha256: str, actor: Actor, at: datetime) -> WarningCase:
    """Make a warning case public, as a second person who looked at every doubt.

    Raises:
        Forbidden: the person drafted it himself.
        Stale: it is public, or was drafted anew since he looked.
    """
    held = _second_person(warning, actor)
    if held.sha256 != sha256:
        raise Stale(CHANGED)
    held.approved, held.approved_by = at, actor.account
    facts = {"sha256": held.sha256, "topic": held.topic}
    sealed = {"actor": actor.account}
    held.leaf = put("warning.approved", held.code, at=at, facts=facts, sealed=sealed)
    held.save(update_fields=["approved", "approved_by", "leaf"])
    return held


@transaction.atomic
def refuse(warning: WarningCase, *, reason: str, actor: Actor, at: datetime) -> WarningCase:
    """Send a draft back: somebody could still be recognised."""
    held = _second_person(warning, actor)
    held.refused = needed(reason, field="reason")
    held.save(update_fields=["refused"])
    sealed = {"actor": actor.account, "reason": held.refused}
    put("warning.refused", held.code, at=at, facts={"sha256": held.sha256}, sealed=sealed)
    return held


def known_in(case: Case, finding: Finding) -> Known:
    """Return every name that the records know and a warning case must not hold."""
    people = {str(account.name) for account in _people_of(case) if account is not None}
    people |= {case.responsible} if case.responsible else set()
    organisations = [name for o in Organisation.objects.all() for name in _names(o.name)]
    regions = set(Organisation.objects.exclude(region="").values_list("region", flat=True))
    services = {name for s in _standings(finding) for name in _names(s.name)}
    return Known(
        people=tuple(sorted(people)),
        departments=tuple(sorted({*organisations, case.responsible_post} - {""})),
        services=tuple(sorted(services | set(_names(finding.subject_name)))),
        places=tuple(sorted(regions)),
        codes=(case.code, finding.code, finding.subject),
    )


def _people_of(case: Case) -> list[Account | None]:
    steps = case.steps.select_related("by", "second")
    found = [case.handler, *(step.by for step in steps), *(step.second for step in steps)]
    return found + [contest.by for contest in case.contests.select_related("by")]


def _standings(finding: Finding) -> list[Standing]:
    rows = Standing.objects.filter(evaluation=finding.last_seen, department=_code(finding))
    return list(rows)


def _code(finding: Finding) -> str:
    return finding.department.code if finding.department else ""


def _names(text: Text) -> tuple[str, str]:
    return text.zh, text.en


def _measured(case: Case) -> tuple[float | None, float | None]:
    """Return the measure before and after, as the closing re-measurement has them."""
    taken = case.measurements.order_by("-at").first()
    if taken is None:
        return None, None
    both = [taken.detail.get(which) for which in ("before", "after")]
    before, after = (None if each is None else each.get("value") for each in both)
    return before, after


def _second_person(warning: WarningCase, actor: Actor) -> WarningCase:
    check(actor, "warning.approve")
    held = WarningCase.objects.select_for_update(of=("self",)).get(pk=warning.pk)
    if held.approved is not None:
        raise Stale(CHANGED)
    if actor.account is not None and held.drafted_by_id == actor.account.pk:
        raise Forbidden(SELF)
    return held
