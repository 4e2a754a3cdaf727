"""The example city and a small log, evaluated and bundled once for all tests."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from shixiao.checkup import Evaluation, Question, evaluate
from shixiao.checkup.bundles import public_bundle, write_auditor_bundle
from shixiao.effect import Comparison
from shixiao.evidence import ColumnMapping
from shixiao.potemkin import write_example_city
from shixiao.settings import Settings


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Evaluation:
    folder = write_example_city(tmp_path_factory.mktemp("city"))
    return evaluate(Question((folder,)), settings=settings, progress=lambda _: None)


@pytest.fixture(scope="session")
def public(city: Evaluation) -> bytes:
    return public_bundle(city)


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Evaluation:
    """240 cases of a log with two channels and three regions, ranked by region."""
    path = tmp_path_factory.mktemp("log") / "log.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["case", "activity", "time", "channel", "region"])
        for case in range(240):
            channel, region = ("online", "desk")[case % 2], "abc"[case % 3]
            steps = ["apply", "check", *(["ask", "check"] if case % 5 == 0 else []), "decide"]
            for number, step in enumerate(steps):
                time = f"2026-03-{1 + number + case % 7:02d}T09:{case % 60:02d}:00"
                rows.writerow([f"k{case}", step, time, channel, region])
    mapping = ColumnMapping(case="case", activity="activity", time="time", channel="channel")
    question = Question(
        (path,), comparison=Comparison("channel", "online", "desk"), by="region", mapping=mapping
    )
    return evaluate(question, settings=settings, progress=lambda _: None)


@pytest.fixture(scope="session")
def auditor(log: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp("auditor") / "auditor.zip"
    write_auditor_bundle(log, path)
    return path.read_bytes()
