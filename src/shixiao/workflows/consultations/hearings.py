"""Hearings: announced, registered for, drawn by side, served, held, and signed by each participant.

Source: Decree 713 arts. 16 (materials seven days before; list and way of choosing public; all sides
represented) and 17 (the order of the hearing; participants confirm the record and sign).
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from unicodedata import normalize

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shixiao.draw import LEXIMIN, PLAIN, Pool, Quota
from shixiao.records.models import DecisionEvent, DecisionMatter, Draw, Hearing, HearingSeat
from shixiao.seals import read_code, short_code
from shixiao.terms import Text
from shixiao.workflows import draws, moving
from shixiao.workflows.actors import NOBODY, Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.consultations.moving import ENDED, begin, go
from shixiao.workflows.consultations.taking import Late, mark_of, written
from shixiao.workflows.draws import Lot, Public
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import check
from shixiao.workflows.query_codes import query_hash
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

TAG = "hearing"
COUNTRY = re.compile(r"^(?:00)?86(?=\d{9,11}$)")  # before a Chinese number
DAY = timedelta(days=1)
MOST_SIDES, MOST_SEATS = 8, 5_000
LONGEST_STATEMENT, LONGEST_MINUTES = 2_000, 100_000
NO_SIDES = Text(
    "请写出须有代表参加的各方，每行一方：名称 | 至少几人；至少两方，最多 8 方。",
    "Name the sides that have to be heard, one a line: name | least seats; two to eight sides.",
)
TOO_MANY_SEATS = Text(
    "各方最少人数相加超过了总人数。", "The least seats of all sides are more than there are."
)
TOO_LATE = Text(
    "听证报名已于 {day} 截止，这次报名没有登记。您仍可对草案提意见，旁听和查看记录。",
    "Registration ended on {day}, and this one was not taken. You may still comment on the draft"
    " and read the record.",
)
NOT_OPEN = Text("现在没有听证报名。", "There is no registration now.")
NO_SIDE = Text("请选择您代表哪一方。", "Choose the side that you speak for.")
NOT_YET = Text("报名截止以后才能冻结名册。", "The pool is frozen once registration is over.")
FROZEN = Text("名册已经冻结。", "The pool is frozen already.")
NOT_FROZEN = Text("请先冻结报名名册。", "Freeze the pool of those registered first.")
UNHEARD = Text(
    "“{side}”可以抽签的报名者有 {n} 人，少于公告的 {least} 人，不能保证各方都有代表"
    "（条例第十六条）。请延期并延长报名。",
    "Of “{side}” {n} who can be drawn are registered, fewer than the {least} announced, so not all"
    " sides would be represented (Decree 713, art. 16). Postpone the hearing and extend the"
    " registration.",
)
TOO_FEW = Text(
    "可以抽签的报名者有 {n} 人，听证会至少 {least} 人。请延期并延长报名。",
    "There are {n} registered who can be drawn; a hearing has {least} at least. Postpone it and"
    " extend the registration.",
)
FEW_CAME = Text(
    "到场的参加人有 {n} 人，少于 {least} 人，不能算举行过听证会。请延期。",
    "Of the participants {n} came, and {least} are the least, so no hearing was held. Postpone it.",
)
SIDE_AWAY = Text(
    "“{side}”没有参加人到场，不能算举行过听证会。请延期。",
    "Nobody came of “{side}”, so no hearing was held. Postpone it.",
)
NOT_YET_NOTED = Text(
    "最早 {day} 才能注明没有签字；在那以前是留给参加人确认的时间。",
    "Not before {day} can it be noted that somebody did not sign; until then participants have time"
    " to confirm the record.",
)
SERVANT = Text("在职公务员不作听证参加人", "serving civil servants do not take part")
TWICE = Text(
    "这个联系方式已经报过名，每人一次。家人共用电话的，请到窗口报名。",
    "Somebody who is reached this way is registered; each person once. Families that share a"
    " telephone register at a counter.",
)
FULL = Text("报名人数已满。", "Registration is full.")
NO_SEAT = Text(
    "没有这个报名编号，或者查询码不对。", "There is no such number, or the code is wrong."
)
SIGNED = {
    "signed": Text("已签字确认", "Signed"),
    "objected": Text("签字并提出异议", "Signed with an objection"),
    "refused": Text("没有签字", "Not signed"),
}
NOBODY_OF = Text(
    "没有这个编号的参加人；编号写在参加人名单上，用空格分开。",
    "No participant has that code; codes stand in the list of participants, with blanks between.",
)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a hearing is announced with; ``sides`` are lines “name | least seats”."""

    day: date
    place: str
    how: str
    until: date
    size: int
    sides: str


@dataclass(frozen=True, slots=True)
class Registration:
    """What who registers says of himself."""

    name: str
    contact: str
    side: str
    statement: str
    civil_servant: bool = False
    once: str = ""


