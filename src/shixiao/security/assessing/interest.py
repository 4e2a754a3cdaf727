"""Public interest: computed from how many people, which rights and which data; never ticked.

What is not known is never “no”: a system of which nobody can say how many people it concerns is of
public interest until somebody can. Source: rule SEC-24 (policy of the bureau).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shixiao.rules import RulePack
from shixiao.terms import Text


class Right(StrEnum):
    """What a system may touch of a person."""

    PERMIT = "permit"
    BENEFIT = "benefit"
    PENALTY = "penalty"
    STATUS = "status"
    CREDIT = "credit"


RIGHTS = {
    Right.PERMIT: Text("许可和证照", "permits and licences"),
    Right.BENEFIT: Text("补贴、待遇和救助", "benefits and relief"),
    Right.PENALTY: Text("处罚和强制", "penalties and coercion"),
    Right.STATUS: Text("户籍、学籍等身份", "status, such as residence or schooling"),
    Right.CREDIT: Text("信用评价", "credit ratings"),
}


@dataclass(frozen=True, slots=True)
class Interest:
    """Whether a system is of public interest, and why.

    Attributes:
        public: whether it is.
        reasons: each thing that makes it so; what spoke against it where nothing does.
    """

    public: bool
    reasons: tuple[Text, ...]


def interest_of(
    *,
    people: int | None,
    rights: Iterable[Right],
    grade: str,
    decides: bool,
    rules: RulePack,
) -> Interest:
    """Compute whether a system is of public interest.

    Args:
        people: whom it concerns in a year; None where that is not known.
        rights: what it may touch of a person.
        grade: of the gravest data that it holds; "" where that is not known.
        decides: whether it decides, or says what to decide, without a person.
        rules: with SEC-24.
    """
    rule: Any = rules.rule("SEC-24").value
    reasons: list[Text] = []
    if people is None:
        reasons.append(
            Text("不知道一年涉及多少人", "how many people it concerns in a year is not known")
        )
    elif people >= rule["people"]:
        reasons.append(Text(f"一年涉及 {people:,} 人", f"it concerns {people:,} people in a year"))
    touched = [RIGHTS[right] for right in Right if right in set(rights)]
    reasons += [Text(f"影响{name.zh}", f"it touches {name.en}") for name in touched]
    if not grade:
        reasons.append(Text("数据没有定级", "its data are not graded"))
    elif grade in rule["grades"]:
        reasons.append(Text("数据级别高", "its data are of a high grade"))
    if decides:
        reasons.append(
            Text("由机器决定或给出决定意见", "it decides, or says what to decide, without a person")
        )
    if reasons:
        return Interest(True, tuple(reasons))
    few = Text(
        f"一年涉及 {people:,} 人，不影响权利，数据级别不高",
        f"it concerns {people:,} people in a year, touches no right, and its data are of low grade",
    )
    return Interest(False, (few,))
