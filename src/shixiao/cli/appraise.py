"""``shixiao appraise``: an appraisal scheme on the scales, and the round in which it is used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from shixiao.checkup import Question, evaluate, result_json, schemes
from shixiao.cli.appraise_table import show
from shixiao.cli.folders import deliver
from shixiao.cli.progress import progress
from shixiao.evidence.readers import TABULAR, Kind, sniff
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

FILES = ("appraisal.json", "appraisal.xlsx")
LARGEST_ROUND = 1 << 26  # bytes


@click.command(
    help="考核办法体检 · put an appraisal scheme (考核细则) on the scales.\n\n"
    "SCHEME: XLSX or CSV with the columns 指标名称, 指标说明, 权重 (name, description, weight). "
    "EVIDENCE: scores of departments (a column 部门 and one per indicator, 0 to 100), or an "
    "evidence package."
)
@click.argument("scheme", type=click.Path(path_type=Path), metavar="SCHEME")
@click.argument("evidence", required=False, type=click.Path(path_type=Path), metavar="[EVIDENCE]")
@click.option("--seed", default=20260101, show_default=True, help="随机种子 · random seed")
@click.option(
    "--rules",
    "packs",
    multiple=True,
    metavar="PACK",
    help="规则包，可叠加 · rule pack, may be given again to layer  [default: cn-2026]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="输出目录：appraisal.json、appraisal.xlsx · folder for the results",
)
@click.option(
    "--freeze",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="冻结考核办法，开一轮 · freeze the scheme and open a round",
)
@click.option(
    "--round",
    "round_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="按已冻结的一轮测算 · measure in a frozen round",
)
@click.option(
    "--contest",
    "contests",
    multiple=True,
    metavar="'INDICATOR: REASON'",
    help="对指标提出异议 · contest an indicator of the round",
)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="'NUMBER: ANSWER'",
    help="答复异议 · answer a contest of the round",
)
@click.option("--publish", is_flag=True, help="公布本轮结果 · publish the round")
@click.option(
    "--on", "day", metavar="DATE", help="办理日期，如 2026-03-02 · the day on which this happens"
)
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def appraise(
    scheme: Path,
    evidence: Path | None,
    seed: int,
    packs: tuple[str, ...],
    out: Path | None,
    freeze: Path | None,
    round_file: Path | None,
    contests: tuple[str, ...],
    answers: tuple[str, ...],
    publish: bool,
    day: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Judge the scheme, rank anew where there is evidence, keep the round, deliver the answer."""
    settings = Settings.from_environment()
    steps = _Steps(freeze, round_file, contests, answers, publish, day)
    read = schemes.read_scheme(scheme)
    steps.check(read)
    pack = load_pack(*packs)
    with progress(language=settings.language, quiet=quiet) as report:
        report(Text("判定每项指标", "Judging each indicator"))
        judged = schemes.appraise(read, rules=pack)
        ranking = schemes.Reranking(notes=(schemes.NO_EVIDENCE,))
        if evidence is not None:
            ranking = _ranking(evidence, judged, seed=seed, packs=packs, report=report)
    result = schemes.appraisal_json(judged, ranking, seed=seed)
    kept = steps.take(read, result)
    answer = {**result, "round": kept.to_json() | {"results": None} if kept else None}
    if out is not None:
        written = json.dumps(answer, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        workbook = schemes.appraisal_xlsx(judged, ranking)
        deliver(out, dict(zip(FILES, (written.encode(), workbook), strict=True)))
    steps.save(kept)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        return
    show(judged, ranking, kept, language=settings.language)
    if out is not None:
        label = "体检表" if settings.language == "zh" else "Critique"
        click.echo(f"{label}: {out / FILES[1]}")


def _ranking(
    evidence: Path,
    judged: schemes.Appraisal,
    *,
    seed: int,
    packs: tuple[str, ...],
    report: Callable[[Text], None],
) -> schemes.Reranking:
    """Rank by a table of scores or by the index of an evidence package, whichever is given."""
    kind = sniff(evidence, file=evidence.name)
    if kind in TABULAR:
        scores = schemes.read_scores(evidence, judged.scheme)
        return schemes.ranking_from_scores(scores, judged, rules=judged.rules, seed=seed)
    if kind is not Kind.PACKAGE:
        raise BadInput(
            Text(
                "重排名次需要得分表（XLSX、CSV）或证据包，而不是事件日志。",
                "ranking anew needs a table of scores (XLSX, CSV) or an evidence package, not an "
                "event log",
            ),
            file=evidence.name,
        )
    question = Question(paths=(evidence,), seed=seed, packs=packs or ("cn-2026",))
    found = evaluate(question, settings=Settings.from_environment(), progress=report)
    return schemes.ranking_from_index(result_json(found)["index"])


class _Steps:
    """What the call does to a round: freeze it, or measure, contest, answer, publish."""

    def __init__(
        self,
        freeze: Path | None,
        round_file: Path | None,
        contests: tuple[str, ...],
        answers: tuple[str, ...],
        publish: bool,
        day: str | None,
    ) -> None:
        if freeze and round_file:
            raise BadInput(
                Text(
                    "--freeze 和 --round 一次只能用一个。",
                    "use either --freeze or --round, not both",
                )
            )
        if (contests or answers or publish) and not round_file:
            raise BadInput(
                Text(
                    "异议、答复和公布要用 --round 指明是哪一轮。",
                    "say with --round which round is contested, answered or published",
                )
            )
        self.freeze, self.file = freeze, round_file
        self.contests, self.answers, self.publish = contests, answers, publish
        self.on = _day(day) if freeze or round_file else None
        if freeze and freeze.exists():
            raise BadInput(
                Text(
                    "这个文件已经存在；冻结后的一轮不能覆盖。",
                    "this file exists; a frozen round is not overwritten",
                ),
                file=freeze.name,
            )

    def check(self, scheme: schemes.Scheme) -> None:
        """Refuse a scheme that is not the frozen one before anything is computed."""
        if self.file is not None:
            _read_round(self.file).check_scheme(scheme)

    def take(self, scheme: schemes.Scheme, result: dict[str, Any]) -> schemes.Round | None:
        """Return the round after this call, or None where there is no round."""
        if self.on is None:
            return None
        if self.file is None:
            return schemes.Round.freeze(scheme, on=self.on)
        kept = _read_round(self.file)
        if not (self.contests or self.answers or self.publish):
            return kept.measure(scheme, result, on=self.on)
        for text in self.contests:
            indicator, reason = _pair(text, "--contest")
            kept = kept.contest(indicator, reason, on=self.on)
        for text in self.answers:
            number, words = _pair(text, "--answer")
            kept = kept.answer(_number(number), words, on=self.on)
        return kept.publish(on=self.on) if self.publish else kept

    def save(self, kept: schemes.Round | None) -> None:
        """Write the round beside its place and move it there."""
        target = self.freeze or self.file
        if kept is None or target is None:
            return
        content = json.dumps(kept.to_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        deliver(target.parent, {target.name: content.encode()})


def _read_round(path: Path) -> schemes.Round:
    try:
        if path.stat().st_size > LARGEST_ROUND:
            raise ValueError
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise BadInput(
            Text(
                "读不出这一轮的记录；请使用 --freeze 写出的文件。",
                "the record of the round cannot be read; use the file that --freeze wrote",
            ),
            file=path.name,
        ) from None
    return schemes.Round.from_json(value, file=path.name)


def _day(text: str | None) -> date:
    try:
        if text is not None and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass  # the right form for a day that does not exist, said below like any other
    raise BadInput(
        Text(
            "请用 --on 写明日期，如 --on 2026-03-02。",
            "give the day with --on, for example --on 2026-03-02",
        )
    )


def _pair(text: str, option: str) -> tuple[str, str]:
    head, _, rest = text.replace("：", ":", 1).partition(":")
    if head.strip() and rest.strip():
        return head.strip(), rest.strip()
    raise BadInput(
        Text(
            f"{option} 应写成“名称: 内容”，而不是“{text[:60]}”。",
            f"{option} reads “name: words”, not “{text[:60]}”",
        )
    )


def _number(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise BadInput(
        Text(
            f"--answer 以异议的编号开头，如“1: 已核实”，而不是“{text[:60]}”。",
            f"--answer begins with the number of the contest, as “1: checked”, not “{text[:60]}”",
        )
    )
