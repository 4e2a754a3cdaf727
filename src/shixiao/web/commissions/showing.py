"""A commission in words: where it stands, who evaluates, how it was drawn, what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from shixiao.checkup.report.scores import POINTS
from shixiao.checkup.report.speech import Speech
from shixiao.effect.fieldtests import Audience, Dimension, Mode
from shixiao.effect.fieldtests.kinds import AUDIENCE_NAMES, DIMENSION_NAMES, MODE_NAMES
from shixiao.ledger import vocabulary
from shixiao.records.models import (
    Assignment,
    Commission,
    Draw,
    Evaluator,
    LeafRow,
    Pressure,
    Sheet,
)
from shixiao.terms import Estimate, Text
from shixiao.web.draws.words import TAGS
from shixiao.web.fieldwork.words import way_of
from shixiao.web.results.clocks import clock
from shixiao.web.shell.pages import day, language, say
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.commissions.life import life
from shixiao.workflows.commissions.moving import doable
from shixiao.workflows.commissions.protocols import protocol_of
from shixiao.workflows.commissions.seeing import SEALED, inside
from shixiao.workflows.commissions.signatures import holds
from shixiao.workflows.permissions import may

TONES = {"published": "green", "cancelled": "grey", "testing": "amber", "declaring": "amber"}
STATES = {
    "asked": (Text("未申报", "Not declared yet"), "amber"),
    "declared": (Text("已申报", "Declared"), "green"),
}
OUTCOMES = {
    "agree": (Text("一致", "Agree"), "green"),
    "lower": (Text("实际更差", "Worse than the log"), "amber"),
    "higher": (Text("实际更好", "Better than the log"), "green"),
    "not_comparable": (Text("不能比较", "Not comparable"), "grey"),
}


def line(commission: Commission) -> dict[str, Any]:
    """Return a commission as a line of a list, as ``parts.inbox_row`` takes it."""
    state = life().states[commission.state]
    kind = life().words["kinds"][commission.kind]
    return {
        "title": commission.name,
        "to": reverse("commission", args=[commission.code]),
        "about": f"{say(kind)} · {day(commission.starts)} – {day(commission.ends)}",
        "from": commission.code,
        "tag": state.name,
        "tone": TONES.get(commission.state, "plain"),
        "clock": clock_of(commission),
    }


def clock_of(commission: Commission) -> dict[str, Any] | None:
    """Return the clock of the present state, as ``parts.deadline`` takes it; None for none."""
    return clock(commission.due, commission.due_rule) if commission.due else None


def shown(commission: Commission, actor: Actor) -> dict[str, Any]:
    """Return all that the page of a commission shows to this person."""
    state = life().states[commission.state]
    within, own = inside(actor), _own(commission, actor)
    bodies = list(commission.engagements.select_related("body"))
    open_ = within or own is not None or commission.state in SEALED
    return {
        "commission": commission,
        "state": state,
        "tone": TONES.get(commission.state, "plain"),
        "kind": life().words["kinds"][commission.kind],
        "clock": clock_of(commission),
        "modes": [MODE_NAMES[Mode(mode)] for mode in commission.modes],
        "audiences": [AUDIENCE_NAMES[Audience(each)] for each in commission.audiences],
        "protocol": protocol_of(commission),
        "doable": doable(commission, actor),
        "inside": within,
        "own": own,
        "own_state": STATES[own.state] if own else None,
        "bodies": bodies if open_ else [],
        "evaluators": _evaluators(commission) if within else [],
        "names": _names(commission) if may(actor, "fieldwork.audit") else {},
        "evaluated": list(commission.evaluated.select_related("department")),
        "progress": _progress(commission) if within else None,
        "draws": _draws(commission) if open_ else [],
        "results": _results(commission) if commission.state in SEALED else None,
        "sheets": _sheets(commission),
        "pressures": _pressures(commission) if may(actor, "fieldwork.audit") else [],
        "marks": [(datetime.fromisoformat(m["at"]), Text.of(m["text"])) for m in commission.marks],
        "leaves": [
            (leaf, vocabulary().events[leaf.event].name)
            for leaf in LeafRow.objects.filter(subject=commission.code).order_by("id")
        ],
        "letter": within or own is not None,
    }


def _own(commission: Commission, actor: Actor) -> Evaluator | None:
    if actor.account is None:
        return None
    return commission.evaluators.filter(account=actor.account).first()


def _evaluators(commission: Commission) -> list[dict[str, Any]]:
    rows = commission.evaluators.select_related("engagement__body").prefetch_related("assignments")
    return [
        {
            "row": row,
            "body": row.engagement.body.name,
            "state": STATES[row.state],
            "ties": len(row.ties),
            "items": sum(a.state in {"open", "signed"} for a in row.assignments.all()),
            "signed": sum(a.state == "signed" for a in row.assignments.all()),
        }
        for row in rows
    ]


def _names(commission: Commission) -> dict[str, str]:
    rows = commission.evaluators.select_related("account")
    return {row.code: str(row.account) for row in rows}


def _progress(commission: Commission) -> dict[str, int] | None:
    rows = Assignment.objects.filter(item__commission=commission)
    counts = Counter(rows.values_list("state", flat=True))
    if not counts:
        return None
    return {"signed": counts["signed"], "of": counts["signed"] + counts["open"]}


def _draws(commission: Commission) -> list[dict[str, Any]]:
    """Return the draws of services, cases and evaluators, with how many follow from each."""
    rows = Draw.objects.filter(subject=commission.code)
    below = Counter(rows.exclude(about="").values_list("tag", flat=True))
    return [
        {"draw": row, "name": TAGS[row.tag], "below": below[row.tag]}
        for row in rows.filter(about="")
    ]


def _results(commission: Commission) -> dict[str, Any]:
    found: Mapping[str, Any] = commission.results or {}
    agreement = found["agreement"]
    alpha = Estimate.from_json(agreement["overall"])
    low = alpha.value is not None and alpha.value < pack().number("EVA-06")
    return {
        "sheets": found["sheets"],
        "assigned": found["assigned"],
        "alpha": _alpha(alpha),
        "alpha_low": alpha.ok and low,
        "items": agreement["items"],
        "disputed": [
            (Text.of(each["question"]), f"{each['difference']:.2f}", each["items"])
            for each in agreement["disputed"]
        ],
        "dimensions": [DIMENSION_NAMES[dimension] for dimension in Dimension],
        "services": [_service(each) for each in found["services"]],
        "sha256": found["sha256"],
    }


def _alpha(alpha: Estimate) -> str:
    if not alpha.ok or alpha.value is None:
        return Speech(language()).reason(alpha)
    return f"α = {alpha.value:.2f} [{alpha.low:.2f} – {alpha.high:.2f}]"


def _service(found: Mapping[str, Any]) -> dict[str, Any]:
    speech = Speech(language())
    return {
        "name": Text.of(found["name"]),
        "department": Text.of(found["department"]),
        "slug": found["slug"],
        "tests": found["tests"],
        "compared": [
            {
                "dimension": DIMENSION_NAMES[Dimension(each["dimension"])],
                "field": speech.estimate(Estimate.from_json(each["field"]), POINTS),
                "log": speech.estimate(Estimate.from_json(each["log"]), POINTS),
                "outcome": OUTCOMES[each["outcome"]],
                "says": Text.of(each["says"]),
            }
            for each in found["compared"]
        ],
    }


def _sheets(commission: Commission) -> list[dict[str, Any]]:
    """Return what was signed or came late, with whether it is still what was signed."""
    if commission.state not in SEALED:
        return []
    kept = Q(signed__isnull=False) | Q(state=Sheet.State.LATE)
    rows = Sheet.objects.filter(kept, assignment__item__commission=commission).select_related(
        "assignment__item__commission", "assignment__evaluator", "key"
    )
    return [
        {
            "sheet": row,
            "item": say(row.assignment.item.name),
            "way": way_of(row.assignment),
            "evaluator": row.assignment.evaluator.code,
            "holds": row.state == "signed" and holds(row),
        }
        for row in rows.order_by("assignment__item__service", "code")
    ]


def _pressures(commission: Commission) -> list[Pressure]:
    rows = Pressure.objects.filter(assignment__item__commission=commission)
    return list(rows.select_related("assignment__item", "assignment__evaluator"))
