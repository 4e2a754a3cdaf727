"""The list of commands: there at once, complete, and in both languages."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import shixiao.cli
from shixiao.cli import cli
from shixiao.cli.main import COMMANDS

LISTING = """\
import sys
from click.testing import CliRunner
from shixiao.cli import cli
print(CliRunner().invoke(cli, ["--help"]).output)
print(*sorted(name for name in sys.modules if name.split(".")[0] in {"ibis", "sklearn", "pandas"}))
"""


@pytest.fixture(scope="module")
def listing() -> str:
    done = subprocess.run(
        [sys.executable, "-c", LISTING], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_list_names_each_command_with_its_line(listing: str) -> None:
    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", listing, re.MULTILINE)


def test_the_list_comes_without_loading_an_engine(listing: str) -> None:
    assert listing.splitlines()[-1] == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_listed_command_is_there_and_told_in_both_languages(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name
    for told in (COMMANDS[name], command.help or ""):
        assert re.search(r"[一-鿿]", told)
        assert re.search(r"[a-z]{3}", told)


def test_each_module_that_defines_a_command_is_listed() -> None:
    names = [path.stem for path in Path(shixiao.cli.__file__).parent.glob("[a-z]*.py")]
    modules = {name: importlib.import_module(f"shixiao.cli.{name}") for name in names}
    commands = {
        name for name in names if isinstance(getattr(modules[name], name, None), click.Command)
    }
    assert commands == set(COMMANDS)
