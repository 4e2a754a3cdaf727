"""``shixiao web``: the web server alone, for a site on several machines."""

from __future__ import annotations

import click

from shixiao.cli import listening, processes
from shixiao.cli.site import set_up


@click.command(help="只启动网站 · run the web server alone.")
@listening.host
@listening.port
@listening.workers
def web(host: str, port: int, workers: int) -> None:
    """Run the web server until stopped; the database has to be up to date."""
    set_up()
    processes.run_together([processes.web(host=host, port=port, workers=workers)])
