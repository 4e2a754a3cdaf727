"""The draw itself: from a frozen pool and a seed to a panel, its reserves and the transcript.

Nothing here is computed with real numbers, so that everybody gets the same panel from the same
transcript. With quotas the seed first chooses a composition, then ranks the members of each type.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import accumulate, islice
from typing import Any

from shixiao.draw.freezing import PPS, Frozen
from shixiao.draw.hashing import ONE, SCHEMA, below, ranker, seed_of
from shixiao.draw.weighted import successive, systematic
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text

SEED = re.compile(r"[0-9a-f]{1,128}")


@dataclass(frozen=True)
class Drawn:
    """Who was drawn.

    Attributes:
        panel: ids in rank order.
        replacements: ids of those who stand in, in the order in which they are called.
        p_min: the smallest inclusion probability of anybody in the pool.
        algorithm: which one ran.
        transcript: JSON-ready; anybody recomputes all of this from it.
        frozen: what was drawn from.
    """

    panel: tuple[str, ...]
    replacements: tuple[str, ...]
    p_min: float
    algorithm: str
    transcript: dict[str, Any]
    frozen: Frozen

    @property
    def inclusion(self) -> Mapping[str, float]:
        """Return the inclusion probability of every id that was not excluded."""
        return self.frozen.inclusion


class Order:
    """The order of a draw: who comes before whom in the pool, by hash."""

    def __init__(self, frozen: Frozen, seed: str) -> None:
        self.frozen, self.seed = frozen, seed
        self.rank = ranker(seed, frozen.body["tag"])
        self._types: dict[int, list[str]] = {}

    def of_type(self, kind: int) -> list[str]:
        """Return the tokens of a type in rank order."""
        if kind not in self._types:
            self._types[kind] = sorted(self.frozen.members[kind], key=self.rank)
        return self._types[kind]

    def composition(self) -> int | None:
        """Return which composition the seed chooses; None for a weighted sample."""
        if self.frozen.algorithm == PPS:
            return None
        point = below(ONE, self.seed, self.frozen.body["tag"], "lottery")
        ends = accumulate(self.frozen.lottery.parts)
        return next(place for place, end in enumerate(ends) if point < end)

    def panel(self) -> list[str]:
        """Return the tokens that are drawn, in rank order."""
        chosen = self.composition()
        if chosen is None:
            parts = self.frozen.parts
            start = below(ONE, self.seed, self.frozen.body["tag"], "start")
            return systematic([(t, parts[t]) for t in sorted(parts, key=self.rank)], start)
        counts = self.frozen.lottery.counts[chosen]
        seated = [self.of_type(kind)[:count] for kind, count in enumerate(counts) if count]
        return sorted((token for tokens in seated for token in tokens), key=self.rank)

    def replacements(self, panel: list[str], count: int) -> list[str]:
        """Return who stands in, first called first.

        As many of each type as are seated, the next in rank, make up the first round; the next
        round follows when that is used up. Within a round rank decides. In a weighted sample each
        is drawn from the rest by probability.
        """
        if self.frozen.algorithm == PPS:
            return list(islice(self.in_turn(panel), count))
        kinds = [self.frozen.kinds[token] for token in panel]
        rounds = []
        for kind, seats in Counter(kinds).items():
            standing = self.of_type(kind)[seats : seats + count]
            rounds += [
                (place // seats, self.rank(token), token) for place, token in enumerate(standing)
            ]
        return [token for *_, token in nsmallest(count, rounds)]

    def in_turn(self, panel: list[str]) -> Iterator[str]:
        """Give those who stand in for a weighted sample, one after the other."""
        seated = set(panel)
        rest = [(t, parts) for t, parts in self.frozen.parts.items() if t not in seated]
        tag = self.frozen.body["tag"]
        return successive(rest, first=len(panel), seed=self.seed, tag=tag)


def draw(
    frozen: Frozen,
    *,
    seed: str,
    replacements: int = 0,
    announced: str | None = None,
    head: str | None = None,
    redraw_of: str | Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Drawn:
    """Draw.

    Args:
        frozen: from ``freeze``.
        seed: in hex, from ``seed_of`` or published by itself.
        replacements: how many stand in.
        announced: the public value that ``seed_of`` made the seed from, for the transcript.
        head: the ledger head that it used.
        redraw_of: the transcript that this draw puts aside, or its hash.
        reason: why; published in the transcript. A redraw has one, and nothing else has.

    Raises:
        BadInput: the seed is no hex or does not follow from its parts, or a redraw has no reason.
    """
    seed = _checked_seed(frozen, seed, announced, head)
    _check_options(again=redraw_of is not None, reason=reason, replacements=replacements)
    order = Order(frozen, seed)
    panel = order.panel()
    waiting = order.replacements(panel, replacements)
    if redraw_of is not None and not isinstance(redraw_of, str):
        redraw_of = hash_of(redraw_of)
    transcript = {
        "schema": SCHEMA,
        "root": frozen.root,
        "frozen": frozen.body,
        "seed": {"value": seed, "announced": announced, "head": head},
        "composition": order.composition(),
        "panel": panel,
        "asked": replacements,
        "replacements": waiting,
        "inclusion": [] if frozen.algorithm == PPS else [str(p) for p in frozen.chances],
        "p_min": str(min(frozen.chances)),
        "redraw_of": redraw_of,
        "reason": reason,
        "amendments": [],
    }
    return Drawn(
        tuple(frozen.ids[token] for token in panel),
        tuple(frozen.ids[token] for token in waiting),
        round(float(min(frozen.chances)), 12),
        frozen.algorithm,
        transcript,
        frozen,
    )


def hash_of(transcript: Mapping[str, Any]) -> str:
    """Return the hash by which a transcript is named in another."""
    return sha256_of(dict(transcript))


def _check_options(*, again: bool, reason: str | None, replacements: int) -> None:
    if again != bool((reason or "").strip()):
        raise BadInput(
            Text(
                "重新抽签必须写明推翻的是哪一次抽签和理由，二者缺一不可。",
                "a redraw names the draw that it puts aside and the reason, both together",
            )
        )
    if replacements < 0:
        raise BadInput(Text("候补人数不能为负。", "the number of replacements cannot be negative"))


def _checked_seed(frozen: Frozen, seed: str, announced: str | None, head: str | None) -> str:
    """Return the seed as it is written into the transcript."""
    plain = seed.strip().lower().removeprefix("0x")
    if not SEED.fullmatch(plain):
        raise BadInput(
            Text(
                f"种子“{seed[:40]}”不是十六进制数；请写 1 至 128 位 0–9、a–f。",
                f"The seed “{seed[:40]}” is not hexadecimal; write 1 to 128 of the digits 0–9, "
                "a–f.",
            )
        )
    if (announced is None) != (head is None):
        raise BadInput(
            Text(
                "预先公布的数值和账本根哈希要一并给出。",
                "the announced value and the ledger head are given together",
            )
        )
    if announced is None or head is None:
        return plain
    if plain != seed_of(frozen.root, announced=announced, head=head, tag=frozen.body["tag"]):
        raise BadInput(
            Text(
                "种子与名单根哈希、公布数值和账本根哈希算出的不同。",
                "the seed is not the one that follows from the pool's root, the announced value "
                "and the ledger head",
            )
        )
    return plain
