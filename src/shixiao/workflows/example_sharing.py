"""Sharing in the example: a catalogue of several departments, and requests on their way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from shixiao.records.models import CatalogueItem, Organisation
from shixiao.sharing.catalogue import Dataset, Item
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue import harvesting
from shixiao.workflows.catalogue.harvesting import Origin
from shixiao.workflows.moving import Act
from shixiao.workflows.requests import making
from shixiao.workflows.requests.making import Wanted

PLATFORM = "市政务数据平台（样例）"
ID_NUMBER, NAME = Item("公民身份号码", "DE001", "字符", "general_3"), Item("姓名", "DE002", "字符")
CREDIT = Item("统一社会信用代码", "DE010", "字符")
# Number, names, domain, items, sharing; in turn of the departments.
DATASETS = (
    (
        "1",
        Text("户籍人口基本信息", "Registered residents"),
        "人口",
        (ID_NUMBER, NAME),
        "conditional",
    ),
    ("2", Text("营业执照照面信息", "Business licences"), "法人", (CREDIT, NAME), "unconditional"),
    ("3", Text("不动产登记信息", "Real estate register"), "住房", (ID_NUMBER,), "conditional"),
    ("4", Text("婚姻登记信息", "Marriage register"), "人口", (ID_NUMBER, NAME), "conditional"),
    ("5", Text("社会保险参保信息", "Social insurance"), "社保", (ID_NUMBER,), "conditional"),
    ("6", Text("个体统计台账", "Statistical ledgers"), "统计", (CREDIT,), "not_shared"),
)


def datasets(departments: list[Organisation], now: datetime) -> list[Dataset]:
    """Return the catalogue of the example; one entry cites what is no ground to withhold data."""
    today = timezone.localdate(now)
    listed = []
    for n, (number, name, domain, items, sharing) in enumerate(DATASETS):
        entry = Dataset(
            id=f"SAMPLE-{number}",
            name=name,
            provider=departments[n % len(departments)].code,
            items=items,
            format="database",
            cycle="month",
            sharing=sharing,
            mode="interface",
            scope="各部门" if sharing == "conditional" else "",
            purpose="办理业务时核对" if sharing == "conditional" else "",
            domain=domain,
            tier="city",
            grade="general_3",
            office="数据管理处",
            updated=today - timedelta(days=12 * n),
            summary="样例数据集，不含任何真实数据。",
        )
        if sharing == "not_shared":
            entry = replace(entry, reason="内部资料", basis="本局内部规定")
        listed.append(entry)
    return listed


def share(
    department: Organisation, other: Organisation, people: dict[str, Actor], now: datetime
) -> None:
    """Import the catalogue, and let each of two departments ask for data of the other.

    Args:
        department: where the example's officers work.
        other: another department.
        people: ``analyst``, ``head`` of the department, ``head2`` of the other.
        now: when.
    """
    rest = Organisation.objects.filter(kind="department", active=True)
    order = [department, other, *rest.exclude(pk__in=(department.pk, other.pk)).order_by("code")]
    harvesting.harvest(datasets(order[:4], now), Origin(PLATFORM), actor=people["analyst"], at=now)
    for asks, of, head in ((department, other, "head"), (other, department, "head2")):
        item = CatalogueItem.objects.filter(department=of).exclude(sharing="not_shared").last()
        if item is not None:
            made = making.write(
                item, _wanted(item, now), requester=asks, actor=people[head], at=now
            )
            making.file(made, Act(people[head], now, made.version))


def _wanted(item: CatalogueItem, now: datetime) -> Wanted:
    today = timezone.localdate(now)
    return Wanted(
        basis="《社会救助暂行办法》第十一条",
        scenario="办理申请时核对申请人填报的信息，不再要求提交复印件。",
        purpose="办理申请时核对",
        fields=[item.listed["items"][0][0]],
        mode="interface",
        starts=today + timedelta(days=30),
        ends=today + timedelta(days=394),
        case_types=["样例业务"],
    )
