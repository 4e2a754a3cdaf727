"""Rows of duties: what departments owed one another by a day, and when they did it.

Which acts of liability a breach is stands in ``checkup/detectors/data/duty_acts.yaml``. Written are
the duties of those acts that the site can witness; when each was due and done follows from the
steps on record, as on the pages of duties. What nobody owed any more is no row.

Source: Decree 809 arts. 13–17, 19, 24, 26, 27, 28 and 29, by the articles of liability 39 to 41.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from shixiao.records.models import (
    CatalogueItem,
    Correction,
    DataCopy,
    Dispute,
    Grant,
    SharingRequest,
    SharingStep,
    UsageRecord,
)
from shixiao.sharing.duties import Owed, Status
from shixiao.sharing.duties import duties as duties_of_sharing
from shixiao.workflows.clock import due_day, rule
from shixiao.workflows.duties.owing import FELL, owed_by, steps_of
from shixiao.workflows.sharing_rows import LISTED, Reading, Row, midnight, moment, pages

Steps = Sequence[SharingStep]
Dated = tuple[datetime | date | None, Row]  # when it was done, and the row
COMPILED = frozenset({"list", "terms", "grounds"})
PERIODS = frozenset({"answer", "deliver"})
LONGEST = timedelta(days=120)  # within which the beginning of a period of some working days lies
BASIS = "《政务数据共享条例》第{article}条"


def duties(reading: Reading) -> Iterator[Row]:
    """Give the duties, kind by kind; those that were done before the time that counts are not."""
    for kind in KINDS:
        for ended, row in kind(reading):
            if not reading.over(ended):
                reading.department(str(row["holder"]))
                yield row


def _row(
    reading: Reading,
    key: str,
    act: str,
    holder: str,
    article: str,
    *,
    opened: datetime | date,
    due: date | None,
    done: datetime | date | None,
    item: CatalogueItem | None = None,
    extension: int = 0,
    consented: datetime | None = None,
) -> Dated:
    return done, {
        "duty_id": key,
        "act": act,
        "holder": holder,
        "dataset_id": None if item is None else reading.dataset(item.identifier, item.code),
        "opened": _time(opened),
        "due": midnight(due),
        "done": _time(done),
        "basis": BASIS.format(article=article),
        "extension": str(extension) if extension else None,
        "consented": moment(consented),
    }


def _time(at: datetime | date | None) -> str | None:
    return moment(at) if isinstance(at, datetime) else midnight(at)


def _entries(reading: Reading) -> Iterator[Dated]:
    """Arts. 13 to 17 and 19: entries are compiled, updated, and completed for the lead source."""
    announced = Q(state__in=LISTED) | Q(published__isnull=False)
    rows = CatalogueItem.objects.filter(reading.party("department"), announced)
    for page in pages(rows.select_related("department", "lead")):
        steps = steps_of(page)
        for item in page:
            mine = steps[item.code]
            yield from _updated(reading, item, mine)
            if item.state not in LISTED:
                continue
            # What stands in the catalogue is owed today, however long ago it was entered.
            yield None, _compiled(reading, item, mine)[1]
            if item.lead is not None and item.lead != item.department:
                yield from _completed(reading, item)


def _compiled(reading: Reading, item: CatalogueItem, steps: Steps) -> Dated:
    """An entry that is announced with faults was not compiled as required, until it is mended."""
    listed = timezone.localdate(item.published or item.made)
    broken = item.faults > 0 and any(
        each.broken and each.duty.id in COMPILED for each in owed_by(item, steps, reading.bureau)
    )
    key, holder = f"{item.code}-compile", item.department.code
    done = None if broken else listed
    return _row(
        reading,
        key,
        "compile_catalogue",
        holder,
        "十三",
        opened=listed,
        due=listed,
        done=done,
        item=item,
    )


def _updated(reading: Reading, item: CatalogueItem, steps: Steps) -> Iterator[Dated]:
    """Give each time that an entry had to be updated: those that ended, and the one that lasts."""
    consented: datetime | None = None
    number = 0
    ends = [*steps, None]
    for step in ends:
        if step is not None and step.verb == "extend":
            consented = step.at
        if step is not None and (step.left != "updating" or step.state == "updating"):
            continue
        if step is None and item.state != "updating":
            continue
        due = item.due if step is None else step.due
        number += 1
        if due is not None:
            extension = _extension() if consented is not None else 0
            yield _row(
                reading,
                f"{item.code}-update-{number}",
                "update_catalogue",
                item.department.code,
                "十七",
                opened=_opened(due, extension),
                due=due,
                done=None if step is None else step.at,
                item=item,
                extension=extension,
                consented=consented,
            )
        consented = None


def _update() -> str:
    """Return the rule that sets the time to update an entry."""
    return duties_of_sharing()["update"].rule


def _extension() -> int:
    return int(str(rule(_update()).part("days_extension")))


def _opened(due: date, extension: int) -> date:
    """Return the last day from which the time to update would end on a day.

    The day of the change itself is not kept once the entry is updated; by the clock it is one of
    those from which the time ends then, and which of them makes no difference.
    """
    day = due
    while due - day < LONGEST:
        if due_day(_update(), day, extension=extension) == due:
            return day
        day -= timedelta(days=1)
    return due


def _completed(reading: Reading, item: CatalogueItem) -> Iterator[Dated]:
    """Who holds what another is the lead source of keeps it as fresh as it promised."""
    if item.updated is None or item.fresh_until is None:
        return
    key, holder = f"{item.code}-complete", item.department.code
    yield _row(
        reading,
        key,
        "complete_data",
        holder,
        "十九",
        opened=item.updated,
        due=item.fresh_until,
        done=item.updated if item.fresh_until >= reading.day else None,
        item=item,
    )


def _returned(reading: Reading) -> Iterator[Dated]:
    """Art. 24: data return to who asks for them; the answer and the delivery have their times."""
    rows = SharingRequest.objects.filter(
        reading.party("item__department"),
        kind=SharingRequest.Kind.RETURN,
        filed__isnull=False,
    )
    for page in pages(rows.select_related("item__department", "requester")):
        steps = steps_of(page)
        for request in page:
            owed = owed_by(request, steps[request.code], reading.bureau)
            period = _decisive([e for e in owed if e.duty.id in PERIODS], reading.day)
            if period is None or request.filed is None:
                continue
            item = request.item
            yield _row(
                reading,
                f"{request.code}-return",
                "return_flow",
                item.department.code,
                "二十四",
                opened=request.filed,
                due=period.due,
                done=period.done,
                item=item,
            )


def _decisive(owed: Sequence[Owed], day: date) -> Owed | None:
    """Return the first period that was missed, or else the last one; None where there is none."""
    missed = [each for each in owed if each.status(day) is Status.BREACHED]
    return next(iter(missed or owed[-1:]), None)


def _corrected(reading: Reading) -> Iterator[Dated]:
    """Art. 26: what is said to be wrong is verified, corrected and reported back."""
    rows = Correction.objects.filter(reading.party("item__department"))
    for page in pages(rows.exclude(state="withdrawn").select_related("item__department")):
        for asked in page:
            yield _row(
                reading,
                f"{asked.code}-correct",
                "correct_data",
                asked.item.department.code,
                "二十六",
                opened=asked.made,
                due=asked.due,
                done=asked.answered,
                item=asked.item,
            )


def _rectified(reading: Reading) -> Iterator[Dated]:
    """Art. 27 and rule SHR-05: misuse is rectified in time; a suspicion that fell owes nothing."""
    rows = Grant.objects.filter(reading.party("recipient")).exclude(state__in=("waiting",))
    for page in pages(rows.select_related("item", "recipient")):
        steps = steps_of(page)
        for grant in page:
            for number, (began, due, done) in enumerate(_rectifying(grant, steps[grant.code]), 1):
                yield _row(
                    reading,
                    f"{grant.code}-rectify-{number}",
                    "secure_data",
                    grant.recipient.code,
                    "二十七",
                    opened=began,
                    due=due,
                    done=done,
                    item=grant.item,
                )


def _rectifying(
    grant: Grant, steps: Steps
) -> Iterator[tuple[datetime, date | None, datetime | None]]:
    """Give when each suspension began, by when it had to be rectified, and when it was."""
    began: datetime | None = None
    for step in steps:
        if step.verb == "suspend":
            began = step.at
        elif began is not None and step.left == "suspended":
            if (step.left, step.verb) != FELL and step.verb != "end":
                yield began, step.due, step.at if step.verb == "rectify" else None
            began = None
    if began is not None and grant.state == "suspended":
        yield began, grant.due, None


def _disposed(reading: Reading) -> Iterator[Dated]:
    """Art. 27: copies that a recipient keeps are destroyed by the day until which it may."""
    rows = DataCopy.objects.filter(reading.party("holder"), ~Q(holder=F("item__department")))
    for page in pages(rows.select_related("item", "holder")):
        for copy in page:
            yield _row(
                reading,
                f"{copy.code}-dispose",
                "dispose_data",
                copy.holder.code,
                "二十七",
                opened=copy.made,
                due=copy.keep_until,
                done=copy.confirmed,
                item=copy.item,
            )


def _recorded(reading: Reading) -> Iterator[Dated]:
    """Art. 29: records of use are kept; the site destroys none."""
    rows = UsageRecord.objects.filter(reading.party("grant__recipient"))
    for page in pages(rows.select_related("grant__item", "grant__recipient")):
        for used in page:
            grant = used.grant
            yield _row(
                reading,
                f"{used.pk.hex}-keep",
                "keep_records",
                grant.recipient.code,
                "二十九",
                opened=used.at,
                due=None,
                done=None,
                item=grant.item,
            )


def _coordinated(reading: Reading) -> Iterator[Dated]:
    """Art. 28: the authority coordinates what the two sides could not settle."""
    if reading.within is not None or not reading.bureau:
        return
    rows = Dispute.objects.select_related("request__item")
    for page in pages(rows):
        steps = steps_of(page)
        for dispute in page:
            began = next((s.at for s in steps[dispute.code] if s.verb == "escalate"), None)
            if began is None:
                continue
            ended = next(
                (
                    s
                    for s in steps[dispute.code]
                    if s.left == "coordinating" and s.state != "coordinating"
                ),
                None,
            )
            yield _row(
                reading,
                f"{dispute.code}-coordinate",
                "settle_dispute",
                reading.bureau,
                "二十八",
                opened=began,
                due=dispute.due if ended is None else ended.due,
                done=None if ended is None else ended.at,
                item=dispute.request.item,
            )


KINDS: tuple[Callable[[Reading], Iterator[Dated]], ...] = (
    _entries,
    _returned,
    _corrected,
    _rectified,
    _disposed,
    _recorded,
    _coordinated,
)
