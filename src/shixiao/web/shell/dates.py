"""The field of a day: browsers take its value in one form, whatever the language of the page."""

from __future__ import annotations

from django import forms


class DayInput(forms.DateInput):
    """A field of a day whose value is written as HTML wants it (2026-03-02)."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")
