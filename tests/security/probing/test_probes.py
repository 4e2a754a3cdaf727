"""Every probe is described whole, in both languages, and every answer keeps to its schema."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files

import jsonschema
import pytest

from shixiao.rules import load_pack
from shixiao.security.probing import Consent, Given, NotAssessed, Probe, Profile, described, run
from shixiao.security.probing.probe import probes
from tests.conftest import SHARED
from tests.security.lab import hardened, reach_of, serving

ASVS = SHARED / "governance/asvs-5.0.0-flat.json"


@pytest.mark.parametrize("each", probes(), ids=lambda each: each.id)
def test_a_probe_is_described_whole(each: Probe) -> None:
    assert each.kind in load_pack().rule("SEC-21").value  # type: ignore[operator]
    assert each.checks
    assert each.profiles
    assert (each.about.zh[-1], each.about.en[-1]) == ("。", ".")
    assert 0 < each.seconds <= 600
    for check in each.checks.values():
        assert check.name.zh != check.name.en
        assert check.says.zh.endswith("。")
        assert check.says.en.endswith(".")
        assert check.clauses


@pytest.mark.shared_data
def test_every_clause_of_asvs_is_one() -> None:
    known = {row["req_id"][1:] for row in json.loads(ASVS.read_text("utf-8"))["requirements"]}
    named = {
        clause
        for each in probes()
        for check in each.checks.values()
        for clause in check.clauses.get("asvs", ())
    }
    assert named <= known


def test_the_answer_keeps_to_its_schema() -> None:
    schema = json.loads(
        files("shixiao.cli").joinpath("schemas/probe.schema.json").read_text("utf-8")
    )
    with serving(hardened()) as target:
        consent = Consent.of_own_machine(target, now=datetime.now(UTC))
        report = run(
            target, Profile.WEB, consent=consent, given=Given(), now=lambda: datetime.now(UTC)
        )
    jsonschema.validate(report.to_json(load_pack()), schema)


@pytest.mark.parametrize("most", [1, 4, 30, 52, 53])
def test_a_consent_that_ends_on_the_way_leaves_paths_not_assessed(most: int) -> None:
    with serving(hardened()) as target:
        reach = reach_of(target, most=most)
        with pytest.raises(NotAssessed):
            list(described("exposed").look(reach, Given()))
        assert len(reach.sent) == most
