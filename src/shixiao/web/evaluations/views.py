"""Pages of evaluations: the list, one with its hashes and files, and two periods side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.scores import POINTS
from shixiao.checkup.report.speech import Speech
from shixiao.ledger import vocabulary
from shixiao.records.models import Evaluation, Evidence, LeafRow, Standing
from shixiao.terms import Estimate, Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, page_of
from shixiao.web.shell.pages import language
from shixiao.web.subjects.rows import KINDS
from shixiao.workflows import evaluations, evidence_of_sharing
from shixiao.workflows.actors import Actor
from shixiao.workflows.evaluations import folder_of, visible
from shixiao.workflows.jobs import queue_evaluation
from shixiao.workflows.leaving_out import count_in
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Missing

STATES: dict[str, tuple[Text, str]] = {
    "queued": (Text("等待", "Waiting"), "grey"),
    "running": (Text("评估中", "Running"), "amber"),
    "done": (Text("已完成", "Done"), "plain"),
    "failed": (Text("没有完成", "Failed"), "red"),
}
PUBLIC = (Text("已公布", "Public"), "green")
WITHDRAWN = (Text("已撤回", "Withdrawn"), "red")
HTML, BUNDLE = "text/html; charset=utf-8", "bundle.zip"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Files of a result that may be taken away: name → media type, what it is. For everybody:
PUBLIC_FILES: dict[str, tuple[str, Text]] = {
    "summary.html": (HTML, Text("一页读懂", "On one page")),
    BUNDLE: ("application/zip", Text("复算包", "Bundle to recompute from")),
}
# Those that hold numbers of fewer people than rule E-16 allows: for who may read drafts.
INSIDE_FILES: dict[str, tuple[str, Text]] = {
    "report.html": (HTML, Text("完整报告", "Full report")),
    "tables.xlsx": (FORMATS["xlsx"], Text("全部表格（XLSX）", "All tables (XLSX)")),
    "result.json": ("application/json", Text("结果（JSON）", "Result (JSON)")),
    "briefing.docx": (DOCX, Text("简报（中文）", "Briefing (Chinese)")),
    "briefing.en.docx": (DOCX, Text("简报（英文）", "Briefing (English)")),
}
# The report carries its own style and no script; it is shut off from the rest of the site.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-downloads"
)


def listing(request: HttpRequest) -> HttpResponse:
    """List evaluations, the newest first."""
    actor = actor_on(request)
    rows = visible(actor).select_related("evidence__organisation")
    page = page_of(request, rows)
    return render(
        request,
        "evaluations/list.html.j2",
        {"page": page, "rows": [(row, state_of(row)) for row in page]},
    )


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show an evaluation: its progress while it runs, then all that others need to check it."""
    evaluation, actor = _found(request, code), actor_on(request)
    took = (evaluation.finished or timezone.now()) - (evaluation.started or timezone.now())
    return render(
        request,
        "evaluations/one.html.j2",
        {
            "evaluation": evaluation,
            "state": state_of(evaluation),
            "took": int(took.total_seconds()),
            "files": _files(actor, evaluation, PUBLIC_FILES),
            "inside_files": _files(actor, evaluation, INSIDE_FILES),
            "left_out": count_in(folder_of(evaluation)),
            "site_rows": evidence_of_sharing.count_in(evaluation.question),
            "site_day": evidence_of_sharing.day_in(evaluation.question),
            "leaves": _leaves(evaluation),
            "others": _others(actor, evaluation),
            "may_publish": may(actor, "evaluation.publish", evaluation),
            "may_run": may(actor, "evaluation.run", evaluation),
        },
    )


def file(request: HttpRequest, code: str, name: str) -> HttpResponse | FileResponse:
    """Give a file of the result; to others than those who read drafts, what is for everybody."""
    path = _path(actor_on(request), _found(request, code), name)
    if path is None:
        raise Http404
    media_type, _ = (PUBLIC_FILES | INSIDE_FILES)[name]
    return _file(path, media_type, name)


def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish the result."""
    evaluation = _found(request, code)
    evaluations.publish(evaluation, actor=actor_on(request), at=timezone.now())
    return HttpResponseRedirect(reverse("evaluation", args=[code]))


def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Withdraw a published result, with the reason."""
    evaluation = _found(request, code)
    reason = request.POST.get("reason", "")
    evaluations.withdraw(evaluation, reason=reason, actor=actor_on(request), at=timezone.now())
    return HttpResponseRedirect(reverse("evaluation", args=[code]))


