"""Probes of files are described whole, as those of running systems are."""

from __future__ import annotations

import json

import pytest

from shixiao.rules import load_pack
from shixiao.security.at_rest import determinism, scanning
from shixiao.security.backups import drill
from shixiao.security.components import matching
from shixiao.security.probing import Described
from tests.conftest import SHARED

ASVS = SHARED / "governance/asvs-5.0.0-flat.json"
EACH = [scanning.described(), determinism.described(), drill.described(), matching.described()]


@pytest.mark.parametrize("each", EACH, ids=lambda each: each.id)
def test_a_probe_of_files_is_described_whole(each: Described) -> None:
    assert each.kind in load_pack().rule("SEC-21").value  # type: ignore[operator]
    assert (each.about.zh[-1], each.about.en[-1]) == ("。", ".")
    for check in each.checks.values():
        assert check.name.zh != check.name.en
        assert (check.says.zh[-1], check.says.en[-1]) == ("。", ".")
        assert check.clauses


@pytest.mark.shared_data
def test_every_clause_of_asvs_is_one() -> None:
    known = {row["req_id"][1:] for row in json.loads(ASVS.read_text("utf-8"))["requirements"]}
    checks = [check for each in EACH for check in each.checks.values()]
    assert {clause for check in checks for clause in check.clauses.get("asvs", ())} <= known
