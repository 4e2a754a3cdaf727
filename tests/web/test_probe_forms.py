"""What whoever asks for probes lends them comes to the probes as it was given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shixiao.records.models import System
from shixiao.security.probing import Load
from shixiao.web.systems.probe_forms import ProbeForm
from shixiao.workflows.child_probing import given_of

PLACE = "https://app.example.gov.cn/"


def form(**given: Any) -> ProbeForm:
    row = System(addresses=[{"address": PLACE}])
    return ProbeForm(row, {"target": PLACE, "profile": "full", "origin": "site", **given})


@pytest.mark.parametrize(
    ("given", "load"),
    [({"load": "50", "within": "300"}, Load(50, 300)), ({}, None)],
)
def test_what_it_has_to_bear_comes_to_the_probes(
    given: dict[str, str], load: Load | None, tmp_path: Path
) -> None:
    asked = form(**given)
    assert asked.is_valid(), asked.errors
    assert given_of(asked.asked()["lent"], tmp_path, tmp_path).load == load


@pytest.mark.parametrize("given", [{"load": "50"}, {"within": "300"}])
def test_one_of_rate_and_time_alone_is_sent_back(given: dict[str, str]) -> None:
    assert list(form(**given).errors) == ["within"]
