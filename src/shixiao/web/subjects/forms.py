"""The filter bar of the lists; its state is in the address."""

from __future__ import annotations

from typing import Any

from django import forms

from shixiao.checkup.report.speech import capitalised
from shixiao.checkup.report.words import VERDICTS
from shixiao.terms import Text
from shixiao.web.results.filters import OfDepartment
from shixiao.web.shell.pages import words


class Filter(OfDepartment):
    """Which subjects to show; ``kind`` says of what, ``bands`` how many there are."""

    q = forms.CharField(label=words("名称或编号", "Name or id"), max_length=100, required=False)
    verdict = forms.ChoiceField(label=words("结论", "Verdict"), required=False)
    band = forms.ChoiceField(label=words("档", "Band"), required=False)
    field_order = ("q", "department", "verdict", "band")

    def __init__(self, *args: Any, kind: str, bands: int, **given: Any) -> None:
        super().__init__(*args, **given)
        self.offer("verdict", {name: capitalised(text) for name, text in VERDICTS.items()})
        numbers = range(1, bands + 1)
        self.offer("band", {str(n): Text(f"第 {n} 档", f"Band {n}") for n in numbers})
        if kind == "department":
            del self.fields["department"]
        if kind != "service":  # only services are compared online with counters
            del self.fields["verdict"]
