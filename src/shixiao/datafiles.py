"""数据文件: YAML, in which rules, texts and thresholds are written, read safely and fast."""

from __future__ import annotations

from typing import Any

import yaml

try:  # libyaml takes an eighth of the time of the loader in Python
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

__all__ = ["SafeLoader", "load_yaml"]


def load_yaml(text: str | bytes) -> Any:
    """Return what a YAML document says: plain lists, mappings, texts and numbers.

    Raises:
        yaml.YAMLError: it is no YAML.
    """
    return yaml.load(text, Loader=SafeLoader)
