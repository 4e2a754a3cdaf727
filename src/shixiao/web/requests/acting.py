"""Verbs on requests, disputes, meetings, grants and copies: one page for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages as said
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from markupsafe import Markup

from shixiao.records.models import (
    Correction,
    DataCopy,
    Dispute,
    Grant,
    Meeting,
    Resolution,
    SharingRequest,
)
from shixiao.terms import Text
from shixiao.web.requests.fields import VerbForm
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.workflows import meetings, stepping
from shixiao.workflows.grants import giving, keeping
from shixiao.workflows.lifecycle import copying
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import NOT_FOUND, NOT_YOURS, Forbidden, Incomplete, Missing, Stale
from shixiao.workflows.requests import answering, correcting, disputing, making
from shixiao.workflows.requests.answering import Agreed
from shixiao.workflows.stepping import Moving

DONE = Text("已办理：{verb}。", "Done: {verb}.")
NOT_NOW = Text("这一步现在不能办：它已进入别的环节。", "This cannot be done now: it has moved on.")


def _agree(request: SharingRequest, act: Act, **given: Any) -> Grant:
    terms = {"masked": given["masked"], "rate": given["rate"]}
    person = given["provider_person"].strip()
    return answering.agree(request, act, Agreed(given["reassess_on"], person, terms))


ACTS: Mapping[type[Moving], Mapping[str, Callable[..., Any]]] = {
    SharingRequest: {
        "file": making.file,
        "notify": answering.notify,
        "supplement": answering.supplement,
        "ask_extension": answering.ask_extension,
        "allow_extension": answering.allow_extension,
        "deny_extension": answering.deny_extension,
        "agree": _agree,
        "refuse": answering.refuse,
        "deliver": answering.deliver,
        "dispute": disputing.raise_dispute,
        "accept": answering.accept,
        "withdraw": answering.withdraw,
    },
    Dispute: {
        "answer": disputing.answer,
        "escalate": disputing.escalate,
        "report": disputing.report,
        "settle": disputing.settle,
    },
    Correction: {"answer": correcting.answer, "withdraw": correcting.withdraw},
    Grant: {
        "start": giving.start,
        "suspend": keeping.suspend,
        "rectify": keeping.rectify,
        "resume": keeping.resume,
        "terminate": keeping.terminate,
        "reassess": keeping.reassess,
        "end": keeping.end,
    },
    Meeting: {"hold": meetings.hold, "cancel": meetings.cancel},
    Resolution: {
        "report": meetings.report,
        "confirm": meetings.confirm,
        "send_back": meetings.send_back,
        "drop": meetings.drop,
    },
    DataCopy: {
        "propose": copying.propose,
        "confirm": copying.confirm,
        "refuse": copying.refuse,
        "prolong": copying.prolong,
    },
}


def act_on(
    request: HttpRequest,
    row: Moving,
    verb: str,
    *,
    title: Text | Markup,
    room: tuple[Text, str],
    back: str,
) -> HttpResponse:
    """Show the form of a verb, and carry it out.

    Args:
        request: who asks.
        row: on what.
        verb: which.
        title: what it is called.
        room: name and address of the list it stands in.
        back: address of its page.
    """
    actor, known = actor_on(request), stepping.life_of(row).verbs.get(verb)
    if known is None or verb not in ACTS[type(row)]:
        raise Missing(NOT_FOUND)
    if not stepping.may_do(actor, known, row):
        raise Forbidden(NOT_YOURS)
    if known not in stepping.doable(row, actor, timezone.localdate()):
        raise Stale(NOT_NOW)
    form = VerbForm(row, verb, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            ACTS[type(row)][verb](row, done, **given)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            said.success(request, say(DONE.format(verb=known.name)))
            return HttpResponseRedirect(back)
    status = 422 if request.method == "POST" else 200
    context = {
        "row": row,
        "verb": known,
        "form": form,
        "title": title,
        "room": room,
        "back": back,
        "effect": EFFECTS.get((type(row), verb)),
    }
    return render(request, "requests/act.html.j2", context, status=status)


# What an act of weight brings, before it is done.
EFFECTS = {
    (SharingRequest, "file"): Text(
        "提出以后，提供部门的答复期限开始计算：无条件共享 1 个工作日，有条件共享 10 个工作日。",
        "Once filed, the provider's time runs: 1 working day where data are shared without"
        " condition, 10 on condition.",
    ),
    (SharingRequest, "notify"): Text(
        "补正只能一次性告知，不能因材料不全直接拒绝（政务数据共享条例第二十一条）。",
        "What is missing is said once, and an incomplete request is not refused for that (Decree"
        " 809 art. 21).",
    ),
    (SharingRequest, "agree"): Text(
        "同意以后，须在 20 个工作日内提供数据；授权在提供时生效。",
        "Once agreed, the data are due within 20 working days; the grant takes effect with them.",
    ),
    (SharingRequest, "deliver"): Text(
        "登记提供以后授权立即生效，网关按它放行。",
        "Once the delivery is entered the grant is in force and the gateway lets it through.",
    ),
    (SharingRequest, "dispute"): Text(
        "争议先由双方协商，协商不成由主管部门协调，仍不一致的报本级人民政府决定。",
        "A dispute is negotiated first, then coordinated by the authority, and at last decided by"
        " the government.",
    ),
    (Grant, "suspend"): Text(
        "暂停立即生效：一秒之内所有网关都不再放行。",
        "It takes effect at once: within a second no gateway lets anything through.",
    ),
    (Grant, "terminate"): Text("终止以后不能恢复。", "A grant that was ended does not come back."),
    (Meeting, "hold"): Text(
        "纪要公开；议题固定为今天的议题，登记的决定继续督办。",
        "The minutes are public; the agenda stays as it is today, and what was decided is followed"
        " up.",
    ),
    (Resolution, "report"): Text(
        "报告公开，由数据局核对后确认或退回。",
        "The report is public; the bureau checks it, and confirms or sends it back.",
    ),
    (DataCopy, "propose"): Text(
        "须由本部门另一人核对并确认，副本才算销毁。",
        "Another person of the department has to check and confirm before it counts as destroyed.",
    ),
    (DataCopy, "confirm"): Text(
        "确认以后生成两人签署的销毁证明并存证，不能撤回；请先核对副本确已不在。",
        "Once confirmed there is a certificate by two people on the ledger, which cannot be taken"
        " back; check first that the copy is gone.",
    ),
    (Dispute, "settle"): Text(
        "结果立即执行到申请上，对双方都有约束力，并公开。",
        "The outcome is carried out on the request at once, binds both sides, and is public.",
    ),
}
