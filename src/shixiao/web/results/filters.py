"""Filters of lists: choices with “all” first, and the department, which every list is cut by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from shixiao.records.models import Organisation
from shixiao.terms import Text
from shixiao.web.shell.pages import say, words


def departments() -> dict[str, Text]:
    """Return code → name of every department, in order of codes; one query."""
    found = Organisation.objects.filter(kind="department").order_by("code")
    return dict(found.values_list("code", "name"))


class OfDepartment(forms.Form):
    """Which rows to show: those of a department, by its code, and what the list adds.

    The state of a filter is in the address; nothing chosen is everything.
    """

    department = forms.ChoiceField(label=words("部门", "Department"), required=False)

    def __init__(self, *args: Any, departments: Mapping[str, Text], **given: Any) -> None:
        super().__init__(*args, **given)
        self.offer("department", departments)

    def offer(self, field: str, names: Mapping[str, Text]) -> None:
        """Let a field choose one of these values, each by its name, or all."""
        fields: dict[str, Any] = self.fields
        every = ("", words("全部", "All"))
        fields[field].choices = [every, *((value, say(name)) for value, name in names.items())]

    def asked(self, **columns: str) -> dict[str, str]:
        """Return column → value for every field that was filled in, as a query takes them.

        ``columns`` name field and column where they differ; nothing is asked by a wrong form.
        """
        given = self.cleaned_data if self.is_valid() else {}
        return {columns.get(name, name): value for name, value in given.items() if value}
