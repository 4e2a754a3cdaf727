"""Fixed inclusion probabilities: proportional to weight, at least a floor, at most one.

All numbers are exact: weights are the rational numbers that their floats are, probabilities whole
multiples of 1 / ONE. The sample is systematic over a random order (Madow, On the theory of
systematic sampling II, Annals of Mathematical Statistics 20 (1949) 333–354). It keeps every
probability exactly and takes one pass over whole numbers, which everybody computes alike, while
Sampford's method needs products of real numbers or ever more rejections. A random order gives pairs
a joint probability near to Sampford's (Hartley and Rao, same journal, 33 (1962) 350–374).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate

from shixiao.draw.distribution import whole_parts
from shixiao.draw.hashing import ONE, below
from shixiao.terms import BadInput, Text


def inclusion_parts(weights: Sequence[float], size: int, floor: Fraction) -> list[int]:
    """Return each unit's probability in multiples of 1 / ONE; they sum to ``size`` times ONE.

    Args:
        weights: 0 or more. A unit whose share would be one or more is certain.
        size: of the sample.
        floor: the least probability of any unit.

    Raises:
        BadInput: the floor is more than all units can have, or too few have any probability.
    """
    _check(weights, size, floor)
    scale = max(weight.as_integer_ratio()[1] for weight in weights)
    whole = [int(Fraction(weight) * scale) for weight in weights]
    least = min(Fraction(-(-floor * ONE // 1), ONE), Fraction(size * ONE // len(whole), ONE))
    rate = _rate(whole, size, least)
    shares = {weight: min(max(rate * weight, least), Fraction(1)) * ONE for weight in set(whole)}
    common = rate.denominator
    return whole_parts([int(shares[weight] * common) for weight in whole], common)


def systematic(order: Sequence[tuple[str, int]], start: int) -> list[str]:
    """Return the units that meet the marks start, start + ONE, … when laid end to end.

    Args:
        order: unit and its probability in parts, in random order.
        start: a random number below ONE.
    """
    chosen, met, end = [], 0, 0
    for unit, parts in order:
        end += parts
        marks = (end - start + ONE - 1) // ONE
        if marks > met:
            chosen.append(unit)
        met = marks
    return chosen


def successive(
    units: Sequence[tuple[str, int]], *, first: int, seed: str, tag: str
) -> Iterator[str]:
    """Give those who stand in, one after the other, each drawn by probability from the rest.

    Args:
        units: unit and its probability in parts, by unit; those drawn already are left out.
        first: how many those are; the numbers of the reserves go on from there.
        seed: of the draw.
        tag: of the draw.
    """
    rest = list(units)
    ends = list(accumulate(parts for _, parts in rest))
    number = first
    while ends and ends[-1]:
        place = bisect_right(ends, below(ends[-1], seed, tag, "reserve", str(number)))
        yield rest.pop(place)[0]
        number += 1
        ends = list(accumulate(parts for _, parts in rest))


def _rate(whole: list[int], size: int, least: Fraction) -> Fraction:
    """Return the rate at which clipped shares rate × weight sum to ``size``."""
    ordered = sorted(whole)
    sums = [0, *accumulate(ordered)]

    def clipped(rate: Fraction) -> tuple[Fraction, int]:
        """Return the sum of the shares, and of the weights that grow with the rate from there."""
        low = bisect_left(ordered, least / rate)
        high = max(bisect_left(ordered, 1 / rate), low)
        free = sums[high] - sums[low]
        return low * least + rate * free + (len(ordered) - high), free

    def corner(bound: Fraction) -> Fraction:
        """Return the largest rate that takes a weight to the bound, the sum not above the size."""
        count = bisect_left(positive, True, key=lambda weight: clipped(bound / weight)[0] <= size)
        return bound / positive[count] if count < len(positive) else Fraction(0)

    positive = ordered[bisect_right(ordered, 0) :]
    start = max(corner(Fraction(1)), corner(least) if least else Fraction(0))
    if not start:  # no weight is clipped at either end
        return Fraction(size, sums[-1])
    total, free = clipped(start)
    return start + (size - total) / free if free else start


def _check(weights: Sequence[float], size: int, floor: Fraction) -> None:
    positive = sum(weight > 0 for weight in weights)
    if not positive:
        raise BadInput(Text("权重全是 0。", "All weights are 0."))
    if not 0 <= floor * len(weights) <= size:
        most = size / len(weights)
        raise BadInput(
            Text(
                f"最低入选概率 {float(floor):g} 应在 0 至 {most:.4g} 之间："
                f"{len(weights)} 个中抽 {size} 个，人人都更高是不可能的。",
                f"The floor {float(floor):g} must be within 0 and {most:.4g}: where {size} of "
                f"{len(weights)} are drawn, not everybody can have more.",
            )
        )
    if positive + floor * (len(weights) - positive) < size:
        raise BadInput(
            Text(
                f"权重为正的只有 {positive} 个，要抽 {size} 个；"
                "请减少人数，或用 --floor 提高最低概率。",
                f"{size} are to be drawn, but there are only {positive} with a positive weight; "
                "draw fewer, or give the others a higher floor (--floor).",
            )
        )
