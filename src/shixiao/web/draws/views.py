"""Pages of draws: the list, one draw with its transcript, and the script that checks it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shixiao.draw import VERIFIER, panel_of
from shixiao.records.models import Draw
from shixiao.terms import Text
from shixiao.web.draws.words import TAGS, subjects
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions.framing import CASES
from shixiao.workflows.commissions.seeing import inside
from shixiao.workflows.draws import drawn_of, standing_by, transcript_file
from shixiao.workflows.inspections.planning import INSPECTORS, SYSTEMS
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Missing

STATES = {
    "revealed": (Text("已揭晓，可核验", "Revealed, can be checked"), "green"),
    "drawn": (Text("已抽，封存", "Drawn, sealed"), "amber"),
    "frozen": (Text("已冻结，待抽", "Frozen, to be drawn"), "plain"),
}


def listing(request: HttpRequest) -> HttpResponse:
    """List the draws, the newest first; each is here from the moment its pool is frozen."""
    page = page_of(request, _seen().order_by("-frozen_at", "-id"))
    of = subjects(actor_on(request), {row.subject for row in page})
    rows = [(row, TAGS[row.tag], state_of(row), of[row.subject][0]) for row in page]
    return render(request, "draws/list.html.j2", {"page": page, "rows": rows})


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a draw: until it is revealed its root and commitment, then all of it."""
    actor = actor_on(request)
    draw = _found(actor, code)
    context: dict[str, Any] = {
        "draw": draw,
        "name": TAGS[draw.tag],
        "state": state_of(draw),
        "of": subjects(actor, {draw.subject})[draw.subject],
        "open": _open(actor, draw),
        "command": f"python verify_draw.py < draw-{draw.code}.json",
        "drawn": drawn_of(draw) if _named(actor, draw) else _tokens(draw, actor),
        "waiting": standing_by(draw) if _named(actor, draw) else [],
        "salt": draw.pool["salt"] if _named(actor, draw) else "",
        "former": draw.former,
        "later": Draw.objects.filter(former=draw).first(),
        "below": _below(draw) if draw.revealed or inside(actor) else [],
    }
    return render(request, "draws/one.html.j2", context)


def transcript(request: HttpRequest, code: str) -> HttpResponse:
    """Give the transcript as a file, once it is revealed."""
    actor = actor_on(request)
    draw = _found(actor, code)
    if not _open(actor, draw):
        raise Missing(NOT_FOUND)
    response = HttpResponse(transcript_file(draw), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="draw-{draw.code}.json"'
    return response


def script(request: HttpRequest) -> HttpResponse:
    """Give the script by which anybody checks a transcript without our programs."""
    del request
    response = HttpResponse(VERIFIER, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify_draw.py"'
    return response


def state_of(draw: Draw) -> tuple[Text, str]:
    """Return how far a draw is."""
    return STATES["revealed" if draw.revealed else "drawn" if draw.drawn else "frozen"]


def _seen() -> QuerySet[Draw]:
    """Return the draws that everybody sees; those of single items once they are revealed.

    Roots and commitments are public from the start: that is what they are for.
    """
    return Draw.objects.filter(Q(about="") | Q(revealed__isnull=False))


def _found(actor: Actor, code: str) -> Draw:
    rows = Draw.objects.all() if inside(actor) else _seen()
    row = rows.filter(code=code).select_related("former", "leaf").first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def _open(actor: Actor, draw: Draw) -> bool:
    """Say whether the person may see what was drawn: everybody once it is revealed.

    Of inspections nobody knows before; of the rest the auditor does.
    """
    audited = draw.tag not in {SYSTEMS, INSPECTORS} and may(actor, "fieldwork.audit")
    return draw.revealed is not None or audited


def _named(actor: Actor, draw: Draw) -> bool:
    """Say whether ids are shown: numbers of people's cases are for the auditor alone."""
    return _open(actor, draw) and (draw.tag != CASES or may(actor, "fieldwork.audit"))


def _tokens(draw: Draw, actor: Actor) -> list[str]:
    """Return what stands for the ids where those are not shown."""
    return panel_of(draw.transcript) if draw.transcript and _open(actor, draw) else []


def _below(draw: Draw) -> list[Draw]:
    if draw.about:
        return []
    rows = Draw.objects.filter(subject=draw.subject, tag=draw.tag).exclude(about="")
    return list(rows.order_by("about", "frozen_at"))
