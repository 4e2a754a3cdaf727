"""Formalistic replies: answered by template, closed but unsolved, written again within days.

Replies are alike when they are the same after digits and white space are taken away, or share most
of their character shingles.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pyarrow as pa

from shixiao.checkup.detectors.rates import MONTH, Rate, Rows, screen_rates
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.letters import Replies, answered
from shixiao.checkup.scene import Scene
from shixiao.effect import DAY
from shixiao.terms import SubjectKind, Text
from shixiao.text import near_duplicates, without_digits

ALIKE, UNSOLVED, AGAIN = "alike_replies", "answered_but_unsolved", "written_again"
STRATA = {MONTH: Text("月份", "month"), "topic": Text("来信类别", "kind of message")}
NO_REPLIES = Text("没有一封来信带有答复", "no message carries a reply")


@detector("template_reply")
def template_reply(scene: Scene) -> Iterable[Screening]:
    """Compare departments by their replies."""
    lacking = scene.lacking("messages", "reply_text") or scene.lacking("messages", "department_id")
    if lacking is not None:
        yield Screening.lacking((ALIKE, UNSOLVED, AGAIN), lacking)
        return
    replies = answered(scene, grouped=True)
    if replies is None:
        yield Screening.lacking((ALIKE, UNSOLVED, AGAIN), NO_REPLIES)
        return
    flags = {"alike": _alike(scene, replies)}
    rates = [Rate(ALIKE, "alike", int(scene.rules.number("F-18", "replies")))]
    missing: dict[str, Text] = {}
    for measure, column, needed, found in (
        (UNSOLVED, "unsolved", "solved", _unsolved(replies)),
        (AGAIN, "again", "person_key", _again(scene, replies)),
    ):
        if found is None:
            missing[measure] = scene.lacking("messages", needed) or NO_REPLIES
        else:
            flags[column] = found
            rates.append(Rate(measure, column, rates[0].minimum))
    table = scene.engine.small(
        pa.table(
            {
                "message_id": pa.array(replies.ids, pa.string()),
                "subject": pa.array(replies.departments, pa.string()),
                MONTH: pa.array(replies.months, pa.string()),
                "topic": pa.array(replies.topics, pa.string()),
                **flags,
            }
        )
    )
    rows = Rows(table, "message_id", "messages", SubjectKind.DEPARTMENT, STRATA)
    yield Screening(missing=missing)
    yield screen_rates(scene, rows, rates)


def _alike(scene: Scene, replies: Replies) -> pa.Array:
    """1 where another reply of the department is alike, 0 where none is, null without a reply."""
    similar = scene.rules.number("F-18", "similar")
    shingle = int(scene.rules.number("F-18", "shingle"))
    flag = np.zeros(len(replies.ids), np.int64)
    departments = np.array(replies.departments)
    edges = np.flatnonzero(np.concatenate(([True], departments[1:] != departments[:-1], [True])))
    for low, high in pairwise(edges.tolist()):
        mine = [i for i in range(low, high) if replies.replied[i]]
        texts = [without_digits(replies.texts[i] or "") for i in mine]
        groups = near_duplicates(texts, similar=similar, shingle=shingle)
        flag[mine] = groups >= 0
    return pa.array(flag, mask=~replies.replied)


def _unsolved(replies: Replies) -> pa.Array | None:
    if replies.solved is None:
        return None
    known = np.array([s is not None for s in replies.solved]) & replies.replied
    return pa.array(np.array([s is False for s in replies.solved]).astype(np.int64), mask=~known)


def _again(scene: Scene, replies: Replies) -> pa.Array | None:
    """1 where the person writes to the department again within the days after the reply."""
    if replies.persons is None or not (replies.replied_at >= 0).any():
        return None
    span = int(scene.rules.number("F-18", "repeat_days")) * DAY
    by_person: dict[tuple[str, str], list[int]] = {}
    for i, person in enumerate(replies.persons):
        if person is not None:
            by_person.setdefault((replies.departments[i], person), []).append(i)
    flag = np.zeros(len(replies.ids), np.int64)
    known = np.zeros(len(replies.ids), np.bool_)
    for mine in by_person.values():
        times = replies.sent[mine]  # in order of time, as the register was read
        for i in mine:
            at = replies.replied_at[i]
            if replies.replied[i] and at >= 0:
                known[i] = True
                following = int(np.searchsorted(times, at, side="right"))
                flag[i] = following < len(times) and times[following] <= at + span
    return pa.array(flag, mask=~known)
