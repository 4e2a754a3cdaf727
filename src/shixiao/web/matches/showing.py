"""Matching in words: a run of the list, a wording with what is offered, its history, the sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils import timezone

from shixiao.exports import Sheet
from shixiao.exports.sheets import Cell
from shixiao.records.models import MatchDecision, MatchItem, MatchRun, Organisation
from shixiao.terms import Text
from shixiao.workflows.matches.settling import chosen, offered

CONFIRMED, NONE = MatchDecision.Kind.CONFIRMED, MatchDecision.Kind.NONE
STATES: Mapping[str, tuple[Text, str]] = {
    "queued": (Text("等待", "Waiting"), "grey"),
    "running": (Text("匹配中", "Running"), "amber"),
    "done": (Text("已完成", "Done"), "plain"),
    "failed": (Text("没有完成", "Failed"), "red"),
}
OPEN = (Text("待确认", "to decide"), "amber")
SETTLED = (Text("已确认", "confirmed"), "green")
REJECTED = (Text("都不是", "none of them"), "grey")
EMPTY = (Text("没有候选", "nothing offered"), "grey")
SAID: Mapping[str, Text] = {
    "confirmed": Text("确认", "Confirmed"),
    "none": Text("认定都不是", "None of those offered"),
}
GONE = Text("撤回", "Withdrawn")
REGISTRY = Text("本站的数据元标准", "the standards of this site")
TO_DECIDE = Q(offered=True, decision__isnull=True)
SHOWN: Mapping[str, Q] = {
    "open": TO_DECIDE,
    "confirmed": Q(decision__kind=CONFIRMED),
    "none": Q(decision__kind=NONE),
    "empty": Q(offered=False),
}


def counts_of(runs: Iterable[MatchRun]) -> dict[UUID, tuple[int, int]]:
    """Return run → number of its wordings, and of those that wait for a person."""
    of = MatchItem.objects.filter(run__in=list(runs)).order_by().values_list("run")
    found = dict(of.annotate(n=Count("*")))
    waiting = dict(of.filter(TO_DECIDE).annotate(n=Count("*")))
    return {run: (n, waiting.get(run, 0)) for run, n in found.items()}


def in_turn(rows: QuerySet[MatchItem]) -> QuerySet[MatchItem]:
    """Sort wordings: those to decide first, then those decided, then those without candidates."""
    turn = Case(When(TO_DECIDE, then=Value(0)), When(offered=True, then=Value(1)), default=Value(2))
    return rows.select_related("decision__by").annotate(turn=turn).order_by("turn", "place", "id")


def against(run: MatchRun) -> Text | str:
    """Say with what a list was matched; "" for a result that was made elsewhere."""
    return REGISTRY if run.kind == MatchRun.Kind.REGISTRY else run.compared


def line(item: MatchItem, names: Mapping[str, Text]) -> dict[str, Any]:
    """Return a wording as a page shows it.

    Args:
        item: the wording.
        names: code → name of departments.
    """
    found = chosen(item, item.decision)
    candidates = [
        {
            "id": each.element,
            "name": each.name,
            "department": names.get(each.department) or each.department,
            "score": f"{each.score:.2f}",
            "why": [Text.of(reason) for reason in each.reasons],
            "chosen": found is not None and found.element == each.element,
        }
        for each in offered(item)
    ]
    return {
        "row": item,
        "state": _state(item),
        "candidates": candidates,
        "chosen": next((each for each in candidates if each["chosen"]), None),
        "rejected": item.decision is not None and item.decision.kind == NONE,
        "elsewhere": item.decision is not None and item.decision.run_id != item.run_id,
    }


def _state(item: MatchItem) -> tuple[Text, str]:
    if not item.offered:
        return EMPTY
    if item.decision is None:
        return OPEN
    return SETTLED if item.decision.kind == CONFIRMED else REJECTED


def history(item: MatchItem) -> list[dict[str, Any]]:
    """Return what was decided about a wording, oldest first, as ``parts.timeline`` takes it."""
    rows = MatchDecision.objects.filter(department=item.run.department, key=item.key)
    found = list(rows.select_related("by", "ended_by", "previous"))
    replaced = {each.previous_id for each in found}
    steps = []
    for each in found:
        steps.append(_step(SAID[each.kind], each.at, each.by, _what(each)))
        if each.ended is not None and each.pk not in replaced:
            steps.append(_step(GONE, each.ended, each.ended_by, None))
    return steps


def _step(title: Text, at: datetime, by: object, text: Text | None) -> dict[str, Any]:
    return {"title": title, "at": at, "by": str(by), "text": text}


def _what(decision: MatchDecision) -> Text:
    """Say what was decided, and what stood before."""
    now, before = _elements(decision), decision.previous
    if before is None:
        return Text(f"{now}。", f"{now}.")
    was = _elements(before)
    zh, en = SAID[before.kind].zh, SAID[before.kind].en
    return Text(f"{now}。此前：{zh}（{was}）。", f"{now}. Before: {en} ({was}).")


def _elements(decision: MatchDecision) -> str:
    """Name the element that was confirmed, or those that were rejected."""
    if decision.kind == CONFIRMED:
        return f"{decision.element_name} {decision.element}"
    return "、".join(name for _, name in decision.refused)


def pairs(run: MatchRun) -> Sheet:
    """Return the confirmed pairs of a run, a line for each row of the list that asks."""
    heads = (
        *(Text("要求编码", "item_id"), Text("要求名称", "item_name")),
        *(Text("事项编码", "service_id"), Text("渠道", "channel")),
        *(Text("数据元编码", "element_id"), Text("数据元名称", "element_name")),
        *(Text("部门", "department_id"), Text("确认人", "confirmed_by"), Text("确认时间", "at")),
    )
    return Sheet("matches", heads, list(_pairs(run)))


def _pairs(run: MatchRun) -> Iterator[tuple[Cell, ...]]:
    items = run.items.filter(decision__kind=CONFIRMED).select_related("decision__by")
    for item in items.iterator():
        found, decision = chosen(item, item.decision), item.decision
        if found is None or decision is None:
            continue
        who = (str(decision.by), timezone.localtime(decision.at).isoformat(timespec="seconds"))
        for number, service, channel in item.places:
            place = (number, item.name, service, channel)
            yield (*place, found.element, found.name, found.department, *who)


def entries(rows: Iterable[MatchDecision]) -> Sheet:
    """Return the dictionary as a sheet, a line for each wording and element."""
    heads = (
        *(Text("要求名称", "item"), Text("数据元编码", "element"), Text("数据元名称", "name")),
        *(Text("是否", "same"), Text("部门", "department"), Text("时间", "at")),
    )
    found: list[tuple[Cell, ...]] = []
    for row in rows:
        at = timezone.localtime(row.at).isoformat(timespec="seconds")
        said = [[row.element, row.element_name]] if row.kind == CONFIRMED else row.refused
        for element, name in said:
            same = "yes" if row.kind == CONFIRMED else "no"
            found.append((row.wording, element, name, same, row.department.code, at))
    return Sheet("learned", heads, found)


def names_of(codes: set[str]) -> dict[str, Text]:
    """Return code → name of the departments that are known by these codes."""
    return dict(Organisation.objects.filter(code__in=codes).values_list("code", "name"))
