"""Filing: why a system is wanted, what it pledges to change for people, and on which records.

Nothing is changed afterwards: a later file takes the place of the former, which stays. The pledge
is made before the first admission and is judged on its day (``judging``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import EffectPledge, NeedFile, System, SystemPaper
from shixiao.seals import sha256_of
from shixiao.security.assessing import BASELINE, Need, Question, library
from shixiao.terms import Text
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import Incomplete, Stale
from shixiao.workflows.systems.judging import pledgeable
from shixiao.workflows.systems.registering import begin, keep

MOST_LISTED = 200
OLDEST = timedelta(days=3660)
NO_CRITERION = Text("请选择标准。", "Choose a criterion.")
NO_NUMBER = Text("请写明文号或编号。", "Give its number.")
NOTHING = Text("请写明看到了什么，或附上文件。", "Say what was seen, or add a file.")
FUTURE = Text("日期不能晚于今天。", "The day cannot lie ahead.")
TOO_OLD = Text("日期太早。", "The day lies too far back.")
ENDED = Text("有效期不能早于出具日期。", "It cannot end before it was made.")
NO_MEASURE = Text("请选择度量。", "Choose a measure.")
NO_SUBJECT = Text("请写明是哪个服务。", "Say which service it is of.")
NO_SOURCE = Text("请写明现状数值的出处。", "Say where the present value comes from.")
NO_BETTER = Text(
    "目标须优于现状（{measure}）。", "The target has to be better than it is now ({measure})."
)
TOO_FEW = Text("至少要 {least} 件办件才能判断。", "At least {least} cases are needed to judge.")
PAST = Text("核对日期须在今天之后、三年之内。", "The day lies after today and within three years.")
TOO_LATE = Text(
    "系统已经准入过，目标只能在首次准入之前登记。",
    "The system was admitted before; a pledge is made before its first admission.",
)
LEAST, LATEST = 30, timedelta(days=1096)


@dataclass(frozen=True, slots=True)
class Paper:
    """A record as it is entered.

    Attributes:
        criterion: that it speaks to.
        number: of the document.
        said: what was seen; "" where the file says it.
        holds: whether it bears the criterion out.
        day: when it was made.
        until: its own last day; None where it names none.
        file: name and content; None for none.
    """

    criterion: str
    number: str
    said: str
    holds: bool
    day: date
    until: date | None = None
    file: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Pledge:
    """What a system is to change, as it is entered; see ``records.EffectPledge``."""

    measure: str
    subject: str
    baseline: float
    target: float
    least: int
    day: date
    source: str


@transaction.atomic
def file_need(system: System, need: Need, *, actor: Actor, at: datetime) -> NeedFile:
    """Enter why a system is wanted; the gate says what it still lacks.

    Raises:
        Forbidden: it is another department's.
        Stale: the system is retired.
    """
    held = begin(system, seen=None, actor=actor)
    made = NeedFile.objects.create(
        system=held,
        people=need.people,
        complaints=[each.strip()[:200] for each in need.complaints if each.strip()][:MOST_LISTED],
        searches=dict(list(need.searches.items())[:MOST_LISTED]),
        sources=[each.strip()[:300] for each in need.sources if each.strip()][:MOST_LISTED],
        answers={str(key): [yes, why.strip()] for key, (yes, why) in need.answers.items()},
        at=at,
        by=signed_in(actor),
    )
    told = [made.people, made.complaints, made.searches, made.sources, made.answers]
    _put(held, "need", sha256_of(told), actor, at)
    return made


def need_of(system: System) -> Need | None:
    """Return why a system is wanted, as it was entered last; None without a file."""
    row = system.needs.first()
    if row is None:
        return None
    answers: Mapping[str, tuple[bool, str]] = row.answers
    return Need(
        row.people,
        tuple(row.complaints),
        row.searches,
        tuple(row.sources),
        {Question(key): (bool(yes), why) for key, (yes, why) in answers.items()},
    )


@transaction.atomic
def pledge(system: System, told: Pledge, *, actor: Actor, at: datetime) -> EffectPledge:
    """Enter what a system is to change for people, before its first admission.

    Raises:
        Forbidden: it is another department's.
        Stale: the system was admitted before, or is retired.
        Incomplete: something is missing or cannot be.
    """
    held = begin(system, seen=None, actor=actor)
    if held.admissions.filter(confirmed=True).exists():
        raise Stale(TOO_LATE)
    measure = pledgeable().get(told.measure)
    if measure is None:
        raise Incomplete(NO_MEASURE, field="measure")
    gain = told.baseline - told.target
    if (gain if measure.better == "lower" else -gain) <= 0:
        raise Incomplete(NO_BETTER.format(measure=measure.name), field="target")
    if told.least < LEAST:
        raise Incomplete(TOO_FEW.format(least=LEAST), field="least")
    today = timezone.localdate(at)
    if not today < told.day <= today + LATEST:
        raise Incomplete(PAST, field="day")
    made = EffectPledge.objects.create(
        system=held,
        measure=told.measure,
        subject=needed(told.subject, field="subject", missing=NO_SUBJECT)[:200],
        baseline=told.baseline,
        target=told.target,
        least=told.least,
        day=told.day,
        source=needed(told.source, field="source", missing=NO_SOURCE)[:300],
        at=at,
        by=signed_in(actor),
    )
    numbers = [made.measure, made.subject, made.baseline, made.target, made.least]
    _put(held, "pledge", sha256_of([*numbers, made.day.isoformat(), made.source]), actor, at)
    return made


@transaction.atomic
def enter_paper(system: System, paper: Paper, *, actor: Actor, at: datetime) -> SystemPaper:
    """Enter a record that speaks to a criterion; the newest counts.

    Raises:
        Forbidden: it is another department's.
        Stale: the system is retired.
        Incomplete: something is missing or cannot be.
    """
    held = begin(system, seen=None, actor=actor)
    _check(paper, timezone.localdate(at))
    name, kept, kind = "", None, ""
    if paper.file is not None:
        name, data = paper.file
        kind = files.media_type_of(name, data)
        kept = files.store(data, at=at)
    made = SystemPaper.objects.create(
        system=held,
        criterion=paper.criterion,
        number=needed(paper.number, field="number", missing=NO_NUMBER)[:200],
        said=paper.said.strip(),
        holds=paper.holds,
        day=paper.day,
        until=paper.until,
        file=kept,
        name=name[:200],
        media_type=kind,
        at=at,
        by=signed_in(actor),
    )
    until = made.until.isoformat() if made.until else ""
    told = [made.criterion, made.number, made.said, made.holds, made.day.isoformat(), until]
    digest = sha256_of([*told, kept.sha256 if kept else ""])
    _put(held, made.criterion, digest, actor, at, outcome="holds" if made.holds else "fails")
    return made


def refute(
    system: System, criterion: str, *, number: str, said: str, actor: Actor, at: datetime
) -> SystemPaper:
    """Enter that a criterion was shown not to hold; the caller has seen who may, and holds it.

    It counts until a newer record of the department speaks for the criterion again.
    """
    made = SystemPaper.objects.create(
        system=system,
        criterion=criterion,
        number=number,
        said=said,
        holds=False,
        day=timezone.localdate(at),
        at=at,
        by=signed_in(actor),
    )
    digest = sha256_of([criterion, number, said, False, made.day.isoformat(), "", ""])
    _put(system, criterion, digest, actor, at, outcome="fails")
    return made


def _check(paper: Paper, today: date) -> None:
    if paper.criterion not in library().criteria or paper.criterion == BASELINE:
        raise Incomplete(NO_CRITERION, field="criterion")
    if paper.day > today:
        raise Incomplete(FUTURE, field="day")
    if paper.day < today - OLDEST:
        raise Incomplete(TOO_OLD, field="day")
    if paper.until is not None and paper.until < paper.day:
        raise Incomplete(ENDED, field="until")
    if paper.file is None:
        needed(paper.said, field="said", missing=NOTHING)


def _put(
    system: System, part: str, digest: str, actor: Actor, at: datetime, *, outcome: str = ""
) -> None:
    facts = {"part": part, "sha256": digest, "outcome": outcome}
    put("system.filed", system.code, at=at, facts=facts, sealed={"actor": actor.account})
    keep(system, "file", at=at, actor=actor, reason=part)
