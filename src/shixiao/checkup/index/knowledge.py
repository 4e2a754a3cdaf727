"""Knowledge: every indicator of a subject with joint draws of what the evidence leaves open."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shixiao.checkup.index.catalogue import Combine, Indicator, indicators
from shixiao.checkup.index.components import Floats, Peers, Seen
from shixiao.checkup.index.scoring import ends
from shixiao.statistics import Shared, newcombe_difference
from shixiao.terms import Estimate, SubjectKind

_EQUALLY_LIKELY = (1 / 6, 1 / 2, 5 / 6)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """One indicator of one subject.

    Attributes:
        indicator: which.
        raw: as the evidence shows it.
        shrunk: after borrowing strength from peers.
        draws: what the evidence leaves open, shape (draws,); empty where it may not be used.
        likely: a few equally likely values, which stand for the draws.
        details: what a reader may open.
    """

    indicator: Indicator
    raw: Estimate
    shrunk: Estimate
    draws: Floats
    likely: Floats
    details: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        indicator: Indicator,
        raw: Estimate,
        draws: Floats,
        level: float,
        details: Mapping[str, Any] | None = None,
    ) -> Known:
        """Sum up the draws of one indicator; without draws the raw number is only shown."""
        if not len(draws):
            return cls(indicator, raw, raw, draws, draws, details or {})
        ordered, value = np.sort(draws), float(draws.mean())
        low, high = ends(ordered, level)
        shrunk = Estimate(value, min(low, value), max(high, value), raw.n, level)
        likely = ordered[[int(len(draws) * q) for q in _EQUALLY_LIKELY]]
        return cls(indicator, raw, shrunk, draws, likely, details or {})

    @property
    def usable(self) -> bool:
        """True when the indicator may enter a score."""
        return self.shrunk.ok


@dataclass(frozen=True, slots=True, eq=False)
class Copula:
    """Components whose errors move together, and how far."""

    names: tuple[str, ...]
    matrix: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """One component of one subject, ready to be drawn."""

    seen: Seen
    peers: Peers
    shared: Shared | None

    def draw(self, z: Floats) -> Floats:
        """Return draws in the unit of the indicator, from the subject's own normal numbers."""
        pooled, unit = self.peers.pooled, self.seen.unit
        if pooled is None or unit is None or self.shared is None:
            return np.empty(0)
        return self.peers.shown(pooled.draw(unit, self.shared, z))


Facets = Mapping[str, Facet]


def knowledge(
    found: Mapping[str, Iterable[Peers]],
    kind: SubjectKind,
    *,
    copula: Copula,
    draws: int,
    seed: int,
    level: float,
) -> dict[str, dict[str, Known]]:
    """Return subject → indicator → what is known of it."""
    by_subject: dict[str, dict[str, dict[str, Facet]]] = defaultdict(lambda: defaultdict(dict))
    every = [p for group in found.values() for p in group if p.kind is kind]
    for number, peers in enumerate(every):
        rng = _rng(seed, f"peers\x1f{kind}\x1f{peers.indicator}\x1f{peers.facet}\x1f{number}")
        shared = None if peers.pooled is None else peers.pooled.share(draws, rng)
        for subject, seen in peers.seen.items():
            by_subject[subject][peers.indicator][peers.facet] = Facet(seen, peers, shared)
    result = {}
    for subject in sorted(by_subject):
        rng = _rng(seed, f"{kind}\x1f{subject}")
        drawn = _joint(by_subject[subject], copula, draws, rng)
        result[subject] = _indicators(by_subject[subject], drawn, level)
    return result


def _rng(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(f"index\x1f{name}".encode())])


def _joint(
    components: Mapping[str, Facets], copula: Copula, draws: int, rng: np.random.Generator
) -> dict[tuple[str, str], Floats]:
    """Draw all components of a subject; those of the copula together, the others alone."""
    keys = [(name, facet) for name in sorted(components) for facet in sorted(components[name])]
    z = rng.standard_normal((len(keys), draws))
    linked = [i for i, key in enumerate(keys) if key[0] in copula.names]
    if len(linked) > 1:
        places = [copula.names.index(keys[i][0]) for i in linked]
        z[linked] = _root(copula.matrix[np.ix_(places, places)]) @ z[linked]
    return {key: components[key[0]][key[1]].draw(z[i]) for i, key in enumerate(keys)}


def _root(matrix: Floats) -> Floats:
    """Return the square root of a correlation matrix that rounding may have made indefinite."""
    values, vectors = np.linalg.eigh(matrix)
    # The symmetric root is unique, whatever signs the eigenvectors come with.
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def _indicators(
    components: Mapping[str, Facets], drawn: Mapping[tuple[str, str], Floats], level: float
) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for item in indicators():
        facets = components.get(item.id, {})
        if item.combine is Combine.DIFFERENCE:
            known = _difference(item, found, level)
        elif item.combine is Combine.WORST:
            known = _worst(item, facets, drawn, level)
        else:
            known = _itself(item, facets, drawn, level)
        if known is not None:
            found[item.id] = known
    return found


def _itself(
    item: Indicator, facets: Facets, drawn: Mapping[tuple[str, str], Floats], level: float
) -> Known | None:
    facet = facets.get("")
    if facet is None:
        return None
    return Known.of(item, facet.seen.raw, drawn[item.id, ""], level, facet.seen.details)


def _worst(
    item: Indicator, facets: Facets, drawn: Mapping[tuple[str, str], Floats], level: float
) -> Known | None:
    """Take the largest facet in every draw: which facet is worst is open, too."""
    if not facets:
        return None
    names = sorted(facets)
    draws = np.max([drawn[item.id, name] for name in names], axis=0)
    worst = max(names, key=lambda name: float(drawn[item.id, name].mean()))
    return Known.of(item, facets[worst].seen.raw, draws, level, {"group": worst})


def _difference(item: Indicator, found: Mapping[str, Known], level: float) -> Known | None:
    first, second = (found.get(name) for name in item.of)
    if first is None or second is None or not (first.raw.ok and second.raw.ok):
        return None
    a, b = first.raw, second.raw
    raw = newcombe_difference(
        round((a.value or 0.0) * a.n), a.n, round((b.value or 0.0) * b.n), b.n, level=level
    )
    return Known.of(item, raw, first.draws - second.draws, level)
