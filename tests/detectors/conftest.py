"""A run over a package made for a test, and a view of what it found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shixiao.checkup import Evaluation, Question, evaluate
from shixiao.settings import Settings
from tests.detectors.packages import Tables, write


@pytest.fixture
def run(tmp_path: Path, settings: Settings) -> Callable[[Tables], Evaluation]:
    def over(tables: Tables, engine: str = "duckdb") -> Evaluation:
        folder = write(tmp_path / "package", tables)
        question = Question((folder,), engine=engine)
        return evaluate(question, settings=settings, progress=lambda _: None)

    return over
