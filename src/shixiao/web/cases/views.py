"""Pages of cases: the list, one case with its way, and the acts on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Attachment, Case, Proposal
from shixiao.terms import Text
from shixiao.web.cases.doing import carry_out
from shixiao.web.cases.forms import ActForm
from shixiao.web.cases.papers import papers_of
from shixiao.web.cases.plan import closing_words
from shixiao.web.cases.seen import visible_cases
from shixiao.web.cases.showing import (
    case_line,
    clock_of,
    doable,
    place_of,
    title_of,
    verb_name,
    way_of,
)
from shixiao.web.results.filters import OfDepartment, departments
from shixiao.web.results.reading import actor_on, claim
from shixiao.web.shell.lists import ordered, page_of, sorting
from shixiao.web.shell.pages import say, words
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.cases import pairs
from shixiao.workflows.cases.conflicts import conflict
from shixiao.workflows.cases.deciding import decision_on
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import Act, why_not
from shixiao.workflows.lives import Verb
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Forbidden, Incomplete, Missing

SORTS: Mapping[str, Sequence[str]] = {
    "due": ("due", "opened"),
    "opened": ("opened", "code"),
    "state": ("state", "due"),
}
DONE = Text("已办理：{verb}。", "Done: {verb}.")
PROPOSED = Text(
    "已提出：{verb}。须由另一人确认后生效。",
    "Proposed: {verb}. It takes effect once another person confirms it.",
)


class Filter(OfDepartment):
    """Which cases to show."""

    state = forms.ChoiceField(label=words("环节", "State"), required=False)
    origin = forms.ChoiceField(label=words("来源", "Origin"), required=False)
    field_order = ("state", "origin", "department")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.offer("state", {state.id: state.name for state in life().states.values()})
        self.offer("origin", life().origins)


def listing(request: HttpRequest) -> HttpResponse:
    """List the cases that the person may see."""
    form = Filter(request.GET, departments=departments())
    asked = form.asked(department="department__code")
    rows = visible_cases(actor_on(request)).filter(**asked)
    sort = sorting(request, SORTS, "due")
    page = page_of(request, ordered(rows, sort, SORTS))
    return render(
        request,
        "cases/list.html.j2",
        {"filters": form, "page": page, "case_line": case_line, "sort": sort},
    )


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a case: where it stands, its way, and what the person can do."""
    actor = actor_on(request)
    case = found_case(actor, code)
    inside = may(actor, "case.read", case)
    steps = case.steps.select_related("by", "second", "leaf").prefetch_related("attachments")
    open_proposals = list(case.proposals.filter(answered__isnull=True).select_related("by"))
    now = timezone.now()
    return render(
        request,
        "cases/one.html.j2",
        {
            "case": case,
            "title": title_of(case),
            "state": life().states[case.state],
            "origin": life().origins[case.origin],
            "claim": claim(actor, case.finding) if case.finding else None,
            "outcome": life().outcomes.get(case.outcome),
            "clock": clock_of(case),
            "place": place_of(case),
            "inside": inside,
            "way": way_of(case, list(steps), inside=inside),
            "doable": doable(actor, case, at=now),
            "proposals": [_proposal(actor, case, p) for p in open_proposals] if inside else [],
            "conflict": conflict(actor, case) if inside and actor.roles & HANDLERS else None,
            "decision": decision_on(case) if inside else None,
            "decisions": life().decisions,
            "contests": list(case.contests.select_related("by")) if inside else [],
            "plan": closing_words(case, inside=inside),
            "matter": case.matter,
            "same_matter": _same_matter(actor, case),
            "may_warn": inside
            and case.state in {"closed", "shown"}
            and may(actor, "warning.draft"),
            "may_group": inside and may(actor, "case.group", case),
            "papers": papers_of(case) if inside and may(actor, "case.supervise", case) else [],
        },
    )


HANDLERS = frozenset({"analyst", "inspector"})


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of an act, and carry it out."""
    actor = actor_on(request)
    case = found_case(actor, code)
    known = life().verbs.get(verb)
    if known is None or known.id == "measure":
        raise Http404
    refused = why_not(actor, known, case, today=timezone.now())
    if refused is not None:
        raise Forbidden(refused)
    form = ActForm(known, case, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _carry_out(actor, case, known, form)
        except Incomplete as error:
            form.refuse(error)
        else:
            said = PROPOSED if known.pair else DONE
            messages.success(request, say(said.format(verb=known.name)))
            return HttpResponseRedirect(reverse("case", args=[case.code]))
    context = {"case": case, "title": title_of(case), "verb": known, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/act.html.j2", context, status=status)


def answer(request: HttpRequest, code: str, proposal: str, how: str) -> HttpResponse:
    """Confirm or refuse what another person proposed."""
    actor = actor_on(request)
    case = found_case(actor, code)
    found = Proposal.objects.filter(pk=proposal, case=case).select_related("by").first()
    if found is None:
        raise Missing(NOT_FOUND)
    if how == "confirm":
        pairs.confirm(found, actor=actor, at=timezone.now())
        messages.success(request, say(DONE.format(verb=life().verbs[found.verb].name)))
    elif how == "refuse":
        pairs.refuse(found, actor=actor, reason=request.POST.get("reason", ""), at=timezone.now())
    else:
        raise Http404
    return HttpResponseRedirect(reverse("case", args=[case.code]))


def attachment(request: HttpRequest, code: str, attachment: str) -> HttpResponse:
    """Give a file that was put to a case."""
    actor = actor_on(request)
    case = found_case(actor, code)
    if not may(actor, "case.read", case):
        raise Missing(NOT_FOUND)
    found = Attachment.objects.filter(pk=attachment, case=case).select_related("file").first()
    if found is None:
        raise Missing(NOT_FOUND)
    response = HttpResponse(files.load(found.file), content_type=found.media_type)
    name = quote(str(found.name))
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def found_case(actor: Actor, code: str) -> Case:
    """Return a case that the person may see.

    Raises:
        Missing: there is none.
    """
    found = visible_cases(actor).filter(code=code).select_related("matter", "plan").first()
    if found is None:
        raise Missing(NOT_FOUND)
    return found


def _carry_out(actor: Actor, case: Case, verb: Verb, form: ActForm) -> None:
    now = timezone.now()
    given = {n: v for n, v in form.cleaned_data.items() if not n.startswith("attach_")}
    done = Act(actor, now, given.pop("seen"), given, form.attachments(actor.account, now))
    carry_out(case, verb, done, given)


def _proposal(actor: Actor, case: Case, proposal: Proposal) -> dict[str, Any]:
    verb = life().verbs[proposal.verb]
    own = actor.account is not None and proposal.by_id == actor.account.pk
    free = why_not(actor, verb, case, today=timezone.now()) is None
    detail = proposal.detail or {}
    return {
        "proposal": proposal,
        "verb": verb_name(proposal.verb),
        "decision": life().decisions.get(detail.get("decision", "")),
        "detail": detail,
        "may_confirm": free and not own,
        "may_refuse": free or own,
    }


def _same_matter(actor: Actor, case: Case) -> QuerySet[Case] | list[Case]:
    if case.matter_id is None:
        return []
    return visible_cases(actor).filter(matter=case.matter_id).exclude(pk=case.pk)
