"""Engines that every specification runs on, and tables drawn as text."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shixiao.evidence import Engine, connect
from shixiao.settings import Settings

# PySpark 4.0 meets newer pandas with deprecation warnings that are not ours to mend.
SPARK = (pytest.mark.spark, pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session", params=["duckdb", pytest.param("spark", marks=SPARK)])
def engine(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Engine]:
    url = {"duckdb": "duckdb", "spark": "spark://local[2]"}[request.param]
    with connect(url, settings=settings) as opened:
        yield opened


def drawn(text: str) -> list[list[str]]:
    """Read a table drawn with | between its cells."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture
def package(tmp_path: Path) -> Callable[..., Path]:
    """Write an evidence package from drawn tables: ``package(events="…", cases="…")``."""

    def write(**tables: str) -> Path:
        folder = tmp_path / "package"
        folder.mkdir(exist_ok=True)
        names = []
        for name, text in tables.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(drawn(text))
            names.append(f'{{"name": "{name}", "path": "{name}.csv"}}')
        (folder / "datapackage.json").write_text(
            '{"name": "spec", "calendar": "cn", "timezone": "Asia/Shanghai",'
            f' "resources": [{", ".join(names)}]}}',
            "utf-8",
        )
        return folder

    return write
