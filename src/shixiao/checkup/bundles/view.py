"""The public view of a result: every entry, with the numbers of too few people withheld.

It goes through result.json entry by entry, beside the values that the entries were written from.
What is withheld keeps its name, so that a reader sees that there is a number and why it is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shixiao.checkup.bundles.cells import EVERYBODY, Node, Shown, node_of
from shixiao.checkup.bundles.process import shown_process
from shixiao.checkup.bundles.withholding import WITHHELD, withheld
from shixiao.checkup.detectors.registry import detectors
from shixiao.checkup.detectors.trial import Trial
from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.index import Score
from shixiao.effect import Arm, Compared, Measured, Statistic, measure
from shixiao.terms import Estimate, Finding, Subject, SubjectKind, Verdict

Entry = dict[str, Any]
SHARE = "share"
_NEAR_WHOLE = 1e-6


def public_view(result: Mapping[str, Any], evaluation: Evaluation, shown: Shown) -> dict[str, Any]:
    """Return result.json with ``WITHHELD`` in the place of numbers that may not be shown."""
    view = View(evaluation, shown)
    return {
        **result,
        "quality": {
            figure.name: _kept(entry, view.share(figure.estimate, None))
            for figure, entry in zip(
                evaluation.quality.figures, result["quality"].values(), strict=True
            )
        },
        "process": shown_process(
            result["process"], fewest=shown.fewest, secret=shown.secret[EVERYBODY]
        ),
        "measures": list(view.measures(result["measures"])),
        "comparisons": [
            _kept(entry, view.compared(item))
            for item, entry in zip(evaluation.compared, result["comparisons"], strict=True)
        ],
        "verdicts": list(view.verdicts(result["verdicts"])),
        "rankings": list(view.rankings(result["rankings"])),
        "chains": [_kept(e, shown.counts(e["cases"])) for e in result["chains"]],
        "findings": [
            _kept(entry, view.judged(item.kind, item))
            for item, entry in zip(evaluation.checkup.findings, result["findings"], strict=True)
        ],
        "tests": [
            _kept(entry, view.judged(item.kind, item.trial))
            for item, entry in zip(evaluation.checkup.tried, result["tests"], strict=True)
        ],
        "index": [
            view.score(item, entry)
            for item, entry in zip(evaluation.index.scores, result["index"], strict=True)
        ],
        "funnels": list(view.funnels(result["funnels"])),
        "agreement": [_kept(e, shown.counts(e["alpha"]["n"])) for e in result["agreement"]],
    }


def _kept(entry: Entry, may: bool) -> Any:
    return entry if may else withheld(entry)


def _counted(estimate: Entry, may: bool) -> Entry:
    return estimate if may else {**estimate, "n": WITHHELD}


class View:
    """Asks of every entry whether all that its numbers tell may be shown."""

    def __init__(self, evaluation: Evaluation, shown: Shown) -> None:
        self.evaluation = evaluation
        self.shown = shown
        self.units = {d.kind: {n: m.unit for n, m in d.measures.items()} for d in detectors()}
        services = [s.subject for s in evaluation.index.scores if _is_service(s.subject)]
        self.all_services = all(shown.cases(node_of(subject)) for subject in services)

    def measures(self, entries: Sequence[Entry]) -> Iterator[Any]:
        """Give the measures, then the figures that stand behind them."""
        measured = self.evaluation.measured
        for item, entry in zip(measured, entries[: len(measured)], strict=True):
            yield _kept(entry, self.measured(item))
        for figure, entry in zip(self.evaluation.figures, entries[len(measured) :], strict=True):
            yield _kept(entry, self.share(figure.estimate, figure.subject, figure.hits))

    def measured(self, item: Measured) -> bool:
        """Judge a measure of a subject, or of one arm of it."""
        known = measure(item.measure)
        if known.statistic is Statistic.FACT:
            return True  # what the guide asks for, of nobody in particular
        return self.shown.metric(node_of(item.subject), item.arm, known.metric)

    def compared(self, item: Compared) -> bool:
        """Judge a comparison: both arms are told by it."""
        arms = [Arm(item.comparison.column, arm) for arm in (item.comparison.a, item.comparison.b)]
        node, metric = node_of(item.subject), measure(item.measure).metric
        return all(self.shown.metric(node, arm, metric) for arm in arms)

    def verdicts(self, entries: Sequence[Entry]) -> Iterator[Any]:
        """Give the verdicts."""
        for verdict, entry in zip(self.evaluation.verdicts, entries, strict=True):
            yield _kept(entry, self.verdict(verdict))

    def verdict(self, verdict: Verdict) -> bool:
        """Judge a verdict: it names the cases of both arms."""
        column = verdict.details["column"]
        return all(
            self.shown.cases(node_of(verdict.subject), Arm(column, verdict.details[arm]))
            and self.shown.counts(verdict.details[f"n_{arm}"], of=verdict.subject)
            for arm in ("a", "b")
        )

    def rankings(self, entries: Sequence[Entry]) -> Iterator[Any]:
        """Ranks rest on intervals of all; an estimate is shown where its measure is."""
        open_ = {
            (m.measure, *m.subject_or_arm): self.measured(m.item)
            for m in map(_Ranked, self.evaluation.measured)
        }
        for ranking, entry in zip(self.evaluation.rankings, entries, strict=True):
            places = [
                {
                    **place,
                    "estimate": _kept(
                        place["estimate"],
                        open_.get((ranking.measure, ranking.column, place["id"]), False),
                    ),
                }
                for place in entry["places"]
            ]
            yield {**entry, "places": places}

    def judged(self, kind: str, item: Finding | Trial) -> bool:
        """Judge a trial or a finding: its p gives away what it was computed from."""
        estimate = item.estimate
        if self.units[kind][item.measure] == SHARE:
            return self.share(estimate, item.subject)
        return self.shown.counts(estimate.n) or self._all_cases(item.subject, estimate.n)

    def counted(self, item: Score) -> bool:
        """Judge the n of a score."""
        subject, n = item.subject, item.score.n
        may = self._all_cases(subject, n) or self.shown.counts(n, of=subject)
        # The n of a carrier adds up those of its services.
        return may and (_is_service(subject) or self.all_services)

    def score(self, item: Score, entry: Entry) -> Any:
        """Scores are shown; an n, and the raw number of a part, only where its cells are."""
        subject, may = item.subject, self.counted(item)
        parts = []
        for part, shown in zip(item.parts, entry["parts"], strict=True):
            if part.raw is None:
                parts.append({**shown, "value": _counted(shown["value"], may)})
            elif self.share(part.raw, subject):
                parts.append(shown)
            else:
                hidden = {key: withheld(shown[key]) for key in ("value", "raw", "details")}
                parts.append({**shown, **hidden})
        return {**entry, "score": _counted(entry["score"], may), "parts": parts}

    def funnels(self, entries: Sequence[Entry]) -> Iterator[Any]:
        """The centre follows from all dots: with one withheld it would give that one away."""
        for funnel, entry in zip(self.evaluation.index.funnels, entries, strict=True):
            may = [
                self.shown.counts(*_parts(dot.value, dot.n), of=dot.subject) for dot in funnel.dots
            ]
            dots = [_kept(dot, one) for dot, one in zip(entry["dots"], may, strict=True)]
            yield {**entry, "dots": dots, "centre": entry["centre"] if all(may) else WITHHELD}

    def share(self, estimate: Estimate, subject: Subject | None, hits: int | None = None) -> bool:
        """Judge an estimate that may be a share: then both parts of its n are cells."""
        n = estimate.n
        found = [] if estimate.value is None else list(_parts(estimate.value, n))
        if hits is not None:
            found = [hits, n - hits]
        all_cases = subject is not None and self._all_cases(subject, n)
        return self.shown.counts(*found, *([] if all_cases else [n]), of=subject)

    def _all_cases(self, subject: Subject, n: int) -> bool:
        """True when n is the number of all cases of a subject, which is shown elsewhere."""
        node: Node = node_of(subject)
        return self.shown.cases(node) and n == self.shown.total.get(node)


class _Ranked:
    """A measure as rankings know it: by its subject, or by the arm of the whole."""

    def __init__(self, item: Measured) -> None:
        self.item = item
        self.measure = item.measure
        column = {SubjectKind.SERVICE: "service_id", SubjectKind.DEPARTMENT: "department_id"}
        if item.arm is None:
            self.subject_or_arm = (column.get(item.subject.kind, "source"), item.subject.id)
        else:
            self.subject_or_arm = (item.arm.column, item.arm.value)


def _parts(value: float, n: int) -> tuple[float, ...]:
    """Return both parts of n that a share tells of; nothing where the value is no share of n."""
    count = value * n
    whole = round(count)
    if not 0 <= value <= 1 or abs(count - whole) > _NEAR_WHOLE * max(n, 1):
        return ()
    return (whole, n - whole)


def _is_service(subject: Subject) -> bool:
    return subject.kind is SubjectKind.SERVICE
