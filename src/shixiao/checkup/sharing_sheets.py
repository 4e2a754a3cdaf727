"""The state of sharing as sheets: silos, departments, and what goes between them."""

from __future__ import annotations

from collections.abc import Sequence

from shixiao.checkup.sharing_state import SharingState
from shixiao.exports import Cell, Sheet
from shixiao.sharing.silos import Node, Saving, SiloSaving, Tie
from shixiao.terms import Estimate, Text, significant

RANGE = (Text("下限", "Low"), Text("上限", "High"))


def sharing_sheets(state: SharingState) -> list[Sheet]:
    """Return the sheets of what is known; none where nothing is."""
    found = []
    if state.silos is not None:
        found.append(_silos(state.silos, state))
    if state.net is not None:
        found.append(_departments(state.net.nodes, state))
        found.append(_links(state.net.edges, state))
    return found


def _silos(silos: Sequence[SiloSaving], state: SharingState) -> Sheet:
    heads = (
        Text("服务编号", "Service id"),
        Text("服务", "Service"),
        Text("要的内容", "What is asked"),
        Text("填写项或材料", "Field or document"),
        Text("渠道", "Channels"),
        Text("谁已掌握", "Who holds it"),
        Text("数据集", "Dataset"),
        Text("共享属性", "Attribute"),
        Text("怎样可得", "How it could be had"),
        Text("授权", "Grant"),
        Text("一年件数", "Cases a year"),
        *(
            head
            for name in (
                Text("可省小时", "Hours saved"),
                Text("少跑次数", "Trips saved"),
                Text("可省元", "Yuan saved"),
            )
            for head in (name, *RANGE)
        ),
        Text("件数", "n"),
    )
    return Sheet("数据孤岛 Silos", heads, [_silo(one, state) for one in silos])


def _silo(one: SiloSaving, state: SharingState) -> tuple[Cell, ...]:
    need, holding = one.silo.need, one.silo.holding
    return (
        need.service_id,
        state.service(need.service_id).zh,
        state.item(need).zh,
        "field" if need.field else "material",
        ";".join(one.channels),
        state.department(holding.department_id).zh,
        holding.dataset_id,
        str(holding.sharing),
        str(one.silo.way),
        one.silo.grant_id,
        significant(one.cases.value) if one.cases is not None else None,
        *_saving(one.saving),
    )


def _saving(saving: Saving | None) -> list[Cell]:
    if saving is None:
        return [None] * 10
    cells: list[Cell] = []
    for estimate in (saving.hours, saving.trips, saving.money):
        cells += _range(estimate)
    return [*cells, saving.hours.n]


def _range(estimate: Estimate) -> list[Cell]:
    return [significant(number) for number in (estimate.value, estimate.low, estimate.high)]


def _departments(nodes: Sequence[Node], state: SharingState) -> Sheet:
    heads = (
        Text("部门编号", "Department id"),
        Text("部门", "Department"),
        Text("英文名", "Name in English"),
        Text("无条件共享", "Shared without condition"),
        Text("有条件共享", "Shared on condition"),
        Text("不予共享（有法定依据）", "Not shared, on a law"),
        Text("不予共享（依据不足）", "Not shared, basis not enough"),
        Text("应答复的申请", "Requests due"),
        *(
            head
            for name in (
                Text("已答复", "Answered"),
                Text("按期答复", "In time"),
                Text("不同意", "Refused"),
                Text("答复工作日中位", "Median working days"),
            )
            for head in (name, *RANGE)
        ),
        Text("从不答复", "Never answers"),
        Text("提出的申请", "Requests made"),
        Text("供出的交换", "Exchanges served"),
        Text("取用的交换", "Exchanges fetched"),
    )
    return Sheet("部门开放 Openness", heads, [_node(node, state) for node in nodes])


def _node(node: Node, state: SharingState) -> tuple[Cell, ...]:
    name, terms, answers = state.department(node.department_id), node.terms, node.answers
    told: list[Cell] = [None] * 13
    if answers is not None:
        shares = (answers.answered, answers.in_time, answers.refused, answers.days)
        told = [answers.asked, *(cell for share in shares for cell in _range(share))]
    return (
        node.department_id,
        name.zh,
        name.en,
        terms.free,
        terms.on_condition,
        terms.closed,
        terms.withheld,
        *told,
        int(node.silent),
        node.asks,
        node.serves,
        node.fetches,
    )


def _links(edges: Sequence[Tie], state: SharingState) -> Sheet:
    heads = (
        Text("谁来要", "Who asks"),
        Text("谁提供", "Who provides"),
        Text("申请", "Requests"),
        Text("同意", "Granted"),
        Text("不同意", "Refused"),
        Text("还在期限内", "Within their time"),
        Text("过期没有答复", "No answer in time"),
        Text("答复工作日中位", "Median working days"),
        Text("交换次数", "Exchanges"),
    )
    rows = [
        (
            state.department(edge.asker).zh,
            state.department(edge.provider).zh,
            edge.asked,
            edge.granted,
            edge.refused,
            edge.waiting,
            edge.silent,
            significant(edge.days),
            edge.used,
        )
        for edge in edges
    ]
    return Sheet("部门往来 Links", heads, rows)
