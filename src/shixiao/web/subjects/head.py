"""The head of a department, an app or a platform: a sentence, a picture, three numbers, a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.checkup.index import DIMENSION_NAMES, DIMENSIONS, OVERALL
from shixiao.checkup.report.cells import Cell, Figure
from shixiao.checkup.report.figures import intervals
from shixiao.checkup.report.scores import POINTS
from shixiao.checkup.report.speech import Speech, capitalised
from shixiao.pictures import IntervalRow
from shixiao.records.models import Standing
from shixiao.terms import Estimate, Text
from shixiao.web.findings.showing import Line
from shixiao.web.shell.pages import language

SCORES: tuple[tuple[Text, str, bool], ...] = (
    (Text("维度", "Dimension"), "", False),
    (Text("得分（满分 100）", "Score out of 100"), "", True),
    (Text("n（件或条）", "n (cases or records)"), "", True),
)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on top.

    Attributes:
        answer: the sentence.
        figure: the scores with their intervals; None without any.
        scores: the table twin of the figure; none where no score can be told.
        overall: the overall score, or the sentence why there is none.
        n: of the overall score; None where it is not public.
        place: the interval of the rank in words; "—" where there is none.
        next: the finding to look at first; None without one.
    """

    answer: str
    figure: Figure | None
    scores: tuple[tuple[Cell, ...], ...]
    overall: Cell
    n: int | None
    place: str
    next: Line | None


def head_of(standing: Standing, findings: Sequence[Line]) -> Head:
    """Return the head of the page of a subject."""
    speech = Speech(language())
    found = {name: Estimate.from_json(each) for name, each in standing.detail["scores"].items()}
    scores = [(name, found[name]) for name in (OVERALL, *DIMENSIONS) if name in found]
    overall = found.get(OVERALL)
    said = speech.estimate(overall, POINTS, with_unit=True) if overall else Cell("—")
    return Head(
        _answer(speech, standing, said),
        _figure(speech, scores),
        tuple(_row(speech, *each) for each in scores) if any(e.ok for _, e in scores) else (),
        said,
        (overall.n or None) if overall else None,
        _place(speech, standing),
        findings[0] if findings else None,
    )


def _answer(speech: Speech, standing: Standing, overall: Cell) -> str:
    n = standing.findings
    leads = speech.t(
        f"有 {n} 条线索或违规" if n else "没有线索或违规",
        f"{n} {'lead or breach' if n == 1 else 'leads and breaches'}" if n else "No leads",
    )
    if standing.score is None:
        return speech.t(f"{leads}；没有总分。", f"{leads}; no overall score.")
    return speech.t(
        f"{leads}；总分 {overall.text} {overall.interval}，满分 100。",
        f"{leads}; it scores {overall.text} {overall.interval} out of 100.",
    )


def _figure(speech: Speech, scores: Sequence[tuple[str, Estimate]]) -> Figure | None:
    rows = [IntervalRow(_name(name), estimate, None) for name, estimate in scores if estimate.ok]
    if not rows:
        return None
    caption = speech.t(
        "点是估计值，横线是 95% 区间；总分是三个维度的几何平均。",
        "The dot is the estimate, the line its 95% interval; the overall score is the geometric"
        " mean of the three dimensions.",
    )
    return intervals(speech, rows, POINTS, title=speech.t("得分", "Scores"), caption=caption)


def _row(speech: Speech, name: str, estimate: Estimate) -> tuple[Cell, ...]:
    n = speech.count(estimate.n) if estimate.n else "—"
    return Cell(speech.say(_name(name))), speech.estimate(estimate, POINTS), Cell(n)


def _name(dimension: str) -> Text:
    return capitalised(DIMENSION_NAMES[dimension])


def _place(speech: Speech, standing: Standing) -> str:
    if standing.rank_low is None:
        return "—"
    low, high, of = standing.rank_low, standing.rank_high, standing.rank_of
    return speech.t(f"第 {low}–{high} 名，共 {of} 个", f"{low}–{high} of {of}")
