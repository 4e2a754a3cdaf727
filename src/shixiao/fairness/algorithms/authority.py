"""授权链: which law lets this be automated, and by which this discretion is bound.

A power names what it covers, the law, the article and the sentence; a discretion also names the
standard that binds it (裁量基准). What decides by itself without a power is refused.
Source: 个人信息保护法 art. 24 and 34; 行政处罚法 art. 34 and 41; policy of the bureau.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from shixiao.rules.rule import Source
from shixiao.terms import BadInput, Text

LONGEST, MOST = 500, 100
AUTOMATIC = "automatic"
ARTICLE = re.compile(r"第?(?P<number>[0-9]+|[零一二三四五六七八九十百]+)条?(?P<rest>.*)")
NUMBER = re.compile(r"[0-9]{1,3}|[零一二三四五六七八九十百]+")
#: 款 and 项 after the article: （二）, (2), 第二款, 第（三）项, one after the other.
PARTS = re.compile(rf"(?:第?[(（]?(?:{NUMBER.pattern})[)）]?[款项目]?)+")


class Power(StrEnum):
    """What a law allows."""

    AUTOMATION = "automation"
    DISCRETION = "discretion"


POWERS = {
    Power.AUTOMATION: Text("可以由系统自动作出", "may be decided by a system"),
    Power.DISCRETION: Text("裁量受约束", "discretion is bound"),
}
NO_LAW = Text(
    "第 {n} 条没有写全：须有法律名称、条款和原文。",
    "authority {n} is incomplete: the law, the article and its sentence are needed",
)
NO_BOUND = Text(
    "第 {n} 条裁量没有写明裁量事项或裁量基准。",
    "authority {n} names no discretion, or no standard that binds it",
)
TOO_MANY = Text("授权最多 {most} 条。", "there are {most} authorities at most")
TOO_LONG = Text("第 {n} 条有一项超过 {most} 个字符。", "authority {n} is longer than {most}")
NOT_AUTOMATED = Text(
    "由系统自动作出决定，但没有写明哪部法律允许",
    "the system decides by itself, and no law is named that allows it",
)
NOT_BOUND = Text(
    "系统自动行使裁量“{matter}”，但没有写明依据和裁量基准",
    "the system exercises the discretion “{matter}” by itself, without authority and standard",
)
IN_FACT = Text(
    "决定日志里有 {n} 件没有人参与，按自动作出决定处理",
    "{n} decisions in the log were made without a person, so it counts as deciding by itself",
)


@dataclass(frozen=True, slots=True)
class Authority:
    """One link of the chain.

    Attributes:
        power: what it allows.
        matter: which discretion; "" for automation as such.
        law, article, quote: where it says so, in its own words.
        standard: what binds the discretion (裁量基准); "" for automation.
    """

    power: Power
    matter: str
    law: str
    article: str
    quote: str
    standard: str = ""

    @classmethod
    def of(cls, value: dict[str, Any]) -> Authority:
        """Read what ``to_json`` wrote."""
        return cls(**{**value, "power": Power(value["power"])})

    def to_json(self) -> dict[str, str]:
        """Return plain values."""
        return {key: str(value) for key, value in asdict(self).items()}


def check_authorities(given: Sequence[Authority]) -> None:
    """Refuse authorities that name no law, or bind nothing.

    Raises:
        BadInput: so it is; ``row`` numbers it from 1.
    """
    if len(given) > MOST:
        raise BadInput(TOO_MANY.format(most=MOST))
    for n, each in enumerate(given, 1):
        if not (each.law and each.article and each.quote):
            raise BadInput(NO_LAW.format(n=n), row=n)
        if each.power is Power.DISCRETION and not (each.matter and each.standard):
            raise BadInput(NO_BOUND.format(n=n), row=n)
        if any(len(value) > LONGEST for value in each.to_json().values()):
            raise BadInput(TOO_LONG.format(n=n, most=LONGEST), row=n)


def unfounded(
    role: str,
    discretions: Iterable[str],
    given: Sequence[Authority],
    *,
    alone: int = 0,
    said: Text | None = None,
) -> tuple[Text, ...]:
    """Say what a system decides by itself without authority; each is a veto of its admission.

    Args:
        role: of the system, as the entry has it.
        discretions: that the system exercises, as the entry has them.
        given: the chain of authority.
        alone: decisions of the log in which no person had a part; they count whatever is said.
        said: how many those are, as it may be told; None tells the number.
    """
    if role != AUTOMATIC and not alone:
        return ()
    found: list[Text] = []
    if not any(each.power is Power.AUTOMATION for each in given):
        found.append(NOT_AUTOMATED)
    bound = {_matter(each.matter) for each in given if each.power is Power.DISCRETION}
    found += [NOT_BOUND.format(matter=m) for m in discretions if _matter(m) not in bound]
    if found and role != AUTOMATIC:
        found.insert(0, IN_FACT.format(n=said or f"{alone:,}"))
    return tuple(found)


def hangs_on(given: Iterable[Authority], law: str, article: str) -> tuple[Authority, ...]:
    """Return the authorities that hang on an article of a law, by its Chinese title.

    Book marks and 中华人民共和国 make no difference; article 41 also finds 41(2).
    """
    wanted = plain_article(article)
    return tuple(
        each
        for each in given
        if Source(Text.of(each.law), None, (plain_article(each.article),)).cites(law, wanted)
    )


def plain_article(text: str) -> str:
    """Return ``41`` of 41, 第41条 and 第四十一条, ``41(2)`` of 41(2) and 第四十一条第二款."""
    found = ARTICLE.match("".join(text.split()))
    if found is None:
        return text.strip()
    plain, rest = _number(found["number"]), found["rest"]
    if not rest or PARTS.fullmatch(rest):
        return str(plain) + "".join(f"({_number(n)})" for n in NUMBER.findall(rest))
    return f"{plain}({rest.strip('()（）')})"


def _number(text: str) -> int:
    """Return a number: Arabic, or Chinese below a thousand."""
    if text.isascii():
        return int(text)
    total = digit = 0
    for sign in text:
        if sign in "十百":
            total, digit = total + (digit or 1) * (10 if sign == "十" else 100), 0
        else:
            digit = "零一二三四五六七八九".index(sign)
    return total + digit


def _matter(text: str) -> str:
    return "".join(text.split()).casefold()
