"""An inventory in the example: a made-up database, one table of which nobody has listed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from shixiao.records.models import CatalogueItem, Organisation
from shixiao.workflows import inventories
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack

# Table → comment, rows, kind, suggested grade, columns: name, comment, kind, element.
Columns = tuple[tuple[str, str, str | None, str | None], ...]
TABLES: dict[str, tuple[str, int, str, str, Columns]] = {
    "t_listed": (
        "样例数据表（已编目）",
        48_210,
        "data",
        "general_3",
        (("sfzh", "公民身份号码", "id_number", "DE001"), ("xm", "姓名", "person_name", "DE002")),
    ),
    "t_jzbz_ff": (
        "救助补助发放（样例）",
        12_630,
        "data",
        "general_4",
        (
            ("sfzh", "公民身份号码", "id_number", "DE001"),
            ("xm", "姓名", "person_name", "DE002"),
            ("sjh", "手机号码", "mobile", None),
            ("ffje", "发放金额", "amount", None),
        ),
    ),
    "sys_log": ("", 901_223, "log", "general_1", (("opt_time", "", "datetime", None),)),
}


def look_into(department: Organisation, people: dict[str, Actor], now: datetime) -> None:
    """Take in what an inventory of the department's made-up database found.

    Args:
        department: where the example's officers work.
        people: ``data-officer`` of it.
        now: when.
    """
    item = CatalogueItem.objects.filter(department=department).order_by("id").first()
    data = json.dumps(_answer("" if item is None else item.identifier), ensure_ascii=False)
    inventories.take_in(
        data.encode(),
        file="清查结果.json",
        department=department,
        actor=people["data-officer"],
        at=now,
    )


def _answer(dataset: str) -> dict[str, Any]:
    """Return what a run would print of the tables."""
    rules = pack()
    return {
        "schema": "shixiao/inventory/1",
        "source": "postgresql://sample/business",
        "catalogue": 6,
        "rules": {"pack": rules.name, "hash": rules.hash},
        "seed": 20260101,
        "summary": {},
        "tables": [_table(name, dataset if name == "t_listed" else "") for name in TABLES],
    }


def _table(name: str, dataset: str) -> dict[str, Any]:
    comment, rows, kind, grade, columns = TABLES[name]
    return {
        "name": name,
        "comment": comment,
        "rows": rows,
        "kind": kind,
        "catalogued": bool(dataset),
        "dataset_id": dataset or None,
        "remarks": [],
        "grade": grade,
        "grading": {"grade": grade, "decided_by": None, "why": []},
        "columns": [
            {
                "name": column,
                "comment": said,
                "type": "varchar",
                "recognised": recognised,
                "element_id": element,
                "grade": grade,
            }
            for column, said, recognised, element in columns
        ],
    }
