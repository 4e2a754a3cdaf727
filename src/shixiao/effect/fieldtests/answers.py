"""Answers: what an evaluator said and when, checked against the protocol before anything counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shixiao.effect.fieldtests.kinds import AUDIENCE_NAMES, MODE_NAMES, Audience, Kind, Mode
from shixiao.effect.fieldtests.protocol import BEST, Protocol, Question, Value
from shixiao.terms import BadInput, Text

LONGEST_WORDS = 1000  # characters of an answer in words
MOST_PHOTOS = 10  # of one question
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        question: id of the question.
        value: True or False, 0 to 4, a whole number, or words.
        at: when it was given, with its zone.
        photos: SHA-256 of the photos that were added, in hex.
    """

    question: str
    value: Value
    at: datetime
    photos: tuple[str, ...] = ()


def values_of(answers: Iterable[Answer]) -> dict[str, Value]:
    """Return question → answer."""
    return {answer.question: answer.value for answer in answers}


def check_answers(
    protocol: Protocol,
    mode: Mode,
    audience: Audience,
    answers: Sequence[Answer],
    *,
    started: datetime,
    finished: datetime,
    now: datetime,
) -> None:
    """Check the answers of one test.

    Args:
        protocol: the protocol by which it was done.
        mode: how the service was tried.
        audience: for whom.
        answers: in the order in which they were given.
        started: when the test began, with its zone.
        finished: when it ended.
        now: what the clock says.

    Raises:
        BadInput: the protocol does not know mode or audience; an answer is unknown, not asked,
            given twice, of the wrong kind, out of range, or at an impossible time; or one that is
            required is missing. The message names the question by its words.
    """
    check_setting(protocol, mode, audience)
    _check_span(started, finished, now)
    possible = {question.id: question for question in protocol.questions(mode, audience)}
    asked = protocol.asked(mode, audience, values_of(answers))
    seen: set[str] = set()
    last = started
    for answer in answers:
        question = possible.get(answer.question)
        if question is None:
            raise _unknown(protocol, answer.question, mode, audience)
        name = question.wording(mode)
        if answer.question in seen:
            raise _bad(name, "答了两次；请只留一个答案。", "is answered twice; keep one answer")
        if question not in asked:
            raise _bad(
                name,
                "按前面的回答不用回答这一问；请删去。",
                "is not asked after the answers before it; leave it out",
            )
        seen.add(answer.question)
        _check_value(question, name, answer.value)
        _check_photos(question, name, answer.photos)
        _check_time(name, answer.at, last, finished)
        last = answer.at
    for question in asked:
        if question.required and question.id not in seen:
            raise _bad(question.wording(mode), "还没有回答；请补上。", "is not answered yet")


def check_value(question: Question, mode: Mode, value: object) -> None:
    """Check one answer by itself, as a form does while it is filled in.

    Raises:
        BadInput: it is of the wrong kind or out of range.
    """
    _check_value(question, question.wording(mode), value)


def check_setting(protocol: Protocol, mode: Mode, audience: Audience) -> None:
    """Check that a protocol is made for a mode and an audience.

    Raises:
        BadInput: it is not.
    """
    if mode not in protocol.modes or audience not in protocol.audiences:
        one, who = MODE_NAMES[mode], AUDIENCE_NAMES[audience]
        raise BadInput(
            Text(
                f"“{protocol.name.zh}”不用于{one.zh}、面向{who.zh}的测试；请换一份测试方案。",
                f"“{protocol.name.en}” is not made for trying {one.en} for {who.en}; take another"
                " protocol",
            )
        )


def _check_span(started: datetime, finished: datetime, now: datetime) -> None:
    if started.tzinfo is None or finished.tzinfo is None:
        raise BadInput(
            Text("开始和结束时间须带时区。", "the times of beginning and end need a zone")
        )
    if finished < started:
        raise BadInput(
            Text(
                "测试的结束早于开始；请核对时间。",
                "the test ends before it begins; check the times",
            )
        )
    if finished > now:
        raise BadInput(
            Text(
                "测试的结束时间在将来；请核对手机的时钟。",
                "the test ends in the future; check the clock of the phone",
            )
        )


def _check_value(question: Question, name: Text, value: object) -> None:
    if question.kind is Kind.YES_NO:
        if not isinstance(value, bool):
            raise _bad(name, "应答“是”或“否”。", "needs a yes or a no")
    elif question.kind is Kind.TEXT:
        _check_words(name, value)
    else:
        posts = question.goalposts
        most = BEST if posts is None else posts.most
        if isinstance(value, bool) or not isinstance(value, int):
            raise _bad(name, "应是整数。", "needs a whole number")
        if not 0 <= value <= most:
            raise _bad(name, f"应在 0 至 {most} 之间。", f"needs a number from 0 to {most}")


def _check_words(name: Text, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise _bad(name, "应是文字；没有就不答。", "needs words; leave it out if there are none")
    if len(value) > LONGEST_WORDS:
        raise _bad(
            name, f"不能超过 {LONGEST_WORDS} 字。", f"takes at most {LONGEST_WORDS} characters"
        )
    # A lone surrogate has no UTF-8, and a control character no place on a page.
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\r\t" for sign in value):
        raise _bad(name, "含有不能显示的字符；请删去。", "holds signs that cannot be shown")


def _check_photos(question: Question, name: Text, photos: tuple[str, ...]) -> None:
    if photos and not question.photo:
        raise _bad(name, "不附照片。", "takes no photos")
    if len(photos) > MOST_PHOTOS or len(set(photos)) < len(photos):
        raise _bad(
            name,
            f"最多附 {MOST_PHOTOS} 张不同的照片。",
            f"takes at most {MOST_PHOTOS} photos, all different",
        )
    if not all(_SHA256.fullmatch(photo) for photo in photos):
        raise _bad(name, "照片应以 SHA-256 列出。", "lists its photos by their SHA-256")


def _check_time(name: Text, at: datetime, last: datetime, finished: datetime) -> None:
    if at.tzinfo is None:
        raise _bad(name, "回答时间须带时区。", "was answered at a time without a zone")
    if at < last:
        raise _bad(
            name,
            "回答时间早于测试开始或前一个回答；请核对时间和次序。",
            "was answered before the test began or before the answer ahead of it; check times and"
            " order",
        )
    if at > finished:
        raise _bad(
            name,
            "回答时间晚于测试结束；请核对时间。",
            "was answered after the test ended; check the times",
        )


def _unknown(protocol: Protocol, question: str, mode: Mode, audience: Audience) -> BadInput:
    found = protocol.all_questions.get(question)
    if found is None:
        shown = "".join(sign if sign.isprintable() else "�" for sign in question[:40])
        return BadInput(
            Text(
                f"测试方案里没有问题“{shown}”；请核对方案和版本。",
                f"the protocol has no question “{shown}”; check protocol and version",
            )
        )
    one, who = MODE_NAMES[mode], AUDIENCE_NAMES[audience]
    return _bad(
        found.wording(mode),
        f"不用于{one.zh}、面向{who.zh}的测试；请删去。",
        f"is not asked when trying {one.en} for {who.en}; leave it out",
    )


def _bad(name: Text, zh: str, en: str) -> BadInput:
    return BadInput(Text(f"“{name.zh}”{zh}", f"“{name.en}” {en}"))
