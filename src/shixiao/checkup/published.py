"""Published: an evaluation as everybody may read it, with the numbers of too few people left out.

Pages follow the bundle: what it withholds (fewer people than rule E-16 allows, or a number from
which so few could be worked out) has no number on a page either, and the sentence that says so
stands in its place. Rows of single cases are named to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from shixiao.checkup.bundles.cells import Shown, node_of
from shixiao.checkup.bundles.view import View
from shixiao.checkup.detectors.registry import detectors
from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.findings import of_no_person
from shixiao.checkup.index import Part, Score
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.overview import COPY
from shixiao.checkup.savings import STAFF, Change, Savings
from shixiao.effect import Arm, Compared, Journey, Measured, Statistic, measure
from shixiao.terms import Estimate, Finding, Subject, SubjectKind, Text, Verdict

WITHHELD = Text(
    "不公开：所涉人数不足 {fewest} 人，或可由此推算",
    "not public: it tells of fewer than {fewest} people, or such a number follows from it",
)
CLAIM = Text("{about}数字{why}。", "{about} Its numbers are {why}.")


def published(lookup: Lookup, may: Shown) -> Lookup:
    """Return what pages for everybody are made from; counts of the process are not among it."""
    return _Publisher(lookup, may).run()


class _Publisher:
    """One run: asks of every part whether its numbers may be shown."""

    def __init__(self, lookup: Lookup, may: Shown) -> None:
        self.lookup = lookup
        self.evaluation: Evaluation = lookup.evaluation
        self.may = may
        self.view = View(self.evaluation, self.may)
        self.why = WITHHELD.format(fewest=self.may.fewest)
        self.nothing = Estimate.not_assessable(self.why)
        self.about = {detector.kind: detector.about for detector in detectors()}

    def run(self) -> Lookup:
        whole = self.evaluation
        checkup = of_no_person(whole.checkup)
        checkup = replace(checkup, findings=tuple(map(self.finding, checkup.findings)))
        index = replace(whole.index, scores=tuple(map(self.score, whole.index.scores)), funnels=())
        figures = [
            figure
            for figure in whole.figures
            if self.view.share(figure.estimate, figure.subject, figure.hits)
        ]
        open_ = replace(
            whole,
            quality=replace(whole.quality, figures=[]),
            edges=[],
            starts={},
            ends={},
            activities=[],
            variants=[],
            measured=list(map(self.measured, whole.measured)),
            compared=list(map(self.compared, whole.compared)),
            verdicts=list(map(self.verdict, whole.verdicts)),
            rankings=[],
            chains=[],
            journeys=list(map(self.journey, whole.journeys)),
            checkup=checkup,
            index=index,
            figures=figures,
        )
        found = Lookup(open_)
        found.savings = {of: self.saved(each) for of, each in self.lookup.savings.items()}
        found.saved = self.saved_in_all(found.savings)
        return found

    def measured(self, item: Measured) -> Measured:
        if self.view.measured(item):
            return item
        node = node_of(item.subject)
        whole = self.may.cases(node, item.arm) and item.measure == "steps"
        n = item.estimate.n if whole else 0
        return replace(item, estimate=replace(self.nothing, n=n), sums=None)

    def compared(self, item: Compared) -> Compared:
        if self.view.compared(item):
            return item
        return replace(item, ratio=self.nothing, crude=None, means=(None, None), cases=(0, 0))

    def verdict(self, verdict: Verdict) -> Verdict:
        if self._argued(verdict):
            return verdict
        words = {name: value for name, value in verdict.details.items() if isinstance(value, str)}
        return replace(verdict, grounds=(self.why,), details=words)

    def _argued(self, verdict: Verdict) -> bool:
        """True when all numbers that its grounds may name can be shown."""
        compared = self.lookup.compared(verdict.subject)
        return self.view.verdict(verdict) and all(map(self.view.compared, compared))

    def journey(self, journey: Journey) -> Journey:
        subject = self._subject(journey.subject)
        comparison = self.lookup.comparison
        arm = Arm(comparison.column, journey.arm) if journey.arm and comparison else None
        n = round(journey.cases / journey.share) if journey.share else 0
        told = self.may.cases(node_of(subject), arm) and self.may.counts(
            journey.cases, n - journey.cases, of=subject
        )
        return replace(journey, told=told)

    def _subject(self, identifier: str) -> Subject:
        services = self.lookup.subjects(SubjectKind.SERVICE)
        known = {service.id: service for service in services}
        return known.get(identifier, self.lookup.whole)

    def finding(self, finding: Finding) -> Finding:
        """Return a finding without keys of rows; one with too few people keeps no number."""
        evidence = tuple(replace(each, keys=()) for each in finding.evidence)
        if not finding.lead or self._told(finding):
            return replace(finding, evidence=evidence)
        return replace(
            finding,
            text=CLAIM.format(about=self.about[finding.kind], why=self.why),
            estimate=self.nothing,
            p=None,
            p_adjusted=None,
            usual=None,
            ratio=None,
            innocents=(),
            evidence=evidence,
        )

    def _told(self, finding: Finding) -> bool:
        verdict = self.lookup.verdict(finding.subject)
        argued = finding.kind != COPY or (verdict is not None and self._argued(verdict))
        return argued and self.view.judged(finding.kind, finding)

    def score(self, score: Score) -> Score:
        counted = self.view.counted(score)
        parts = tuple(self._part(part, score.subject, counted) for part in score.parts)
        return replace(score, score=self._uncounted(score.score, counted), parts=parts)

    def _part(self, part: Part, subject: Subject, counted: bool) -> Part:
        if part.raw is None:
            return replace(part, value=self._uncounted(part.value, counted))
        if self.view.share(part.raw, subject):
            return part
        return replace(part, value=self.nothing, raw=self.nothing, details={})

    def _uncounted(self, estimate: Estimate, counted: bool) -> Estimate:
        """Take the n away; a reason that names it goes with it."""
        if counted:
            return estimate
        return replace(estimate, n=0) if estimate.ok else self.nothing

    def saved(self, saved: Savings) -> Savings:
        """Return what one service could save: of a sum, either all parts or at least two are out.

        One part that is left out would follow from the sum and the others.
        """
        node = node_of(saved.subject)
        changes = tuple(change for change in saved.changes if self._open(saved, change))
        late = saved.late if self.may.metric(node, None, "within_promised") else None
        out = [change for change in saved.changes if change not in changes]
        staff, people = (
            self._sum(saved.subject, estimate, [c for c in out if (c.measure in STAFF) is of_staff])
            for estimate, of_staff in ((saved.staff, True), (saved.people, False))
        )
        cases = saved.cases if self.may.cases(node) else 0.0
        return Savings(saved.subject, cases, changes, people, staff, late)

    def _open(self, saved: Savings, change: Change) -> bool:
        node = node_of(saved.subject)
        arm = Arm("channel", change.channel) if change.channel else None
        item = measure(change.measure)
        if not self.may.cases(node, arm):
            return False
        return item.statistic is Statistic.FACT or self.may.metric(node, arm, item.metric)

    def _sum(self, subject: Subject, estimate: Estimate, out: Sequence[Change]) -> Estimate:
        counted = self.may.cases(node_of(subject))
        return self._uncounted(self.nothing if len(out) == 1 else estimate, counted)

    def saved_in_all(self, services: Mapping[str, Savings]) -> Estimate:
        """Return what all services could save, where no single one follows from the others."""
        out = list(self._closed(services))
        return self.nothing if len(out) == 1 else self.lookup.saved

    def _closed(self, services: Mapping[str, Savings]) -> Iterator[str]:
        for of, saved in services.items():
            if self.lookup.savings[of].people.ok and not saved.people.ok:
                yield of
