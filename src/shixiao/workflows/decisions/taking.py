"""Taking in: decisions come singly, in batches or as files, and every row has its answer.

The same number with the same content is answered as before. With another content it is refused, and
both stay as they were said. Late ones are taken and marked, a version that is not on the register
is noted: what was decided was decided. Each part of a delivery is one transaction, so a delivery
that breaks off is simply sent again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from shixiao.fairness.decisions import (
    Place,
    Record,
    Scheme,
    Use,
    added,
    counts_of,
    place_of,
    uses_of,
)
from shixiao.records.base import uuid7
from shixiao.records.loading import load
from shixiao.records.models import (
    DecisionCell,
    DecisionConflict,
    DecisionDelivery,
    DecisionUses,
    LoggedDecision,
    System,
)
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.decisions.codes import query_of, receipt_of
from shixiao.workflows.decisions.laying import scheme_of
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete, Stale

PART = 1_000
MOST_USES = 1_000
"""Facts that are counted apart for a version and month; what comes beyond is not counted."""
TAKEN, AGAIN, REFUSED = "taken", "again", "refused"
NO_SCHEME = Text(
    "这个系统还没有登记决定说明（有哪些结果、因素和分组），不能接收决定。",
    "Nothing is laid down yet for the decisions of this system (results, factors, groups); none are"
    " taken.",
)
RETIRED = Text("系统已停用，不再接收决定。", "The system is retired; no decisions are taken.")
OTHER_SYSTEM = Text("这件决定属于另一个系统。", "This decision is of another system.")
OTHER_CONTENT = Text(
    "这个编号已有内容不同的决定。没有收下；两份都照原样留存。更正请走异议或更正程序。",
    "This number stands for a decision with another content. It was not taken; both are kept as"
    " they were said. To correct one, use the way of objections and corrections.",
)
UNKNOWN_VERSION = Text("登记册里没有这个版本。", "This version is not on the register.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one row.

    Attributes:
        row: its number in the delivery, from 1.
        number: of the decision; "" where it could not be read.
        state: ``taken``, ``again`` or ``refused``.
        text: why it was refused, or what is to be noted.
        column: which part of it is wrong.
        receipt, query: codes for the person.
        late: whether it came later than rule DCS-01 allows.
    """

    row: int
    number: str
    state: str
    text: Text | None = None
    column: str = ""
    receipt: str = ""
    query: str = ""
    late: bool = False


Rows = Iterable[tuple[int, Record | BadInput]]


def begin(system: System, *, name: str, actor: Actor, at: datetime) -> DecisionDelivery:
    """Begin a delivery.

    Raises:
        Forbidden: it is another department's system.
        Stale: the system is retired.
        Incomplete: nothing is laid down for its decisions.
    """
    check(actor, "decision.deliver", system)
    if system.state == "retired":
        raise Stale(RETIRED)
    if not system.decision_schemes.exists():
        raise Incomplete(NO_SCHEME)
    return DecisionDelivery.objects.create(
        system=system, name=name[:200], at=at, by=signed_in(actor)
    )


def take(delivery: DecisionDelivery, rows: Rows, *, actor: Actor, at: datetime) -> Iterator[Answer]:
    """Take the rows of a delivery in, part by part; give the answer to each in their order.

    The delivery is closed, and its leaf written, when all answers were taken, and also where it
    breaks off: with what was taken until then.

    Raises:
        Incomplete: nothing is laid down for its decisions.
    """
    scheme = scheme_of(delivery.system, at=at)
    if scheme is None:
        raise Incomplete(NO_SCHEME)
    versions = frozenset(delivery.system.releases.values_list("label", flat=True))
    left, digest = iter(rows), sha256()
    try:
        while part := list(islice(left, PART)):
            with transaction.atomic():
                taking = _Taking(delivery, scheme, versions, at)
                answers = taking.answers(part)
                taking.save()
            digest.update("".join(row.sha256 for row in taking.rows).encode())
            for answer in answers:
                setattr(delivery, answer.state, getattr(delivery, answer.state) + 1)
                delivery.late += answer.late and answer.state == TAKEN
            yield from answers
    finally:
        _close(delivery, digest.hexdigest(), actor, at)


def zone() -> ZoneInfo:
    """Return the zone of times that name none."""
    return ZoneInfo(settings.TIME_ZONE)


