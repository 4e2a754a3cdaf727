"""Taking in: a matter is kept and has its receipt and query code, at the cost of two rows.

Routing, copies, topics and search follow the receipt. The receipt is the matter's own leaf of the
ledger, which commits to what was said; text and salt stay in the one encrypted column and can be
erased. Whatever is refused is refused with one sentence and counted.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import islice

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from shixiao.ledger import Leaf, seal
from shixiao.records.base import uuid7
from shixiao.records.loading import load, together
from shixiao.records.models import (
    LeafRow,
    Organisation,
    StoredFile,
    Voice,
    VoiceDelivery,
    VoiceFile,
    VoiceRefusal,
)
from shixiao.seals import sha256_of, short_code
from shixiao.terms import BadInput, Text, Unavailable
from shixiao.voice.handling import Entry, checked, receive
from shixiao.workflows import files
from shixiao.workflows.actors import NOBODY, Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.query_codes import query_hash
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale, TooOften
from shixiao.workflows.voices.policies import policy

FLOOD = "HND-11"
HOUR = timedelta(hours=1)
PART = 500
MOST_FILES = 5
LONGEST_OUTER = 120
TRIES = 3  # short codes have forty bits: among millions one is met twice now and then
TAKEN, AGAIN, REFUSED = "taken", "again", "refused"
NO_CODE = Text("暂时不能登记，请再试一次。", "It cannot be taken just now; try once more.")
TOO_MANY = Text(
    "这个网络地址一小时内提交得太多，这一条没有收下。请稍后再试，或拨打 12345、到任一窗口说，"
    "都会同样登记。",
    "Too much came from this network address within an hour and this was not taken. Try later, call"
    " 12345, or say it at any counter: it is entered all the same.",
)
TOO_MANY_FILES = Text("最多附 5 个文件。", "Attach five files at most.")
OTHER_CONTENT = Text(
    "这个外部编号已有内容不同的诉求，没有收下；原来的照旧。",
    "This number of the source stands for a matter with another text; it was not taken.",
)


@dataclass(frozen=True, slots=True)
class Came:
    """How a matter came.

    Attributes:
        at: when it is taken in.
        actor: a clerk, or who delivers; nobody for the person alone.
        address: of the network, for the limit; "" for none.
        once: random signs of the form: the same form sent twice is one matter.
        outer: its number in the source; "" for none.
        said: when it was said, where that is earlier.
    """

    at: datetime
    actor: Actor = NOBODY
    address: str = ""
    once: str = ""
    outer: str = ""
    said: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one row of a delivery: its number there, and codes or why not."""

    row: int
    state: str
    code: str = ""
    query: str = ""
    text: Text | None = None
    column: str = ""


def bring(
    entry: Entry, came: Came, *, attached: Sequence[tuple[str, bytes]] = ()
) -> tuple[Voice, str]:
    """Take one matter in; return it and its query code, which is told once.

    Raises:
        Incomplete: it is empty, too long, or a file cannot be taken.
        TooOften: too much came from the address (HND-11).
        Stale: the form was sent before with another text.
        Forbidden: a clerk's channel without the right to it.
    """
    if entry.channel in {"phone", "counter"}:
        check(came.actor, "voice.enter")
    kept = _checked(entry, came)
    source = _limited(kept, came)
    if attached and (sent := _known(kept, _outer(came))) is not None:
        return sent, query_of(came)  # before any file is kept: the same form can be sent for ever
    papers = _stored(attached, came.at)
    named = Organisation.objects.filter(code=kept.department).first() if kept.department else None
    for _ in range(TRIES):
        made, leaf, query = _made(kept, came, source, today=timezone.localdate(came.at))
        made.named = named
        if _kept(made, leaf, papers):
            return made, query
        if (known := _known(kept, made.outer)) is not None:
            return known, query
    raise Unavailable(NO_CODE)