def read_sides(text: str) -> list[dict[str, object]]:
    """Read the sides, one a line, with the least seats of each.

    Raises:
        Incomplete: there are fewer than two or more than eight, or a line is none.
    """
    found = []
    for n, line in enumerate([one for one in text.splitlines() if one.strip()]):
        name, _, least = line.replace("\uff5c", "|").partition("|")
        said = least.strip() or "1"
        if not name.strip() or not said.isdecimal() or not 1 <= int(said) <= 60:
            raise Incomplete(NO_SIDES, field="sides")
        found.append({"id": f"s{n}", "name": name.strip()[:60], "least": int(said)})
    if not 2 <= len(found) <= MOST_SIDES:
        raise Incomplete(NO_SIDES, field="sides")
    return found


@transaction.atomic
def announce(matter: DecisionMatter, act: Act, notice: Notice) -> Hearing:
    """Announce a hearing: day, place, how participants are chosen, until when they register.

    Raises:
        Forbidden, Stale: the person may not; it is not the time.
        Incomplete: it is announced too late, registration is too short, or sides are missing.
    """
    held = begin(matter, "announce", act)
    sides = read_sides(notice.sides)
    if sum(int(str(each["least"])) for each in sides) > notice.size:
        raise Incomplete(TOO_MANY_SEATS, field="sides")
    given = {
        "day": notice.day,
        "place": notice.place,
        "how": notice.how,
        "until": notice.until,
        "size": notice.size,
    }
    go(held, "announce", act, given, hearing_day=notice.day)
    return Hearing.objects.create(matter=held, sides=sides, announced=act.at, **given)


@transaction.atomic
def postpone(
    matter: DecisionMatter, act: Act, *, day: date, reason: str, until: date | None = None
) -> Hearing:
    """Postpone the hearing, and before the draw extend the registration.

    Raises:
        Forbidden, Stale: the person may not; it was held.
        Incomplete: the day is not later, registration would end earlier, or no reason.
    """
    held = begin(matter, "postpone", act)
    hearing = moving.locked(held.hearing)
    later = until if until is not None and newest_draw(held) is None else hearing.until
    given = {"day": day, "reason": reason, "until": later}
    go(held, "postpone", act, given, hearing_day=day)
    hearing.day, hearing.until = day, later
    hearing.save(update_fields=["day", "until"])
    return hearing


@transaction.atomic
def register(
    matter: DecisionMatter, said: Registration, *, at: datetime, clerk: Actor | None = None
) -> tuple[HearingSeat, str]:
    """Register for a hearing; return the place in the pool and the query code, told once.

    Where a ``clerk`` of whoever convenes it registers somebody who came to the counter, several
    may share a telephone.

    Raises:
        Forbidden: the clerk does not convene hearings.
        Stale: there is no registration, it is over, or full.
        Incomplete: name, contact, side or statement is missing.
    """
    held = moving.locked(matter)
    if clerk is not None:
        check(clerk, "hearing.convene", held)
    hearing = Hearing.objects.filter(matter=held).first()
    if hearing is None or held.state == ENDED:
        raise Stale(NOT_OPEN)
    if timezone.localdate(at) > hearing.until or newest_draw(held) is not None:
        raise Late(TOO_LATE.format(day=hearing.until.isoformat()))
    seed = sha256(f"hearing:{held.code}:{said.once}".encode()).digest()[:5]
    query = short_code(seed if said.once else secrets.token_bytes(5))
    known = HearingSeat.objects.filter(query_hash=query_hash(query), matter=held).first()
    if known is not None:  # the same form was sent before
        return known, query
    if held.seats.count() >= MOST_SEATS:
        raise Stale(FULL)
    if said.side not in {each["id"] for each in hearing.sides}:
        raise Incomplete(NO_SIDE, field="side")
    statement = written(said.statement, LONGEST_STATEMENT, field="statement")
    contact = written(said.contact, 200, field="contact")
    mark = mark_of(held, _reached(contact) if clerk is None else secrets.token_hex(16))
    if held.seats.filter(contact_mark=mark).exists():
        raise Incomplete(TWICE, field="contact")
    seat = HearingSeat.objects.create(
        matter=held,
        query_hash=query_hash(query),
        name=written(said.name, 60, field="name"),
        contact=contact,
        contact_mark=mark,
        side=said.side,
        statement=statement,
        civil_servant=said.civil_servant,
        ground=SERVANT if said.civil_servant else None,
        at=at,
    )
    sealed: dict[str, object] = {"person": seat.name, "statement": statement}
    if clerk is not None:
        sealed["actor"] = clerk.account
    put("hearing.registered", held.code, at=at, facts={"kind": said.side}, sealed=sealed)
    return seat, query


