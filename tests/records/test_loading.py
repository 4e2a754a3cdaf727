"""Many rows at once are the rows that would have been written one by one, all or none."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.forms.models import model_to_dict
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from shixiao.records import loading
from shixiao.records.loading import load, together
from shixiao.records.models import Account, Case, Organisation
from shixiao.terms import Text
from tests.cast import NOW

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).filter(str.strip)


def case(zh: str, en: str, days: int, **more: object) -> Case:
    at = NOW + timedelta(days=days)
    return Case(
        origin="observation", name=Text(zh, en), state="lead", entered=at, opened=NOW, **more
    )


@pytest.fixture(params=[1, 1_000], ids=["copied", "by statements"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL takes rows by COPY from so many on; both ways have to keep the same."""
    monkeypatch.setattr(loading, "SEVERAL", request.param)


class Loaded(TestCase):
    @given(
        st.lists(st.tuples(WORDS, WORDS, st.integers(-400, 400)), max_size=6),
        st.sampled_from([1, 1_000]),
    )
    def test_what_was_loaded_is_what_saving_each_would_have_kept(
        self, said: list[tuple[str, str, int]], several: int
    ) -> None:
        rows = [case(*each) for each in said]
        with mock.patch.object(loading, "SEVERAL", several):
            load(Case, rows)
        loaded = {row.pk: row for row in Case.objects.all()}
        assert set(loaded) == {row.pk for row in rows}
        for row in rows:
            once = model_to_dict(loaded[row.pk])
            Case.objects.filter(pk=row.pk).delete()
            row.save(force_insert=True)
            assert model_to_dict(Case.objects.get(pk=row.pk)) == once


@pytest.mark.django_db
@pytest.mark.usefixtures("_way")
def test_tabs_backslashes_and_ends_of_lines_come_back_as_they_were() -> None:
    load(Account, [Account(login="a\\b\tc\nd\\N", name="李\t敏\\.", joined=NOW)])
    found = Account.objects.get()
    assert (found.login, found.name) == ("a\\b\tc\nd\\N", "李\t敏\\.")


@pytest.mark.django_db
def test_no_rows_are_nothing_to_do() -> None:
    load(Case, [])
    assert not Case.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_way")
def test_one_row_that_contradicts_leaves_none() -> None:
    with pytest.raises(IntegrityError, match=r"login|unique"), transaction.atomic():
        load(Account, [Account(login=login, name="李", joined=NOW) for login in ("a", "b", "a")])
    assert not Account.objects.exists()


def organisation(code: str) -> Organisation:
    return Organisation(code=code, name=Text("局", "Bureau"))


@pytest.mark.django_db
def test_rows_of_several_kinds_are_written_together_as_each_would_be_by_itself() -> None:
    made = case("甲\t'乙'", "a %s b", 1)
    together(made, Account(login="a", name="李", joined=NOW), organisation("x"))
    found = model_to_dict(Case.objects.get())
    Case.objects.all().delete()
    made.save(force_insert=True)
    assert model_to_dict(Case.objects.get()) == found
    assert (Account.objects.get().login, Organisation.objects.get().code) == ("a", "x")


@pytest.mark.django_db
@pytest.mark.parametrize("first", [True, False], ids=["the first", "the last"])
def test_where_one_of_several_kinds_is_refused_none_is_written_and_what_was_done_stands(
    first: bool,
) -> None:
    known = Account.objects.create(login="a", name="李", joined=NOW)
    rows = [Account(login="a", name="王", joined=NOW), organisation("x")]
    with pytest.raises(IntegrityError, match=r"login|unique"):
        together(*(rows if first else rows[::-1]))
    assert list(Account.objects.all()) == [known]
    assert not Organisation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rows_of_several_kinds_are_kept_without_a_transaction_around_them() -> None:
    together(case("甲", "a", 1), Account(login="a", name="李", joined=NOW))
    with pytest.raises(IntegrityError, match=r"login|unique"):
        together(organisation("x"), Account(login="a", name="王", joined=NOW))
    connection.close()
    assert (Case.objects.count(), Account.objects.get().name) == (1, "李")
    assert not Organisation.objects.exists()
