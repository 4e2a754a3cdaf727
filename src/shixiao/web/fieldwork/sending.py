"""What a device sends: answers as JSON from the script, or as a plain form; and photographs."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Assignment, Photo, Sheet
from shixiao.terms import Text
from shixiao.web.fieldwork.questions import said_in
from shixiao.web.fieldwork.views import found
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.fieldwork import answering, photographs
from shixiao.workflows.fieldwork.answering import LATE, Sent, read_sent
from shixiao.workflows.refusals import Incomplete, Refused, Stale

LARGEST = 1 << 20  # bytes of the answers of one form
NOT_JSON = Text("提交的内容不是 JSON。", "What was sent is no JSON.")
SAVED = Text("已保存。全部答完后请核对并签字。", "Saved. Once all is answered, check it and sign.")


def send(request: HttpRequest, item: str) -> HttpResponse:
    """Take the answers of an item; the same form twice is taken once."""
    if request.content_type == "application/json":
        return _from_script(request, item)
    return _from_form(request, item)


def photo(request: HttpRequest, item: str) -> HttpResponse:
    """Take a photograph to a question; the same picture twice is taken once."""
    actor = actor_on(request)
    assignment = found(actor, item)
    file = request.FILES.get("photo")
    try:
        if file is None:
            raise Incomplete(photographs.NONE)
        kept = photographs.add(
            assignment,
            question=request.POST.get("question", ""),
            name=file.name or "",
            data=file.read(photographs.LARGEST + 1),
            actor=actor,
            at=timezone.now(),
        )
    except (Incomplete, Stale) as error:
        return _refused(error)
    return JsonResponse({"sha256": kept.file.sha256})


def _from_script(request: HttpRequest, item: str) -> HttpResponse:
    actor, now = actor_on(request), timezone.now()
    assignment = found(actor, item)
    try:
        if len(request.body) > LARGEST:
            raise Incomplete(NOT_JSON)
        sheet = answering.save(assignment, _read(request), actor=actor, at=now)
    except (Incomplete, Stale) as error:
        return _refused(error)
    told = say(LATE) if sheet.state == Sheet.State.LATE else ""
    return JsonResponse({"sheet": sheet.code, "state": sheet.state, "says": told})


def _from_form(request: HttpRequest, item: str) -> HttpResponse:
    actor, now = actor_on(request), timezone.now()
    assignment = found(actor, item)
    sent = _plain(request, assignment, now)
    sheet = answering.save(assignment, sent, actor=actor, at=now)
    _keep_photos(request, assignment, now)
    if sheet.state == Sheet.State.LATE:
        messages.warning(request, say(LATE))
    else:
        messages.success(request, say(SAVED))
    return HttpResponseRedirect(reverse("fieldwork_item", args=[item]))


def _plain(request: HttpRequest, assignment: Assignment, now: Any) -> Sent:
    """Return a form that was sent without a script; it goes on with the draft that there is.

    Only what changed is answered now; the rest keeps its time.
    """
    draft = assignment.sheets.filter(state=Sheet.State.DRAFT).first()
    known = {q: each["value"] for q, each in draft.answers.items()} if draft else {}
    said = said_in(request.POST, protocol_for(assignment.item), now)
    once = draft.once if draft else request.POST.get("once", "")
    cases = [line.strip() for line in request.POST.get("cases", "").splitlines()]
    return read_sent(
        {"once": once, "started": (draft.started if draft else now).isoformat(), "cases": cases}
    ).with_answers(tuple(each for each in said if each.value != known.get(each.question)))


def _keep_photos(request: HttpRequest, assignment: Assignment, now: Any) -> list[Photo]:
    kept = []
    for name in request.FILES:
        file = request.FILES[name]
        if not isinstance(file, UploadedFile):
            continue
        data = file.read(photographs.LARGEST + 1)
        question = name.removeprefix("photo-")
        kept.append(
            photographs.add(
                assignment,
                question=question,
                name=file.name or "",
                data=data,
                actor=actor_on(request),
                at=now,
            )
        )
    return kept


def _read(request: HttpRequest) -> Sent:
    try:
        return read_sent(json.loads(request.body))
    except ValueError:
        raise Incomplete(NOT_JSON) from None


def _refused(error: Refused) -> HttpResponse:
    status = 409 if isinstance(error, Stale) else 422
    return JsonResponse({"says": say(error.text)}, status=status)