def _reached(contact: str) -> str:
    """Return how somebody is reached in one way of writing, so that +86 138 and 138 are one."""
    plain = "".join(filter(str.isalnum, normalize("NFKC", contact))).casefold()
    return COUNTRY.sub("", plain).lstrip("0") or plain


@transaction.atomic
def freeze(matter: DecisionMatter, act: Act, *, public: Public) -> Draw:
    """Freeze the pool of those registered, with the seats of each side, before the value is known.

    Raises:
        Forbidden, Stale: the person may not; registration runs, or it is frozen.
        Incomplete: no value that becomes known later, or fewer registered than a hearing or one of
            its sides has at least.
        BadInput: no such draw is possible.
    """
    held = moving.locked(matter)
    check(act.actor, "hearing.convene", held)
    hearing = Hearing.objects.filter(matter=held).first()
    if act.seen != held.version or hearing is None or held.state == ENDED:
        raise Stale(CHANGED)
    if newest_draw(held) is not None:
        raise Stale(FROZEN)
    if timezone.localdate(act.at) <= hearing.until:
        raise Stale(NOT_YET)
    draws.check_public(public, act.at)
    seats = list(held.seats.all())
    free = [seat for seat in seats if seat.ground is None]
    quotas = _quotas(hearing, free)
    lot = Lot(
        tag=TAG,
        pool=Pool(tuple(seat.code for seat in seats), {"side": tuple(seat.side for seat in seats)}),
        size=min(hearing.size, len(free)),
        algorithm=PLAIN if len(free) <= hearing.size else LEXIMIN,
        quotas=() if len(free) <= hearing.size else quotas,
        excluded={seat.code: seat.ground.zh for seat in seats if seat.ground is not None},
    )
    made = draws.freeze(lot, subject=held.code, public=public, at=act.at)
    moving.touch(held)
    return made


def _quotas(hearing: Hearing, free: Sequence[HearingSeat]) -> list[Quota]:
    """Return the seats of each side; nothing that was announced is lowered for want of people."""
    for side in hearing.sides:
        there, least = sum(seat.side == side["id"] for seat in free), int(side["least"])
        if there < least:
            raise Incomplete(UNHEARD.format(side=side["name"], n=there, least=least))
    if len(free) < fewest():
        raise Incomplete(TOO_FEW.format(n=len(free), least=fewest()))
    return [Quota("side", s["id"], int(s["least"]), hearing.size) for s in hearing.sides]


def registering(hearing: Hearing, today: date) -> bool:
    """Say whether somebody may register today."""
    return today <= hearing.until and hearing.matter.state != ENDED


def fewest() -> int:
    """Return how many participants a hearing has at least (CON-04)."""
    return int(pack().number("CON-04", "least"))


@transaction.atomic
def choose(matter: DecisionMatter, act: Act, *, announced: str) -> tuple[str, ...]:
    """Draw the participants by the public value, and publish the list.

    Raises:
        Forbidden, Stale: the person may not; nothing is frozen, or it is too late (CON-02).
        Incomplete: the value is missing or cannot be known yet.
    """
    held = begin(matter, "choose", act)
    frozen = newest_draw(held)
    if frozen is None:
        raise Stale(NOT_FROZEN)
    value = draws.check_value(frozen, announced, act.at)
    chosen = draws.make(frozen, announced=value, actor=act.actor, at=act.at)
    draws.reveal(held.code, at=act.at)
    held.seats.filter(code__in=chosen).update(drawn=act.at)
    facts = {"records": len(chosen), "concerns": frozen.code}
    put("hearing.seated", held.code, at=act.at, facts=facts, sealed={"actor": act.actor.account})
    go(held, "choose", act, {"announced": value})
    return chosen


@transaction.atomic
def hold(
    matter: DecisionMatter, act: Act, *, minutes: str, absent: tuple[str, ...] = ()
) -> DecisionEvent:
    """Enter that the hearing was held, with its record and who did not come.

    Raises:
        Forbidden, Stale: the person may not; it is before the day, or materials came late.
        Incomplete: no record, somebody absent who is no participant, or too few came, or none of
            a side: then there was no hearing.
    """
    held = begin(matter, "hold", act)
    said = written(minutes, LONGEST_MINUTES, field="minutes")
    hearing = moving.locked(held.hearing)
    hearing.minutes = said
    hearing.minutes_sha256 = sha256(said.encode()).hexdigest()
    hearing.save(update_fields=["minutes", "minutes_sha256"])
    codes = set(participants(held).values_list("code", flat=True))
    if not {*absent} <= codes:
        raise Incomplete(NOBODY_OF, field="absent")
    participants(held).filter(code__in=absent).update(absent=True)
    _check_came(hearing, list(participants(held).filter(absent=False)))
    return go(held, "hold", act, {"minutes": said}, kept={"sha256": hearing.minutes_sha256})


