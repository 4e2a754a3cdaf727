"""Records as lines of JSON, as of one moment, in a form that either database takes back."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from shixiao.records.fields import BothField
from shixiao.terms import Text

# Sign-ins, counters and queued jobs are not kept: they belong to the machine that is gone.
ROOMS = ("records", "account", "mfa", "socialaccount")
ROWS = 1000
BEGIN = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


def kept_models() -> list[type[models.Model]]:
    """Return every model whose rows a backup holds, in a fixed order."""
    found = [m for room in ROOMS for m in apps.get_app_config(room).get_models(True)]
    return [model for model in found if model._meta.managed and not model._meta.proxy]


@contextmanager
def one_moment() -> Iterator[None]:
    """Show the records as of one moment while others go on writing.

    Not ``atomic``: on SQLite that would keep all writers out until the end.
    """
    with connection.cursor() as cursor:
        cursor.execute(BEGIN[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def lines(model: type[models.Model]) -> Iterator[bytes]:
    """Give the rows of a model, one line of JSON each, by rising key."""
    names = [field.attname for field in model._meta.concrete_fields]
    last: Any = None
    while True:
        rows = model._base_manager.order_by("pk")
        if last is not None:
            rows = rows.filter(pk__gt=last)
        page = list(rows[:ROWS])
        if not page:
            return
        for row in page:
            values = [getattr(row, name) for name in names]
            yield json.dumps(values, ensure_ascii=False, default=_plain).encode() + b"\n"
        last = page[-1].pk


def load(model: type[models.Model], rows: Iterable[bytes]) -> int:
    """Write rows back and return how many; the caller holds the transaction."""
    fields = list(model._meta.concrete_fields)
    waiting, count = iter(rows), 0
    while page := list(islice(waiting, ROWS)):
        made = []
        for line in page:
            values = zip(fields, json.loads(line), strict=True)
            given = {field.attname: _value(field, value) for field, value in values}
            made.append((model(**given), given))
        model._base_manager.bulk_create([row for row, _ in made])
        _set_back(model, made)
        count += len(made)
    return count


def _set_back(model: type[models.Model], made: list[tuple[models.Model, dict[str, Any]]]) -> None:
    """Set times that are taken when a row is made back to what they were."""
    timed = [f for f in model._meta.concrete_fields if getattr(f, "auto_now_add", False)]
    if not timed:
        return
    for row, given in made:
        for field in timed:
            setattr(row, field.attname, given[field.attname])
    model._base_manager.bulk_update([row for row, _ in made], [f.name for f in timed])


def reset_counters() -> None:
    """Let the next key of each table follow those that were written."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(statement)


def whole_lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Cut what comes in parts into lines."""
    held = b""
    for part in parts:
        *found, held = (held + part).split(b"\n")
        yield from found


def _value(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, BothField):
        return Text.of(value)
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    if isinstance(field, models.ForeignKey):
        return field.target_field.to_python(value)
    return value if isinstance(field, models.JSONField) else field.to_python(value)


def _plain(value: object) -> Any:
    if isinstance(value, Text):
        return value.to_json()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    raise TypeError(f"A backup cannot hold {type(value).__name__}")
