"""An entry of the catalogue that is in order, to be changed by tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from shixiao.sharing.catalogue import Dataset, Item
from shixiao.terms import Text

DATASET = Dataset(
    id="D-001",
    code="3060010002/000013",
    name=Text("户籍人口基本信息", "Registered residents"),
    provider="D1",
    items=(Item("公民身份号码", "E1", "字符", "general_3"), Item("姓名", "E2", "字符")),
    format="database",
    cycle="day",
    sharing="conditional",
    mode="interface",
    scope="各区县民政部门",
    purpose="办理低保时核对户籍",
    domain="人口",
    tier="city",
    grade="general_3",
    office="数据管理处",
    person="周某",
    updated=date(2026, 3, 1),
    secrecy_checked=date(2026, 2, 1),
    personal_checked=date(2026, 2, 1),
    summary="全市户籍人口。",
)


def entry(**changed: Any) -> Dataset:
    return replace(DATASET, **changed)
