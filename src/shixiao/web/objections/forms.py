"""Forms of objections: what people file, and what each verb needs."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django import forms

from shixiao.fairness.objections import table
from shixiao.records.models import Objection, System
from shixiao.terms import Text
from shixiao.web.decisions.forms import Codes
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows.decisions.laying import scheme_of
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.objections.judging import panel, proposed

TEXT = forms.Textarea(attrs={"rows": 5})


def _statement() -> forms.CharField:
    return forms.CharField(
        label=words("您不同意什么，为什么", "What you disagree with, and why"),
        widget=TEXT,
        max_length=LONGEST,
        help_text=words(
            "只有办理人员和评审专家能看到。", "Only those who handle and judge it see it."
        ),
    )


class Filed(forms.Form):
    """What whoever objects says of it."""

    statement = _statement()
    contact = forms.CharField(
        label=words("手机号或邮箱", "Mobile number or mail"),
        max_length=200,
        required=False,
        help_text=words(
            "可不填；填了会加密保存，有进展时发短信或邮件。",
            "Optional and kept encrypted: you get a message or a mail when there is news.",
        ),
    )
    helper = forms.CharField(
        label=words("代为提出的人和委托凭据", "Who files it for you, and by which authority"),
        max_length=300,
        required=False,
    )
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["once"].initial = token_hex(16)


class OfDecision(Codes, Filed):
    """An objection to a decision, with its receipt."""

    field_order = ("number", "code", "statement", "contact", "helper", "once")


class OfSystem(Filed):
    """An objection to a system itself, by one or many."""

    system = forms.ChoiceField(label=words("对哪个系统", "To which system"))
    voices = forms.IntegerField(
        label=words("多少人一起提出", "How many people object together"),
        min_value=1,
        max_value=10_000_000,
        initial=1,
    )
    field_order = ("system", "statement", "voices", "contact", "helper", "once")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        rows = System.objects.exclude(state="retired").order_by("identifier")
        fields: dict[str, Any] = self.fields
        fields["system"].choices = [(row.code, say(row.name)) for row in rows]


class Join(forms.Form):
    """What somebody adds who joins."""

    statement = _statement()


class Follow(forms.Form):
    """By what an objection is followed."""

    number = forms.CharField(label=words("异议编号", "Number of the objection"), max_length=20)
    code = forms.CharField(label=words("查询码", "Query code"), max_length=20)


class Verb(forms.Form):
    """What a verb needs, and the version that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, row: Objection, needs: tuple[str, ...], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["seen"].initial = row.version
        for need in needs:
            for name, field in _field(need, row).items():
                self.fields[name] = field


def _field(need: str, row: Objection) -> dict[str, forms.Field]:
    if need == "source":
        return {
            "source": forms.CharField(
                label=words("由哪个公开数值决定", "Public value that decides"), max_length=200
            ),
            "source_day": forms.DateField(
                label=words("数值哪天揭晓", "Day on which it becomes known"), widget=DayInput()
            ),
        }
    label, choices = CHOICES.get(need, (None, None))
    if need == "outcome":
        asked = proposed(row)
        choices = {name: text for name, text in (choices or {}).items() if name in asked}
    if need == "vote" and row.decision is None:
        choices = {name: text for name, text in (choices or {}).items() if name != "correct"}
    if need == "member":
        label = Text("哪名专家", "Which member")
        choices = {one.code: Text.of(one.code) for one in panel(row) if one.given is None}
    if need == "result":
        received = row.decision.received if row.decision else None
        scheme = scheme_of(row.system, at=received)
        label = Text("现在的结果", "The result that stands now")
        choices = {v: one.name for v, one in scheme.outcomes.items()} if scheme else {}
    if label is not None and choices is not None:
        named = [(value, say(name)) for value, name in choices.items()]
        return {need: forms.ChoiceField(label=say(label), choices=named)}
    long = need != "announced"
    field = forms.CharField(
        label=say(LABELS[need]),
        max_length=LONGEST if long else 200,
        widget=TEXT if long else forms.TextInput(),
    )
    return {need: field}


LABELS = {
    "reason": Text("理由", "Reasons"),
    "opinion": Text("意见的理由", "Reasons for your opinion"),
    "announced": Text("揭晓的数值", "The value as it became known"),
}
CHOICES: dict[str, tuple[Text | None, dict[str, Text] | None]] = {
    "track": (
        Text("程序", "Procedure"),
        {
            "ordinary": Text("普通程序（60 日）", "Ordinary (60 days)"),
            "simplified": Text("简易程序（30 日）", "Simplified (30 days)"),
        },
    ),
    "outcome": (
        Text("怎样处理", "What is to be done"),
        {name: Text.of(words_) for name, words_ in table()["outcomes"].items()},
    ),
    "vote": (
        Text("您的意见", "Your opinion"),
        {
            "reject": Text("异议不成立", "Not upheld"),
            **{name: Text.of(words_) for name, words_ in table()["outcomes"].items()},
        },
    ),
}
