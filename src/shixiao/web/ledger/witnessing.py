"""Witnesses: what they send is taken in, and who they are is managed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from shixiao.records.models import Witness
from shixiao.terms import Text
from shixiao.web.ledger.forms import EndForm, WitnessForm
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.workflows import witnesses as acts
from shixiao.workflows.refusals import NOT_FOUND, Forbidden, Incomplete, Missing, Refused, Stale

TAKEN = Text(
    "已收下前 {size} 条的见证，几秒内公布。",
    "Taken: the first {size} entries are witnessed; it is shown within seconds.",
)
STATUS: dict[type[Refused], int] = {Incomplete: 400, Forbidden: 403, Stale: 409}


@csrf_exempt
def receive(request: HttpRequest) -> HttpResponse:
    """Take a cosigned checkpoint; the cosignature is what proves who sent it."""
    try:
        rows = acts.receive(request.read(acts.LARGEST + 1), at=timezone.now())
    except (Incomplete, Forbidden, Stale) as refused:
        return _told(refused.text, STATUS[type(refused)])
    return _told(TAKEN.format(size=rows[0].size), 200)


def witnesses(request: HttpRequest) -> HttpResponse:
    """Show the witnesses, and add one."""
    form = WitnessForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            acts.add_witness(
                vkey=given["vkey"],
                name=Text(given["name_zh"], given["name_en"]),
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as refused:
            form.add_error(refused.field or None, say(refused.text))
        else:
            return HttpResponseRedirect(reverse("ledger_witnesses"))
    return _page(request, form, 422 if request.method == "POST" else 200)


def end(request: HttpRequest, witness: UUID) -> HttpResponse:
    """End a witness, with the reason."""
    found = Witness.objects.filter(pk=witness).first()
    if found is None:
        raise Missing(NOT_FOUND)
    acts.end_witness(
        found,
        reason=request.POST.get("reason", ""),
        actor=actor_on(request),
        at=timezone.now(),
    )
    return HttpResponseRedirect(reverse("ledger_witnesses"))


def _page(request: HttpRequest, form: WitnessForm, status: int) -> HttpResponse:
    ended = Witness.objects.filter(ended__isnull=False)
    present = [(each, EndForm(auto_id=f"end_{n}_%s")) for n, each in enumerate(acts.attested())]
    context = {"form": form, "present": present, "ended": list(ended)}
    return render(request, "ledger/witnesses.html.j2", context, status=status)


def _told(text: Text, status: int) -> HttpResponse:
    """Answer a program that a person watches: one line in each language."""
    body = f"{text.zh}\n{text.en}\n"
    return HttpResponse(body, status=status, content_type="text/plain; charset=utf-8")
