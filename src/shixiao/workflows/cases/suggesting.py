"""Suggestions for grouping: cases that share a subject, a kind of finding, or their words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
from django.db.models import Q, QuerySet

from shixiao.records.models import Case
from shixiao.terms import Text
from shixiao.text import letters_only, overlap
from shixiao.workflows.cases.life import life
from shixiao.workflows.clock import pack

MOST, MOST_READ = 30, 500
SUBJECT = Text("同一对象", "the same subject")
WORDS = Text("反映的文字相近，可能是重复反映", "much the same words; perhaps reported twice")
PLACE_AND_KIND = Text("同一部门、同类问题", "the same department and kind of finding")
KIND = Text("同类问题", "the same kind of finding")
PLACE = Text("同一部门、来源相同", "the same department and origin")


@dataclass(frozen=True, slots=True)
class Suggested:
    """A case that may share its cause with another, and why it is suggested."""

    case: Case
    why: Text


def suggestions(case: Case, among: QuerySet[Case]) -> list[Suggested]:
    """Return open cases that may share the cause, the strongest reason first.

    Args:
        case: that others are looked for.
        among: cases that the person may see; those of another matter than the case's own are left
            out, for a case belongs to one matter.
    """
    others = among.exclude(pk=case.pk).exclude(state__in=life().ended)
    if case.matter_id is not None:
        others = others.filter(matter__isnull=True)
    rows = others.order_by("-opened", "code").distinct()
    found: dict[object, Suggested] = {}
    for why, asked in _questions(case):
        for other in rows.filter(asked)[:MOST]:
            found.setdefault(other.pk, Suggested(other, why))
        if why is SUBJECT:
            for other in _alike(case, rows):
                found.setdefault(other.pk, Suggested(other, WORDS))
    return list(islice(found.values(), MOST))


def _questions(case: Case) -> list[tuple[Text, Q]]:
    """Return reasons with what to ask the database, the strongest first."""
    subject = Q(pk__in=[])
    if case.subject:
        subject = Q(subject_kind=case.subject_kind, subject=case.subject)
    if case.finding is None:
        here = Q(department=case.department_id, origin=case.origin, finding__isnull=True)
        return [(SUBJECT, subject), (PLACE, here if case.department_id else Q(pk__in=[]))]
    kind = Q(finding__kind=case.finding.kind)
    return [
        (SUBJECT, subject),
        (PLACE_AND_KIND, kind & Q(department=case.department_id)),
        (KIND, kind),
    ]


def _alike(case: Case, rows: QuerySet[Case]) -> list[Case]:
    """Return reports whose words overlap with the case's own, the most alike first."""
    if not case.story:
        return []
    least = pack().number("CASE-27")
    told = list(rows.filter(finding__isnull=True)[:MOST_READ])
    own, *texts = _plain([case, *told])
    scored = [(overlap(own, text), other) for text, other in zip(texts, told, strict=True)]
    alike = [(score, other) for score, other in scored if score >= least]
    return [other for _, other in sorted(alike, key=lambda pair: -pair[0])]


def _plain(cases: list[Case]) -> list[str]:
    said = [f"{case.name.zh} {case.story}" for case in cases]
    plain: list[str] = letters_only(pa.array(said, pa.string())).to_pylist()
    return plain
