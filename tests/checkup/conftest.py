"""A small city with planted findings, evaluated once for all tests of its report and exports."""

from __future__ import annotations

import pytest

from shixiao.checkup import Evaluation
from shixiao.checkup.delivery import contents
from shixiao.potemkin.city import write_city
from shixiao.settings import Settings
from tests.checkup.cities import answered


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Evaluation:
    folder = tmp_path_factory.mktemp("planted")
    city = write_city(folder / "city", size="small", seed=5, truth=folder / "truth.json")
    return answered(city, settings)


@pytest.fixture(scope="session")
def delivered(planted: Evaluation) -> dict[str, bytes]:
    return contents(planted)
