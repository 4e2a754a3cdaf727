"""Rows of sharing: what the site's records say, in the columns of the evidence tables.

Identifiers are those that a package would use: codes of departments, identifiers of the catalogue,
receipts of exchanges. No row holds a name of a person, a person's key, or what somebody wrote in
a free text: whether a reason was given is said, and not the reason. Days and times are those of
the site's own clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone

from shixiao.records.models import (
    CatalogueItem,
    Correction,
    Exchange,
    Grant,
    Organisation,
    SharingRequest,
    SharingStep,
)
from shixiao.sharing.duties import Status
from shixiao.workflows.duties.owing import ENDED, FELL, owed_by, steps_of
from shixiao.workflows.gateways.reading import proven

LISTED = CatalogueItem.LISTED
Row = Mapping[str, str | None]
AT_ONCE = 500
TIERS = frozenset({"national", "province", "city", "county", "township"})
ATTRIBUTES = frozenset({"unconditional", "conditional", "not_shared"})
REASONED = "已说明理由"
IN_TIME = "补正材料期间不计时，或者按争议决定重新计时，台账所计期限内已办"
MISUSE, AGREED = "misuse", "agreed"
STOPPED = frozenset({"suspended", "rectified", "terminated", "ended"})
Record = TypeVar("Record", bound=Model)


@dataclass(slots=True)
class Reading:
    """What is read of the records, and as of when.

    Attributes:
        day: today on the site's clock; rows are known up to it.
        since: what was over by this day is left out: it was judged, or is too old to be.
        within: organisations of which one has to be a party; None for all.
        bureau: code of the sharing authority.
        named: codes of the departments that rows named so far.
        twice: identifiers that entries of several sources bear.
    """

    day: date
    since: date
    within: frozenset[UUID] | None
    bureau: str
    named: set[str] = field(default_factory=set)
    twice: frozenset[str] = frozenset()

    def party(self, *ways: str) -> Q:
        """Return the condition that one of some organisations is within reach."""
        if self.within is None:
            return Q()
        found = Q(pk__in=())
        for way in ways:
            found |= Q(**{f"{way}__in": self.within})
        return found

    def over(self, ended: datetime | date | None) -> bool:
        """Say whether something that ended then is left out; what lasts never is."""
        if isinstance(ended, datetime):
            ended = timezone.localdate(ended)
        return ended is not None and ended <= self.since

    def department(self, code: str) -> str:
        """Return a code, and note that a row names it."""
        if code:
            self.named.add(code)
        return code

    def dataset(self, identifier: str, code: str) -> str:
        """Return what a package calls an entry: its identifier, where that names one alone."""
        return code if not identifier or identifier in self.twice else identifier


def reading_of(day: date, since: date, within: frozenset[UUID] | None, bureau: str) -> Reading:
    """Begin a reading of the records."""
    plain = CatalogueItem.objects.order_by()
    counted = plain.values("identifier").annotate(n=Count("pk")).filter(n__gt=1)
    twice = frozenset(counted.values_list("identifier", flat=True))
    return Reading(day, since, within, bureau, twice=twice)


def moment(at: datetime | None) -> str | None:
    """Return a time with the offset of the site."""
    return None if at is None else timezone.localtime(at).isoformat()


def midnight(day: date | None) -> str | None:
    """Return the beginning of a day on the site's clock."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time())).isoformat()


def pages(rows: QuerySet[Record]) -> Iterator[list[Record]]:
    """Give rows by rising key, some hundreds at a time: never all of them are in memory."""
    found = rows.order_by("pk").iterator(chunk_size=AT_ONCE)
    while page := list(islice(found, AT_ONCE)):
        yield page


def datasets(reading: Reading) -> Iterator[Row]:
    """Give the entries that are announced, and others that some record of sharing names.

    What is not announced any more is held by nobody, so it says nothing of its elements.
    """
    asked = SharingRequest.objects.filter(filed__isnull=False).values("item")
    corrected, granted = Correction.objects.values("item"), Grant.objects.values("item")
    named = Q(pk__in=asked) | Q(pk__in=corrected) | Q(pk__in=granted)
    asking = ("requests__requester", "corrections__requester", "grants__recipient")
    party = reading.party("department", *asking)
    rows = CatalogueItem.objects.filter(party, Q(state__in=LISTED) | named).distinct()
    for page in pages(rows.select_related("department")):
        for item in page:
            listed = item.listed
            elements = dict.fromkeys(each[1] for each in listed["items"] if each[1])
            conditions = [listed.get(part, "") for part in ("scope", "purpose")]
            yield {
                "dataset_id": reading.dataset(item.identifier, item.code),
                "code": listed.get("code"),
                "name": item.name.zh,
                "name_en": item.name.en,
                "department_id": reading.department(item.department.code),
                "format": listed.get("format"),
                "share_mode": listed.get("mode"),
                "use_conditions": "；".join(each for each in conditions if each),
                "domain": item.domain,
                "tier": item.tier,
                "grade": item.grade,
                "sharing": item.sharing if item.sharing in ATTRIBUTES else None,
                "basis": listed.get("basis"),
                "elements": ";".join(elements) if item.state in LISTED else None,
                "updated": midnight(item.updated),
                "update_cycle": listed.get("cycle"),
            }


