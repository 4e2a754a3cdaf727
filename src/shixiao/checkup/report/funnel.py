"""The funnel plot: which services or logs differ from the mean by more than their size explains."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.report.cells import Figure
from shixiao.checkup.report.figures import NARROW, WIDE
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.report.words import SUBJECTS
from shixiao.effect import measure
from shixiao.pictures import FunnelPoint, funnel_svg, standing
from shixiao.terms import Estimate, Subject, SubjectKind, Text

FEWEST = 5
SHARES = ("completion", "rework")


@dataclass(frozen=True, slots=True)
class Funnel:
    """The plot and what it says in a sentence."""

    name: str
    figure: Figure
    sentence: str


def funnel_part(speech: Speech, lookup: Lookup) -> Funnel | None:
    """Return the plot over services, else logs; None with fewer than five that can be drawn."""
    for kind in (SubjectKind.SERVICE, SubjectKind.LOG):
        for name in SHARES:
            found = _known(lookup, kind, name)
            if len(found) >= FEWEST:
                return _funnel(speech, kind, name, found)
    return None


def _known(lookup: Lookup, kind: SubjectKind, name: str) -> list[tuple[Subject, Estimate]]:
    found = [(s, lookup.estimate(s, name)) for s in lookup.subjects(kind)]
    return [
        (s, e)
        for s, e in found
        if e is not None and e.ok and e.value is not None and e.n >= lookup.minimum
    ]


def _funnel(
    speech: Speech,
    kind: SubjectKind,
    name: str,
    found: list[tuple[Subject, Estimate]],
) -> Funnel:
    total = sum(e.n for _, e in found)
    centre = sum((e.value or 0.0) * e.n for _, e in found) / total
    points = [FunnelPoint(Text.of(speech.name(s.name)), e.value or 0.0, e.n) for s, e in found]
    item = measure(name)
    title = speech.say(item.name)
    wide, narrow = (
        funnel_svg(
            points,
            kind="share",
            centre=centre,
            unit=Text.of(f"% {title}"),
            language=speech.language,
            title=Text.of(title),
            width=width,
            id_prefix=speech.id("funnel"),
        )
        for width in (WIDE, NARROW)
    )
    places = [standing(point, kind="share", centre=centre, sd=None) for point in points]
    far, near = places.count("beyond_998"), places.count("beyond_95")
    of = speech.say(SUBJECTS[kind])
    caption = speech.t(
        f"{len(points)} {of}，{speech.cases(total)}；横线是总体 {speech.percent(centre)}。"
        "两组曲线是 95% 与 99.8% 的界限：同样件数下，只凭偶然很少会越过。",
        f"{len(points)} {of}, {speech.cases(total)}; the level line is the overall"
        f" {speech.percent(centre)}. The curves are the 95% and 99.8% limits, which chance alone"
        " rarely crosses at that number of cases.",
    )
    sentence = speech.t(
        f"{far} 项超出 99.8% 的界限，{near} 项介于 95% 与 99.8% 之间；"
        "其余与总体的差别，件数多少就能解释。",
        f"{far} lie beyond the 99.8% limits and {near} between those of 95% and 99.8%; the others"
        " differ from the mean by no more than their size explains.",
    )
    return Funnel(title, Figure(wide, narrow, caption, title), sentence)
