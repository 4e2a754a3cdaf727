"""One filled-in form as its fields, whichever way it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shixiao.terms import BadInput, Text


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one form.

    Attributes:
        fields: name → what it holds, groups taken off the name; what is empty is left out.
        instance_id: identifier of the filled-in form.
        form_version: version of the form; "" where it is not told.
        file: where it came from.
        row: row of the CSV; None for a file of its own.
    """

    fields: Mapping[str, str]
    instance_id: str
    form_version: str
    file: str
    row: int | None = None

    def bad(self, text: Text, column: str | None = None) -> BadInput:
        """Return the complaint about this form."""
        return BadInput(text, file=self.file, row=self.row, column=column)
