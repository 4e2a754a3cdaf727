"""Sources: where indicators come from; one file per kind of evidence, each registers itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable

from shixiao.checkup.index.components import Peers
from shixiao.checkup.index.groundwork import Groundwork

Source = Callable[[Groundwork], Iterable[Peers]]
_SOURCES: dict[str, Source] = {}


def source(indicator: str) -> Callable[[Source], Source]:
    """Register a function as the source of an indicator."""

    def register(function: Source) -> Source:
        if indicator in _SOURCES:
            raise ValueError(f"Indicator {indicator} has two sources")
        _SOURCES[indicator] = function
        return function

    return register


def sources() -> dict[str, Source]:
    """Return indicator → source, after every file of this package has registered its own."""
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return dict(_SOURCES)
