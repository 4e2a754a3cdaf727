"""Who answers for a part of a dataset's life, and what proves it: named, entered, taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import CatalogueItem, ControlProof, Custody
from shixiao.seals import sha256_of
from shixiao.sharing.lifecycle import Stage, controls, read_told
from shixiao.terms import BadInput, Text
from shixiao.workflows import files, moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.lifecycle.standing import recount
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

NO_PART = Text("请选择环节或控制。", "Choose a stage or a control.")
NO_OFFICE = Text("请写明由哪个单位或科室负责。", "Say which office answers for it.")
NOTHING = Text("请写明看到了什么，或附上文件。", "Say what was seen, or add a file.")
FUTURE = Text("查看的日期不能晚于今天。", "The day it was looked at cannot lie ahead.")
TOO_OLD = Text("查看的日期太早。", "The day it was looked at lies too far back.")
ENDED = Text("有效期不能早于查看的日期。", "It cannot end before it was looked at.")
OTHER = Text(
    "这个结果是数据集“{theirs}”的，不是“{ours}”的。",
    "This is the result of the dataset “{theirs}”, not of “{ours}”.",
)
EMPTY = Text("结果里没有任何证据。", "The result holds no evidence.")
SEE_FILE = Text("见附件“{name}”。", "See the file “{name}”.")
OLDEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person enters of a control.

    Attributes:
        control: id of the control.
        day: when it was looked at.
        passed: what came out.
        said: in words; "" where the file says it.
        valid_until: last day of the document; None where it names none.
        file: name and content; None for none.
    """

    control: str
    day: date
    passed: bool
    said: str = ""
    valid_until: date | None = None
    file: tuple[str, bytes] | None = None


@transaction.atomic
def name_custodian(
    item: CatalogueItem, part: str, *, office: str, person: str, actor: Actor, at: datetime
) -> Custody:
    """Name who answers for a stage, or for one control, of a dataset.

    Raises:
        Forbidden: it is another department's.
        Incomplete: there is no such part, or no office is given.
    """
    held = moving.locked(item)
    check(actor, "life.manage", held)
    if part not in {*(stage.value for stage in Stage), *(each.id for each in controls())}:
        raise Incomplete(NO_PART, field="part")
    who = needed(office, field="office", missing=NO_OFFICE)
    made, _ = Custody.objects.update_or_create(
        item=held,
        part=part,
        defaults={
            "office": who,
            "person": person.strip(),
            "named": at,
            "named_by": signed_in(actor),
        },
    )
    facts = {"part": part, "sha256": sha256_of([who])}
    put("life.named", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    recount(held, at)
    return made


@transaction.atomic
def prove(item: CatalogueItem, seen: Seen, *, actor: Actor, at: datetime) -> ControlProof:
    """Enter what was seen of a control; the newest counts, and a failure outweighs a pass.

    Raises:
        Forbidden: it is another department's.
        Incomplete: something is missing or cannot be.
    """
    held = moving.locked(item)
    check(actor, "life.manage", held)
    _check(seen, timezone.localdate(at))
    name, said = "", seen.said.strip()
    proof = _row(held, seen.control, seen.day, seen.passed, ControlProof.Origin.ENTERED, actor, at)
    if seen.file is not None:
        name, data = seen.file
        proof.name, proof.media_type = name[:200], files.media_type_of(name, data)
        proof.file = files.store(data, at=at)
    proof.said = Text.of(said) if said else SEE_FILE.format(name=name[:80])
    proof.valid_until = seen.valid_until
    proof.save()
    _put(held, proof, actor, at)
    recount(held, at)
    return proof


def _check(seen: Seen, today: date) -> None:
    if seen.control not in {each.id for each in controls()}:
        raise Incomplete(NO_PART, field="control")
    if seen.day > today:
        raise Incomplete(FUTURE, field="day")
    if seen.day < today - OLDEST:
        raise Incomplete(TOO_OLD, field="day")
    if seen.valid_until is not None and seen.valid_until < seen.day:
        raise Incomplete(ENDED, field="valid_until")
    if seen.file is None:
        needed(seen.said, field="said", missing=NOTHING)


@transaction.atomic
def take_in(
    item: CatalogueItem, data: bytes, *, file: str, actor: Actor, at: datetime
) -> list[ControlProof]:
    """Take in what ``sharing lifecycle --json`` told; what is there already is not added again.

    Raises:
        Forbidden: it is another department's.
        BadInput: it is no such result, it is of another dataset, or of a day that lies ahead or
            too far back.
    """
    held = moving.locked(item)
    check(actor, "life.manage", held)
    answer = read_told(data, file=file)
    if answer.dataset not in {held.identifier, held.code}:
        theirs = answer.dataset[:80] or "—"
        raise BadInput(OTHER.format(theirs=theirs, ours=held.identifier), file=file)
    if not answer.evidence:
        raise BadInput(EMPTY, file=file)
    today = timezone.localdate(at)
    if any(each.day > today for each in answer.evidence):
        raise BadInput(FUTURE, file=file)
    if any(each.day < today - OLDEST for each in answer.evidence):
        raise BadInput(TOO_OLD, file=file)
    kept, made = files.store(data, at=at), []
    days = {each.day for each in answer.evidence}
    there = held.proofs.filter(day__in=days).values_list("control", "day", "passed", "said")
    known = {(*same, Text.of(said)) for *same, said in there}
    for each in answer.evidence:
        same = (each.control, each.day, each.passed, each.said)
        if same in known:
            continue
        known.add(same)
        proof = _row(held, each.control, each.day, each.passed, ControlProof.Origin.RUN, actor, at)
        proof.said, proof.reference = each.said, each.reference
        proof.file, proof.name, proof.media_type = kept, file[:200], "application/json"
        proof.save()
        _put(held, proof, actor, at)
        made.append(proof)
    recount(held, at)
    return made


def _row(
    item: CatalogueItem,
    control: str,
    day: date,
    passed: bool,
    origin: str,
    actor: Actor,
    at: datetime,
) -> ControlProof:
    return ControlProof(
        item=item,
        control=control,
        day=day,
        passed=passed,
        origin=origin,
        entered=at,
        entered_by=signed_in(actor),
    )


def _put(item: CatalogueItem, proof: ControlProof, actor: Actor, at: datetime) -> None:
    content = [Text.of(proof.said).zh, proof.file.sha256 if proof.file else ""]
    facts = {
        "part": proof.control,
        "day": proof.day.isoformat(),
        "outcome": "passed" if proof.passed else "failed",
        "sha256": sha256_of(content),
    }
    put("life.proven", item.code, at=at, facts=facts, sealed={"actor": actor.account})