def take(
    delivery: VoiceDelivery,
    rows: Iterable[tuple[int, Entry | BadInput, Came]],
    *,
    held: bool = False,
) -> Iterator[Answer]:
    """Take the rows of a delivery in, part by part, each with its answer; then close it.

    The same outer number with the same text is answered as before; with another it is refused.
    With ``held`` routing does not look at them until they are let go (``looked``).
    """
    left, digest = iter(rows), sha256()
    today = timezone.localdate(delivery.at)
    while part := list(islice(left, PART)):
        answers = _taken(delivery, part, today, held=held)
        for answer in answers:
            setattr(delivery, answer.state, getattr(delivery, answer.state) + 1)
            if answer.state == REFUSED and answer.text is not None and len(delivery.problems) < 200:
                delivery.problems.append([answer.row, answer.text.zh, answer.text.en])
            yield answer
        digest.update(sha256_of([each.code for each in answers]).encode())
    _close(delivery, digest.hexdigest())


def begin(name: str, *, actor: Actor, at: datetime) -> VoiceDelivery:
    """Begin a delivery.

    Raises:
        Forbidden: the person may not deliver.
    """
    check(actor, "voice.deliver")
    return VoiceDelivery.objects.create(name=name[:200], at=at, by=signed_in(actor))


def outer_of(source: str, number: str) -> str:
    """Return by which number of a source a matter is known; one that no column takes is hashed."""
    whole = f"{source}:{number}"
    if whole.isprintable() and len(whole) <= LONGEST_OUTER:
        return whole
    return f"{source[:40]}:{sha256(number.encode('utf-8', 'surrogatepass')).hexdigest()}"


def query_of(came: Came) -> str:
    """Return the query code: by the form's random signs or the number in the source."""
    if came.outer:
        digest = salted_hmac("shixiao.voice.outer", came.outer, algorithm="sha256").digest()
    elif came.once:
        digest = sha256(f"voice:{came.once}".encode()).digest()
    else:
        digest = secrets.token_bytes(5)
    return short_code(digest[:5])


def refused(channel: str, why: str, on: date) -> None:
    """Count what was refused; the count is public."""
    row, made = VoiceRefusal.objects.get_or_create(
        day=on, channel=channel, why=why, defaults={"n": 1}
    )
    if not made:
        VoiceRefusal.objects.filter(pk=row.pk).update(n=F("n") + 1)


def _checked(entry: Entry, came: Came) -> Entry:
    try:
        return checked(entry, rules=pack())
    except BadInput as wrong:
        refused(entry.channel[:8], "form", timezone.localdate(came.at))
        raise Incomplete(wrong.text, field=wrong.column or "") from None


def _outer(came: Came) -> str | None:
    """Return by which number a matter is known, of its source or of the form; None for none."""
    return came.outer or (f"form:{_hash('once', came.once)}" if came.once else None)


def _known(kept: Entry, outer: str | None) -> Voice | None:
    """Return the matter that was sent before; None where it was not.

    Raises:
        Stale: it was sent with another text.
    """
    known = Voice.objects.filter(outer=outer).first() if outer else None
    if known is not None and (known.text, known.title) != (kept.text, kept.title):
        raise Stale(CHANGED)
    return known


def _limited(entry: Entry, came: Came) -> str:
    """Return the keyed hash of where it comes from, after a look at how much came from there."""
    day, clerk = timezone.localdate(came.at), came.actor.account is not None
    whose = str(came.actor.account.pk) if came.actor.account else came.address
    if not whose:
        return ""
    source = _hash("source", f"{day}:{whose}")
    most = pack().number(FLOOD, "clerk" if clerk else "public")
    if _recent(source, came.at - HOUR) >= most:
        refused(entry.channel[:8], "flood", day)
        raise TooOften(TOO_MANY, seconds=3600)
    return source


def _recent(source: str, since: datetime) -> int:
    """Count what came from a source; in plain SQL, for every matter that is brought asks this."""
    table = connection.ops.quote_name(Voice._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} WHERE source = %s AND received > %s",
            [source, connection.ops.adapt_datetimefield_value(since)],
        )
        return int(cursor.fetchone()[0])


