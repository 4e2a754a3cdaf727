"""``shixiao worker``: jobs, schedules and the ledger, apart from the web server."""

from __future__ import annotations

import click

from shixiao.cli import processes
from shixiao.cli.progress import progress
from shixiao.cli.site import bring_up_to_date, set_up
from shixiao.settings import Settings


@click.command(help="只启动后台任务和存证 · run worker and ledger alone.")
def worker() -> None:
    """Run jobs, schedules and the sequencer until stopped."""
    set_up()
    with progress(language=Settings.from_environment().language, quiet=False) as report:
        bring_up_to_date(report)
    processes.run_together([processes.worker(), processes.sequencer()])
