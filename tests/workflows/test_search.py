"""Search over names: rare pairs find the candidates, all pairs judge them."""

from __future__ import annotations

import pytest

from shixiao.records.models import Entry, GramCount
from shixiao.terms import Text
from shixiao.workflows.search import DATASET, SERVICE, index, search

pytestmark = pytest.mark.django_db


def put(*names: str, kind: str = DATASET, weights: dict[str, float] | None = None) -> None:
    index(
        [
            Entry(
                kind=kind,
                key=name,
                name=Text(name, f"in English {n}"),
                link="/",
                weight=(weights or {}).get(name, 0.0),
            )
            for n, name in enumerate(names)
        ],
        kind=kind,
    )


def names(query: str, kind: str = DATASET) -> list[str]:
    return [entry.key for entry in search(query, kind=kind)]


def test_what_holds_most_pairs_comes_first() -> None:
    put("企业养老保险缴费信息", "养老机构信息", "医疗保险信息", "不动产登记信息")
    assert names("养老保险") == ["企业养老保险缴费信息", "养老机构信息"]
    assert names("养老") == ["养老机构信息", "企业养老保险缴费信息"]
    assert names("不动产 登记") == ["不动产登记信息"]


def test_a_common_pair_does_not_hide_a_rare_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shixiao.workflows.search.BUDGET", 20)
    put(*(f"普通信息{n}" for n in range(100)), "残疾人补贴信息")
    assert names("残疾人补贴信息") == ["残疾人补贴信息"]
    assert len(names("信息")) == 20


def test_the_weightier_of_two_that_fit_alike_comes_first() -> None:
    put("甲养老", "乙养老", weights={"乙养老": 5.0})
    assert names("养老") == ["乙养老", "甲养老"]


def test_kinds_are_searched_apart_and_replaced_apart() -> None:
    put("养老服务")
    put("养老服务", kind=SERVICE)
    index([], replaced=["养老服务"])
    assert names("养老") == []
    assert names("养老", SERVICE) == ["养老服务"]
    assert set(GramCount.objects.values_list("kind", flat=True)) == {SERVICE}


@pytest.mark.parametrize("query", ["", "  ", "，。", "%", "' OR 1=1"])
def test_a_query_without_a_name_finds_nothing(query: str) -> None:
    put("养老服务")
    assert names(query) == []
