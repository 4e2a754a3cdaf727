"""The one migration makes what the models say: tests make their tables from the models alone."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.test import override_settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(tmp_path: Path, django_db_blocker: object) -> Iterator[str]:
    """A database of its own on which nothing was made yet."""
    usual = connections.databases["default"]
    own = usual | {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "fresh.sqlite3")}
    connections.databases["fresh"] = own
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield "fresh"
        connections["fresh"].close()
    del connections.databases["fresh"]


@pytest.fixture
def history() -> Iterator[None]:
    """Migrations as a site has them; the tests themselves go without."""
    with override_settings(MIGRATION_MODULES={}):
        yield


def test_a_fresh_database_has_every_table_column_and_index_of_the_models(
    fresh: str, history: None
) -> None:
    call_command("migrate", database=fresh, verbosity=0, stdout=StringIO())
    made = connections[fresh]
    with made.cursor() as cursor:
        tables = set(made.introspection.table_names(cursor))
        for model in apps.get_app_config("records").get_models():
            table = model._meta.db_table
            assert table in tables
            columns = {c.name for c in made.introspection.get_table_description(cursor, table)}
            assert columns == {field.column for field in model._meta.local_concrete_fields}
            names = set(made.introspection.get_constraints(cursor, table))
            wanted = {i.name for i in model._meta.indexes}
            wanted |= {c.name for c in model._meta.constraints if hasattr(c, "fields")}
            assert wanted <= names


def test_no_model_has_changed_since_the_migration_was_made(
    history: None,
) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0, stdout=StringIO())
