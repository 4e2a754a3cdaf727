"""Who scored what? One row per department or service, one column per indicator, 0 to 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shixiao.checkup.schemes.scheme import Scheme
from shixiao.evidence.mapping import normal
from shixiao.evidence.readers import Tabular, read_tabular
from shixiao.terms import BadInput, Subject, SubjectKind, Text

HEADS = {
    SubjectKind.DEPARTMENT: (
        *("部门", "部门名称", "单位", "单位名称", "被考核单位", "考核对象", "department", "unit"),
    ),
    SubjectKind.SERVICE: ("服务", "服务名称", "事项", "事项名称", "考核对象", "service"),
}
WORDS = {
    SubjectKind.DEPARTMENT: Text("部门", "department"),
    SubjectKind.SERVICE: Text("服务", "service"),
}
HIGHEST = 100.0
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores under a scheme.

    Attributes:
        subjects: departments or services, in the order of the file.
        values: shape (subjects, indicators), higher is better, nothing missing.
        notes: columns that the scheme does not know.
    """

    subjects: tuple[Subject, ...]
    values: Floats
    notes: tuple[Text, ...] = ()


def read_scores(
    path: Path, scheme: Scheme, *, kind: SubjectKind = SubjectKind.DEPARTMENT
) -> Scores:
    """Read the scores of departments (or of services) from XLSX or CSV.

    Raises:
        BadInput: no column of departments, an indicator without a column, a department without a
            name or twice, a score that is missing, no number or outside 0 to 100.
    """
    source = read_tabular(path, file=path.name, table="scores")
    subject, columns = _columns(source, scheme, kind)
    subjects: dict[str, Subject] = {}
    values: list[list[float]] = []
    number = 0
    for batch in source.scan():
        for record in batch.to_pylist():
            number += 1
            if all(cell is None for cell in record.values()):
                continue
            name = " ".join((record[subject] or "").split())
            _check_name(name, subjects, number, subject, path.name, kind)
            subjects[name] = Subject(kind, name, Text.of(name))
            values.append([_score(record[c], number, c, path.name) for c in columns])
    if not subjects:
        raise BadInput(
            Text("没有任何{who}的得分。", "There is no {who} with scores.").format(who=WORDS[kind]),
            file=path.name,
        )
    ignored = [c for c in source.columns if c != subject and c not in columns]
    notes = []
    if ignored:
        listed = "、".join(ignored[:6])
        notes.append(
            Text(
                f"得分表中这些列不是考核办法的指标，未使用：{listed}。",
                f"These columns of the scores are no indicators of the scheme: {listed}.",
            )
        )
    return Scores(tuple(subjects.values()), np.array(values, dtype=np.float64), tuple(notes))


def _columns(source: Tabular, scheme: Scheme, kind: SubjectKind) -> tuple[str, list[str]]:
    known = {normal(column): column for column in source.columns}
    subject = next((known[word] for word in HEADS[kind] if word in known), None)
    if subject is None:
        who = WORDS[kind]
        raise BadInput(
            Text(
                f"得分表没有“{who.zh}”列；请加上，每行一个{who.zh}。",
                f"The scores have no column {who.zh} ({who.en}); add it, one {who.en} per row.",
            ),
            file=source.file,
            column=who.zh,
        )
    names = [normal(indicator.name) for indicator in scheme.indicators]
    for name, indicator in zip(names, scheme.indicators, strict=True):
        if names.count(name) > 1:
            raise BadInput(
                Text(
                    f"考核办法中有两项都叫“{indicator.name}”，得分无法对应；请改名。",
                    f"Two indicators of the scheme are called “{indicator.name}”, so that scores "
                    "cannot be told apart; rename one.",
                ),
                file=scheme.file,
                row=indicator.row,
            )
        if name not in known:
            raise BadInput(
                Text(
                    f"得分表没有“{indicator.name}”这一列；请按考核办法的指标名称补上。",
                    f"The scores have no column “{indicator.name}”; add it under the name that the "
                    "scheme uses.",
                ),
                file=source.file,
                column=indicator.name,
            )
    return subject, [known[name] for name in names]


def _check_name(
    name: str, seen: Mapping[str, Subject], row: int, column: str, file: str, kind: SubjectKind
) -> None:
    who = WORDS[kind]
    if not name:
        raise BadInput(
            Text(f"这一行没有{who.zh}名称。", f"This row names no {who.en}."),
            file=file,
            row=row,
            column=column,
        )
    if name in seen:
        raise BadInput(
            Text(
                f"“{name}”出现了两次；每个{who.zh}只能有一行。",
                f"“{name}” stands here twice; give each {who.en} one row.",
            ),
            file=file,
            row=row,
            column=column,
        )


def _score(cell: str | None, row: int, column: str, file: str) -> float:
    text = (cell or "").strip()
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not 0 <= value <= HIGHEST:
        shown = f"“{text[:40]}”" if text else "空"
        english = f"“{text[:40]}”" if text else "an empty cell"
        raise BadInput(
            Text(
                f"得分应为 0 至 100 的数字，而不是{shown}；没有得分的请整行去掉。",
                f"A score is a number from 0 to 100, not {english}; leave a row without "
                "scores out altogether.",
            ),
            file=file,
            row=row,
            column=column,
        )
    return value
