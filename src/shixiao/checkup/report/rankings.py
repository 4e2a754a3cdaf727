"""Rankings: bands, never places that the intervals do not carry."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.ranking import Ranking
from shixiao.checkup.report.cells import Cell, Column, Figure, Table
from shixiao.checkup.report.figures import intervals
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech, unit_of
from shixiao.effect import measure
from shixiao.pictures import IntervalRow
from shixiao.terms import SubjectKind, Text

_KINDS = {
    "service_id": SubjectKind.SERVICE,
    "department_id": SubjectKind.DEPARTMENT,
    "source": SubjectKind.LOG,
}


@dataclass(frozen=True, slots=True)
class RankingPart:
    """One measure: its name, what it means, which way helps people, plot and table twin."""

    name: str
    about: str
    better: str
    figure: Figure
    table: Table
    left_out: str


def ranking_parts(speech: Speech, lookup: Lookup) -> tuple[RankingPart, ...]:
    """Return every ranking."""
    return tuple(_part(speech, lookup, ranking) for ranking in lookup.evaluation.rankings)


def _part(speech: Speech, lookup: Lookup, ranking: Ranking) -> RankingPart:
    item = measure(ranking.measure)
    names = _names(speech, lookup, ranking)
    unit = unit_of(item, [estimate for _, estimate in ranking.places])
    ordered = sorted(ranking.places, key=lambda p: (p[0].band, p[0].id))
    rows = [
        IntervalRow(Text.of(names[place.id]), estimate, _band(place.band))
        for place, estimate in ordered
    ]
    n = speech.cases(sum(estimate.n for _, estimate in ordered))
    caption = speech.t(
        f"{n}；点是估计值，横线是 95% 区间。同一档内按编号排列，分不出先后。",
        f"{n}; the dot is the estimate, the line its 95% interval. Within a band the order is by"
        " id; no order is supported there.",
    )
    figure = intervals(speech, rows, unit, title=speech.say(item.name), caption=caption)
    columns = (
        Column(speech.column(ranking.column)),
        Column(speech.t("档", "Band"), number=True),
        Column(speech.t("名次区间", "Rank interval"), number=True),
        Column(
            f"{speech.say(item.name)}（{speech.say(unit.name)}）"
            if speech.language == "zh"
            else f"{speech.say(item.name)} ({speech.say(unit.name)})",
            number=True,
        ),
        Column(speech.t("件数", "n"), number=True),
    )
    table = Table(
        speech.t(
            f"{speech.say(item.name)}：分档与名次区间",
            f"{speech.say(item.name)}: bands and rank intervals",
        ),
        columns,
        tuple(
            (
                Cell(names[place.id]),
                Cell(str(place.band)),
                Cell(_ranks(place.low, place.high, place.of)),
                speech.estimate(estimate, unit),
                Cell(speech.count(estimate.n)),
            )
            for place, estimate in ordered
        ),
    )
    better = item.better == "lower"
    return RankingPart(
        speech.say(item.name),
        speech.say(item.about),
        speech.t("越少越好", "less is better")
        if better
        else speech.t("越多越好", "more is better"),
        figure,
        table,
        _left_out(speech, lookup, ranking, names),
    )


def _ranks(low: int, high: int, of: int) -> str:
    return f"{low} / {of}" if low == high else f"{low}–{high} / {of}"


def _band(number: int) -> Text:
    return Text(f"第 {number} 档", f"Band {number}")


def _names(speech: Speech, lookup: Lookup, ranking: Ranking) -> dict[str, str]:
    kind = _KINDS.get(ranking.column)
    known = {s.id: s.name for s in lookup.subjects(kind)} if kind else {}
    ids = [place.id for place, _ in ranking.places] + list(ranking.left_out)
    return {i: speech.name(known[i]) if i in known else speech.arm(ranking.column, i) for i in ids}


def _left_out(speech: Speech, lookup: Lookup, ranking: Ranking, names: dict[str, str]) -> str:
    if not ranking.left_out:
        return ""
    listed = speech.t("、", ", ").join(names[i] for i in ranking.left_out)
    needed = int(lookup.evaluation.rules.number("E-01"))
    return speech.t(
        f"没有参加分档：{listed}（不足 {needed} 件，或没有估计值）。",
        f"Not in the bands: {listed} (fewer than {needed} cases, or no estimate).",
    )
