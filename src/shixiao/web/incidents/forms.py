"""Forms of incidents: what each verb needs to be given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from shixiao.records.models import CatalogueItem, Grant, Incident, System
from shixiao.security.assessing import BASELINE, library
from shixiao.security.incidents import (
    CYBERSPACE,
    DUTIES,
    GRADES,
    KINDS,
    OPERATORS,
    Duty,
    Operator,
)
from shixiao.terms import Text
from shixiao.web.shell.pages import say, words
from shixiao.workflows.actors import Actor
from shixiao.workflows.incidents.telling import ITEMS
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.organisations import offices
from shixiao.workflows.permissions import may

TEXT = forms.Textarea(attrs={"rows": 4})
MOST = 500  # choices of a list


class MomentInput(forms.DateTimeInput):
    """A field of day and time whose value is written as HTML wants it."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def chosen(names: Mapping[Any, Text]) -> list[tuple[str, str]]:
    """Return choices in the language of the page."""
    return [(str(key), say(name)) for key, name in names.items()]


class NewIncident(forms.Form):
    """What somebody reports."""

    kind = forms.ChoiceField(label=words("发生了什么", "What happened"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=words("一句话写明", "In one sentence"),
        max_length=200,
        help_text=words("不写个人信息。", "Name no persons."),
    )
    story = forms.CharField(
        label=words("看到了什么", "What was seen"),
        widget=TEXT,
        max_length=LONGEST,
        help_text=words(
            "在哪里、什么时候、怎样发现的。加密保存。",
            "Where and when, and how it was found. It is encrypted.",
        ),
    )
    known = forms.DateTimeField(
        label=words("什么时候发现的", "When it became known"),
        widget=MomentInput(),
        help_text=words("所有时限从这一刻起算。", "Every clock begins at this moment."),
    )
    system = forms.ChoiceField(
        label=words("在哪个系统", "In which system"),
        required=False,
        help_text=words(
            "不在登记册上的可不选，选部门。", "If not on the register, name the department."
        ),
    )
    department = forms.ChoiceField(label=words("责任部门", "Department"), required=False)

    def __init__(self, actor: Actor, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = chosen(KINDS)
        fields["known"].initial = timezone.localtime()
        rows = System.objects.exclude(state="retired").order_by("identifier")[:MOST]
        fields["system"].choices = [("", say(NONE))] + [
            (row.code, f"{say(row.name)}（{row.identifier}）") for row in rows
        ]
        fields["department"].choices = [("", say(NONE))] + [
            (row.code, say(row.name)) for row in offices()
        ]
        if may(actor, "incident.handle"):
            fields["drill"] = forms.BooleanField(
                label=words("这是演练", "This is a drill"),
                required=False,
                help_text=words(
                    "处处标明演练；不对外通知，不暂停系统，不要求复测。",
                    "It is marked everywhere; nobody outside is notified, nothing is shut, no new"
                    " test is forced.",
                ),
            )


NONE = Text("没有选择", "None chosen")


class ActForm(forms.Form):
    """What a verb needs, and the version that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, row: Incident, verb: str, actor: Actor, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["seen"].initial = row.version
        self.fields.update(FIELDS[verb](row, actor))


def _text(zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> forms.Field:
    hint = words(hint_zh, hint_en) if hint_zh else ""
    return forms.CharField(label=words(zh, en), widget=TEXT, max_length=LONGEST, help_text=hint)


def _contain(row: Incident, actor: Actor) -> dict[str, forms.Field]:
    found = {
        "contained": _text(
            "怎样控制的",
            "How it was contained",
            "例如停用账号、断开接口、更换密钥。",
            "Accounts were closed, an interface cut off, keys changed.",
        )
    }
    if _may_shut(row, actor):
        found["shut"] = forms.BooleanField(
            label=words("同时暂停这个系统", "Shut the system down with it"),
            required=False,
            help_text=words(
                "两秒之内网关和准入代理都不再放行，转人工办理。",
                "Within two seconds neither gateway nor gate lets anything through; work goes on by"
                " hand.",
            ),
        )
    return found


def _may_shut(row: Incident, actor: Actor) -> bool:
    system = row.system
    if system is None or row.drill or system.state != "admitted":
        return False
    return may(actor, "admission.decide", system)


def _classify(row: Incident, actor: Actor) -> dict[str, forms.Field]:
    del actor
    yes = {"yes": Text("是", "yes"), "no": Text("否", "no")}
    return {
        "grade": forms.ChoiceField(
            label=words("等级", "Grade"),
            choices=chosen(GRADES),
            widget=forms.RadioSelect,
            initial=row.grade,
            help_text=words(
                "较大以上的，按运营者的类别限时报告（规则 INC-T）。",
                "From larger on it is reported within hours, by who runs the system (rule INC-T).",
            ),
        ),
        "operator": forms.ChoiceField(
            label=words("谁运营", "Who runs it"),
            choices=chosen(OPERATORS),
            widget=forms.RadioSelect,
            initial=row.operator or "other",
        ),
        "personal": forms.ChoiceField(
            label=words(
                "是否涉及或可能涉及个人信息泄露、篡改、丢失",
                "Was personal information leaked, changed or lost, or may it have been",
            ),
            choices=chosen(yes),
            widget=forms.RadioSelect,
            initial={True: "yes", False: "no", None: None}[row.personal],
        ),
        "persons": forms.IntegerField(
            label=words("涉及多少人", "How many persons"),
            min_value=0,
            max_value=2_000_000_000,
            help_text=words(
                "目前所知；人数决定最低等级（规则 INC-G）。",
                "As far as is known; so many allow no lower grade (rule INC-G).",
            ),
        ),
        "public": forms.BooleanField(
            label=words(
                "缺陷漏洞涉及国家安全或公共利益",
                "The defect touches national security or the public interest",
            ),
            required=False,
            initial=row.public,
        ),
    }


def _inform(row: Incident, actor: Actor) -> dict[str, forms.Field]:
    del actor
    from_clocks = [
        (clock.duty, say(duty_name(row, clock.duty)))
        for clock in row.clocks.filter(met__isnull=True).exclude(duty="persons")
    ]
    return {
        "duty": forms.ChoiceField(
            label=words("报告了哪一项", "Which report was made"),
            choices=from_clocks,
            widget=forms.RadioSelect,
        ),
        "reference": forms.CharField(
            label=words("向谁报告，编号", "To whom, and under which number"),
            max_length=200,
            help_text=words(
                "例如：省网信办值班室，〔2026〕12 号。", "The duty office, no. 12 of 2026."
            ),
        ),
    }


def _trace(row: Incident, actor: Actor) -> dict[str, forms.Field]:
    del actor
    of = row.department_id
    grants = Grant.objects.filter(Q(recipient=of) | Q(item__department=of)).exclude(state="waiting")
    items = CatalogueItem.objects.filter(department=of, source_place__isnull=False)
    found: dict[str, forms.Field] = {
        "since": forms.DateTimeField(label=words("从什么时候", "From"), widget=MomentInput()),
        "until": forms.DateTimeField(
            label=words("到什么时候", "Until"), widget=MomentInput(), initial=_now()
        ),
    }
    if grants:
        choices = [(each.code, f"{each.code} · {each.purpose}"[:80]) for each in grants[:MOST]]
        found["grants"] = _several(words("经过哪些授权", "Under which grants"), choices)
    if items:
        named = [(item.code, say(item.name)) for item in items[:MOST]]
        found["items"] = _several(words("哪些数据集", "Which datasets"), named)
    return found


def _several(label: Any, choices: list[tuple[str, str]]) -> forms.Field:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=words("可多选。", "Choose one or more."),
    )


def _now() -> datetime:
    return timezone.localtime()


def _notify(row: Incident, actor: Actor) -> dict[str, forms.Field]:
    del row, actor
    return {
        name: forms.CharField(
            label=say(label), widget=forms.Textarea(attrs={"rows": 2}), max_length=LONGEST
        )
        for name, label in ITEMS.items()
    }


def _reason(row: Incident, actor: Actor) -> dict[str, forms.Field]:
    del row, actor
    return {"reason": _text("理由", "Reason")}


def _bare(row: Incident, actor: Actor) -> dict[str, forms.Field]:
    del row, actor
    return {}


def _settle(row: Incident, actor: Actor) -> dict[str, forms.Field]:
    del row, actor
    return {"cause": _text("查明的原因", "What caused it")}


def _close(row: Incident, actor: Actor) -> dict[str, forms.Field]:
    del row, actor
    known = {key: each.name for key, each in library().criteria.items() if key != BASELINE}
    return {
        "lessons": _text("教训和改进措施", "What was learned, and what changes"),
        "criteria": forms.MultipleChoiceField(
            label=words("事件表明哪些准则不成立", "Which criteria the incident showed not to hold"),
            choices=chosen(known),
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text=words(
                "系统须就这些准则重新举证，才能再次准入。",
                "The system has to give new evidence for these before it is admitted again.",
            ),
        ),
    }


FIELDS: Mapping[str, Callable[[Incident, Actor], dict[str, forms.Field]]] = {
    "contain": _contain,
    "classify": _classify,
    "inform": _inform,
    "trace": _trace,
    "notify": _notify,
    "spare": _reason,
    "ask_open": _reason,
    "open": _bare,
    "settle": _settle,
    "close": _close,
    "dismiss": _reason,
}


def duty_name(row: Incident, duty: str) -> Text:
    """Return a duty in words; to whom is reported hangs on who runs the system."""
    from_operator = CYBERSPACE.get(Operator(row.operator)) if row.operator else None
    if duty == Duty.CYBERSPACE and from_operator is not None:
        return from_operator
    return DUTIES[Duty(duty)]
