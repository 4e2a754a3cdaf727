"""Pools, quotas and exclusions as people keep them; what is wrong is said with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shixiao.draw import Pool, Quota, freeze, read_excluded, read_pool, read_quotas
from shixiao.terms import BadInput
from tests.draw.cast import people, quotas


def written(folder: Path, text: str, name: str = "pool.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_pool_has_ids_features_and_weights(tmp_path: Path) -> None:
    path = written(tmp_path, "编号,性别,权重\nA1,女,2\nA2, 男 ,0.5\n", encoding="gb18030")
    assert read_pool(path) == Pool(
        ("A1", "A2"), {"性别": ("女", "男"), "权重": ("2", "0.5")}, None, "pool.csv", (1, 2)
    )
    weighted = read_pool(path, weights="权重", categories=())
    assert weighted.weights == (2.0, 0.5)
    assert weighted.features == {}


def test_without_a_column_of_ids_the_row_number_is_the_id(tmp_path: Path) -> None:
    path = written(tmp_path, "gender,age\nf,o\n,\nm,y\n")
    assert read_pool(path).ids == ("1", "3")
    assert read_pool(path, id_column="gender").ids == ("f", "m")


@pytest.mark.parametrize("head", ["category,feature,min,max", "类别,特征,下限,上限"])
def test_quotas_are_read(tmp_path: Path, head: str) -> None:
    path = written(tmp_path, f"{head}\n性别,女,1,2\n性别,男,1.0,2\n")
    assert read_quotas(path) == (Quota("性别", "女", 1, 2), Quota("性别", "男", 1, 2))


def test_exclusions_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, "编号,理由\nA1,任职单位相关\n")
    assert read_excluded(path) == {"A1": "任职单位相关"}


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        ("id,w\na,1\na,2\n", {}, "pool.csv: “a” stands in rows 1, 2"),
        ("id,w\na,1\n,2\n", {}, "pool.csv, row 2: The id is missing"),
        ("id,w\na,1\nb,-2\n", {"weights": "w"}, "row 2: The weight -2 is none"),
        ("id,w\na,1\nb,nan\n", {"weights": "w"}, "row 2: The weight nan is none"),
        ("id,w\na,1\nb,much\n", {"weights": "w"}, "row 2, column “w”: “much” is no number"),
        ("id,w\na,1\nb,\n", {"weights": "w"}, "row 2, column “w”: The weight is missing"),
        ("id,w\na,1\n", {"weights": "W8"}, "no column “W8”; the file has: id, w"),
        ("id,w\na,1\n", {"id_column": "ID2"}, "no column “ID2”"),
        (
            "id,gender\na,f\n",
            {"categories": ("gendre",)},
            "no column “gendre”; the file has: gender",
        ),
        ("id,w\n", {}, "header but no row"),
    ],
)
def test_a_faulty_pool_is_told(
    tmp_path: Path, text: str, given: dict[str, object], said: str
) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        read_pool(written(tmp_path, text), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("category,feature,min\ng,f,1\n", "column max is missing"),
        ("category,feature,min,max\ng,f,2,1\n", "row 1: “g: f” has the minimum 2 above"),
        ("category,feature,min,max\ng,f,-1,1\n", "row 1: A bound of “g: f” is negative"),
        ("category,feature,min,max\ng,f,some,1\n", "row 1, column “min”: “some” is no whole"),
        ("category,feature,min,max\ng,f,0.5,1\n", "row 1, column “min”: “0.5” is no whole"),
        ("category,feature,min,max\ng,f,1,\n", "row 1, column “max”: The cell is empty"),
        ("category,feature,min,max\ng,,1,1\n", "row 1, column “feature”: The cell is empty"),
        ("category,feature,min,max\ng,f,1,1\ng,f,1,2\n", "row 2: “g: f” stands in row 1 already"),
    ],
)
def test_faulty_quotas_are_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        read_quotas(written(tmp_path, text, "quotas.csv"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id\na\n", "column reason is missing"),
        ("id,reason\na,\n", "row 1, column “reason”: The cell is empty"),
        ("id,reason\na,x\na,y\n", "row 2, column “id”: “a” stands here twice"),
    ],
)
def test_faulty_exclusions_are_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        read_excluded(written(tmp_path, text, "excluded.csv"))


POOL = people(*["f o"] * 2, *["f y"] * 3, *["m o"] * 5, *["m y"] * 4)


IMPOSSIBLE = {
    "gender f 8 9, gender m 0 9 / 9": (
        "“gender: f” needs at least 8, but only 5 are in the pool after exclusions; lower the "
        "minimum by 3"
    ),
    "gender f 3 9, gender m 4 9 / 6": "the minimums of “gender” add up to 7; “gender: ",
    "gender f 0 2, gender m 0 3 / 6": "the maximums of “gender” add up to 5; “gender: ",
    "gender f 5 5, gender m 1 1, age o 5 6, age y 0 6 / 6": (
        "No panel of 6 meets all quotas: “age: o” needs at least 5; lower the minimum by 2"
    ),
    "gender f 1 9, gender x 1 9 / 3": (
        "column “gender”: No quota speaks of “m” (quotas name: f, x)"
    ),
    "sex f 1 9, sex m 1 9 / 3": "the pool has no such column; it has: gender, age",
    "gender f 1 9, gender m 1 9 / 15": "15 are to be drawn, but the pool has 14; draw fewer",
    "gender f 1 9, gender m 1 9 / 0": "the size must be 1 or more",
}


@pytest.mark.parametrize(("case", "said"), IMPOSSIBLE.items())
def test_what_no_panel_can_meet_is_said_with_the_smallest_change(case: str, said: str) -> None:
    rules, size = case.split(" / ")
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        freeze(POOL, size=int(size), quotas=quotas(rules))
    assert re.search(r"[一-鿿]", caught.value.in_language("zh"))


def test_the_change_that_is_named_is_enough() -> None:
    with pytest.raises(BadInput):
        freeze(POOL, size=6, quotas=quotas("gender f 5 5, gender m 1 1, age o 5 6, age y 0 6"))
    freeze(POOL, size=6, quotas=quotas("gender f 5 5, gender m 1 1, age o 3 6, age y 0 6"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"algorithm": "dice"}, "there is no algorithm “dice”"),
        ({"algorithm": "leximin"}, "leximin needs quotas"),
        ({"algorithm": "pps"}, "pps needs weights"),
        ({"algorithm": "plain", "quotas": quotas("gender f 0 9, gender m 0 9")}, "plain takes"),
        ({"excluded": {"nobody": "tied"}}, "“nobody” is to be excluded but is not in the pool"),
        ({"excluded": {"p01": " "}}, "no reason for excluding “p01”"),
        ({"excluded": {f"p{n:02d}": "tied" for n in range(13)}}, "has 1 after 13 exclusions"),
        ({"salt": " "}, "the salt is empty"),
    ],
)
def test_what_does_not_go_together_is_said(given: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        freeze(POOL, size=2, **given)  # type: ignore[arg-type]


def test_quotas_and_weights_do_not_go_together() -> None:
    pool = Pool(("a", "b"), {"gender": ("f", "m")}, (1, 2))
    with pytest.raises(BadInput, match="do not go together"):
        freeze(pool, size=1, quotas=quotas("gender f 0 1, gender m 0 1"))


def test_an_empty_cell_of_a_quota_category_is_told() -> None:
    pool = Pool(("a", "b"), {"gender": ("f", "")})
    with pytest.raises(BadInput, match="row 2, column “gender”: The cell is empty"):
        freeze(pool, size=1, quotas=quotas("gender f 0 1"))


def test_nobody_is_no_pool() -> None:
    with pytest.raises(BadInput, match="nobody in the pool"):
        Pool(())
