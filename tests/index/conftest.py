"""Fixtures of the index: engines, drawn packages, and one town that most tests look at."""

from __future__ import annotations

import pytest

from bars.scenes import opened
from shixiao.checkup.index import index
from tests.index.towns import write_town
from tests.spec.conftest import engine, package

__all__ = ["engine", "package"]


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town") / "town")


@pytest.fixture(scope="session")
def scene(town, settings):
    with opened(town, settings) as found:
        yield found


@pytest.fixture(scope="session")
def result(scene):
    return index(scene, capped={})
