"""Importing: files of the hotline (CSV, XLSX), the same number once, what was answered with it.

A row whose label names a department goes there; one that was answered comes in as closed, and time
and number are those of the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Organisation, Voice, VoiceDelivery, VoiceStep
from shixiao.rules.calendar import FIRST
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text
from shixiao.voice import Message, read_messages
from shixiao.voice.handling import Entry, step
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.voices.learning import departments
from shixiao.workflows.voices.moving import Said, course_of, prepared
from shixiao.workflows.voices.policies import policy_now
from shixiao.workflows.voices.taking import TAKEN, Answer, Came, begin, outer_of, take

LARGEST = 64 << 20
ENDINGS = (".csv", ".xlsx")
WRONG_KIND = Text("请送 CSV 或 XLSX 文件。", "Send a file of CSV or XLSX.")
TOO_LARGE = Text("文件超过 64 MB，请分成几份。", "The file is larger than 64 MB; divide it.")
AS_SORTED = Text("热线已分派。", "Routed by the hotline.")
PART = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """A delivery and the answers of its rows."""

    delivery: VoiceDelivery
    answers: tuple[Answer, ...]
    notes: tuple[Text, ...]


def import_file(name: str, data: bytes, *, source: str, actor: Actor, at: datetime) -> Imported:
    """Take a file of the hotline in; reading it again changes nothing.

    Args:
        name: of the file.
        data: of the file.
        source: by which its numbers are told from those of another source.
        actor: who.
        at: when.

    Raises:
        Forbidden: the person may not.
        Incomplete: it is too large or of another kind.
        BadInput: it is no list of messages.
    """
    check(actor, "voice.deliver")
    if len(data) > LARGEST:
        raise Incomplete(TOO_LARGE, field="file")
    if Path(name).suffix.lower() not in ENDINGS:
        raise Incomplete(WRONG_KIND, field="file")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"list{Path(name).suffix.lower()}"
        path.write_bytes(data)
        read = read_messages(path)
    delivery = begin(name, actor=actor, at=at)
    rows = _entries(read.rows, source.strip()[:40] or "12345", actor, at)
    try:
        answers = tuple(take(delivery, rows, held=True))
        _place(delivery, read.rows, answers, at)
    finally:
        Voice.objects.filter(delivery=delivery).update(looked=False)
    return Imported(delivery, answers, read.notes)


def _entries(
    rows: tuple[Message, ...], source: str, actor: Actor, at: datetime
) -> Iterator[tuple[int, Entry | BadInput, Came]]:
    zone = timezone.get_default_timezone()
    for number, row in enumerate(rows, 1):
        said = row.time.replace(tzinfo=zone) if row.time else None
        said = said if said is not None and said <= at else None
        entry = Entry(
            "complaint",
            "import",
            text=row.text,
            title=row.title,
            service=row.service,
            place=row.place,
            contact="",
        )
        yield number, entry, Came(at, actor, outer=outer_of(source, row.id), said=said)


def _place(
    delivery: VoiceDelivery, rows: tuple[Message, ...], answers: tuple[Answer, ...], at: datetime
) -> None:
    """Bring what was sorted or answered in the source to where it stands."""
    known = departments()
    by_code = {o.code: o for o in Organisation.objects.filter(kind="department", active=True)}
    placed = {
        answer.code: row
        for answer in answers
        for row in [rows[answer.row - 1]]
        if answer.state == TAKEN and (row.label in known or row.reply)
    }
    codes = list(placed)
    for start in range(0, len(codes), PART):
        _place_part(delivery, codes[start : start + PART], placed, known, by_code, at)
    delivery.refresh_from_db()


@transaction.atomic
def _place_part(
    delivery: VoiceDelivery,
    codes: list[str],
    placed: dict[str, Message],
    known: dict[str, str],
    by_code: dict[str, Organisation],
    at: datetime,
) -> None:
    """Place some rows; who withdrew or was routed meanwhile is left alone.

    The clock of the reply is the person's: it began when the matter was received in the source.
    """
    policy = policy_now()
    waiting = Voice.objects.select_for_update(of=("self",)).filter(state="received")
    rows = list(waiting.filter(code__in=codes))
    steps: list[VoiceStep] = []
    for row in rows:
        told_by = placed[row.code]
        department = by_code.get(known.get(told_by.label, ""))
        if department is None:
            continue
        row.label = department.code
        given = {"department": department.code}
        began = max(timezone.localdate(row.received), FIRST)
        course, told = step(course_of(row), "route", began, given, policy)
        said = Said({"reason": AS_SORTED}, department)
        steps.append(prepared(row, "route", course, told, at, said))
        if told_by.reply:
            row.reply, row.replied = told_by.reply, _replied(told_by, at)
            on = max(timezone.localdate(row.replied), began)
            course, told = step(course_of(row), "reply", on, {"reply": told_by.reply}, policy)
            said = Said({"reply": told_by.reply}, department)
            steps.append(prepared(row, "reply", course, told, at, said))
            row.state, row.due, row.due_rule = "closed", None, ""
    Voice.objects.bulk_update(rows, _KEPT, batch_size=200)
    if not steps:
        return
    told_to = [[each.voice.code, each.verb, each.department.code if each.department else ""]
               for each in steps]  # fmt: skip
    facts = {"records": len(rows), "sha256": sha256_of(told_to)}
    leaf = put("voice.routed", delivery.code, at=at, facts=facts)
    for each in steps:
        each.leaf = leaf.code
    VoiceStep.objects.bulk_create(steps, batch_size=500)


_KEPT = ("department", "state", "entered", "due", "due_rule", "began", "version", "overdue",
         "late", "label", "reply", "replied")  # fmt: skip


def _replied(row: Message, at: datetime) -> datetime:
    if row.replied is None:
        return at
    moment = row.replied.replace(tzinfo=timezone.get_default_timezone())
    return min(moment, at)
