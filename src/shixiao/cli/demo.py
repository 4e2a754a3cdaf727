"""``shixiao demo``: a small example city, evaluated; or the same for a user's own evidence."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from shixiao.checkup import Question, evaluate
from shixiao.checkup.delivery import deliver
from shixiao.cli.evaluate import summarise
from shixiao.cli.progress import progress
from shixiao.effect import Comparison
from shixiao.potemkin import write_example_city
from shixiao.settings import Settings
from shixiao.terms import Text


@click.command(help="演示：生成样板城并评估 · build a small example city and evaluate it.")
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    help="改用自己的日志或证据包 · take your own log or package instead",
)
@click.option(
    "--out",
    default=Path("build/demo"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="输出目录 · folder for the results",
)
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def demo(evidence: Path | None, out: Path, quiet: bool) -> None:
    """Evaluate the example city, or what ``--evidence`` names, and say where the report is."""
    settings = Settings.from_environment()
    with (
        tempfile.TemporaryDirectory(prefix="shixiao-demo-") as folder,
        progress(language=settings.language, quiet=quiet) as report,
    ):
        if evidence is None:
            report(Text("生成样板城“云泽市”", "Building the example city of Yunze"))
            package = write_example_city(Path(folder) / "yunze")
            comparison = Comparison("channel", "online", "counter")
            question = Question(paths=(package,), comparison=comparison)
        else:
            question = Question(paths=(evidence,))
        evaluation = evaluate(question, settings=settings, progress=report)
        report(Text("写出报告", "Writing the report"))
        deliver(evaluation, out)
    summarise(evaluation, settings.language, out)
