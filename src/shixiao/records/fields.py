"""Columns of our own: encrypted values, and texts in both languages."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models

from shixiao.seals import Keyring
from shixiao.terms import Text


@cache
def keyring() -> Keyring:
    """Return the keys of encrypted columns and files."""
    return Keyring.parse(settings.DATA_KEYS)


class EncryptedJSON(models.Field):  # type: ignore[type-arg]  # Django takes no arguments here
    """A JSON value that is encrypted at rest; it can be read, but not searched or sorted by.

    The name of table and column is authenticated with it: a value that is copied into another
    column does not open.
    """

    def get_internal_type(self) -> str:
        """Return the kind of column: bytes, on every database."""
        return "BinaryField"

    def from_db_value(self, value: Any, expression: object, connection: object) -> Any:
        """Decrypt what the database holds."""
        del expression, connection
        if value is None:
            return None
        return json.loads(keyring().open(bytes(value), context=self._context))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Encrypt what the database is to hold."""
        del prepared
        if value is None:
            return None
        plain = json.dumps(value, ensure_ascii=False).encode()
        return connection.Database.Binary(keyring().seal(plain, context=self._context))

    @property
    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.attname}"


class EncryptedText(EncryptedJSON):
    """A text that is encrypted at rest; "" where there is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)


class BothField(models.JSONField):
    """A text in both languages; null where there is none."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the Text that the database holds as ``{"zh", "en"}``."""
        found = super().from_db_value(value, expression, connection)
        return None if found is None else Text.of(found)

    def get_prep_value(self, value: Any) -> Any:
        """Return what JSON can hold."""
        return super().get_prep_value(value.to_json() if isinstance(value, Text) else value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return what this database takes."""
        plain = value.to_json() if isinstance(value, Text) else value
        return super().get_db_prep_value(plain, connection, prepared)
