"""The network of departments: who asks, who answers or refuses, how long it takes, what runs."""

from __future__ import annotations

from collections.abc import Sequence

from shixiao.checkup.report.cells import Cell, Column, Figure, Table
from shixiao.checkup.report.figures import NARROW, WIDE
from shixiao.checkup.report.speech import Speech, Unit
from shixiao.checkup.sharing_state import SharingState
from shixiao.pictures import Became, Link, Place, network_svg
from shixiao.rules import Clock, RulePack
from shixiao.sharing.silos import Node, Tie
from shixiao.terms import Estimate, Text

DRAWN = 24  # links that can be told apart; half of them the most asked, half the gravest
LISTED = 40
TITLE = Text("部门之间的数据往来", "Data between departments")
SHARE = Unit(100.0, Text("%", "%"), "%")
DAYS = Unit(1.0, Text("工作日", "working days"))
GRAVE = (Became.SILENT, Became.REFUSED)


def network_figure(
    speech: Speech, state: SharingState, *, widths: tuple[int, int] = (WIDE, NARROW)
) -> Figure:
    """Draw the links where most is asked, and those that are refused or not answered.

    Args:
        speech: language.
        state: with the network.
        widths: px of the picture for desktops and of that for phones.
    """
    net = state.net
    nodes, edges = (net.nodes, net.edges) if net is not None else ((), ())
    places = {node.department_id: _place(node, state) for node in nodes}
    chosen = drawn(edges)
    links = [_link(edge, state) for edge in chosen]
    wide, narrow = (
        network_svg(
            places,
            links,
            title=TITLE,
            language=speech.language,
            wide=width,
            id_prefix=speech.id("network"),
        )
        for width in widths
    )
    asked = sum(edge.asked for edge in edges)
    caption = speech.t(
        f"{len(edges):,} 对部门之间有 {asked:,} 件申请；画出其中 {len(chosen):,} 对："
        "要得最多的，以及被拒、没有答复的。线越粗，申请越多；各对的数字见下表。",
        f"{asked:,} requests between {len(edges):,} pairs of departments; {len(chosen):,} pairs are"
        " drawn: those that ask most, and those refused or not answered. The thicker a line, the"
        " more requests; the table below has the numbers.",
    )
    return Figure(wide, narrow, caption, speech.say(TITLE))


def drawn(edges: Sequence[Tie]) -> list[Tie]:
    """Return the links for the picture, as many of the most asked as of the gravest."""
    by_weight = sorted(edges, key=lambda edge: (-edge.asked, -edge.used, edge.asker, edge.provider))
    grave = [edge for edge in by_weight if became(edge) in GRAVE]
    heavy = [edge for edge in by_weight if became(edge) not in GRAVE]
    half = DRAWN // 2
    few = min(len(grave), max(half, DRAWN - len(heavy)))
    return [*heavy[: DRAWN - few], *grave[:few]]


def became(edge: Tie) -> Became:
    """Return what became of what one department asked another for."""
    if edge.used:
        return Became.RUNS
    if edge.granted and edge.granted >= edge.refused:
        return Became.GRANTED
    if edge.refused and edge.refused >= edge.silent:
        return Became.REFUSED
    return Became.SILENT if edge.silent else Became.WAITING


def department_table(speech: Speech, state: SharingState, rules: RulePack) -> Table:
    """Return how every department lists its data and answers those who ask."""
    columns = (
        Column(speech.t("部门", "Department")),
        Column(speech.t("无条件共享（个）", "Without condition"), number=True),
        Column(speech.t("有条件共享（个）", "On condition"), number=True),
        Column(speech.t("不予共享（个）", "Not shared"), number=True),
        Column(speech.t("应答复（件）", "Requests due"), number=True),
        Column(speech.t("按期答复", "Answered in time"), number=True),
        Column(speech.t("不同意", "Refused"), number=True),
        Column(speech.t("答复中位（工作日）", "Median working days"), number=True),
    )
    nodes = state.net.nodes if state.net is not None else ()
    rows = tuple(_department(speech, node, state) for node in nodes)
    free, on_condition = (Clock.of(rules.rule(name)).length for name in ("GDS-21u", "GDS-21c"))
    note = speech.t(
        f"还在答复期限内的申请不算；期限：无条件共享 {free} 个工作日，有条件共享 {on_condition} 个"
        "（《政务数据共享条例》第二十一条）。",
        "Requests still within their time are left out. Working days for an answer (Decree 809,"
        f" art. 21): {free} where data are shared without condition, {on_condition} on condition.",
    )
    return Table(speech.t("各部门的开放程度", "How open departments are"), columns, rows, note)


