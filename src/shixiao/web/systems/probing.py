"""Pages of runs and of what they found: progress, outcome, one weakness, its waiver."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Probing, Weakness, WeaknessTurn
from shixiao.security.scoring import Gravity
from shixiao.terms import Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.web.systems import showing
from shixiao.web.systems.acting import found
from shixiao.web.systems.probe_forms import PROFILES, WaiverForm
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.systems import near, probing, runners, weaknesses
from shixiao.workflows.systems.dossier import names
from shixiao.workflows.systems.weaknesses import Asking

OF_FILES = {
    "at-rest": Text("存储加密", "Encryption at rest"),
    "backup": Text("备份和恢复", "Backup and restore"),
    "components": Text("组件漏洞", "Vulnerabilities of components"),
}
ORIGINS = {
    "site": Text("本站测试", "run by this site"),
    "runner": Text("近旁测试机测试", "run by a runner near the target"),
    "daily": Text("本站每日比对", "the daily match of this site"),
    "near": Text("在目标近旁测试后登记", "run near the target and entered"),
}
TURNS = {
    WeaknessTurn.Turn.OPENED: Text("发现", "Found"),
    WeaknessTurn.Turn.FIXED: Text("复测已整改", "Mended, as a later run saw"),
    WeaknessTurn.Turn.RETURNED: Text("又出现", "Came back"),
}
ASKED = Text("豁免申请已提交，由数据局答复。", "Asked for; the bureau answers.")
ANSWERED = Text("已答复。", "Answered.")
TAKEN_BACK = Text("任务已撤回。", "The job was taken back.")


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a run: its progress, then what each probe saw."""
    actor = actor_on(request)
    row = _found(actor, code)
    took = (row.finished or timezone.now()) - (row.started or timezone.now())
    context = {
        "row": row,
        "state": showing.RUNS[row.state],
        "profile": _profile(row),
        "origin": ORIGINS[row.origin],
        "took": int(took.total_seconds()),
        "outcomes": [_outcome(each) for each in row.outcomes.all()],
        "may_probe": may(actor, "system.probe", row),
        "freed": near.freed(row),
        "runners": runners.near(row.system) if row.state == "queued" else [],
    }
    return render(request, "systems/run.html.j2", context)


def _profile(row: Probing) -> Text:
    known: dict[str, Text] = {str(name): text for name, text in PROFILES.items()} | OF_FILES
    return known.get(row.profile, Text(row.profile, row.profile))


def _outcome(each: Any) -> dict[str, Any]:
    """Return what one probe saw, the failed checks first."""
    if each.checks is None:
        return {"name": each.name, "reason": each.reason, "failed": (), "held": 0}
    failed = [
        {
            "name": names().get(check, Text(check, check)),
            "where": locator,
            "gravity": showing.GRAVITIES[Gravity(severity)],
        }
        for check, severity, passed, locator in each.checks
        if not passed
    ]
    return {
        "name": each.name,
        "reason": each.reason,
        "failed": failed,
        "held": len(each.checks) - len(failed),
    }


def back(request: HttpRequest, code: str) -> HttpResponse:
    """Take back a job that waits for a runner."""
    actor = actor_on(request)
    row = _found(actor, code)
    try:
        near.take_back(row, actor=actor, at=timezone.now())
        messages.success(request, say(TAKEN_BACK))
    except Stale as error:
        messages.warning(request, say(error.text))
    return HttpResponseRedirect(reverse("probing", args=[row.code]))


def log(request: HttpRequest, code: str) -> HttpResponse:
    """Give everything that a run sent, one request a line."""
    row = _found(actor_on(request), code)
    if row.log is None:
        raise Missing(NOT_FOUND)
    response = HttpResponse(files.load(row.log), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="sent-{row.code}.jsonl"'
    return response


def weakness(request: HttpRequest, code: str) -> HttpResponse:
    """Show a weakness with its history, and ask for a waiver."""
    actor = actor_on(request)
    row = _weakness(actor, code)
    may_ask = row.state == "open" and row.severity != Gravity.VETO
    may_ask = may_ask and may(actor, "system.manage", row)
    form = WaiverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = Asking(**form.cleaned_data)
            weaknesses.ask_waiver(row, asked, actor=actor, at=timezone.now())
        except (Incomplete, Stale) as error:
            form.add_error(None, say(error.text))
        else:
            messages.success(request, say(ASKED))
            return HttpResponseRedirect(reverse("weakness", args=[row.code]))
    context = showing.weakness_line(row) | {
        "system": row.system,
        "waivers": row.waivers.select_related("asked_by", "answered_by"),
        "turns": [
            {"title": TURNS[WeaknessTurn.Turn(turn.turn)], "at": turn.at, "by": turn.probing.code}
            for turn in row.turns.select_related("probing")
        ],
        "form": form,
        "may_ask": may_ask,
        "may_grant": may(actor, "waiver.grant", row),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "systems/weakness.html.j2", context, status=status)


def answer(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Grant or refuse a waiver."""
    actor = actor_on(request)
    row = _weakness(actor, code)
    waiver = row.waivers.filter(pk=entry).first()
    if waiver is None:
        raise Missing(NOT_FOUND)
    try:
        weaknesses.answer_waiver(
            waiver,
            granted=request.POST.get("granted") == "yes",
            answer=request.POST.get("answer", ""),
            actor=actor,
            at=timezone.now(),
        )
        messages.success(request, say(ANSWERED))
    except (Incomplete, Stale) as error:
        messages.warning(request, say(error.text))
    return HttpResponseRedirect(reverse("weakness", args=[row.code]))


def _found(actor: Actor, code: str) -> Probing:
    row = probing.visible(actor).filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def _weakness(actor: Actor, code: str) -> Weakness:
    row = Weakness.objects.select_related("system__department").filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    found(actor, row.system.code)
    check(actor, "system.read", row)
    return row
