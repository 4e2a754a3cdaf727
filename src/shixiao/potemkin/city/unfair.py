"""Unfair systems at three layers: in their data, in the model, in its application; fair twins.

Twenty systems of a kind keep logs of their own. What is planted moves the odds of one thing for
women, everything else being equal. A fair twin looks as uneven at first sight, for its women want
the service in which that thing is more frequent; within each service nobody fares otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from shixiao.potemkin.city.parts import Part, parts_of
from shixiao.potemkin.city.requests import PlantRequest
from shixiao.potemkin.city.sharing import Added, Placed, SharingRegisters, Twin
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.writing import Row
from shixiao.potemkin.city.year import clock
from shixiao.potemkin.steps import WHOLE_DAY
from shixiao.terms import Text

OBSERVABLE, TWIN = "uneven", "fair_twin"
SYSTEMS, DECISIONS = 20, 4_000  # of a kind; of a system
WOMEN = 0.42
SECOND, SECOND_OF_TWIN = 0.5, 0.8  # women who want the service in which things happen more often
GROUP = "sex"
FEMALE, MALE = "女", "男"
LAYERS: Mapping[str, tuple[str, Text, tuple[str, ...]]] = {
    "unfair_data": ("D", Text("数据", "data"), ("unknown", "drawn")),
    "unfair_model": ("M", Text("模型", "model"), ("advised", "true")),
    "unfair_application": ("A", Text("应用", "application"), ("departed", "slow")),
}
"""Kind → letter of its systems, its name, and what may be planted (the variants)."""
ODDS: Mapping[str, tuple[float, float]] = {
    "drawn": (0.25, 0.4),
    "advised": (0.15, 0.3),
    "departed": (0.1, 0.2),
    "slow": (0.4, 0.65),
}
"""How often a thing happens with the one service and with the other."""
UNKNOWN = {("algorithm", True): 0.2, ("algorithm", False): 0.8, ("random", True): 0.02}
LOW, STEEP = -2.0, 2.0  # log odds of an unusual outcome at the lowest score, and its rise to 1
SLOW, FAST = (4.0, 20.0), (0.2, 4.0)  # days


@dataclass(frozen=True, slots=True)
class _Log:
    """What a log is drawn by."""

    system: str
    services: tuple[str, str]
    variant: str
    ratio: float
    second: float


def plant_unfair_data(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """Let outcomes of women go missing, or chance leave them out."""
    _plant(registers, "unfair_data", wanted, seed, added)


def plant_unfair_model(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """Let women get another advice, or a score mean another chance for them."""
    _plant(registers, "unfair_model", wanted, seed, added)


def plant_unfair_application(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """Let officials depart from the advice more often for women, or let women wait."""
    _plant(registers, "unfair_application", wanted, seed, added)


def _plant(
    registers: SharingRegisters,
    kind: str,
    wanted: list[PlantRequest],
    seed: int,
    added: Added,
) -> None:
    letter, layer, variants = LAYERS[kind]
    ids = [f"AL{letter}{number + 1:02d}" for number in range(SYSTEMS)]
    added.eligible[kind] = SYSTEMS
    for place, part in enumerate(parts_of(registers.plan, wanted, kind, OBSERVABLE, ids=ids)):
        subject = _system(registers, ids[place], place, layer)
        rng = stream(seed, kind, ids[place])
        # Plants and twins take the variants in turn, so that each is there.
        variant = variants[place % len(variants)]
        _log(registers, ids[place], place, part, variant, rng)
        if part.twin:
            added.twins.append(Twin(TWIN, subject, (kind,)))
        if part.strength is not None:
            base, planted = ({OBSERVABLE: round(x, 6)} for x in (part.usual, part.value))
            added.plants.append(
                Placed(kind, subject, variant, part.strength, base, planted, DECISIONS)
            )


def _system(registers: SharingRegisters, name: str, place: int, layer: Text) -> Row:
    """Register a system and return it as results name it."""
    departments = registers.plan.departments
    title = Text(f"辅助审批系统{place + 1}（{layer.zh}）", f"approval aid {place + 1} ({layer.en})")
    registers.tables.setdefault("systems", []).append(
        {
            "system_id": name,
            "name": title.zh,
            "name_en": title.en,
            "department_id": departments[place % len(departments)].id,
            "kind": "algorithm",
            "services": "",
            "exposure": "互联网",
            "grade": "三级",
            "admitted_until": "2027-06-30",
            "public_interest": 1,
        }
    )
    return {"kind": "system", "id": name, "name": title.to_json()}


def _log(
    registers: SharingRegisters,
    system: str,
    place: int,
    part: Part,
    variant: str,
    rng: np.random.Generator,
) -> None:
    services = registers.plan.services
    pair = (services[place % len(services)].id, services[(place + 1) % len(services)].id)
    second = SECOND_OF_TWIN if part.twin else SECOND
    log = _Log(system, pair, variant, part.value, second)
    registers.tables.setdefault("decisions", []).extend(_decisions(log, rng))


def _decisions(log: _Log, rng: np.random.Generator) -> list[Row]:
    """Draw a log: what is planted multiplies the odds of women."""
    n = DECISIONS
    women = rng.random(n) < WOMEN
    second = rng.random(n) < np.where(women, log.second, SECOND)
    odds = np.where(women, np.log(log.ratio), 0.0)

    def happens(name: str) -> npt.NDArray[np.bool_]:
        usual = np.where(second, ODDS[name][1], ODDS[name][0])
        moved = odds if name == log.variant else 0.0
        found: npt.NDArray[np.bool_] = rng.random(n) < expit(logit(usual) + moved)
        return found

    drawn, advised, departed, slow = (
        happens(name) for name in ("drawn", "advised", "departed", "slow")
    )
    score = np.round(rng.random(n), 3)
    true = rng.random(n) < expit(LOW + STEEP * score + (odds if log.variant == "true" else 0.0))
    final = advised != departed
    looked_at = np.where(final, UNKNOWN["algorithm", True], UNKNOWN["algorithm", False])
    hidden = np.where(drawn, UNKNOWN["random", True], looked_at)
    if log.variant == "unknown":
        hidden = expit(logit(hidden) + odds)
    unknown = rng.random(n) < hidden
    days = np.where(slow, rng.uniform(*SLOW, size=n), rng.uniform(*FAST, size=n))
    moments = rng.integers(0, 360, size=n) * WHOLE_DAY + rng.integers(9, 17, size=n) * 3600
    return [
        {
            "decision_id": f"{log.system}-{number + 1:05d}",
            "system_id": log.system,
            "version": "1.0",
            "ts": clock(int(moments[number])),
            "service_id": log.services[int(second[number])],
            "channel": "online",
            GROUP: FEMALE if women[number] else MALE,
            "score": float(score[number]),
            "recommended": "人工复核" if advised[number] else "通过",
            "final": "人工复核" if final[number] else "通过",
            "outcome": None if unknown[number] else "不属实" if true[number] else "属实",
            "arm": "random" if drawn[number] else "algorithm",
            "processing_days": round(float(days[number]), 1),
        }
        for number in range(n)
    ]
