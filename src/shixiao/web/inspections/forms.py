"""Forms of inspections: a new plan, the public value, an excuse, a result."""

from __future__ import annotations

from typing import Any

from django import forms

from shixiao.records.models import Inspection, InspectionPlan
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import words
from shixiao.workflows.clock import pack
from shixiao.workflows.moving import LONGEST

TEXT = forms.Textarea(attrs={"rows": 4})


class NewPlan(forms.Form):
    """When is inspected, how many are drawn, and which public value decides."""

    source = forms.CharField(
        label=words("由哪个公开数值决定", "Public value that decides"),
        max_length=200,
        help_text=words(
            "谁也不能左右的数值，例如某期福利彩票的开奖号码。",
            "One that nobody can choose, such as the numbers of a lottery on a day.",
        ),
    )
    source_day = forms.DateField(
        label=words("数值哪天揭晓", "Day on which it becomes known"), widget=DayInput()
    )
    starts = forms.DateField(
        label=words("抽查期第一天", "First day of the period"),
        widget=DayInput(),
        help_text=words("在数值揭晓之后。", "After the value has become known."),
    )
    ends = forms.DateField(
        label=words("抽查期最后一天", "Last day of the period"), widget=DayInput()
    )
    size = forms.IntegerField(
        label=words("抽几个系统", "How many systems are drawn"), min_value=0, max_value=100_000
    )

    def __init__(self, least: int, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        floor = pack().number("LOT-01", "floor")
        self.fields["size"].help_text = words(
            f"不少于 {least} 个，每个系统的概率不低于 {floor:.0%}；本期必查的另计。",
            f"{least} at least, so that each has a chance of {floor:.0%}; those that are inspected"
            " in any case come on top.",
        )


class Value(forms.Form):
    """The public value, as it became known."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    announced = forms.CharField(
        label=words("揭晓的数值", "The value as it became known"), max_length=200
    )


class Reason(forms.Form):
    """Why something is called off or sent back."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(label=words("理由", "Reason"), widget=TEXT, max_length=LONGEST)


class Excuse(Reason):
    """Who is excused, and why."""

    inspector = forms.ChoiceField(label=words("谁退出", "Who is excused"))

    def __init__(self, plan: InspectionPlan, me: Any, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        rows = plan.inspectors.filter(excused__isnull=True).select_related("account")
        mine = rows if me is None else rows.filter(account=me)
        fields: dict[str, Any] = self.fields
        fields["inspector"].choices = [(row.code, str(row.account)) for row in mine]
        self.order_fields(["inspector", "reason"])


class Bare(forms.Form):
    """What needs nothing but the version that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class Result(Bare):
    """What an inspection found."""

    outcome = forms.ChoiceField(
        label=words("结果", "Result"),
        choices=[
            (Inspection.Outcome.FAULTY.value, words("发现问题", "Problems were found")),
            (Inspection.Outcome.CLEAN.value, words("没有发现问题", "Nothing was found")),
        ],
        widget=forms.RadioSelect,
        help_text=words(
            "启封以后有一次全部测成、没有问题的测试，才能选“没有发现问题”。",
            "“Nothing was found” takes a run since the seal was broken that assessed everything and"
            " found nothing.",
        ),
    )
    report = forms.CharField(
        label=words("查了什么，发现了什么", "What was inspected, and what was found"),
        widget=TEXT,
        max_length=LONGEST,
        help_text=words("公开；不写个人信息。", "It is public; name no persons."),
    )
