"""``shixiao sharing``: commands of sharing; each is in a file of its own."""

from __future__ import annotations

import click

from shixiao.cli.sharing_conflicts import conflicts
from shixiao.cli.sharing_conform import conform
from shixiao.cli.sharing_inventory import inventory
from shixiao.cli.sharing_lifecycle import lifecycle
from shixiao.cli.sharing_match import benchmark, confirm, match


@click.group(
    help="共享：清查、标准、匹配、生命周期 · inventories, standards, matching, life of data."
)
def sharing() -> None:
    """Hold the subcommands together."""


for _command in (inventory, conform, conflicts, match, confirm, benchmark, lifecycle):
    sharing.add_command(_command)