class _Taking:
    """One part of a delivery on its way into the records; the system is held until it is saved."""

    def __init__(
        self, delivery: DecisionDelivery, scheme: Scheme, versions: frozenset[str], at: datetime
    ) -> None:
        self._delivery, self._scheme, self._at = delivery, scheme, at
        self._versions = versions
        self._system = moving.locked(delivery.system)
        self._late = at - timedelta(days=pack().number("DCS-01"))
        self._zone = zone()
        self._known: dict[str, LoggedDecision] = {}
        self._cells: dict[Place, DecisionCell] = {}
        self._rules: dict[tuple[str, ...], str] = {}
        self._places: list[Place] = []
        self._uses: dict[tuple[str, str], Counter[Use]] = {}
        self._first: dict[tuple[str, str], date] = {}
        self._conflicts: dict[tuple[str, str], DecisionConflict] = {}
        self.rows: list[LoggedDecision] = []

    def answers(self, part: Sequence[tuple[int, Record | BadInput]]) -> list[Answer]:
        """Answer every row of the part."""
        numbers = [found.decision_id for _, found in part if isinstance(found, Record)]
        known = LoggedDecision.objects.filter(system=self._system, number__in=numbers)
        self._known = {row.number: row for row in known.defer("sealed")}
        return [self._answer(row, found) for row, found in part]

    def save(self) -> None:
        """Write what was taken: cells first, then decisions, then what contradicts them."""
        grown = {cell.key: cell for cell in self._cells.values()}
        # Objections and corrections count in single cells, so what is added to is locked; all in
        # one order, so that two never wait for each other.
        rows = DecisionCell.objects.filter(system=self._system, key__in=grown).order_by("pk")
        held = {cell.key: cell for cell in rows.select_for_update(of=("self",))}
        for key, cell in held.items():
            cell.counts, grown[key].pk = added(cell.counts, grown[key].counts), cell.pk
        fresh = [cell for cell in self._cells.values() if cell.key not in held]
        DecisionCell.objects.bulk_create(fresh)
        DecisionCell.objects.bulk_update(held.values(), ["counts"])
        for row, place in zip(self.rows, self._places, strict=True):
            row.cell_id = self._cells[place].pk
        load(LoggedDecision, self.rows)
        DecisionConflict.objects.bulk_create(self._conflicts.values(), ignore_conflicts=True)
        self._save_uses()

    def _save_uses(self) -> None:
        """Add to what decisions rest on; the lock on the system keeps others from it."""
        periods = {period for _, period in self._uses}
        rows = DecisionUses.objects.filter(system=self._system, period__in=periods)
        held = {(row.version, row.period): row for row in rows}
        fresh = []
        for key, found in self._uses.items():
            row = held.get(key)
            if row is None:
                row = DecisionUses(system=self._system, version=key[0], period=key[1], uses=[])
                row.first = self._first[key]
                fresh.append(row)
            else:
                row.first = min(row.first, self._first[key])
            kept = Counter({(name, source, article): n for name, source, article, n in row.uses})
            for use, n in found.items():
                if use in kept or len(kept) < MOST_USES:
                    kept[use] += n
            row.uses = [[*use, n] for use, n in kept.items()]
        DecisionUses.objects.bulk_create(fresh)
        grown = [row for key, row in held.items() if key in self._uses]
        DecisionUses.objects.bulk_update(grown, ["first", "uses"])

    def _answer(self, row: int, found: Record | BadInput) -> Answer:
        if isinstance(found, BadInput):
            return Answer(row, "", REFUSED, found.text, found.column or "")
        try:
            if found.system_id != self._system.identifier:
                raise BadInput(OTHER_SYSTEM, column="system_id")
            self._scheme.check(found)
        except BadInput as wrong:
            return Answer(row, found.decision_id, REFUSED, wrong.text, wrong.column or "")
        known = self._known.get(found.decision_id)
        if known is not None and known.sha256 != found.sha256:
            self._contradict(known, found)
            return Answer(row, found.decision_id, REFUSED, OTHER_CONTENT, "decision_id")
        state = TAKEN if known is None else AGAIN
        kept = self._new(found) if known is None else known
        query = query_of(self._system.identifier, kept.number, kept.turn)
        note = None if found.version in self._versions else UNKNOWN_VERSION
        column = "version" if note else ""
        return Answer(row, kept.number, state, note, column, kept.code, query, kept.late)

    def _new(self, found: Record) -> LoggedDecision:
        made = LoggedDecision(
            id=uuid7(),
            system_id=self._system.pk,
            number=found.decision_id,
            sha256=found.sha256,
            version=found.version,
            result=found.result,
            final=found.final,
            inputs_hash=found.inputs_hash,
            rules_key=self._rules_key(found.rules),
            missing=",".join(found.missing()),
            at=found.ts,
            received=self._at,
            late=found.ts < self._late,
            code=receipt_of(self._system.identifier, found.decision_id),
            delivery_id=self._delivery.pk,
            sealed=found.plain,
        )
        self._count(found)
        self._known[made.number] = made
        self.rows.append(made)
        return made

    def _count(self, found: Record) -> None:
        place = place_of(found, self._scheme, self._zone)
        self._places.append(place)
        if place not in self._cells:
            named = zip(self._scheme.groups, place.groups, strict=True)
            groups = {name: value for name, value in named if value}
            self._cells[place] = DecisionCell(
                system=self._system,
                key=sha256_of([place.version, place.period, place.arm, groups]),
                version=place.version,
                period=place.period,
                arm=place.arm,
                groups=groups,
                counts={},
            )
        counts = self._cells[place].counts
        for name, count in counts_of(found, self._scheme).items():
            counts[name] = counts.get(name, 0) + count
        month, day = (place.version, place.period), found.ts.astimezone(self._zone).date()
        if month not in self._uses:
            self._uses[month], self._first[month] = Counter(), day
        self._uses[month].update(uses_of(found))
        self._first[month] = min(self._first[month], day)

    def _rules_key(self, rules: tuple[str, ...]) -> str:
        """Return by what decisions of the same rules are found."""
        if rules not in self._rules:
            self._rules[rules] = sha256_of(sorted(rules)) if rules else ""
        return self._rules[rules]

    def _contradict(self, known: LoggedDecision, found: Record) -> None:
        self._conflicts[known.number, found.sha256] = DecisionConflict(
            system=self._system,
            decision=known,
            sha256=found.sha256,
            sealed=found.plain,
            at=self._at,
            delivery=self._delivery,
        )


@transaction.atomic
def _close(delivery: DecisionDelivery, digest: str, actor: Actor, at: datetime) -> None:
    delivery.sha256 = digest if delivery.taken else ""
    delivery.save()
    facts = {
        "records": delivery.taken,
        "sha256": delivery.sha256 or None,
        "concerns": delivery.code,
    }
    put(
        "decision.delivered",
        delivery.system.code,
        at=at,
        facts=facts,
        sealed={"actor": actor.account},
    )
