"""Why no panel meets the quotas, and the smallest change after which one does.

The smallest change is itself a whole-number program: bounds may be moved at a price of one for each
seat, and HiGHS finds the cheapest moves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from shixiao.draw.panels import Counts, Panels
from shixiao.draw.quotas import Quota
from shixiao.terms import BadInput, Text

SHOWN = 6  # changes that a sentence lists
UPWARDS = 1.001  # raising a maximum costs a little more, so that lowering a minimum is preferred


def impossible(panels: Panels, quotas: Sequence[Quota]) -> BadInput:
    """Say which quotas cannot be met and by how much, once it is known that no panel meets all."""
    lower, higher = _changes(panels)
    having = panels.having @ panels.members
    clauses = []
    for place, quota in enumerate(quotas):
        if lower[place]:
            clauses.append(_lower(quota, int(lower[place]), int(having[place])))
        if higher[place]:
            clauses.append(_higher(quota, int(higher[place])))
    shown = clauses[:SHOWN]
    if len(clauses) > SHOWN:
        more = len(clauses) - SHOWN
        shown.append(Text(f"另有 {more} 处", f"and {more} more"))
    sums = _sums(panels.size, quotas)
    return BadInput(
        Text(
            f"没有满足全部配额的 {panels.size} 人名单：{sums.zh if sums else ''}"
            f"{'；'.join(clause.zh for clause in shown)}。",
            f"No panel of {panels.size} meets all quotas: {sums.en if sums else ''}"
            f"{'; '.join(clause.en for clause in shown)}.",
        )
    )


def _changes(panels: Panels) -> tuple[Counts, Counts]:
    """Return by how much minimums are lowered and maximums raised in a cheapest change."""
    count, types = panels.having.shape
    one, none = np.eye(count), np.zeros((count, count))
    rows = np.vstack(
        [
            np.hstack([panels.having, one, none]),
            np.hstack([panels.having, none, -one]),
            np.concatenate([np.ones(types), np.zeros(2 * count)])[None, :],
        ]
    )
    answer = milp(
        np.concatenate([np.zeros(types), np.ones(count), np.full(count, UPWARDS)]),
        integrality=np.ones(types + 2 * count),
        bounds=Bounds(0, np.concatenate([panels.members, np.full(2 * count, np.inf)])),
        constraints=LinearConstraint(
            rows,
            np.concatenate([panels.least, np.full(count, -np.inf), [panels.size]]),
            np.concatenate([np.full(count, np.inf), panels.most, [panels.size]]),
        ),
        options={"mip_rel_gap": 0.0},
    )
    moved = np.rint(answer.x[types:]).astype(np.int64)
    return moved[:count], moved[count:]


def _lower(quota: Quota, by: int, having: int) -> Text:
    name = quota.name
    if having < quota.least:
        said = Text(
            f"{name.zh}至少要 {quota.least} 人，排除之后名单里只有 {having} 人",
            f"{name.en} needs at least {quota.least}, but only {having} are in the pool after "
            "exclusions",
        )
    else:
        said = Text(f"{name.zh}至少要 {quota.least} 人", f"{name.en} needs at least {quota.least}")
    return Text(f"{said.zh}，请把下限降低 {by}", f"{said.en}; lower the minimum by {by}")


def _higher(quota: Quota, by: int) -> Text:
    name = quota.name
    return Text(
        f"{name.zh}至多 {quota.most} 人，请把上限提高 {by}",
        f"{name.en} allows at most {quota.most}; raise the maximum by {by}",
    )


def _sums(size: int, quotas: Sequence[Quota]) -> Text | None:
    """Say that the bounds of one category contradict the size of the panel by their sum alone."""
    said = []
    for category in dict.fromkeys(quota.category for quota in quotas):
        least = sum(quota.least for quota in quotas if quota.category == category)
        most = sum(quota.most for quota in quotas if quota.category == category)
        if least > size:
            said.append(
                Text(
                    f"“{category}”各项下限合计 {least} 人，多于 {size} 人；",
                    f"the minimums of “{category}” add up to {least}; ",
                )
            )
        if most < size:
            said.append(
                Text(
                    f"“{category}”各项上限合计 {most} 人，不足 {size} 人；",
                    f"the maximums of “{category}” add up to {most}; ",
                )
            )
    if not said:
        return None
    return Text("".join(text.zh for text in said), "".join(text.en for text in said))
