"""The family of findings: from all trials of a kind to the few that a person is asked about.

Statistical findings control the false discovery rate within a kind (Benjamini–Hochberg over every
subject and measure that could be judged); facts are verdicts of their own and stand outside it
(DESIGN §3). A trial that stands out but has an innocent explanation is no finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from shixiao.checkup.articles import articles
from shixiao.checkup.detectors.registry import Detector, detectors
from shixiao.checkup.detectors.trial import Outcome, Screening, Tried
from shixiao.checkup.scene import Scene
from shixiao.checkup.wording import said, wording
from shixiao.rules import RulePack
from shixiao.statistics import benjamini_hochberg
from shixiao.terms import Estimate, Finding, Innocent, Severity, Subject, SubjectKind, Text

PEOPLE = frozenset({SubjectKind.EVALUATOR})
SEVERITIES = (Severity.VETO, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO)


@dataclass(frozen=True, slots=True)
class Checkup:
    """What the detectors found.

    Attributes:
        findings: by kind in the order of reports, gravest first.
        tried: every trial with its outcome, flagged or not.
        missing: (kind, measure) → what would be needed to assess it.
        kept: (kind, measure, subject) of rules of fact that were looked at and are kept.
    """

    findings: tuple[Finding, ...] = ()
    tried: tuple[Tried, ...] = ()
    missing: tuple[tuple[str, str, Text], ...] = ()
    kept: tuple[tuple[str, str, Subject], ...] = ()

    def tests_json(self) -> list[dict[str, Any]]:
        """Return every trial as it stands in result.json."""
        return [tried.to_json() for tried in self.tried]

    def kept_json(self) -> list[dict[str, Any]]:
        """Return the rules of fact that are kept, as they stand in result.json."""
        return [
            {"kind": kind, "measure": measure, "subject": {"kind": str(s.kind), "id": s.id}}
            for kind, measure, s in self.kept
        ]


def of_no_person(checkup: Checkup) -> Checkup:
    """Return a check-up without what it says of single people: that is never public.

    Evaluators are few, and a code does not hide one of a handful whose work everybody knows.
    """
    return replace(
        checkup,
        findings=tuple(f for f in checkup.findings if f.subject.kind not in PEOPLE),
        tried=tuple(t for t in checkup.tried if t.trial.subject.kind not in PEOPLE),
    )


def check_up(scene: Scene) -> Checkup:
    """Run every detector and decide the family of each kind.

    A detector that fails is a defect of ours: its exception ends the run.
    """
    findings: list[Finding] = []
    tried: list[Tried] = []
    missing: list[tuple[str, str, Text]] = []
    kept: list[tuple[str, str, Subject]] = []
    for detector in detectors():
        screenings = tuple(detector.look(scene))
        found, outcomes = _decided(scene, detector, screenings)
        findings += found
        tried += outcomes
        judged = {t.trial.measure for t in outcomes}
        for screening in screenings:
            kept += [(detector.kind, measure, subject) for measure, subject in screening.kept]
            missing += [
                (detector.kind, measure, reason)
                for measure, reason in screening.missing.items()
                if measure not in judged
            ]
    return Checkup(tuple(findings), tuple(tried), tuple(missing), tuple(kept))


def _decided(
    scene: Scene, detector: Detector, screenings: Sequence[Screening]
) -> tuple[list[Finding], list[Tried]]:
    pairs = [(screening, trial) for screening in screenings for trial in screening.trials]
    judged = [trial for _, trial in pairs if trial.p is not None]
    adjusted = dict(
        zip(
            (trial.key for trial in judged),
            benjamini_hochberg(np.array([trial.p for trial in judged])) if judged else (),
            strict=True,
        )
    )
    level = scene.rules.number("F-01")
    outcomes: list[Tried] = []
    flagged: dict[tuple[str, str, str], tuple[Innocent, ...]] = {}
    for screening, trial in pairs:
        p = float(adjusted[trial.key]) if trial.key in adjusted else None
        outcome = Outcome(str(trial.estimate.status)) if not trial.estimate.ok else Outcome.CLEAR
        stands_out = p is not None and p <= level and trial.worth
        if trial.fact or stands_out:
            innocents = screening.explain(trial)
            explains = any(innocent.explains for innocent in innocents)
            outcome = Outcome.EXPLAINED if explains else Outcome.FLAGGED
            if not explains:
                flagged[trial.key] = innocents
        outcomes.append(Tried(detector.kind, trial, outcome, p))
    found: list[Finding] = []
    for screening in screenings:
        mine = [trial for trial in screening.trials if trial.key in flagged]
        evidence = screening.evidence(mine) if mine else {}
        for trial in mine:
            p = adjusted.get(trial.key)
            text = detector.measures[trial.measure]
            found.append(
                Finding(
                    kind=detector.kind,
                    measure=trial.measure,
                    subject=trial.subject,
                    locator=trial.locator,
                    severity=trial.severity or _severity(trial.ratio, scene.rules),
                    estimate=trial.estimate,
                    rule=detector.rule,
                    lead=not trial.fact,
                    name=detector.name,
                    text=said(text.says, wording(trial, text.unit)),
                    disproof=said(text.disproof, wording(trial, text.unit)),
                    p=trial.p,
                    p_adjusted=None if p is None else float(p),
                    usual=trial.usual,
                    ratio=trial.ratio,
                    articles=tuple(articles(detector.law, scene.rules)),
                    innocents=flagged[trial.key],
                    evidence=tuple(evidence.get(trial.key, ())),
                )
            )
    return sorted(found, key=_gravest_first), outcomes


def red_lines(
    findings: Iterable[Finding],
) -> dict[tuple[SubjectKind, str], tuple[str, ...]]:
    """Return subject → rules by which it crossed a red line: no score outweighs these."""
    crossed: dict[tuple[SubjectKind, str], tuple[str, ...]] = {}
    for finding in findings:
        if not finding.lead and finding.severity is Severity.VETO:
            key = (finding.subject.kind, finding.subject.id)
            crossed[key] = (*crossed.get(key, ()), finding.rule)
    return {key: tuple(dict.fromkeys(rules)) for key, rules in crossed.items()}


def _gravest_first(finding: Finding) -> tuple[int, float, str, str, str]:
    return (
        SEVERITIES.index(finding.severity),
        -(finding.ratio.value or 0.0) if finding.ratio else 0.0,
        finding.measure,
        finding.subject.id,
        finding.locator,
    )


def _severity(ratio: Estimate | None, rules: RulePack) -> Severity:
    """Return how grave a lead is by the lower end of its odds ratio (rule F-05)."""
    low = ratio.low if ratio is not None and ratio.low is not None else 0.0
    if low >= rules.number("F-05", "high"):
        return Severity.HIGH
    return Severity.MEDIUM if low >= rules.number("F-05", "medium") else Severity.LOW
