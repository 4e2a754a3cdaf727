"""Pages on which evaluators register a key, look over what they answered, and sign."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.effect.fieldtests import Mode, answers_of
from shixiao.records.models import Assignment, Sheet, SigningKey
from shixiao.seals.signing import signed_bytes
from shixiao.terms import BadInput, Text
from shixiao.web.fieldwork.forms import NewKey, Signature
from shixiao.web.fieldwork.questions import in_words
from shixiao.web.fieldwork.views import found, shown
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import language, say
from shixiao.workflows.fieldwork import keys, signing
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

REGISTERED = Text(
    "公钥已登记。私钥只在这台设备的浏览器里，清除浏览器数据会使它丢失；丢了就另生成一把。",
    "The key is registered. Its private half is in this browser alone: clearing the browser’s data"
    " loses it, and then you make another.",
)
ENDED = Text("密钥已停用，以后的签名不再接受。", "The key has ended; it signs nothing any more.")
SIGNED = Text(
    "已签字交表，写入存证账本。两人都签字以后，才能看到对方的答案。",
    "Signed and on record. You see the other’s answers once both have signed.",
)


def key(request: HttpRequest) -> HttpResponse:
    """Show the evaluator's key, and register another."""
    actor = actor_on(request)
    form = NewKey(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            keys.register(form.cleaned_data["public"], actor=actor, at=timezone.now())
        except Incomplete as error:
            form.add_error("public", say(error.text))
        else:
            messages.success(request, say(REGISTERED))
            return HttpResponseRedirect(reverse("fieldwork_key"))
    context = {
        "form": form,
        "key": keys.key_of(signed_in(actor)),
        "former": signed_in(actor).signing_keys.filter(ended__isnull=False),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "fieldwork/key.html.j2", context, status=status)


def end_key(request: HttpRequest, key: str) -> HttpResponse:
    """End a key of one's own."""
    actor = actor_on(request)
    row = SigningKey.objects.filter(pk=key, account=actor.account).first()
    if row is None:
        raise Missing(NOT_FOUND)
    keys.end(row, actor=actor, at=timezone.now())
    messages.success(request, say(ENDED))
    return HttpResponseRedirect(reverse("fieldwork_key"))


def sign(request: HttpRequest, item: str) -> HttpResponse:
    """Show what will be signed, and take the signature."""
    actor, now = actor_on(request), timezone.now()
    assignment = found(actor, item)
    form = Signature(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signing.sign(assignment, **form.cleaned_data, actor=actor, at=now)
        except Incomplete as error:
            form.add_error("signature", say(error.text))
        else:
            messages.success(request, say(SIGNED))
            return HttpResponseRedirect(reverse("fieldwork_item", args=[item]))
    context = _shown(request, assignment) | {"form": form}
    status = 422 if request.method == "POST" or context["problem"] else 200
    return render(request, "fieldwork/sign.html.j2", context, status=status)


def document(request: HttpRequest, item: str) -> HttpResponse:
    """Give the sheet as a file, to be signed by ``shixiao sign``."""
    actor = actor_on(request)
    draft = signing.prepare(found(actor, item), actor=actor, at=timezone.now())
    return sheet_file(draft)


def sheet_file(sheet: Sheet) -> HttpResponse:
    """Return a sheet as the file that was, or is to be, signed."""
    response = HttpResponse(str(sheet.document).encode(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{sheet.code}.json"'
    return response


def _shown(request: HttpRequest, assignment: Assignment) -> dict[str, Any]:
    """Return the sheet to be signed; or what is missing, with the form to go back to."""
    actor = actor_on(request)
    context = shown(assignment) | {
        "key": keys.key_of(signed_in(actor)),
        "problem": "",
        "text": "",
        "sheet": None,
        "answers": [],
    }
    try:
        draft = signing.prepare(assignment, actor=actor, at=timezone.now())
    except BadInput as error:
        return context | {"problem": error.in_language(language())}
    document = json.loads(draft.document)
    said = in_words(context["protocol"], Mode(assignment.item.mode), answers_of(document))
    return context | {"sheet": draft, "text": signed_bytes(document).decode(), "answers": said}
