"""A canary is refused where it proves nothing, and is known in every writing."""

from __future__ import annotations

import base64
import os
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.security.at_rest import Canary
from shixiao.security.at_rest.searching import LEAST, Search
from shixiao.terms import BadInput

WEAK = {
    "short": "xK3vQ9",
    "one sign": "a" * 40,
    "a pattern": "abcabcabcabcabcabcabcabcabc",
    "counting": "abcdefghijklmnopqrstuvwxyz0123456789",
    "few signs": "0110100110010110100101100110100101",
    "blanks": " Qm4xZr8LkW2vHs9TnB6y ",
    "a line end": "Qm4xZr8LkW2v\nHs9TnB6yQf",
    "broken": "Qm4xZr8LkW2vHs9TnB6y\udc80",
    "long": "Qm4xZr8LkW2vHs9TnB6y" * 20,
}
CANARY = Canary("Qm4xZr8LkW2vHs9TnB6yQfPd")
CHINESE = Canary("测Qm4试x案Zr件8L号k王W2小v明Hs9天TnB6y")


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK)
def test_a_weak_canary_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="canary"):
        Canary(text)


def test_a_canary_that_is_made_is_a_good_one() -> None:
    assert len({Canary.new().text for _ in range(50)}) == 50


def found(canary: Canary, data: bytes) -> set[str]:
    rows = {n: w.name for w in canary.writings() for n in w.needles}
    return {name for _, name in Search(rows).find(data)}


@pytest.mark.parametrize("canary", [CANARY, CHINESE], ids=["ascii", "chinese"])
@pytest.mark.parametrize("shift", range(6))
@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "utf-16-be", "gb18030", "gbk"])
def test_base64_is_found_wherever_the_text_stands_in_it(
    canary: Canary, shift: int, charset: str
) -> None:
    plain = os.urandom(shift) + canary.text.encode(charset) + os.urandom(5)
    assert any("base64" in name for name in found(canary, base64.b64encode(plain)))
    assert any("base64" in name for name in found(canary, base64.urlsafe_b64encode(plain)))
    # Mail breaks lines after 76 signs, at any place of the canary.
    for before in range(40, 76, 5):
        lines = base64.encodebytes(b"." * (before - shift) + plain)
        assert any("base64" in name for name in found(canary, lines))


def test_escapes_of_urls_are_found() -> None:
    assert found(CHINESE, quote(CHINESE.text).encode()) == {"url"}


@given(
    row=st.binary(min_size=LEAST, max_size=40),
    before=st.binary(max_size=30),
    after=st.binary(max_size=30),
    other=st.binary(min_size=LEAST, max_size=9),
)
def test_a_search_finds_what_find_finds(
    row: bytes, before: bytes, after: bytes, other: bytes
) -> None:
    data = before + row + after
    search = Search({row: "row", **({} if other == row else {other: "other"})})
    seen = set(search.find(data))
    for needle, name in ((row, "row"), (other, "other")):
        places = {at for at in range(len(data)) if data.startswith(needle, at)}
        assert needle == other == row or {at for at, each in seen if each == name} == places
