"""Encryption at rest and short codes: what is sealed opens in its place alone, slips show."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.seals import Damaged, Keyring, key_file, new_key, read_code, short_code
from shixiao.seals.codes import SIGNS
from shixiao.terms import BadInput

OLD, NEW = new_key(), new_key()
PLACE = "table.column"


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_again_and_never_looks_the_same_twice(plain: bytes) -> None:
    ring = Keyring.parse([NEW])
    sealed = ring.seal(plain, context=PLACE)
    assert ring.open(sealed, context=PLACE) == plain
    assert ring.seal(plain, context=PLACE) != sealed


@given(st.binary(min_size=1, max_size=80), st.data())
def test_one_changed_byte_is_noticed(plain: bytes, data: st.DataObject) -> None:
    ring = Keyring.parse([NEW])
    sealed = bytearray(ring.seal(plain, context=PLACE))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Damaged):
        ring.open(bytes(sealed), context=PLACE)


def test_a_value_that_was_moved_or_cut_or_is_of_another_key_does_not_open() -> None:
    ring = Keyring.parse([NEW])
    sealed = ring.seal(b"name", context=PLACE)
    for value, place in ((sealed, "table.other"), (sealed[:-1], PLACE), (b"", PLACE)):
        with pytest.raises(Damaged):
            ring.open(value, context=place)
    with pytest.raises(Damaged):
        Keyring.parse([OLD]).open(sealed, context=PLACE)


def test_after_a_key_was_changed_what_was_sealed_before_still_opens() -> None:
    before = Keyring.parse([OLD]).seal(b"name", context=PLACE)
    ring = Keyring.parse([NEW, OLD])
    assert ring.open(before, context=PLACE) == b"name"
    assert Keyring.parse([NEW]).open(ring.seal(b"x", context=PLACE), context=PLACE) == b"x"


@pytest.mark.parametrize("text", ["", "abc", "AAAA", "A" * 40])
def test_a_key_that_is_none_is_told_without_showing_it(text: str) -> None:
    with pytest.raises(BadInput) as told:
        Keyring.parse([text])
    assert not text or text not in str(told.value)


def test_a_key_file_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "data"
    made = key_file(path, new_key)
    assert key_file(path, new_key) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["data"]


@given(st.binary(min_size=5, max_size=5))
def test_a_code_is_read_however_it_is_typed(random: bytes) -> None:
    code = short_code(random)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_code(code) == read_code(typed) == code


@given(st.binary(min_size=5, max_size=5), st.integers(0, 8), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_noticed(random: bytes, place: int, sign: str) -> None:
    signs = list(short_code(random).replace("-", ""))
    right, signs[place] = signs[place], sign
    assert (read_code("".join(signs)) is not None) == (right == sign)


@given(st.binary(min_size=5, max_size=5), st.integers(0, 7))
def test_two_neighbours_that_changed_places_are_noticed(random: bytes, place: int) -> None:
    signs = list(short_code(random).replace("-", ""))
    signs[place : place + 2] = reversed(signs[place : place + 2])
    swapped = signs[place] != signs[place + 1]
    assert (read_code("".join(signs)) is None) == swapped
