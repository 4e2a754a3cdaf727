"""Standing: how an entry stands today: level, duties, authority, and what the log says against it.

Everything is computed anew from the content, the newest log and the records; so a mitigation that
is no longer there raises the level without anybody's doing, and the gate hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shixiao.fairness.algorithms.authority import Authority, unfounded
from shixiao.fairness.algorithms.checking import disagreements, not_told
from shixiao.fairness.algorithms.duties import Duty, Fulfilled, duties
from shixiao.fairness.algorithms.predicates import measured
from shixiao.fairness.algorithms.questions import questionnaire
from shixiao.fairness.algorithms.scoring import Measured, Score, score, settled
from shixiao.fairness.algorithms.seen import Seen
from shixiao.records.models import Algorithm, AlgorithmEdition, PrivacyAssessment, System
from shixiao.terms import Finding, Subject, SubjectKind, Text
from shixiao.workflows.clock import pack
from shixiao.workflows.consultations.standing import heard

YEAR = timedelta(days=365)
TRAINING = "training"
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
        seen: the newest log; None without one.
    """

    score: Score
    why: Mapping[str, Text]
    duties: tuple[Duty, ...]
    gaps: tuple[Text, ...]
    findings: tuple[Finding, ...]
    silent: tuple[Text, ...]
    seen: Seen | None


def standing(algorithm: Algorithm, content: Mapping[str, Any], *, today: date) -> Standing:
    """Return how a content of an entry stands today."""
    rules, entry = pack(), content.get("fields", {})
    log = algorithm.logs.first()
    seen = Seen.of(log.seen) if log else None
    alone = seen.alone if seen else 0
    chain = authorities(content)
    gaps = unfounded(entry.get("role", ""), entry.get("discretions", ()), chain, alone=alone)
    found = disagreements(entry, seen, subject_of(algorithm), rules=rules) if seen else ()
    silent = not_told(seen) if seen else ()
    late = algorithm.due is not None and algorithm.due < today
    answers = {name: tuple(given) for name, given in content.get("answers", {}).items()}
    facts = measured(seen, today=today, rules=rules) | {
        "authorised": Measured(not gaps, GAPS.format(n=len(gaps)) if gaps else NO_GAPS),
        "agrees": _agrees(seen, len(found) + len(silent)),
        "assessed": _assessed(algorithm.system, answers, today),
        "by_hand": _by_hand(algorithm.system),
        "trained": _trained(algorithm.system, today),
        "reviewed": _reviewed(algorithm, late),
    }
    counted, why = settled(questionnaire(), answers, content.get("references", {}), facts)
    made = score(questionnaire(), counted, rules)
    papers = content.get("papers", {})
    met = Fulfilled(
        notice=bool(entry.get("notice")),
        explanation=bool(entry.get("explanation")),
        role=entry.get("role", ""),
        seen=seen,
        reviewed=algorithm.due is not None,
        late=late,
        human_only=_human_only(algorithm),
        hearing=papers.get("hearing", "") or heard(algorithm.system),
        approval=papers.get("approval", ""),
    )
    return Standing(made, why, duties(made.level, met, rules=rules), gaps, found, silent, seen)


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
    """Return the newest edition of each entry by the id of the entry, in one query."""
    found = AlgorithmEdition.objects.filter(algorithm__in=list(rows), confirmed=True)
    return {edition.algorithm_id: edition for edition in found.order_by("number")}


def authorities(content: Mapping[str, Any]) -> tuple[Authority, ...]:
    """Return the chain of authority of a content."""
    return tuple(Authority.of(each) for each in content.get("authorities", ()))


def subject_of(algorithm: Algorithm) -> Subject:
    """Return the system as findings name it."""
    return Subject(SubjectKind.SYSTEM, algorithm.system.identifier, algorithm.system.name)


def privacy_in_force(system: System, today: date) -> PrivacyAssessment | None:
    """Return the newest impact assessment on personal data that is confirmed and not over."""
    row = system.privacy_assessments.filter(confirmed=True).first()
    if row is None or row.until < today or not all(holds for holds, _ in row.findings.values()):
        return None
    return row


def _human_only(algorithm: Algorithm) -> bool:
    """Say whether the last review left every final decision to a person."""
    row = algorithm.reviews.filter(done__isnull=False).order_by("-done").first()
    return row is not None and row.outcome == "human"


def _agrees(seen: Seen | None, unlike: int) -> Measured:
    if seen is None:
        return Measured(None, NO_LOG)
    return Measured(not unlike, DIFFERS.format(n=unlike) if unlike else AGREES)


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


def _reviewed(algorithm: Algorithm, late: bool) -> Measured:
    if algorithm.due is None:
        return Measured(False, NOT_REVIEWED)
    day = algorithm.due.isoformat()
    return Measured(not late, (LATE if late else REVIEWED).format(day=day))
