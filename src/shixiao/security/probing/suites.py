"""Suites: the codes of cipher suites, by what is wrong with them.

Source: IANA registry "TLS Cipher Suites", in ``probes/data/suites.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml


@cache
def groups() -> Mapping[str, Mapping[int, str]]:
    """Return group → code → name, as the registry writes them."""
    raw = files("shixiao.security.probing.probes").joinpath("data/suites.yaml").read_text("utf-8")
    return {
        group: {int(code): str(name) for code, name in listed.items()}
        for group, listed in load_yaml(raw).items()
    }


def codes(*wanted: str) -> tuple[int, ...]:
    """Return the codes of groups, in order."""
    return tuple(code for group in wanted for code in groups()[group])


def group_of(code: int) -> str:
    """Return the group of a suite; "" for one that is in none."""
    return next((group for group, listed in groups().items() if code in listed), "")


def name_of(code: int) -> str:
    """Return the name of a suite; its number where it has none here."""
    return groups().get(group_of(code), {}).get(code, f"0x{code:04X}")
