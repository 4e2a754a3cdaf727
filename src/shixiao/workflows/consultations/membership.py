"""Who stands in a group of comments: how many people it is, and what it may be called in public.

A topic is named by words of comments that were looked at and shown; until there are such, by its
number alone, for a word of what nobody looked at may be a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from shixiao.records.models import OpinionGroup
from shixiao.terms import Text
from shixiao.voice.wording import readable, words

TOPIC = Text("话题：{what}", "Topic: {what}")
UNNAMED = Text("话题 {n}", "Topic {n}")
NAMED_BY = 4  # words
MOST_READ = 2_000  # shown comments of a topic that are read for its words


def recount(group: OpinionGroup) -> None:
    """Count the people of a group of comments anew, and name a topic by what is shown of it."""
    said = group.comments.values_list("participant_id", "pk")
    group.size = len({person or own for person, own in said})
    if group.kind == OpinionGroup.Kind.TOPIC:
        group.title = _title(group.number, group.details.get("terms", ()), _shown(group))
    group.save(update_fields=["size", "title"])


def _shown(group: OpinionGroup) -> Iterable[str]:
    rows = group.comments.filter(state="shown").values_list("text", flat=True)
    return islice(rows.iterator(chunk_size=200), MOST_READ)


def _title(number: int, terms: Sequence[str], shown: Iterable[str]) -> Text:
    told: set[str] = set()
    for text in shown:
        told |= {*terms} & {*words(readable(text))}
        if told == {*terms}:
            break
    known = [term for term in terms if term in told]
    if not known:
        return UNNAMED.format(n=number)
    return TOPIC.format(what="、".join(known[:NAMED_BY]))