@transaction.atomic
def ask(request: HttpRequest, evidence: str) -> HttpResponse:
    """Evaluate evidence that is here; the page of the evaluation shows the progress."""
    found = Evidence.objects.filter(pk=evidence).first()
    if found is None:
        raise Missing(NOT_FOUND)
    evaluation = evaluations.ask(found, actor=actor_on(request), at=timezone.now())
    queue_evaluation(evaluation)
    return HttpResponseRedirect(reverse("evaluation", args=[evaluation.code]))


def compare(request: HttpRequest, code: str, other: str) -> HttpResponse:
    """Put the scores of two evaluations side by side."""
    later, earlier = _found(request, code), _found(request, other)
    if later.asked < earlier.asked:
        later, earlier = earlier, later
    kind = request.GET.get("kind", "service")
    if kind not in KINDS:
        raise Http404
    before = {row.subject: row for row in _scored(earlier, kind)}
    rows = [
        _compared(row, before[row.subject]) for row in _scored(later, kind) if row.subject in before
    ]
    return render(
        request,
        "evaluations/compare.html.j2",
        {
            "later": later,
            "earlier": earlier,
            "rows": rows,
            "columns": COMPARED,
            "kind": kind,
            "kinds": KINDS,
        },
    )


COMPARED = (
    (Text("名称", "Name"), "", False),
    (Text("前次总分", "Score before"), "", True),
    (Text("本次总分", "Score now"), "", True),
    (Text("变化", "Change"), "", False),
)


def _compared(now: Standing, was: Standing) -> tuple[Cell, ...]:
    speech = Speech(language())
    both = [Estimate.from_json(row.detail["scores"]["overall"]) for row in (was, now)]
    cells = [speech.estimate(estimate, POINTS) for estimate in both]
    return (
        speech.named(now.name, href=reverse(now.kind, args=[now.slug])),
        *cells,
        _change(speech, now, was),
    )


def _change(speech: Speech, now: Standing, was: Standing) -> Cell:
    """Say better or worse only where the intervals do not meet."""
    ends = (now.score_low, now.score_high, was.score_low, was.score_high)
    if any(end is None for end in ends):
        return Cell("—")
    low, high, was_low, was_high = (float(end or 0) for end in ends)
    if low > was_high:
        return Cell("", tag=speech.t("变好", "Better"), tone="green")
    if high < was_low:
        return Cell("", tag=speech.t("变差", "Worse"), tone="red")
    return Cell("", tag=speech.t("分不出变化", "No clear change"), tone="grey")


def _scored(evaluation: Evaluation, kind: str) -> Any:
    rows = Standing.objects.filter(evaluation=evaluation, kind=kind, score__isnull=False)
    return rows.order_by("subject")


def _found(request: HttpRequest, code: str) -> Evaluation:
    rows = visible(actor_on(request)).filter(code=code)
    found = rows.select_related("evidence__organisation").first()
    if found is None:
        raise Missing(NOT_FOUND)
    return found


def _path(actor: Actor, evaluation: Evaluation, name: str) -> Path | None:
    """Return where a file lies that the person may have; None where there is none."""
    inside = may(actor, "evaluation.read", evaluation)
    if name not in PUBLIC_FILES and not (inside and name in INSIDE_FILES):
        return None
    folder = folder_of(evaluation)
    path = (folder if inside or name == BUNDLE else folder / "public") / name
    return path if path.exists() else None


def _files(
    actor: Actor, evaluation: Evaluation, of: Mapping[str, tuple[str, Text]]
) -> list[dict[str, object]]:
    return [
        {"name": text, "to": reverse("evaluation_file", args=[evaluation.code, name])}
        for name, (_, text) in of.items()
        if _path(actor, evaluation, name) is not None
    ]


def _leaves(evaluation: Evaluation) -> list[tuple[Text | str, LeafRow]]:
    """Return what the ledger holds on an evaluation, each with the name of its event."""
    events = vocabulary().events
    rows = LeafRow.objects.filter(subject=evaluation.code).order_by("id")
    return [(events[row.event].name if row.event in events else row.event, row) for row in rows]


def _others(actor: Actor, evaluation: Evaluation) -> list[Evaluation]:
    rows = visible(actor).filter(state=Evaluation.State.DONE).exclude(pk=evaluation.pk)
    return list(rows[:10])


def state_of(evaluation: Evaluation) -> tuple[Text, str]:
    """Return the state of an evaluation in words, with its tone."""
    if evaluation.withdrawn is not None:
        return WITHDRAWN
    return PUBLIC if evaluation.published is not None else STATES[evaluation.state]


def _file(path: Path, media_type: str, name: str) -> FileResponse:
    page = media_type.startswith("text/html")
    response = FileResponse(
        path.open("rb"), content_type=media_type, as_attachment=not page, filename=name
    )
    if page:
        response.headers["Content-Security-Policy"] = REPORT_POLICY
    return response
