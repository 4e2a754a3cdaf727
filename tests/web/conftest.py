"""Readers at a browser, and fast passwords."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from playwright.sync_api import Browser

from shixiao.settings import Site
from tests.cast import Cast, make_cast
from tests.children import children_here  # noqa: F401 - a fixture of these tests
from tests.web.browsing import Reader
from tests.web.people import person


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A data folder of the test's own."""
    with override_settings(SITE=Site.from_environment({"SHIXIAO_DATA": str(tmp_path)})):
        yield tmp_path


@pytest.fixture(autouse=True)
def fast_passwords() -> Iterator[None]:
    """Scrypt is slow on purpose; people of tests have nothing to lose."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def reader(browser: Browser, live_server) -> Iterator[Reader]:
    """Return somebody at a browser; the browser may not have complained of anything."""
    somebody = Reader(browser, live_server.url)
    yield somebody
    somebody.close()
    cache.clear()
    assert somebody.complaints == []


@pytest.fixture
def visit(db):
    """Return how a page is asked for without a browser: ``visit(role="analyst").get(path)``."""

    def client(role: str = "", language: str = "zh") -> Client:
        asking = Client(headers={"host": "localhost"})
        asking.cookies["language"] = {"zh": "zh-hans", "en": "en"}[language]
        if role:
            asking.force_login(person(role))
        return asking

    yield client
    cache.clear()
