"""Taking part: a code for everybody who asks, comments, votes, and what came by letter or counter.

Nobody is asked for a name. A code is given once and only its hash is kept; how many codes one
network address took is known by a keyed hash until the replies are public or the procedure is
stopped, and shown as a count.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.utils import timezone

from shixiao.records.models import (
    DecisionMatter,
    DraftComment,
    Participant,
    RefusedAct,
    StatementVote,
    VoteStatement,
)
from shixiao.seals import read_code, short_code
from shixiao.terms import Text
from shixiao.voice.reading import read_messages
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.consultations.making import consulted_draft
from shixiao.workflows.consultations.moving import next_number
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check
from shixiao.workflows.query_codes import query_hash
from shixiao.workflows.refusals import Incomplete, Stale, TooOften

LONGEST_COMMENT, LONGEST_STATEMENT = 10_000, 140
MOST_IMPORTED = 20_000
# What would not be shown, or would turn the direction of what follows; rare signs stay.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MANY_CODES = 5  # from one source: shown as a count
WEB, COUNTER, LETTER, PHONE = "web", "counter", "letter", "phone"
CHANNELS = {
    WEB: Text("网上", "Online"),
    COUNTER: Text("窗口", "Counter"),
    LETTER: Text("来信", "Letter"),
    PHONE: Text("电话", "Telephone"),
}
VOTES = {1: Text("赞成", "Agree"), -1: Text("反对", "Disagree"), 0: Text("略过", "Pass")}
OVER = Text(
    "征求意见已于 {day} 截止，这次提交没有计入。您仍可查看结果和答复。",
    "The consultation ended on {day}, and this was not counted. Results and replies stay open.",
)
NOT_OPEN = Text("现在不在征求意见期内。", "The consultation is not open now.")
NO_CODE = Text(
    "没有这个参与码，或者它不属于这次征求意见。请核对，或者领取一个。",
    "There is no such code for this consultation. Check it, or take one.",
)
EMPTY = Text("请写下您的意见。", "Write what you have to say.")
TOO_LONG = Text(
    "文字过长，最多 {most} 字；现有 {now} 字。",
    "The text is too long: {most} characters at most, {now} now.",
)
NO_ARTICLE = Text("草案没有这一条。", "The draft has no such article.")
ENOUGH = Text(
    "一个参与码最多提交 {most} 条；已经到了。",
    "{most} are taken under one code at most, and they are there.",
)
NO_VOTE = Text("请选择赞成、反对或略过。", "Choose agree, disagree or pass.")
MANY = Text("一次最多录入 2 万条，请分成几份。", "At most 20,000 are entered at once; divide them.")
ROW = Text("第 {n} 行：{what}", "Row {n}: {what}")
FLOOD = Text(
    "这个网络地址一小时内领取的参与码太多，请稍后再来；也可以到窗口或者写信提意见。",
    "Too many codes were taken from this network address within an hour. Come again later, or write"
    " to us or come to a counter.",
)


class Late(Stale):
    """It came after the last day."""


@transaction.atomic
def join(
    matter: DecisionMatter, *, source: str, once: str = "", at: datetime
) -> tuple[Participant, str]:
    """Give a code to take part; return who it is and the code, which is told once.

    Args:
        matter: that is open.
        source: network address, of which a keyed hash is kept; "" at a counter.
        once: random signs of the form: the same form sent twice is one person.
        at: when.

    Raises:
        Stale: the consultation is not open.
        TooOften: too many codes within an hour from that address (CON-08).
    """
    held = moving.locked(matter)
    check_open(held, timezone.localdate(at))
    seed = sha256(f"voice:{held.code}:{once}".encode()).digest()[:5]
    code = short_code(seed if once else secrets.token_bytes(5))
    known = held.participants.filter(query_hash=query_hash(code)).first()
    if known is not None:
        return known, code
    mark = mark_of(held, source) if source else ""
    most, hour = int(pack().number("CON-08")), at - timedelta(hours=1)
    if mark and held.participants.filter(source=mark, at__gt=hour).count() >= most:
        raise TooOften(FLOOD, seconds=3600)
    made = Participant.objects.create(
        matter=held, number=_number(held), query_hash=query_hash(code), source=mark, at=at
    )
    put("consultation.joined", held.code, at=at, facts={"records": held.participants.count()})
    return made, code


def participant_of(matter: DecisionMatter, typed: str) -> Participant:
    """Return who takes part under a code.

    Raises:
        Incomplete: there is nobody under it.
    """
    code = read_code(typed)
    found = Participant.objects.filter(query_hash=query_hash(code)).first() if code else None
    if found is None or found.matter_id != matter.pk:
        raise Incomplete(NO_CODE, field="code")
    return found


@transaction.atomic
def comment(
    participant: Participant, text: str, *, article: str = "", once: str = "", at: datetime
) -> DraftComment:
    """Comment on an article, or on the whole draft; the same form sent twice is one comment.

    Raises:
        Stale: the consultation is over.
        Incomplete: nothing is said, too much, of no article, or too many under one code.
    """
    held = moving.locked(participant.matter)
    check_open(held, timezone.localdate(at))
    said = written(text, LONGEST_COMMENT, field="text")
    if article and article not in labels_of(held):
        raise Incomplete(NO_ARTICLE, field="article")
    known = held.comments.filter(once=once).first() if once else None
    if known is not None:
        return known
    _check_enough(held.comments.filter(participant=participant).count(), "comments")
    made = DraftComment.objects.create(
        matter=held,
        number=next_number(held.comments),
        participant=participant,
        article=article,
        text=said,
        channel=WEB,
        once=once or None,
        at=at,
    )
    facts = {"kind": WEB, "comment": str(made.number)}
    put("consultation.commented", held.code, at=at, facts=facts, sealed={"statement": said})
    return made


@transaction.atomic
def state(participant: Participant, text: str, *, at: datetime) -> VoteStatement:
    """Propose a statement on which others vote, once it was looked at.

    Raises:
        Stale: the consultation is over.
        Incomplete: nothing is said, too much, or too many under one code.
    """
    held = moving.locked(participant.matter)
    check_open(held, timezone.localdate(at))
    said = written(text, LONGEST_STATEMENT, field="text")
    _check_enough(participant.statements.count(), "statements")
    made = VoteStatement.objects.create(
        matter=held, number=next_number(held.statements), proposed_by=participant, text=said, at=at
    )
    facts = {"comment": str(made.number)}
    put("consultation.stated", held.code, at=at, facts=facts, sealed={"statement": said})
    return made


@transaction.atomic
def vote(
    participant: Participant, statement: VoteStatement, value: int, *, at: datetime
) -> StatementVote:
    """Vote on a statement, or change the vote; until the consultation closes, never after.

    Raises:
        Stale: the consultation is over.
        Incomplete: the statement is not open to votes, or it is no vote.
    """
    held = participant.matter  # nothing is counted, so nothing has to be locked
    check_open(held, timezone.localdate(at))
    shown = VoteStatement.State.SHOWN
    if statement.matter_id != held.pk or statement.state != shown or value not in VOTES:
        raise Incomplete(NO_VOTE, field="vote")
    made, fresh = StatementVote.objects.get_or_create(
        statement=statement,
        participant=participant,
        defaults={"value": value, "first": at, "at": at},
    )
    if not fresh and made.value != value:
        made.value, made.at = value, at
        made.save(update_fields=["value", "at"])
    return made


@transaction.atomic
def enter(
    matter: DecisionMatter,
    text: str,
    *,
    channel: str,
    article: str = "",
    actor: Actor,
    at: datetime,
) -> DraftComment:
    """Enter what somebody said at a counter, by letter or telephone.

    Raises:
        Forbidden: it is another department's.
        Stale: no consultation was opened, or the replies are public.
        Incomplete: nothing is said, too much, or of no article.
    """
    held = moving.locked(matter)
    check(actor, "consultation.manage", held)
    _check_entering(held)
    said = written(text, LONGEST_COMMENT, field="text")
    if channel not in CHANNELS or channel == WEB:
        channel = COUNTER
    if article and article not in labels_of(held):
        raise Incomplete(NO_ARTICLE, field="article")
    made = DraftComment.objects.create(
        matter=held,
        number=next_number(held.comments),
        article=article,
        text=said,
        channel=channel,
        at=at,
        entered_by=actor.account,
    )
    facts = {"kind": channel, "comment": str(made.number)}
    sealed = {"statement": said, "actor": actor.account}
    put("consultation.commented", held.code, at=at, facts=facts, sealed=sealed)
    return made


def enter_file(
    matter: DecisionMatter, path: Path, *, channel: str, actor: Actor, at: datetime
) -> tuple[int, int]:
    """Enter letters and counter notes from a table; return how many are new, and how many known.

    A row is known by its number in the list, else by its text; a list that is sent again adds
    nothing. What is longer than a comment may be is refused with its row.

    Raises:
        BadInput: it is no table of messages.
        Forbidden, Stale, Incomplete: as ``enter``.
    """
    messages = read_messages(path).rows
    if len(messages) > MOST_IMPORTED:
        raise Incomplete(MANY, field="file")
    rows = {}
    for each in messages:
        if not each.whole.strip():
            continue
        try:
            said = written(each.whole, LONGEST_COMMENT, field="file")
        except Incomplete as wrong:
            raise Incomplete(ROW.format(n=each.row, what=wrong.text), field="file") from None
        rows[f"{each.id[:40]}:{sha256(said.encode('utf-8', 'replace')).hexdigest()[:32]}"] = said
    with transaction.atomic():
        held = moving.locked(matter)
        check(actor, "consultation.manage", held)
        _check_entering(held)
        known = set(held.comments.exclude(outer=None).values_list("outer", flat=True))
        fresh = {key: said for key, said in rows.items() if key not in known}
        start = next_number(held.comments)
        DraftComment.objects.bulk_create(
            (
                DraftComment(
                    matter=held,
                    number=number,
                    text=said,
                    channel=channel if channel in CHANNELS and channel != WEB else LETTER,
                    outer=key,
                    at=at,
                    entered_by=actor.account,
                )
                for number, (key, said) in enumerate(fresh.items(), start)
            ),
            batch_size=500,
        )
        digest = sha256("\n".join(sorted(fresh)).encode()).hexdigest()
        facts = {"records": len(fresh), "sha256": digest}
        put("consultation.imported", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    return len(fresh), len(rows) - len(fresh)


def check_open(matter: DecisionMatter, today: date) -> None:
    """Refuse what comes outside the consultation.

    Raises:
        Stale: it is not open.
        Late: it is over.
    """
    events = set(matter.events.values_list("event", flat=True))
    if "open" not in events or "stop" in events or matter.until is None:
        raise Stale(NOT_OPEN)
    if today > matter.until or "close" in events:
        raise Late(OVER.format(day=matter.until.isoformat()))


def refused(matter: DecisionMatter, kind: str, *, at: datetime) -> None:
    """Count that something was refused: by kind and day, without a word of who or what."""
    day = timezone.localdate(at)
    try:
        with transaction.atomic():
            row, _ = RefusedAct.objects.get_or_create(matter=matter, kind=kind, day=day)
    except IntegrityError:  # another was first
        row = RefusedAct.objects.get(matter=matter, kind=kind, day=day)
    RefusedAct.objects.filter(pk=row.pk).update(count=F("count") + 1)


def labels_of(matter: DecisionMatter) -> list[str]:
    """Return the articles that can be commented on: those of the draft that was opened."""
    draft = consulted_draft(matter)
    return [each["label"] for each in draft.articles] if draft else []


def written(text: str, most: int, *, field: str) -> str:
    """Return what was written, with its rare signs, without control characters.

    Raises:
        Incomplete: nothing is there, or too much.
    """
    plain = CONTROLS.sub("", text.replace("\r\n", "\n")).strip()
    if not plain:
        raise Incomplete(EMPTY, field=field)
    if len(plain) > most:
        raise Incomplete(TOO_LONG.format(most=most, now=len(plain)), field=field)
    return plain


def _check_entering(held: DecisionMatter) -> None:
    events = set(held.events.values_list("event", flat=True))
    if "open" not in events or events & {"settle", "stop"}:
        raise Stale(NOT_OPEN)


def _check_enough(now: int, what: str) -> None:
    most = int(pack().number("CON-07", what))
    if now >= most:
        raise Incomplete(ENOUGH.format(most=most), field="text")


def _number(held: DecisionMatter) -> int:
    """Return a number that nobody has and that says nothing of the order of coming."""
    while held.participants.filter(number=(number := secrets.randbelow(900_000_000))).exists():
        pass
    return number


def mark_of(matter: DecisionMatter, source: str) -> str:
    """Return a keyed hash, of this matter alone, by which the same is known as the same."""
    key = f"{settings.SECRET_KEY}:{matter.code}".encode()
    return hmac.new(key, source.encode(), sha256).hexdigest()[:32]


def forget_sources(matter: DecisionMatter) -> None:
    """Forget from where codes were taken; how many came from one place was counted before."""
    matter.participants.update(source="")


def many_codes(matter: DecisionMatter) -> int:
    """Return how many codes came from addresses that took many.

    Once the sources are forgotten it is what was counted then.
    """
    for event in matter.events.all():
        if "many" in event.facts:
            return int(event.facts["many"])
    rows = matter.participants.exclude(source="").order_by().values("source")
    many = rows.annotate(n=Count("id")).filter(n__gte=MANY_CODES)
    return sum(many.values_list("n", flat=True))
