"""命令: the ``shixiao`` command, one subcommand per capability."""

from shixiao.cli.main import cli, main

__all__ = ["cli", "main"]
