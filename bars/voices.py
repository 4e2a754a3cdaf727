"""Messages for the bars of voice: the public ones, edits of them, and as many mixed ones as asked.

The files belong to nobody who gave a licence; they are read where they lie and never copied.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from bars.data import ROOT
from shixiao.voice import Message, read_messages

FOLDER = ROOT.parent / "shared" / "data" / "voice"
LABELLED = FOLDER / "messages_labelled_segmented.xlsx"
RAW = FOLDER / "messages_labelled_raw_sample.xlsx"
REPLIED = FOLDER / "messages_with_replies.xlsx"
ENDS = "。！？；，\n"


@cache
def real() -> tuple[Message, ...]:
    """Return the raw messages of both files, each under an id of its own."""
    rows = [*read_messages(RAW).rows, *read_messages(REPLIED).rows]
    return tuple(replace(message, id=str(place)) for place, message in enumerate(rows))


def signs() -> list[str]:
    """Return all characters that occur."""
    return sorted({sign for message in real() for sign in message.text if not sign.isspace()})


def edited(text: str, share: float, rng: random.Random, alphabet: Sequence[str]) -> str:
    """Change a share of the characters at random: another one, none, or one more."""
    out = []
    for sign in text:
        kind = rng.randrange(3) if rng.random() < share else -1
        if kind != 0:
            out.append(sign if kind < 2 else rng.choice(alphabet))
        if kind == 1:
            out.append(rng.choice(alphabet))
    return "".join(out)


def mixed(count: int, *, seed: int = 1) -> list[Message]:
    """Return messages made of a real title and clauses of several real messages.

    Half of the clauses are those of the title's own message, so that matters stay recognisable.
    """
    rng = random.Random(seed)
    parts = [_clauses(message.text) for message in real()]
    made = []
    for number in range(count):
        place = rng.randrange(len(parts))
        own, other = parts[place], parts[rng.randrange(len(parts))]
        said = rng.sample(own, len(own) - len(own) // 2) + rng.sample(other, len(other) // 2)
        made.append(replace(real()[place], id=str(number), text="".join(said)))
    return made


def _clauses(text: str) -> list[str]:
    for end in ENDS:
        text = text.replace(end, end + "\0")
    return [part for part in text.split("\0") if part.strip()] or [text]
