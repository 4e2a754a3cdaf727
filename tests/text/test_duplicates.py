"""Near-duplicates against the plain definition, pair by pair."""

from __future__ import annotations

import random
import re
import unicodedata
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.text import letters_only, near_duplicates, without_digits


def _jaccard(a: str, b: str) -> float:
    x, y = ({t[i : i + 3] for i in range(len(t) - 2)} for t in (a, b))
    return len(x & y) / len(x | y) if x | y else 0.0


def _texts(rng: random.Random, count: int) -> list[str]:
    signs = "市民反映小区物业收费不明请住建部门核查处理并答复结果谢谢道路积水照明噪声入学医保报销"
    return ["".join(rng.choice(signs) for _ in range(120)) for _ in range(count)]


def test_edited_copies_are_found_and_different_texts_are_not() -> None:
    rng = random.Random(5)  # noqa: S311 - a test text needs no secret
    originals = _texts(rng, 200)
    edited = []
    for text in originals[:60]:
        place = rng.randrange(len(text) - 4)
        edited.append(text[:place] + "改" + text[place + 1 :])
    groups = near_duplicates([*originals, *edited], similar=0.8)
    assert sum(groups[200 + i] == groups[i] >= 0 for i in range(60)) >= 57
    assert (groups[60:200] == -1).all()


@given(st.lists(st.text(alphabet="甲乙丙丁", max_size=12), max_size=25))
def test_no_pair_in_one_group_is_joined_by_unlike_texts_alone(texts: list[str]) -> None:
    groups = near_duplicates(texts, similar=0.7)
    for i, group in enumerate(groups):
        if group < 0:
            continue
        others = [j for j in range(len(texts)) if j != i and groups[j] == group]
        assert any(texts[i] == texts[j] or _jaccard(texts[i], texts[j]) >= 0.7 for j in others)


@given(st.lists(st.text(alphabet="甲乙丙", max_size=5), max_size=20))
def test_identical_texts_always_share_a_group(texts: list[str]) -> None:
    groups = near_duplicates(texts, similar=0.9)
    for i, j in combinations(range(len(texts)), 2):
        if texts[i] == texts[j]:
            assert groups[i] == groups[j] >= 0


def test_nothing_has_no_groups() -> None:
    assert near_duplicates([], similar=0.8).tolist() == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("2026年11月 3日，已受理", "年月日，已受理"),
        ("　编号 A123\n", "编号A"),
        ("", ""),
    ],
)
def test_digits_and_blanks_are_taken_away(text: str, bare: str) -> None:
    assert without_digits(text) == bare


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("很好！！", "很好"),
        ("\uff2f\uff2b，Very good 100", "okverygood"),
        ("…", ""),
        ("二〇二六", "二〇二六"),
    ],
)
def test_only_letters_are_left(text: str, letters: str) -> None:
    assert letters_only(pa.array([text])).to_pylist() == [letters]


@given(st.lists(st.text(st.characters(codec="gb18030", max_codepoint=0xFFEF)), max_size=5))
def test_arrow_leaves_the_letters_that_python_leaves(texts: list[str]) -> None:
    normal = [unicodedata.normalize("NFKC", text) for text in texts]
    plain = [re.sub(r"[\W\d_]+", "", text).lower() for text in normal]
    found = letters_only(pa.array(texts, pa.string())).to_pylist()
    assert found == plain
