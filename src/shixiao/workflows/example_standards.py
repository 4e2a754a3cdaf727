"""Standards in the example: in force, open to comments, at odds, and how far a table follows."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from shixiao.records.models import CatalogueItem, Organisation
from shixiao.sharing.standards.conformance import (
    Check,
    Draft,
    Report,
    RuleResult,
    TableRule,
    told,
    trend_of,
)
from shixiao.sharing.standards.registry import Element
from shixiao.terms import Estimate, Text
from shixiao.workflows import conformance
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.moving import Act
from shixiao.workflows.standards import drafting, importing

AUTHORITY = "市数据局（样例）"
IN_FORCE = (
    Element(
        "DE001",
        Text("公民身份号码", "Citizen identity number"),
        definition="公安机关为公民编定的唯一、终身不变的身份代码",
        object_class="人",
        datatype="字符",
        format="an18",
        source="GB 11643",
        synonyms=("身份证号",),
    ),
    Element(
        "DE002",
        Text("姓名", "Name of a person"),
        definition="自然人户籍登记的姓名",
        object_class="人",
        datatype="字符",
        format="an..50",
    ),
    Element(
        "DE003",
        Text("性别代码", "Code of sex"),
        definition="自然人的性别",
        object_class="人",
        datatype="字符",
        format="an1",
        code_list="GB/T 2261.1",
        source="GB/T 2261.1",
    ),
    Element(
        "DE010",
        Text("统一社会信用代码", "Unified social credit code"),
        definition="法人和其他组织的唯一身份代码",
        object_class="法人",
        datatype="字符",
        format="an18",
        source="GB 32100",
    ),
)
INCOME = Element(
    "DE900",
    Text("月收入", "Monthly income"),
    definition="自然人一个月内取得的全部收入",
    object_class="人",
    datatype="数字",
    format="n..10,2",
    unit="元",
    granularity="月",
)
OTHER_INCOME = Element(
    "SR01",
    Text("月收入", "Monthly income"),
    definition="自然人一个月内取得的全部收入，按万元填报",
    object_class="人",
    datatype="数字",
    format="n..6,2",
    unit="万元",
    granularity="月",
)


def standardise(
    department: Organisation, other: Organisation, people: dict[str, Actor], now: datetime
) -> None:
    """Put a registry in force, one standard to comments, and another department's beside it.

    Args:
        department: where the example's officers work.
        other: another department.
        people: ``analyst``, ``data-officer`` of the department, ``head2`` of the other.
        now: when.
    """
    importing.import_elements(
        [_adopted(element) for element in IN_FORCE],
        file="数据元标准（样例）",
        own=department,
        actor=people["analyst"],
        at=now,
    )
    officer = people["data-officer"]
    made = drafting.draft(INCOME, department=department, actor=officer, at=now)
    drafting.put_to_comments(made, Act(officer, now, made.version))
    drafting.remark(made, "万元填报误差太大，建议统一为元（样例）。", actor=people["head2"], at=now)
    second = drafting.draft(OTHER_INCOME, department=other, actor=people["head2"], at=now)
    drafting.put_to_comments(second, Act(people["head2"], now, second.version))


def measure(department: Organisation, people: dict[str, Actor], now: datetime) -> None:
    """Enter two reports of the department's dataset: codes were mended between them.

    Args:
        department: where the example's officers work.
        people: ``data-officer`` of it.
        now: when.
    """
    item = CatalogueItem.objects.filter(department=department).order_by("id").first()
    if item is None:
        return
    today = timezone.localdate(now)
    for days, kept in ((60, 9_120), (2, 9_985)):
        data = json.dumps(_measured(kept), ensure_ascii=False).encode()
        day = today - timedelta(days=days)
        conformance.report(
            item, data, file="核验结果.json", day=day, actor=people["data-officer"], at=now
        )


def _measured(kept: int) -> dict[str, Any]:
    """Return what a run would print of 10,000 made-up rows, of which so many keep every rule."""
    rows = 10_000
    rule = TableRule(Check.CODES, "性别", codes=("1", "2"), element="DE003")
    share = Estimate.fact(kept / rows, rows)
    failed = rows - kept
    result = RuleResult(rule, rows, failed, share, ("中",), failed <= rows // 100)
    found = trend_of([Report("户籍人口（样例）.csv", rows, kept, share, (result,))])
    draft = Draft("性别", IN_FORCE[2], (), {"男": "1", "女": "2"}, 0, None, None)
    return told(found, [draft], pack())


def _adopted(element: Element) -> Element:
    return Element.from_json(
        element.to_json() | {"status": "adopted", "version": "1.0", "authority": AUTHORITY}
    )
