"""``shixiao sharing …``: what departments hold, who needs it, and whether it is asked for again."""

from __future__ import annotations

import click

from shixiao.cli.sharing_match import benchmark, confirm, match


@click.group(
    help="共享：谁已经持有，是否重复索要 · what departments hold and who asks for it again."
)
def sharing() -> None:
    """Hold the subcommands together."""


for _command in (match, confirm, benchmark):
    sharing.add_command(_command)
