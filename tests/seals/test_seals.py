"""Canonical bytes and pseudonyms."""

from __future__ import annotations

import stat
from pathlib import Path

import pyarrow as pa
import pytest

from shixiao.seals import canonical_json, person_key, pseudonymise, sha256_of, sha256_of_file


def test_equal_values_give_equal_bytes_whatever_the_order_of_keys() -> None:
    assert canonical_json({"b": 1, "a": "甲"}) == canonical_json({"a": "甲", "b": 1})
    assert canonical_json({"a": "甲"}) == '{"a":"甲"}'.encode()


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError):
        canonical_json(float("nan"))


def test_a_file_hashes_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(canonical_json([1, 2]))
    assert sha256_of_file(path) == sha256_of([1, 2])


def test_one_person_has_one_pseudonym_under_one_key_and_another_under_another() -> None:
    people = pa.array(["甲", None, "乙", "甲"])
    first, again = (pseudonymise(people, key=b"k").to_pylist() for _ in range(2))
    other = pseudonymise(people, key=b"l").to_pylist()
    assert first == again
    assert first[0] == first[3] != first[2]
    assert first[1] is None
    assert other[0] != first[0]
    assert "甲" not in str(first)


def test_nobody_to_pseudonymise_is_nobody() -> None:
    assert pseudonymise(pa.array([None, None], pa.string()), key=b"k").to_pylist() == [None, None]


def test_the_key_file_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = person_key("", beside=tmp_path / "stores")
    assert key == person_key("", beside=tmp_path / "stores")
    assert len(key) == 64
    mode = stat.S_IMODE((tmp_path / "stores" / "person.key").stat().st_mode)
    assert mode == 0o600
    assert person_key("given", beside=tmp_path) == b"given"
