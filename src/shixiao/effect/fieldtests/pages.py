"""The reference page of protocols: every question, for whom it is asked, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shixiao.effect.fieldtests.kinds import (
    AUDIENCE_NAMES,
    DIMENSION_NAMES,
    KIND_NAMES,
    MODE_NAMES,
    UNIT_NAMES,
    Kind,
)
from shixiao.effect.fieldtests.protocol import Condition, Protocol, Question
from shixiao.terms import Text

_HEAD = """\
# 体验测试方案 · Protocols of field tests

随系统提供的方案。同一套问题用于网上、电话、窗口，以及一般群众、老年人、残疾人；只在某些情形下问的，
写在“何时问”里。目标区间没有注明依据的，是本平台设定，不是法律规定。

The protocols that ship. One set of questions serves every way of trying and everybody; where one is
asked only sometimes, “when” says so. Goalposts without a basis are our policy and no law.
"""
_TABLE = (
    "\n| 编号 id | 问题 question | 何时问 when | 怎样计分 scoring | 维度 dimension "
    "| 权重 weight |\n"
    "|---|---|---|---|---|---|\n"
)
_YES, _NO = Text("是", "yes"), Text("否", "no")


def protocols_page(protocols: Iterable[Protocol]) -> str:
    """Return the page of some protocols in Markdown, in both languages."""
    return _HEAD + "".join(part for protocol in protocols for part in _protocol(protocol))


def _protocol(protocol: Protocol) -> Iterator[str]:
    yield f"\n## {protocol.id} · {protocol.name.zh} · {protocol.name.en}\n\n"
    yield f"{protocol.about.zh}\n\n{protocol.about.en}\n\n"
    yield f"版本 version {protocol.version} · SHA-256 `{protocol.sha256}`\n"
    for step in protocol.steps:
        yield f"\n### {step.name.zh} · {step.name.en}\n\n{step.about.zh}<br>{step.about.en}\n"
        yield _TABLE
        yield from (_row(protocol, question) for question in step.questions)


def _row(protocol: Protocol, question: Question) -> str:
    cells = (
        f"`{question.id}`",
        _ask(question),
        _both(_when(protocol, question)),
        _both(_scoring(question)),
        _both(DIMENSION_NAMES[question.dimension]) if question.dimension else "—",
        str(question.weight) if question.weight else "—",
    )
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |\n"


def _ask(question: Question) -> str:
    parts = [_both(question.ask)]
    for mode, text in question.by_mode.items():
        name = MODE_NAMES[mode]
        parts.append(_both(Text(f"{name.zh}：{text.zh}", f"{name.en}: {text.en}")))
    if question.hint:
        parts.append(f"*{question.hint.zh}<br>{question.hint.en}*")
    if question.basis:
        parts.append(_both(Text(f"依据：{question.basis.zh}", f"Basis: {question.basis.en}")))
    return "<br>".join(parts)


def _when(protocol: Protocol, question: Question) -> Text:
    zh, en = [], []
    if question.modes != protocol.modes:
        zh.append("、".join(MODE_NAMES[mode].zh for mode in question.modes))
        en.append(", ".join(MODE_NAMES[mode].en for mode in question.modes))
    if question.audiences != protocol.audiences:
        zh.append("面向" + "、".join(AUDIENCE_NAMES[who].zh for who in question.audiences))
        en.append("for " + ", ".join(AUDIENCE_NAMES[who].en for who in question.audiences))
    for condition in question.conditions:
        text = _condition(condition)
        zh.append(text.zh)
        en.append(text.en)
    if not question.required:
        zh.append("可不答")
        en.append("may be left out")
    if question.photo:
        zh.append("可附照片")
        en.append("a photo may be added")
    return Text("；".join(zh), "; ".join(en)) if zh else Text("都问", "always")


def _condition(condition: Condition) -> Text:
    if condition.at_least is not None:
        sign = f"`{condition.question}` ≥ {condition.at_least}"
        return Text(sign, sign)
    answer = _YES if condition.equals else _NO
    return Text(f"`{condition.question}` 答“{answer.zh}”", f"`{condition.question}` is {answer.en}")


def _scoring(question: Question) -> Text:
    if question.kind is Kind.YES_NO:
        good = _YES if question.good else _NO
        zh, en = f"答“{good.zh}”得 1 分", f"“{good.en}” scores 1"
        if question.decides:
            zh, en = f"{zh}；决定本步是否办通", f"{en}; decides whether the step worked"
        return Text(zh, en)
    if question.kind is Kind.SCALE:
        return Text(
            "；".join(f"{level} {text.zh}" for level, text in enumerate(question.anchors)),
            "; ".join(f"{level} {text.en}" for level, text in enumerate(question.anchors)),
        )
    posts, unit = question.goalposts, question.unit
    if posts is None or unit is None:
        return KIND_NAMES[question.kind]
    name = UNIT_NAMES[unit]
    return Text(
        f"{posts.floor} {name.zh}得 0 分，{posts.target} {name.zh}得 1 分",
        f"{posts.floor} {name.en} score 0, {posts.target} score 1",
    )


def _both(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh}<br>{text.en}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
