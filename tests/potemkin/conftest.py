"""Cities that several test files look at, built once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shixiao.potemkin.city import write_city
from tests.potemkin.observing import Observer

SEED = 20261124


@dataclass(frozen=True)
class Built:
    """A city on disk with its truth and a view of its tables."""

    folder: Path
    truth: dict[str, Any]
    seen: Observer


def built(root: Path, **given: Any) -> Built:
    folder = write_city(root / "city", truth=root / "truth.json", **given)
    return Built(folder, json.loads((root / "truth.json").read_text("utf-8")), Observer(folder))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A small city with the usual mix of plants."""
    return built(tmp_path_factory.mktemp("small"), size="small", seed=SEED)


@pytest.fixture(scope="session")
def innocent(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A small city in which nothing is planted, of the same plan and other chance."""
    root = tmp_path_factory.mktemp("innocent")
    return built(root, size="small", seed=SEED + 1, plan_seed=SEED, null=True)
