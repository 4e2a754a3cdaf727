"""Witnesses of the ledger: added and ended by name, and what they send is checked and kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from shixiao.ledger import (
    Checkpoint,
    LogFolder,
    Malformed,
    Note,
    Trust,
    WitnessKey,
    parse_vkey,
)
from shixiao.ledger.keys import witnessed_at
from shixiao.ledger.store import LogWriter
from shixiao.records.models import Cosignature, Witness
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.log import log_folder, private_key
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale

LARGEST = 1 << 16  # bytes of a checkpoint that is sent to us; with all its lines it has some 1,000
NO_NAME = Text("请写明见证方是谁。", "Write who the witness is.")
NO_REASON = Text("请写明退出的原因，原因将封存。", "Give the reason; it is sealed.")
KNOWN = Text(
    "这个公钥已经登记过；退出的见证方要用新的密钥再来。",
    "This key is known already; a witness that had ended comes back with a new key.",
)
ENDED = Text("这个见证方已经退出。", "This witness has ended already.")
NOT_A_WITNESS = Text(
    "检查点上没有本账本在册见证方的签名，没有收下。请核对公钥是否已由管理员登记。",
    "None of this log's witnesses cosigned the checkpoint, so it was not taken. Make sure that the"
    " administrator has added your public key.",
)
NOT_OURS = Text(
    "检查点不是本账本签署的，或格式不对，没有收下。",
    "The checkpoint is not signed by this log, or not in its form, and was not taken.",
)
TOO_LARGE = Text("检查点过大，没有收下。", "The checkpoint is too large and was not taken.")
CONTRADICTED = Text(
    "这个检查点有本账本的签名，却与现在的账本不符。已留存为证据，存证随即停止。请告知审计机构。",
    "This checkpoint carries the log's own signature and does not fit the log as it stands. It was"
    " kept as evidence, and the log is no longer written. Tell the auditor.",
)


@dataclass(frozen=True, slots=True)
class Attested:
    """A witness and the newest of what it cosigned; None where it has sent nothing yet."""

    witness: Witness
    key: WitnessKey
    newest: Cosignature | None


@transaction.atomic
def add_witness(*, vkey: str, name: Text, actor: Actor, at: datetime) -> Witness:
    """Add a witness; from now on what it cosigns is taken and shown.

    Raises:
        Incomplete: the key is none of a witness, or there is no name.
        Stale: the key is known.
    """
    check(actor, "ledger.witness")
    if not name.zh.strip() or not name.en.strip():
        raise Incomplete(NO_NAME, field="name_zh")
    try:
        (key,) = Trust.parse((), (vkey.strip(),)).witnesses
    except Malformed as problem:
        raise Incomplete(problem.text, field="vkey") from None
    try:
        with transaction.atomic():
            made = Witness.objects.create(
                name=name, vkey=key.vkey, added=at, added_by=signed_in(actor)
            )
    except IntegrityError:
        raise Stale(KNOWN) from None
    facts, sealed = {"vkey": key.vkey}, {"actor": actor.account}
    put("witness.added", key.name, at=at, facts=facts, sealed=sealed)
    return made


@transaction.atomic
def end_witness(witness: Witness, *, reason: str, actor: Actor, at: datetime) -> None:
    """Take nothing more of a witness; what it attested stays."""
    check(actor, "ledger.witness")
    if not reason.strip():
        raise Incomplete(NO_REASON, field="reason")
    held = Witness.objects.select_for_update(of=("self",)).get(pk=witness.pk)
    if held.ended is not None:
        raise Stale(ENDED)
    held.ended, held.ended_by, held.reason = at, actor.account, reason.strip()
    held.save(update_fields=["ended", "ended_by", "reason"])
    sealed = {"actor": actor.account, "reason": reason.strip()}
    put("witness.ended", key_of(held).name, at=at, facts={"vkey": held.vkey}, sealed=sealed)


def key_of(witness: Witness) -> WitnessKey:
    """Return the public key of a witness."""
    key = parse_vkey(witness.vkey)
    if not isinstance(key, WitnessKey):
        raise Malformed("key_of_log")
    return key


def witness_keys() -> list[WitnessKey]:
    """Return the keys of all witnesses there ever were, by which readers check what is shown."""
    return [key_of(witness) for witness in Witness.objects.all()]


def attested() -> list[Attested]:
    """Return every present witness with the newest that it attested; two queries."""
    newest: dict[object, Cosignature] = {}
    present = list(Witness.objects.filter(ended__isnull=True))
    kept = Cosignature.objects.filter(kept=True, witness__in=present).defer("note")
    for each in kept.order_by("size", "time"):
        newest[each.witness_id] = each
    return [Attested(w, key_of(w), newest.get(w.pk)) for w in present]


def receive(data: bytes, *, at: datetime) -> list[Cosignature]:
    """Take a checkpoint that witnesses cosigned; the sequencer puts it into the folder.

    Whoever holds a witness's private key is the witness: nothing else is asked of the sender.

    Raises:
        Incomplete: it is too large, or not a checkpoint that this log signed.
        Forbidden: no present witness cosigned it.
        Stale: it contradicts the log. It is kept as evidence, and stops the sequencer.
    """
    note, checkpoint = _signed_by_us(data)
    found = _cosigned(note)
    if not found:
        raise Forbidden(NOT_A_WITNESS)
    rows = []
    for witness, time in found:
        given = {"received": at, "note": data}
        row, _ = Cosignature.objects.get_or_create(
            witness=witness, size=checkpoint.size, time=time, defaults=given
        )
        rows.append(row)
    if not _fits(log_folder(), checkpoint):
        raise Stale(CONTRADICTED)
    return rows


def keep_waiting(writer: LogWriter) -> int:
    """Put what witnesses sent into the folder of the log; return how many were kept.

    Raises:
        Malformed: it contradicts the log; nothing may be appended any more.
    """
    waiting = Cosignature.objects.filter(kept=False).select_related("witness").order_by("id")
    for row in _each_newest(waiting):
        writer.keep_witnessed(bytes(row.note), key_of(row.witness))
    done = [row.pk for row in waiting]
    Cosignature.objects.filter(pk__in=done).update(kept=True)
    return len(done)


def _each_newest(rows: Iterable[Cosignature]) -> list[Cosignature]:
    """Return each row that says something new: a later one of the same size says the same."""
    return list({(row.witness_id, row.size): row for row in rows}.values())


def _signed_by_us(data: bytes) -> tuple[Note, Checkpoint]:
    if len(data) > LARGEST:
        raise Incomplete(TOO_LARGE)
    try:
        note = Note.parse(data)
        return note, Trust((private_key().log_key,)).check(note)
    except Malformed:
        raise Incomplete(NOT_OURS) from None


def _cosigned(note: Note) -> list[tuple[Witness, datetime]]:
    """Return the present witnesses who cosigned a note, and when."""
    found = []
    for witness in Witness.objects.filter(ended__isnull=True):
        try:
            signature = note.of(key_of(witness))
        except Malformed:
            raise Incomplete(NOT_OURS) from None
        if signature is not None:
            found.append((witness, _moment(witnessed_at(signature.signed))))
    return found


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise Incomplete(NOT_OURS) from None


def _fits(folder: LogFolder, checkpoint: Checkpoint) -> bool:
    """Say whether the log had this state."""
    present = folder.now()
    if checkpoint.size > present.checkpoint.size:
        return False
    return present.root_at(checkpoint.size) == checkpoint.root
