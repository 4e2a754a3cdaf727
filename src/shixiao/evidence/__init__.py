"""证据: evidence packages and logs in, checked, hashed, built into a store, read on an engine.

What needs an engine is imported when it is first asked for: a command that only reads a table would
else wait most of a second for one.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shixiao.evidence.engines import Engine, connect
    from shixiao.evidence.gate import Quality, QualityFigure, judge, share_of_all
    from shixiao.evidence.mapping import ColumnMapping, load_mapping
    from shixiao.evidence.preparing import Request, prepare
    from shixiao.evidence.store import Store, StoreMeta

_PLACES = {
    "engines": ("Engine", "connect"),
    "gate": ("Quality", "QualityFigure", "judge", "share_of_all"),
    "mapping": ("ColumnMapping", "load_mapping"),
    "preparing": ("Request", "prepare"),
    "store": ("Store", "StoreMeta"),
}

__all__ = [
    "ColumnMapping",
    "Engine",
    "Quality",
    "QualityFigure",
    "Request",
    "Store",
    "StoreMeta",
    "connect",
    "judge",
    "load_mapping",
    "prepare",
    "share_of_all",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for from its module (PEP 562)."""
    for module, names in _PLACES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
