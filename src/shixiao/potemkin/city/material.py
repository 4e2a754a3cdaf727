"""What an invented city is made of: the lists under data/synthetic, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def material(name: str) -> Any:
    """Return the content of ``data/synthetic/NAME.yaml``; callers leave it as it is."""
    path = files("shixiao.potemkin") / "data" / "synthetic" / f"{name}.yaml"
    return yaml.safe_load(path.read_text("utf-8"))
