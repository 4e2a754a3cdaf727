"""Lists of requirements: what a counter asks for, and what going online makes of it.

Every way of going online is one function from the counter's list to the online list, so that what
is true of a service is known by the way that was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from shixiao.datafiles import load_yaml


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is asked for: its wordings, and which of them is used.

    Attributes:
        kind: field, material, signature or visit.
        names: wordings, that of counters first.
        en: in English.
        element, holder: the element that answers it and who leads it; "" for none.
        wording: which of the names is used.
        basis: provision that demands the original; "" for none.
    """

    kind: str
    names: tuple[str, ...]
    en: str
    element: str = ""
    holder: str = ""
    wording: int = 0
    basis: str = ""

    @property
    def could_go(self) -> bool:
        """Whether going online could end it."""
        return not self.basis and (self.kind in ("visit", "signature") or bool(self.element))


Things = tuple[Thing, ...]
Way = Callable[[Things, np.random.Generator], Things]


@cache
def material() -> dict[str, Any]:
    """Return the words: data/designs/items.yaml."""
    content = files("shixiao.potemkin").joinpath("data/designs/items.yaml").read_text("utf-8")
    found: dict[str, Any] = load_yaml(content)
    return found


def things(part: str, kind: str) -> Things:
    """Return what a part of the words has."""
    return tuple(
        Thing(
            entry.get("kind", kind),
            tuple(entry["names"]),
            entry["en"],
            entry.get("element", ""),
            entry.get("holder", ""),
        )
        for entry in material()[part]
    )


def at_counter(rng: np.random.Generator, *, department: str) -> Things:
    """Draw what a counter asks for: papers that others hold and own ones, acts and fields."""
    held = [t for t in things("documents", "material") if t.holder != department]
    return (
        *_some(held, int(rng.integers(2, 5)), rng),
        *_some(things("own", "material"), int(rng.integers(2, 5)), rng),
        *_some(things("signatures", "signature"), int(rng.integers(1, 4)), rng),
        *_some(things("visits", "visit"), int(rng.integers(1, 4)), rng),
        *_some(things("fields", "field"), int(rng.integers(2, 6)), rng),
    )


def _some(known: Sequence[Thing], count: int, rng: np.random.Generator) -> Things:
    return tuple(known[place] for place in rng.permutation(len(known))[:count].tolist())


def reworded(asked: Things, rng: np.random.Generator, *, share: float) -> Things:
    """Use another wording for a share of things."""
    return tuple(
        replace(thing, wording=int(rng.integers(1, len(thing.names))))
        if len(thing.names) > 1 and rng.random() < share
        else thing
        for thing in asked
    )


# ── planted: ways that take nothing away ──────────────────────────────────────────────────────


def to_the_letter(asked: Things, _: np.random.Generator) -> Things:
    """Ask for the same in the same words."""
    return asked


def in_other_words(asked: Things, rng: np.random.Generator) -> Things:
    """Ask for the same, half of it in other words."""
    return reworded(asked, rng, share=0.5)


def with_more(asked: Things, rng: np.random.Generator) -> Things:
    """Ask for the same and for something more."""
    more = [t for t in (*things("own", "material"), *things("fields", "field")) if t not in asked]
    return (*reworded(asked, rng, share=0.25), *_some(more, int(rng.integers(1, 3)), rng))


def nearly_all(asked: Things, rng: np.random.Generator) -> Things:
    """Take one field away where ten or more things are asked for; nothing else changes."""
    fields = [place for place, thing in enumerate(asked) if thing.kind == "field"]
    if len(asked) < 11 or not fields:
        return in_other_words(asked, rng)
    gone = int(rng.choice(fields))
    return reworded(asked[:gone] + asked[gone + 1 :], rng, share=0.25)


def in_another_order(asked: Things, rng: np.random.Generator) -> Things:
    """Ask for the same in another order, some of it in other words."""
    order = rng.permutation(len(asked)).tolist()
    return reworded(tuple(asked[place] for place in order), rng, share=0.35)


# ── innocent: ways that lighten, or have nothing to lighten ──────────────────────────────────


def lightened(asked: Things, rng: np.random.Generator) -> Things:
    """End most of what going online can end: visits, signatures, what government holds."""
    left = tuple(t for t in asked if not t.could_go or rng.random() < 0.25)
    kept = left if len(asked) - len(left) >= max(2, len(asked) // 4) else _without_acts(asked)
    return reworded(kept, rng, share=0.5)


def halved(asked: Things, rng: np.random.Generator) -> Things:
    """Keep the visits, take half of the papers and signatures away."""
    papers = [p for p, t in enumerate(asked) if t.kind in ("material", "signature")]
    gone = set(rng.permutation(papers)[: (len(papers) + 1) // 2].tolist())
    return reworded(tuple(t for p, t in enumerate(asked) if p not in gone), rng, share=0.3)


def without_the_trip(asked: Things, rng: np.random.Generator) -> Things:
    """Take only the visits away."""
    return reworded(tuple(t for t in asked if t.kind != "visit"), rng, share=0.3)


def declared(asked: Things, rng: np.random.Generator) -> Things:
    """Let one declaration stand for what government holds, and drop the visits."""
    kept = tuple(t for t in asked if not t.element and t.kind != "visit")
    return (*reworded(kept, rng, share=0.3), *things("consents", "material"))


def as_numbers(asked: Things, rng: np.random.Generator) -> Things:
    """Ask for the number of a document instead of the document, and no longer for visits."""
    found = [
        replace(t, kind="field", names=(t.element,), wording=0)
        if t.kind == "material" and t.element
        else t
        for t in asked
        if t.kind != "visit"
    ]
    return reworded(tuple(found), rng, share=0.2)


def _without_acts(asked: Things) -> Things:
    return tuple(t for t in asked if t.kind not in ("visit", "signature"))
