"""A late withdrawal: who moves up, and a transcript that says so and is chained to the one before.

The next in rank of the same type moves up, so that the quotas stay met. Where the type has nobody
left, the next in rank whose seat keeps all quotas does, and where there is nobody of that kind
either, whoever breaks them by fewest. Nobody is drawn anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shixiao.draw.drawing import Order, hash_of
from shixiao.draw.freezing import PPS, Frozen
from shixiao.draw.quotas import Quota
from shixiao.draw.reading_back import frozen_of
from shixiao.terms import BadInput, Text


def replace(transcript: Mapping[str, Any], *, withdrawn: str, reason: str) -> dict[str, Any]:
    """Return the transcript after a withdrawal.

    Args:
        transcript: the newest one of the draw.
        withdrawn: who leaves, as in the transcript (with a salt, the token). One who only stands
            in, or has no part yet, is noted and is not called any more.
        reason: published.

    Raises:
        BadInput: the transcript is none, somebody unknown or gone withdraws, there is no reason, or
            nobody is left to move up.
    """
    frozen = frozen_of(transcript)
    amendments = list(transcript["amendments"])
    if not reason.strip():
        raise BadInput(Text("退出没有写理由；请补上。", "the withdrawal has no reason; give one"))
    if withdrawn not in frozen.kinds:
        raise BadInput(
            Text(
                f"“{withdrawn}”不在本次抽签名单中。", f"“{withdrawn}” is not in the pool drawn from"
            )
        )
    gone = {entry["withdrawn"] for entry in amendments}
    if withdrawn in gone:
        raise BadInput(Text(f"“{withdrawn}”已经退出。", f"“{withdrawn}” has withdrawn already"))
    panel = panel_of(transcript)
    follower = None
    if withdrawn in panel:
        order = Order(frozen, transcript["seed"]["value"])
        follower = successor(order, transcript["panel"], panel, gone | {withdrawn}, withdrawn)
        if follower is None:
            raise BadInput(
                Text("名单中已没有人可以递补。", "there is nobody left in the pool to move up")
            )
        panel = [follower if token == withdrawn else token for token in panel]
    entry = {
        "before": hash_of(transcript),
        "withdrawn": withdrawn,
        "reason": reason,
        "replaced_by": follower,
        "panel": panel,
    }
    return {**transcript, "amendments": [*amendments, entry]}


def panel_of(transcript: Mapping[str, Any]) -> list[str]:
    """Return who sits on the panel after all amendments."""
    amendments = transcript["amendments"]
    return list(amendments[-1]["panel"] if amendments else transcript["panel"])


def successor(
    order: Order, drawn: list[str], panel: list[str], gone: set[str], withdrawn: str
) -> str | None:
    """Return who takes the seat of one who withdrew; None where nobody is left.

    Args:
        order: of the draw.
        drawn: the panel as it was drawn.
        panel: as it is now, with the one who withdrew.
        gone: who has withdrawn, this one included.
        withdrawn: whose seat it is.
    """
    out = gone.union(panel)
    if order.frozen.algorithm == PPS:
        return next((token for token in order.in_turn(drawn) if token not in out), None)
    kinds = order.frozen.kinds
    kept = [kinds[token] for token in panel if token != withdrawn]
    first = ((kind, _next(order, kind, out)) for kind in range(len(order.frozen.members)))
    standing = [(kind, token) for kind, token in first if token is not None]
    if not standing:
        return None
    breaches = _breaches(order.frozen, kept, [kind for kind, _ in standing])
    own = kinds[withdrawn]
    return min(
        (breach, kind != own, order.rank(token), token)
        for breach, (kind, token) in zip(breaches, standing, strict=True)
    )[-1]


def _next(order: Order, kind: int, out: set[str]) -> str | None:
    return next((token for token in order.of_type(kind) if token not in out), None)


def _breaches(frozen: Frozen, kept: list[int], kinds: list[int]) -> Iterator[int]:
    """Give by how many seats the quotas would be broken if each type took the free one."""
    counts = [0] * len(frozen.members)
    for kind in kept:
        counts[kind] += 1
    types = frozen.body["types"]
    having = [
        sum(c for c, features in zip(counts, types, strict=True) if _has(features, quota))
        for quota in frozen.quotas
    ]
    for kind in kinds:
        breach = 0
        for quota, have in zip(frozen.quotas, having, strict=True):
            seats = have + _has(types[kind], quota)
            breach += max(quota.least - seats, 0) + max(seats - quota.most, 0)
        yield breach


def _has(features: Mapping[str, str], quota: Quota) -> bool:
    return features.get(quota.category) == quota.feature
