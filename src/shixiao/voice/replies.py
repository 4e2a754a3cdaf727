"""Replies: what a person should look at before an answer is sent.

Hints, never verdicts, and never a bar to sending: is it a template, does it evade, does it give a
ground, is what was asked answered?

Source: criteria of the annual evaluations of replies to citizens (completeness, ground, relevance);
the words are rules that a place may change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.rules import RulePack
from shixiao.terms import Text
from shixiao.voice.duplicates import alike, stars
from shixiao.voice.wording import bare, clauses, letters, readable

ALIKE, EVADING, DOING, ASKING, ANSWERED, SHORT, REFUSING = (
    "VOI-28", "VOI-29", "VOI-30", "VOI-31", "VOI-32", "VOI-33", "VOI-34",
)  # fmt: skip
_NUMBER = r"[一二三四五六七八九十百零\d]{1,6}"
_BASIS = re.compile(rf"《[^》]{{2,60}}》|第{_NUMBER}条|[〔\[]\d{{4}}[〕\]]")
_FIGURE = re.compile(r"\d")
_SENTENCES = re.compile(r"[。！？!?\n]+")
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to look at: its kind, and what was seen."""

    kind: str
    text: Text

    def to_json(self) -> dict[str, Any]:
        """Return ``{"kind", "text"}``."""
        return {"kind": self.kind, "text": self.text.to_json()}


def hints(message: str, reply: str, *, rules: RulePack, copied: int = 0) -> list[Hint]:
    """Return what to look at before this reply is sent.

    Args:
        message: what was asked, with its title.
        reply: the answer.
        rules: words and thresholds.
        copied: other messages that got nearly this reply (``copies_of_replies``).
    """
    asked, said = readable(message), readable(reply)
    found = []
    if copied:
        found.append(Hint("template", TEMPLATE.format(n=copied)))
    evading = next((w for w in rules.words(EVADING) if w in said), None)
    acted = any(word in said for word in rules.words(DOING)) and _FIGURE.search(said)
    if len(bare(said)) < rules.number(SHORT):
        found.append(Hint("short", BRIEF.format(n=len(bare(said)))))
    if evading is not None and not acted:
        found.append(Hint("evasive", EVASIVE.format(word=evading)))
    refused = next((w for w in rules.words(REFUSING) if w in said), None)
    if refused is not None and not _BASIS.search(said):
        found.append(Hint("no_basis", NO_BASIS.format(word=refused)))
    left = _unanswered(asked, said, rules)
    return found + [Hint("unanswered", UNANSWERED.format(ask=ask[:SHOWN])) for ask in left]


def copies_of_replies(replies: Sequence[str], *, rules: RulePack) -> list[int]:
    """Return for each reply how many others are nearly the same; what they quote counts too.

    Nearly the same: as one reply that is in the middle of all of them (``duplicates.stars``).
    """
    plain = letters([readable(reply) for reply in replies])
    times = Counter(text for text in plain if text)
    texts = list(times)
    others = {text: times[text] - 1 for text in texts}
    for star, _ in stars(alike(texts, rules.number(ALIKE))):
        whole = sum(times[texts[i]] for i in star)
        others |= {texts[i]: whole - 1 for i in star}
    return [others.get(text, 0) for text in plain]


TEMPLATE = Text(
    "与另外 {n} 条答复几乎相同；请写明对这一位的具体答复。",
    "nearly the same as {n} other replies; say what holds for this person",
)
BRIEF = Text("只有 {n} 个字；请核对是否答完。", "only {n} letters; check that it says all")
EVASIVE = Text(
    "“{word}”之外没有写明做了什么、何时办结。",
    "beyond “{word}” it does not say what was done and by when",
)
NO_BASIS = Text(
    "“{word}”没有写明依据（文件名称和条款）。",
    "“{word}” comes without a ground (name and article of a document)",
)
UNANSWERED = Text("似乎没有回答：“{ask}”", "this seems not to be answered: “{ask}”")


def _unanswered(asked: str, said: str, rules: RulePack) -> list[str]:
    """Return asks of which hardly any pair of signs comes back in the reply."""
    words, least = rules.words(ASKING), rules.number(ANSWERED)
    there = _pairs(bare(said))
    found = []
    for sentence in _SENTENCES.split(asked):
        if not any(word in sentence for word in words):
            continue
        own = _pairs("".join(bare(part) for part in clauses(sentence)))
        if len(own) > 3 and len(own & there) / len(own) < least:
            found.append(sentence.strip())
    return found


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
