"""What the answers and records of one grant have in common: written once, when the index is read.

A look-up then puts values between texts that are ready, instead of writing the same JSON each time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.seals import canonical_json
from shixiao.sharing.grants import Entry


def _as_text(value: object) -> str:
    """Write what JSON has no form for: dates and decimals as text, bytes in hex."""
    return value.hex() if isinstance(value, bytes) else str(value)


FORM = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_as_text)
"""Writes what answers hold; of all values it writes texts fastest."""


@dataclass(frozen=True, slots=True)
class Forms:
    """Texts of one grant.

    Attributes:
        head: of an answer, behind the receipt, as JSON.
        labels: of the granted fields, as an answer has them before each value.
        facts: of a leaf, as canonical JSON has them, up to the number of records.
        fields: names of the granted fields, as JSON.
    """

    head: str
    labels: tuple[str, ...]
    facts: str
    fields: str


def forms_of(entry: Entry) -> Forms:
    """Write the texts of a grant."""
    facts = canonical_json(
        {
            "dataset": entry.dataset,
            "department": entry.recipient,
            "fields": list(entry.fields),
            "grant": entry.grant,
            "mode": entry.mode.value,
            "purpose": entry.purpose,
        }
    ).decode()
    return Forms(
        f'"grant": {json.dumps(entry.grant, ensure_ascii=False)}',
        tuple(f"{json.dumps(name, ensure_ascii=False)}: " for name in entry.fields),
        f'{facts[:-1]},"records":',
        json.dumps(entry.fields),
    )


def answer_of(receipt: str, forms: Forms, rows: Sequence[tuple[object, ...]]) -> bytes:
    """Write the answer to a look-up: receipt, grant, and the granted fields of each row.

    Raises:
        ValueError: JSON or UTF-8 has no form for a value, such as an infinite number.
    """
    labels, form = forms.labels, FORM.encode
    found = [
        ", ".join([label + form(value) for label, value in zip(labels, row, strict=True)])
        for row in rows
    ]
    records = "}, {".join(found)
    told = f"[{{{records}}}]" if found else "[]"
    return f'{{"receipt": "{receipt}", {forms.head}, "records": {told}}}'.encode()
