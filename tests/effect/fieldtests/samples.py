"""A small protocol written out, so that every number in the tests can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shixiao.effect.fieldtests import Answer, Audience, Mode, Protocol, Value, read_protocol, sheet

SMALL = """
schema: shixiao/protocol/1
id: small
version: 1.0.0
name: {zh: 小测, en: Small}
about: {zh: 说明, en: About}
target: service
steps:
  - id: apply
    name: {zh: 申请, en: Apply}
    about: {zh: 申请一次, en: Apply once}
    questions:
      - {id: worked, ask: {zh: 办通了吗？, en: Did it work?}, kind: yes_no, good: yes,
         dimension: usefulness, weight: 3, decides: yes, photo: yes,
         by_mode: {phone: {zh: 电话里办通了吗？, en: Did it work on the phone?}}}
      - {id: clear, ask: {zh: 清楚吗？, en: Is it clear?}, kind: scale,
         dimension: usefulness, weight: 1,
         anchors: [{zh: 零, en: nil}, {zh: 一, en: one}, {zh: 二, en: two}, {zh: 三, en: three},
                   {zh: 四, en: four}]}
      - {id: minutes, ask: {zh: 几分钟？, en: How many minutes?}, kind: number, unit: minutes,
         floor: 60, target: 10, most: 600, basis: policy, dimension: convenience, weight: 1}
      - {id: papers, ask: {zh: 几份材料？, en: How many papers?}, kind: number, unit: materials,
         floor: 4, target: 0, most: 50, basis: policy, dimension: convenience, weight: 3}
  - id: after
    name: {zh: 之后, en: Afterwards}
    about: {zh: 之后的事, en: What came next}
    only_if: {question: worked, is: yes}
    questions:
      - {id: pushed, ask: {zh: 催好评吗？, en: Urged to rate?}, kind: yes_no, good: no,
         dimension: benefit, weight: 1}
      - {id: visits, ask: {zh: 跑几趟？, en: How many visits?}, kind: number, unit: visits,
         floor: 3, target: 0, most: 20, basis: policy, dimension: benefit, weight: 1, required: no}
      - {id: reader, ask: {zh: 读屏可用吗？, en: Does a screen reader work?}, kind: yes_no,
         good: yes, dimension: benefit, weight: 2, audiences: [disabled], modes: [online],
         basis: {zh: 某法第一条, en: 'Some law, art. 1'}}
      - {id: remark, ask: {zh: 说明？, en: Remarks?}, kind: text}
"""
STARTED = datetime(2026, 11, 20, 1, tzinfo=UTC)
NOW = STARTED + timedelta(days=1)
GOOD: dict[str, Value] = {
    "worked": True,
    "clear": 3,
    "minutes": 35,
    "papers": 1,
    "pushed": False,
    "visits": 3,
    "remark": "页面清楚",
}


def small(text: str = SMALL) -> Protocol:
    return read_protocol(text.encode(), "small.yaml")


def said(values: Mapping[str, Value], *, every: int = 2) -> tuple[Answer, ...]:
    """Answers in the order given, one every two minutes."""
    return tuple(
        Answer(question, value, STARTED + timedelta(minutes=every * number))
        for number, (question, value) in enumerate(values.items(), start=1)
    )


def made(values: Mapping[str, Value] = GOOD, **changed: Any) -> dict[str, Any]:
    """A score sheet of the small protocol."""
    given: dict[str, Any] = {
        "mode": Mode.ONLINE,
        "audience": Audience.EVERYBODY,
        "commission": "C-1",
        "item": "I-1",
        "evaluator": "E-1",
        "started": STARTED,
        "finished": STARTED + timedelta(hours=1),
        "answers": said(values),
        "now": NOW,
    }
    return sheet(small(), **{**given, **changed})
