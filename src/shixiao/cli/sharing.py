"""``shixiao sharing``: commands of sharing; each is in a file of its own."""

from __future__ import annotations

import click

from shixiao.cli.sharing_conflicts import conflicts
from shixiao.cli.sharing_conform import conform
from shixiao.cli.sharing_inventory import inventory
from shixiao.cli.sharing_match import benchmark, confirm, match


@click.group(
    help="共享：清查、标准、核验、匹配 · inventories, standards and conformance of data, and who "
    "already holds what is asked for."
)
def sharing() -> None:
    """Hold the subcommands together."""


for _command in (inventory, conform, conflicts, match, confirm, benchmark):
    sharing.add_command(_command)
