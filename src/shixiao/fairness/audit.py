"""The audit: everything that a cube answers, and for all else what is missing.

The guard stands first: which decisions may carry error rates. Then the rates of each cell, all
groups against each other in one family, the metrics of the three layers that the cube can answer,
and the leads that follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from shixiao.fairness import burden, models, samples
from shixiao.fairness.catalogue import Basis, Metric, metrics, rates_of_counts
from shixiao.fairness.cube import PLACE, Cube, Integers, Key
from shixiao.fairness.findings import leads
from shixiao.fairness.guard import Ground, ground
from shixiao.fairness.rates import parts, rate
from shixiao.fairness.scan import DRAWS, Group, Question, Scan, groups_of, scan
from shixiao.fairness.texts import note
from shixiao.rules import RulePack
from shixiao.terms import Estimate, Finding, Subject, Text

LEAST = "FAI-01"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an audit is to look at.

    Attributes:
        subject: the log or system that findings speak of.
        outcome: whether the log has outcomes.
        random: value of the arm that was drawn at random; None without one.
        references: attribute → group that the others are compared with.
        within: groups that are legitimate factors (conditional parity); they are no groups of
            persons that are compared.
        score: dimension of score bins (calibration, threshold); no group either.
        seed: of everything that is drawn.
        draws: draws under "no difference".
    """

    subject: Subject
    outcome: bool
    random: str | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    score: str | None = None
    seed: int = 20260101
    draws: int = DRAWS


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell or group with its counts and rates.

    Attributes:
        group: attribute → value; None where it is not known. Empty for everybody.
        counts: counts of all its decisions.
        errors: counts of those on which error rates stand (the random arm where there is one).
        rates: by the id of the metric.
    """

    group: Mapping[str, str | None]
    counts: Mapping[str, int]
    errors: Mapping[str, int]
    rates: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Result:
    """A metric beyond the rates: for whom, of what part, and what came out."""

    metric: str
    group: Mapping[str, str | None]
    part: str | None
    estimate: Estimate
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found; see ``told`` for its form as JSON.

    Attributes:
        cells: the finest cells. margins: everybody, and every group of up to three attributes.
        compared: all comparisons, one family. scores: comparisons within score bins, another.
        results: metrics of the three layers that the cube answers.
        not_assessable: metrics that it does not answer, with what is missing.
    """

    ground: Ground
    cells: tuple[Cell, ...]
    margins: tuple[Cell, ...]
    compared: Scan
    scores: Scan
    results: tuple[Result, ...]
    findings: tuple[Finding, ...]
    not_assessable: tuple[tuple[Metric, Text], ...]
    notes: tuple[Text, ...]


def audit(cube: Cube, asked: Asked, *, rules: RulePack) -> Audit:
    """Audit a cube.

    Args:
        cube: counts by groups, and by system, version, period and arm where there are any.
        asked: what to look at.
        rules: the rules FAI.

    Raises:
        BadInput: the random arm or a reference is not there, or there are too many groups.
    """
    rng = np.random.default_rng(asked.seed)
    least = int(rules.number(LEAST))
    people = tuple(n for n in cube.groups if n not in (*asked.within, asked.score))
    whole = cube.by(*(("arm",) if asked.random is not None else ()), *cube.groups)
    footing = ground(whole, rules=rules, random=asked.random, outcome=asked.outcome)
    errors = footing.errors.by(*people)
    everybody = cube.by(*people)
    known, lacking = _answerable(cube, footing)
    pairs = _Pairs(everybody, errors, footing, known, lacking, least)
    compared = scan(
        [Question(m, everybody if m.basis is Basis.ALL else errors) for m in known],
        least=least,
        rng=rng,
        references=asked.references,
        draws=asked.draws,
    )
    results, unanswered = _results(cube, footing, asked, people, least=least, rng=rng)
    scores = _scores(footing, asked, least=least, rng=rng)
    margins = tuple(pairs.margins())
    drifts = [
        (next(iter(r.group)), r.part or "", r.estimate) for r in results if r.metric == "drift"
    ]
    return Audit(
        footing,
        tuple(pairs.cells()),
        margins,
        compared,
        scores,
        tuple(results),
        tuple(leads(compared, scores, margins[0].rates, drifts, asked.subject, rules=rules)),
        (*lacking.items(), *unanswered),
        tuple(_notes(everybody)),
    )


