"""What shall be planted? ``KIND=STRENGTH:SHARE`` as values, or one sentence on what is wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shixiao.potemkin.city.strengths import KINDS, REGISTERS
from shixiao.terms import BadInput, Text

WEAKEST, STRONGEST = 1.0, 10.0
DEFAULT_STRENGTH = 2.0
DEFAULT_SHARES = {"service": 0.05, "department": 0.20, "app": 0.20, "evaluator": 0.10}
DEFAULT_FACTS = 0.10


@dataclass(frozen=True, slots=True)
class PlantRequest:
    """Plant a kind of some strength (None for facts) in a share of the subjects that count."""

    kind: str
    strength: float | None
    share: float


def default_plants() -> tuple[PlantRequest, ...]:
    """Return the usual mix: each statistical kind at strength 2, and the facts."""
    return tuple(
        PlantRequest(name, DEFAULT_STRENGTH, DEFAULT_SHARES[kind.subject])
        if kind.statistical
        else PlantRequest(name, None, DEFAULT_FACTS)
        for name, kind in KINDS.items()
    )


def parse_plant(text: str) -> PlantRequest:
    """Read ``KIND=STRENGTH:SHARE``; a fact kind is ``KIND=SHARE``.

    Raises:
        BadInput: an unknown kind, a strength below 1, a share that is none, or a wrong form.
    """
    kind, found, rest = text.partition("=")
    known = (*KINDS, *REGISTERS)
    if kind not in known:
        raise _wrong(
            text,
            f"没有“{kind[:40]}”这一类；可用：{'、'.join(known)}",
            f"there is no kind “{kind[:40]}”; use one of {', '.join(known)}",
        )
    strength, colon, share = rest.rpartition(":")
    statistical = has_strength(kind)
    if not found or (statistical and not colon):
        form = "KIND=STRENGTH:SHARE" if statistical else "KIND=SHARE"
        raise _wrong(text, f"请写成 {form}", f"write it as {form}")
    part = _number(text, share)
    if not 0 < part <= 1:
        raise _wrong(text, "比例应大于 0、不超过 1", "the share must be above 0 and at most 1")
    if not statistical:
        if strength:
            _number(text, strength)
        return PlantRequest(kind, None, part)
    size = _number(text, strength)
    if not WEAKEST <= size <= STRONGEST:
        raise _wrong(text, "强度应在 1 到 10 之间", "the strength must lie between 1 and 10")
    return PlantRequest(kind, size, part)


def has_strength(name: str) -> bool:
    """Say whether what is planted has a strength; facts have none."""
    if name in REGISTERS:
        return REGISTERS[name].moves is not None
    return KINDS[name].statistical


def _number(text: str, part: str) -> float:
    try:
        value = float(part)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _wrong(text, f"“{part[:40]}”不是数字", f"“{part[:40]}” is no number")
    return value


def _wrong(text: str, zh: str, en: str) -> BadInput:
    return BadInput(Text(f"--plant 的“{text[:80]}”有误：{zh}。", f"--plant “{text[:80]}”: {en}."))
