"""What an invented city is made of: the lists under data/synthetic, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml


@cache
def material(name: str) -> Any:
    """Return the content of ``data/synthetic/NAME.yaml``; callers leave it as it is."""
    path = files("shixiao.potemkin") / "data" / "synthetic" / f"{name}.yaml"
    return load_yaml(path.read_text("utf-8"))
