"""Signed score sheets: the proof for everybody, the answers for who may read them."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shixiao.effect.fieldtests import OVERALL, Dimension, Mode, answers_of
from shixiao.effect.fieldtests.kinds import DIMENSION_NAMES
from shixiao.records.models import Photo, Sheet
from shixiao.terms import Text
from shixiao.web.fieldwork.questions import in_words
from shixiao.web.fieldwork.signing import sheet_file
from shixiao.web.fieldwork.words import way_of
from shixiao.web.results.reading import actor_on
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.commissions.seeing import SEALED, may_see_answers, visible
from shixiao.workflows.commissions.signatures import holds
from shixiao.workflows.refusals import NOT_FOUND, Missing

NAMES = {str(dimension): DIMENSION_NAMES[dimension] for dimension in Dimension} | {
    OVERALL: Text("总分", "Overall")
}


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a score sheet: signature, hash, scores; and the answers to who may read them."""
    actor = actor_on(request)
    sheet = found(actor, code)
    return render(request, "commissions/sheet.html.j2", _shown(actor, sheet))


def file(request: HttpRequest, code: str) -> HttpResponse:
    """Give the signed document, for ``shixiao sign verify``."""
    actor = actor_on(request)
    sheet = found(actor, code)
    if not may_see_answers(actor, sheet) or not sheet.document:
        raise Missing(NOT_FOUND)
    return sheet_file(sheet)


def photo(request: HttpRequest, code: str, photo: str) -> HttpResponse:
    """Give a photograph that belongs to an answer."""
    actor = actor_on(request)
    sheet = found(actor, code)
    row = Photo.objects.filter(pk=photo, sheet=sheet).select_related("file").first()
    if row is None or not may_see_answers(actor, sheet):
        raise Missing(NOT_FOUND)
    return HttpResponse(files.load(row.file), content_type=row.media_type)


def found(actor: Actor, code: str) -> Sheet:
    """Return a sheet of which the person may know.

    Before scores are sealed that is who may read its answers; afterwards whoever sees the
    commission.

    Raises:
        Missing: there is none.
    """
    rows = Sheet.objects.select_related(
        "assignment__item__commission", "assignment__evaluator__account", "key", "leaf"
    )
    row = rows.filter(code=code).exclude(state=Sheet.State.DRAFT).first()
    if row is None:
        raise Missing(NOT_FOUND)
    commission = row.assignment.item.commission
    open_ = commission.state in SEALED and visible(actor).filter(pk=commission.pk).exists()
    if not (open_ or may_see_answers(actor, row)):
        raise Missing(NOT_FOUND)
    return row


def _shown(actor: Actor, sheet: Sheet) -> dict[str, Any]:
    item = sheet.assignment.item
    reads = may_see_answers(actor, sheet)
    document = json.loads(sheet.document) if sheet.document else None
    answers = []
    if reads and document:
        answers = in_words(protocol_for(item), Mode(item.mode), answers_of(document))
    return {
        "sheet": sheet,
        "item": item,
        "commission": item.commission,
        "way": way_of(sheet.assignment),
        "holds": sheet.state == Sheet.State.SIGNED and holds(sheet),
        "reads": reads,
        "answers": answers,
        "scores": _scores(document) if document else [],
        "photos": list(sheet.photos.all()) if reads else [],
        "shoppers": sheet.shopper_cases if reads else [],
    }


def _scores(document: dict[str, Any]) -> list[tuple[Text, Text]]:
    none = Text("没有可计分的答案", "Nothing that is scored was answered")
    return [
        (name, none if document["scores"][key] is None else _points(document["scores"][key]))
        for key, name in NAMES.items()
    ]


def _points(score: str) -> Text:
    points = f"{100 * float(score):.0f}"
    return Text(f"{points} 分", f"{points} points")
