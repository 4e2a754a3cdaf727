"""Fingerprints: writing changes nothing that is said, and a copy names whose it is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.sharing.fingerprints import Release, accuse, code_key, normal, released, write
from shixiao.sharing.fingerprints.variants import read

RNG = random.Random(1)  # noqa: S311 - repeatable, and nothing secret
MASTER, DIGESTS = b"m" * 32, b"d" * 32
MARKS = ("", "width", "zeros", "dates")
GRANTS = [f"G-{n}" for n in range(8)]
KEYS = {grant: code_key(MASTER, grant) for grant in GRANTS}


@given(
    st.text(max_size=12) | st.decimals(0, 999, places=2).map(str),
    st.sampled_from(["blank", "width", "zeros", "dates"]),
)
def test_however_a_value_is_written_it_says_the_same(value: str, mark: str) -> None:
    written = write(value, mark, b"k")
    assert normal(written) == normal(value)
    assert write(written, mark, b"k") == written


@pytest.mark.parametrize(
    ("value", "mark", "bit"),
    [
        ("东路(甲)", "width", 0),
        ("东路（甲）", "width", 1),
        ("东路", "width", None),
        ("(甲）", "width", None),
        ("12.5", "zeros", 0),
        ("12.50", "zeros", 1),
        ("12", "zeros", None),
        ("2026-01-02", "dates", 0),
        ("2026/01/02", "dates", 1),
        ("a", "blank", 0),
        ("a ", "blank", 1),
    ],
)
def test_a_way_of_writing_is_read(value: str, mark: str, bit: int | None) -> None:
    assert read(value, mark) == bit


def test_a_shuffled_part_of_a_copy_names_its_grant_and_exactly_its_persons() -> None:
    rows = _rows(500)
    releases = [_release(grant, rows) for grant in GRANTS]
    chosen = RNG.sample(range(500), 100)
    copy = [_written("G-3", rows[n])[::-1] for n in chosen]
    first, *others = accuse(copy, releases, digest_key=DIGESTS, code_keys=KEYS)
    assert (first.grant, first.named, first.covered) == ("G-3", True, 100)
    assert set(first.persons) == {_person(n) for n in chosen}
    assert first.receipts == ("R-G-3",)
    assert not any(each.named for each in others)


def test_a_copy_in_normal_form_accuses_nobody_and_says_who_had_the_rows() -> None:
    rows = _rows(100)
    found = accuse(
        [[normal(c) for c in row] for row in rows],
        [_release(grant, rows) for grant in GRANTS],
        digest_key=DIGESTS,
        code_keys=KEYS,
    )
    assert [each.named for each in found] == [False] * 8
    assert [each.covered for each in found] == [100] * 8


def test_two_who_mix_their_copies_are_both_named() -> None:
    rows, rng = _rows(500), RNG
    copy = [
        [rng.choice(pair) for pair in zip(_written("G-1", r), _written("G-2", r), strict=True)]
        for r in rows
    ]
    found = accuse(copy, [_release(g, rows) for g in GRANTS], digest_key=DIGESTS, code_keys=KEYS)
    assert {each.grant for each in found if each.named} == {"G-1", "G-2"}


def test_a_copy_of_something_else_accuses_nobody() -> None:
    releases = [_release(grant, _rows(50)) for grant in GRANTS]
    found = accuse([["x", "y"], [], [""]], releases, digest_key=DIGESTS, code_keys=KEYS)
    assert [(e.named, e.covered, e.chance) for e in found] == [(False, 0, 1.0)] * 8


def test_a_release_is_read_as_it_was_written() -> None:
    release = _release("G-1", _rows(3))
    again = Release.from_bytes(release.to_bytes(), grant="G-1", receipt="R-G-1", marks=MARKS)
    assert (again.persons, again.cells.tolist()) == (release.persons, release.cells.tolist())
    with pytest.raises(ValueError, match="no release"):
        Release.from_bytes(release.to_bytes()[:-1], grant="", receipt="", marks=MARKS)


def _rows(count: int) -> list[tuple[str, str, str, str]]:
    rng = random.Random(0)  # noqa: S311 - repeatable, and nothing secret
    return [
        (
            f"{n:06}",
            f"东城区第{n}街道({rng.randrange(9999)}号)",
            f"{rng.randrange(100_000) / 100 + 0.01:.2f}",
            f"19{rng.randrange(50, 99)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}",
        )
        for n in range(count)
    ]


def _person(number: int) -> bytes:
    return number.to_bytes(16)


def _written(grant: str, row: tuple[str, ...]) -> list[str]:
    return [str(write(v, m, KEYS[grant])) for v, m in zip(row, MARKS, strict=True)]


def _release(grant: str, rows: list[tuple[str, str, str, str]]) -> Release:
    persons = [_person(n) for n in range(len(rows))]
    written = [_written(grant, row) for row in rows]
    return released(written, persons, key=DIGESTS, grant=grant, receipt=f"R-{grant}", marks=MARKS)
