"""Answering by group: one text for all, and an individual line for each person.

Whoever wrote more than the others gets it answered: a line of one's own is required of each, and
what the person added to the common text stands beside it. Those whose matter is with another
department, or has moved on, stay as they are and are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from shixiao.records.models import Voice
from shixiao.terms import Text
from shixiao.voice import Message, duplicates
from shixiao.workflows import moving
from shixiao.workflows.clock import pack
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale
from shixiao.workflows.voices.handling import LOOK_AGAIN, hints_on, send
from shixiao.workflows.voices.linking import group_of

MOST = 200  # answered at once; a larger group is answered in parts
NO_REPLY = Text("请写明答复。", "Write the reply.")
NO_LINE = Text(
    "请给 {code} 写一句只属于这一位的话。",
    "Write a line of its own for {code}: what holds for that person.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A matter of a group that can be answered now, with what its person wrote besides."""

    voice: Voice
    added: str


def answerable(row: Voice) -> list[Row]:
    """Return the matters of a group that wait for this department's reply, at most 200."""
    own = [
        each
        for each in group_of(row)
        if each.state == "assigned" and each.department_id == row.department_id
    ][:MOST]
    added = _added(own)
    return [Row(each, added.get(each.code, "")) for each in own]


@transaction.atomic
def reply_to_all(
    row: Voice, act: Act, *, reply: str, lines: Mapping[str, str], anyway: str = ""
) -> list[Voice]:
    """Reply to a group: the common text, then the line of each.

    Args:
        row: of the group.
        act: who, when, which version of the row he saw.
        reply: the common text.
        lines: code of a matter → its own line.
        anyway: why it is sent as it is, where there are hints.

    Raises:
        Forbidden, Stale: the person may not; the group moved on.
        Incomplete: no text, a line is missing, or hints without a reason.
    """
    held = moving.locked(row)
    check(act.actor, "voice.handle", held)
    if act.seen != held.version:
        raise Stale(CHANGED)
    text = needed(reply, field="reply", missing=NO_REPLY)
    there = {each.voice.code: each.voice for each in answerable(held)}
    if not there or not set(lines) <= set(there):
        raise Stale(CHANGED)
    chosen = Voice.objects.select_for_update(of=("self",)).filter(code__in=list(lines))
    rows = sorted(chosen.order_by("id"), key=lambda each: list(there).index(each.code))
    for each in rows:
        if not lines[each.code].strip():
            raise Incomplete(NO_LINE.format(code=each.code), field=f"line_{each.code}")
    found = hints_on(held, text, act) if rows else []
    if found and not anyway.strip():
        raise Incomplete(LOOK_AGAIN.format(n=len(found)), field="anyway")
    for each in rows:
        line = needed(lines[each.code], field=f"line_{each.code}")
        send(each, act, f"{text}\n{line}", anyway=anyway.strip())
    return rows


def _added(rows: Sequence[Voice]) -> dict[str, str]:
    """Return what each wrote besides the text that most share."""
    messages = [Message(each.code, each.text, each.title) for each in rows]
    found: dict[str, str] = {}
    for group in duplicates(messages, rules=pack()) if len(rows) > 1 else []:
        found |= {messages[i].id: text for i, text in group.added.items()}
    return found
