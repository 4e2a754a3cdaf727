"""Forms of decisions: to see the own, to look one up at a counter, and to lay down."""

from __future__ import annotations

from typing import Any

from django import forms

from shixiao.records.models import System
from shixiao.web.shell.pages import say, words
from shixiao.workflows.moving import LONGEST

TEXT = forms.Textarea(attrs={"rows": 4})


class Codes(forms.Form):
    """What stands on the receipt."""

    number = forms.CharField(
        label=words("回执编号", "Receipt number"),
        max_length=20,
        help_text=words("印在决定书上，形如 K7Q2-M9XD-4。", "On your letter, like K7Q2-M9XD-4."),
    )
    code = forms.CharField(label=words("查询码", "Query code"), max_length=20)


class LookUp(forms.Form):
    """What a counter enters for a person who lost the receipt."""

    system = forms.ChoiceField(label=words("哪个系统的决定", "System that decided"))
    number = forms.CharField(label=words("决定编号", "Number of the decision"), max_length=100)
    proof = forms.CharField(
        label=words("怎样核实了身份", "How the person was identified"),
        widget=TEXT,
        max_length=LONGEST,
        help_text=words(
            "例如：窗口核对身份证原件；电话核对三项登记信息。",
            "Such as: identity card seen at the counter; three registered facts told by telephone.",
        ),
    )
    proxy = forms.CharField(
        label=words("代办人和委托凭据", "Proxy, and by which authority"),
        max_length=300,
        required=False,
    )

    def __init__(self, rows: list[System], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["system"].choices = [(row.code, say(row.name)) for row in rows]


class Laid(forms.Form):
    """A scheme or a table, as a file; of a table its version as well."""

    version = forms.CharField(
        label=words("决策表的版本", "Version of the table"),
        max_length=100,
        required=False,
        help_text=words(
            "登记决策表时填写；登记决定说明时留空。",
            "For a decision table; leave it blank for a scheme.",
        ),
    )
    file = forms.FileField(label=words("JSON 文件", "JSON file"))
