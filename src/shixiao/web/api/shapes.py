"""What the API answers with: the shapes, documented, and how records become them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from ninja import Schema
from pydantic import Field

from shixiao.records.models import Case, Evaluation, Finding, Standing
from shixiao.terms import Text
from shixiao.web.cases.showing import title_of
from shixiao.web.results.reading import claim
from shixiao.web.results.words import kind_name
from shixiao.workflows.actors import Actor

T = TypeVar("T")


MOST_ROWS, USUAL_ROWS = 200, 50
LONGEST_PERIOD = 3660  # days


class Paging(Schema):
    """Which page of a list is asked for."""

    page: int = Field(1, ge=1)
    size: int = Field(USUAL_ROWS, ge=1, le=MOST_ROWS, description="rows of a page")


class OfDepartment(Paging):
    """Those of one department, by its id."""

    department: str = ""


class CasesAsked(OfDepartment):
    """Cases in one state."""

    state: str = ""


class FindingsAsked(CasesAsked):
    """Findings of one kind."""

    kind: str = ""


class PeriodAsked(Schema):
    """A period of time: from which day, and how many working or calendar days."""

    start: date = Field(alias="from", description="the day of the event; it is not counted")
    working_days: int | None = Field(None, ge=1, le=LONGEST_PERIOD)
    days: int | None = Field(None, ge=1, le=LONGEST_PERIOD)


class Words(Schema):
    """A text in both languages."""

    zh: str
    en: str


class Listed(Schema, Generic[T]):
    """A page of a list; pages are counted from 1."""

    count: int = Field(description="rows in all")
    page: int
    pages: int
    items: list[T]


class EvaluationShape(Schema):
    """An evaluation, and what recomputing it needs."""

    code: str
    state: str = Field(description="queued, running, done or failed")
    organisation: Words
    asked: datetime
    published: datetime | None
    withdrawn: datetime | None
    cases: int
    events: int
    first_day: date | None
    last_day: date | None
    rules_pack: str
    rules_sha256: str
    code_version: str
    inputs_sha256: str
    result_sha256: str
    bundle_sha256: str
    seed: int


class Span(Schema):
    """A score in points out of 100 with its interval of 95 %."""

    value: float | None
    low: float | None
    high: float | None


class StandingShape(Schema):
    """Where a subject stands in an evaluation; subjects of one band cannot be told apart."""

    kind: str
    id: str
    name: Words
    department: str = Field(description="id of the department; empty where unknown")
    verdict: str
    cases: int
    findings: int
    score: Span
    band: int | None
    rank: dict[str, int | None] = Field(description="low, high and of: the interval of the rank")
    hours: float | None = Field(description="hours a year that could be saved for people")


class FindingShape(Schema):
    """A finding: a lead that has to be checked, or a breach of fact."""

    code: str
    kind: str
    kind_name: Words
    lead: bool = Field(description="true for a lead by numbers, false for a breach of fact")
    severity: str
    state: str
    subject_kind: str
    subject: str
    subject_name: Words
    department: str
    text: Words
    last_seen: str = Field(description="code of the evaluation in which it was seen last")


class CaseShape(Schema):
    """A case as the caller may see it; nothing of persons is in it."""

    code: str
    title: Words
    state: str
    origin: str
    outcome: str
    department: str
    finding: str
    opened: datetime
    due: date | None
    due_rule: str
    closed: datetime | None
    published: datetime | None


class ReceiptShape(Schema):
    """What the ledger holds under a number; the proof is a C2SP tlog-proof, null while pending."""

    code: str
    event: str
    at: datetime
    position: int | None
    entry: str = Field(description="the leaf: canonical JSON")
    proof: str | None


class SkippedDay(Schema):
    """A day that does not count, and why."""

    date: date
    reason: Words


class DeadlineShape(Schema):
    """The last day of a period of time; provisional where the calendar is not announced yet."""

    due: date
    provisional: bool
    counted: int
    skipped: list[SkippedDay]


def words(text: Text | None) -> dict[str, str]:
    """Return a text as JSON; empty in both languages for none."""
    return text.to_json() if text is not None else {"zh": "", "en": ""}


def evaluation_shape(row: Evaluation) -> dict[str, Any]:
    """Return an evaluation as JSON."""
    same = set(EvaluationShape.model_fields) - {"organisation"}
    return {name: getattr(row, name) for name in same} | {
        "organisation": words(row.evidence.organisation.name)
    }


def standing_shape(row: Standing) -> dict[str, Any]:
    """Return a standing as JSON."""
    return {
        "kind": row.kind,
        "id": row.subject,
        "name": words(row.name),
        "department": row.department,
        "verdict": row.verdict,
        "cases": row.cases,
        "findings": row.findings,
        "score": {"value": row.score, "low": row.score_low, "high": row.score_high},
        "band": row.band,
        "rank": {"low": row.rank_low, "high": row.rank_high, "of": row.rank_of},
        "hours": row.hours,
    }


def finding_shape(row: Finding, actor: Actor) -> dict[str, Any]:
    """Return a finding as JSON, as far as the caller may read it."""
    return {
        "code": row.code,
        "kind": row.kind,
        "kind_name": words(kind_name(row.kind)),
        "lead": row.lead,
        "severity": row.severity,
        "state": row.state,
        "subject_kind": row.subject_kind,
        "subject": row.subject,
        "subject_name": words(row.subject_name),
        "department": row.department.code if row.department else "",
        "text": words(claim(actor, row)),
        "last_seen": row.said_in.code,
    }


def case_shape(row: Case) -> dict[str, Any]:
    """Return a case as JSON."""
    same = ("code", "state", "origin", "outcome", "opened", "due", "due_rule", "closed")
    return {name: getattr(row, name) for name in same} | {
        "title": words(title_of(row)),
        "department": row.department.code if row.department else "",
        "finding": row.finding.code if row.finding else "",
        "published": row.published,
    }
