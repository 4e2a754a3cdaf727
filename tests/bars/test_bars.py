"""The bars of the issues at reduced counts: the same code that `make bars` runs in full."""

from __future__ import annotations

import importlib

import pytest

pytestmark = pytest.mark.shared_data

REDUCED = [
    pytest.param("effect_1", marks=pytest.mark.slow),
    "effect_2",
    # Costs are compared here, which other tests on the same cores would distort.
    pytest.param("effect_3", marks=pytest.mark.slow),
    pytest.param("effect_4", marks=pytest.mark.slow),
    pytest.param("effect_5", marks=(pytest.mark.spark, pytest.mark.slow)),
    pytest.param("fairness_1", marks=pytest.mark.slow),
    # Costs again, and three thousand groups compared in several worlds.
    pytest.param("fairness_2", marks=pytest.mark.slow),
    pytest.param("fairness_3", marks=pytest.mark.slow),
    pytest.param("fairness_5", marks=pytest.mark.slow),
    "fairness_4",
    "fairness_6",
    pytest.param("voice_1", marks=pytest.mark.slow),
    pytest.param("voice_2", marks=pytest.mark.slow),
    pytest.param("voice_3", marks=pytest.mark.slow),
    pytest.param("voice_4", marks=pytest.mark.slow),
    pytest.param("voice_6", marks=pytest.mark.slow),
    pytest.param("voice_7", marks=(pytest.mark.browser, pytest.mark.slow)),
    "evaluators_4",
    pytest.param("evaluators_5", marks=pytest.mark.slow),
    pytest.param("formalism_1", marks=pytest.mark.slow),
    pytest.param("formalism_2", marks=pytest.mark.slow),
    pytest.param("formalism_3", marks=pytest.mark.slow),
    "formalism_4",
    pytest.param("formalism_5", marks=(pytest.mark.spark, pytest.mark.slow)),
    "formalism_6",
    "formalism_7",
    pytest.param("evaluators_1", marks=pytest.mark.slow),
    pytest.param("sharing_inventory", marks=pytest.mark.slow),
    pytest.param("platform_3", marks=pytest.mark.slow),
    pytest.param("platform_4", marks=pytest.mark.slow),
    pytest.param("platform_6", marks=pytest.mark.slow),
    pytest.param("platform_7", marks=pytest.mark.slow),
    pytest.param("platform_8", marks=pytest.mark.slow),
    pytest.param("sharing_1", marks=pytest.mark.slow),
    pytest.param("sharing_2", marks=pytest.mark.slow),
    pytest.param("sharing_3", marks=pytest.mark.slow),
    pytest.param("platform_9", marks=(pytest.mark.browser, pytest.mark.slow)),
    "sharing_matching",
    pytest.param("sharing_4", marks=pytest.mark.slow),
    pytest.param("sharing_5", marks=pytest.mark.slow),
    pytest.param("sharing_6", marks=pytest.mark.slow),
    "sharing_7",
    pytest.param("sharing_8", marks=pytest.mark.slow),
    pytest.param("security_1", marks=pytest.mark.slow),
    pytest.param("security_3", marks=pytest.mark.slow),
    pytest.param("security_5", marks=pytest.mark.slow),
    pytest.param("security_6", marks=(pytest.mark.browser, pytest.mark.slow)),
    "security_8",
    pytest.param("fairness_7", marks=(pytest.mark.browser, pytest.mark.slow)),
    pytest.param("security_9", marks=(pytest.mark.browser, pytest.mark.slow)),
    pytest.param("security_4", marks=pytest.mark.slow),
    pytest.param("security_7", marks=pytest.mark.slow),
    "security_2",
    pytest.param("sharing_9", marks=(pytest.mark.browser, pytest.mark.slow)),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", REDUCED)
def test_a_bar_is_met_at_reduced_counts(name: str) -> None:
    outcomes = importlib.import_module(f"bars.{name}").measure(full=False)
    assert outcomes
    assert [str(outcome) for outcome in outcomes if not outcome.met] == []
