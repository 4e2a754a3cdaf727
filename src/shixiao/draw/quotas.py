"""Quotas: at least and at most how many of the panel have a feature; and the types they make.

Persons with equal features are interchangeable to the quotas: they are one *type*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from shixiao.draw.pool import Pool
from shixiao.terms import BadInput, Text


@dataclass(frozen=True, slots=True)
class Quota:
    """Of the panel, ``least`` to ``most`` have ``feature`` in ``category``."""

    category: str
    feature: str
    least: int
    most: int

    @property
    def name(self) -> Text:
        """Return how messages call it."""
        return Text(f"“{self.category}：{self.feature}”", f"“{self.category}: {self.feature}”")


def check_quotas(quotas: Sequence[Quota], *, file: str | None = None) -> None:
    """Check what a list of quotas can be wrong in by itself.

    Raises:
        BadInput: a bound is negative, a minimum is above its maximum, a feature stands twice.
    """
    seen: dict[tuple[str, str], int] = {}
    for row, quota in enumerate(quotas, 1):
        key = (quota.category, quota.feature)
        if quota.least < 0 or quota.most < 0:
            raise BadInput(
                Text(
                    f"{quota.name.zh}的人数不能为负。",
                    f"A bound of {quota.name.en} is negative.",
                ),
                file=file,
                row=row,
            )
        if quota.least > quota.most:
            raise BadInput(
                Text(
                    f"{quota.name.zh}至少 {quota.least} 人，却至多 {quota.most} 人；请改正其一。",
                    f"{quota.name.en} has the minimum {quota.least} above its maximum "
                    f"{quota.most}; correct one.",
                ),
                file=file,
                row=row,
            )
        if key in seen:
            raise BadInput(
                Text(
                    f"{quota.name.zh}在第 {seen[key]} 行已经写过；请合并。",
                    f"{quota.name.en} stands in row {seen[key]} already; keep one.",
                ),
                file=file,
                row=row,
            )
        seen[key] = row


def types_of(
    pool: Pool, quotas: Sequence[Quota], eligible: Sequence[int]
) -> tuple[list[dict[str, str]], list[int]]:
    """Return the types among the eligible, in order of their features, and the type of each.

    Args:
        pool: the pool.
        quotas: which categories count.
        eligible: places in the pool.

    Raises:
        BadInput: the pool lacks a category, or has a feature that no quota names.
    """
    if not quotas:
        return [{}], [0] * len(eligible)
    categories = list(dict.fromkeys(quota.category for quota in quotas))
    columns = []
    for category in categories:
        named = {quota.feature for quota in quotas if quota.category == category}
        _check_features(pool, category, named)
        column = pool.features[category]
        columns.append([column[place] for place in eligible])
    rows = list(zip(*columns, strict=True))
    kinds = {kind: number for number, kind in enumerate(sorted(set(rows)))}
    features = [dict(zip(categories, kind, strict=True)) for kind in kinds]
    return features, [kinds[row] for row in rows]


def _check_features(pool: Pool, category: str, named: set[str]) -> None:
    """Refuse a category that the pool lacks and a feature that no quota speaks of."""
    if category not in pool.features:
        near = get_close_matches(category, pool.features, 1)
        listed = near or list(pool.features)[:8]
        raise BadInput(
            Text(
                f"配额中的类别“{category}”在备选名单里没有对应的列；名单有：{'、'.join(listed)}。",
                f"The quotas name the category “{category}”, but the pool has no such column; "
                f"it has: {', '.join(listed)}.",
            ),
            file=pool.file,
        )
    unknown = set(pool.features[category]) - named
    if not unknown:
        return
    place = next(p for p, feature in enumerate(pool.features[category]) if feature in unknown)
    feature = pool.features[category][place]
    near = get_close_matches(feature, named, 1) or sorted(named)[:8]
    raise pool.bad(
        place,
        Text(
            f"“{feature}”没有配额（配额写有：{'、'.join(near)}）；请改正这一格，或为它加一行配额。",
            f"No quota speaks of “{feature}” (quotas name: {', '.join(near)}); correct the cell, or"
            " give it a quota.",
        )
        if feature
        else Text(
            "这一格是空的；有配额的类别每人都要填写。",
            "The cell is empty; a category with quotas is filled in for everybody.",
        ),
        column=category,
    )
