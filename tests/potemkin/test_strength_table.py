"""The strength table of the documentation is normative: the code must say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shixiao.potemkin.city.decoys import MUST_NOT_BE
from shixiao.potemkin.city.strengths import KINDS, OBSERVABLES

PAGES = Path(__file__).parents[2] / "docs" / "explanation"
ROW = re.compile(
    r"^\| `(\w+)` \| `(\w+)` \| [^|]+ \| ([\d.]+) \| ([\d.]+) \| (\S+) \| (F-\d+) \|$",
    re.MULTILINE,
)
SCALES = {"odds": "share", "优势": "share", "ratio": "ratio", "比值": "ratio"}


@pytest.mark.parametrize("page", ["planted-truth.md", "planted-truth.zh-CN.md"])
def test_the_documented_strengths_are_those_of_the_code(page):
    told = {
        (kind, name): (float(base), float(tau), SCALES[scale], rule)
        for kind, name, base, tau, scale, rule in ROW.findall((PAGES / page).read_text("utf-8"))
    }
    planted = {
        (kind, name): (
            OBSERVABLES[name].base,
            OBSERVABLES[name].tau,
            OBSERVABLES[name].scale,
            entry.rule,
        )
        for kind, entry in KINDS.items()
        for moved in entry.variants.values()
        for name in moved
    }
    assert told == planted


@pytest.mark.parametrize("page", ["planted-truth.md", "planted-truth.zh-CN.md"])
def test_every_decoy_is_documented_with_what_must_not_be_said_of_it(page):
    text = (PAGES / page).read_text("utf-8")
    for name, kinds in MUST_NOT_BE.items():
        row = re.search(rf"^\| `{name}` \|.*$", text, re.MULTILINE)
        assert row is not None
        named = set(re.findall(r"`(\w+)`", row[0])) & set(KINDS)
        if name != "small_noisy":
            assert named == {kind for group in kinds.values() for kind in group}
