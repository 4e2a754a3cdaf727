"""What is wrong with a command line, said in both languages; click knows one."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

import click
from click import exceptions as wrong

from shixiao.terms import Text

EXTRA = re.compile(r"^Got unexpected extra arguments? \((.+)\)$")


def told(error: click.ClickException) -> Text:
    """Return what is wrong and, where the command is known, where its usage is told."""
    said = _said(error)
    context = getattr(error, "ctx", None)
    if context is None:
        return said
    path = f"{context.command_path} --help"
    return Text(f"{said.zh}用法见 {path}。", f"{said.en} For its usage run {path}.")


def _said(error: click.ClickException) -> Text:
    english = error.format_message()
    said = Text(f"命令行写得不对：{english}", english)
    match error:
        case wrong.NoSuchCommand(command_name=name):
            said = _unknown("命令", "command", name, _commands(error.ctx))
        case wrong.NoSuchOption(option_name=name):
            said = _unknown("选项", "option", name, error.possibilities or ())
        case wrong.MissingParameter(param=click.Parameter() as parameter):
            name = _name(parameter)
            said = Text(f"缺少 {name}。", f"{name} is missing.")
        case wrong.BadParameter(param=click.Parameter() as parameter):
            said = _unfit(_name(parameter), parameter.type)
        case wrong.BadOptionUsage(option_name=name) if "requires" in error.message:
            said = Text(f"{name} 后面没有给出值。", f"{name} is given without a value.")
        case wrong.BadOptionUsage(option_name=name):
            said = Text(f"{name} 不带值。", f"{name} takes no value.")
        case _ if extra := EXTRA.search(english):
            said = Text(f"多出了 {extra[1]}。", f"{extra[1]} is too many.")
    return said


def _commands(context: click.Context | None) -> list[str]:
    group = context.command if context else None
    return group.list_commands(context) if context and isinstance(group, click.Group) else []


def _unknown(kind: str, word: str, name: str, known: Collection[str]) -> Text:
    near = get_close_matches(name, known)
    if not near:
        return Text(f"没有{kind} {name}。", f"There is no {word} {name}.")
    return Text(
        f"没有{kind} {name}，是不是要写 {'、'.join(near)}？",
        f"There is no {word} {name}. Did you mean {' or '.join(near)}?",
    )


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.make_metavar(click.Context(click.Command(None)))


def _unfit(name: str, kind: click.ParamType[Any]) -> Text:
    """Say that a value is not right, and what would have been."""
    match kind:
        case click.Choice(choices=choices):
            names = list(map(str, choices))
            must = Text(f"只能是 {'、'.join(names)}", f"it must be {' or '.join(names)}")
        case click.IntRange(min=low):
            must = Text(f"应是不小于 {low} 的整数", f"it must be a whole number of at least {low}")
        case click.Path(file_okay=False):
            must = Text("应是文件夹而不是文件", "it must be a folder and is a file")
        case click.Path(dir_okay=False):
            must = Text("应是文件而不是文件夹", "it must be a file and is a folder")
        case _ if kind is click.INT:
            must = Text("应是整数", "it must be a whole number")
        case _:
            must = Text("请对照用法", "compare its usage")
    return Text(f"{name} 的值不对：{must.zh}。", f"The value of {name} is not right: {must.en}.")
