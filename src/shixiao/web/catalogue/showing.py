"""Entries of the catalogue in words: a line of the list, and everything that one page shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shixiao.ledger import vocabulary
from shixiao.records.models import CatalogueItem, LeafRow
from shixiao.sharing import catalogue
from shixiao.sharing.catalogue import words
from shixiao.terms import Text
from shixiao.web.results.clocks import clock
from shixiao.web.sharing import duties
from shixiao.web.shell.pages import day, say, t
from shixiao.web.standards.showing import cited
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue.compiling import doable, late, life
from shixiao.workflows.catalogue.keeping import LISTED, dataset_of
from shixiao.workflows.clock import pack
from shixiao.workflows.lifecycle.copying import has_grant
from shixiao.workflows.lifecycle.standing import gaps_of
from shixiao.workflows.permissions import may

TONES = {"unconditional": "green", "conditional": "plain", "not_shared": "grey"}


def sharing_tag(item: CatalogueItem) -> tuple[Text, str]:
    """Return the sharing attribute of an entry as a tag."""
    if item.sharing not in words("sharing"):
        return Text("共享属性未填", "No sharing attribute"), "red"
    return words("sharing").name(item.sharing), TONES[item.sharing]


def line(item: CatalogueItem) -> dict[str, Any]:
    """Return an entry as a line of the list."""
    grade = words("grades").name(item.grade) if item.grade else Text("未定级", "not graded")
    listed = len(item.listed["items"])
    parts = (
        say(item.department.name),
        item.domain or t("领域未填", "no domain"),
        say(grade),
        t(f"{listed} 个数据项", f"{listed} data items"),
    )
    return {
        "title": item.name,
        "to": reverse("dataset", args=[item.code]),
        "sub": " · ".join(parts),
        "sharing": sharing_tag(item),
        "faults": item.faults,
        "state": life().states[item.state].name if item.state != "published" else None,
    }


def facts(item: CatalogueItem) -> list[tuple[Text, str]]:
    """Return what an entry states, as names and values; what it leaves open is said as that."""
    listed = item.listed
    lists = {
        "sharing": Text("共享属性", "Sharing attribute"),
        "mode": Text("共享方式", "Mode of sharing"),
        "format": Text("数据格式", "Data format"),
        "cycle": Text("更新频率", "Update frequency"),
        "tier": Text("层级", "Tier"),
        "grade": Text("数据级别", "Grade"),
    }
    texts = {
        "domain": Text("领域", "Domain"),
        "scope": Text("共享范围", "Scope"),
        "purpose": Text("使用用途", "Purpose"),
        "reason": Text("不予共享的理由", "Why it is not shared"),
        "basis": Text("依据", "Basis"),
        "office": Text("共享工作机构", "Sharing office"),
        "code": Text("目录代码", "Catalogue code"),
        "id": Text("标识", "Identifier"),
    }
    absent = Text("未填写", "Not stated")
    found = [(Text("提供单位", "Provider"), say(item.department.name))]
    if item.lead is not None:
        found.append((Text("数源部门", "Lead source department"), say(item.lead.name)))
    for field, name in lists.items():
        value = listed[field]
        said = words(catalogue.dataset.LISTS[field]).name(value) if value else absent
        found.append((name, say(said)))
    found += [(name, listed[field]) for field, name in texts.items() if listed[field]]
    return found


def freshness(item: CatalogueItem, today: date) -> Text | None:
    """Say how fresh the data are; None where no day is known."""
    if item.updated is None:
        return None
    there = day(item.updated)
    behind = late(item, today)
    if behind is None:
        return Text(f"数据截至 {there}。", f"The data go up to {there}.")
    return Text(
        f"数据截至 {there}，已超过承诺的更新时间 {behind.days} 天。",
        f"The data go up to {there}: {behind.days} days beyond the promised update.",
    )


def shown(item: CatalogueItem, actor: Actor) -> dict[str, Any]:
    """Return all that the page of an entry shows to this person."""
    inside = may(actor, "dataset.read", item)
    state = life().states[item.state]
    dataset = dataset_of(item)
    own = may(actor, "dataset.manage", item)
    found = catalogue.check_dataset(dataset, pack()) if own else catalogue.faults(dataset, pack())
    return {
        "item": item,
        "state": state,
        "clock": clock(item.due, item.due_rule) if item.due else None,
        "sharing": sharing_tag(item),
        "facts": facts(item),
        "freshness": freshness(item, timezone.localdate()),
        "rows": [
            (name, element, datatype, words("grades").name(grade) if grade else None)
            for name, element, datatype, grade in item.listed["items"]
        ],
        "cited": cited({each[1] for each in item.listed["items"] if each[1]}),
        "faults": found if inside or item.state == "published" else (),
        "doable": doable(item, actor),
        "may_edit": own and item.state in {"drafted", "updating"},
        "may_place": own and item.state in LISTED,
        "may_life": may(actor, "life.read", item) and item.state in LISTED,
        "gaps": gaps_of(item),
        "may_conformance": may(actor, "conformance.read", item),
        "measured": item.conformance.last(),
        "may_copy": may(actor, "life.manage") and has_grant(item, actor),
        "may_ask": may(actor, "request.draft") and item.department_id not in actor.below,
        "may_correct": may(actor, "correction.ask") and item.department_id not in actor.below,
        "person": item.person if inside else "",
        "duties": duties.of_row(item),
        "leaves": [
            (leaf, vocabulary().events[leaf.event].name)
            for leaf in LeafRow.objects.filter(subject=item.code).order_by("id")
        ],
    }
