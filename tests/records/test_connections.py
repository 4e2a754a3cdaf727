"""A connection that the server ended is noticed before it is used."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection
from django.db.backends.postgresql import base

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server"),
]


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def as_for_a_new_request() -> None:
    connection.close_at = None  # its age is not the question here
    connection.close_if_unusable_or_obsolete()
    connection.health_check_enabled = True


def test_a_connection_at_rest_is_kept_and_the_server_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, asked = backend(), []
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda held: asked.append(held) or True)
    as_for_a_new_request()
    assert backend() == before
    assert connection.health_check_done
    assert asked == []


def test_a_connection_that_the_server_ended_is_opened_anew() -> None:
    before = backend()
    told = connection.get_connection_params()
    parts = {name: told[name] for name in ("dbname", "user", "host", "port") if told.get(name)}
    with psycopg.connect(**parts, password=told.get("password"), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    as_for_a_new_request()
    assert backend() != before