def _answerable(cube: Cube, footing: Ground) -> tuple[list[Metric], dict[Metric, Text]]:
    """Divide the rates into those that can be taken and those that cannot, with reasons."""
    known: list[Metric] = []
    lacking: dict[Metric, Text] = {}
    for one in rates_of_counts():
        above = footing.errors if one.basis is not Basis.ALL else cube
        if one.basis is Basis.ERRORS and footing.why_not is not None:
            lacking[one] = footing.why_not
        elif not above.total(*one.of):
            lacking[one] = note("missing").format(needs=one.needs)
        else:
            known.append(one)
    return known, lacking


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Cells and groups with their rates, from the counts of all and of the errors' ground."""

    everybody: Cube
    errors: Cube
    footing: Ground
    known: list[Metric]
    lacking: Mapping[Metric, Text]
    least: int

    def cells(self) -> list[Cell]:
        """Return the finest cells."""
        places = {key: cell for cell, key in enumerate(self.errors.keys)}
        none = np.zeros(self.everybody.counts.shape[1], dtype=np.int64)
        found = []
        for key, counts in zip(self.everybody.keys, self.everybody.counts, strict=True):
            there = places.get(key)
            errors = none if there is None else self.errors.counts[there]
            named = dict(zip(self.everybody.dimensions, key, strict=True))
            found.append(self._cell(named, counts, errors))
        return found

    def margins(self) -> list[Cell]:
        """Return everybody, then every group of up to three attributes."""
        groups, of_errors = groups_of(self.everybody), groups_of(self.errors)
        sums = groups.holds @ self.everybody.counts
        mine = dict(zip(of_errors.names, of_errors.holds @ self.errors.counts, strict=True))
        found = [self._cell({}, self.everybody.counts.sum(axis=0), self.errors.counts.sum(axis=0))]
        for group, counts in zip(groups.names, sums, strict=True):
            errors = mine.get(group)
            if errors is None:
                errors = self._errors_of(group)
            found.append(self._cell(dict(group), counts, errors))
        return found

    def _errors_of(self, group: Group) -> Integers:
        """Add up a group that is not among the groups of the errors' ground by itself."""
        asked = dict(group)
        there = self.errors.where(lambda values: all(values[k] == v for k, v in asked.items()))
        total: Integers = there.counts.sum(axis=0)
        return total

    def _cell(self, group: Mapping[str, str | None], counts: Integers, errors: Integers) -> Cell:
        rates = {}
        for one in self.known:
            x, n = parts(counts if one.basis is Basis.ALL else errors, one)
            rates[one.id] = rate(int(x), int(n), least=self.least)
        for one, reason in self.lacking.items():
            rates[one.id] = Estimate.not_assessable(reason)
        all_, ground_ = (dict(zip(PLACE, row.tolist(), strict=True)) for row in (counts, errors))
        return Cell(group, all_, ground_, rates)


def _results(
    cube: Cube,
    footing: Ground,
    asked: Asked,
    people: tuple[str, ...],
    *,
    least: int,
    rng: np.random.Generator,
) -> tuple[list[Result], list[tuple[Metric, Text]]]:
    """Compute what the cube answers beyond rates; name what it does not answer."""
    found: list[Result] = []
    everybody = cube.by(*people)
    for group, n in samples.uncovered(everybody, least=least).items():
        found.append(Result("coverage", dict(group), None, Estimate.fact(n, n)))
    for name in people:
        found += _of_attribute(cube, footing, asked, name, least=least, rng=rng)
    if asked.random is not None and asked.outcome:
        gap = samples.label_gap(cube.by("arm"), random=asked.random, least=least)
        found.append(Result("label_bias", {}, "other_arms", gap))
    if asked.within:
        found += _conditional(cube, asked, people, least=least)
    answered = {result.metric for result in found} | {one.id for one in rates_of_counts()}
    if asked.score and footing.identifiable:
        answered |= {"calibration", "threshold"}
    unanswered = [
        (one, footing.why_not if one.id == "equal_burden" and footing.why_not else _missing(one))
        for one in metrics()
        if one.id not in answered
    ]
    return found, unanswered