def _made(entry: Entry, came: Came, source: str, *, today: date) -> tuple[Voice, LeafRow, str]:
    """Return a matter, its leaf and its query code; nothing is written yet."""
    commitments, salts = seal({"statement": [entry.title, entry.text]})
    course, query = receive(entry.kind, today, policy()), query_of(came)
    made = Voice(
        id=uuid7(),
        kind=entry.kind,
        channel=entry.channel,
        level=entry.level,
        service=entry.service,
        group=entry.group[:20],
        sealed={
            "title": entry.title,
            "text": entry.text,
            "place": entry.place,
            "contact": entry.contact,
            "salt": salts["statement"].hex(),
        },
        person=_hash("person", entry.sign) if entry.sign else "",
        source=source,
        query_hash=query_hash(query),
        outer=_outer(came),
        received=came.said or came.at,
        received_by=came.actor.account,
        state=course.state,
        entered=course.since,
        due=course.due,
        due_rule=course.rule,
    )
    due = course.due.isoformat() if course.due else ""
    facts = {"kind": entry.kind, "channel": entry.channel, "due": due}
    leaf = Leaf("voice.received", came.at, made.code, facts, commitments)
    row = LeafRow(
        code=made.code, event=leaf.event, subject=made.code, at=came.at, entry=leaf.to_bytes()
    )
    return made, row, query


def _kept(made: Voice, leaf: LeafRow, papers: Sequence[tuple[str, StoredFile, str]]) -> bool:
    """Write a matter with its leaf and files; False where its code or its form is known."""
    try:
        # Without files there is one statement, which is a transaction by itself.
        with transaction.atomic() if papers else nullcontext():
            together(made, leaf)
            for name, file, kind in papers:
                VoiceFile.objects.create(voice=made, file=file, name=name, media_type=kind)
    except IntegrityError:
        return False
    return True


def _taken(
    delivery: VoiceDelivery,
    part: Sequence[tuple[int, Entry | BadInput, Came]],
    today: date,
    *,
    held: bool,
) -> list[Answer]:
    """Take a part in; with other codes once more where one of them was another's."""
    for _ in range(TRIES):
        with suppress(IntegrityError), transaction.atomic():
            return _take_part(delivery, part, today, held=held)
    raise Unavailable(NO_CODE)


def _take_part(
    delivery: VoiceDelivery,
    part: Sequence[tuple[int, Entry | BadInput, Came]],
    today: date,
    *,
    held: bool,
) -> list[Answer]:
    outers = [came.outer for _, _, came in part if came.outer]
    known = {row.outer: row for row in Voice.objects.filter(outer__in=outers)}
    names = {e.department for _, e, _ in part if isinstance(e, Entry) and e.department}
    named = {org.code: org for org in Organisation.objects.filter(code__in=names)}
    voices: list[Voice] = []
    leaves: list[LeafRow] = []
    answers = []
    for number, entry, came in part:
        try:
            if isinstance(entry, BadInput):
                raise entry
            kept = checked(entry, rules=pack())
        except BadInput as wrong:
            answers.append(Answer(number, REFUSED, "", "", wrong.text, wrong.column or ""))
            continue
        before = known.get(came.outer) if came.outer else None
        if before is not None:
            same = (before.text, before.title) == (kept.text, kept.title)
            answers.append(
                Answer(number, AGAIN, before.code, query_of(came))
                if same
                else Answer(number, REFUSED, "", "", OTHER_CONTENT, "number")
            )
            continue
        made, leaf, query = _made(kept, came, "", today=today)
        made.delivery, made.named = delivery, named.get(kept.department)
        made.looked = held
        if came.outer:
            known[came.outer] = made
        voices.append(made)
        leaves.append(leaf)
        answers.append(Answer(number, TAKEN, made.code, query))
    load(Voice, voices)
    load(LeafRow, leaves)
    return answers


@transaction.atomic
def _close(delivery: VoiceDelivery, digest: str) -> None:
    delivery.sha256 = digest
    delivery.save()
    rows = delivery.taken + delivery.again + delivery.refused
    facts = {"records": delivery.taken, "rows": rows, "sha256": digest}
    put(
        "voice.delivered", delivery.code, at=delivery.at, facts=facts, sealed={"actor": delivery.by}
    )


def _stored(
    attached: Sequence[tuple[str, bytes]], at: datetime
) -> list[tuple[str, StoredFile, str]]:
    """Check all files before any is kept."""
    if len(attached) > MOST_FILES:
        raise Incomplete(TOO_MANY_FILES, field="files")
    kinds = [files.media_type_of(name, data) for name, data in attached]
    return [
        (name[:200], files.store(data, at=at), kind)
        for (name, data), kind in zip(attached, kinds, strict=True)
    ]


def _hash(what: str, value: str) -> str:
    return salted_hmac(f"shixiao.voice.{what}", value, algorithm="sha256").hexdigest()[:32]
