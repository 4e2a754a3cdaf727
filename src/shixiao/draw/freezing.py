"""Everything a draw hangs on, fixed and hashed before its seed can be known.

What is frozen includes the lottery over compositions: of several equally fair ones nobody may
choose after the seed is out. The root is that of a Merkle tree (RFC 6962) whose first entry holds
all settings, and whose others are one person each, so that a person can be shown to be in the pool.
Persons appear as their ids or, with a salt, as salted hashes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from json.encoder import encode_basestring as quoted
from types import MappingProxyType
from typing import Any

from shixiao.draw.distribution import LEXIMIN, MAXIMIN, Lottery, lottery
from shixiao.draw.hashing import ONE, VERSION, token_of
from shixiao.draw.impossible import impossible
from shixiao.draw.panels import Panels
from shixiao.draw.pool import Pool
from shixiao.draw.quotas import Quota, check_quotas, types_of
from shixiao.draw.weighted import inclusion_parts
from shixiao.seals import canonical_json
from shixiao.seals.tree import root_over
from shixiao.terms import BadInput, Text

PLAIN, PPS = "plain", "pps"
ALGORITHMS = (LEXIMIN, MAXIMIN, PLAIN, PPS)
FLOOR = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,30})?(e-[0-9]{1,2})?")
NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Frozen:
    """A pool with all that decides about the draw.

    Attributes:
        body: JSON-ready, without fractions of numbers; ``people`` holds one row for each person.
        root: of the Merkle tree over it, in hex.
        ids: token → id of the whole pool where it is at hand, else tokens by themselves.
    """

    body: dict[str, Any]
    root: str
    ids: Mapping[str, str]

    @property
    def algorithm(self) -> str:
        """Return which algorithm runs."""
        return str(self.body["algorithm"])

    @property
    def size(self) -> int:
        """Return how many are drawn."""
        return int(self.body["size"])

    @cached_property
    def members(self) -> tuple[tuple[str, ...], ...]:
        """Return the tokens of each type."""
        found: list[list[str]] = [[] for _ in self.body["types"]]
        for row in self.body["people"]:
            found[row[1]].append(row[0])
        return tuple(map(tuple, found))

    @cached_property
    def kinds(self) -> dict[str, int]:
        """Return the type of each token."""
        return {row[0]: row[1] for row in self.body["people"]}

    @cached_property
    def parts(self) -> dict[str, int]:
        """Return the probability of each token in parts of ONE; for weighted samples."""
        return {row[0]: row[3] for row in self.body["people"]}

    @cached_property
    def quotas(self) -> tuple[Quota, ...]:
        """Return the quotas."""
        names = ("category", "feature", "min", "max")
        return tuple(Quota(*(quota[name] for name in names)) for quota in self.body["quotas"])

    @cached_property
    def panels(self) -> Panels:
        """Return what a panel must meet."""
        members = [len(tokens) for tokens in self.members]
        return Panels.of(self.size, members, self.body["types"], self.quotas)

    @cached_property
    def lottery(self) -> Lottery:
        """Return the lottery over compositions."""
        entries = self.body["distribution"]
        return Lottery(
            tuple(tuple(entry["counts"]) for entry in entries),
            tuple(entry["parts"] for entry in entries),
        )

    @cached_property
    def chances(self) -> tuple[Fraction, ...]:
        """Return the probability of a person of each type; of each person in a weighted sample."""
        if self.algorithm == PPS:
            return tuple(Fraction(parts, ONE) for parts in self.parts.values())
        return self.lottery.inclusion(tuple(map(len, self.members)))

    @property
    def inclusion(self) -> dict[str, float]:
        """Return the inclusion probability of every id that was not excluded."""
        if self.algorithm == PPS:
            return {self.ids[token]: parts / ONE for token, parts in self.parts.items()}
        chances = [float(chance) for chance in self.chances]
        return {self.ids[token]: chances[kind] for token, kind in self.kinds.items()}


def freeze(
    pool: Pool,
    *,
    size: int,
    quotas: Sequence[Quota] = (),
    excluded: Mapping[str, str] = NONE,
    algorithm: str | None = None,
    tag: str = "",
    salt: str | None = None,
    floor: float | str = 0,
) -> Frozen:
    """Fix a draw, find its lottery, and hash it all.

    Args:
        pool: who can be drawn.
        size: how many are drawn.
        quotas: what a panel must meet; for leximin and maximin.
        excluded: id → reason, published; nobody is left out of the pool silently.
        algorithm: ``leximin``, ``maximin``, ``plain`` or ``pps``; None takes leximin where there
            are quotas, pps where there are weights, else plain.
        tag: names the draw where several share a seed, as ``inspectors`` and ``objects``.
        salt: secret; persons then appear as salted hashes.
        floor: for pps, the least probability of anybody.

    Raises:
        BadInput: no such draw is possible; the sentence says why and what would make it so.
    """
    algorithm = _algorithm(algorithm, pool, quotas)
    check_quotas(quotas)
    left_out = _excluded(pool, excluded, salt)
    eligible = [place for place, key in enumerate(pool.ids) if key not in excluded]
    _check_size(size, len(eligible), pool)
    types, kinds = types_of(pool, quotas, eligible)
    tokens = list(ids := tokens_of(pool, salt))
    rows: list[list[Any]] = [
        [tokens[place], kind] for place, kind in zip(eligible, kinds, strict=True)
    ]
    body: dict[str, Any] = {
        "version": VERSION,
        "algorithm": algorithm,
        "tag": tag,
        "size": size,
        "salted": salt is not None,
        "quotas": list(map(_quota, quotas)),
        "excluded": left_out,
        "floor": None,
        "types": types,
        "distribution": [],
    }
    if algorithm == PPS:
        body["floor"] = str(floor)
        weights = [(pool.weights or ())[place] for place in eligible]
        parts = inclusion_parts(weights, size, floor_of(str(floor)))
        for row, weight, part in zip(rows, weights, parts, strict=True):
            row += [repr(float(weight)), part]
    else:
        body["distribution"] = _distribution(algorithm, size, kinds, types, quotas)
    body["people"] = sorted(rows)
    return Frozen(body, root_of(body), ids)


def tokens_of(pool: Pool, salt: str | None) -> dict[str, str]:
    """Return token → id in the order of the pool."""
    return {token_of(identifier, salt): identifier for identifier in pool.ids}


def root_of(body: Mapping[str, Any]) -> str:
    """Return the root over the settings and the persons of a frozen draw, in hex."""
    settings = {key: value for key, value in body.items() if key != "people"}
    return root_over(chain([canonical_json(settings)], map(_entry, body["people"]))).hex()


def _entry(row: Sequence[Any]) -> bytes:
    """Return the canonical JSON of a row, in a third of the time that the encoder takes."""
    if len(row) == 2:
        return f"[{quoted(row[0])},{row[1]}]".encode()
    token, kind, weight, parts = row
    return f"[{quoted(token)},{kind},{quoted(weight)},{parts}]".encode()


def floor_of(text: str) -> Fraction:
    """Return the exact number that a floor is written as.

    Raises:
        BadInput: it is no number.
    """
    if FLOOR.fullmatch(text):
        return Fraction(text)
    raise BadInput(
        Text(
            f"最低入选概率“{text[:40]}”不是数；请写成 0.05 的样子。",
            f"The floor “{text[:40]}” is no number; write it as 0.05.",
        )
    )


def solve(panels: Panels, quotas: Sequence[Quota], algorithm: str) -> Lottery:
    """Return the lottery of an algorithm with quotas.

    Raises:
        BadInput: no panel meets the quotas.
    """
    found = lottery(panels, algorithm=algorithm)
    if found is None:
        raise impossible(panels, quotas)
    return found


def _quota(quota: Quota) -> dict[str, Any]:
    """Return a quota, JSON-ready."""
    bounds = {"min": quota.least, "max": quota.most}
    return {"category": quota.category, "feature": quota.feature} | bounds


def _distribution(
    algorithm: str,
    size: int,
    kinds: Sequence[int],
    types: Sequence[dict[str, str]],
    quotas: Sequence[Quota],
) -> list[dict[str, Any]]:
    """Return the lottery over compositions, JSON-ready; a plain sample has one composition."""
    if algorithm == PLAIN:
        return [{"counts": [size], "parts": ONE}]
    counted = Counter(kinds)
    members = [counted[kind] for kind in range(len(types))]
    found = solve(Panels.of(size, members, types, quotas), quotas, algorithm)
    return [
        {"counts": list(counts), "parts": parts}
        for counts, parts in zip(found.counts, found.parts, strict=True)
    ]


def _algorithm(algorithm: str | None, pool: Pool, quotas: Sequence[Quota]) -> str:
    """Return the algorithm that fits what is given, or say what does not go together."""
    weighted = pool.weights is not None
    if quotas and weighted:
        raise BadInput(
            Text(
                "配额和权重不能同时使用：配额抽签的入选概率由配额决定。请只用其一。",
                "quotas and weights do not go together: with quotas, the quotas decide about the "
                "probabilities. Use one of them",
            )
        )
    if algorithm is None:
        return LEXIMIN if quotas else PPS if weighted else PLAIN
    needs = {LEXIMIN: bool(quotas), MAXIMIN: bool(quotas), PLAIN: True, PPS: weighted}
    if algorithm not in needs:
        raise BadInput(
            Text(
                f"没有名为“{algorithm}”的抽签方法；有：{'、'.join(ALGORITHMS)}。",
                f"there is no algorithm “{algorithm}”; there are: {', '.join(ALGORITHMS)}",
            )
        )
    if not needs[algorithm]:
        missing = Text("权重", "weights") if algorithm == PPS else Text("配额", "quotas")
        raise BadInput(Text(f"{algorithm} 需要{missing.zh}。", f"{algorithm} needs {missing.en}"))
    if algorithm == PLAIN and (quotas or weighted):
        raise BadInput(
            Text(
                "plain 不用配额和权重；请去掉它们，或换一种方法。",
                "plain takes neither quotas nor weights; leave them out or choose another "
                "algorithm",
            )
        )
    return algorithm


def _excluded(pool: Pool, excluded: Mapping[str, str], salt: str | None) -> list[dict[str, str]]:
    """Return who is left out and why, JSON-ready, or say what is wrong with the list."""
    if salt is not None and not salt.strip():
        raise BadInput(Text("盐值是空的。", "the salt is empty"))
    known = set(pool.ids)
    for identifier, reason in excluded.items():
        if identifier not in known:
            raise BadInput(
                Text(
                    f"要排除的“{identifier}”不在备选名单中；请核对编号。",
                    f"“{identifier}” is to be excluded but is not in the pool; check the id",
                )
            )
        if not reason.strip():
            raise BadInput(
                Text(
                    f"排除“{identifier}”没有写理由；理由要公布，请补上。",
                    f"there is no reason for excluding “{identifier}”; reasons are published, "
                    "give one",
                )
            )
    return sorted(
        ({"id": token_of(key, salt), "reason": reason} for key, reason in excluded.items()),
        key=lambda entry: entry["id"],
    )


def _check_size(size: int, eligible: int, pool: Pool) -> None:
    if size < 1:
        raise BadInput(
            Text(f"抽取人数应为正整数，而不是 {size}。", f"the size must be 1 or more, not {size}")
        )
    if size > eligible:
        gone = len(pool.ids) - eligible
        raise BadInput(
            Text(
                f"要抽 {size} 个，名单中只有 {eligible} 个"
                + (f"（已排除 {gone} 个）" if gone else "")
                + "；请减少人数或补充名单。",
                f"{size} are to be drawn, but the pool has {eligible}"
                + (f" after {gone} exclusions" if gone else "")
                + "; draw fewer or add to the pool",
            ),
            file=pool.file,
        )
