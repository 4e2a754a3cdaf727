"""Setting up a training: on what, for whom, from which month, and who of a department takes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.training import Audience, SessionKind, Tier, audiences, lessons
from shixiao.records.models import Organisation, Seat, Training, WarningCase
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

NO_TOPIC = Text("请选择针对哪一类线索。", "Choose the kind of finding it is about.")
FEW = Text(
    "至少需要 {least} 个部门，才能分批开课、看出效果；现在选了 {have} 个。",
    "At least {least} departments are needed to start in groups and see an effect; {have} are"
    " chosen.",
)
NOT_FIRST = Text("开始日须是某月 1 日。", "It begins on the first of a month.")
PAST = Text("开始月份须在今天之后。", "The first month has to lie ahead.")
NOT_APPROVED = Text(
    "警示案例还没有经另一人审核，不能使用。",
    "The warning case was not approved by a second person, so it cannot be used.",
)
NO_PERSON = Text("请写明参加的人。", "Name the person.")
NAMED = Text(
    "本部门要参加培训“{name}”，请为每个岗位指定参加的人。",
    "Your department takes the training “{name}”: name who takes it for each post.",
)


@transaction.atomic
def make(
    *,
    session: str,
    topic: str,
    name: Text,
    begins: date,
    departments: Collection[Organisation],
    warnings: Collection[WarningCase] = (),
    actor: Actor,
    at: datetime,
) -> Training:
    """Set up a training; the posts that have to take it are entered for every department.

    Raises:
        Incomplete: something is missing or cannot be.
    """
    check(actor, "training.manage")
    if topic not in lessons():
        raise Incomplete(NO_TOPIC, field="topic")
    if begins.day != 1:
        raise Incomplete(NOT_FIRST, field="begins")
    if begins <= timezone.localdate(at):
        raise Incomplete(PAST, field="begins")
    least = int(pack().number("TRN-01", "steps"))
    if len(departments) < least:
        raise Incomplete(FEW.format(least=least, have=len(departments)), field="departments")
    if any(warning.approved is None for warning in warnings):
        raise Incomplete(NOT_APPROVED, field="warnings")
    made = Training.objects.create(
        session=session,
        topic=topic,
        name=name,
        state="planned",
        entered=at,
        begins=begins,
        made=at,
        made_by=signed_in(actor),
    )
    made.warnings.set(warnings)
    for department in departments:
        Seat.objects.bulk_create(
            Seat(training=made, department=department, post=each.post, name=each.name)
            for each in posts_of(topic, SessionKind(session), department)
        )
    facts = {"topic": topic, "kind": session}
    put("training.made", made.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


def posts_of(topic: str, session: SessionKind, department: Organisation) -> list[Audience]:
    """Return the posts of a department that take a session, its leaders among them."""
    known = {tier.value for tier in Tier}
    tier = department.tier if department.tier in known else Tier.CITY.value
    return [
        each for each in audiences(topic) if session in each.sessions and each.tier.value == tier
    ]


@transaction.atomic
def name_person(seat: Seat, person: str, *, actor: Actor, at: datetime) -> Seat:
    """Name who takes a training for a post; the name is sealed.

    Raises:
        Incomplete: nobody was named.
    """
    check(actor, "training.name", seat)
    held = Seat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    held.person = needed(person, field="person", missing=NO_PERSON)[:100]
    held.named, held.named_by = at, actor.account
    held.save(update_fields=["person", "named", "named_by"])
    facts = {"department": held.department.code}
    sealed = {"person": held.person, "actor": actor.account}
    put("training.named", held.training.code, at=at, facts=facts, sealed=sealed)
    return held


def ask_for_names(training: Training, at: datetime) -> None:
    """Ask the heads of the departments to name who takes the training."""
    text = NAMED.format(name=training.name)
    today = timezone.localdate(at)
    for department in {seat.department_id for seat in training.seats.all()}:
        people = holders("head", today=today, organisation=department)
        tell(people, "training.draw", text, link=f"/training/{training.code}/", at=at)
