"""The public bundle: every number that follows from counts, and no cell of 1 to 10 people."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shixiao.checkup import Evaluation, result_json
from shixiao.checkup.bundles import public_bundle
from shixiao.checkup.bundles.numbers import leaves, numbers
from shixiao.checkup.bundles.reasons import REASONS
from shixiao.checkup.result import result_bytes
from shixiao.settings import Settings
from tests.bundles.boxes import again, packed, read, unpacked, with_json

FEWEST = 11


@pytest.fixture(scope="module")
def parts(public: bytes) -> dict[str, bytes]:
    return unpacked(public)


def test_all_that_follows_from_counts_is_equal_to_the_last_digit(
    public: bytes, tmp_path: Path, settings: Settings
) -> None:
    found = again(public, tmp_path, settings)
    assert found.different == ()
    assert found.equal == found.numbers > 3000
    assert found.notes == ()


def test_the_same_evaluation_gives_the_same_bytes(city: Evaluation, public: bytes) -> None:
    assert public_bundle(city) == public


def test_every_published_number_is_listed_with_its_value_or_withheld(
    city: Evaluation, parts: dict[str, bytes]
) -> None:
    listed = {entry["what"]: entry for entry in read(parts, "numbers.json")["numbers"]}
    published = numbers(result_json(city))
    assert set(listed) == set(published)
    shown = {what: entry["value"] for what, entry in listed.items() if entry["value"] is not None}
    assert shown == {what: published[what] for what in shown}


def test_the_names_of_a_result_s_leaves_are_all_different(city: Evaluation) -> None:
    def count(value: Any) -> int:
        if isinstance(value, dict):
            return sum(map(count, value.values()))
        return sum(map(count, value)) if isinstance(value, list) else 1

    assert len(leaves(result_json(city))) == count(result_json(city))


def test_a_number_that_needs_single_cases_says_why(parts: dict[str, bytes]) -> None:
    entries = read(parts, "numbers.json")["numbers"]
    assert {entry["basis"] for entry in entries} == {"counts", "case_level", "withheld"}
    assert all(entry["why"] in REASONS for entry in entries if entry["basis"] != "counts")
    measures = [entry for entry in entries if entry["what"].startswith("measures/")]
    medians = {e.get("why") for e in measures if "/elapsed_median/" in e["what"]}
    assert medians == {"quantile", "few"}


def test_the_manifest_names_what_the_numbers_rest_on(
    city: Evaluation, parts: dict[str, bytes]
) -> None:
    manifest = read(parts, "manifest.json")
    assert manifest["rules"] == {"pack": city.rules.name, "hash": city.rules.hash}
    assert manifest["seed"] == city.question.seed
    assert [i["sha256"] for i in manifest["inputs"]] == [i.sha256 for i in city.store.meta.inputs]
    assert manifest["result"]["bytes"] == len(result_bytes(city))


def test_no_count_in_the_bundle_is_of_1_to_10_people(parts: dict[str, bytes]) -> None:
    counts = read(parts, "counts.json")
    cells = [entry["n"] for entry in counts["measures"] + counts["figures"]]
    cells += [int(e["total"]) for e in counts["measures"]]
    shares = [e for e in counts["measures"] if e["total"] == e["squares"]]
    cells += [e["n"] - int(e["total"]) for e in shares if e["measure"] in SHARES]
    cells += [e["n"] - e["count"] for e in counts["quality"]]
    for entry in counts["comparisons"]:
        cells += [c for arms in entry["cells"].values() for _, n in arms.values() for c in n]
    cells += [count for *_, count in counts["process"]["edges"] if count is not None]
    cells += [count for count in counts["process"]["start"].values() if count is not None]
    assert len(cells) > 500
    assert [cell for cell in cells if 0 < cell < FEWEST] == []


SHARES = ("rework", "completion", "dropout", "within_statutory", "within_promised")


def _published(parts: dict[str, bytes]) -> dict[str, Any]:
    return {e["what"]: e["value"] for e in read(parts, "numbers.json")["numbers"]}


def test_no_published_share_tells_of_1_to_10_people(parts: dict[str, bytes]) -> None:
    values = _published(parts)
    told = []
    for what, n in values.items():
        share = values.get(f"{what.removesuffix('/n')}/value") if what.endswith("/n") else None
        named = what.startswith("measures/") and any(f"/{name}/" in what for name in SHARES)
        if share is not None and n and named:
            hits = round(share * n)
            told += [hits, n - hits]
    assert len(told) > 100
    assert [count for count in told if 0 < count < FEWEST] == []


def test_no_difference_between_a_whole_and_its_shown_arms_is_1_to_10(
    parts: dict[str, bytes],
) -> None:
    """The plainest attack: subtract the shown arms of a subject from its whole."""
    whole: dict[tuple[str, str], float] = {}
    arms: Counter[tuple[str, str, str]] = Counter()
    for entry in read(parts, "counts.json")["measures"]:
        subject = f"{entry['subject']['kind']}:{entry['subject']['id']}"
        if entry["arm_column"] is None:
            whole[subject, entry["measure"]] = entry["n"]
        else:
            arms[subject, entry["measure"], entry["arm_column"]] += entry["n"]
    left = [whole[s, m] - n for (s, m, _), n in arms.items() if (s, m) in whole]
    assert len(left) > 20
    assert [rest for rest in left if 0 < rest < FEWEST] == []


def test_no_difference_between_the_measures_of_a_subject_is_1_to_10(
    parts: dict[str, bytes],
) -> None:
    """A second one: cases of which one measure speaks and another does not."""
    n_of: dict[str, set[int]] = {}
    for what, n in _published(parts).items():
        head, _, name = what.partition("/")
        if head != "measures" or not name.endswith("estimate/n") or n is None:
            continue
        subject, measure, *arm = name.split("/")
        if measure not in ("materials", "materials_held", "signatures"):
            n_of.setdefault("/".join([subject, *arm]), set()).add(n)
    gaps = [max(found) - n for found in n_of.values() for n in found]
    assert [gap for gap in gaps if 0 < gap < FEWEST] == []


@pytest.mark.parametrize(
    ("section", "key", "by"),
    [
        ("measures", "total", 11),
        ("measures", "n", 1),
        ("quality", "count", 1),
        ("index", "dimensions", 0.5),
        ("copies", "ratio", 0.01),
        ("comparisons", "cells", 1),
    ],
)
def test_a_changed_count_is_noticed(
    section: str,
    key: str,
    by: float,
    parts: dict[str, bytes],
    tmp_path: Path,
    settings: Settings,
) -> None:
    def change(counts: Any) -> None:
        entry = counts[section][0]
        if key == "cells":
            next(iter(next(iter(entry["cells"].values())).values()))[1][0] += by
        elif key == "dimensions":
            next(iter(entry["dimensions"].values()))[0][1] += by
        elif key == "ratio":
            entry["ratio"][0] += by
        else:
            entry[key] += by

    found = again(packed(with_json(parts, "counts.json", change)), tmp_path, settings)
    assert not found.holds
    assert found.equal < found.numbers


def test_every_published_number_that_follows_from_counts_is_held_to_them(
    parts: dict[str, bytes], tmp_path: Path, settings: Settings
) -> None:
    def change(data: Any) -> None:
        for entry in data["numbers"]:
            if entry["basis"] == "counts":
                entry["value"] += 1 if isinstance(entry["value"], int) else 1e-9 + entry["value"]

    found = again(packed(with_json(parts, "numbers.json", change)), tmp_path, settings)
    assert found.equal == 0
    assert len(found.different) == found.numbers > 3000


def test_calling_a_number_case_level_does_not_save_it(
    parts: dict[str, bytes], tmp_path: Path, settings: Settings
) -> None:
    def change(data: Any) -> None:
        entry = next(e for e in data["numbers"] if e["basis"] == "counts")
        entry |= {"basis": "case_level", "value": entry["value"] + 1}

    found = again(packed(with_json(parts, "numbers.json", change)), tmp_path, settings)
    assert not found.holds


def test_a_number_cannot_be_dropped(
    parts: dict[str, bytes], tmp_path: Path, settings: Settings
) -> None:
    changed = with_json(parts, "numbers.json", lambda data: data["numbers"].pop())
    found = again(packed(changed), tmp_path, settings)
    assert next(d.what for d in found.different).startswith("manifest/numbers/")


def test_counts_cannot_be_dropped(
    parts: dict[str, bytes], tmp_path: Path, settings: Settings
) -> None:
    changed = with_json(parts, "counts.json", lambda counts: counts["measures"].pop())
    found = again(packed(changed), tmp_path, settings)
    assert {d.recomputed for d in found.different} == {None}


def test_other_code_is_said_and_still_tried(
    parts: dict[str, bytes], tmp_path: Path, settings: Settings
) -> None:
    changed = with_json(
        parts, "manifest.json", lambda m: m["code"].update(version="9.9", sha256="0" * 64)
    )
    found = again(packed(changed), tmp_path, settings)
    assert found.holds
    assert "9.9" in found.notes[0].en


def test_another_seed_gives_other_intervals(
    parts: dict[str, bytes], tmp_path: Path, settings: Settings
) -> None:
    changed = with_json(parts, "manifest.json", lambda m: m.update(seed=1))
    found = again(packed(changed), tmp_path, settings)
    assert {d.what.split("/")[0] for d in found.different} == {"comparisons"}


def test_the_bundle_is_written_for_people_too(parts: dict[str, bytes]) -> None:
    text = parts["numbers.json"].decode()
    assert text.count("\n") > len(json.loads(text)["numbers"])
