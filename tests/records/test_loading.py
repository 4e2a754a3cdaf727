"""Many rows at once are the rows that would have been written one by one, all or none."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from shixiao.records import loading
from shixiao.records.loading import load
from shixiao.records.models import Account, Case
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
