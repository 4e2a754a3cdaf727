"""The protocols that ship: one for a service, one for a call-back, one for an app."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from shixiao.effect.fieldtests.protocol import Protocol
from shixiao.effect.fieldtests.reading import read_protocol


@cache
def protocols() -> Mapping[str, Protocol]:
    """Return the protocols that ship, by id, in the order of their files."""
    folder = files("shixiao.effect.fieldtests").joinpath("data")
    found = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yaml")),
        key=lambda file: file.name,
    )
    read = [read_protocol(file.read_bytes(), file.name) for file in found]
    return MappingProxyType({protocol.id: protocol for protocol in read})
