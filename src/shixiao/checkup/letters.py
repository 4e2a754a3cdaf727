"""Letters: messages and their replies as arrays, and the plain figures of all replies.

How long a reply took is counted as the statutory clock counts: calendar days, the day of the letter
left out (Civil Code, art. 201).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shixiao.checkup.scene import Scene, wall_clock
from shixiao.effect import DAY
from shixiao.statistics import median_interval, wilson
from shixiao.terms import Estimate, Subject, SubjectKind, Text
from shixiao.text import without_digits


@dataclass(frozen=True, slots=True)
class Replies:
    """All messages of the register in order of department and time."""

    ids: list[str]
    departments: list[str]
    texts: list[str | None]
    sent: npt.NDArray[np.int64]
    replied_at: npt.NDArray[np.int64]
    replied: npt.NDArray[np.bool_]
    persons: list[str | None] | None
    solved: list[bool | None] | None
    months: list[str]
    topics: list[str]


def answered(scene: Scene, *, grouped: bool) -> Replies | None:
    """Read messages and replies (µs on the wall clock); None when nothing was replied to.

    With ``grouped``, messages without a department are left out and the others stand together.
    """
    messages = scene.table("messages")
    known = messages.filter(messages.ts.notnull())
    if grouped:
        known = known.filter(known.department_id.notnull())
    columns: dict[str, Any] = {
        "id": known.message_id,
        "text": known.reply_text,
        "sent": wall_clock(scene, known.ts),
        "department": known.department_id if grouped else known.message_id,
    }
    if "reply_ts" in known.columns:
        columns["at"] = wall_clock(scene, known.reply_ts)
    for name, column in (("person", "person_key"), ("solved", "solved"), ("topic", "kind")):
        if column in known.columns:
            columns[name] = known[column]
    order = ["department", "sent", "id"] if grouped else ["sent", "id"]
    rows = scene.engine.rows(known.select(**columns).order_by(order))
    texts = [text if text and text.strip() else None for text in rows["text"]]
    if not any(texts):
        return None
    sent = np.array(rows["sent"], np.int64)
    at = [-1 if t is None else t for t in rows.get("at", [None] * len(texts))]
    months = (sent // DAY).astype("datetime64[D]").astype("datetime64[M]")
    return Replies(
        ids=[str(i) for i in rows["id"]],
        departments=[str(d) for d in rows["department"]],
        texts=texts,
        sent=sent,
        replied_at=np.array(at, np.int64),
        replied=np.array([text is not None for text in texts]),
        persons=rows.get("person"),
        solved=rows.get("solved"),
        months=[str(m) for m in months],
        topics=[str(t or "") for t in rows.get("topic", [""] * len(texts))],
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """One plain figure: no finding hangs on it.

    ``hits`` counts the replies that a share speaks of; None where the figure is no share.
    """

    measure: str
    name: Text
    subject: Subject
    estimate: Estimate
    hits: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the form of an entry of ``measures`` (CONTRACTS)."""
        return {
            "subject": self.subject.to_json(),
            "measure": self.measure,
            "name": self.name.to_json(),
            "arm": None,
            "arm_column": None,
            "estimate": self.estimate.to_json(),
        }


REPLY_DAYS = Text("答复用时（中位，日历日）", "Days to the reply, median (calendar days)")
REPLY_LATE = Text("超过 {days} 天才答复", "Replied after more than {days} days")
REPLY_TWIN = Text(
    "答复除去数字和空白后与另一条完全相同", "Replies identical to another but for digits and blanks"
)


def reply_figures(scene: Scene, whole: Subject) -> Iterable[Figure]:
    """Give the figures of all replies, and of each department with enough of them."""
    if scene.lacking("messages", "reply_text") is not None:
        return
    replies = answered(scene, grouped=False)
    if replies is None:
        return
    yield from _figures(scene, replies, whole, np.flatnonzero(replies.replied))
    if scene.has("messages", "department_id"):
        grouped = answered(scene, grouped=True)
        minimum = int(scene.rules.number("E-16"))
        if grouped is not None:
            departments = np.array(grouped.departments)
            for department in sorted(set(grouped.departments)):
                mine = np.flatnonzero((departments == department) & grouped.replied)
                if len(mine) >= minimum:
                    subject = scene.subject(SubjectKind.DEPARTMENT, department)
                    yield from _figures(scene, grouped, subject, mine)


def _figures(
    scene: Scene, replies: Replies, subject: Subject, mine: npt.NDArray[np.intp]
) -> Iterable[Figure]:
    level = scene.rules.number("E-17")
    dated = mine[replies.replied_at[mine] >= 0]
    if len(dated):
        days = replies.replied_at[dated] // DAY - replies.sent[dated] // DAY
        elapsed = np.sort((replies.replied_at[dated] - replies.sent[dated]) / DAY)
        limit = int(scene.rules.number("PET-T", "forward"))
        yield Figure("reply_days", REPLY_DAYS, subject, median_interval(elapsed, level=level))
        late = int((days > limit).sum())
        name = REPLY_LATE.format(days=limit)
        yield Figure("reply_late", name, subject, wilson(late, len(days), level=level), late)
    normal = [without_digits(replies.texts[i] or "") for i in mine]
    counts = Counter(normal)
    twins = sum(counts[text] > 1 for text in normal if text)
    share = wilson(twins, len(mine), level=level)
    yield Figure("reply_twin", REPLY_TWIN, subject, share, twins)
