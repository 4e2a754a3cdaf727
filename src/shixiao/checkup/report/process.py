"""The process: its map, its activities, its most common variants."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.report.cells import Cell, Column, Figure, Table
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech
from shixiao.pictures import Arc, Node, ProcessMap, choose, duration, process_map_svg
from shixiao.terms import Text

ACTIVITIES, VARIANTS, STEPS = 25, 10, 14
SHARE, NODES = 0.8, 18
MANY = 10  # times the fewest cases that may be told: from here on a map leaves stray paths out
_START, _END = -1, -2


@dataclass(frozen=True, slots=True)
class Process:
    """The section on the process."""

    figure: Figure
    activities: Table
    variants: Table | None
    few_variants: str


def process_part(speech: Speech, lookup: Lookup) -> Process | None:
    """Return map and tables; None when there are no events."""
    evaluation = lookup.evaluation
    if not evaluation.activities:
        return None
    process = process_map(speech, lookup)
    wide, narrow = (
        process_map_svg(
            process,
            language=speech.language,
            share=SHARE,
            max_nodes=NODES,
            width=width,
            id_prefix=speech.id("process"),
        )
        for width in (720, 340)
    )
    caption = _caption(speech, lookup, process)
    figure = Figure(wide, narrow, caption, speech.t("流程图", "Process map"))
    variants = _variants(speech, lookup)
    return Process(
        figure,
        _activities(speech, lookup),
        variants if variants.rows else None,
        _too_varied(speech, lookup) if not variants.rows else "",
    )


def process_map(speech: Speech, lookup: Lookup) -> ProcessMap:
    """Return the directly-follows graph as the pictures take it."""
    evaluation = lookup.evaluation
    nodes = {a.name: nth for nth, a in enumerate(evaluation.activities)}
    arcs = [Arc(nodes[e.source], nodes[e.target], e.count) for e in evaluation.edges]
    arcs += [Arc(_START, nodes[name], n) for name, n in sorted(evaluation.starts.items())]
    arcs += [Arc(nodes[name], _END, n) for name, n in sorted(evaluation.ends.items())]
    cases = evaluation.store.meta.cases
    # A few stray cases would cover a large map with lines; a small one is made of little else.
    fewest = lookup.minimum if cases >= MANY * lookup.minimum else 1
    return ProcessMap(
        tuple(
            Node(Text.of(speech.name(lookup.activity(a.name))), a.events)
            for a in evaluation.activities
        ),
        tuple(arc for arc in arcs if arc.count >= fewest),
        cases,
    )


def _caption(speech: Speech, lookup: Lookup, process: ProcessMap) -> str:
    """Say what part of all passages the map shows, and how to read it."""
    choice = choose(process, share=SHARE, max_nodes=NODES)
    evaluation = lookup.evaluation
    drawn = sum(arc.count for arc in choice.arcs)
    counts = [e.count for e in evaluation.edges]
    counts += [*evaluation.starts.values(), *evaluation.ends.values()]
    # Rounded down, so that 99.96 % never reads as all.
    share = f"{int(1000 * drawn / sum(counts) + 1e-9) / 10:.1f}%"
    cases, paths = speech.cases(process.cases), len(counts) - len(choice.arcs)
    nodes = len(process.nodes) - len(choice.nodes)
    return speech.t(
        f"{cases}。画出最常走的 {len(choice.arcs)} 条路径、{len(choice.nodes)} 个环节，"
        f"占全部流转的 {share}；另有 {paths} 条路径、{nodes} 个环节未画。"
        "线越粗，走的次数越多，线旁是次数；虚线是退回。",
        f"{cases}. Shown are the {len(choice.arcs)} most travelled paths between"
        f" {len(choice.nodes)} activities, {share} of all passages; {paths} paths and {nodes}"
        " activities are not drawn. Thicker lines are taken more often, as the numbers beside them"
        " say; dashed lines go back.",
    )


def _activities(speech: Speech, lookup: Lookup) -> Table:
    evaluation = lookup.evaluation
    shown = evaluation.activities[:ACTIVITIES]
    columns = (
        Column(speech.t("环节", "Activity")),
        Column(speech.t("次数", "Events"), number=True),
        Column(speech.t("办件", "Cases"), number=True),
        Column(speech.t("返工的办件", "Cases with rework"), number=True),
        Column(speech.t("之前等待（中位）", "Wait before, median"), number=True),
    )
    rows = tuple(
        (
            speech.named(lookup.activity(a.name)),
            Cell(speech.few(a.events, lookup.minimum)),
            Cell(speech.few(a.cases, lookup.minimum)),
            Cell(speech.few(a.rework_cases, lookup.minimum)),
            Cell(
                speech.t("只在开头", "only at the start")
                if a.wait_median is None
                else duration(a.wait_median, speech.language)
            ),
        )
        for a in shown
    )
    rest = len(evaluation.activities) - len(shown)
    more = ""
    if rest:
        more = speech.t(
            f"这里是最常见的 {len(shown)} 个环节，其余 {rest} 个见 tables.xlsx。",
            f"The {len(shown)} most common activities; the other {rest} are in tables.xlsx. ",
        )
    note = more + speech.t(
        f"返工：同一环节在一件里再次出现。不足 {lookup.minimum} 件的写作 1–{lookup.minimum - 1}。",
        "Rework: an activity that recurs in the same case. Counts below"
        f" {lookup.minimum} are written 1–{lookup.minimum - 1}.",
    )
    return Table(speech.t("各环节", "Activities"), columns, rows, note)


def _variants(speech: Speech, lookup: Lookup) -> Table:
    evaluation = lookup.evaluation
    total = evaluation.store.meta.cases
    shown = [v for v in evaluation.variants[:VARIANTS] if v.cases >= lookup.minimum]
    columns = (
        Column(speech.t("走法", "Variant")),
        Column(speech.t("步数", "Steps"), number=True),
        Column(speech.t("办件", "Cases"), number=True),
        Column(speech.t("占比", "Share"), number=True),
        Column(speech.t("累计", "Cumulative"), number=True),
    )
    rows, seen = [], 0
    for variant in shown:
        seen += variant.cases
        rows.append(
            (
                _path(speech, lookup, variant.activities),
                Cell(str(len(variant.activities))),
                Cell(speech.count(variant.cases)),
                Cell(speech.percent(variant.cases / total)),
                Cell(speech.percent(seen / total)),
            )
        )
    note = speech.t(
        f"共 {evaluation.variant_count:,} 种走法，{total:,} 件；"
        f"走法少于 {lookup.minimum} 件的不列出。",
        f"{evaluation.variant_count:,} variants over {total:,} cases; variants of fewer than"
        f" {lookup.minimum} cases are not listed.",
    )
    return Table(speech.t("最常见的走法", "Most common variants"), columns, tuple(rows), note)


def _path(speech: Speech, lookup: Lookup, activities: tuple[str, ...]) -> Cell:
    names = [speech.name(lookup.activity(name), room=40) for name in activities]
    whole = " → ".join(names)
    if len(names) <= STEPS:
        return Cell(whole)
    rest = len(names) - STEPS
    more = speech.t(f" → 另有 {rest} 步", f" → {rest} more steps")
    return Cell(" → ".join(names[:STEPS]) + more, title=whole)


def _too_varied(speech: Speech, lookup: Lookup) -> str:
    evaluation = lookup.evaluation
    return speech.t(
        f"{evaluation.store.meta.cases:,} 件有 {evaluation.variant_count:,} 种走法，"
        f"没有一种达到 {lookup.minimum} 件，不列出。",
        f"{evaluation.store.meta.cases:,} cases took {evaluation.variant_count:,} variants; none"
        f" has {lookup.minimum} cases, so none is listed.",
    )
