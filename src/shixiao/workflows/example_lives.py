"""The life of a dataset in the example: controls proven and failed, a copy kept and one gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from shixiao.records.models import CatalogueItem, DataCopy, Organisation
from shixiao.workflows.actors import Actor
from shixiao.workflows.lifecycle import copying, proving
from shixiao.workflows.lifecycle.proving import Seen
from shixiao.workflows.moving import Act

# Control → whether it holds, what was seen, how many days ago.
SEEN = {
    "collect.lawful": (True, "按法定职责采集，清单已核对（样例）。", 30),
    "store.backups": (False, "最近一次备份没有加密（样例）。", 3),
    "transport.tls": (True, "TLSv1.3，证书有效（样例）。", 1),
    "process.least": (True, "岗位权限已复核（样例）。", 170),
    "exchange.granted": (True, "每次交换都有授权编号（样例）。", 40),
}
OFFICES = {
    "collect": "数据管理处",
    "store": "信息中心",
    "transport": "信息中心",
    "process": "业务处",
    "exchange": "数据管理处",
}


def live(department: Organisation, people: dict[str, Actor], now: datetime) -> None:
    """Let the department say who answers, enter evidence, and keep and destroy copies.

    Args:
        department: where the example's officers work.
        people: ``data-officer`` and ``head`` of it.
        now: when.
    """
    item = CatalogueItem.objects.filter(department=department).order_by("id").first()
    if item is None:
        return
    officer, today = people["data-officer"], timezone.localdate(now)
    for part, office in OFFICES.items():
        proving.name_custodian(item, part, office=office, person="样例人员", actor=officer, at=now)
    for control, (passed, said, days) in SEEN.items():
        seen = Seen(control, today - timedelta(days=days), passed, said)
        proving.prove(item, seen, actor=officer, at=now)
    made = [
        copying.register(
            item,
            holder=department,
            name=name,
            place="机房（样例）",
            keep_until=today + timedelta(days=days),
            actor=officer,
            at=now,
        )
        for name, days in (("上季度批量文件（样例）", 90), ("演练副本（样例）", 0))
    ]
    gone = copying.propose(made[1], _act(made[1], officer, now), how="覆写后删除（样例）。")
    copying.confirm(gone, _act(gone, people["head"], now))


def _act(copy: DataCopy, actor: Actor, now: datetime) -> Act:
    return Act(actor, now, copy.version)
