"""Pages of the register: the list, one system, its assessment, its certificate, the signed list."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Admission, LeafRow, ProbeConsent, System
from shixiao.terms import BadInput, Text
from shixiao.web.exchange.views import signed_file
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, download, page_of
from shixiao.web.shell.pages import language, say, words
from shixiao.web.systems import showing
from shixiao.web.systems.acting import found
from shixiao.web.systems.forms import NewSystem
from shixiao.workflows import files
from shixiao.workflows.consultations.standing import consulted
from shixiao.workflows.organisations import offices_of
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.systems import (
    admitting,
    certificates,
    checklists,
    components,
    consenting,
    interest,
    judging,
    registering,
    weaknesses,
)
from shixiao.workflows.systems import (
    listing as lists,
)
from shixiao.workflows.systems.dossier import judge

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
REGISTERED = Text("已登记：{name}。", "Registered: {name}.")
ADMITTED = Text("已准入，证书已签发。", "Admitted, and its certificate issued.")
SENT_BACK = Text("已退回。", "Sent back.")
WITHDRAWN = Text("同意已撤回，正在进行的测试会停止。", "Withdrawn; a run under way stops.")


class Filter(forms.Form):
    """What is looked for in the register."""

    state = forms.ChoiceField(label=words("状态", "State"), required=False)
    q = forms.CharField(label=words("编号或名称", "Id or name"), required=False, max_length=100)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["state"].choices = [("", words("全部", "All"))] + [
            (state.id, say(state.name)) for state in admitting.life().states.values()
        ]


def listing(request: HttpRequest) -> HttpResponse:
    """List the systems of the register, with how they stand."""
    actor, form = actor_on(request), Filter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = registering.visible(actor)
    if asked.get("state"):
        rows = rows.filter(state=asked["state"])
    if asked.get("q"):
        rows = rows.filter(identifier__icontains=asked["q"]) | rows.filter(
            name__icontains=asked["q"]
        )
    page = page_of(request, rows.distinct())
    waiting = Admission.objects.filter(answered__isnull=True).select_related("system__department")
    context = {
        "page": page,
        "filters": form,
        "rows": [showing.line(row) for row in page],
        "waiting": [showing.line(each.system) for each in waiting[:100]]
        if may(actor, "admission.decide")
        else [],
    }
    return render(request, "systems/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Register a system."""
    actor = actor_on(request)
    known = offices_of(actor, "system.manage")
    form = NewSystem(known, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = registering.register(
                given["identifier"],
                form.told(),
                department=next(each for each in known if each.code == given["department"]),
                actor=actor,
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(REGISTERED.format(name=made.name)))
            return HttpResponseRedirect(reverse("registered", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "systems/add.html.j2", {"form": form}, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a system: how it stands, what there is, and what can be done."""
    actor = actor_on(request)
    row = found(actor, code)
    inside = registering.may_read(actor, row)
    ruling = interest.standing(row)
    runs = row.probings.exclude(origin="daily").select_related("release") if inside else None
    open_ = row.weaknesses.filter(state="open").prefetch_related("waivers") if inside else ()
    context = {
        "row": row,
        "state": admitting.life().states[row.state],
        "tone": showing.TONES[row.state],
        "facts": showing.facts(row),
        "interest": interest.interest(row),
        "matters": row.decision_matters.all(),
        "consulted": consulted(row),
        "ruling": ruling,
        "contests": list(ruling.contests.all()) if ruling else [],
        "holds": ruling is not None and interest.holds(ruling),
        "may_rule": may(actor, "interest.rule", row),
        "may_answer": may(actor, "interest.answer", row),
        "inside": inside,
        "doable": showing.doable(row, actor),
        "until": showing.until_of(row),
        "certificate": certificates.standing(row),
        "retests": [showing.retest_line(each) for each in row.retests.filter(done__isnull=True)],
        "proposal": row.admissions.filter(answered__isnull=True).first() if inside else None,
        "may_decide": may(actor, "admission.decide", row),
        "need": row.needs.first() if inside else None,
        "pledge": row.pledges.first(),
        "pledged": judging.pledgeable(),
        "consents": list(row.consents.filter(withdrawn__isnull=True)[:10]) if inside else [],
        "may_consent": may(actor, "system.consent", row),
        "runs": [showing.run_line(each) for each in runs[:20]] if runs is not None else [],
        "sbom": components.current(row) if inside else None,
        "match": row.probings.filter(origin="daily").first() if inside else None,
        "weaknesses": [showing.weakness_line(each) for each in open_],
        "counts": weaknesses.counts(row),
        "way": showing.timeline(row, inside=inside),
        "algorithm": showing.algorithm_of(row, actor),
        "leaves": LeafRow.objects.filter(subject=row.code).order_by("-at")[:1],
    }
    return render(request, "systems/one.html.j2", context)


def assessment(request: HttpRequest, code: str) -> HttpResponse:
    """Show what the evidence allows now, layer by layer, and every piece of it."""
    actor, now = actor_on(request), timezone.now()
    row = found(actor, code)
    check(actor, "system.read", row)
    decision, digest = judge(row, now=now)
    standing = showing.STANDINGS[decision.validity.standing]
    context = {
        "row": row,
        "decision": decision,
        "digest": digest,
        "standing": standing,
        "layers": showing.layers(decision),
        "evidence": showing.evidence(row, now),
        "proposal": row.admissions.filter(answered__isnull=True).first(),
        "may_decide": may(actor, "admission.decide", row),
        "papers": row.papers.filter(file__isnull=False).select_related("file")[:200],
        "standards": checklists.STANDARDS,
        "past": row.admissions.filter(answered__isnull=False).select_related("release")[:20],
    }
    return render(request, "systems/assessment.html.j2", context)


def checklist(request: HttpRequest, code: str, standard: str) -> HttpResponse:
    """Give the evidence in the order of a standard's clauses, as a document or a table.

    Raises:
        Missing: there is no such standard or form.
    """
    actor, now, chinese = actor_on(request), timezone.now(), language() == "zh"
    row = found(actor, code)
    check(actor, "system.read", row)
    form = request.GET.get("form", "docx")
    if standard not in checklists.STANDARDS or form not in {*FORMATS, "docx"}:
        raise Missing(NOT_FOUND)
    if form in FORMATS:
        return download(checklists.sheet(row, standard, chinese=chinese, now=now), form)
    response = HttpResponse(
        checklists.paper(row, standard, chinese=chinese, now=now), content_type=DOCX
    )
    name = f"{standard}-{row.identifier}.docx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def answer(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Confirm a proposal, or send it back."""
    actor = actor_on(request)
    row = found(actor, code)
    proposal = row.admissions.filter(pk=entry).first()
    if proposal is None:
        raise Missing(NOT_FOUND)
    back = HttpResponseRedirect(reverse("registered_assessment", args=[row.code]))
    try:
        if request.POST.get("confirmed") == "yes":
            admitting.confirm(proposal, actor=actor, at=timezone.now())
            messages.success(request, say(ADMITTED))
        else:
            reason = request.POST.get("reason", "")
            admitting.send_back(proposal, reason=reason, actor=actor, at=timezone.now())
            messages.success(request, say(SENT_BACK))
    except (Incomplete, Stale) as error:
        messages.warning(request, say(error.text))
    return back


def withdraw(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Withdraw a consent."""
    actor = actor_on(request)
    row = found(actor, code)
    given = ProbeConsent.objects.filter(system=row, pk=entry).first()
    if given is None:
        raise Missing(NOT_FOUND)
    try:
        consenting.withdraw(given, actor=actor, at=timezone.now())
        messages.success(request, say(WITHDRAWN))
    except Stale as error:
        messages.warning(request, say(error.text))
    return HttpResponseRedirect(reverse("registered", args=[row.code]))


def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Give the certificate of a system as a JSON Web Signature.

    Raises:
        Missing: it has none that holds.
    """
    row: System = found(actor_on(request), code)
    standing = certificates.standing(row)
    if standing is None:
        raise Missing(NOT_FOUND)
    try:
        certificates.read(standing.jws, now=timezone.now())
    except BadInput:
        raise Missing(NOT_FOUND) from None
    return HttpResponse(standing.jws + "\n", content_type="application/jose")


def paper(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Give the file of a record."""
    actor = actor_on(request)
    row = found(actor, code)
    check(actor, "system.read", row)
    kept = row.papers.filter(pk=entry, file__isnull=False).select_related("file").first()
    if kept is None or kept.file is None:
        raise Missing(NOT_FOUND)
    response = HttpResponse(files.load(kept.file), content_type=kept.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name)}"
    return response


def signed_list(request: HttpRequest) -> HttpResponse:
    """Give the signed list of systems, or say that it has not changed."""
    return signed_file(request, lists.read_published())


def key(request: HttpRequest) -> HttpResponse:
    """Give the public key by which gates hold the list, and anybody a certificate."""
    del request
    return HttpResponse(lists.admission_key().public.base64 + "\n", content_type="text/plain")
