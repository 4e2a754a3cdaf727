"""``shixiao sharing``: the group; each command stands in a file of its own."""

from __future__ import annotations

import click

from shixiao.cli.sharing_get import get
from shixiao.cli.sharing_leak import leak


@click.group(help="数据共享 · sharing of data between departments.")
def sharing() -> None:
    """Hold the subcommands together."""


for _command in (get, leak):
    sharing.add_command(_command)
