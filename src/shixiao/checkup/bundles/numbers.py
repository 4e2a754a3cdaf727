"""Numbers: every leaf of a result under a name that says where it is published.

Two results are compared leaf by leaf, so a leaf needs a name that holds in both: entries of lists
are called by what they speak of (kind, subject, measure, arm), not by their place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Leaf = str | int | float | bool | None

# What an entry of each list is called by, outermost first; the path leaves out list indices.
KEYS: Mapping[str, tuple[str, ...]] = {
    "inputs": ("name",),
    "measures": ("subject", "measure", "arm_column", "arm"),
    "comparisons": ("subject", "measure", "column", "a", "b", "suggested"),
    "verdicts": ("subject", "column", "a", "b"),
    "rankings": ("column", "measure"),
    "rankings/places": ("id",),
    "chains": ("matter_id",),
    "findings": ("kind", "subject", "measure", "locator"),
    "tests": ("kind", "subject", "measure", "locator"),
    "index": ("subject", "dimension"),
    "index/parts": ("indicator",),
    "funnels": ("indicator",),
    "funnels/dots": ("subject",),
    "agreement": ("group",),
    "process/edges": ("from", "to"),
    "process/activities": ("name",),
    "process/top_variants": ("activities",),
    "not_assessable": ("measure",),
}
CONTEXT = ("inputs", "seed")
"""Numbers of the manifest: they say what a result rests on and are no result themselves."""


def leaves(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return every leaf of a result, or of a part of one, by name and in order."""
    return dict(_walk(result, "", ""))


def is_number(leaf: Leaf) -> bool:
    """True for a whole or broken number; truth values are none."""
    return isinstance(leaf, int | float) and not isinstance(leaf, bool)


def numbers(result: Mapping[str, Any]) -> dict[str, int | float]:
    """Return the published numbers of a result by name."""
    named = {key: part for key, part in result.items() if key not in CONTEXT}
    return {
        what: leaf
        for what, leaf in leaves(named).items()
        if isinstance(leaf, int | float) and not isinstance(leaf, bool)
    }


def entry_name(section: str, entry: Mapping[str, Any]) -> str:
    """Return what an entry of a list is called: ``service:S1/steps/channel/online``."""
    return "/".join(_word(entry.get(key)) for key in KEYS[section])


def _walk(value: Any, path: str, shape: str) -> Iterator[tuple[str, Any]]:
    """Go through a value; ``path`` names it, ``shape`` is its path without names of entries."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _walk(part, _below(path, str(key)), _below(shape, str(key)))
    elif isinstance(value, list | tuple) and shape in KEYS:
        met: Counter[str] = Counter()
        for entry in value:
            name = entry_name(shape, entry)
            met[name] += 1
            again = f"#{met[name]}" if met[name] > 1 else ""
            yield from _walk(entry, _below(path, name + again), shape)
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from _walk(part, f"{path}/{place + 1}", shape)
    else:
        yield path, value


def _below(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _word(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return f"{value['kind']}:{value['id']}"
    return ">".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
