"""Standing: how an entry stands today: level, duties, authority, and what the log says against it.

Everything is computed anew from the content, the newest log and the records; so a mitigation that
is no longer there raises the level without anybody's doing, and the gate hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Max, QuerySet

from shixiao.fairness.algorithms.authority import Authority, unfounded
from shixiao.fairness.algorithms.checking import disagreements, not_told
from shixiao.fairness.algorithms.duties import OUTCOMES, Duty, Fulfilled, duties
from shixiao.fairness.algorithms.entries import inputs_of
from shixiao.fairness.algorithms.predicates import fresh, measured, old
from shixiao.fairness.algorithms.questions import questionnaire
from shixiao.fairness.algorithms.scoring import Measured, Score, score, settled
from shixiao.fairness.algorithms.seen import Seen, called
from shixiao.fairness.algorithms.telling import FEWEST, Telling
from shixiao.fairness.decisions import read_scheme
from shixiao.records.models import (
    Algorithm,
    AlgorithmEdition,
    AlgorithmLog,
    AlgorithmReview,
    PrivacyAssessment,
    System,
)
from shixiao.terms import Finding, Subject, SubjectKind, Text
from shixiao.workflows.algorithms.logs import log_of
from shixiao.workflows.clock import pack
from shixiao.workflows.consultations.standing import heard

YEAR = timedelta(days=365)
DEVELOPMENT = "development"
KEEP, CORRECT, HUMAN, SUSPEND = "keep", "correct", "human", "suspend"
TRAINING = "training"
# Fields of an entry that say how the algorithm works.
WORKING = ("versions", "model", "inputs", "role", "discretions", "human_work", "explanation")
NO_ENTRY = Text("没有公布算法登记", "its entry in the register of algorithms is not published")
NO_LOG = Text("没有决定日志可以核对", "there is no log to hold it against")
DIFFERS = Text("有 {n} 处不符", "it differs in {n} respects")
AGREES = Text("逐项相符", "it agrees in every respect")
NO_PERSONAL = Text("不使用个人信息", "no personal data are used")
NO_PIA = Text("没有有效的评估", "there is none in force")
PIA_UNTIL = Text("有效至 {day}", "in force until {day}")
BY_HAND = Text("有人工办理说明", "there is a page about work by hand")
NO_HAND = Text("没有人工办理说明", "there is no page about work by hand")
GAPS = Text("有 {n} 处缺口", "it has {n} gaps")
NO_GAPS = Text("没有缺口", "it has no gap")
NO_TRAINING = Text("一年内没有培训记录", "no training is on record within a year")
TRAINED = Text("{day} 的培训记录", "training of {day}")
NOT_REVIEWED = Text("没有审查过", "it was never reviewed")
REVIEWED = Text("下一次 {day} 以前", "the next is due by {day}")
LATE = Text("{day} 已过期", "overdue since {day}")
CORRECTED = Text(
    "上次审查要求整改，还没有审查整改的结果",
    "the last review asked for a correction, and none has looked at it since",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an entry stands.

    Attributes:
        score: with the level.
        why: by the id of a mitigation, why it counts or not.
        duties: what the level owes, and what is lacking.
        gaps: what is decided without authority; each is a veto.
        findings: what the log says against the entry.
        silent: what the log does not tell.
        log: what it is held against; None without one.
        seen: what that says, inputs called as the entry calls them; None without one.
        decisions: how many it has, as it may be told; None without one.
    """

    score: Score
    why: Mapping[str, Text]
    duties: tuple[Duty, ...]
    gaps: tuple[Text, ...]
    findings: tuple[Finding, ...]
    silent: tuple[Text, ...]
    log: AlgorithmLog | None
    seen: Seen | None
    decisions: Text | None


