"""``--one-of N``: a share of the tests, for a run that repeats what ran on another database."""

from __future__ import annotations

from zlib import crc32

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--one-of", type=int, default=1, help="run one test of so many")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the first test of every file, and those of which the name falls into the share."""
    share, seen, kept = config.getoption("--one-of"), set(), []
    for item in items:
        if item.path not in seen or crc32(item.nodeid.encode()) % share == 0:
            kept.append(item)
        seen.add(item.path)
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept
