"""A form with every kind of field."""

from __future__ import annotations

from django import forms

from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import words

CHANNELS = (
    ("online", words("网上", "online")),
    ("counter", words("窗口", "at the counter")),
    ("phone", words("电话", "by telephone")),
)


class Report(forms.Form):
    """What a person reports about a service."""

    service = forms.CharField(
        label=words("服务", "Service"),
        help_text=words("例如：不动产转移登记", "For example: transfer of real estate"),
    )
    story = forms.CharField(
        label=words("发生了什么", "What happened"),
        widget=forms.Textarea,
        help_text=words("不要写身份证号。", "Do not write an identity number."),
    )
    channel = forms.ChoiceField(
        label=words("怎么办的", "How you applied"), choices=CHANNELS, widget=forms.RadioSelect
    )
    day = forms.DateField(label=words("哪一天", "On which day"), widget=DayInput())
    papers = forms.FileField(label=words("材料", "Papers"), required=False)
    agreed = forms.BooleanField(
        label=words("可以用这个电话联系我", "You may call me on this number")
    )


class Search(forms.Form):
    """Fields of a filter."""

    q = forms.CharField(label=words("名称", "Name"), required=False)
    channel = forms.ChoiceField(
        label=words("渠道", "Channel"),
        choices=(("", words("全部", "all")), *CHANNELS),
        required=False,
    )
