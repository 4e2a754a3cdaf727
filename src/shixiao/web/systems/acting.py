"""What can be done with a system, on one page for all: a form, what it brings, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Probing, System
from shixiao.terms import BadInput, Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import language, say
from shixiao.web.systems.forms import Edit, NeedForm, NewRelease, PaperForm, PledgeForm
from shixiao.web.systems.probe_forms import (
    ConsentForm,
    ProbeForm,
    ReasonForm,
    RetireForm,
    RunForm,
    SbomForm,
)
from shixiao.workflows.actors import Actor
from shixiao.workflows.jobs import queue_components, queue_probing
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.systems import (
    admitting,
    components,
    consenting,
    filing,
    interest,
    probing,
    registering,
)
from shixiao.workflows.systems.admitting import Retirement

Done = Callable[[System, Any, int, Actor, datetime], object]
SAVED = Text("已办理：{name}。", "Done: {name}.")


@dataclass(frozen=True, slots=True)
class Doing:
    """Something that can be done with a system.

    Attributes:
        name: in words.
        lead: what it brings.
        right: that it takes.
        form: what has to be given.
        do: does it, from the system, the form, the version seen, the person and the time.
        upload: whether a file may come with it.
    """

    name: Text
    lead: Text
    right: str
    form: Callable[..., forms.Form]
    do: Done
    upload: bool = False


def _edit(row: System, form: Edit, seen: int, actor: Actor, at: datetime) -> object:
    return registering.change(row, form.told(), seen=seen, actor=actor, at=at)


def _release(row: System, form: NewRelease, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    return registering.release(row, **form.cleaned_data, actor=actor, at=at)


def _need(row: System, form: NeedForm, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    return filing.file_need(row, form.need(), actor=actor, at=at)


def _pledge(row: System, form: PledgeForm, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    return filing.pledge(row, form.pledge(), actor=actor, at=at)


def _paper(row: System, form: PaperForm, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    return filing.enter_paper(row, form.paper(), actor=actor, at=at)


def _consent(row: System, form: ConsentForm, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    return consenting.consent(row, form.terms(), actor=actor, at=at)


@transaction.atomic
def _probe(row: System, form: ProbeForm, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    made = probing.ask(row, **form.asked(), actor=actor, at=at)
    if made.origin == Probing.Origin.SITE:
        queue_probing(made)
    return made


def _enter(row: System, form: RunForm, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    file = form.cleaned_data["file"]
    return probing.take_in(row, file.read(), file=file.name, actor=actor, at=at)


@transaction.atomic
def _sbom(row: System, form: SbomForm, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    file = form.cleaned_data["file"]
    made = components.enter(row, file.read(), file=file.name, actor=actor, at=at)
    queue_components()
    return made


def _propose(row: System, form: ReasonForm, seen: int, actor: Actor, at: datetime) -> object:
    reason = form.cleaned_data["reason"]
    return admitting.propose(row, reason=reason, seen=seen, actor=actor, at=at)


def _suspend(row: System, form: ReasonForm, seen: int, actor: Actor, at: datetime) -> object:
    reason = form.cleaned_data["reason"]
    return admitting.suspend(row, reason=Text(reason, reason), seen=seen, actor=actor, at=at)


def _rule(row: System, form: ReasonForm, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    return interest.propose(row, reason=form.cleaned_data["reason"], actor=actor, at=at)


def _retire(row: System, form: RetireForm, seen: int, actor: Actor, at: datetime) -> object:
    return admitting.retire(row, Retirement(**form.cleaned_data), seen=seen, actor=actor, at=at)


DOINGS: Mapping[str, Doing] = {
    "edit": Doing(
        Text("修改登记内容", "Change what is registered"),
        Text(
            "修改公开并存证；关于公共利益的认定随之失效，须重新作出。",
            "Changes are public and on record; a ruling on public interest ends with them.",
        ),
        "system.manage",
        Edit,
        _edit,
    ),
    "release": Doing(
        Text("登记版本", "Register a release"),
        Text(
            "新版本须重新评估：已准入的系统在期限内没有重新准入，自动暂停。",
            "A new release is assessed anew: an admitted system that is not admitted anew in time"
            " is suspended.",
        ),
        "system.manage",
        NewRelease,
        _release,
    ),
    "need": Doing(
        Text("填写需求说明", "Say why it is wanted"),
        Text(
            "立项五问须全部答“是”并说明理由；没有需求说明，不能准入。",
            "All five questions have to be answered yes, with reasons; without this file nothing is"
            " admitted.",
        ),
        "system.manage",
        NeedForm,
        _need,
    ),
    "pledge": Doing(
        Text("登记基线和目标", "Register baseline and target"),
        Text(
            "上线前登记，到期按办件核对；没有达到的，回到评估。注册数、点击数不能作目标。",
            "It is registered before going live and judged by cases on its day; where it is missed,"
            " the system is assessed again. Registrations and clicks are no targets.",
        ),
        "system.manage",
        PledgeForm,
        _pledge,
    ),
    "paper": Doing(
        Text("登记评估材料", "Enter a record"),
        Text(
            "每条标准以最新的材料为准；材料过期，准入随之过期。",
            "Of each criterion the newest record counts; the admission ends when a record does.",
        ),
        "system.manage",
        PaperForm,
        _paper,
        upload=True,
    ),
    "consent": Doing(
        Text("书面同意测试", "Consent to probes"),
        Text(
            "只在同意的主机、时间和速度之内测试，超出一律不发；可以随时撤回。",
            "Probes stay within the hosts, the time and the rate that are consented to; nothing"
            " else is sent. It can be withdrawn at any time.",
        ),
        "system.consent",
        ConsentForm,
        _consent,
    ),
    "probe": Doing(
        Text("测试", "Probe it"),
        Text(
            "测试在后台或由近旁测试机进行，进度随时可看；没有测成的不算通过。",
            "It runs in the background, or by a runner near the target, and can be followed; what"
            " could not tell has not passed.",
        ),
        "system.probe",
        ProbeForm,
        _probe,
    ),
    "enter": Doing(
        Text("登记测试结果", "Enter a result"),
        Text(
            "本站到不了的系统，由部门在目标近旁用命令测试，再登记结果。",
            "What this site cannot reach is probed by the command near the target, and the result"
            " is entered here.",
        ),
        "system.probe",
        RunForm,
        _enter,
        upload=True,
    ),
    "sbom": Doing(
        Text("登记组件清单", "Enter the list of components"),
        Text(
            "最新版本的组件清单（SBOM），本站每天与最新的漏洞库比对；新版本须另行登记。",
            "The list of components (SBOM) of the newest release; it is held every day against the"
            " newest vulnerabilities. A new release needs its own.",
        ),
        "system.manage",
        SbomForm,
        _sbom,
        upload=True,
    ),
    "propose": Doing(
        Text("提出准入", "Propose to admit it"),
        Text(
            "须另一人确认才生效；确认时证据有变化的，须重新提出。",
            "Another person has to confirm; where the evidence changed meanwhile it is proposed"
            " anew.",
        ),
        "admission.decide",
        ReasonForm,
        _propose,
    ),
    "suspend": Doing(
        Text("暂停", "Suspend it"),
        Text(
            "立即生效：两秒之内准入代理和网关都不再放行，页面提示人工办理。",
            "It takes effect at once: within two seconds neither gates nor gateways let anything"
            " through, and pages say how it is done by hand.",
        ),
        "admission.decide",
        ReasonForm,
        _suspend,
    ),
    "rule": Doing(
        Text("认定不涉及公共利益", "Rule that it is not of public interest"),
        Text(
            "须另一人确认；理由公开，任何人可以提出异议，异议答复之前认定不生效。",
            "Another person has to confirm; the reason is public and anybody may contest it, and"
            " until that is answered the ruling does not hold.",
        ),
        "interest.rule",
        ReasonForm,
        _rule,
    ),
    "retire": Doing(
        Text("停用", "Retire it"),
        Text(
            "停用以后不能恢复；还有共享授权经过它的，先结束授权。",
            "A retired system does not come back; grants that run through it are ended first.",
        ),
        "system.manage",
        RetireForm,
        _retire,
    ),
}


def act(request: HttpRequest, code: str, doing: str) -> HttpResponse:
    """Show the form of something that can be done with a system, and do it."""
    actor = actor_on(request)
    row, known = found(actor, code), DOINGS.get(doing)
    if known is None:
        raise Missing(NOT_FOUND)
    check(actor, known.right, row)
    form = known.form(row, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = known.do(row, form, _seen(request, row), actor, timezone.now())
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        except BadInput as error:
            field = "file" if "file" in form.fields else None
            form.add_error(field, error.in_language(language()))
        except Stale as error:
            form.add_error(None, say(error.text))
        else:
            messages.success(request, say(SAVED.format(name=known.name)))
            if isinstance(done, Probing):
                return HttpResponseRedirect(reverse("probing", args=[done.code]))
            return HttpResponseRedirect(reverse("registered", args=[row.code]))
    status = 422 if request.method == "POST" else 200
    context = {"row": row, "doing": known, "form": form, "saw": row.version}
    return render(request, "systems/act.html.j2", context, status=status)


def _seen(request: HttpRequest, row: System) -> int:
    """Return the version that the person saw."""
    given = request.POST.get("seen", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else row.version


def found(actor: Actor, code: str) -> System:
    """Return a system of the register.

    Raises:
        Missing: there is none.
    """
    row = registering.visible(actor).filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
