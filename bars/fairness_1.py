"""Bar 1 of fairness: published tables come out of the public files exactly."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner

from bars.data import ROOT
from bars.outcome import Outcome
from shixiao.cli import cli
from shixiao.statistics import proportion_ratio

SHARED = ROOT.parent / "shared" / "data" / "fairness"
COMPAS = SHARED / "compas-scores-two-years.csv"
FOUR = ("tp", "fp", "fn", "tn")
CUTS = {
    "compas_two_year_recid_MedHigh": ("High,Medium", "race"),
    "compas_two_year_recid_HighOnly": ("High", "race"),
    "compas_race_x_sex_x_age": ("High,Medium", "race,sex,age_cat"),
}


def measure(*, full: bool) -> list[Outcome]:
    del full  # the files are small: tests measure the same
    published = json.loads((SHARED / "published_counts.json").read_text("utf-8"))
    outcomes = []
    for name, (words, groups) in CUTS.items():
        answer = _audit(
            COMPAS, "--selected", "score_text", "--selected-is", words, "--outcome",
            "two_year_recid", "--groups", groups,
        )  # fmt: skip
        found = {"|".join(cell["group"].values()): _four(cell) for cell in answer["cells"]}
        stated = {key: counts for key, counts in published[name].items() if key != "ALL"}
        outcomes.append(_equal(f"cells of {name}", found, stated))
        if "ALL" in published[name]:
            outcomes.append(
                _equal(f"{name}: all", _four(answer["margins"][0]), published[name]["ALL"])
            )
    return [*outcomes, *_adult(published["adult_sex"]), _german(published["german_age_ge26"])]


def _adult(stated: dict[str, dict[str, int]]) -> list[Outcome]:
    """Take the one file alone, and both files by their published counts."""
    answer = _audit(
        SHARED / "adult.data", "--selected", "Y", "--selected-is", ">50K", "--groups", "sex"
    )
    (ratio,) = [d["ratio"]["value"] for d in answer["disparities"]]
    women, men = stated["Female"], stated["Male"]
    both = proportion_ratio(women["gt50k"], women["n"], men["gt50k"], men["n"]).value or 0.0
    return [
        _equal("Adult, women over men, adult.data", round(ratio, 3), 0.358),
        _equal("Adult, women over men, both files by counts", round(both, 3), 0.360),
    ]


def _german(stated: dict[str, dict[str, int]]) -> Outcome:
    lines = (SHARED / "german.data").read_text("utf-8").splitlines()[1:]
    found = {str(old): {"n": 0, "good": 0} for old in (False, True)}
    for row in (line.split() for line in lines if line.strip()):
        counts = found[str(int(row[12]) >= 26)]
        counts["n"] += 1
        counts["good"] += row[20] == "1"
    return _equal("German credit by age", found, stated)


def _audit(*arguments: Any) -> dict[str, Any]:
    words = ["fairness", "audit", *map(str, arguments), "--json", "--quiet"]
    done = CliRunner().invoke(cli, words, standalone_mode=False, catch_exceptions=False)
    return dict(json.loads(done.stdout))


def _four(cell: dict[str, Any]) -> dict[str, int]:
    return {name: cell[name] for name in FOUR}


def _equal(what: str, found: object, stated: object) -> Outcome:
    return Outcome(what, "equal" if found == stated else "different", "equal", found == stated)
