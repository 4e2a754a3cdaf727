"""Breakdowns: the whole by channel, region and month; departments and services one by one."""

from __future__ import annotations

from collections.abc import Sequence

from shixiao.checkup.report.cells import Cell, Column, Table
from shixiao.checkup.report.figures import axis_of, cell_picture
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech, unit_of
from shixiao.checkup.report.subjects import link
from shixiao.checkup.report.words import ONE_SUBJECT
from shixiao.effect import Arm, measure
from shixiao.terms import Estimate, Subject, SubjectKind

MOST_ROWS, MOST_MONTHS = 25, 24

Row = tuple[Cell, int, list[Estimate | None]]


def breakdowns(speech: Speech, lookup: Lookup) -> tuple[Table, ...]:
    """Return the whole, split by every column it was split by into two or more."""
    tables = []
    for column in lookup.arm_columns:
        sizes = lookup.arms(column)
        if len(sizes) > 1:
            tables.append(_by_arm(speech, lookup, column, sizes))
    return tuple(tables)


def subject_table(speech: Speech, lookup: Lookup, kind: SubjectKind) -> Table | None:
    """Return the subjects of one kind, the largest first; None with fewer than two."""
    found = lookup.subjects(kind)
    if len(found) < 2:
        return None
    ordered = sorted(found, key=lambda s: (-lookup.size(s), s))
    shown = ordered[: 2 * MOST_ROWS]
    names = lookup.telling()
    rows: list[Row] = [
        (
            _subject_cell(speech, lookup, subject),
            lookup.size(subject),
            [lookup.estimate(subject, name) for name in names],
        )
        for subject in shown
    ]
    head = speech.say(ONE_SUBJECT[kind])
    caption = speech.t(
        f"各{head}", {"Service": "Services", "Department": "Departments"}.get(head, "Logs")
    )
    return _table(speech, rows, names, caption, head, len(ordered) - len(shown))


def _subject_cell(speech: Speech, lookup: Lookup, subject: Subject) -> Cell:
    target = link(speech, subject, lookup)
    cell = speech.named(subject.name, href=target)
    verdict = lookup.verdict(subject)
    if verdict is None:
        return cell
    tag = speech.verdict(verdict.verdict)
    return cell._replace(tag=tag.tag, tone=tag.tone)


def _by_arm(speech: Speech, lookup: Lookup, column: str, sizes: dict[str, int]) -> Table:
    names = lookup.telling()
    if column == "month":
        shown = list(sizes)[-MOST_MONTHS:]
    else:
        shown = sorted(sizes, key=lambda value: (-sizes[value], value))[:MOST_ROWS]
    rows: list[Row] = []
    for value in shown:
        arm = Arm(column, value)
        rows.append(
            (
                speech.named(speech.arm(column, value)),
                sizes[value],
                [lookup.estimate(lookup.whole, name, arm) for name in names],
            )
        )
    head = speech.column(column)
    caption = speech.t(f"按{head}", f"By {head.lower()}")
    return _table(speech, rows, names, caption, head, len(sizes) - len(shown))


def _table(
    speech: Speech, rows: Sequence[Row], names: Sequence[str], caption: str, head: str, rest: int
) -> Table:
    drawn = [
        _column(speech, name, [row[2][nth] for row in rows], [row[1] for row in rows])
        for nth, name in enumerate(names)
    ]
    columns = [Column(head), Column(speech.t("件数", "n"), number=True)]
    columns += [column for column, _ in drawn]
    body = [
        (cell, Cell(speech.count(n)), *(cells[nth] for _, cells in drawn))
        for nth, (cell, n, _) in enumerate(rows)
    ]
    note = speech.t(
        "点是估计值，横线是 95% 区间；同一列共用一条坐标轴，左端为 0。",
        "The dot is the estimate, the line its 95% interval; a column shares one axis that starts"
        " at 0.",
    )
    if rest:
        note += speech.t(
            f"另有 {rest} 行见 tables.xlsx。", f" {rest} more rows are in tables.xlsx."
        )
    return Table(caption, tuple(columns), tuple(body), note)


def _column(
    speech: Speech, name: str, estimates: Sequence[Estimate | None], sizes: Sequence[int]
) -> tuple[Column, list[Cell]]:
    """Return the head and the cells of one measure, drawn on one axis."""
    item = measure(name)
    known = [e for e in estimates if e is not None]
    unit = unit_of(item, known)
    axis = axis_of([unit.of(e) for e in known])
    cells = []
    for estimate, size in zip(estimates, sizes, strict=True):
        if estimate is None:
            cells.append(Cell(speech.t("没有这类记录。", "No such records."), sentence=True))
            continue
        cell = speech.estimate(estimate, unit)
        note = "" if estimate.n == size or cell.sentence else f"n = {estimate.n:,}"
        svg = cell_picture(speech, unit.of(estimate), axis)
        cells.append(Cell(cell.text, cell.interval, note=note, svg=svg, sentence=cell.sentence))
    title = speech.say(item.name)
    if not unit.sign:
        title += speech.t(f"（{speech.say(unit.name)}）", f" ({speech.say(unit.name)})")
    return Column(title, number=True), cells
