"""The question that an expert asks of a released quarter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from shixiao.fairness import Release, metric
from shixiao.fairness.decisions import Scheme
from shixiao.fairness.release import ASKABLE, TOGETHER
from shixiao.terms import Text
from shixiao.web.shell.pages import say, words

UNKNOWN = Text("未说明", "not told")
MERGE = Text("“{name}”中合为一组的取值", "Values of “{name}” taken together")
TOO_DEEP = Text(
    "这个季度最多交叉 {n} 项，再细就会露出少数几个人。",
    "At most {n} groups of this quarter can be crossed; finer cells would be a few persons.",
)


class Question(forms.Form):
    """Which quarter, which rate, by which groups, and which values are one."""

    quarter = forms.ChoiceField(label=words("季度", "Quarter"))
    rate = forms.ChoiceField(label=words("看什么", "Rate"))
    by = forms.MultipleChoiceField(
        label=words("按什么分组", "By which groups"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self, data: Any, *, quarters: Sequence[str], kept: Release, scheme: Scheme | None
    ) -> None:
        super().__init__(data)
        self.kept = kept
        fields: dict[str, Any] = self.fields
        fields["quarter"].choices = [(q, said(q)) for q in quarters]
        fields["rate"].choices = [(name, say(metric(name).name)) for name in ASKABLE]
        fields["by"].choices = [(name, group_name(scheme, name)) for name in kept.dimensions]
        for place, name in enumerate(kept.dimensions):
            values = kept.values(name)
            if len(values) > 2:
                fields[f"merge{place}"] = forms.MultipleChoiceField(
                    label=say(MERGE.format(name=group_name(scheme, name))),
                    widget=forms.CheckboxSelectMultiple,
                    required=False,
                    choices=[
                        (str(row), value_name(scheme, name, value))
                        for row, value in enumerate(values)
                    ],
                )

    def clean_by(self) -> list[str]:
        """Refuse more groups than the release crosses."""
        chosen: list[str] = self.cleaned_data["by"]
        if len(chosen) > self.kept.depth:
            raise forms.ValidationError(say(TOO_DEEP.format(n=self.kept.depth)))
        return chosen

    def merged(self) -> dict[str, list[str | None]]:
        """Return the values that become one, by group."""
        found = {}
        for place, name in enumerate(self.kept.dimensions):
            values = self.kept.values(name)
            chosen = self.cleaned_data.get(f"merge{place}") or []
            if len(chosen) > 1:
                found[name] = [values[int(row)] for row in chosen]
        return found


def group_name(scheme: Scheme | None, group: str) -> str:
    """Return what an attribute is called on the page."""
    return say(scheme.group_name(group)) if scheme else group


def value_name(scheme: Scheme | None, group: str, value: str | None) -> str:
    """Return what a value is called on the page; of values put together, each."""
    parts = [None] if value is None else [part or None for part in value.split(TOGETHER)]
    return " + ".join(_called(scheme, group, part) for part in parts)


def _called(scheme: Scheme | None, group: str, value: str | None) -> str:
    if value is None:
        return say(UNKNOWN)
    return say(scheme.value_name(group, value)) if scheme else value


def said(quarter: str) -> str:
    """Return a quarter in words."""
    year, number = quarter.split("-Q")
    return say(Text(f"{year}年第{number}季度", f"Q{number} {year}"))
