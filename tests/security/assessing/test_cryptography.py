"""The score of cryptography, by the published formula."""

from __future__ import annotations

import pytest

from shixiao.rules import load_pack
from shixiao.security.assessing.cryptography import (
    Use,
    compensated,
    object_score,
    unit_score,
    verdict,
    whole,
)

RULES = load_pack()


@pytest.mark.parametrize(
    ("use", "points"),
    [
        (Use(False), 0.0),
        (Use(True, "SM4", 128), 1.0),
        (Use(True, "AES", 128), 0.5),
        (Use(True, "RSA-2048", 112), 0.5),
        (Use(True, "3DES", 112), 0.25),
        (Use(True, "RSA-1024", 80), 0.25),
        (Use(True, "SHA-1", 80), 0.1),
        (Use(True, ""), 0.1),
        (Use(True, "SM2", 128, keys=False), 0.5),
        (Use(True, "SM2", 128, keys=False, level=3, module=1), 0.6),
        (Use(True, "SM2", 128, keys=False, level=4, module=1), 0.5),
        (Use(True, "SM2", 128, keys=False, level=4, module=2), 0.75),
        (Use(True, "AES", 128, keys=False), 0.25),
        (Use(True, "RC4", 40, keys=False), 0.05),
    ],
)
def test_an_object_scores_by_use_algorithm_and_key(use: Use, points: float) -> None:
    assert object_score(use, RULES) == pytest.approx(points)


def test_what_stands_in_for_an_object_counts_half() -> None:
    assert compensated(0.2, 1.0) == 0.5
    assert compensated(0.8, 1.0) == 0.8
    assert unit_score([]) is None
    assert unit_score([1.0, 0.5]) == 0.75


def test_the_whole_is_seventy_points_of_technique_and_thirty_of_management() -> None:
    full = [1.0] * 4
    assert whole(full, full, RULES) == 100.0
    assert whole(full, [0.0] * 4, RULES) == 70.0
    assert whole([0.0, 1.0, 0.0, 0.0], [0.0] * 4, RULES) == 20.0
    # A layer that does not apply gives its points to the others.
    assert whole([None, 1.0, 1.0, 1.0], full, RULES) == 100.0
    assert whole([None, 1.0, 0.0, 0.0], [None] * 4, RULES) == pytest.approx(70 / 3, abs=0.01)


@pytest.mark.parametrize(
    ("score", "risks", "said"),
    [
        (100.0, 0, "符合"),
        (100.0, 1, "不符合"),
        (60.0, 0, "基本符合"),
        (59.99, 0, "不符合"),
        (95.0, 1, "不符合"),
    ],
)
def test_the_conclusion_takes_the_pass_mark_and_no_high_risk(
    score: float, risks: int, said: str
) -> None:
    assert verdict(score, risks, RULES).text.zh == said
