"""Entries in words: lines of the list, sections, duties, evidence, history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shixiao.fairness.algorithms.authority import POWERS, Authority
from shixiao.fairness.algorithms.exporting import written
from shixiao.fairness.algorithms.fields import Kind, form
from shixiao.fairness.algorithms.questions import Part, questionnaire
from shixiao.fairness.algorithms.scoring import NAMES
from shixiao.records.models import Algorithm, AlgorithmEdition, PrivacyAssessment, System
from shixiao.terms import Text
from shixiao.web.results.clocks import clock
from shixiao.web.shell.pages import language
from shixiao.workflows.actors import Actor
from shixiao.workflows.algorithms.privacy import CONTENTS, TRIGGERS
from shixiao.workflows.algorithms.standing import Standing, answers_of
from shixiao.workflows.objections.moving import life
from shixiao.workflows.permissions import may
from shixiao.workflows.reviews import convening, signing

TONES = {1: "plain", 2: "plain", 3: "amber", 4: "red"}
SEVERITIES = {
    "high": (Text("重", "grave"), "red"),
    "medium": (Text("中", "medium"), "amber"),
    "low": (Text("轻", "slight"), "plain"),
}
NEVER = Text("还没有审查过；准入之前须先审查", "never reviewed; it is due before the admission")
MOST_OBJECTIONS = 5
TO_DECISION = Text("对一件决定的异议", "An objection to a decision")
TO_SYSTEM = Text("对系统本身的异议", "An objection to the system itself")
NOT_PUBLIC = Text("还没有公布", "Not published yet")
PRIVACY = {
    None: (Text("待另一人确认", "waits for a second person"), "amber"),
    True: (Text("已确认", "confirmed"), "green"),
    False: (Text("已退回", "sent back"), "grey"),
}


def line(row: Algorithm, edition: AlgorithmEdition | None) -> dict[str, Any]:
    """Return an entry as a line of the list."""
    entry: Mapping[str, Any] = edition.content["fields"] if edition else {}
    of = Text.of(row.system.department.name)
    role = form().choices["role"].get(entry.get("role", ""))
    about = Text(f"{of.zh} · {role.zh}", f"{of.en} · {role.en}") if role else of
    return {
        "title": Text.of(entry["name"]) if entry else row.system.name,
        "to": reverse("algorithm", args=[row.code]),
        "about": about,
        "from": row.system.identifier,
        "tag": NAMES[row.level] if row.level else NOT_PUBLIC,
        "tone": TONES[row.level] if row.level else "grey",
    }


def due_line(row: Algorithm) -> dict[str, Any]:
    """Return an entry as a line of the calendar of reviews."""
    told = line(row, None) | {"tag": NAMES[row.level or 1], "tone": TONES[row.level or 1]}
    if row.due is None:
        return told | {"from": NEVER}
    return told | {"clock": clock(row.due, "ALG-07")}


def sections(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of an entry by section, in the language of the page."""
    found = []
    for name, title in form().sections.items():
        rows = [
            {
                "name": field.name,
                "lines": entry[field.id] if field.kind is Kind.LIST else None,
                "url": entry[field.id] if field.kind is Kind.URL else None,
                "text": written(field, entry[field.id], language()),
            }
            for field in form().own
            if field.section == name and field.id in entry and field.id != "name"
        ]
        if rows:
            found.append({"title": title, "rows": rows})
    return found


def chain(given: tuple[Authority, ...]) -> list[dict[str, Any]]:
    """Return the chain of authority in words."""
    return [
        {
            "power": POWERS[each.power],
            "matter": each.matter,
            "law": each.law,
            "article": each.article,
            "quote": each.quote,
            "standard": each.standard,
            "to": reverse("algorithm_articles"),
        }
        for each in given
    ]


def mitigations(found: Standing) -> list[dict[str, Any]]:
    """Return what is done against the risk: whether it counts, and why."""
    return [
        {
            "name": question.name,
            "points": found.score.points.get(question.id, 0),
            "most": max(option.points for option in question.options),
            "why": found.why.get(question.id),
            "measured": bool(question.evidence),
        }
        for question in questionnaire().questions
        if question.part is Part.MITIGATION
    ]


def answered(content: Mapping[str, Any], found: Standing) -> list[dict[str, Any]]:
    """Return the questions of risk that are shown, with the answers and their points."""
    given = answers_of(content)
    return [
        {
            "name": question.name,
            "answers": [o.name for o in question.options if o.id in given.get(question.id, ())],
            "points": found.score.points.get(question.id, 0),
        }
        for question in questionnaire().shown(given)
        if question.part is Part.RISK
    ]


def findings(found: Standing) -> list[dict[str, Any]]:
    """Return what the log says against the entry."""
    return [
        {
            "name": each.name,
            "text": each.text,
            "disproof": each.disproof,
            "tag": SEVERITIES[str(each.severity)][0],
            "tone": SEVERITIES[str(each.severity)][1],
        }
        for each in found.findings
    ]


def privacy(row: PrivacyAssessment) -> dict[str, Any]:
    """Return an impact assessment on personal data in words."""
    tag, tone = PRIVACY[row.confirmed]
    return {
        "row": row,
        "tag": tag,
        "tone": tone,
        "triggers": [TRIGGERS[name] for name in row.triggers],
        "findings": [
            {"name": CONTENTS[name], "holds": holds, "why": why}
            for name, (holds, why) in row.findings.items()
        ],
    }


def objections(system: System) -> list[dict[str, Any]]:
    """Return the newest objections to a system and its decisions; never what people wrote."""
    states, outcomes = life().states, life().outcomes
    return [
        {
            "title": TO_DECISION if each.decision_id else TO_SYSTEM,
            "to": reverse("objection", args=[each.code]),
            "about": outcomes.get(each.outcome, ""),
            "from": each.code,
            "tag": states[each.state].name,
            "tone": "amber" if states[each.state].owner else "grey",
        }
        for each in system.objections.all()[:MOST_OBJECTIONS]
    ]


def reviews(row: Algorithm, actor: Actor) -> dict[str, Any]:
    """Return the reviews of an entry as its page shows them."""
    today = timezone.localdate(timezone.now())
    return {
        "due": row.due,
        "late": row.due is not None and row.due < today,
        "rows": [
            {
                "title": Text(
                    f"{timezone.localdate(each.opened).isoformat()} 的审查",
                    f"Review of {timezone.localdate(each.opened).isoformat()}",
                ),
                "to": reverse("review", args=[each.code]),
                "about": signing.OUTCOMES.get(each.outcome, ""),
                "tag": convening.life().states[each.state].name,
                "tone": "green" if each.outcome else "grey" if each.done else "amber",
            }
            for each in row.reviews.all()[:20]
        ],
        "may_convene": may(actor, convening.CONVENE, row)
        and not row.reviews.filter(done__isnull=True).exists(),
    }
