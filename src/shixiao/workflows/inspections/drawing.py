"""Drawing: one public value draws the systems, and for each the inspectors; then all is sealed.

For every inspection a commitment goes to the ledger at once; what it stands for is told when the
inspection starts. The transcripts of the draws follow when the plan has ended.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import sha256

from django.db import transaction

from shixiao.checkup.report.speech import both_days
from shixiao.draw import PLAIN, Pool, commit
from shixiao.records.models import Account, Draw, Inspection, InspectionPlan, Inspector
from shixiao.terms import Text
from shixiao.workflows import draws, moving
from shixiao.workflows.draws import Lot
from shixiao.workflows.inspections.planning import INSPECTORS, SYSTEMS, plan_life
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import tell
from shixiao.workflows.permissions import check, check_self, may
from shixiao.workflows.refusals import CHANGED, Stale

TIED = Text("与该部门有关系", "has ties to the department")
DRAWN = Text(
    "您被抽中参加抽查，期间为 {starts} 至 {ends}；查哪个系统，启封时才知道。",
    "You were drawn for inspections from {starts} to {ends}; which system it is you learn when you"
    " break the seal.",
)


@transaction.atomic
def draw(plan: InspectionPlan, act: Act, *, announced: str) -> InspectionPlan:
    """Draw systems and inspectors, seal each inspection, and tell who was drawn.

    Raises:
        Forbidden: the person may not.
        Stale: it is drawn already.
        Incomplete: the value is missing or cannot be known yet.
    """
    held = moving.locked(plan)
    check(act.actor, "inspection.plan")
    moving.check_seen(held, plan_life().verbs["draw"], act)
    above = {each.tag: each for each in Draw.objects.filter(subject=held.code, about="")}
    value = draws.check_value(above[INSPECTORS], announced, act.at)
    made = {
        tag: draws.make(each, announced=value, actor=act.actor, at=act.at)
        for tag, each in above.items()
    }
    certain = [row["system"] for row in held.systems if row["certain"]]
    chosen = [*made.get(SYSTEMS, ()), *certain]
    seed = above[INSPECTORS].seed
    # The numbers tell nothing: neither which were certain, nor the order of the draw.
    chosen.sort(key=lambda system: sha256(f"{seed}/{system}".encode()).digest())
    for number, system in enumerate(chosen, 1):
        _seal(held, number, system, above[INSPECTORS], act)
    moving.move(held, "draw", act, plan_life(), "inspection.moved")
    _tell(held, [person.account for person in called(held)], act)
    return held


@transaction.atomic
def excuse(inspector: Inspector, act: Act, *, reason: str) -> int:
    """Excuse an inspector; in what has not ended the next in order takes the place.

    He may excuse himself; otherwise who plans does it. Returns in how many inspections somebody
    else was called, which is not shown before they start.

    Raises:
        Forbidden: the person may not.
        Stale: he is excused already, or the plan is not drawn or has ended.
        BadInput: nobody stands by any more.
    """
    held = moving.locked(inspector)
    if not may(act.actor, "inspection.plan"):
        check_self(act.actor, held.account_id)
    if held.excused is not None or held.plan.state != "drawn":
        raise Stale(CHANGED)
    said = needed(reason, field="reason")
    held.excused = act.at
    held.save(update_fields=["excused"])
    replaced = 0
    for inspection in held.plan.inspections.filter(state__in=("sealed", "running")):
        replaced += _replace(inspection, held, act, said)
    facts = {"records": len(held.plan.inspectors.filter(excused__isnull=False))}
    sealed = {"actor": act.actor.account, "person": held.account, "reason": said}
    put("inspection.excused", held.plan.code, at=act.at, facts=facts, sealed=sealed)
    return replaced


def team(inspection: Inspection) -> list[Inspector]:
    """Return who inspects, after all replacements, by code."""
    codes = draws.drawn_of(latest_draw(inspection))
    return list(inspection.plan.inspectors.filter(code__in=codes).select_related("account"))


def called(plan: InspectionPlan) -> list[Inspector]:
    """Return who is drawn for any inspection of a plan, by code."""
    found = {one.pk: one for each in plan.inspections.all() for one in team(each)}
    return sorted(found.values(), key=lambda one: one.code)


def latest_draw(inspection: Inspection) -> Draw:
    """Return the draw of the inspectors of an inspection, as last amended."""
    rows = Draw.objects.filter(
        subject=inspection.plan.code,
        tag=INSPECTORS,
        about=str(inspection.number),
        later__isnull=True,
    )
    return rows.get()


def _seal(plan: InspectionPlan, number: int, system: str, above: Draw, act: Act) -> None:
    """Draw who inspects a system, and seal the inspection."""
    department = next(row["department"] for row in plan.systems if row["system"] == system)
    people = list(plan.inspectors.all())
    lot = Lot(
        tag=INSPECTORS,
        about=str(number),
        pool=Pool(tuple(person.code for person in people)),
        size=plan.each,
        algorithm=PLAIN,
        excluded={person.code: TIED.zh for person in people if department in person.ties},
    )
    frozen = draws.freeze_below(lot, above, at=act.at)
    draws.make(frozen, announced=above.announced, actor=act.actor, at=act.at)
    content = {"plan": plan.code, "number": number, "system": system, "inspectors": frozen.root}
    made = Inspection.objects.create(
        plan=plan,
        number=number,
        sealed=content,
        nonce=(nonce := secrets.token_hex(32)),
        commitment=commit(content, nonce),
        state="sealed",
        entered=act.at,
    )
    facts = {"concerns": plan.code, "part": str(number), "commitment": made.commitment}
    put("inspection.sealed", made.code, at=act.at, facts=facts)


def _replace(inspection: Inspection, gone: Inspector, act: Act, reason: str) -> bool:
    """Let the next in order inspect where somebody is excused; False where he was not drawn."""
    drawn = latest_draw(inspection)
    if gone.code not in draws.drawn_of(drawn):
        return False
    out = set(gone.plan.inspectors.filter(excused__isnull=False).values_list("code", flat=True))
    follower: str | None = gone.code
    while follower in out:  # those who were excused before are passed over
        follower = draws.replace(drawn, follower, actor=act.actor, at=act.at, reason=reason)
        drawn = latest_draw(inspection)
    _tell(gone.plan, [gone.plan.inspectors.get(code=follower).account], act)
    return True


def _tell(plan: InspectionPlan, people: Sequence[Account], act: Act) -> None:
    text = DRAWN.format(starts=both_days(plan.starts), ends=both_days(plan.ends))
    tell(people, "inspection.drawn", text, link=f"/inspections/{plan.code}/", at=act.at)
