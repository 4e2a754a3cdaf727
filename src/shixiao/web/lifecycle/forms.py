"""Forms of a dataset's life: who answers, what was seen, what a run told, a copy."""

from __future__ import annotations

from typing import Any

from django import forms

from shixiao.sharing.lifecycle import Stage, controls
from shixiao.sharing.lifecycle.controls import STAGES
from shixiao.terms import Text
from shixiao.web.results.filters import OfDepartment
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows.lifecycle.proving import Seen
from shixiao.workflows.moving import LONGEST

DAY = DayInput()
TEXT = forms.Textarea(attrs={"rows": 3})


class Filter(OfDepartment):
    """Which datasets to show."""

    gaps = forms.ChoiceField(label=words("缺口", "Gaps"), required=False)
    field_order = ("department", "gaps")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.offer("gaps", {"yes": Text("有", "some"), "no": Text("没有", "none")})


class Custodian(forms.Form):
    """Who answers for a stage, or for one control of it."""

    part = forms.ChoiceField(
        label=words("哪个环节或控制", "Stage or control"),
        help_text=words(
            "写在环节上的，对其中每项控制都算；单项另写的，以单项为准。",
            "What is named for a stage counts for each of its controls, unless a control has its"
            " own.",
        ),
    )
    office = forms.CharField(label=words("责任单位或科室", "Office that answers"), max_length=200)
    person = forms.CharField(
        label=words("责任人和职务", "Person and post"),
        max_length=100,
        required=False,
        help_text=words("加密保存，不公开。", "It is encrypted and not public."),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        of = {stage: [(stage.value, say(STAGES[stage]))] for stage in Stage}
        for each in controls():
            of[each.stage].append((each.id, f"{say(STAGES[each.stage])} · {say(each.name)}"))
        fields["part"].choices = [choice for stage in Stage for choice in of[stage]]


class Proof(forms.Form):
    """What was seen of a control."""

    control = forms.ChoiceField(label=words("控制", "Control"))
    day = forms.DateField(label=words("查看日期", "Day it was looked at"), widget=DAY)
    outcome = forms.ChoiceField(
        label=words("结果", "What came out"),
        choices=[("yes", words("符合", "it holds")), ("no", words("不符合", "it does not hold"))],
        widget=forms.RadioSelect,
    )
    said = forms.CharField(
        label=words("看到了什么", "What was seen"), widget=TEXT, max_length=LONGEST, required=False
    )
    valid_until = forms.DateField(
        label=words("有效期至", "Valid until"),
        widget=DAY,
        required=False,
        help_text=words(
            "证据本身写明期限的填写；最长不超过规则给这项控制的天数。",
            "Where the document names a day; at most as long as the rule gives this control.",
        ),
    )
    file = forms.FileField(
        label=words("文件", "File"),
        required=False,
        help_text=words(
            "PDF、Word、Excel、图片、文本或 CSV，不超过 20 MB。",
            "PDF, Word, Excel, a picture, text or CSV, 20 MB at most.",
        ),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["control"].choices = [
            (each.id, f"{say(STAGES[each.stage])} · {say(each.name)}") for each in controls()
        ]

    @property
    def seen(self) -> Seen:
        """What was filled in."""
        given = self.cleaned_data
        upload = given["file"]
        return Seen(
            given["control"],
            given["day"],
            given["outcome"] == "yes",
            given["said"],
            given["valid_until"],
            (upload.name, upload.read()) if upload else None,
        )


class Run(forms.Form):
    """What a run told of a dataset."""

    file = forms.FileField(
        label=words("结果文件", "Result"),
        help_text=words(
            "shixiao sharing lifecycle 计划.yaml --json 的输出。",
            "What shixiao sharing lifecycle plan.yaml --json prints.",
        ),
    )


class NewCopy(forms.Form):
    """A copy and until when it is kept."""

    name = forms.CharField(
        label=words("什么副本", "What copy"),
        max_length=200,
        help_text=words("例如：2026 年 3 月批量文件。", "Such as: batch of March 2026."),
    )
    place = forms.CharField(
        label=words("在哪里", "Where it lies"),
        max_length=500,
        help_text=words("加密保存，不公开。", "It is encrypted and not public."),
    )
    keep_until = forms.DateField(label=words("保存到", "Kept until"), widget=DAY)
