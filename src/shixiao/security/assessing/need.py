"""Need: is it wanted at all, and by whom? Nothing is built, nor goes live, without this file.

The five questions of approval are those of the opinions of December 2023 on digital formalism: does
it fit the plan, is there one like it, could it be a module, does it co-operate, does it meet the
rules of sharing. A need rests on complaints, searches and field work that can be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shixiao.terms import Text


class Question(StrEnum):
    """One of the five questions; the answer that lets it pass is yes."""

    PLANNED = "planned"
    UNIQUE = "unique"
    SEPARATE = "separate"
    JOINED = "joined"
    SHARING = "sharing"


QUESTIONS = {
    Question.PLANNED: Text("是否符合规划", "Does it fit the plan?"),
    Question.UNIQUE: Text("是否没有功能相同的应用", "Is there none that does the same?"),
    Question.SEPARATE: Text(
        "是否确实不能作为已有应用的模块", "Can it not be a module of one that exists?"
    ),
    Question.JOINED: Text("是否能与已有系统协同", "Does it work together with what exists?"),
    Question.SHARING: Text("是否符合数据共享要求", "Does it meet the rules of sharing?"),
}
LEAST_SOURCES = 1


@dataclass(frozen=True, slots=True)
class Need:
    """Why a system is wanted.

    Attributes:
        people: how many people need it in a year; None where nobody has counted.
        complaints: references of complaints that ask for it.
        searches: words that people search for in vain, with how often.
        sources: where the numbers can be looked at.
        answers: question → (yes or no, why).
    """

    people: int | None
    complaints: tuple[str, ...]
    searches: Mapping[str, int]
    sources: tuple[str, ...]
    answers: Mapping[Question, tuple[bool, str]]


def lacks(need: Need | None) -> tuple[Text, ...]:
    """Say what stands against a need; nothing where it carries."""
    if need is None:
        return (Text("没有需求说明", "there is no need file"),)
    found = []
    if not need.people or need.people < 0:
        found.append(Text("没有写明有多少人需要", "how many people need it is not said"))
    if not need.complaints and not need.searches:
        found.append(Text("没有任何诉求或搜索支持", "no complaint and no search stands behind it"))
    if len([each for each in need.sources if each.strip()]) < LEAST_SOURCES:
        found.append(Text("没有写明数字的出处", "where the numbers come from is not said"))
    for question in Question:
        yes, why = need.answers.get(question, (None, ""))
        name = QUESTIONS[question]
        if yes is None or not why.strip():
            found.append(Text(f"没有说明：{name.zh}", f"not answered: {name.en}"))
        elif not yes:
            found.append(Text(f"答案为否：{name.zh}", f"the answer is no: {name.en}"))
    return tuple(found)