def requests(reading: Reading) -> Iterator[Row]:
    """Give the requests that were filed; return flows are duties of their own."""
    rows = SharingRequest.objects.filter(
        reading.party("item__department", "requester"),
        kind=SharingRequest.Kind.SHARE,
        filed__isnull=False,
    )
    for page in pages(rows.select_related("item__department", "requester")):
        steps = steps_of(page)
        for request in page:
            if not reading.over(_ended(request)):
                yield _request(reading, request, steps[request.code])


def _ended(request: SharingRequest) -> datetime | None:
    """Return when nothing was to be done on a request any more; None while something is."""
    if request.state in {"delivered", "refused", "closed", "withdrawn"}:
        return request.delivered or request.entered
    return None


def _request(reading: Reading, request: SharingRequest, steps: list[SharingStep]) -> Row:
    allowed = next((step.at for step in steps if step.verb == "allow_extension"), None)
    decision = "withdrawn" if request.state == "withdrawn" else request.decision
    return {
        "request_id": request.code,
        "dataset_id": reading.dataset(request.item.identifier, request.item.code),
        "from_department": reading.department(request.requester.code),
        "opened": moment(request.filed),
        "answered": moment(request.answered),
        "decision": decision,
        "reason": REASONED if request.refusal_reason else None,
        "basis": request.refusal_basis,
        "delivered": moment(request.delivered),
        "purpose": request.purpose,
        "extension": str(request.extension) if request.extension else None,
        "consented": moment(allowed) if request.extension else None,
        "excuse": IN_TIME if _excused(reading, request, steps) else None,
        "notified": "1" if request.missing else None,
        "sharing": request.sharing if request.sharing in ATTRIBUTES else None,
    }


def _excused(reading: Reading, request: SharingRequest, steps: list[SharingStep]) -> bool:
    """Say whether days count less than they seem, and every period was kept as the site counts."""
    decided = any(step.left == "disputed" and step.verb == "oblige" for step in steps)
    if not (request.waits or decided):
        return False
    owed = owed_by(request, steps, reading.bureau)
    periods = [each for each in owed if each.duty.id in {"answer", "deliver"}]
    return all(each.status(reading.day) is not Status.BREACHED for each in periods)


def grants(reading: Reading) -> Iterator[Row]:
    """Give the grants that were put to use, with when and why the provider stopped them."""
    rows = Grant.objects.filter(reading.party("item__department", "recipient"))
    put_to_use = rows.exclude(state="waiting")
    for page in pages(put_to_use.select_related("item__department", "recipient")):
        steps = steps_of(page)
        for grant in page:
            if not (grant.state in ENDED and reading.over(grant.entered)):
                yield _grant(reading, grant, steps[grant.code])


def _grant(reading: Reading, grant: Grant, steps: list[SharingStep]) -> Row:
    stopped, reason = _stopped(grant, steps)
    return {
        "grant_id": grant.code,
        "dataset_id": reading.dataset(grant.item.identifier, grant.item.code),
        "to_department": reading.department(grant.recipient.code),
        "purpose": grant.purpose,
        "fields": ";".join(_elements(grant)),
        "case_types": ";".join(grant.case_types),
        "starts": midnight(grant.starts),
        "ends": midnight(grant.ends),
        "reassess_on": grant.reassess_on.isoformat(),
        "stopped": moment(stopped),
        "stop_reason": reason,
        "misused": moment(_misused(reading, grant, steps)),
    }


def _stopped(grant: Grant, steps: list[SharingStep]) -> tuple[datetime | None, str | None]:
    """Return when sharing stopped and the proper reason; the last suspension counts, if it lasts.

    A provider can only suspend for misuse, and what the recipient ends was agreed.
    """
    if grant.state not in STOPPED:
        return None, None
    held = None
    for step in steps:
        if step.verb in {"suspend", "resume"}:
            held = step.at if step.verb == "suspend" else None
    if grant.state == "ended":
        return held or grant.entered, MISUSE if held else AGREED
    return held or grant.entered, MISUSE


