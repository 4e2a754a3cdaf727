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
    return MappingProxyType({protocol.id: protocol for protocol, _ in _shipped()})


def source_of(protocol: str) -> str:
    """Return the YAML text of a shipped protocol, as ``read_protocol`` takes it."""
    return next(text for found, text in _shipped() if found.id == protocol)


@cache
def _shipped() -> tuple[tuple[Protocol, str], ...]:
    folder = files("shixiao.effect.fieldtests").joinpath("data")
    found = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yaml")),
        key=lambda file: file.name,
    )
    return tuple(
        (read_protocol(file.read_bytes(), file.name), file.read_text("utf-8")) for file in found
    )
