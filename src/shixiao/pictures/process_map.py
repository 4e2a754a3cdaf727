"""Process map: the paths that most cases take, from start to end, read from top to bottom."""

from __future__ import annotations

from shixiao.pictures.palette import SOFT
from shixiao.pictures.process_choice import END, START, Arc, Choice, Node, ProcessMap, choose
from shixiao.pictures.process_drawing import drawn
from shixiao.pictures.scale import shown
from shixiao.pictures.svg import document, label
from shixiao.pictures.text import wrap
from shixiao.terms import Text

__all__ = [
    "END",
    "START",
    "Arc",
    "Choice",
    "Node",
    "ProcessMap",
    "choose",
    "process_caption",
    "process_map_svg",
]

_TITLE = Text("流程图", "Process map")
_EMPTY = Text(
    "没有从开始走到结束的路径可画：至少需要 1 件有始有终的办件。",
    "No path from start to end to draw: at least 1 case with both is needed.",
)
_SHOWN = Text(
    "{cases} 件办件。画出最常走的 {arcs} 条路径、{nodes} 个环节，占全部流转的 {share}%",
    "{cases} cases. Shown: the {arcs} most travelled paths between {nodes} activities, "
    "{share}% of all passages",
)
_LEFT_OUT = Text(
    "；另有 {arcs} 条路径、{nodes} 个环节未画。",
    "; not shown: {arcs} more paths and {nodes} more activities.",
)
_NOTHING_LEFT_OUT = Text("；没有遗漏。", "; nothing is left out.")
_READING = Text(
    "线越粗，走的件数越多；线旁为件数与等待时间的中位数；虚线为退回。",
    " Thicker lines carry more cases; beside a line stand its cases and the median wait; "
    "dashed lines go back.",
)
_ONE_PATH = Text("{from_}→{to}：{count} 件", "{from_} → {to}: {count} cases")


def process_map_svg(
    process: ProcessMap,
    *,
    language: str,
    share: float = 0.8,
    max_nodes: int = 18,
    width: int = 720,
    id_prefix: str = "process",
) -> str:
    """Draw the fewest frequent paths that carry ``share`` of the flow.

    Args:
        process: the whole directly-follows graph.
        language: ``zh`` or ``en``.
        share: part of all passages to show, in (0, 1].
        max_nodes: the most activities to show.
        width: 720 for desktops, 340 for phones; the drawing grows when its rows need more.
        id_prefix: makes the ids unique on a page with several pictures.

    Returns:
        SVG text; a sentence when no path leads from start to end.
    """
    choice = choose(process, share=share, max_nodes=max_nodes)
    if choice.arcs:
        parts, wide, height = drawn(process, choice, width, language)
        described = f"{_caption(process, choice, language)} {_spoken(process, choice, language)}"
    else:
        described = _EMPTY.in_language(language)
        rows = wrap(described, width, 14, lines=3)
        parts = [label(0, 20 + 22 * nth, row, fill=SOFT) for nth, row in enumerate(rows)]
        wide, height = width, 12 + 22.0 * len(rows)
    return document(
        wide,
        height,
        parts,
        title=_TITLE.in_language(language),
        description=described,
        language=language,
        id_prefix=id_prefix,
    )


def process_caption(
    process: ProcessMap, *, language: str, share: float = 0.8, max_nodes: int = 18
) -> str:
    """Say what share of the flow the map shows, what is left out, and how to read it.

    The arguments must be those of ``process_map_svg``.
    """
    return _caption(process, choose(process, share=share, max_nodes=max_nodes), language)


def _caption(process: ProcessMap, choice: Choice, language: str) -> str:
    if not choice.arcs:
        return _EMPTY.in_language(language)
    left_out = choice.left_out or choice.nodes_left_out
    said = _SHOWN.format(
        cases=shown(process.cases, language, 0),
        arcs=len(choice.arcs),
        nodes=len(choice.nodes),
        # Rounded down, so that 99.96 % never reads as all.
        share=shown(int(choice.share * 1000 + 1e-9) / 10, language, 1),
    )
    rest = _LEFT_OUT.format(arcs=choice.left_out, nodes=choice.nodes_left_out)
    tail = rest if left_out else _NOTHING_LEFT_OUT
    return "".join(text.in_language(language) for text in (said, tail, _READING))


def _spoken(process: ProcessMap, choice: Choice, language: str) -> str:
    names = {nth: process.nodes[nth].name.in_language(language) for nth in choice.nodes} | {
        START: "开始" if language == "zh" else "start",
        END: "结束" if language == "zh" else "end",
    }
    paths = [
        _ONE_PATH.format(
            from_=names[arc.source], to=names[arc.target], count=shown(arc.count, language, 0)
        ).in_language(language)
        for arc in choice.arcs
    ]
    return ("；" if language == "zh" else "; ").join(paths)
