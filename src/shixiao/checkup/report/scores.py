"""The index: bands with intervals, never a rank that they do not carry, and each computation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.checkup.index import (
    DIMENSION_NAMES,
    DIMENSIONS,
    GRADES,
    OVERALL,
    Part,
    Score,
    indicators,
)
from shixiao.checkup.report.cells import Cell, Column, Figure, Table
from shixiao.checkup.report.figures import NARROW, WIDE, axis_of, cell_picture, intervals
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech, Unit, capitalised, unit_named
from shixiao.checkup.report.words import ONE_SUBJECT, SUBJECTS
from shixiao.pictures import FunnelPoint, IntervalRow, funnel_svg
from shixiao.terms import Estimate, SubjectKind, Text

KINDS = (SubjectKind.SERVICE, SubjectKind.DEPARTMENT, SubjectKind.APP, SubjectKind.SYSTEM)
ALL, ENDS, REASONS = 30, 10, 8
UPPER = Text("有把握在前一半", "Surely in the upper half")
LARGEST = Text("件数最多的", "Those with most cases")
LOWER = Text("有把握在后一半", "Surely in the lower half")
POINTS = Unit(1.0, Text("分", "points"))
GRADE_TONES = {"excellent": "green", "good": "green", "fair": "amber", "to_be_corrected": "red"}
ORDER = (OVERALL, *DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Standing:
    """The subjects of one kind: a sentence, dots with intervals by band, and the table twin."""

    name: str
    sentence: str
    figure: Figure | None
    table: Table
    insufficient: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """The section on the index."""

    standings: tuple[Standing, ...]
    funnels: tuple[tuple[Figure, str], ...]
    missing: tuple[tuple[str, str], ...]
    agreement: str


def scores_part(speech: Speech, lookup: Lookup, *, on_top: SubjectKind | None) -> Scores | None:
    """Return the section; None without any score. The picture of ``on_top`` heads the report."""
    standings = tuple(
        found
        for kind in KINDS
        if (found := _standing(speech, lookup, kind, drawn=kind is on_top)) is not None
    )
    if not standings:
        return None
    names = {item.id: item.name for item in indicators()}
    missing = tuple(
        (speech.say(names[name]), speech.sentence(speech.say(reason)))
        for name, reason in lookup.index.not_assessable
        if name in names
    )
    return Scores(standings, _funnels(speech, lookup), missing, _agreement(speech, lookup))


def overall(lookup: Lookup, kind: SubjectKind) -> list[Score]:
    """Return the overall scores of a kind that may be read, by band and then by id."""
    found = [s for s in lookup.index.scores if s.subject.kind is kind and s.dimension == OVERALL]
    usable = [s for s in found if s.score.ok and s.place.band is not None]
    return sorted(usable, key=lambda s: (s.place.band or 0, s.subject.id))


def picture(speech: Speech, lookup: Lookup, kind: SubjectKind) -> Figure | None:
    """Draw the overall scores of a kind by band; of many those whose place is surest."""
    usable = overall(lookup, kind)
    if not usable:
        return None
    shown = _shown(usable)
    rows = [IntervalRow(s.subject.name, s.score, group) for s, group in shown]
    of = speech.say(SUBJECTS[kind])
    if len(shown) == len(usable):
        chosen = speech.t(
            "同一档里按编号排，不是名次；各自能排到哪里，看表里的名次区间。",
            " Within a band the order is by id, which is no ranking; the table gives the places"
            " that each may have.",
        )
    elif shown[0][1] == LARGEST:
        chosen = speech.t(
            f"只画件数最多的 {len(shown)} {of[0]}，按编号排，不是名次；其余见 tables.xlsx。",
            f" Drawn are the {len(shown)} with most cases, by id, which is no ranking; the others"
            " are in tables.xlsx.",
        )
    else:
        chosen = speech.t(
            f"只画名次最有把握的 {len(shown)} {of[0]}，组内按编号排，不是名次；"
            "其余见 tables.xlsx。",
            f" Drawn are the {len(shown)} whose place is surest, by id within each group, which is"
            " no ranking; the others are in tables.xlsx.",
        )
    caption = speech.t(
        f"{len(usable):,} {of}的总分，满分 100；点是估计值，横线是 95% 区间。{chosen}",
        f"Overall scores of {len(usable):,} {of}, out of 100; the dot is the estimate, the line its"
        f" 95% interval.{chosen}",
    )
    title = speech.t(f"{of[1:]}的得分", f"Scores of {of}")
    return intervals(speech, rows, POINTS, title=title, caption=caption)


def _shown(usable: Sequence[Score]) -> list[tuple[Score, Text]]:
    """Return all by band; of many those that are surest to stand in either half of their kind."""
    if len(usable) <= ALL:
        return [(s, _band(s.place.band or 1)) for s in usable]
    upper = sorted(
        (s for s in usable if s.place.high <= s.place.of / 2), key=lambda s: s.place.high
    )
    lower = sorted((s for s in usable if s.place.low > s.place.of / 2), key=lambda s: -s.place.low)
    sure = [
        (score, group)
        for found, group in ((upper, UPPER), (lower, LOWER))
        for score in sorted(found[:ENDS], key=lambda s: s.subject.id)
    ]
    if sure:
        return sure
    largest = sorted(usable, key=lambda s: (-s.score.n, s.subject.id))[: 2 * ENDS]
    return [(s, LARGEST) for s in sorted(largest, key=lambda s: s.subject.id)]


def _band(band: int) -> Text:
    return Text(f"第 {band} 档", f"Band {band}")


def _standing(speech: Speech, lookup: Lookup, kind: SubjectKind, *, drawn: bool) -> Standing | None:
    everybody = [s for s in lookup.index.scores if s.subject.kind is kind]
    if not everybody:
        return None
    usable = overall(lookup, kind)
    subjects = {s.subject for s in everybody}
    return Standing(
        speech.say(capitalised(Text(SUBJECTS[kind].zh[1:], SUBJECTS[kind].en))),
        standing_sentence(speech, kind, usable)
        + (
            speech.t("图见报告开头。", " The picture is at the top of the report.") if drawn else ""
        ),
        None if drawn else picture(speech, lookup, kind),
        _table(speech, lookup, kind, [s for s, _ in _shown(usable)]),
        _too_few(speech, lookup, kind, len(subjects) - len(usable)),
    )


def standing_sentence(speech: Speech, kind: SubjectKind, usable: Sequence[Score]) -> str:
    """Say how many bands the intervals support, and how many subjects stand in each."""
    of = speech.say(SUBJECTS[kind])
    bands = sorted({s.place.band or 0 for s in usable})
    if not usable:
        return speech.t(
            f"没有一{of[0]}{of[1:]}的记录够得出分数。",
            f"None of the {of} has enough records for a score.",
        )
    if len(bands) == 1:
        return _one_band(speech, kind, usable)
    sizes = [sum(s.place.band == band for s in usable) for band in bands]
    listed = speech.t("、", ", ").join(
        speech.t(f"第 {band} 档 {n:,} {of[0]}", f"{n:,} in band {band}")
        for band, n in zip(bands, sizes, strict=True)
    )
    return speech.t(
        f"{len(usable):,} {of}分 {len(bands)} 档：{listed}。档次越靠前越好，同一档分不出高下。",
        f"{len(usable):,} {of} in {len(bands)} bands: {listed}. Lower numbers are better; within a"
        " band none stands above another.",
    )


def _one_band(speech: Speech, kind: SubjectKind, usable: Sequence[Score]) -> str:
    of = speech.say(SUBJECTS[kind])
    upper = sum(s.place.high <= s.place.of / 2 for s in usable)
    lower = sum(s.place.low > s.place.of / 2 for s in usable)
    sure = [
        speech.t(f"有把握在前一半的 {upper:,} {of[0]}", f"{upper:,} surely in the upper half"),
        speech.t(f"有把握在后一半的 {lower:,} {of[0]}", f"{lower:,} surely in the lower half"),
    ]
    said = speech.t("，", ", ").join(x for x, n in zip(sure, (upper, lower), strict=True) if n)
    zh = f"；{said}" if said else "，排不出先后"
    en = f"; {said}" if said else " and no order"
    return speech.t(
        f"{len(usable):,} {of}的区间首尾相接，划不出档次{zh}。",
        f"The intervals of {len(usable):,} {of} run into each other: there is but one band{en}.",
    )


def _too_few(speech: Speech, lookup: Lookup, kind: SubjectKind, n: int) -> tuple[str, ...]:
    """Say which subjects have no score, those with one and the same reason together."""
    if not n:
        return ()
    found: dict[str, list[str]] = {}
    for score in sorted(lookup.index.scores, key=lambda s: s.subject.id):
        if score.subject.kind is kind and score.dimension == OVERALL and not score.score.ok:
            reason = speech.reason(score.score).rstrip("。.")
            found.setdefault(reason, []).append(speech.name(score.subject.name))
    said = [_named(speech, reason, names) for reason, names in list(found.items())[:REASONS]]
    rest = sum(len(names) for names in list(found.values())[REASONS:])
    if rest:
        said.append(
            speech.t(f"另有 {rest:,} {SUBJECTS[kind].zh[0]}件数也不够。", f"{rest:,} more as well.")
        )
    have = "has" if n == 1 else "have"
    first = speech.t(
        f"{speech.of_kind(n, kind)}没有分数，不参加分档：",
        f"{speech.of_kind(n, kind)} {have} no score and {'takes' if n == 1 else 'take'} no part in"
        " bands:",
    )
    return (first, *said)


def _named(speech: Speech, reason: str, names: Sequence[str]) -> str:
    listed = speech.t("、", ", ").join(names[:ENDS])
    more = len(names) - ENDS
    if more > 0:
        listed += speech.t(f" 等 {len(names):,} 个", f" and {more:,} more")
    return speech.t(f"{reason}：{listed}。", f"{reason}: {listed}.")


def _table(speech: Speech, lookup: Lookup, kind: SubjectKind, shown: Sequence[Score]) -> Table:
    columns = (
        Column(speech.say(ONE_SUBJECT[kind])),
        Column(speech.t("档", "Band"), number=True),
        Column(speech.t("名次区间", "Rank interval"), number=True),
        Column(speech.t("等次", "Grade")),
        *(Column(_dimension(speech, name), number=True) for name in ORDER),
        Column("n", number=True),
    )
    rows = tuple(_row(speech, lookup, score) for score in shown)
    caption = speech.t("得分、档次和名次区间", "Scores, bands and rank intervals")
    return Table(caption, columns, rows)


def _dimension(speech: Speech, name: str) -> str:
    return speech.say(capitalised(DIMENSION_NAMES[name]))


def _row(speech: Speech, lookup: Lookup, score: Score) -> tuple[Cell, ...]:
    place = score.place
    four = lookup.scores(score.subject)
    page = lookup.page(score.subject)
    return (
        speech.named(score.subject.name, href=f"services/{page}#{speech.language}" if page else ""),
        Cell(str(place.band)),
        Cell(f"{place.low:,}–{place.high:,} / {place.of:,}"),
        grade_cell(speech, score),
        *(
            speech.estimate(four[name].score, POINTS) if name in four else Cell("—")
            for name in ORDER
        ),
        Cell(f"{score.score.n:,}"),
    )


def grade_cell(speech: Speech, score: Score) -> Cell:
    """Return the grade as a tag; the other grades that the interval allows stand below it."""
    grade = score.grade
    if grade is None:
        return Cell("—")
    note = ""
    if grade.low != grade.high:
        low, high = (speech.say(GRADES[g]) for g in (grade.low, grade.high))
        note = speech.t(f"区间从{low}到{high}", f"interval from {low} to {high}")
    if score.cap:
        note = speech.t("触碰红线，封顶", "capped: red line")
    words = speech.say(capitalised(GRADES[grade.id]))
    return Cell("", tag=words, tone=GRADE_TONES[grade.id], note=note)


# ── the computation of one score ──────────────────────────────────────────────────────────────


def parts_table(speech: Speech, score: Score) -> Table:
    """Open a dimension into its indicators: value, goalposts, score, weight, contribution, rule."""
    units = {item.id: item.unit for item in indicators()}
    columns = (
        Column(speech.t("指标", "Indicator")),
        Column(speech.t("数值", "Value"), number=True),
        Column(speech.t("0 分 → 100 分", "0 → 100 points"), number=True),
        Column(speech.t("得分", "Points"), number=True),
        Column(speech.t("权重", "Weight"), number=True),
        Column(speech.t("计入", "Adds"), number=True),
        Column(speech.t("规则", "Rules")),
    )
    rows = tuple(
        _part(speech, part, unit_named(units.get(part.id, POINTS.name))) for part in score.parts
    )
    return Table(_dimension(speech, score.dimension), columns, rows)


def _part(speech: Speech, part: Part, unit: Unit) -> tuple[Cell, ...]:
    value = speech.estimate(part.value, unit, with_unit=True)
    full = part.value.ok and part.value.low == part.value.high
    note = "" if value.sentence or not part.value.n else f"n = {part.value.n:,}"
    if full:
        note = speech.t("全数清点", "full count")
    posts = part.goalposts
    ends = "—"
    rules = part.rule
    if posts is not None:
        ends = f"{_post(posts.floor, unit)} → {_post(posts.target, unit)}"
        rules = f"{posts.rule}, {part.rule}"
    return (
        Cell(speech.say(part.name)),
        Cell(value.text, value.interval, note=note, sentence=value.sentence),
        Cell(ends),
        Cell("—" if part.score is None else speech.number(part.score, 1)),
        Cell(f"{part.weight:.0%}"),
        Cell("—" if part.contribution is None else speech.number(part.contribution, 1)),
        Cell(rules),
    )


def _post(value: float, unit: Unit) -> str:
    number = f"{value * unit.factor:.4g}"
    return number + unit.sign


def total_table(speech: Speech, found: dict[str, Score]) -> Table:
    """Return the four scores of a subject with bands and how far other choices would move them."""
    columns = (
        Column(speech.t("维度", "Dimension")),
        Column(speech.t("得分（满分 100）", "Score out of 100"), number=True),
        Column(speech.t("档", "Band"), number=True),
        Column(speech.t("名次区间", "Rank interval"), number=True),
        Column(speech.t("换一种权重或算法", "Under other choices"), number=True),
    )
    axis = axis_of([found[name].score for name in ORDER if name in found]) and (0.0, 100.0)
    rows = tuple(_total(speech, found[name], axis) for name in ORDER if name in found)
    note = speech.t(
        "横轴从 0 到 100。区间只含抽样误差；最后一列是权重、目标区间和合成方法都改变时，"
        "得分会落在哪里。总分是三个维度的几何平均，一个维度太差，别的补不回来。",
        "The axis runs from 0 to 100. Intervals hold sampling error alone; the last column says"
        " where the score would lie under other weights, goalposts and ways of joining. The overall"
        " score is the geometric mean of the three: what one lacks the others cannot make up.",
    )
    return Table(speech.t("三性指数", "The index"), columns, rows, note)


def _total(speech: Speech, score: Score, axis: tuple[float, float] | None) -> tuple[Cell, ...]:
    cell = speech.estimate(score.score, POINTS)
    svg = cell_picture(speech, score.score, axis)
    place, span = score.place, score.choices
    return (
        Cell(_dimension(speech, score.dimension)),
        Cell(cell.text, cell.interval, svg=svg, sentence=cell.sentence),
        Cell("—" if place.band is None else str(place.band)),
        Cell("—" if place.band is None else f"{place.low:,}–{place.high:,} / {place.of:,}"),
        Cell("—" if span is None else f"{span[0]:.0f} – {span[1]:.0f}"),
    )


# ── funnels and field testers ─────────────────────────────────────────────────────────────────


def _funnels(speech: Speech, lookup: Lookup) -> tuple[tuple[Figure, str], ...]:
    names = {item.id: item.name for item in indicators()}
    found = []
    for funnel in lookup.index.funnels[:2]:
        name = speech.say(names[funnel.indicator])
        points = [
            FunnelPoint(Text.of(speech.name(d.subject.name)), d.value, d.n) for d in funnel.dots
        ]
        wide, narrow = (
            funnel_svg(
                points,
                kind="share",
                centre=funnel.centre,
                unit=Text.of(f"% {name}"),
                language=speech.language,
                title=Text.of(name),
                width=width,
                id_prefix=speech.id("funnel"),
            )
            for width in (WIDE, NARROW)
        )
        far = sum(d.standing == "beyond_998" for d in funnel.dots)
        caption = speech.t(
            f"{name}，{len(points):,} 项服务；横线是总体 {speech.percent(funnel.centre)}，两组曲线"
            "是 95% 与 99.8% 的界限。",
            f"{name}, {len(points):,} services; the level line is the overall"
            f" {speech.percent(funnel.centre)}, the curves the 95% and 99.8% limits.",
        )
        sentence = speech.t(
            f"{name}：{far:,} 项服务超出 99.8% 的界限，件数多少解释不了；其余不必分先后。",
            f"{name}: {speech.of_kind(far, SubjectKind.SERVICE)} {'lies' if far == 1 else 'lie'}"
            " beyond the 99.8% limits, more than size explains; the others need no order.",
        )
        found.append((Figure(wide, narrow, caption, name), sentence))
    return tuple(found)


def _agreement(speech: Speech, lookup: Lookup) -> str:
    alpha: Estimate | None = lookup.index.agreement.get("")
    if alpha is None or not alpha.ok:
        return ""
    value = speech.in_words(alpha, Unit(1.0, Text("·", "·")))
    value = value.replace(" ·", "")
    return speech.t(
        f"体验员之间的一致程度 {value}（1 为完全一致，0 为全凭偶然）。",
        f"Agreement between field testers is {value} (1 is full agreement, 0 is chance).",
    )
