"""Promising: can the targets that were registered before the launch be judged one day?

A target names a measure of the effect room, a baseline, a better value, a day after the launch and
the fewest cases. What merely looks good (registrations, clicks, likes) and what the Measures of
January 2026 on government apps forbid as a basis of assessment is refused by the same cues that put
appraisal schemes on the scales.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from shixiao.checkup.design.asking import Design
from shixiao.checkup.design.wording import texts
from shixiao.checkup.schemes.cues import deciding_cue, folded
from shixiao.effect import Measure, Statistic, measures
from shixiao.effect.targets import Registered, Target
from shixiao.evidence.schema import load_schemas
from shixiao.rules import RulePack
from shixiao.terms import Subject, SubjectKind, Text

COMPLETIONS = "completions"  # the one count of use that says that something was got done


class State(StrEnum):
    """Whether a target can be judged."""

    REGISTERED = "registered"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Promise:
    """A registered target and what is wrong with it.

    Attributes:
        subject: whose it is.
        registered: the row.
        state: whether it can be judged.
        target: what is judged on the day; None unless it can be.
        why: what is missing, or why it is refused.
    """

    subject: Subject
    registered: Registered
    state: State
    target: Target | None
    why: tuple[Text, ...]


def promises(design: Design, rules: RulePack) -> tuple[Promise, ...]:
    """Check every registered target, in order of subject and measure."""
    known = {service.subject.id: (service.subject, service.since) for service in design.services}
    known |= {app.subject.id: (app.subject, app.launched) for app in design.apps}
    return tuple(_checked(row, known, rules) for row in design.targets)


Launches = Mapping[str, tuple[Subject, date | None]]


def _checked(row: Registered, known: Launches, rules: RulePack) -> Promise:
    unknown = Subject(SubjectKind.SERVICE, row.subject_id, Text.of(row.subject_id))
    subject, launch = known.get(row.subject_id, (unknown, None))
    refused = _refused(row)
    if refused is not None:
        return Promise(subject, row, State.REFUSED, None, (refused,))
    measure = _measure(row.measure)
    if measure is None:
        why = _said("measure_unknown", written=row.measure[:60])
        return Promise(subject, row, State.INCOMPLETE, None, (why,))
    wrong = [*_missing(row), *_wrong(row, measure, launch, rules)]
    if row.subject_id not in known:
        wrong.append(_said("subject_unknown", subject=row.subject_id[:60]))
    if wrong or row.baseline is None or row.target is None or row.due is None:
        return Promise(subject, row, State.INCOMPLETE, None, tuple(wrong))
    least = row.least_n or int(rules.number("E-01"))
    target = Target(measure, row.baseline, row.target, row.due, least)
    return Promise(subject, row, State.REGISTERED, target, ())


def _refused(row: Registered) -> Text | None:
    """Say why a measure is no target: it counts what looks good, or what may not be counted."""
    if _measure(row.measure) is not None:
        return None
    cue = deciding_cue(row.measure, "")
    if cue is not None and cue.indicator_class.show:
        return _said("vanity", written=row.measure[:60], reason=cue.reason)
    if folded(row.measure) in _counts():
        return _said("vanity", written=row.measure[:60], reason=texts("promises")["count_of_use"])
    return None


def _missing(row: Registered) -> Iterable[Text]:
    for name in ("baseline", "target", "due"):
        if getattr(row, name) is None:
            yield _said("missing", column=_title(name))


def _wrong(
    row: Registered, measure: Measure, launch: date | None, rules: RulePack
) -> Iterable[Text]:
    least = int(rules.number("E-01"))
    if row.least_n is not None and row.least_n < least:
        yield _said("too_few", n=str(row.least_n), least=str(least))
    if measure.statistic is Statistic.SHARE:
        for value in (row.baseline, row.target):
            if value is not None and not 0 <= value <= 1:
                yield _said("no_share", value=f"{value:g}")
    if row.baseline is not None and row.target is not None:
        gain = row.baseline - row.target
        if (gain if measure.better == "lower" else -gain) <= 0:
            words = {"baseline": f"{row.baseline:g}", "target": f"{row.target:g}"}
            yield _said("no_better", measure=measure.name, **words)
    if launch is not None and row.due is not None and row.due <= launch:
        yield _said("due_too_early", launch=launch, due=row.due)
    if launch is not None and row.registered is not None and row.registered > launch:
        yield _said("too_late", launch=launch, registered=row.registered)


@cache
def _by_name() -> Mapping[str, Measure]:
    found: dict[str, Measure] = {}
    for item in measures():
        found |= dict.fromkeys((item.id, folded(item.name.zh), folded(item.name.en)), item)
    return found


def _measure(written: str) -> Measure | None:
    return _by_name().get(folded(written))


@cache
def _counts() -> frozenset[str]:
    """Return what counts of use are called: their columns and titles."""
    columns = [c for c in load_schemas()["usage"].columns if c.type == "integer"]
    names = ((c.name, c.title.zh, c.title.en) for c in columns if c.name != COMPLETIONS)
    return frozenset(folded(name) for three in names for name in three)


def _title(name: str) -> Text:
    column = load_schemas()["targets"].column(name)
    return column.title if column is not None else Text.of(name)


def _said(key: str, **words: object) -> Text:
    return texts("promises")[key].format(**words)
