"""Encrypted columns: plain to the code, unreadable in the database, useless elsewhere."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from shixiao.records.base import uuid7
from shixiao.records.models import Account, Case
from shixiao.seals import Damaged
from shixiao.terms import Text
from tests.cast import NOW

pytestmark = pytest.mark.django_db


def raw(column: str) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM records_account")
        return [bytes(row[0]) for row in cursor.fetchall()]


def test_a_name_is_read_back_and_does_not_stand_in_the_database() -> None:
    Account.objects.create_user("li", name="李敏", email="li@example.org")
    assert Account.objects.get(login="li").name == "李敏"
    (stored,) = raw("name")
    assert "李敏".encode() not in stored


def test_equal_names_do_not_look_equal() -> None:
    for login in ("a", "b"):
        Account.objects.create_user(login, name="李敏")
    assert len(set(raw("name"))) == 2


def test_a_value_copied_into_another_column_does_not_open() -> None:
    Account.objects.create_user("li", name="李敏")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_account SET email = name")
    with pytest.raises(Damaged):
        Account.objects.get(login="li")


def test_a_text_in_both_languages_comes_back_as_one() -> None:
    case = Case.objects.create(
        origin="observation", name=Text("取号", "Ticket"), state="lead", entered=NOW, opened=NOW
    )
    assert Case.objects.get(pk=case.pk).name == Text("取号", "Ticket")


@given(st.integers(0, 5))
def test_ids_sort_by_time_and_are_of_version_7(n: int) -> None:
    ids = [uuid7() for _ in range(n)]
    assert all(each.version == 7 for each in ids)
    assert len(set(ids)) == n
    times = [each.int >> 80 for each in ids]
    assert times == sorted(times)