def _check_came(hearing: Hearing, came: Sequence[HearingSeat]) -> None:
    if len(came) < fewest():
        raise Incomplete(FEW_CAME.format(n=len(came), least=fewest()), field="absent")
    for side in hearing.sides:
        if all(seat.side != side["id"] for seat in came):
            raise Incomplete(SIDE_AWAY.format(side=side["name"]), field="absent")


@transaction.atomic
def sign(seat: HearingSeat, *, objection: str = "", agrees: bool, at: datetime) -> HearingSeat:
    """Confirm the record as a participant, or sign with an objection; it is done once.

    Whoever was noted not to sign may do so all the same until the record is closed.

    Raises:
        Stale: the person did not take part, signed already, or the record is closed.
        Incomplete: an objection without words.
    """
    matter = moving.locked(seat.matter)
    held = moving.locked(seat)
    _check_signing(matter, held)
    said = "" if agrees else written(objection, LONGEST_STATEMENT, field="objection")
    return _sign(matter, held, "signed" if agrees else "objected", said, Act(NOBODY, at, 0))


@transaction.atomic
def not_signed(seat: HearingSeat, act: Act, *, reason: str) -> HearingSeat:
    """Enter that a participant did not sign, and why; the reason is kept inside.

    Raises:
        Forbidden: the person does not convene hearings.
        Stale: as ``sign``.
        Incomplete: participants still have time to sign (CON-09), or no reason.
    """
    matter = moving.locked(seat.matter)
    check(act.actor, "hearing.convene", matter)
    held = moving.locked(seat)
    _check_signing(matter, held)
    first = first_note(matter)
    if held.signed or first is None:
        raise Stale(CHANGED)
    if timezone.localdate(act.at) < first:
        raise Incomplete(NOT_YET_NOTED.format(day=first.isoformat()), field="reason")
    return _sign(matter, held, "refused", needed(reason, field="reason"), act)


def first_note(matter: DecisionMatter) -> date | None:
    """Return from when it can be noted who did not sign (CON-09); None before the hearing."""
    held = matter.events.filter(event="hold").last()
    return held.on + int(pack().number("CON-09")) * DAY if held else None


def _check_signing(matter: DecisionMatter, seat: HearingSeat) -> None:
    events = set(matter.events.values_list("event", flat=True))
    took_part = seat.drawn is not None and seat.withdrew is None and not seat.absent
    if "hold" not in events or "confirm" in events or not took_part:
        raise Stale(CHANGED)
    if seat.signed not in {"", "refused"}:
        raise Stale(CHANGED)


def _sign(matter: DecisionMatter, seat: HearingSeat, how: str, said: str, act: Act) -> HearingSeat:
    seat.signed, seat.signed_at, seat.objection = how, act.at, said
    seat.save(update_fields=["signed", "signed_at", "objection"])
    facts = {"outcome": how, "sha256": matter.hearing.minutes_sha256}
    sealed = {"statement": said, "actor": act.actor.account}
    put("hearing.signed", matter.code, at=act.at, facts=facts, sealed=sealed)
    return seat


@transaction.atomic
def confirm(matter: DecisionMatter, act: Act) -> DecisionEvent:
    """Close the record once every participant has signed, objected, or is noted not to sign."""
    held = begin(matter, "confirm", act)
    waiting = participants(held).filter(absent=False, signed="").count()
    return go(held, "confirm", act, {"waiting": waiting})


@transaction.atomic
def conclude(matter: DecisionMatter, act: Act, *, text: str) -> DecisionEvent:
    """Publish the record and how what was said at the hearing is used."""
    held = begin(matter, "conclude", act)
    made = go(held, "conclude", act, {"text": text})
    Hearing.objects.filter(matter=held).update(outcome=text.strip())
    return made


def seat_of(matter: DecisionMatter, number: str, query: str) -> HearingSeat:
    """Return the place under a number whose query code fits.

    Raises:
        Incomplete: none does.
    """
    code, typed = read_code(number), read_code(query)
    found = matter.seats.filter(code=code).first() if code else None
    kept = found.query_hash if found else "-"
    if found is None or not hmac.compare_digest(kept, query_hash(typed) if typed else ""):
        raise Incomplete(NO_SEAT, field="query")
    return found


def participants(matter: DecisionMatter) -> QuerySet[HearingSeat]:
    """Return who takes part after all withdrawals."""
    return matter.seats.filter(drawn__isnull=False, withdrew__isnull=True)


def newest_draw(matter: DecisionMatter) -> Draw | None:
    """Return the draw of the participants, as last amended; None before it is frozen."""
    return Draw.objects.filter(subject=matter.code, tag=TAG, later__isnull=True).first()
