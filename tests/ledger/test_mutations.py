"""Whatever is done to an exported log, the offline check with a witness notices."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bars.ledger_mutations import KINDS, is_noticed, mutated, specimen

EACH = 40


@pytest.mark.parametrize("kind", KINDS)
def test_no_mutation_goes_unnoticed(kind: str, tmp_path: Path) -> None:
    rng = random.Random(kind)  # noqa: S311 - repeatable, and nothing secret
    true = specimen(tmp_path / "log", rng)
    assert not is_noticed(true, true.files)
    for _ in range(EACH):
        assert is_noticed(true, mutated(true, kind, rng))
    assert not is_noticed(true, true.files)
