"""Building the index: gather what is known, score services, then their carriers, then place all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shixiao.checkup.index.carriers import (
    SERVICES,
    Carried,
    carried_by,
    services_entries,
)
from shixiao.checkup.index.catalogue import (
    DIMENSIONS,
    OVERALL,
    WEIGHTS,
    indicators,
    weights_of,
)
from shixiao.checkup.index.choices import Choices, Panel, of_carriers, of_services
from shixiao.checkup.index.components import Peers
from shixiao.checkup.index.correlation import correlations
from shixiao.checkup.index.dimensions import Scored, dimension, entries_of, interval, overall
from shixiao.checkup.index.funnels import funnels
from shixiao.checkup.index.groundwork import Groundwork, groundwork
from shixiao.checkup.index.knowledge import Copula, Known, knowledge
from shixiao.checkup.index.needs import lacking
from shixiao.checkup.index.places import capped as cut
from shixiao.checkup.index.places import grade, places
from shixiao.checkup.index.result import Index, Score
from shixiao.checkup.index.sources import sources
from shixiao.checkup.index.testers import agreement
from shixiao.checkup.scene import Scene
from shixiao.terms import Estimate, SubjectKind, Text

Capped = Mapping[tuple[SubjectKind, str], Sequence[str]]
Dimensions = dict[str, Scored]
CARRIERS = (SubjectKind.DEPARTMENT, SubjectKind.APP, SubjectKind.SYSTEM)


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """The subjects of one kind before they are placed."""

    kind: SubjectKind
    scored: Mapping[str, Dimensions]
    cases: Mapping[str, int]
    choices: Choices


def index(scene: Scene, *, capped: Capped) -> Index:
    """Compute the index of usefulness, convenience and benefit.

    Args:
        scene: the evidence and what was measured of it.
        capped: subject → ids of the red-line rules that it breached.

    Raises:
        BadInput: a weight or a goalpost of the rule pack cannot be used.
    """
    ground = groundwork(scene)
    found, missing = _gather(ground)
    draws = int(ground.number("I-07", "sampling"))
    copula = Copula(*correlations(ground, found))
    known = {
        kind: knowledge(
            found, kind, copula=copula, draws=draws, seed=scene.seed, level=ground.level
        )
        for kind in (SubjectKind.SERVICE, *CARRIERS)
    }
    panel = Panel(scene.rules, seed=scene.seed)
    services = _services(ground, known[SubjectKind.SERVICE], missing, panel)
    rated = [services]
    for kind in CARRIERS:
        rated.append(_carriers(ground, kind, known[kind], services, missing, panel))
    return Index(
        scores=tuple(score for kind in rated for score in _placed(ground, kind, capped)),
        not_assessable=tuple(missing.items()),
        funnels=funnels(scene, known[SubjectKind.SERVICE]),
        agreement=agreement(ground),
    )


def _gather(ground: Groundwork) -> tuple[dict[str, list[Peers]], dict[str, Text]]:
    """Ask every source whose needs the evidence meets."""
    found: dict[str, list[Peers]] = {}
    missing: dict[str, Text] = {}
    registered = sources()
    for item in indicators():
        reason = lacking(ground.scene, item)
        if reason is not None:
            missing[item.id] = reason
        elif item.id in registered:
            found[item.id] = list(registered[item.id](ground))
    return found, missing


def _declared(kind: SubjectKind, name: str, ground: Groundwork) -> dict[str, float]:
    """Return the weights that the rules give to the parts of a dimension."""
    items = [i for i in indicators() if i.dimension == name and kind in i.kinds]
    if kind in WEIGHTS:
        parts = [SERVICES, *(i.id for i in items)]
        return weights_of(WEIGHTS[kind], parts, ground.scene.rules)
    return weights_of(items[0].weight, [i.id for i in items], ground.scene.rules)


def _missing_of(missing: Mapping[str, Text], name: str, kind: SubjectKind) -> dict[str, Text]:
    wanted = {i.id for i in indicators() if i.dimension == name and kind in i.kinds}
    return {key: reason for key, reason in missing.items() if key in wanted}


def _services(
    ground: Groundwork,
    known: Mapping[str, Mapping[str, Known]],
    missing: Mapping[str, Text],
    panel: Panel,
) -> Rated:
    kind, rules = SubjectKind.SERVICE, ground.scene.rules
    counts = ground.cases.sum(axis=1)
    cases = {service: int(counts[i]) for i, service in enumerate(ground.services)}
    declared = {name: _declared(kind, name, ground) for name in DIMENSIONS}
    lacks = {name: _missing_of(missing, name, kind) for name in DIMENSIONS}
    scored: dict[str, Dimensions] = {}
    for service in ground.services:
        entries = entries_of(known.get(service, {}), kind, rules)
        found = {
            name: dimension(entries[name], declared[name], lacks[name], rules)
            for name in DIMENSIONS
        }
        found[OVERALL] = overall(found, rules, cases[service], ground.level)
        scored[service] = found
    return Rated(kind, scored, cases, of_services(panel, known, _having(scored)))


def _carriers(
    ground: Groundwork,
    kind: SubjectKind,
    known: Mapping[str, Mapping[str, Known]],
    services: Rated,
    missing: Mapping[str, Text],
    panel: Panel,
) -> Rated:
    rules = ground.scene.rules
    draws = int(ground.number("I-07", "sampling"))
    carried: dict[str, Carried] = carried_by(ground, kind)
    declared = {name: _declared(kind, name, ground) for name in DIMENSIONS}
    lacks = {name: _missing_of(missing, name, kind) for name in DIMENSIONS}
    scored: dict[str, Dimensions] = {}
    for carrier, own in carried.items():
        entries = entries_of(known.get(carrier, {}), kind, rules)
        for name, entry in services_entries(
            carrier, own, services.scored, kind, ground, draws
        ).items():
            entries[name].insert(0, entry)
        found = {
            name: dimension(entries[name], declared[name], lacks[name], rules)
            for name in DIMENSIONS
        }
        found[OVERALL] = overall(found, rules, own.n, ground.level)
        scored[carrier] = found
    choices = of_carriers(panel, known, carried, services.choices, kind, _having(scored))
    return Rated(kind, scored, {carrier: own.n for carrier, own in carried.items()}, choices)


def _having(scored: Mapping[str, Dimensions]) -> dict[str, set[str]]:
    """Return dimension → subjects with a score."""
    return {
        name: {s for s, found in scored.items() if found[name].value is not None}
        for name in DIMENSIONS
    }


def _placed(ground: Groundwork, rated: Rated, capped: Capped) -> list[Score]:
    """Cap, place and grade the subjects of one kind; in order of id and dimension."""
    rules = ground.scene.rules
    breaches = {s: tuple(capped.get((rated.kind, s), ())) for s in rated.scored}
    found: dict[str, list[Score]] = {subject: [] for subject in rated.scored}
    for name in (*DIMENSIONS, OVERALL):
        plain = {subject: dims[name] for subject, dims in rated.scored.items()}
        used = {
            s: cut(one, rules) if name == OVERALL and breaches[s] else one
            for s, one in plain.items()
        }
        estimates = {s: _estimate(ground, rated, s, one) for s, one in used.items()}
        where = places(used, estimates, rules)
        for subject, one in used.items():
            caps = breaches[subject] if name == OVERALL else ()
            span = rated.choices.span(name, subject, ground.level)
            if span is not None and caps:
                span = min(span[0], rules.number("I-11")), min(span[1], rules.number("I-11"))
            found[subject].append(
                Score(
                    ground.scene.subject(rated.kind, subject),
                    name,
                    estimates[subject],
                    where[subject],
                    grade(estimates[subject], rules) if name == OVERALL else None,
                    caps,
                    plain[subject].value if caps else None,
                    span,
                    one.parts,
                )
            )
    return [score for subject in sorted(found) for score in found[subject]]


def _estimate(ground: Groundwork, rated: Rated, subject: str, one: Scored) -> Estimate:
    """Return a score with its interval; too few cases are said before anything else."""
    n = rated.cases[subject]
    estimate = interval(one, n, ground.level)
    needed = int(ground.number("I-08", str(rated.kind)))
    if n >= needed:
        return estimate
    reason = Text(
        f"只有 {n} 件，至少需要 {needed} 件", f"only {n} cases; at least {needed} are needed"
    )
    return Estimate.insufficient(
        n, reason, value=estimate.value, low=estimate.low, high=estimate.high
    )
