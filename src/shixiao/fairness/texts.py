"""The sentences of this room, as data with both languages (data/texts.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Text


@cache
def _read() -> dict[str, Any]:
    text = files("shixiao.fairness").joinpath("data/texts.yaml").read_text("utf-8")
    return dict(load_yaml(text))


def note(name: str) -> Text:
    """Return a note."""
    return Text.of(_read()["notes"][name])


def card_text(name: str) -> Text:
    """Return a sentence of the model card."""
    return Text.of(_read()["card"][name])


def finding_texts(name: str) -> dict[str, Text]:
    """Return ``name``, ``says`` and ``disproof`` of a kind of finding."""
    return {key: Text.of(text) for key, text in _read()["findings"][name].items()}


def named_group(group: Mapping[str, str | None]) -> Text:
    """Say whom a group holds; everybody else where it is empty."""
    if not group:
        return note("everybody_else")
    unknown, mark = note("unknown"), note("and")
    zh = mark.zh.join(f"{c}“{unknown.zh if v is None else v}”" for c, v in group.items())
    en = mark.en.join(f"{c} {unknown.en if v is None else v}" for c, v in group.items())
    return Text(zh, en)
