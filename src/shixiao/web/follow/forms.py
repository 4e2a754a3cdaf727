"""The one form by which everything is followed."""

from __future__ import annotations

from django import forms

from shixiao.web.shell.pages import words


class FollowAny(forms.Form):
    """A number or a code, and the query code where the slip has one."""

    number = forms.CharField(
        label=words("回执编号或参与码", "Receipt number or code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    code = forms.CharField(
        label=words("查询码", "Query code"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
