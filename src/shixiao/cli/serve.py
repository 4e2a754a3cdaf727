"""``shixiao serve``: web, worker and ledger together, for one machine."""

from __future__ import annotations

import click

from shixiao.cli import listening, processes
from shixiao.cli.progress import progress
from shixiao.cli.site import bring_up_to_date, set_up
from shixiao.settings import Settings
from shixiao.terms import Text

OPEN = Text(
    "网站已启动：http://{host}:{port}（按 Ctrl+C 停止）",
    "The site is at http://{host}:{port} (Ctrl+C stops it)",
)


@click.command(help="启动网站、后台任务和存证 · run web, worker and ledger on one machine.")
@listening.host
@listening.port
@listening.workers
def serve(host: str, port: int, workers: int) -> None:
    """Run everything until stopped."""
    set_up()
    language = Settings.from_environment().language
    with progress(language=language, quiet=False) as report:
        bring_up_to_date(report)
    click.echo(OPEN.format(host=host, port=port).in_language(language), err=True)
    processes.run_together(
        [
            processes.web(host=host, port=port, workers=workers),
            processes.worker(),
            processes.sequencer(),
        ]
    )
