"""Pages of decisions: the own by receipt and query code, a lost receipt, and those of a system."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.fairness.decisions import parts as explanation_parts
from shixiao.records.models import DecisionCheck, System
from shixiao.terms import BadInput, Estimate, Text
from shixiao.web.cases.forms import WRONG_CODE
from shixiao.web.decisions.forms import Codes, Laid, LookUp
from shixiao.web.decisions.letters import BASES, REMEDIES, letter
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.limits import forgive, limit
from shixiao.web.shell.pages import say
from shixiao.workflows.decisions import checking, codes, laying, looking_up
from shixiao.workflows.decisions.explaining import FIXED, Explained, explain
from shixiao.workflows.decisions.remedies import AFTERWARDS, WARNING
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

MOST_TRIES, SHOWN = 20, 20
LEAST = 11
TOO_MANY = Text(
    "一小时内试得太多，请稍后再试；或带身份证件到窗口代查。",
    "There were too many tries within an hour. Try again later, or ask at a counter.",
)
LAID = Text("已登记并存证。", "It is laid down and on the ledger.")
CHECKED = Text("已检查，共 {n:,} 件。", "Checked: {n:,} decisions.")
CHECKS = {
    "completeness": Text("说明完整", "wholly explained"),
    "faithfulness": Text("与登记的规则一致", "as the registered rules say"),
    "consistency": Text("同样输入结果相同", "equal inputs, equal results"),
}


def own(request: HttpRequest) -> HttpResponse:
    """Show a person the own decision, by receipt number and query code."""
    form = Codes(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = _own(request, form)
        if told is not None:
            return render(request, "decisions/own.html.j2", _shown(told, form))
    status = 422 if request.method == "POST" else 200
    return render(request, "decisions/ask.html.j2", {"form": form}, status=status)


def paper(request: HttpRequest) -> HttpResponse:
    """Give the explanation as a letter in large print."""
    form = Codes(request.POST)
    told = _own(request, form) if form.is_valid() else None
    if told is None:
        return render(request, "decisions/ask.html.j2", {"form": form}, status=422)
    response = HttpResponse(letter(told), content_type=DOCX)
    response["Content-Disposition"] = f'attachment; filename="{told.row.code}.docx"'
    return response


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def look_up(request: HttpRequest) -> HttpResponse:
    """Find a lost receipt for a person at the counter or on the telephone."""
    actor = actor_on(request)
    systems = System.objects.filter(decision_schemes__isnull=False).distinct()
    mine = [row for row in systems if may(actor, "decision.look_up", row)]
    form = LookUp(mine, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        system = next(row for row in mine if row.code == given["system"])
        try:
            found = looking_up.look_up(
                system,
                given["number"],
                proof=given["proof"],
                proxy=given["proxy"],
                actor=actor,
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            context = {"found": found, "system": system}
            return render(request, "decisions/found.html.j2", context)
    status = 422 if request.method == "POST" else 200
    return render(request, "decisions/look_up.html.j2", {"form": form}, status=status)


def of_system(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is laid down for a system's decisions, and for those inside what checks found."""
    system, actor = _system(code), actor_on(request)
    inside = may(actor, "decision.read", system)
    scheme = laying.scheme_of(system)
    checks = list(system.decision_checks.all()[:SHOWN])
    n = system.decisions.count()
    context = {
        "row": system,
        "scheme": scheme,
        "tables": system.decision_tables.all(),
        "n": n if n >= LEAST or inside else None,
        "deliveries": system.decision_deliveries.all()[:SHOWN] if inside else (),
        "inside": inside,
        "check": _said(checks[0]) if checks and inside else None,
        "checks": checks if inside else (),
        "may_manage": may(actor, "decision.manage", system),
        "may_open": may(actor, "case.open"),
        "may_study": may(actor, "decision.study", system),
        "may_check": may(actor, "decision.check", system),
        "form": Laid(),
        "part_names": explanation_parts(),
    }
    return render(request, "decisions/system.html.j2", context)


def lay(request: HttpRequest, code: str) -> HttpResponse:
    """Lay down a scheme, or register the table of a version."""
    system, actor, now = _system(code), actor_on(request), timezone.now()
    check(actor, "decision.manage", system)
    form = Laid(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data["file"].read(laying.LARGEST * 4)
        version = form.cleaned_data["version"].strip()
        try:
            if version:
                laying.register_table(system, version, data, actor=actor, at=now)
            else:
                laying.lay_down(system, data, actor=actor, at=now)
        except BadInput as error:
            form.add_error("file", say(Text(error.in_language("zh"), error.in_language("en"))))
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            messages.success(request, say(LAID))
            return HttpResponseRedirect(reverse("decisions_of", args=[code]))
    return render(request, "decisions/lay.html.j2", {"form": form, "row": system}, status=422)


def look(request: HttpRequest, code: str) -> HttpResponse:
    """Check a system's decisions now."""
    system = _system(code)
    made = checking.ask(system, actor=actor_on(request), at=timezone.now())
    messages.success(request, say(CHECKED.format(n=made.n)))
    return HttpResponseRedirect(reverse("decisions_of", args=[code]))


def case(request: HttpRequest, code: str, measure: str) -> HttpResponse:
    """Open a case on what the newest check of a system's decisions found."""
    made = _system(code).decision_checks.select_related("system__department").first()
    if made is None:
        raise Missing(NOT_FOUND)
    opened = checking.open_case(made, measure, actor=actor_on(request), at=timezone.now())
    return HttpResponseRedirect(reverse("case", args=[opened.code]))


def _own(request: HttpRequest, form: Codes) -> Explained | None:
    limit(request, "decision", MOST_TRIES, TOO_MANY)
    row = codes.found(form.cleaned_data["number"], form.cleaned_data["code"])
    told = explain(row) if row is not None else None
    if told is None:
        form.add_error("code", say(WRONG_CODE))
    else:
        forgive(request, "decision")
    return told


def _shown(told: Explained, form: Codes) -> dict[str, Any]:
    return {
        "told": told,
        "codes": form.cleaned_data,
        "objections": told.row.objections.all(),
        "names": REMEDIES,
        "bases": BASES,
        "fixed": FIXED,
        "warning": WARNING,
        "afterwards": AFTERWARDS,
    }


def _said(made: DecisionCheck) -> dict[str, Any]:
    estimates = {name: Estimate.from_json(made.detail[name]) for name in CHECKS}
    return {
        "at": made.at,
        "n": made.n,
        "parts": [(CHECKS[name], one) for name, one in estimates.items()],
        "missing": made.detail["missing"],
        "findings": [
            (
                each["measure"],
                Text.of(each["name"]),
                Text.of(each["text"]),
                each["evidence"][0]["keys"][:SHOWN],
            )
            for each in made.detail["findings"]
        ],
        "leads": [Text.of(each["text"]) for each in made.detail["leads"]],
    }


def _system(code: str) -> System:
    row = System.objects.filter(code=code).select_related("department").first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
