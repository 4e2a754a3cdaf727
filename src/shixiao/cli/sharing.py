"""``shixiao sharing``: commands of sharing; each is in a file of its own."""

from __future__ import annotations

import click

from shixiao.cli.sharing_conflicts import conflicts
from shixiao.cli.sharing_conform import conform
from shixiao.cli.sharing_inventory import inventory


@click.group(help="共享：清查、标准、核验 · inventories, standards and conformance of data.")
def sharing() -> None:
    """Hold the subcommands together."""


for _command in (inventory, conform, conflicts):
    sharing.add_command(_command)
