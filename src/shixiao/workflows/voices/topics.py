"""Topics and needs: what many say each night, which of it no service answers, and in vain searches.

A topic keeps its code as long as its messages do, so that a proposal made from it and those who
spoke of it stay together. Test contacts are in no topic.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac

from shixiao.records.models import (
    Organisation,
    SearchAsker,
    SearchTally,
    Standing,
    Voice,
    VoiceTopic,
)
from shixiao.voice import Message, duplicates, topics
from shixiao.voice.needs import Need, Service, needs
from shixiao.voice.reporting import incidents_of, reporting_rates
from shixiao.voice.topics import Topic
from shixiao.voice.wording import words
from shixiao.workflows.clock import pack
from shixiao.workflows.evaluations import current

MOST = 20_000  # matters that are grouped, the newest
MOST_COPIED = 20_000
SINCE = timedelta(days=365)
SEARCHED = timedelta(days=90)
NIGHT = timedelta(hours=20)
LONGEST_QUERY = 60
MOST_DIGITS = 5  # a query of more is somebody's number
MOST_QUERIES = 2_000  # different ones kept of a day
MOST_ASKED = 50  # different ones that count of one address and day


@dataclass(frozen=True, slots=True)
class Vain:
    """A query that found nothing: how often within ninety days."""

    query: str
    n: int


def group_nightly(*, now: datetime) -> int:
    """Group anew at most once a night and forget who searched; return how many topics are made."""
    SearchAsker.objects.filter(day__lt=timezone.localdate(now)).delete()
    last = VoiceTopic.objects.order_by("-seen").values_list("seen", flat=True).first()
    return group(now=now) if last is None or now - last >= NIGHT else 0


def group(*, now: datetime) -> int:
    """Group what people said into topics, rank their needs, and keep both."""
    rows = list(
        Voice.objects.filter(test=False, received__gt=now - SINCE)
        .exclude(kind="praise")
        .exclude(state__in=("withdrawn", "declined"))
        .select_related("department")
        .order_by("-received", "-id")
        .only("code", "sealed", "person", "received", "service", "replied", "reply", "topic",
              "department")[:MOST]
    )  # fmt: skip
    rows = [row for row in rows if row.text or row.title]
    if not rows:
        return 0
    messages = [_message(row) for row in rows]
    found = topics(messages, rules=pack())
    ranked = needs(messages, found, _services(), rules=pack(), factors=_factors(messages))
    return _keep(rows, messages, found, ranked, now)


def tally_search(query: str, on: date, *, address: str) -> None:
    """Count a query that found nothing, once a day and address.

    One that looks like somebody's number is not kept. Folded letters may be more than there were
    (``ß``), so it is cut afterwards.
    """
    plain = " ".join(unicodedata.normalize("NFKC", query).split()).casefold()[:LONGEST_QUERY]
    if not any(sign.isalpha() for sign in plain):
        return
    if sum(sign.isdigit() for sign in plain) > MOST_DIGITS or not _first(plain, on, address):
        return
    known = SearchTally.objects.filter(day=on, query=plain)
    if known.update(n=F("n") + 1):
        return
    if SearchTally.objects.filter(day=on).count() < MOST_QUERIES:
        SearchTally.objects.get_or_create(day=on, query=plain, defaults={"n": 1})


def _first(query: str, on: date, address: str) -> bool:
    """Say whether an address asks this the first time today, and keep that it did."""
    salted = salted_hmac("shixiao.voice.asker", f"{on}:{address}", algorithm="sha256")
    mine = SearchAsker.objects.filter(day=on, source=salted.hexdigest())
    if mine.count() >= MOST_ASKED:
        return False
    return mine.get_or_create(day=on, source=salted.hexdigest(), query=query)[1]


def in_vain(*, now: datetime, most: int = 50) -> list[Vain]:
    """Return what was searched in vain most often; anybody may have written it."""
    since = timezone.localdate(now - SEARCHED)
    rows = SearchTally.objects.filter(day__gte=since).values_list("query")
    counted = rows.annotate(total=Sum("n")).order_by("-total", "query")[:most]
    return [Vain(query, total) for query, total in counted]


def spoken_of(found: Sequence[Vain], shown: Iterable[VoiceTopic]) -> list[Vain]:
    """Return those of which every word stands in a topic that is shown.

    What is searched is written by anybody; nobody may publish a sentence by searching for it.
    """
    known = {term.casefold() for topic in shown for term in topic.terms}
    return [each for each in found if (cut := words(each.query)) and known.issuperset(cut)]


def _message(row: Voice) -> Message:
    moment = timezone.localtime(row.received).replace(tzinfo=None)
    replied = timezone.localtime(row.replied).replace(tzinfo=None) if row.replied else None
    return Message(
        row.code,
        row.text,
        row.title,
        time=moment,
        place=row.place,
        person=row.person,
        service=row.service,
        reply=row.reply,
        replied=replied,
    )


def _services() -> list[Service]:
    evaluation = current()
    if evaluation is None:
        return []
    rows = Standing.objects.filter(evaluation=evaluation, kind="service")
    return [Service(row.subject, row.name.zh) for row in rows]


def _factors(messages: Sequence[Message]) -> dict[str, float]:
    """Return under-reporting by place, from how soon the same is reported again."""
    placed = [message for message in messages if message.place]
    if len(placed) < 2 or len(placed) > MOST_COPIED:
        return {}
    groups = duplicates(placed, rules=pack())
    rates = reporting_rates(incidents_of(groups, placed, rules=pack()), rules=pack())
    return {rate.area: rate.factor for rate in rates}


@transaction.atomic
def _keep(
    rows: Sequence[Voice],
    messages: Sequence[Message],
    found: Sequence[Topic],
    ranked: Sequence[Need],
    now: datetime,
) -> int:
    """Keep topics under the codes that they had, and let each matter name its own."""
    before = {row.pk: row for row in VoiceTopic.objects.select_for_update(of=("self",))}
    taken: set[object] = set()
    by_terms: dict[tuple[object, ...], list[Need]] = {}
    for need in ranked:
        by_terms.setdefault((need.terms, need.message_ids), []).append(need)
    pairs: list[tuple[VoiceTopic, Topic]] = []
    for topic in sorted(found, key=lambda each: -len(each.members)):
        old = _former(topic, rows, before, taken)
        row = old or VoiceTopic(first=min(rows[i].received for i in topic.members))
        taken.add(row.pk)
        ids = tuple(messages[i].id for i in topic.examples)
        _fill(row, topic, rows, by_terms.get((topic.terms, ids), []), now)
        pairs.append((row, topic))
    fresh = [row for row, _ in pairs if row.pk not in before]
    VoiceTopic.objects.bulk_create(fresh, batch_size=500)
    VoiceTopic.objects.bulk_update(
        [row for row, _ in pairs if row.pk in before], _KEPT, batch_size=200
    )
    for voice in rows:
        voice.topic_id = None
    for kept, topic in pairs:
        for i in topic.members:
            rows[i].topic_id = kept.pk
    Voice.objects.bulk_update(rows, ["topic"], batch_size=500)
    return len(pairs)


_KEPT = ("terms", "people", "size", "heat", "trend", "stability", "places", "harm", "factor",
         "weight", "signs", "nearest", "likeness", "department", "seen")  # fmt: skip


def _former(
    topic: Topic, rows: Sequence[Voice], before: Mapping[UUID, VoiceTopic], taken: set[object]
) -> VoiceTopic | None:
    """Return the topic of which most of the smaller of both is in the other."""
    named = (rows[i].topic_id for i in topic.members)
    counts = Counter(pk for pk in named if pk is not None and pk in before)
    for pk, n in counts.most_common():
        if pk not in taken and 2 * n >= min(len(topic.members), before[pk].size):
            return before[pk]
    return None


def _fill(
    row: VoiceTopic, topic: Topic, rows: Sequence[Voice], own: Sequence[Need], now: datetime
) -> None:
    departments: Counter[Organisation] = Counter(
        dept for i in topic.members if (dept := rows[i].department) is not None
    )
    row.terms, row.size, row.people = list(topic.terms), len(topic.members), topic.heat.people
    row.heat, row.trend, row.stability = topic.heat.value, topic.heat.trend or "", topic.stability
    row.places = [[place, n] for place, n in topic.places]
    row.signs = {need.kind: need.people for need in own}
    row.harm = max((need.harm for need in own), default=1.0)
    row.factor = max((need.factor for need in own), default=1.0)
    row.weight = row.people * row.harm * row.factor if own else 0.0
    nearest = next((need.nearest for need in own if need.nearest), None)
    row.nearest, row.likeness = (nearest[0], nearest[1]) if nearest else ("", None)
    row.department = departments.most_common(1)[0][0] if departments else None
    row.seen = now
