"""The one picture at the head: the ribbon of a single subject, or all subjects side by side."""

from __future__ import annotations

from collections.abc import Sequence

from shixiao.checkup.report.cells import Figure
from shixiao.checkup.report.figures import FASTER_SLOWER, LESS_MORE, intervals
from shixiao.checkup.report.journeys import journey_of
from shixiao.checkup.report.lookup import TIMES, Lookup
from shixiao.checkup.report.speech import Speech, Unit, capitalised, unit_of
from shixiao.checkup.report.words import VERDICTS
from shixiao.effect import Arm, measure
from shixiao.pictures import IntervalRow
from shixiao.terms import Estimate, Subject, SubjectKind, Text

MOST_ROWS = 15


def top_picture(speech: Speech, lookup: Lookup) -> tuple[Figure | None, Subject | None]:
    """Return the picture, and the subject whose ribbon it is (None for other pictures)."""
    verdicts = lookup.verdicts()
    if len(verdicts) > 1:
        return _ratios(speech, lookup), None
    if not verdicts:
        parts = lookup.subjects(SubjectKind.SERVICE) or lookup.subjects(SubjectKind.LOG)
        if len(parts) > 1:
            return _times(
                speech, lookup, [(p.name, p, None) for p in _largest(lookup, parts)]
            ), None
    subject = verdicts[0].subject if verdicts else lookup.whole
    drawn = journey_of(speech, lookup, subject)
    if drawn.figure is not None:
        return drawn.figure, subject
    channels = lookup.arms("channel")
    rows = [
        (Text.of(speech.arm("channel", value)), lookup.whole, Arm("channel", value))
        for value in sorted(channels, key=lambda v: (-channels[v], v))[:MOST_ROWS]
    ]
    return _times(speech, lookup, rows), None


def _largest(lookup: Lookup, parts: Sequence[Subject]) -> list[Subject]:
    return sorted(parts, key=lambda s: (-lookup.size(s), s))[:MOST_ROWS]


def _ratios(speech: Speech, lookup: Lookup) -> Figure | None:
    """Draw the ratio of median time of every judged subject, grouped by verdict."""
    verdicts, comparison = lookup.verdicts(), lookup.comparison
    name = next((n for n in (*TIMES, "steps") if lookup.ratio(verdicts[0].subject, n)), None)
    if name is None or comparison is None:
        return None
    shown = verdicts[:MOST_ROWS]
    found = [(v, lookup.ratio(v.subject, name)) for v in shown]
    rows = [
        IntervalRow(v.subject.name, c.ratio, capitalised(VERDICTS[v.verdict]))
        for v, c in found
        if c is not None
    ]
    a, b = speech.arms(comparison)
    item = speech.say(measure(name).name)
    n = sum(sum(c.cases) for _, c in found if c is not None)
    rest = len(verdicts) - len(shown)
    more = (
        speech.t(f"另有 {rest} 项见下表。", f" {rest} more are in the table below.") if rest else ""
    )
    caption = speech.t(
        f"{item}，{a}除以{b}，{speech.cases(n)}，按结论分组；点是估计值，横线是 95% 区间，"
        f"虚线是 1 倍（没有差别）。结论还要看其他负担，不只看用时。{more}",
        f"{item}, {a} divided by {b}, {speech.cases(n)}, grouped by verdict; the dot is the"
        " estimate, the line its 95% interval, the dashed line is 1 (no difference). Verdicts rest"
        f" on the other burdens as well, not on time alone.{more}",
    )
    title = speech.t(f"{a}比{b}快还是慢", f"Is {a} faster or slower than {b}?")
    sides = FASTER_SLOWER if name in TIMES else LESS_MORE
    unit = Unit(1.0, Text.of(speech.t(f"{a}是{b}的几倍", f"{a} as a multiple of {b}")))
    return intervals(speech, rows, unit, title=title, caption=caption, ratio=True, sides=sides)


def _times(
    speech: Speech, lookup: Lookup, of: Sequence[tuple[Text, Subject, Arm | None]]
) -> Figure | None:
    """Draw the median time of several subjects or arms."""
    name = lookup.time_measure()
    if name is None or not of:
        return None
    found = [(text, lookup.estimate(subject, name, arm)) for text, subject, arm in of]
    known: list[tuple[Text, Estimate]] = [(text, e) for text, e in found if e is not None]
    item = measure(name)
    unit = unit_of(item, [e for _, e in known])
    rows = [IntervalRow(text, e) for text, e in known]
    n = speech.cases(sum(e.n for _, e in known))
    caption = speech.t(
        f"{n}；点是中位数，横线是 95% 区间。按件数从多到少排列，不是名次。",
        f"{n}; the dot is the median, the line its 95% interval. In order of their number of"
        " cases, which is no ranking.",
    )
    return intervals(speech, rows, unit, title=speech.say(item.name), caption=caption)
