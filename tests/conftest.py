"""Fixtures that all tests share, and what a machine may lack.

A test that needs Java, Chromium or ../shared/data is skipped with the reason where it is missing;
with REQUIRE_ALL=1 (as in continuous integration) such a skip is a failure.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import django.conf
import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

from shixiao.evidence import ColumnMapping, Engine, Request, Store, connect, prepare
from shixiao.seals import sm2
from shixiao.settings import Settings

# A deadline would assert wall-clock time, which says more of the machine than of the code.
hypothesis.settings.register_profile("shixiao", deadline=None)
hypothesis.settings.load_profile("shixiao")

# While a browser is there its event loop counts as running, and tests also write records then.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = "/usr/bin/chromium"
ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
LOGS = SHARED / "logs"

NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "shared_data": (SHARED.is_dir, "../shared/data is not here"),
    "spark": (lambda: shutil.which("java") is not None, "Java 17 is not installed"),
    "sm2": (sm2.present, "tongsuopy is not installed"),
    "node": (lambda: shutil.which("node") is not None, "Node.js is not installed"),
    "mysql": (lambda: shutil.which("mariadbd") is not None, "MariaDB is not installed"),
    "browser": (lambda: shutil.which("chromium") is not None, "Chromium is not installed"),
}


def pytest_configure() -> None:
    # Every browser of a test would otherwise list all files that the site serves.
    django.conf.settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what needs Spark first, so that one worker has it all: its start costs half a minute."""
    items.sort(key=lambda item: item.get_closest_marker("spark") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (present, reason) in NEEDS.items():
        if item.get_closest_marker(marker) is not None and not present():
            if os.environ.get("REQUIRE_ALL") == "1":
                pytest.fail(f"REQUIRE_ALL is set, but {reason}", pytrace=False)
            pytest.skip(reason)


@pytest.fixture(scope="session")
def _chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        loop = asyncio.get_running_loop()
        try:
            yield started, loop
        finally:
            asyncio._set_running_loop(loop)
            started.close()


@pytest.fixture
def browser(_chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """Return Chromium, started once.

    Playwright leaves its loop marked as running in the thread of the tests. Tests that run a loop
    of their own come later in some orders and would be refused, so the mark is taken off again.
    """
    started, loop = _chromium
    asyncio._set_running_loop(loop)
    yield started
    asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        store=tmp_path_factory.mktemp("store"),
        person_key="a key for tests",
        memory=1024,
        threads=2,
        language="en",
    )


@pytest.fixture
def prepared(settings: Settings) -> Callable[..., Store]:
    """Prepare a store from paths: ``prepared(path, …, zone="UTC")``."""

    def build(*paths: Path, mapping: ColumnMapping | None = None, **given: object) -> Store:
        request = Request(paths, mapping or ColumnMapping(), **given)  # type: ignore[arg-type]
        return prepare(request, settings=settings, progress=lambda _: None)

    return build


@pytest.fixture(scope="session")
def duckdb_engine(settings: Settings) -> Iterator[Engine]:
    with connect("duckdb", settings=settings) as engine:
        yield engine


@pytest.fixture
def logs() -> Path:
    return LOGS
