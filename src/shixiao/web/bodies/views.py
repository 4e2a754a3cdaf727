"""Pages of evaluating bodies."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shixiao.checkup.report.speech import Speech
from shixiao.records.models import Organisation
from shixiao.terms import Estimate, Text
from shixiao.web.shell.pages import language
from shixiao.workflows.commissions.bodies import Round, rounds_of
from shixiao.workflows.refusals import NOT_FOUND, Missing

HEADS = (
    Text("应交", "Given"),
    Text("已签字", "Signed"),
    Text("未交", "Missing"),
    Text("迟到", "Late"),
    Text("退出", "Withdrawn"),
    Text("作废", "Void"),
    Text("申报关系的人", "Declared a tie"),
    Text("未申报被发现的人", "Tie found later"),
)


def listing(request: HttpRequest) -> HttpResponse:
    """List the evaluating bodies."""
    public = Q(engagements__commission__state="published", engagements__excluded__isnull=True)
    rows = Organisation.objects.filter(kind=Organisation.Kind.EVALUATOR).annotate(
        rounds=Count("engagements", filter=public, distinct=True)
    )
    return render(request, "bodies/list.html.j2", {"rows": rows})


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show what an evaluating body did."""
    body = Organisation.objects.filter(kind=Organisation.Kind.EVALUATOR, code=code).first()
    if body is None:
        raise Missing(NOT_FOUND)
    rounds = [_row(each) for each in rounds_of(body)]
    context = {"body": body, "rounds": rounds, "heads": HEADS}
    return render(request, "bodies/one.html.j2", context)


def _row(each: Round) -> dict[str, Any]:
    return {
        "round": each,
        "numbers": (
            each.given,
            each.signed,
            each.missing,
            each.late,
            each.withdrawn,
            each.void,
            each.ties,
            each.undeclared,
        ),
        "alpha": _alpha(each.agreement),
    }


def _alpha(alpha: Estimate) -> str:
    if not alpha.ok or alpha.value is None:
        return Speech(language()).reason(alpha)
    return f"α = {alpha.value:.2f} [{alpha.low:.2f} – {alpha.high:.2f}]"
