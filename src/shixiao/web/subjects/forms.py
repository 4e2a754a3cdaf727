"""The filter bar of the lists; its state is in the address."""

from __future__ import annotations

from typing import Any

from django import forms

from shixiao.checkup.report.speech import capitalised
from shixiao.checkup.report.words import VERDICTS
from shixiao.terms import Text
from shixiao.web.shell.pages import say, words


class Filter(forms.Form):
    """Which subjects to show."""

    q = forms.CharField(label=words("名称或编号", "Name or id"), max_length=100, required=False)
    department = forms.ChoiceField(label=words("部门", "Department"), required=False)
    verdict = forms.ChoiceField(label=words("结论", "Verdict"), required=False)
    band = forms.ChoiceField(label=words("档", "Band"), required=False)

    def __init__(self, *args: Any, departments: dict[str, Text], bands: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", words("全部", "All"))
        fields: dict[str, Any] = self.fields
        fields["department"].choices = [
            every,
            *((code, say(name)) for code, name in departments.items()),
        ]
        fields["verdict"].choices = [
            every,
            *((name, say(capitalised(text))) for name, text in VERDICTS.items()),
        ]
        fields["band"].choices = [
            every,
            *((str(n), words(f"第 {n} 档", f"Band {n}")) for n in range(1, bands + 1)),
        ]