def _misused(reading: Reading, grant: Grant, steps: Iterable[SharingStep]) -> datetime | None:
    """Return when misuse was found last that was no mere suspicion; None where there was none.

    What was put right before the time that counts is none, what still is to be is.
    """
    found: list[datetime] = []
    for step in steps:
        if step.verb == "suspend":
            found.append(step.at)
        elif (step.left, step.verb) == FELL and found:
            found.pop()
    if not found or (grant.state != "suspended" and reading.over(found[-1])):
        return None
    return found[-1]


def _elements(grant: Grant) -> list[str]:
    """Return what a grant covers by data element, or by name where an item follows none."""
    elements = {name: element for name, element, *_ in grant.item.listed["items"]}
    return list(dict.fromkeys(elements.get(name) or name for name in grant.fields))


EXCHANGED = (
    *("id", "at", "caller", "purpose", "case", "records", "outcome"),
    *("grant__code", "grant__purpose", "grant__recipient__code"),
    *("item__identifier", "item__code", "grant__item__identifier", "grant__item__code"),
)


def exchanges(reading: Reading) -> Iterator[Row]:
    """Give the exchanges that a signed checkpoint proves, refused ones too, by receipt.

    Who asked is the department of the grant, or what the log says where there is none.
    """
    rows = proven().filter(
        reading.party("item__department", "grant__recipient", "grant__item__department"),
        Q(item__isnull=False) | Q(grant__isnull=False),
    )
    known = set(Organisation.objects.values_list("code", flat=True))
    recent = rows.filter(at__date__gt=reading.since)
    yield from _exchanged(reading, recent, known)
    yield from _exchanged(reading, rows.filter(pk__in=_first_of_old(recent)), known)
    yield from _written_down(reading)


def _exchanged(reading: Reading, rows: QuerySet[Exchange], known: Collection[str]) -> Iterator[Row]:
    for row in rows.order_by("pk").values(*EXCHANGED).iterator(chunk_size=AT_ONCE):
        caller = row["caller"] if row["caller"] in known else row["grant__recipient__code"]
        if caller is None:
            continue
        own = row["item__code"] is not None
        place = ("item__identifier", "item__code")
        identifier, code = (row[name if own else f"grant__{name}"] for name in place)
        stated = row["purpose"]
        yield {
            "exchange_id": row["id"].hex,
            "ts": moment(row["at"]),
            "dataset_id": reading.dataset(identifier, code),
            "to_department": reading.department(caller),
            "grant_id": row["grant__code"],
            "purpose": row["grant__purpose"] if stated == row["grant__code"] else stated,
            "case_id": row["case"],
            "records": str(row["records"]),
            "ok": "0" if row["outcome"] else "1",
        }


def _first_of_old(recent: QuerySet[Exchange]) -> list[UUID]:
    """Return the first exchange under each grant in use that has none of late: it was used."""
    idle = Grant.objects.exclude(state__in={"waiting", *ENDED})
    found = []
    given = recent.filter(outcome="", grant__isnull=False).values("grant")
    for grant in idle.exclude(pk__in=given).order_by("pk"):
        first = proven().filter(grant=grant, outcome="").order_by("pk").values_list("pk")[:1]
        found += [pk for (pk,) in first]
    return found


def _written_down(reading: Reading) -> Iterator[Row]:
    """Give the first use that was written down of each grant: not all data pass a gateway.

    A record may be written when the grant is over; then it says nothing of when the data came.
    """
    rows = Grant.objects.filter(reading.party("item__department", "recipient"))
    rows = rows.filter(usage__isnull=False).exclude(exchanges__isnull=False).distinct()
    for page in pages(rows.select_related("item", "recipient")):
        for grant in page:
            used = grant.usage.order_by("at", "pk").first()
            if used is None or not grant.starts <= timezone.localdate(used.at) <= grant.ends:
                continue
            if grant.state in STOPPED and used.at >= grant.entered:
                continue
            yield {
                "exchange_id": f"{grant.code}-use",
                "ts": moment(used.at),
                "dataset_id": reading.dataset(grant.item.identifier, grant.item.code),
                "to_department": reading.department(grant.recipient.code),
                "grant_id": grant.code,
                "ok": "1",
            }


def departments(reading: Reading) -> Iterator[Row]:
    """Give the departments that rows named so far, and those above them."""
    known = {row.code: row for row in Organisation.objects.select_related("parent")}
    wanted: set[str] = set()
    for code in reading.named:
        row = known.get(code)
        while row is not None and row.code not in wanted:
            wanted.add(row.code)
            row = known.get(row.parent.code) if row.parent is not None else None
    for code in sorted(wanted):
        row = known[code]
        yield {
            "department_id": code,
            "name": row.name.zh,
            "name_en": row.name.en,
            "parent_id": row.parent.code if row.parent is not None else None,
            "tier": row.tier if row.tier in TIERS else None,
            "region": row.region,
        }
