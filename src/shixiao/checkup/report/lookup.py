"""Lookup: finds estimates, comparisons and journeys of an evaluation by whom they speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from shixiao.checkup.detectors.trial import Tried
from shixiao.checkup.evaluation import CHANNELS, Evaluation
from shixiao.checkup.index import Score
from shixiao.checkup.report.addresses import addresses
from shixiao.checkup.report.words import VERDICTS
from shixiao.checkup.savings import Savings, savings, total
from shixiao.effect import Arm, Compared, Comparison, Journey, Measure, measures, whole
from shixiao.terms import Estimate, Finding, Subject, SubjectKind, Text, Verdict

# What tells most about a subject, best first; a table shows the first four that are known.
TIMES = ("working_median", "elapsed_median")
TELLING = ("visits", "dropout", "completion", "rework", "visible_steps", "steps")
SHOWN_MEASURES = 4
PACKAGE = "package"


class Lookup:
    """The evaluation, indexed once for all sections and both languages."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.whole = whole(evaluation.store)
        self._measured: dict[tuple[SubjectKind, str, str, Arm | None], Estimate] = {}
        self._arms: dict[str, dict[str, int]] = defaultdict(dict)
        self._subjects: dict[SubjectKind, dict[str, Subject]] = defaultdict(dict)
        self._sizes: dict[tuple[SubjectKind, str], int] = {}
        for item in evaluation.measured:
            subject, arm = item.subject, item.arm
            self._measured[subject.kind, subject.id, item.measure, arm] = item.estimate
            if item.measure != "steps":
                continue
            if arm is None:
                self._sizes[subject.kind, subject.id] = item.estimate.n
                if subject != self.whole:
                    self._subjects[subject.kind][subject.id] = subject
            elif subject == self.whole:
                self._arms[arm.column][arm.value] = item.estimate.n
        self._subjects = {
            kind: dict(sorted(found.items())) for kind, found in self._subjects.items()
        }
        self._compared: dict[Subject, list[Compared]] = defaultdict(list)
        for compared in evaluation.compared:
            self._compared[compared.subject].append(compared)
        self._journeys = {(j.subject, j.arm): j for j in evaluation.journeys}
        self.index = evaluation.index
        self._scores: dict[tuple[SubjectKind, str], dict[str, Score]] = defaultdict(dict)
        for score in self.index.scores:
            self._scores[score.subject.kind, score.subject.id][score.dimension] = score
        self._findings: dict[tuple[SubjectKind, str], list[Finding]] = defaultdict(list)
        for finding in evaluation.checkup.findings:
            self._findings[finding.subject.kind, finding.subject.id].append(finding)
        parts = [v for v in evaluation.verdicts if v.subject != self.whole]
        order = list(VERDICTS)
        self._verdicts = sorted(
            parts or evaluation.verdicts, key=lambda v: (order.index(v.verdict), v.subject)
        )
        self._verdict_on = {(v.subject.kind, v.subject.id): v for v in self._verdicts}
        self.savings: dict[str, Savings] = savings(evaluation) if self.city else {}
        self.saved: Estimate = total(self.savings.values(), evaluation.rules)
        services = self.subjects(SubjectKind.SERVICE) if self.city else []
        self._addresses = addresses([service.id for service in services])

    # ── cities ────────────────────────────────────────────────────────────────────────────────

    @property
    def city(self) -> bool:
        """True for an evidence package: findings and an index are sought there."""
        return self.evaluation.store.meta.kind == PACKAGE

    @property
    def city_head(self) -> bool:
        """True where the head speaks of the whole city, not of two arms that were asked for."""
        asked = self.evaluation.question.comparison
        return self.city and asked in (None, CHANNELS)

    @property
    def findings(self) -> Sequence[Finding]:
        """Every finding, by kind in the order of reports, gravest first."""
        return self.evaluation.checkup.findings

    @property
    def tried(self) -> Sequence[Tried]:
        """Every trial with its outcome."""
        return self.evaluation.checkup.tried

    def findings_of(self, subject: Subject) -> list[Finding]:
        """Return the findings on one subject."""
        return self._findings.get((subject.kind, subject.id), [])

    def scores(self, subject: Subject) -> dict[str, Score]:
        """Return dimension → score of a subject."""
        return self._scores.get((subject.kind, subject.id), {})

    def page(self, subject: Subject) -> str:
        """Return the file name of a service's own page; "" for all else."""
        return self._addresses.get(subject.id, "") if subject.kind is SubjectKind.SERVICE else ""

    # ── measures ──────────────────────────────────────────────────────────────────────────────

    @property
    def minimum(self) -> int:
        """Fewest cases that may be told on a page (rule E-16)."""
        return int(self.evaluation.rules.number("E-16"))

    @property
    def comparison(self) -> Comparison | None:
        """The comparison that was asked for, as the verdicts name it."""
        for compared in self.evaluation.compared:
            return compared.comparison
        return self.evaluation.comparison

    def estimate(self, subject: Subject, name: str, arm: Arm | None = None) -> Estimate | None:
        """Return one measure of a subject, of all its cases or of an arm; None when not taken."""
        return self._measured.get((subject.kind, subject.id, name, arm))

    def activity(self, name: str) -> Text:
        """Return the name of an activity in both languages, a dash for one without a name."""
        return self.evaluation.steps.name_of(name.strip() and name)

    def subjects(self, kind: SubjectKind) -> list[Subject]:
        """Return the parts of the whole of one kind, by id."""
        return list(self._subjects.get(kind, {}).values())

    def all_subjects(self) -> list[Subject]:
        """Return the parts of the whole of every kind."""
        return [subject for kind in sorted(self._subjects) for subject in self.subjects(kind)]

    def size(self, subject: Subject) -> int:
        """Return how many cases a subject has."""
        return self._sizes.get((subject.kind, subject.id), 0)

    def arms(self, column: str) -> dict[str, int]:
        """Return the values by which the whole was split, with their cases, by value."""
        return dict(sorted(self._arms.get(column, {}).items()))

    @property
    def arm_columns(self) -> list[str]:
        """Return every column by which the whole was split, the usual ones first."""
        usual = [c for c in ("channel", "region", "month") if c in self._arms]
        return usual + sorted(set(self._arms) - set(usual))

    def compared(self, subject: Subject) -> list[Compared]:
        """Return the compared measures of a subject."""
        return self._compared.get(subject, [])

    def ratio(self, subject: Subject, name: str) -> Compared | None:
        """Return the comparison of one measure that rests on confirmed rows only."""
        found = (c for c in self.compared(subject) if c.measure == name and not c.suggested)
        return next(found, None)

    def journey(self, subject: Subject, arm: str = "") -> Journey | None:
        """Return the most common path of a subject in an arm."""
        if subject.kind is SubjectKind.DEPARTMENT:  # many processes, no one path
            return None
        key = "" if subject == self.whole else subject.id
        return self._journeys.get((key, arm))

    def facts(self, subject: Subject, name: str) -> tuple[int | None, int | None]:
        """Return what the guide asks for in (a, b), where the arms are channels of a service."""
        comparison = self.comparison
        if comparison is None or comparison.column != "channel":
            return None, None
        asked = self.evaluation.asked
        pair = [asked.get((subject.id, arm)) for arm in (comparison.a, comparison.b)]
        a, b = (None if found is None else found.fact(name) for found in pair)
        return a, b

    def verdicts(self) -> list[Verdict]:
        """Return the verdicts on parts (or on the whole, without parts), gravest first."""
        return self._verdicts

    def verdict(self, subject: Subject) -> Verdict | None:
        """Return the verdict on one subject."""
        return self._verdict_on.get((subject.kind, subject.id))

    def time_measure(self, subject: Subject | None = None) -> str | None:
        """Return the measure of median time: working days where known, else calendar days."""
        of = subject or self.whole
        return next((name for name in TIMES if self.estimate(of, name) is not None), None)

    def telling(self, at_most: int = SHOWN_MEASURES) -> list[str]:
        """Return the measures that a breakdown shows: time first, then what tells most."""
        time = self.time_measure()
        known = [name for name in TELLING if self.estimate(self.whole, name) is not None]
        if "visible_steps" in known and "steps" in known:
            known.remove("steps")
        return ([time] if time else [])[:at_most] + known[: at_most - bool(time)]


def reasons(lookup: Lookup) -> list[tuple[Text, Sequence[Measure]]]:
    """Return each reason for which measures are missing, with those measures."""
    missing = lookup.evaluation.missing
    grouped: dict[Text, list[Measure]] = defaultdict(list)
    for item in measures():
        reason = missing.get(item.metric)
        if reason is not None:
            grouped[reason].append(item)
    return list(grouped.items())
