"""Versions: is one older than another, by the rules of its ecosystem?

PyPI by PEP 440, npm by Semantic Versioning 2.0.0. Of other ecosystems nothing is said: a wrong
order would pass what is vulnerable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from packaging.version import InvalidVersion, Version

LONGEST = 200
SEMVER = re.compile(
    r"v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)
Order = Callable[[str], Any]


def of_pypi(version: str) -> Version:
    """Return what orders versions of PyPI.

    Raises:
        ValueError: it is no version.
    """
    try:
        return Version(version[:LONGEST])
    except InvalidVersion:
        raise ValueError(version) from None


def of_npm(version: str) -> tuple[Any, ...]:
    """Return what orders versions of npm: a release after what precedes it.

    Raises:
        ValueError: it is no version.
    """
    parts = SEMVER.fullmatch(version.strip()[:LONGEST])
    if parts is None:
        raise ValueError(version)
    major, minor, patch, before = parts.groups()
    # Numbers come before words, and what is shorter before what goes on (SemVer, 11).
    words = tuple(
        (0, int(word), "") if word.isdigit() else (1, 0, word)
        for word in (before.split(".") if before else ())
    )
    return int(major), int(minor), int(patch), before is None, words


ORDERS: dict[str, Order] = {"PyPI": of_pypi, "npm": of_npm}