def link_table(speech: Speech, state: SharingState, *, file: Text) -> Table:
    """Return the numbers of the picture, link by link, those where most is asked first.

    Args:
        speech: language.
        state: with the network.
        file: what the file is called that has all links.
    """
    columns = (
        Column(speech.t("谁来要", "Who asks")),
        Column(speech.t("谁提供", "Who provides")),
        Column(speech.t("申请", "Requests"), number=True),
        Column(speech.t("同意", "Granted"), number=True),
        Column(speech.t("不同意", "Refused"), number=True),
        Column(speech.t("过期没有答复", "No answer in time"), number=True),
        Column(speech.t("答复中位（工作日）", "Median working days"), number=True),
        Column(speech.t("交换次数", "Exchanges"), number=True),
    )
    edges = state.net.edges if state.net is not None else ()
    shown = sorted(edges, key=lambda edge: (-edge.asked, -edge.used, edge.asker, edge.provider))
    picked = {(edge.asker, edge.provider) for edge in drawn(edges)}
    kept = [
        edge
        for place, edge in enumerate(shown)
        if place < LISTED or (edge.asker, edge.provider) in picked
    ]
    rest = len(shown) - len(kept)
    note = speech.t(f"另有 {rest:,} 对见{file.zh}。", f"{rest:,} more pairs are in {file.en}.")
    rows = tuple(_pair(speech, edge, state) for edge in kept)
    caption = speech.t("部门之间的往来", "Between departments")
    return Table(caption, columns, rows, note if rest else "")


def _place(node: Node, state: SharingState) -> Place:
    answers = node.answers
    note = None
    if answers is not None and answers.asked:
        in_time = round((answers.in_time.value or 0.0) * answers.asked)
        note = Text(
            f"按期答复 {in_time:,}/{answers.asked:,}", f"{in_time:,} of {answers.asked:,} in time"
        )
    return Place(state.department(node.department_id), note)


def _link(edge: Tie, state: SharingState) -> Link:
    asker, provider = state.department(edge.asker), state.department(edge.provider)
    says = Text(
        f"{asker.zh}向{provider.zh}申请 {edge.asked:,} 件：同意 {edge.granted:,}、"
        f"不同意 {edge.refused:,}、过期没有答复 {edge.silent:,}；交换 {edge.used:,} 次",
        f"{asker.en} asked {provider.en} {edge.asked:,} times: {edge.granted:,} granted,"
        f" {edge.refused:,} refused, {edge.silent:,} without an answer in time;"
        f" {edge.used:,} exchanges",
    )
    return Link(edge.asker, edge.provider, max(edge.asked, 1), became(edge), says)


def _department(speech: Speech, node: Node, state: SharingState) -> tuple[Cell, ...]:
    name, terms = speech.named(state.department(node.department_id)), node.terms
    silent = speech.t("从不答复", "Never answers")
    first = name._replace(tag=silent, tone="red") if node.silent else name
    wrong = speech.t(
        f"其中 {terms.withheld:,} 个依据不足", f"{terms.withheld:,} without a proper basis"
    )
    listed = (
        Cell(f"{terms.free:,}"),
        Cell(f"{terms.on_condition:,}"),
        Cell(f"{terms.closed + terms.withheld:,}", note=wrong if terms.withheld else ""),
    )
    answers = node.answers
    if answers is None:
        nobody = Estimate.not_assessable(Text("没有部门向它申请", "nobody has asked it"))
        told = (Cell("0"), *(speech.estimate(nobody, unit) for unit in (SHARE, SHARE, DAYS)))
        return (first, *listed, *told)
    told = (
        Cell(f"{answers.asked:,}"),
        speech.estimate(answers.in_time, SHARE),
        speech.estimate(answers.refused, SHARE),
        speech.estimate(answers.days, DAYS),
    )
    return (first, *listed, *told)


def _pair(speech: Speech, edge: Tie, state: SharingState) -> tuple[Cell, ...]:
    days = "—" if edge.days is None else speech.number(edge.days)
    numbers = (edge.asked, edge.granted, edge.refused, edge.silent)
    return (
        speech.named(state.department(edge.asker)),
        speech.named(state.department(edge.provider)),
        *(Cell(f"{number:,}") for number in numbers),
        Cell(days),
        Cell(f"{edge.used:,}"),
    )
