"""Standards in words: a line of the list, everything that one page shows, a conflict."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from shixiao.ledger import vocabulary
from shixiao.records.models import LeafRow, Standard
from shixiao.sharing.standards.conflicts import Conflict
from shixiao.sharing.standards.conflicts.conflict import NAMES
from shixiao.sharing.standards.registry import Element, code_list
from shixiao.terms import Text
from shixiao.web.results.clocks import clock
from shixiao.web.shell.pages import say
from shixiao.web.standards.forms import FIELDS
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import days_left
from shixiao.workflows.permissions import may
from shixiao.workflows.roles import Scope
from shixiao.workflows.standards.drafting import doable, life

TONES = {"draft": "plain", "comment": "amber", "adopted": "green", "retired": "grey"}
PUBLIC = ("comment", "adopted", "retired")
MOST_CODES = 200


def visible(actor: Actor) -> QuerySet[Standard]:
    """Return standards that the person may see: all but drafts, and the drafts of his own."""
    rows = Standard.objects.select_related("department", "former")
    scope = actor.reach("standard.read")
    if scope is Scope.ANY:
        return rows
    public = rows.filter(state__in=PUBLIC)
    return public if scope is None else public | rows.filter(department__in=actor.below)


def line(row: Standard) -> dict[str, Any]:
    """Return a standard as a line of a list, as ``parts.inbox_row`` takes it."""
    edition = f" · v{row.edition}" if row.edition else ""
    return {
        "title": row.name,
        "to": reverse("standard", args=[row.code]),
        "from": f"{row.identifier}{edition} · {say(row.department.name)}",
        "tag": life().states[row.state].name,
        "tone": TONES[row.state],
        "clock": None if over(row) else clock(row.due, row.due_rule) if row.due else None,
    }


def over(row: Standard) -> bool:
    """Say whether the time for comments is over, which is nobody's delay."""
    return row.due is not None and days_left(row.due, timezone.localdate()) < 0


def shown(row: Standard, actor: Actor) -> dict[str, Any]:
    """Return what the page of a standard shows."""
    element = Element.from_json(row.element)
    codes = code_list(element.code_list)
    editions = visible(actor).filter(department=row.department, identifier=row.identifier)
    at = timezone.now()
    remarks = row.remarks.select_related("organisation")
    return {
        "row": row,
        "state": life().states[row.state],
        "tone": TONES[row.state],
        "clock": None if over(row) else clock(row.due, row.due_rule) if row.due else None,
        "over": over(row),
        "definition": element.definition,
        "facts": [
            (name, value)
            for field, name in FIELDS.items()
            if field != "definition" and (value := getattr(element, field))
        ],
        "synonyms": element.synonyms,
        "codes": list(codes.meanings.items())[:MOST_CODES] if codes else [],
        "editions": [line(each) for each in editions.exclude(pk=row.pk)],
        "remarks": list(remarks),
        "doable": doable(row, actor, at),
        "may_edit": row.state == "draft" and may(actor, "standard.manage", row),
        "may_revise": row.state == "adopted" and may(actor, "standard.manage", row),
        "may_remark": row.state == "comment" and not over(row) and actor.account is not None,
        "leaves": [
            (leaf, vocabulary().events[leaf.event].name)
            for leaf in LeafRow.objects.filter(subject=row.code).order_by("id")
        ],
    }


def conflict_line(found: tuple[Conflict, Standard, Standard]) -> dict[str, Any]:
    """Return a conflict as a row: what kind, between whom, why, and how sure it is."""
    conflict, one, other = found
    return {
        "kind": NAMES[conflict.kind],
        "sides": (one, other),
        "why": conflict.why,
        "confidence": f"{conflict.confidence:.0%}",
    }


def cited(codes: set[str]) -> dict[str, tuple[str, Text | None]]:
    """Return identifier → address and warning, for elements that a dataset cites.

    One in force is preferred; of one that is not, the state is the warning.
    """
    found: dict[str, tuple[str, Text | None]] = {}
    rows = Standard.objects.filter(identifier__in=codes, state__in=PUBLIC).order_by("made", "id")
    for row in sorted(rows, key=lambda row: row.state == "adopted"):
        warning = None if row.state == "adopted" else life().states[row.state].name
        found[row.identifier] = (reverse("standard", args=[row.code]), warning)
    return found
