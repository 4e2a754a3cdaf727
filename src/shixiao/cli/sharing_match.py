"""``sharing match``, ``confirm`` and ``benchmark``: which elements answer what a form asks?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shixiao.cli.progress import progress
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

if TYPE_CHECKING:
    from shixiao.sharing.matching import Match, Score

THRESHOLD = "MAT-01"
SHOWN, WIDEST = 300, 80  # items that are printed, and signs of a name
FILE = click.Path(path_type=Path, dir_okay=False)
_json = click.option(
    "--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only"
)


@click.command(
    help="匹配：每项要求由哪个部门的哪个数据元已经持有 · find the data element that already holds "
    "what each item asks for.\n\n"
    "REQUIREMENTS: item_id, item_name, kind, … · ELEMENTS: element_id, name, definition, … "
    "（CSV、XLSX 或 Parquet；列见证据包 · columns as in the evidence package）"
)
@click.argument("requirements", type=FILE, metavar="REQUIREMENTS")
@click.argument("elements", type=FILE, metavar="ELEMENTS")
@click.option(
    "--learned",
    type=FILE,
    metavar="FILE",
    help="已确认和已否定的对照（YAML）· what people have confirmed or refuted",
)
@_json
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def match(
    *, requirements: Path, elements: Path, learned: Path | None, as_json: bool, quiet: bool
) -> None:
    """Match and print."""
    from shixiao.rules import load_pack
    from shixiao.sharing import matching

    language = Settings.from_environment().language
    threshold = load_pack().number(THRESHOLD)
    with progress(language=language, quiet=quiet) as report:
        report(Text("读取要求和数据元", "Reading requirements and elements"))
        asked, held = matching.read_requirements(requirements), matching.read_elements(elements)
        known = matching.read_learned(learned) if learned else None
        report(Text("匹配", "Matching"))
        found = matching.match(
            [each.item for each in asked], held, threshold=threshold, learned=known
        )
    if as_json:
        answer = matching.told(asked, found, threshold=threshold)
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        return
    for line in _lines(found):
        click.echo(line.in_language(language))


@click.command(
    help="确认或否定一对匹配，词典随之学习 · confirm or refute a match; the dictionary learns.\n\n"
    "ITEM: 要求的名称 · wording of the item; ELEMENT: 数据元编码或名称 · id or name of the element"
)
@click.argument("item", metavar="ITEM")
@click.argument("element", metavar="ELEMENT")
@click.option(
    "--learned", type=FILE, required=True, metavar="FILE", help="记在哪个文件 · where it is kept"
)
@click.option("--by", required=True, metavar="NAME", help="确认人 · who decides")
@click.option(
    "--at",
    metavar="TIME",
    help="何时，ISO 8601，含时区；默认现在 · when, with its zone; now by default",
)
@click.option(
    "--refute",
    is_flag=True,
    help="否定：这个数据元不是所要的 · the element is not what is asked for",
)
@click.option(
    "--elements",
    type=FILE,
    metavar="FILE",
    help="数据元清单，由编码查得名称 · elements, to know the name of an id",
)
@_json
def confirm(
    *,
    item: str,
    element: str,
    learned: Path,
    by: str,
    at: str | None,
    refute: bool,
    elements: Path | None,
    as_json: bool,
) -> None:
    """Keep a decision."""
    from shixiao.sharing import matching

    name = ""
    if elements is not None:
        held = matching.read_elements(elements)
        name = next((each.name for each in held if each.id == element), "")
    decision = matching.Decision(item, element, not refute, by, _moment(at), name)
    added = matching.confirm(learned, decision)
    if as_json:
        answer = {
            "schema": "shixiao/confirm/1",
            "item": item,
            "element": element,
            "same": not refute,
            "added": added,
        }
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    said = (
        Text("已记下。", "Kept.") if added else Text("此前已有同样的记录。", "It was kept before.")
    )
    click.echo(said.in_language(Settings.from_environment().language))


@click.command(
    help="公开基准的成绩：hit@1、hit@5、MRR 及区间 · the score on the public benchmark, with "
    "intervals.\n\n"
    "PREDICTIONS: sharing match --json 的输出；不给则当场匹配 · what sharing match --json prints; "
    "without it, the match is made on the spot"
)
@click.argument("predictions", type=FILE, required=False, metavar="[PREDICTIONS]")
@click.option(
    "--part",
    type=click.Choice(["train", "heldout"]),
    default="heldout",
    show_default=True,
    help="训练部分或留出部分 · which part",
)
@_json
def benchmark(*, predictions: Path | None, part: str, as_json: bool) -> None:
    """Grade and print."""
    from shixiao.rules import load_pack
    from shixiao.sharing import matching

    asked = matching.questions(part)
    if predictions is None:
        found = matching.match(
            [question.item for question in asked],
            matching.elements(),
            threshold=load_pack().number(THRESHOLD),
        )
        given = matching.predictions(found)
    else:
        given = matching.read_predictions(predictions)
    score = matching.grade(given, asked)
    if as_json:
        answer = {"schema": "shixiao/match-benchmark/1", "part": part} | _score(score)
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        return
    language = Settings.from_environment().language
    for line in _score_lines(score):
        click.echo(line.in_language(language))


def _lines(found: Sequence[Match]) -> Iterator[Text]:
    for match_of_item in found[:SHOWN]:
        whole = match_of_item.item.name
        name = whole if len(whole) <= WIDEST else f"{whole[:WIDEST]}…"
        if match_of_item.none:
            yield Text(f"{name}：都不像", f"{name}: none of them")
        else:
            yield Text(f"{name}：", f"{name}:")
        for candidate in match_of_item.candidates:
            element = candidate.element
            why = [reason.to_json() for reason in candidate.reasons]
            zh, en = "；".join(r["zh"] for r in why), "; ".join(r["en"] for r in why)
            head = f"  {candidate.score:.2f}  {element.id} {element.name}"
            yield Text(f"{head}（{zh}）", f"{head} ({en})")
    if len(found) > SHOWN:
        yield Text(
            f"共 {len(found)} 项，其余请用 --json。",
            f"{len(found)} items; use --json for the rest.",
        )


def _score(score: Score) -> dict[str, Any]:
    return {
        "hit_at_1": score.hit1.to_json(),
        "hit_at_5": score.hit5.to_json(),
        "mrr": score.mrr.to_json(),
        "none_right": score.none_right.to_json(),
        "none_wrong": score.none_wrong.to_json(),
    }


def _score_lines(score: Score) -> Iterator[Text]:
    for name, estimate in (
        (Text("hit@1", "hit@1"), score.hit1),
        (Text("hit@5", "hit@5"), score.hit5),
        (Text("MRR", "MRR"), score.mrr),
        (Text("本无答案而答“都不是”", "no answer, and said so"), score.none_right),
        (Text("本有答案而答“都不是”", "an answer, and said none"), score.none_wrong),
    ):
        shown = f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}] n = {estimate.n}"
        yield Text(f"{name.zh}：{shown}", f"{name.en}: {shown}")


def _moment(at: str | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput(
            Text(
                f"--at 不是带时区的时间：{at}；例如 2026-11-28T09:00:00+08:00。",
                f"--at is no time with its zone: {at}; write 2026-11-28T09:00:00+08:00",
            )
        )
    return moment
