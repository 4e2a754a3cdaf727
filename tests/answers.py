"""Answers of commands as files, made by the code that prints them, and broken in every place."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from shixiao.rules import load_pack
from shixiao.sharing.catalogue import Dataset
from shixiao.sharing.inventory import Inventory, RawColumn, RawTable, TableEntry
from shixiao.sharing.inventory.cataloguing import Match
from shixiao.sharing.inventory.copies import TableKind
from shixiao.sharing.inventory.meaning import understand
from shixiao.sharing.matching import Element as HeldElement
from shixiao.sharing.matching import Item, Requirement, match
from shixiao.sharing.matching import told as matches_told
from shixiao.sharing.standards.conformance import (
    Check,
    Draft,
    Report,
    RuleResult,
    TableRule,
    told,
    trend_of,
)
from shixiao.sharing.standards.registry import Element, Registry
from shixiao.terms import Estimate, Text

IDENTITY = Element("DE001", Text("公民身份号码", "Citizen identity number"), format="an18")
# Elements of which two are offered for 房产证 and one for 配偶姓名.
OFFERED = (("R1", "不动产权证书号"), ("R2", "房产证类别"), ("M1", "配偶姓名"))
# What a place may be given instead of what belongs there.
JUNK: tuple[Any, ...] = (None, -1, 1 << 70, 1.5, True, "", "x" * 2_000, [], {}, [None], {"a": {}})


def conformance(name: str = "三月.csv", rows: int = 1_000, clean: int = 900) -> dict[str, Any]:
    """Return what ``sharing conform --json`` prints of a delivery."""
    rule = TableRule(Check.CODES, "性别", codes=("1", "2"), element="DE003")
    failed = rows - clean
    share = Estimate.fact(clean / rows, rows)
    result = RuleResult(rule, rows, failed, share, ("中", "9<2>"), failed == 0)
    report = Report(name, rows, clean, share, (result,))
    sex = Element("DE003", Text("性别代码", "Code of sex"), code_list="1=男;2=女")
    draft = Draft("性别", sex, (), {"男": "1", "女": "2"}, 3, None, None)
    return told(trend_of([report]), [draft], load_pack())


def inventory(*names: str, dataset: str = "", source: str = "sqlite:///a.db") -> dict[str, Any]:
    """Return what ``sharing inventory --json`` prints; the first table is the dataset given."""
    found = [
        _found(name, dataset if n == 0 else "") for n, name in enumerate(names or ("t_hj_ry",))
    ]
    return Inventory(source, tuple(found), 6, load_pack(), 1).to_json()


def matches(*names: str, elements: tuple[tuple[str, str], ...] = OFFERED) -> dict[str, Any]:
    """Return what ``sharing match --json`` prints of fields called so, each asked for twice."""
    asked = [
        Requirement(Item(f"I{n}", name), service, "online")
        for n, name in enumerate(names or ("房产证",))
        for service in ("S1", "S2")
    ]
    held = [HeldElement(key, name, department_id="housing") for key, name in elements]
    found = match([each.item for each in asked], held, threshold=0.5)
    return matches_told(asked, found, threshold=0.5)


def _found(name: str, dataset: str) -> TableEntry:
    columns = (RawColumn("sfzh", "char(18)", "公民身份号码"), RawColumn("bz", "text"))
    kind = TableKind.LOG if name.endswith("_log") else TableKind.DATA
    table = RawTable(name, columns, 1_200, "" if kind is TableKind.LOG else "户籍人口")
    understood = understand(table, kind, Registry([IDENTITY]), rules=load_pack())
    entry = Dataset(dataset, Text("户籍人口基本信息", "Registered residents"), "health")
    return TableEntry(understood, Match(entry, 0.9, ()) if dataset else None)


def file_of(answer: Any) -> bytes:
    """Return an answer as the file that a command writes."""
    return json.dumps(answer, ensure_ascii=False).encode()


def broken(answer: dict[str, Any]) -> Iterator[bytes]:
    """Yield an answer with one place of it replaced or left out, for every place."""
    for path in _places(answer):
        for junk in (*JUNK, _ABSENT):
            changed = copy.deepcopy(answer)
            at: Any = changed
            for step in path[:-1]:
                at = at[step]
            if junk is _ABSENT:
                del at[path[-1]]
            else:
                at[path[-1]] = junk
            yield file_of(changed)


_ABSENT = object()


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    for key, each in inside:
        yield from _places(each, (*path, key))
