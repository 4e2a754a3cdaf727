"""The reference page of the register of algorithms: fields, questions, criteria of fairness."""

from __future__ import annotations

from collections.abc import Iterator

from shixiao.fairness.algorithms.criteria import criteria
from shixiao.fairness.algorithms.fields import STANDARDS, form
from shixiao.fairness.algorithms.questions import Part, Question, questionnaire
from shixiao.fairness.algorithms.scoring import reachable
from shixiao.terms import Text

HEAD = """\
# 算法登记 · The register of algorithms

登记的字段及其在三种标准中的位置，影响问卷的题目和分值，以及公平准则。

The fields of an entry with their places in three standards, the questions of the level of impact
with their points, and the criteria of fairness.
"""
PARTS = {
    Part.RISK: Text("影响问卷：风险", "Questionnaire: risk"),
    Part.MITIGATION: Text("影响问卷：措施", "Questionnaire: what is done"),
}


def algorithms_page() -> str:
    """Render fields, questions and criteria."""
    return "".join([HEAD, *_fields(), *_questions(), *_criteria()])


def _fields() -> Iterator[str]:
    names = [form().standards[name].name for name in STANDARDS]
    yield "\n## 字段 · Fields\n\n| id | 名称 name | 含义 meaning | 必填 required | "
    yield " | ".join(_both(name) for name in names) + " |\n|---|---|---|---|---|---|---|\n"
    for field in form().fields.values():
        required = "平台 site" if field.derived else "是 yes" if field.required else ""
        places = [field.places.get(name, "") for name in STANDARDS]
        cells = [f"`{field.id}`", _both(field.name), _both(field.about), required, *places]
        yield _row(cells)


def _questions() -> Iterator[str]:
    for part, title in PARTS.items():
        most = reachable(questionnaire(), part)
        yield f"\n## {title.zh} · {title.en}\n\n"
        yield f"最高 {most} 分。At most {most} points.\n\n"
        yield "| id | 题目 question | 回答和分值 answers and points | 条件 shown where "
        yield "| 证据 evidence |\n"
        yield "|---|---|---|---|---|\n"
        for question in questionnaire().questions:
            if question.part is part:
                yield _row(_cells(question))


def _cells(question: Question) -> list[str]:
    answers = "<br>".join(f"{_both(o.name)}: {o.points}" for o in question.options)
    shown = "<br>".join(
        " / ".join(f"`{name}={option}`" for name, option in clause) for clause in question.shown_if
    )
    evidence = f"`{question.evidence}`" if question.evidence else ""
    return [f"`{question.id}`", _both(question.name), answers, shown, evidence]


def _criteria() -> Iterator[str]:
    yield "\n## 公平准则 · Criteria of fairness\n\n"
    yield "| id | 名称 name | 含义 meaning | 度量 measures | 来源 source |\n|---|---|---|---|---|\n"
    for each in criteria().values():
        measures = ", ".join(f"`{name}`" for name in each.measures)
        yield _row([f"`{each.id}`", _both(each.name), _both(each.about), measures, each.source])


def _both(text: Text) -> str:
    return f"{text.zh} {text.en}"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
