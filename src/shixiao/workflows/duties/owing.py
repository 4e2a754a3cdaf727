"""What is owed in one matter: read off a dataset, request, grant, correction, dispute, resolution.

Nobody enters whether a duty is met. What a life's state waits for is met when the state ends, by
the day that was due then; what has no period follows from what the record says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from shixiao.records.models import (
    CatalogueItem,
    Correction,
    Dispute,
    Exchange,
    Grant,
    Organisation,
    Resolution,
    SharingRequest,
    SharingStep,
)
from shixiao.sharing.catalogue import Dataset, faults
from shixiao.sharing.duties import Owed, Side, duties
from shixiao.workflows.clock import pack

Row = CatalogueItem | SharingRequest | Correction | Dispute | Grant | Resolution
Steps = Sequence[SharingStep]
# State of a record that waits for somebody → the duty that ends it.
WAITS: Mapping[type[Row], Mapping[str, str]] = {
    CatalogueItem: {"submitted": "review", "updating": "update"},
    SharingRequest: {"asked": "answer", "agreed": "deliver"},
    Correction: {"asked": "correct"},
    Dispute: {"negotiating": "negotiate", "coordinating": "coordinate", "deciding": "decide"},
    Grant: {"suspended": "rectify", "rectified": "confirm"},
    Resolution: {"open": "resolve", "reported": "verify"},
}
# Steps that end a state in time without doing what it waited for: nothing was owed any more.
MOOT = frozenset({"notify", "withdraw", "end", "drop"})
# Sharing that is resumed before anything was rectified was suspended on a suspicion that fell.
FELL = ("suspended", "resume")
BROKEN_TERMS = {"list": "GDS-13", "terms": "GDS-15c", "grounds": "GDS-15n"}
ENDED = frozenset({"ended", "terminated"})


@dataclass(frozen=True, slots=True)
class Sides:
    """Codes of the departments that stand on either side of a matter."""

    provider: str = ""
    requester: str = ""
    authority: str = ""
    named: str = ""

    def of(self, side: Side) -> str:
        """Return who stands there; "" for what is no department of the site."""
        return str(getattr(self, side.value, ""))


def authority() -> str:
    """Return the code of the bureau, which is the sharing authority; "" where there is none."""
    rows = Organisation.objects.filter(kind="bureau", active=True)
    return rows.order_by("code").values_list("code", flat=True).first() or ""


def steps_of(rows: Iterable[Row]) -> dict[str, list[SharingStep]]:
    """Return the steps of records by code, each in the order of time."""
    found: dict[str, list[SharingStep]] = {row.code: [] for row in rows}
    for step in SharingStep.objects.filter(subject__in=list(found)):
        found[step.subject].append(step)
    return found


def owed_by(row: Row, steps: Steps, bureau: str) -> list[Owed]:
    """Return what is owed in the matter of a record, in the order of the duties.

    Args:
        row: a record of sharing.
        steps: its steps.
        bureau: code of the sharing authority.
    """
    sides = _sides(row, bureau)
    found = [*_waited_for(row, steps, sides), *_stated(row, steps, sides)]
    order = list(duties())
    return sorted(found, key=lambda owed: (order.index(owed.duty.id), owed.due or date.min))


def _sides(row: Row, bureau: str) -> Sides:
    if isinstance(row, Resolution):
        return Sides(authority=bureau, named=row.holder.code)
    if isinstance(row, CatalogueItem):
        return Sides(row.department.code, "", bureau)
    if isinstance(row, Grant):
        return Sides(row.item.department.code, row.recipient.code, bureau)
    request = row.request if isinstance(row, Dispute) else row
    return Sides(request.item.department.code, request.requester.code, bureau)


def _owed(name: str, sides: Sides, *, rule: str = "", **stands: object) -> Owed:
    duty = duties()[name]
    return Owed(duty, sides.of(duty.holder), rule or duty.rule, **stands)  # type: ignore[arg-type]


def _waited_for(row: Row, steps: Steps, sides: Sides) -> Iterator[Owed]:
    """Read periods off the states: of those that ended, and of the one that lasts."""
    waits, rules = WAITS[type(row)], _rules(row)
    for step in steps:
        name, done = waits.get(step.left), timezone.localdate(step.at)
        if name is None or step.due is None or step.left == step.state:
            continue
        moot = step.verb in MOOT or (step.left, step.verb) == FELL
        if not moot or done > step.due:
            yield _owed(name, sides, rule=rules.get(step.left, ""), due=step.due, done=done)
    if row.state in waits and row.due is not None:
        yield _owed(waits[row.state], sides, rule=row.due_rule, due=row.due)


def _rules(row: Row) -> Mapping[str, str]:
    """Return the rule of each state where it is not simply that of the duty."""
    if isinstance(row, SharingRequest) and row.sharing == "unconditional":
        return {"asked": "GDS-21u"}
    return {}


def _stated(row: Row, steps: Steps, sides: Sides) -> Iterator[Owed]:
    """Read off what a record says itself."""
    if isinstance(row, CatalogueItem):
        yield from _of_entry(row, sides)
    elif isinstance(row, SharingRequest):
        yield from _of_answer(row, sides)
    elif isinstance(row, Grant):
        yield from _of_use(row, steps, sides)


def _of_entry(item: CatalogueItem, sides: Sides) -> Iterator[Owed]:
    listed = None if item.published is None else timezone.localdate(item.published)
    broken = {fault.rule for fault in faults(Dataset.from_json(item.listed), pack())}
    asked = {"conditional": "terms", "not_shared": "grounds"}.get(item.sharing)
    for name in ("list", *([asked] if asked else [])):
        wrong = BROKEN_TERMS[name] in broken and item.state not in {"drafted", "withdrawn"}
        yield _owed(name, sides, done=listed, broken=wrong)
    if item.fresh_until is not None and item.updated is not None and listed is not None:
        yield _owed("fresh", sides, due=item.fresh_until)


def _of_answer(request: SharingRequest, sides: Sides) -> Iterator[Owed]:
    if request.answered is None:
        return
    answered = timezone.localdate(request.answered)
    if request.decision == "refused" or request.refusal_reason:
        told = bool(request.refusal_reason and request.refusal_basis)
        yield _owed("reason", sides, done=answered, broken=not told)
    if request.kind == SharingRequest.Kind.RETURN:
        yield _owed("return", sides, done=answered, broken=bool(request.refusal_reason))


def _of_use(grant: Grant, steps: Steps, sides: Sides) -> Iterator[Owed]:
    """Purpose, records, disposal and reassessment of a grant that was put to use."""
    if grant.state == "waiting":
        return
    over = grant.state in ENDED
    last = timezone.localdate(grant.entered)
    fell = sum((step.left, step.verb) == FELL for step in steps)
    misused = sum(step.verb == "suspend" for step in steps) > fell
    # Time to keep to the purpose never ends; that it was kept to is known when the grant is over.
    yield _owed("purpose", sides, done=last if over else None, broken=misused)
    written = grant.usage.order_by("at").first()
    used = written is not None or Exchange.objects.filter(Q(grant=grant, outcome="")).exists()
    if used:
        done = None if written is None else timezone.localdate(written.at)
        yield _owed("record", sides, done=done, broken=over and done is None)
    if over:
        disposed = bool(grant.disposed)
        yield _owed("dispose", sides, done=last if disposed else None)
    else:
        yield _owed("reassess", sides, due=grant.reassess_on)
