"""Limits of tries are of one address each: what others do neither lifts nor spends them."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from shixiao.terms import Text
from shixiao.web.shell.limits import forgive, limit
from shixiao.workflows.refusals import Forbidden

pytestmark = pytest.mark.django_db
REFUSED = Text("太多了。", "Too many.")


def tried(address: str, most: int = 2) -> None:
    limit(RequestFactory().get("/", REMOTE_ADDR=address), "a-form", most, REFUSED)


@pytest.fixture(autouse=True)
def _empty() -> None:
    cache.clear()


def test_the_third_of_two_tries_is_refused_and_another_address_is_not() -> None:
    tried("10.0.0.1")
    tried("10.0.0.1")
    with pytest.raises(Forbidden, match="Too many"):
        tried("10.0.0.1")
    tried("10.0.0.2")


def test_a_right_one_is_given_back() -> None:
    for _ in range(5):
        tried("10.0.0.1")
        forgive(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1"), "a-form")


def test_four_hundred_other_addresses_do_not_push_a_count_out() -> None:
    tried("10.0.0.1", 1)
    for number in range(400):
        tried(f"10.1.{number // 250}.{number % 250}")
    with pytest.raises(Forbidden):
        tried("10.0.0.1", 1)


def test_a_count_that_ends_between_two_looks_at_it_refuses_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache, "add", lambda *_: False)
    tried("10.0.0.1")
