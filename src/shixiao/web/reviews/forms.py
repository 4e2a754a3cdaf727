"""Forms of a review: the public value, the criterion, the counts, answers, an opinion."""

from __future__ import annotations

from typing import Any

from django import forms

from shixiao.fairness.algorithms.criteria import criteria
from shixiao.records.models import AlgorithmReview
from shixiao.terms import Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.reviews.signing import OUTCOMES, points_of


class Convene(forms.Form):
    """Which public value decides who is drawn."""

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


class Act(forms.Form):
    """What a person saw when he acts."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, row: AlgorithmReview, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.row = row
        self.fields["seen"].initial = row.version

    def given(self) -> dict[str, Any]:
        """Return what was given, but for the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class Value(Act):
    """The public value, as it became known."""

    announced = forms.CharField(
        label=words("揭晓的数值", "The value as it became known"), max_length=200
    )


class Fix(Act):
    """The criterion that governs, with the reason."""

    criterion = forms.ChoiceField(
        label=words("以哪种公平为准", "Which fairness governs"), widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=words("为什么", "Why"), widget=forms.Textarea(attrs={"rows": 4}), max_length=LONGEST
    )

    def __init__(self, row: AlgorithmReview, *args: Any, **given: Any) -> None:
        super().__init__(row, *args, **given)
        fields: dict[str, Any] = self.fields
        mark = words("：", ": ")
        fields["criterion"].choices = [
            (name, f"{say(each.name)}{mark}{say(each.about)}") for name, each in criteria().items()
        ]


class Counts(Act):
    """Counts of the log, by groups."""

    counts = forms.FileField(
        label=words("决定日志的计数", "Counts of the log"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.parquet"}),
        help_text=words(
            "一行一格：version、arm、分组列和各项计数；不含任何人。"
            "抽选方式写 random 的是随机抽查。",
            "A row per cell: version, arm, columns of groups and the counts; no person is in it."
            " The arm called random is the one drawn at random.",
        ),
    )

    def given(self) -> dict[str, Any]:
        """Return name and content of the file."""
        file = self.cleaned_data["counts"]
        return {"counts": (file.name, file.read())}


class Abandon(Act):
    """Why a review ends without an outcome."""

    reason = forms.CharField(
        label=words("理由（公开）", "Reason (public)"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
    )


class Replies(Act):
    """An answer to each point; what stays empty stays open."""

    def __init__(self, row: AlgorithmReview, *args: Any, **given: Any) -> None:
        super().__init__(row, *args, **given)
        for n, point in enumerate(points_of(row)):
            self.fields[f"p{n}"] = forms.CharField(
                label=say(Text.of(point["text"])),
                widget=forms.Textarea(attrs={"rows": 3}),
                max_length=LONGEST,
                required=False,
                initial=row.answers.get(point["key"], ""),
            )

    def given(self) -> dict[str, Any]:
        """Return the answers by the key of their point."""
        told = {
            point["key"]: self.cleaned_data[f"p{n}"] for n, point in enumerate(points_of(self.row))
        }
        return {"answers": told}


class Sign(Act):
    """One's own opinion."""

    outcome = forms.ChoiceField(label=words("结论", "Outcome"), widget=forms.RadioSelect)
    opinion = forms.CharField(
        label=words("意见和理由", "Opinion, with reasons"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST,
        help_text=words(
            "全体签署之前，别人看不到；与多数不同的意见照样公布。",
            "Nobody sees it before all have signed. An opinion other than most is published too.",
        ),
    )

    def __init__(self, row: AlgorithmReview, *args: Any, **given: Any) -> None:
        super().__init__(row, *args, **given)
        fields: dict[str, Any] = self.fields
        fields["outcome"].choices = [(name, say(text)) for name, text in OUTCOMES.items()]
