"""The library of criteria names what exists, in both languages; the unknown asks for more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.rules import load_pack
from shixiao.security.assessing import About, Side, asked_of, library
from shixiao.security.told import all_described
from shixiao.sharing.catalogue import words
from tests.conftest import SHARED

ASVS = SHARED / "governance/asvs-5.0.0-flat.json"
PLAIN = About("app", "internal", "general_1", False, False, False)
GRADES = ["", *words("grades").names]
ABOUTS = st.builds(
    About,
    st.sampled_from(["platform", "app", "algorithm", "service"]),
    st.sampled_from(["internet", "government", "internal"]),
    st.sampled_from(GRADES),
    *[st.booleans()] * 3,
)


def test_every_probe_that_is_asked_for_exists() -> None:
    assert set(library().probes) <= set(all_described())


def test_every_criterion_is_said_in_both_languages_and_holds_for_a_time() -> None:
    kinds = load_pack().rule("SEC-21").value
    for each in library().criteria.values():
        assert each.kind in kinds  # type: ignore[operator]
        assert (each.about.zh[-1], each.about.en[-1]) == ("。", ".")
        assert each.name.zh != each.name.en


@pytest.mark.shared_data
def test_every_clause_of_asvs_is_one() -> None:
    known = {row["req_id"][1:] for row in json.loads(ASVS.read_text("utf-8"))["requirements"]}
    named = {c for each in library().criteria.values() for c in each.clauses.get("asvs", ())}
    assert named <= known


@given(ABOUTS)
def test_every_side_is_asked_about_and_what_is_unknown_asks_for_no_less(about: About) -> None:
    asked = asked_of(about)
    assert all(asked[side] for side in Side)
    unknown = asked_of(replace(about, grade=""))
    assert all(asked[side] <= unknown[side] for side in Side)


@pytest.mark.parametrize(
    ("changed", "more"),
    [
        ({"signs_in": True}, {"cookies", "login", "object_access"}),
        ({"interface": True}, {"fuzz", "limits"}),
        ({"decides": True}, {"algorithm", "fairness", "pia", "redress"}),
        ({"grade": "general_3"}, {"at_rest", "crypto_report", "pia"}),
        ({"exposure": "internet"}, {"capacity", "elders", "mlps_report", "slow"}),
        ({"exposure": "government"}, {"mlps_report"}),
        ({"kind": "algorithm"}, {"algorithm", "fairness"}),
    ],
)
def test_more_is_asked_of_what_weighs_more(changed: dict[str, object], more: set[str]) -> None:
    before = set().union(*asked_of(PLAIN).values())
    after = set().union(*asked_of(replace(PLAIN, **changed)).values())  # type: ignore[arg-type]
    assert after - before == more
