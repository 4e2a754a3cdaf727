"""What a person may change of the own account."""

from __future__ import annotations

from django import forms
from django.utils.html import format_html

from shixiao.web.shell.pages import words


class Language(forms.Form):
    """The language in which notices are written."""

    language = forms.ChoiceField(
        label=words("通知用哪种语言", "Language of notices"),
        choices=tuple(
            (code, format_html('<span lang="{}">{}</span>', tag, name))
            for code, tag, name in (("zh", "zh-Hans", "中文"), ("en", "en", "English"))
        ),
        widget=forms.RadioSelect,
    )
