"""Recomputing: from counts to numbers, by the functions that the evaluation itself uses.

What comes back has the form of result.json and only the numbers that were recomputed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from shixiao.checkup.bundles.process import recomputed_process
from shixiao.checkup.detectors.mechanical_copy import chance_of_fallen
from shixiao.checkup.detectors.rates import judged_shares
from shixiao.checkup.detectors.trial import Trial
from shixiao.checkup.index import recomputed_scores
from shixiao.checkup.index.funnels import centre_of
from shixiao.checkup.ranking import rankings
from shixiao.effect import (
    Comparison,
    Measured,
    Sums,
    chance,
    compared_cells,
    estimate_of_sums,
    measure,
)
from shixiao.evidence import share_of_all
from shixiao.rules import RulePack
from shixiao.statistics import CellSample, benjamini_hochberg, wilson
from shixiao.terms import Estimate, Subject, SubjectKind, Text, significant

Entry = Mapping[str, Any]
Key = tuple[str, str, str, str, str]


def recomputed(counts: Mapping[str, Any], rules: RulePack, *, seed: int) -> dict[str, Any]:
    """Return every number that follows from the counts of a public bundle.

    Args:
        counts: as ``counts_of`` gave them.
        rules: levels, minima, weights and draws.
        seed: of all chance.
    """
    judged = dict([*_shares(counts["shares"], rules), *_copies(counts["copies"], rules)])
    tests = list(_tests(counts["tests"], judged))
    return {
        "quality": {
            entry["name"]: share_of_all(int(entry["count"]), int(entry["n"])).to_json()
            for entry in counts["quality"]
        },
        **recomputed_process(counts["process"]),
        "measures": [*_measures(counts["measures"], rules), *_figures(counts["figures"], rules)],
        "comparisons": list(_comparisons(counts["comparisons"], rules, seed)),
        "rankings": list(_rankings(counts["rankings"], rules, seed)),
        "findings": list(_findings(counts["findings"], tests, judged)),
        "tests": tests,
        "index": [
            entry for subject in counts["index"] for entry in recomputed_scores(subject, rules)
        ],
        "funnels": [
            {"indicator": entry["indicator"], "centre": significant(centre_of(entry["shares"]))}
            for entry in counts["funnels"]
        ],
    }


def _subject(entry: Entry) -> Subject:
    return Subject(SubjectKind(entry["kind"]), entry["id"], Text.of(entry["id"] or "—"))


def _measures(entries: Sequence[Entry], rules: RulePack) -> Iterator[Entry]:
    level, minimum = rules.number("E-17"), int(rules.number("E-16"))
    for entry in entries:
        sums = Sums(int(entry["n"]), float(entry["total"]), float(entry["squares"]))
        estimate = estimate_of_sums(measure(entry["measure"]), sums, level=level, minimum=minimum)
        yield {
            "subject": entry["subject"],
            "measure": entry["measure"],
            "arm_column": entry["arm_column"],
            "arm": entry["arm"],
            "estimate": estimate.to_json(),
        }


def _figures(entries: Sequence[Entry], rules: RulePack) -> Iterator[Entry]:
    for entry in entries:
        estimate = wilson(int(entry["hits"]), int(entry["n"]), level=rules.number("E-17"))
        yield {
            "subject": entry["subject"],
            "measure": entry["measure"],
            "arm_column": None,
            "arm": None,
            "estimate": estimate.to_json(),
        }


def _comparisons(entries: Sequence[Entry], rules: RulePack, seed: int) -> Iterator[Entry]:
    for entry in entries:
        item = measure(entry["measure"])
        strata = {
            stratum: {
                arm: CellSample(np.array(values, np.float64), np.array(counts, np.int64))
                for arm, (values, counts) in arms.items()
            }
            for stratum, arms in entry["cells"].items()
        }
        suggested = bool(entry["suggested"])
        yield compared_cells(
            item,
            strata,
            _subject(entry["subject"]),
            Comparison(entry["column"], entry["a"], entry["b"]),
            entry["strata"],
            rules=rules,
            rng=chance(seed, entry["key"], item, suggested=suggested),
            suggested=suggested,
        ).to_json()


def _rankings(entries: Sequence[Entry], rules: RulePack, seed: int) -> Iterator[Entry]:
    for entry in entries:
        groups = {
            name: [Measured(_nobody(), entry["measure"], None, Estimate(*numbers))]
            for name, numbers in entry["estimates"].items()
        }
        for ranking in rankings(groups, column=entry["column"], rules=rules, seed=seed):
            places = ranking.to_json()["places"]
            ranks = [{key: p[key] for key in ("id", "band", "rank")} for p in places]
            yield {"measure": ranking.measure, "column": ranking.column, "places": ranks}


def _nobody() -> Subject:
    return Subject(SubjectKind.LOG, "", Text.of("—"))


def _key(entry: Entry) -> Key:
    subject = entry["subject"]
    return entry["kind"], entry["measure"], subject["kind"], subject["id"], entry["locator"]


def _shares(entries: Sequence[Entry], rules: RulePack) -> Iterator[tuple[Key, Trial]]:
    """Judge every share of a measure against all."""
    families: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        families[entry["kind"], entry["measure"]].append(entry)
    for (_, name), family in families.items():
        counts = [(_subject(e["subject"]), int(e["hits"]), int(e["n"])) for e in family]
        yield from zip(map(_key, family), judged_shares(name, counts, rules), strict=True)


def _copies(entries: Sequence[Entry], rules: RulePack) -> Iterator[tuple[Key, Trial]]:
    for entry in entries:
        ratio = Estimate(*entry["ratio"])
        p = chance_of_fallen(ratio, rules.number("E-04"))
        yield _key(entry), Trial(entry["measure"], _subject(entry["subject"]), ratio, p=p)


def _tests(entries: Sequence[Entry], judged: Mapping[Key, Trial]) -> Iterator[dict[str, Any]]:
    """Adjust every p for all of its kind; a p that was itself recomputed is taken as such."""
    families: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        families[entry["kind"]].append(entry)
    for family in families.values():
        p = [judged[_key(test)].p if _key(test) in judged else test["p"] for test in family]
        known = np.array([each for each in p if each is not None], np.float64)
        adjusted = iter(benjamini_hochberg(known))
        for test, own in zip(family, p, strict=True):
            found = {key: value for key, value in test.items() if key != "p"}
            if own is not None:
                found["p_adjusted"] = significant(float(next(adjusted)))
            yield found | _seen(judged.get(_key(test)))


def _seen(trial: Trial | None) -> dict[str, Any]:
    if trial is None:
        return {}
    found: dict[str, Any] = {"p": significant(trial.p)}
    if trial.hits is not None:
        estimate, usual = trial.estimate, significant(trial.usual)
        found |= {"value": significant(estimate.value), "n": estimate.n, "usual": usual}
    return found


def _findings(
    entries: Sequence[Entry], tests: Sequence[Entry], judged: Mapping[Key, Trial]
) -> Iterator[Entry]:
    """A finding carries the numbers of its test."""
    adjusted = {_key(test): test["p_adjusted"] for test in tests if "p_adjusted" in test}
    for entry in entries:
        key = _key(entry)
        found = {"p_adjusted": adjusted[key]} if key in adjusted else {}
        found |= {name: value for name, value in _seen(judged.get(key)).items() if name != "value"}
        trial = judged.get(key)
        if trial is not None and trial.hits is not None and trial.ratio is not None:
            found |= {"estimate": trial.estimate.to_json(), "ratio": trial.ratio.to_json()}
        yield {**entry, **found}