def _of_attribute(
    cube: Cube,
    footing: Ground,
    asked: Asked,
    name: str,
    *,
    least: int,
    rng: np.random.Generator,
) -> list[Result]:
    """Compute the metrics that speak of one attribute by itself."""
    found: list[Result] = []
    rolled, errors = cube.by(name), footing.errors.by(name)
    n = {str(key[0]): int(c) for key, c in _known(rolled, "n")}
    if asked.outcome:
        for key, estimate in samples.base_rates(rolled).items():
            found.append(Result("label_bias", {name: key[0]}, "base_rate", estimate))
        labelled = {str(k[0]): c for k, c in _known(rolled, "tp", "fp", "fn", "tn")}
        shares = {group: (n[group] - labelled[group], n[group]) for group in n}
        reference = asked.references.get(name) or (max(sorted(n), key=n.__getitem__) if n else "")
        if shares:
            compared = samples.gaps(shares, reference=reference, least=least)
            found += [
                Result("missingness", {name: group}, None, estimate, compared.p)
                for group, estimate in compared.groups.items()
            ]
    if footing.identifiable:
        for key, estimate in burden.equal_burden(errors, least=least, rng=rng).items():
            found.append(Result("equal_burden", {name: key[0]}, None, estimate))
    if rolled.total("timed"):
        for key, both in burden.processing_days(rolled, least=least, rng=rng).items():
            found += [Result("days", {name: key[0]}, part, one) for part, one in both.items()]
    periods = [p for p in cube.values("period") if p] if "period" in cube.dimensions else []
    if len(periods) > 1:
        mixes = [_mix(cube.only("period", p).by(name)) for p in (periods[0], periods[-1])]
        estimate = samples.drift(*mixes, least=least, rng=rng)
        found.append(Result("drift", {name: None}, f"{periods[0]}…{periods[-1]}", estimate))
    return found


def _known(rolled: Cube, *names: str) -> list[tuple[Key, int]]:
    """Return sums of counts of the cells whose attribute is known."""
    sums = sum((rolled.column(name) for name in names), np.zeros(len(rolled.keys), dtype=np.int64))
    return [(k, int(c)) for k, c in zip(rolled.keys, sums, strict=True) if k[0] is not None]


def _mix(rolled: Cube) -> dict[str, int]:
    return {str(key[0]): n for key, n in _known(rolled, "n")}


def _conditional(cube: Cube, asked: Asked, people: tuple[str, ...], *, least: int) -> list[Result]:
    """Compare groups within strata of the legitimate factors."""
    found = []
    for name in people:
        rolled = cube.by(name, *asked.within)
        n = _mix(cube.by(name))
        if len(n) < 2:
            continue
        reference = asked.references.get(name) or max(sorted(n), key=n.__getitem__)
        strata: dict[Key, dict[str | None, tuple[int, int]]] = {}
        for key, row in zip(rolled.keys, rolled.counts, strict=True):
            selected = int(row[PLACE["selected"]])
            strata.setdefault(key[1:], {})[key[0]] = (selected, int(row[PLACE["n"]]) - selected)
        for group in n:
            if group != reference:
                tables = [
                    (*s.get(group, (0, 0)), *s.get(reference, (0, 0))) for s in strata.values()
                ]
                tested = models.conditional_parity(tables, least=least)
                found.append(
                    Result("conditional_parity", {name: group}, None, tested.estimate, tested.p)
                )
    return found


def _scores(footing: Ground, asked: Asked, *, least: int, rng: np.random.Generator) -> Scan:
    """Compare groups within score bins, and just above the threshold."""
    if asked.score is None or not footing.identifiable:
        return Scan((), 0, asked.draws)
    names = [n for n in footing.errors.groups if n not in asked.within]
    cube = footing.errors.by(*names)
    one, two = (
        ask(
            cube,
            score=asked.score,
            least=least,
            rng=rng,
            references=asked.references,
            draws=asked.draws,
        )
        for ask in (models.calibration, models.threshold_outcomes)
    )
    return Scan(one.disparities + two.disparities, one.comparisons + two.comparisons, asked.draws)


def _missing(one: Metric) -> Text:
    return note("missing").format(needs=one.needs)


def _notes(everybody: Cube) -> list[Text]:
    """Say what of the log no group holds."""
    found = []
    n = everybody.total("n")
    for name in everybody.groups:
        unknown = everybody.only(name, None).total("n")
        if unknown:
            share = f"{unknown / n:.1%}"
            found.append(note("unknown_group").format(n=unknown, column=name, share=share))
    undecided = everybody.total("undecided")
    if undecided:
        found.append(note("undecided").format(n=undecided))
    return found
