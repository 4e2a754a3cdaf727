"""Sharing in the example: a catalogue, requests on their way, a grant, a dispute and a meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from shixiao.records.models import CatalogueItem, Organisation, SharingRequest
from shixiao.sharing.catalogue import Dataset, Item
from shixiao.sharing.silos import Way
from shixiao.terms import Text
from shixiao.workflows import meetings
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue import harvesting
from shixiao.workflows.catalogue.harvesting import Origin
from shixiao.workflows.evaluations import current
from shixiao.workflows.grants import keeping
from shixiao.workflows.grants.keeping import Use
from shixiao.workflows.moving import Act
from shixiao.workflows.requests import answering, disputing, making
from shixiao.workflows.requests.answering import Agreed
from shixiao.workflows.requests.making import Wanted
from shixiao.workflows.silos import silos_of

PLATFORM = "市政务数据平台（样例）"
ID_NUMBER, NAME = Item("公民身份号码", "DE001", "字符", "general_3"), Item("姓名", "DE002", "字符")
CREDIT = Item("统一社会信用代码", "DE010", "字符")
SILOS, SAMPLE = 5, "SAMPLE-"
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
            id=f"{SAMPLE}{number}",
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


def held_elsewhere(now: datetime) -> list[Dataset]:
    """Return the datasets of the dearest silos, so that requests for them can be drafted."""
    evaluation = current()
    found = silos_of(evaluation)[0] if evaluation is not None else []
    listed = {}
    for silo in found[:SILOS]:
        listed[silo.dataset] = Dataset(
            id=silo.dataset,
            name=silo.name,
            provider=silo.holder,
            items=(Item(silo.name.zh, silo.element, "字符"),),
            format="database",
            cycle="month",
            sharing="unconditional" if silo.way == Way.FREE else "conditional",
            mode="interface",
            scope="" if silo.way == Way.FREE else "各部门",
            purpose="" if silo.way == Way.FREE else "办理业务时核对",
            domain="证照",
            tier="city",
            grade="general_3",
            office="数据管理处",
            updated=timezone.localdate(now),
            summary="样例数据集，不含任何真实数据。",
        )
    return list(listed.values())


def share(
    department: Organisation, other: Organisation, people: dict[str, Actor], now: datetime
) -> None:
    """Import the catalogue, and let two departments ask, answer, use and dispute.

    Args:
        department: where the example's officers work.
        other: another department.
        people: ``analyst``, ``head`` of the department, ``head2`` of the other.
        now: when.
    """
    rest = Organisation.objects.filter(kind="department", active=True)
    order = [department, other, *rest.exclude(pk__in=(department.pk, other.pk)).order_by("code")]
    listed = [*datasets(order[:4], now), *held_elsewhere(now)]
    harvesting.harvest(listed, Origin(PLATFORM), actor=people["analyst"], at=now)
    for asks, of, head in ((department, other, "head"), (other, department, "head2")):
        item = _samples(of).exclude(sharing="not_shared").last()
        if item is not None:
            _filed(item, asks, people[head], now, purpose="办理申请时核对")
    mine = list(_samples(department).order_by("id"))
    _granted(mine[0], other, people, now)
    _disputed(mine[-1], department, other, people, now)


def _samples(department: Organisation) -> QuerySet[CatalogueItem]:
    """Return the department's own datasets of the example, without those that end silos."""
    return CatalogueItem.objects.filter(department=department, identifier__startswith=SAMPLE)


def _granted(
    item: CatalogueItem, other: Organisation, people: dict[str, Actor], now: datetime
) -> None:
    """Let the other department have data, and write down how it used them."""
    request = _filed(item, other, people["head2"], now, purpose="核对补贴资格")
    request.refresh_from_db()
    terms = Agreed(timezone.localdate(now) + timedelta(days=180), "数据管理处负责人（样例）")
    grant = answering.agree(request, Act(people["head"], now, request.version), terms)
    request.refresh_from_db()
    done = Act(people["head"], now, request.version)
    answering.deliver(request, done, reason="接口已开通（样例）")
    use = Use("样例业务", "逐件核对，只返回是否相符", "申请人不再提交复印件", "不落地")
    keeping.record_use(grant, use, actor=people["head2"], at=now)


def _disputed(
    item: CatalogueItem,
    department: Organisation,
    other: Organisation,
    people: dict[str, Actor],
    now: datetime,
) -> None:
    """Let the department refuse, and the dispute come to a coordination meeting that decides."""
    request = _filed(item, other, people["head2"], now, purpose="批量比对参保情况")
    request.refresh_from_db()
    answering.refuse(
        request,
        Act(people["head"], now, request.version),
        refusal_basis="目录列明的使用用途：办理业务时核对",
        reason="批量比对不在列明的用途内（样例）。",
    )
    request.refresh_from_db()
    raised = disputing.raise_dispute(
        request,
        Act(people["head2"], now, request.version),
        claim="比对就是为了办理业务时核对，符合列明的用途（样例）。",
    )
    disputing.escalate(raised, Act(people["head2"], now, raised.version), reason="协商未果（样例）")
    day = timezone.localdate(now) + timedelta(days=7)
    meeting = meetings.call(day, "市政务服务中心（样例）", actor=people["analyst"], at=now)
    meetings.resolve(
        meeting,
        Act(people["analyst"], now, meeting.version),
        holder=department,
        text="会前向对方说明批量比对与逐件核对的差别（样例）",
        dispute=raised,
        last_day=day,
    )


def _filed(
    item: CatalogueItem, asks: Organisation, head: Actor, now: datetime, *, purpose: str
) -> SharingRequest:
    wanted = replace(_wanted(item, now), purpose=purpose)
    made = making.write(item, wanted, requester=asks, actor=head, at=now)
    return making.file(made, Act(head, now, made.version))


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
