"""The appraisal as JSON (CONTRACTS: ``shixiao appraise``) and as a workbook."""

from __future__ import annotations

from typing import Any

from shixiao.checkup.schemes.appraisal import Appraisal, Judged, answer, class_name
from shixiao.checkup.schemes.ranking import Reranking
from shixiao.exports import Cell, Sheet, workbook
from shixiao.terms import Text, significant

SCHEMA = "shixiao/appraisal/1"


def appraisal_json(appraisal: Appraisal, reranking: Reranking, *, seed: int) -> dict[str, Any]:
    """Return everything that was found as plain JSON values."""
    return {
        "schema": SCHEMA,
        "answer": answer(appraisal).to_json(),
        "scheme": appraisal.scheme.to_json(),
        "rules": {"pack": appraisal.rules.name, "hash": appraisal.rules.hash},
        "training": appraisal.training,
        "seed": seed,
        "indicators": [_indicator(item) for item in appraisal.judged],
        "weight_on_show": significant(appraisal.weight_on_show),
        "weight_by_class": {
            str(kind): significant(share) for kind, share in appraisal.weight_by_class.items()
        },
        "ranking": {
            "before": [subject.to_json() for subject in reranking.before],
            "after": [
                {"subject": place.subject.to_json(), "low": place.low, "high": place.high}
                for place in reranking.after
            ],
        },
        "notes": [note.to_json() for note in (*appraisal.scheme.notes, *reranking.notes)],
    }


def _indicator(item: Judged) -> dict[str, Any]:
    return {
        "name": item.indicator.name,
        "description": item.indicator.description,
        "row": item.indicator.row,
        "weight": significant(item.indicator.weight),
        "share": significant(item.share),
        "class": str(item.indicator_class),
        "class_name": class_name(item.indicator_class).to_json(),
        "reason": item.reason.to_json(),
        "replace_by": item.replace_by.to_json() if item.replace_by else None,
        "decided_by": "rule" if item.cue else "classifier",
        "cue": item.cue,
        "rule": item.rule,
        "confidence": round(item.confidence, 3),
        "review": item.review,
    }


def appraisal_xlsx(appraisal: Appraisal, reranking: Reranking) -> bytes:
    """Return the critique as a workbook: answer, indicators, ranking, notes."""
    return workbook(
        [
            _summary(appraisal),
            _indicators(appraisal),
            *_ranking(reranking),
            _notes((*appraisal.scheme.notes, *reranking.notes)),
        ]
    )


def _summary(appraisal: Appraisal) -> Sheet:
    said = answer(appraisal)
    rows: list[list[Cell]] = [[said.zh, said.en, significant(appraisal.weight_on_show)]]
    rows += [
        [class_name(kind).zh, class_name(kind).en, significant(share)]
        for kind, share in appraisal.weight_by_class.items()
    ]
    heads = (Text("结论与类别", "Answer and class"), Text("英文", "In English"))
    return Sheet("结论", (*heads, Text("权重占比", "Share of weight")), rows)


def _indicators(appraisal: Appraisal) -> Sheet:
    heads = (
        Text("行", "Row"),
        Text("指标名称", "Indicator"),
        Text("指标说明", "Description"),
        Text("权重", "Weight"),
        Text("占比", "Share"),
        Text("类别", "Class"),
        Text("英文类别", "Class in English"),
        Text("理由", "Reason"),
        Text("英文理由", "Reason in English"),
        Text("建议改为", "Replace by"),
        Text("英文建议", "Replacement in English"),
        Text("依据规则", "Rule"),
        Text("把握", "Confidence"),
        Text("请人工复核", "Look at it"),
    )
    return Sheet("指标", heads, [_row(item) for item in appraisal.judged])


def _row(item: Judged) -> list[Cell]:
    name = class_name(item.indicator_class)
    instead = item.replace_by
    return [
        item.indicator.row,
        item.indicator.name,
        item.indicator.description or None,
        significant(item.indicator.weight),
        significant(item.share),
        name.zh,
        name.en,
        item.reason.zh,
        item.reason.en,
        instead.zh if instead else None,
        instead.en if instead else None,
        item.rule,
        round(item.confidence, 2),
        "是 yes" if item.review else None,
    ]


def _ranking(reranking: Reranking) -> list[Sheet]:
    before: list[list[Cell]] = [
        [place, subject.name.zh] for place, subject in enumerate(reranking.before, 1)
    ]
    after: list[list[Cell]] = [[p.subject.name.zh, p.low, p.high] for p in reranking.after]
    department = Text("部门", "Department")
    sheets = [
        Sheet("之前名次", (Text("名次", "Rank"), department), before),
        Sheet("之后名次", (department, Text("最好", "Best"), Text("最差", "Worst")), after),
    ]
    return [sheet for sheet in sheets if sheet.rows]


def _notes(notes: tuple[Text, ...]) -> Sheet:
    heads = (Text("说明", "Note"), Text("英文说明", "Note in English"))
    return Sheet("说明", heads, [[note.zh, note.en] for note in notes])