def standing(
    algorithm: Algorithm, content: Mapping[str, Any], *, today: date, exact: bool = False
) -> Standing:
    """Return how a content of an entry stands today.

    Sentences are fit for everybody: what few persons make up is told as few. Those who may read
    drafts are told the numbers (``exact``).
    """
    rules, entry = pack(), content.get("fields", {})
    log = log_of(algorithm, today=today)
    seen = _told(log, entry) if log else None
    fewest = 0 if exact else int(rules.number(FEWEST))
    gaps = _gaps(content, seen, fewest)
    found: tuple[Finding, ...] = ()
    if seen is not None:
        subject = subject_of(algorithm)
        found = disagreements(entry, seen, subject, rules=rules, fewest=fewest)
    silent = _silent(seen, today) if seen else ()
    late = algorithm.due is not None and algorithm.due < today
    last = finished(algorithm).first()
    outcome = _owed_to(algorithm, last)
    answers = answers_of(content)
    facts = measured(seen, today=today, rules=rules, fewest=fewest) | {
        "authorised": Measured(not gaps, GAPS.format(n=len(gaps)) if gaps else NO_GAPS),
        "agrees": _agrees(seen, found, silent),
        "assessed": _assessed(algorithm.system, answers, today),
        "by_hand": _by_hand(algorithm.system),
        "trained": _trained(algorithm.system, today),
        "reviewed": _reviewed(algorithm, last, outcome, late),
    }
    counted, why = settled(questionnaire(), answers, content.get("references", {}), facts)
    made = score(questionnaire(), counted, rules)
    papers = content.get("papers", {})
    met = Fulfilled(
        notice=bool(entry.get("notice")),
        explanation=bool(entry.get("explanation")),
        role=entry.get("role", ""),
        seen=seen,
        developing=entry.get("status") == DEVELOPMENT,
        fresh=seen is not None and fresh(seen, today=today, rules=rules),
        reviewed=last is not None,
        late=late,
        outcome=outcome,
        human_only=last is not None and last.outcome == HUMAN,
        hearing=papers.get("hearing", "") or heard(algorithm.system),
        approval=papers.get("approval", ""),
        fewest=fewest,
    )
    owed = duties(made.level, met, rules=rules)
    told = Telling(seen, fewest).number(seen.decisions) if seen else None
    return Standing(made, why, owed, gaps, found, silent, log, seen, told)


def _told(log: AlgorithmLog, entry: Mapping[str, Any]) -> Seen:
    """Return what a log says. Decisions name facts by the codes of their system: those that the
    entry does not know are called by what was laid down for the code.
    """
    seen = Seen.of(log.seen)
    scheme = log.algorithm.system.decision_schemes.first() if log.sent else None
    if scheme is None:
        return seen
    known, names = {one.name for one in inputs_of(entry)}, {}
    for code, terms in read_scheme(scheme.content).factors.items():
        if code not in known:
            both = (terms.name.zh, terms.name.en)
            names[code] = next((name for name in both if name in known), f"{both[0]}（{code}）")
    return called(seen, names)


def _gaps(content: Mapping[str, Any], seen: Seen | None, fewest: int) -> tuple[Text, ...]:
    """Return what is decided without authority, by the entry or in fact."""
    entry, chain = content.get("fields", {}), authorities(content)
    role, discretions = entry.get("role", ""), entry.get("discretions", ())
    if seen is None:
        return unfounded(role, discretions, chain)
    said = Telling(seen, fewest).number(seen.alone)
    return unfounded(role, discretions, chain, alone=seen.alone, said=said)


def against(system: System, *, today: date) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """Return the vetoes of a system's admission, and the duties that it does not meet.

    A system that decides, and every algorithm, owes an entry; of others one counts that is there.
    """
    row = Algorithm.objects.filter(system=system).first()
    edition = published(row) if row else None
    if row is None or edition is None:
        owes = system.kind == System.Kind.ALGORITHM or system.decides
        return (), ((NO_ENTRY,) if owes else ())
    found = standing(row, edition.content, today=today)
    return found.gaps, tuple(duty.against for duty in found.duties if duty.lacks is not None)


def published(algorithm: Algorithm) -> AlgorithmEdition | None:
    """Return the newest edition; None before the first."""
    return algorithm.editions.filter(confirmed=True).order_by("-number").first()


def all_published(rows: Iterable[Algorithm]) -> dict[UUID, AlgorithmEdition]:
    """Return the newest edition of each entry by the id of the entry; older ones are not read."""
    found = AlgorithmEdition.objects.filter(algorithm__in=list(rows), confirmed=True)
    found = found.annotate(newest=Max("algorithm__editions__number")).filter(number=F("newest"))
    return {edition.algorithm_id: edition for edition in found}


def authorities(content: Mapping[str, Any]) -> tuple[Authority, ...]:
    """Return the chain of authority of a content."""
    return tuple(Authority.of(each) for each in content.get("authorities", ()))


