"""Channels are tested: contacts whose right answer is known are drawn each week and brought.

The pool is frozen before anybody can know the public value that draws from it. Whoever handles
matters cannot tell a test from another; tests leave every measure. What was drawn is revealed with
the results, which are published with intervals.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shixiao.draw import PLAIN, Pool
from shixiao.records.models import ChannelRound, ChannelTest, Draw, Organisation, Voice
from shixiao.seals import read_code, sha256_of
from shixiao.terms import BadInput, Text
from shixiao.text.overlap import overlap
from shixiao.voice.duplicates import SIMILAR
from shixiao.voice.handling import Contact, Entry, Shares, shares, table
from shixiao.voice.wording import letters
from shixiao.workflows import draws, moving
from shixiao.workflows.actors import NOBODY, Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.draws import Lot, Public
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale
from shixiao.workflows.voices.taking import Came, bring

EACH = "HND-15"
MOST_ITEMS, LONGEST_ITEM, LARGEST = 2_000, 2_000, 4 << 20
COLUMNS = ("channel", "department", "text", "words")
TESTED = ("web", "qr", "counter", "phone", "api")
SHORTEST = timedelta(days=1)
NO_FILE = Text(
    "请送 CSV 文件，列为 channel、department、text、words（词之间用分号）。",
    "Send a CSV file with the columns channel, department, text, words (with semicolons between).",
)
WRONG_ITEM = Text(
    "渠道、部门编号或内容不对。", "The channel, the code of the department or the text is wrong."
)
TOO_SHORT = Text(
    "结束日期须在公开数值揭晓之后。", "It has to end after the public value becomes known."
)
NOT_OVER = Text("这一轮到 {day} 为止，之后公布。", "The round ends on {day} and is published then.")
NOT_THERE = Text("没有这个编号的诉求。", "There is no matter of this number.")
OTHER_MATTER = Text(
    "这一件不是这条测试：要在本轮之后、经同一渠道收到，内容与测试诉求基本相同。",
    "It is not this contact: it has to come after the round was planned, by the same channel, and"
    " to say nearly the same.",
)
KNOWN = Text("这个编号已登记为测试。", "This number was entered as a test already.")
OPEN_TESTS = Text("还有 {n} 条没有送出。", "{n} contacts were not brought yet.")


@dataclass(frozen=True, slots=True)
class Item:
    """What can be drawn: by which channel, for which department, what to say and to hear."""

    channel: str
    department: str
    text: str
    words: tuple[str, ...]


def read_items(data: bytes) -> list[Item]:
    """Read the pool.

    Raises:
        BadInput: it is no such file, or a row is wrong (``row``).
    """
    try:
        lines = list(csv.DictReader(io.StringIO(data[:LARGEST].decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(NO_FILE) from None
    if not lines or not set(COLUMNS) <= set(lines[0]) or len(lines) > MOST_ITEMS:
        raise BadInput(NO_FILE)
    known = set(
        Organisation.objects.filter(kind="department", active=True).values_list("code", flat=True)
    )
    found = []
    for number, line in enumerate(lines, 1):
        words = (line["words"] or "").replace("；", ";").split(";")
        item = Item(
            (line["channel"] or "").strip(),
            (line["department"] or "").strip(),
            (line["text"] or "").strip(),
            tuple(word.strip() for word in words if word.strip()),
        )
        if item.channel not in TESTED or item.department not in known:
            raise BadInput(WRONG_ITEM, row=number)
        if not 0 < len(item.text) <= LONGEST_ITEM:
            raise BadInput(WRONG_ITEM, row=number)
        found.append(item)
    return found


@transaction.atomic
def plan(
    items: Sequence[Item],
    *,
    public: Public,
    ends: date,
    actor: Actor,
    at: datetime,
    weekly: bool = False,
) -> ChannelRound:
    """Freeze the pools of a round, one for each channel; after a weekly one the next plans itself.

    Raises:
        Forbidden: the person may not.
        Incomplete: no public value that becomes known later, or no time after it.
    """
    check(actor, "channel.test")
    draws.check_public(public, at)
    if ends <= public.day:
        raise Incomplete(TOO_SHORT, field="ends")
    made = ChannelRound(by=signed_in(actor), ends=ends, made=at, weekly=weekly)
    return freeze(made, items, public)


def freeze(made: ChannelRound, items: Sequence[Item], public: Public) -> ChannelRound:
    """Save a round that is planned, and freeze its pools before the value can be known."""
    made.pool = {f"{n:04}": asdict(item) for n, item in enumerate(items, 1)}
    made.starts, made.state = public.day, "planned"
    made.save(force_insert=True)
    size = int(pack().number(EACH))
    for channel in TESTED:
        ids = tuple(key for key, item in made.pool.items() if item["channel"] == channel)
        if ids:
            lot = Lot(tag=f"channel-{channel}", pool=Pool(ids), size=min(size, len(ids)),
                      algorithm=PLAIN, about=channel, replacements=0)  # fmt: skip
            draws.freeze(lot, subject=made.code, public=public, at=made.made)
    return made


@transaction.atomic
def draw(row: ChannelRound, *, announced: str, actor: Actor, at: datetime) -> ChannelRound:
    """Draw the contacts of a round by the public value as it became known.

    Raises:
        Forbidden, Stale: the person may not; it was drawn.
        Incomplete: no value, or it cannot be known yet.
    """
    held = moving.locked(row)
    check(actor, "channel.test")
    if held.state != "planned":
        raise Stale(CHANGED)
    number = 0
    for each in Draw.objects.filter(subject=held.code).order_by("tag"):
        value = draws.check_value(each, announced, at)
        for key in draws.make(each, announced=value, actor=actor, at=at):
            number += 1
            told = held.pool[key]
            ChannelTest.objects.create(
                round=held, number=number, channel=told["channel"], told=told
            )
    held.state = "drawn"
    held.save(update_fields=["state"])
    return held


@transaction.atomic
def carry(test: ChannelTest, *, receipt: str, actor: Actor, at: datetime) -> ChannelTest:
    """Enter the receipt that a contact got; none means that it was lost.

    Raises:
        Forbidden, Stale: the person may not; it was entered, or the round is over.
        Incomplete: there is no matter of that number, or it is no such contact.
    """
    held = moving.locked(test)
    check(actor, "channel.test")
    if held.carried is not None or held.round.state != "drawn":
        raise Stale(CHANGED)
    if receipt.strip():
        held.voice = _brought(held, receipt)
        Voice.objects.filter(pk=held.voice.pk).update(test=True, topic=None)
    held.carried, held.carried_by = at, signed_in(actor)
    held.save()
    facts = {"channel": held.channel, "concerns": held.round.code,
             "outcome": "" if held.voice else "lost"}  # fmt: skip
    sealed = {"actor": actor.account, "statement": held.voice.code if held.voice else ""}
    put("channel.carried", str(held.pk), at=at, facts=facts, sealed=sealed)
    return held


def send(test: ChannelTest, *, actor: Actor, at: datetime) -> ChannelTest:
    """Bring a contact by the form of the site as anybody would.

    Raises:
        Forbidden, Stale: the person may not; it was brought.
    """
    check(actor, "channel.test")
    if test.channel not in {"web", "qr"} or test.carried is not None:
        raise Stale(CHANGED)
    entry = Entry("complaint", test.channel, text=test.told["text"])
    row, _ = bring(entry, Came(at, NOBODY, once=f"test:{test.pk}"))
    return carry(test, receipt=row.code, actor=actor, at=at)


@transaction.atomic
def publish(row: ChannelRound, *, actor: Actor, at: datetime) -> ChannelRound:
    """Judge every contact once the round is over, reveal what was drawn, publish the shares.

    Raises:
        Forbidden, Stale: the person may not; it was published.
        Incomplete: it is not over, or contacts were not brought.
    """
    held = moving.locked(row)
    check(actor, "channel.test")
    if held.state != "drawn":
        raise Stale(CHANGED)
    if timezone.localdate(at) <= held.ends:
        raise Incomplete(NOT_OVER.format(day=held.ends.isoformat()))
    tests = list(held.tests.select_related("voice__department", "round"))
    waiting = sum(each.carried is None for each in tests)
    if waiting:
        raise Incomplete(OPEN_TESTS.format(n=waiting))
    for each in tests:
        each.outcome = _contact(each).outcome
    ChannelTest.objects.bulk_update(tests, ["outcome"])
    draws.reveal(held.code, at=at)
    held.state, held.published = "published", at
    held.save(update_fields=["state", "published"])
    told = [[each.number, each.channel, each.outcome] for each in tests]
    facts = {"records": len(tests), "sha256": sha256_of(told)}
    put("channel.published", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    return held


def published_shares() -> list[Shares]:
    """Return the shares of each channel over all published rounds."""
    rows = ChannelTest.objects.filter(round__state="published").values_list("channel", "outcome")
    by: dict[str, list[str]] = {channel: [] for channel in TESTED}
    for channel, outcome in rows:
        by[channel].append(outcome)
    return [shares(channel, outcomes) for channel, outcomes in by.items()]


def channel_names() -> Mapping[str, Text]:
    """Return the names of channels."""
    return {key: Text.of(words) for key, words in table()["channels"].items()}


def _brought(test: ChannelTest, receipt: str) -> Voice:
    """Return the matter that a contact became; what other people brought is never a test.

    Raises:
        Incomplete: there is none of that number, or it is another's.
    """
    rows = Voice.objects.select_for_update(of=("self",))
    row = rows.filter(code=read_code(receipt) or "").first()
    if row is None:
        raise Incomplete(NOT_THERE, field="receipt")
    if ChannelTest.objects.filter(voice=row).exists():
        raise Incomplete(KNOWN, field="receipt")
    said, told = letters([f"{row.title}{row.text}", test.told["text"]])
    same = overlap(said, told) >= pack().number(SIMILAR)
    if row.received < test.round.made or row.channel != test.channel or not same:
        raise Incomplete(OTHER_MATTER, field="receipt")
    return row


def _contact(test: ChannelTest) -> Contact:
    """Return what became of a contact within its round."""
    row, told, ends = test.voice, test.told, test.round.ends
    in_time = row is not None and row.replied and timezone.localdate(row.replied) <= ends
    return Contact(
        test.channel,
        told["department"],
        tuple(told["words"]),
        arrived=row is not None,
        department=row.department.code if row is not None and row.department else "",
        transfers=row.steps.filter(verb="transfer").count() if row is not None else 0,
        reply=row.reply if row is not None and in_time else "",
    )
