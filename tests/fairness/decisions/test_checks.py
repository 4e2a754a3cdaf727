"""The three checks: what is missing, what the table contradicts, what is unlike; and cells."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shixiao.fairness.cube import same
from shixiao.fairness.decisions import (
    Record,
    Replayer,
    Seen,
    added,
    completeness,
    consistency,
    counts_of,
    cube_of,
    faithfulness,
    findings,
    less,
    place_of,
)
from shixiao.rules import load_pack
from shixiao.terms import Subject, SubjectKind, Text
from tests.explained import ZONE, record, scheme, table

SUBJECT = Subject(SubjectKind.SYSTEM, "aid", Text("救助", "aid"))


def seen(records: Sequence[Record]) -> Seen:
    found = Seen()
    for each in records:
        found.look(each)
    for one in Replayer({"1.0": table()}).replay(records):
        found.hear(one)
    results: dict[tuple[str, str], list[str]] = {}
    for each in records:
        results.setdefault((each.version, each.inputs_hash), []).append(each.result)
    twice = [alike for alike in results.values() if len(alike) > 1]
    found.repeated, found.apart = len(twice), sum(len(set(alike)) > 1 for alike in twice)
    return found


def kinds(found: Seen) -> list[str]:
    return [each.measure for each in findings(found, SUBJECT, rules=load_pack(), sha256="0" * 64)]


def test_whole_faithful_and_alike_decisions_are_no_finding() -> None:
    found = seen([record(), record(decision_id="2")])
    assert kinds(found) == []
    assert (completeness(found).value, faithfulness(found).value) == (1, 1)
    assert (consistency(found).value, consistency(found).n) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"explanation": None}, ["completeness"]),
        ({"recommended": "grant"}, ["faithfulness", "consistency"]),
        ({"recommended": "grant", "version": "0.9"}, []),
        ({"inputs": {"income": 1, "hardship": "none", "age": 40}}, ["faithfulness"]),
    ],
)
def test_each_breach_is_a_finding_of_fact(changed: dict[str, object], kind: list[str]) -> None:
    assert kinds(seen([record(), record(decision_id="2", **changed)])) == kind


def test_what_could_not_be_assessed_is_said_and_never_passed() -> None:
    found = seen([record(version="0.9", inputs=None)])
    assert not faithfulness(found).ok
    assert not consistency(found).ok
    assert not completeness(Seen()).ok


def test_an_official_who_decides_otherwise_does_not_make_the_system_inconsistent() -> None:
    found = seen([record(), record(decision_id="2", final="grant")])
    assert kinds(found) == []


def test_cells_grow_by_what_is_new_whatever_the_order() -> None:
    terms = scheme()
    records = [
        record(),
        record(decision_id="2", final="grant", outcome="1"),
        record(decision_id="3", recommended=None, began=None, groups=None),
    ]
    places = [place_of(each, terms, ZONE) for each in records]
    counts = [counts_of(each, terms) for each in records]
    one = cube_of(zip(places, counts, strict=True), system="aid", groups=terms.groups)
    joined = added(counts[0], counts[1])
    two = cube_of([(places[2], counts[2]), (places[0], joined)], system="aid", groups=terms.groups)
    assert same(one, two)
    assert one.total("n") == 3
    assert one.total("selected") == 2
    assert one.total("overrides") == 1
    assert one.total("fn") == 1
    assert one.keys[-1] == ("aid", "1.0", "2026-02", "algorithm", None, None)
    assert added(joined, less(joined)) == {}
