"""Choices whose words may be Chinese on an English page: each says so to readers aloud."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from shixiao.web.shell.pages import HAN, mixed


class Named(forms.Select):
    """A list to choose from, each entry marked as Chinese where it is."""

    def create_option(self, *args: Any, **given: Any) -> dict[str, Any]:
        """Return an entry; what cites Chinese is marked, for an option holds no marks inside."""
        made = super().create_option(*args, **given)
        if HAN.search(str(made["label"])):
            made["attrs"]["lang"] = "zh-Hans"
        return made


def labelled(labels: Iterable[str]) -> list[tuple[str, Any]]:
    """Return labels of articles as choices of boxes to tick."""
    return [(label, mixed(label)) for label in labels]