def answers_of(content: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the answers of a content; what the entry says itself is not answered otherwise."""
    entry = content.get("fields", {})
    given = {name: tuple(chosen) for name, chosen in content.get("answers", {}).items()}
    told = {q.id: entry.get(q.field) for q in questionnaire().questions if q.field}
    return given | {name: (value,) if value else () for name, value in told.items()}


def subject_of(algorithm: Algorithm) -> Subject:
    """Return the system as findings name it."""
    return Subject(SubjectKind.SYSTEM, algorithm.system.identifier, algorithm.system.name)


def privacy_in_force(system: System, today: date) -> PrivacyAssessment | None:
    """Return the newest impact assessment on personal data that is confirmed and not over."""
    row = system.privacy_assessments.filter(confirmed=True).first()
    if row is None or row.until < today or not all(holds for holds, _ in row.findings.values()):
        return None
    return row


def finished(algorithm: Algorithm) -> QuerySet[AlgorithmReview]:
    """Return the reviews that ended in an outcome, the newest first; an abandoned one is none."""
    return algorithm.reviews.filter(done__isnull=False).exclude(outcome="").order_by("-done")


def _owed_to(algorithm: Algorithm, last: AlgorithmReview | None) -> str:
    """Return the outcome of the last review as far as it is not met yet; "" where nothing is owed.

    A suspension lasts until a later review says otherwise, a correction until something newer than
    the review is there: a release of the system, or an edition of the entry that changes how it
    works. Another word in the summary corrects nothing.
    """
    if last is None or last.done is None or last.outcome not in {SUSPEND, CORRECT}:
        return ""
    if last.outcome == CORRECT and (
        algorithm.system.releases.filter(at__gt=last.done).exists()
        or _works_otherwise(algorithm, last.done)
    ):
        return ""
    return last.outcome


def _works_otherwise(algorithm: Algorithm, since: datetime) -> bool:
    """Say whether an edition after a moment changed how the algorithm works."""
    editions = algorithm.editions.filter(confirmed=True)
    before = editions.filter(answered__lte=since).order_by("-number").first()
    later = editions.filter(answered__gt=since)
    was = _working(before.content) if before else None
    return any(_working(each.content) != was for each in later)


def _working(content: Mapping[str, Any]) -> list[Any]:
    return [content.get("fields", {}).get(name) for name in WORKING]


def _silent(seen: Seen, today: date) -> tuple[Text, ...]:
    """Say what the newest log does not tell of today."""
    rules = pack()
    late = () if fresh(seen, today=today, rules=rules) else (old(seen),)
    return (*late, *not_told(seen, rules=rules))


def _agrees(seen: Seen | None, found: Sized, silent: Sequence[Text]) -> Measured:
    """Say whether entry and log agree; what was not compared, or long ago, is neither."""
    if seen is None:
        return Measured(None, NO_LOG)
    if found:
        return Measured(False, DIFFERS.format(n=len(found)))
    return Measured(None, silent[0]) if silent else Measured(True, AGREES)


def _assessed(system: System, answers: Mapping[str, tuple[str, ...]], today: date) -> Measured:
    if answers.get("personal") == ("none",):
        return Measured(True, NO_PERSONAL)
    row = privacy_in_force(system, today)
    if row is None:
        return Measured(False, NO_PIA)
    return Measured(True, PIA_UNTIL.format(day=row.until.isoformat()))


def _by_hand(system: System) -> Measured:
    return Measured(bool(system.manual), BY_HAND if system.manual else NO_HAND)


def _trained(system: System, today: date) -> Measured:
    row = system.papers.filter(criterion=TRAINING).first()
    if row is None or not row.holds or row.day < today - YEAR:
        return Measured(False, NO_TRAINING)
    return Measured(True, TRAINED.format(day=row.day.isoformat()))


def _reviewed(
    algorithm: Algorithm, last: AlgorithmReview | None, outcome: str, late: bool
) -> Measured:
    if last is None or algorithm.due is None:
        return Measured(False, NOT_REVIEWED)
    if outcome:
        return Measured(False, OUTCOMES[outcome])
    if last.outcome not in {KEEP, HUMAN}:
        return Measured(False, CORRECTED)
    day = algorithm.due.isoformat()
    return Measured(not late, (LATE if late else REVIEWED).format(day=day))
