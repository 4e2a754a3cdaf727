"""Operations of the API: the same records by the same rights as the pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, Literal

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI, Query
from ninja.errors import HttpError, ValidationError
from ninja.responses import NinjaJSONEncoder

import shixiao
from shixiao.records.models import Evaluation, Standing
from shixiao.rules import Unit, load_calendar
from shixiao.rules import deadline as count_deadline
from shixiao.terms import Text
from shixiao.web.api import decisions, runners, shapes, voices
from shixiao.web.api.bearer import admit
from shixiao.web.cases.seen import visible_cases
from shixiao.web.findings.views import visible_findings
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.problems import MALFORMED, STATUS, problem
from shixiao.workflows.evaluations import visible
from shixiao.workflows.receipts import find_receipt
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

PLACE = "/api/"
ONE_OF_BOTH = Text(
    "请在 working_days 和 days 中选且仅选一个。", "Give either working_days or days."
)
NOT_UNDERSTOOD = Text("参数“{name}”不对：{why}", "The parameter “{name}” is wrong: {why}")

api = NinjaAPI(
    title="Shixiao 实效",
    version=shixiao.__version__,
    description="What the pages show, as JSON. Texts come in Chinese and English. What is public"
    " needs no token; with one (Authorization: Bearer …) a program sees what its owner may see.",
    docs_url=None,
    openapi_url=None,
)
Kind = Literal["service", "department", "app", "system"]


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, error: ValidationError | type[ValidationError]) -> Any:
    """Answer a parameter that is not what it should be."""
    first = getattr(error, "errors", [{}])[0]
    name, why = str(first.get("loc", ("",))[-1]), str(first.get("msg", ""))
    return problem(request, STATUS[Incomplete], NOT_UNDERSTOOD.format(name=name, why=why))


@api.exception_handler(HttpError)
def malformed(request: HttpRequest, error: HttpError | type[HttpError]) -> Any:
    """Answer a body that cannot be read at all."""
    del error
    return problem(request, HTTPStatus.BAD_REQUEST, MALFORMED)


@api.get("evaluations", response=shapes.Listed[shapes.EvaluationShape], url_name="api_evaluations")
def evaluations(request: HttpRequest, asked: Query[shapes.Paging]) -> Any:
    """Evaluations, the newest first."""
    admit(request, "results")
    rows = visible(actor_on(request)).select_related("evidence__organisation")
    return _page(rows, shapes.evaluation_shape, asked)


@api.get("evaluations/{code}", response=shapes.EvaluationShape, url_name="api_evaluation")
def evaluation(request: HttpRequest, code: str) -> Any:
    """One evaluation, with all that recomputing it needs."""
    admit(request, "results")
    return shapes.evaluation_shape(_evaluation(request, code))


@api.get(
    "evaluations/{code}/standings/{kind}",
    response=shapes.Listed[shapes.StandingShape],
    url_name="api_standings",
)
def standings(
    request: HttpRequest, code: str, kind: Kind, asked: Query[shapes.OfDepartment]
) -> Any:
    """Where services, departments, apps or platforms stand in an evaluation."""
    admit(request, "results")
    rows = Standing.objects.filter(evaluation=_evaluation(request, code), kind=kind)
    if asked.department:
        rows = rows.filter(department=asked.department)
    return _page(rows.order_by("subject"), shapes.standing_shape, asked)


@api.get("findings", response=shapes.Listed[shapes.FindingShape], url_name="api_findings")
def findings(request: HttpRequest, asked: Query[shapes.FindingsAsked]) -> Any:
    """Findings, the gravest first."""
    admit(request, "results")
    given = {"kind": asked.kind, "state": asked.state, "department__code": asked.department}
    actor = actor_on(request)
    rows = visible_findings(actor).filter(**{k: v for k, v in given.items() if v})
    rows = rows.select_related("department", "said_in").order_by("gravity", "kind", "code")
    return _page(rows, partial(shapes.finding_shape, actor=actor), asked)


@api.get("findings/{code}", response=shapes.FindingShape, url_name="api_finding")
def finding(request: HttpRequest, code: str) -> Any:
    """One finding."""
    admit(request, "results")
    actor = actor_on(request)
    rows = visible_findings(actor).select_related("department", "said_in")
    return shapes.finding_shape(_there(rows.filter(code=code).first()), actor)


@api.get("cases", response=shapes.Listed[shapes.CaseShape], url_name="api_cases")
def cases(request: HttpRequest, asked: Query[shapes.CasesAsked]) -> Any:
    """Cases that the caller may see, the newest first."""
    admit(request, "cases")
    given = {"state": asked.state, "department__code": asked.department}
    rows = visible_cases(actor_on(request)).filter(**{k: v for k, v in given.items() if v})
    return _page(rows.order_by("-opened", "-id"), shapes.case_shape, asked)


@api.get("cases/{code}", response=shapes.CaseShape, url_name="api_case")
def case(request: HttpRequest, code: str) -> Any:
    """One case."""
    admit(request, "cases")
    return shapes.case_shape(_there(visible_cases(actor_on(request)).filter(code=code).first()))


@api.get("receipts/{code}", response=shapes.ReceiptShape, url_name="api_receipt")
def receipt(request: HttpRequest, code: str) -> Any:
    """What the ledger holds under a number, and its proof."""
    admit(request, "results")
    found = find_receipt(code)
    return {
        "code": found.leaf.code,
        "event": found.leaf.event,
        "at": found.leaf.at,
        "position": found.leaf.position,
        "entry": bytes(found.leaf.entry).decode(),
        "proof": found.receipt.to_bytes().decode() if found.receipt else None,
    }


@api.get("deadlines", response=shapes.DeadlineShape, url_name="api_deadlines")
def deadlines(request: HttpRequest, asked: Query[shapes.PeriodAsked]) -> Any:
    """The last day of a statutory period, with every day that does not count."""
    admit(request, "results")
    if (asked.working_days is None) == (asked.days is None):
        raise Incomplete(ONE_OF_BOTH)
    found = count_deadline(
        start=asked.start,
        length=asked.working_days or asked.days or 1,
        unit=Unit.WORKING if asked.working_days else Unit.CALENDAR,
        calendar=load_calendar("cn"),
    )
    skipped = [{"date": day, "reason": shapes.words(why)} for day, why in found.skipped]
    return {
        "due": found.due,
        "provisional": found.provisional,
        "counted": found.counted,
        "skipped": skipped,
    }


def description(request: HttpRequest) -> HttpResponse:
    """Give the description of the API as OpenAPI 3.1."""
    del request
    schema = api.get_openapi_schema(path_prefix=PLACE)
    text = json.dumps(schema, cls=NinjaJSONEncoder, ensure_ascii=False)
    return HttpResponse(text, content_type="application/json")


def _page(
    rows: QuerySet[Any], shape: Callable[[Any], dict[str, Any]], asked: shapes.Paging
) -> dict[str, Any]:
    """Return a page of rows; an empty one behind the last."""
    cut = Paginator(rows, asked.size)
    found = cut.page(asked.page) if asked.page <= cut.num_pages else ()
    return {
        "count": cut.count,
        "page": asked.page,
        "pages": cut.num_pages,
        "items": [shape(row) for row in found],
    }


def _evaluation(request: HttpRequest, code: str) -> Evaluation:
    rows = visible(actor_on(request)).select_related("evidence__organisation")
    found: Evaluation = _there(rows.filter(code=code).first())
    return found


def _there(found: Any) -> Any:
    if found is None:
        raise Missing(NOT_FOUND)
    return found


def _head_too(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let HEAD be answered as GET is (the framework refuses it); the server sends no body."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        method = request.method
        request.method = "GET" if method == "HEAD" else method
        try:
            return view(request, *args, **given)
        finally:
            request.method = method

    return answered


api.add_router("runner", runners.router)
api.add_router("decisions", decisions.router)
api.add_router("voices", voices.router)
urls = [
    URLPattern(each.pattern, _head_too(each.callback), name=each.name)
    for each in api.urls[0]
    if isinstance(each, URLPattern) and each.name != "api-root"  # a page of the framework's own
]
