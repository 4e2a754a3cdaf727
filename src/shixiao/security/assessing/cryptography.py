"""密评: the score of cryptography from use (D), algorithm (A) and key management (K).

An object of assessment scores by whether cryptography is used as it should be (D), by approved
algorithms (A) and with sound keys (K); what fails in A or K is weighed down by its factor. Objects
make up units, units layers, layers the whole. Source: scoring rules of 2023 of the association
(rules CRY-DAK, CRY-RA, CRY-RK, CRY-W, CRY-P), which are policy and no law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.rules import RulePack
from shixiao.terms import Text

MEDIUM = {"3DES": 112, "RSA-1024": 80, "DSA-1024": 80}
WEAK = {"MD5", "SHA-1", "DES", "RC4", "RC2", "MD4", "SSL"}
APPROVED = {"SM2", "SM3", "SM4", "SM9", "ZUC", "TLCP"}


@dataclass(frozen=True, slots=True)
class Use:
    """Cryptography at one object.

    Attributes:
        used: whether it is used as it should be.
        algorithm: its name; "" where it is not known, which counts as weak.
        strength: bits of security; 0 where it is not known.
        keys: whether keys are managed as they should be.
        level: of the system by MLPS.
        module: security level of the module that keeps the keys; 0 for none.
    """

    used: bool
    algorithm: str = ""
    strength: int = 0
    keys: bool = True
    level: int = 3
    module: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """密评的结论, from the score and the high risks that are open."""

    score: float
    passes: bool
    text: Text


def factor(use: Use, rules: RulePack) -> float:
    """Return Ra: 1 for what is strong, less for what is not, whether or not it is approved."""
    rule: Any = rules.rule("CRY-RA").value
    bits = MEDIUM.get(use.algorithm, use.strength)
    if use.algorithm in WEAK:
        return float(rule["weak"])
    if bits >= rule["strong_from"] and use.algorithm not in MEDIUM:
        return float(rule["strong"])
    return float(rule["medium"] if bits >= rule["medium_from"] else rule["weak"])


def key_factor(use: Use, rules: RulePack) -> float:
    """Return Rk: more than 1 where a certified module of the level keeps the keys."""
    rule: Any = rules.rule("CRY-RK").value
    if use.level >= 4 and use.module >= 2:
        return float(rule["level4_module2"])
    if use.level == 3 and use.module >= 1:
        return float(rule["level3_module1"])
    return float(rule["base"])


def object_score(use: Use, rules: RulePack) -> float:
    """Return the score of an object, 0 to 1 (D/A/K)."""
    rule: Any = rules.rule("CRY-DAK").value
    if not use.used:
        return float(rule["unused"])
    approved = use.algorithm in APPROVED
    if approved and use.keys:
        return float(rule["all"])
    if approved:
        return min(1.0, float(rule["weak_key"]) * key_factor(use, rules))
    if use.keys:
        return float(rule["weak_algorithm"]) * factor(use, rules)
    return float(rule["weak_both"]) * factor(use, rules) * key_factor(use, rules)


def compensated(own: float, by: float) -> float:
    """Return the score of an object that something else stands in for: max(0.5 · PA, PB)."""
    return max(0.5 * by, own)


def unit_score(objects: Sequence[float]) -> float | None:
    """Return the mean of a unit's objects; None where there is none to assess."""
    return sum(objects) / len(objects) if objects else None


def whole(
    technical: Sequence[float | None], management: Sequence[float | None], rules: RulePack
) -> float:
    """Return the whole score out of 100 from the scores of layers; what does not apply is left out.

    The points of a layer that does not apply go to the others of its half.
    """
    rule: Any = rules.rule("CRY-W").value
    parts = (
        (technical, rule["technical_weights"], rule["technical"]),
        (management, rule["management_weights"], rule["management"]),
    )
    found = 0.0
    for scores, weights, points in parts:
        known = [(s, w) for s, w in zip(scores, weights, strict=True) if s is not None]
        total = sum(weight for _, weight in known)
        if total:
            found += points * sum(s * weight for s, weight in known) / total
    return round(found, 2)


def verdict(score: float, high_risks: int, rules: RulePack) -> Verdict:
    """Return the conclusion: 符合 at 100, 基本符合 from the pass mark without a high risk."""
    rule: Any = rules.rule("CRY-P").value
    if score >= 100 and not high_risks:
        return Verdict(score, True, Text("符合", "complies"))
    if score >= rule["score"] and high_risks <= rule["high_risks"]:
        return Verdict(score, True, Text("基本符合", "complies on the whole"))
    return Verdict(score, False, Text("不符合", "does not comply"))
