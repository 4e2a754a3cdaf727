"""Planting: which subjects reach the minimum n of a kind, and in which of them it is planted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shixiao.potemkin.city.evaluators import STEPS
from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.requests import PlantRequest
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.strengths import KINDS, planted_value
from shixiao.potemkin.city.subjects import (
    App,
    Department,
    Evaluator,
    Planted,
    Service,
    Subject,
)
from shixiao.rules import RulePack, load_pack

TEXTS = 0.68  # share of ratings with words
SOLICITED = 0.5
ENDED = 0.93  # share of cases that are closed within the period, at least
KNOWN_CASE = 0.97  # share of ratings whose case is known, at least
MARGIN = 1.12  # for groups, whose number is left to chance
FAILED = 0.07  # share of answers for which all co-evaluators failed the step, at least
FOLLOWING = 0.7  # share of tests that a co-evaluator made before, at least


@dataclass(frozen=True, slots=True)
class Minima:
    """The minimum numbers of rules F-10 to F-21, and who reaches them.

    Each method returns the variants for which a subject has enough, none if it has not.
    """

    rules: RulePack

    def _least(self, rule: str, part: str) -> float:
        return self.rules.number(rule, part)

    def half_online(self, service: Service) -> tuple[str, ...]:
        """Cases begun online."""
        enough = service.counts["online"] >= self._least("F-10", "cases")
        return _all_of("half_online", enough)

    def mechanical_copy(self, service: Service) -> tuple[str, ...]:
        """Cases in each channel."""
        fewest = min(service.counts["online"], service.counts["counter"])
        return _all_of("mechanical_copy", fewest >= self._least("F-11", "cases"))

    def rating(self, service: Service) -> tuple[str, ...]:
        """Ratings, texts, and both sorts of invitation."""
        ratings = ratings_of(service) * KNOWN_CASE
        if ratings < self._least("F-13", "ratings"):
            return ()
        found = ["quick", "device"]
        if ratings * TEXTS >= self._least("F-13", "texts"):
            found.append("text")
        if ratings * min(SOLICITED, 1 - SOLICITED) >= self._least("F-13", "arm"):
            found.append("solicited")
        return tuple(found)

    def deadline(self, service: Service) -> tuple[str, ...]:
        """Closed cases with a promised limit."""
        enough = service.cases * ENDED >= self._least("F-16", "cases")
        return _all_of("deadline", enough and service.promised is not None)

    def off_system(self, service: Service) -> tuple[str, ...]:
        """Cases."""
        return _all_of("off_system", service.cases >= self._least("F-17", "cases"))

    def exclusion(self, service: Service) -> tuple[str, ...]:
        """People in the group and outside it."""
        shares = group_shares()
        ended = service.cases * ENDED / MARGIN
        least = (self._least("F-19", "group"), self._least("F-19", "rest"))
        return tuple(
            group
            for group in KINDS["exclusion"].variants
            if ended * shares[group] >= least[0] and ended * (1 - shares[group]) >= least[1]
        )

    def repeated_filling(self, department: Department) -> tuple[str, ...]:
        """Form fields with an element."""
        return _all_of("repeated_filling", department.fields >= self._least("F-14", "fields"))

    def template_reply(self, department: Department) -> tuple[str, ...]:
        """Replies."""
        return _all_of("template_reply", department.replied >= self._least("F-18", "replies"))

    def vanity(self, app: App) -> tuple[str, ...]:
        """Accounts and completions of the year."""
        enough = app.accounts >= self._least("F-12", "accounts")
        enough &= app.volume * 230 >= self._least("F-12", "completions")
        return _all_of("vanity", enough)

    def idle_app(self, app: App) -> tuple[str, ...]:
        """Accounts that were used after their first day."""
        used = app.accounts * (1 - app.values["zombie"])
        return _all_of("idle_app", used >= self._least("F-15", "accounts"))

    def tied_evaluator(self, evaluator: Evaluator) -> tuple[str, ...]:
        """Steps at one department that all co-evaluators failed."""
        failed = evaluator.tests_at_focus * len(STEPS) * FAILED
        return _all_of("tied_evaluator", failed >= self._least("F-20", "failed"))

    def lazy_evaluator(self, evaluator: Evaluator) -> tuple[str, ...]:
        """Tests of items that a co-evaluator tried before."""
        enough = evaluator.tests * FOLLOWING >= self._least("F-21", "tests")
        return _all_of("lazy_evaluator", enough)

    def bans(self, app: App) -> tuple[str, ...]:
        """Facts need no number."""
        del app
        return _all_of("bans", True)


def _all_of(kind: str, enough: bool) -> tuple[str, ...]:
    return tuple(KINDS[kind].variants) if enough else ()


def ratings_of(service: Service, scale: float = 1.0) -> int:
    """Return how many ratings a service gets."""
    return int(service.cases * scale * ENDED * service.rated)


def group_shares() -> dict[str, float]:
    """Return the share of people in each group that may be shut out."""
    city = material("city")
    bands, disabled = city["band_shares"], city["disabled"]
    return {
        "age": sum(bands[2:]),
        "disability": sum(b * d for b, d in zip(bands, disabled, strict=True)),
        "rural": sum(share for zh, _, share in city["regions"] if zh.endswith("县")),
    }


def planted(
    plan_seed: int,
    requests: Sequence[PlantRequest],
    departments: Sequence[Department],
    services: Sequence[Service],
    apps: Sequence[App],
    evaluators: Sequence[Evaluator],
) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
    """Choose the subjects of every request.

    Kinds with few candidates choose first. No subject is taken twice, and no decoy at all, so that
    fewer than asked for are planted where a city is too small.

    Returns:
        (changes to each subject by id, number of subjects that reach the minimum per kind).
    """
    minima = Minima(load_pack())
    everybody: Mapping[str, Sequence[Subject]] = {
        "department": departments,
        "service": services,
        "app": apps,
        "evaluator": evaluators,
    }
    variants: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, kind in KINDS.items():
        reach: Callable[[Any], tuple[str, ...]] = getattr(minima, name)
        found = {s.id: reach(s) for s in everybody[kind.subject]}
        variants[name] = {id_: ways for id_, ways in found.items() if ways}
    known = {s.id: s for group in everybody.values() for s in group}
    changes: dict[str, dict[str, Any]] = {id_: {} for id_ in known}
    for request in sorted(requests, key=lambda r: len(variants[r.kind])):
        ways = variants[request.kind]
        if not ways:
            continue
        wanted = max(1, round(request.share * len(ways)))
        rng = stream(plan_seed, "plants", request.kind, str(request.strength))
        free = [id_ for id_ in ways if not changes[id_] and known[id_].decoy is None]
        for place in rng.permutation(len(free))[:wanted].tolist():
            id_ = free[place]
            variant = ways[id_][int(rng.integers(len(ways[id_])))]
            plant = Planted(request.kind, request.strength, variant)
            changes[id_] = _changed(known[id_], plant, rng)
    return changes, {kind: len(ways) for kind, ways in variants.items()}


def _changed(subject: Subject, plant: Planted, rng: np.random.Generator) -> dict[str, Any]:
    """Return what a plant changes in a subject."""
    if isinstance(subject, App) and plant.kind == "bans":
        return {"plant": plant, **_banned(subject, plant.variant, rng)}
    values = dict(subject.values)
    for name in KINDS[plant.kind].variants[plant.variant]:
        values[name] = planted_value(name, values[name], plant.strength or 1.0)
    changes: dict[str, Any] = {"plant": plant, "values": values}
    if plant.kind == "tied_evaluator":
        changes["declared"] = plant.variant == "declared"
    return changes


def _banned(app: App, variant: str, rng: np.random.Generator) -> dict[str, Any]:
    """Return the facts that break one of the bans."""
    words = material("apps")

    def one(name: str) -> str:
        return str(rng.choice(words[name]))

    if variant == "forced":
        return {"forced": True}
    if variant == "unfiled":
        return {"filed": False}
    if variant == "kpi":
        return {"kpi": (*app.kpi, one("banned_kpi"))}
    names = {"function": "banned", "commercial": "commercial", "traces": "trace"}
    return {"functions": (*app.functions, one(f"{names[variant]}_functions"))}
