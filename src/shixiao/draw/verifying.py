"""Checking a transcript: everything that follows from its parts is computed again.

``data/verify_draw.py`` does the same in forty lines without this package. What only the library
does: it solves the quotas again and compares the probabilities with the optimum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from typing import Any

from shixiao.draw.distribution import LEXIMIN
from shixiao.draw.drawing import Order, hash_of
from shixiao.draw.freezing import PLAIN, PPS, Frozen, floor_of, root_of, solve
from shixiao.draw.hashing import ONE, seed_of
from shixiao.draw.reading_back import frozen_of
from shixiao.draw.replacing import successor
from shixiao.draw.weighted import inclusion_parts
from shixiao.terms import BadInput, Text

VERIFIER = files("shixiao.draw").joinpath("data/verify_draw.py").read_text("utf-8")
SAME = 1e-6  # relative; probabilities nearer than this to the optimum are the optimum


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a transcript holds, why not, and what its reader should know besides."""

    valid: bool
    why: Text | None
    notes: tuple[Text, ...] = ()


def verify(transcript: Any, *, optimum: bool = True) -> Checked:
    """Compute a draw again from its transcript.

    Args:
        transcript: as read from JSON.
        optimum: also solve the quotas again.
    """
    try:
        frozen = frozen_of(transcript)
        checks = [_pool(transcript, frozen), _seed(transcript, frozen), _lottery(frozen)]
        if optimum:
            checks.append(_optimum(frozen))
        checks += [_selection(transcript, frozen), _amendments(transcript, frozen)]
        for faults in checks:
            for fault in faults:
                return Checked(False, fault)
    except BadInput as error:
        return Checked(False, error.text)
    except UnicodeEncodeError:
        return Checked(
            False, Text("记录中有不成文字的内容。", "There is something in it that is no text.")
        )
    return Checked(True, None, tuple(_notes(transcript)))


def _pool(transcript: Mapping[str, Any], frozen: Frozen) -> Iterator[Text]:
    """Compare root, order and persons."""
    tokens = [row[0] for row in frozen.body["people"]]
    if tokens != sorted(set(tokens)):
        yield Text(
            "名单中有人重复，或次序不对。", "Somebody stands in the pool twice, or out of order."
        )
    if {entry["id"] for entry in frozen.body["excluded"]} & set(tokens):
        yield Text("被排除的人仍在名单中。", "Somebody excluded is in the pool.")
    if root_of(frozen.body) != transcript["root"]:
        yield Text(
            "名单或设定与冻结时公布的根哈希不符。",
            "The pool or the settings are not those that the root was published for.",
        )


def _seed(transcript: Mapping[str, Any], frozen: Frozen) -> Iterator[Text]:
    """Compare the seed with what it is said to be made from."""
    seed = transcript["seed"]
    parts = seed["announced"], seed["head"]
    if None in parts:
        if parts != (None, None):
            yield Text("种子的来源不全。", "The parts of the seed are not complete.")
        return
    made = seed_of(frozen.root, announced=parts[0], head=parts[1], tag=frozen.body["tag"])
    if made != seed["value"]:
        yield Text(
            "种子不是由根哈希、公布数值和账本根哈希算出的。",
            "The seed does not follow from root, announced value and ledger head.",
        )


def _lottery(frozen: Frozen) -> Iterator[Text]:
    """Check that every composition is a panel and that the chances make sense."""
    if frozen.algorithm == PPS:
        weights = [float(row[2]) for row in frozen.body["people"]]
        wanted = inclusion_parts(weights, frozen.size, floor_of(frozen.body["floor"] or "0"))
        if wanted != list(frozen.parts.values()):
            yield Text(
                "入选概率与权重不符。",
                "The inclusion probabilities do not follow from the weights.",
            )
        return
    if sum(frozen.lottery.parts) != ONE:
        yield Text(
            "各组合的概率之和不是 1。", "The probabilities of the compositions do not sum to 1."
        )
    box, panels = frozen.panels.box, frozen.panels
    for number, counts in enumerate(frozen.lottery.counts):
        sums = panels.having @ counts
        fits = sum(counts) == panels.size and min(counts) >= 0
        fits = fits and bool((counts <= box.high).all())
        if not (fits and (box.least <= sums).all() and (sums <= box.most).all()):
            yield Text(
                f"第 {number + 1} 种组合不满足配额。", f"Composition {number + 1} breaks a quota."
            )


def _optimum(frozen: Frozen) -> Iterator[Text]:
    """Solve again, and compare with the algorithm's promise."""
    if frozen.algorithm in {PLAIN, PPS}:
        return
    members = tuple(map(len, frozen.members))
    best = solve(frozen.panels, frozen.quotas, frozen.algorithm).inclusion(members)
    pairs = list(zip(frozen.chances, best, strict=True))
    if frozen.algorithm != LEXIMIN:  # only the smallest that is not 0 is promised
        pairs = [(_smallest(frozen.chances), _smallest(best))]
    for found, wanted in pairs:
        if abs(found - wanted) > SAME * wanted:
            yield Text(
                f"入选概率不是最优：{float(found):.6g}，而 {frozen.algorithm} 可达"
                f" {float(wanted):.6g}。",
                f"The probabilities are not optimal: {float(found):.6g} where "
                f"{frozen.algorithm} reaches {float(wanted):.6g}.",
            )


def _smallest(chances: tuple[Fraction, ...]) -> Fraction:
    return min(filter(None, chances), default=Fraction(0))


def _selection(transcript: Mapping[str, Any], frozen: Frozen) -> Iterator[Text]:
    """Draw again and compare."""
    order = Order(frozen, transcript["seed"]["value"])
    panel = order.panel()
    if order.composition() != transcript["composition"] or panel != transcript["panel"]:
        yield Text("名单不是种子抽出的那一份。", "The panel is not the one that the seed draws.")
    if order.replacements(panel, transcript["asked"]) != transcript["replacements"]:
        yield Text("候补不是按次序产生的。", "The replacements are not the next in rank.")
    chances = [] if frozen.algorithm == PPS else [str(chance) for chance in frozen.chances]
    if transcript["inclusion"] != chances or transcript["p_min"] != str(min(frozen.chances)):
        yield Text(
            "公布的入选概率与抽签方案不符。",
            "The published probabilities do not follow from the lottery.",
        )
    if (transcript["redraw_of"] is None) != (not (transcript["reason"] or "").strip()):
        yield Text("重新抽签没有写明理由。", "The redraw gives no reason.")


def _amendments(transcript: Mapping[str, Any], frozen: Frozen) -> Iterator[Text]:
    """Follow the chain of withdrawals from the panel as it was drawn."""
    order = Order(frozen, transcript["seed"]["value"])
    panel, gone = list(transcript["panel"]), set[str]()
    for number, entry in enumerate(transcript["amendments"]):
        before = {**transcript, "amendments": transcript["amendments"][:number]}
        withdrawn = entry["withdrawn"]
        fits = hash_of(before) == entry["before"] and bool(entry["reason"].strip())
        fits = fits and withdrawn in frozen.kinds and withdrawn not in gone
        gone.add(withdrawn)
        follower = None
        if fits and withdrawn in panel:
            follower = successor(order, transcript["panel"], panel, gone, withdrawn)
            panel = [str(follower) if token == withdrawn else token for token in panel]
        if not fits or (entry["replaced_by"], entry["panel"]) != (follower, panel):
            yield Text(f"第 {number + 1} 次递补不对。", f"Amendment {number + 1} does not hold.")
            return


def _notes(transcript: Mapping[str, Any]) -> Iterator[Text]:
    """Say what a reader should know of a draw that holds."""
    if transcript["redraw_of"]:
        former, reason = transcript["redraw_of"][:16], transcript["reason"]
        yield Text(
            f"这是重新抽签，推翻了 {former}… 那一次；理由：{reason}",
            f"This is a redraw that puts aside the draw {former}…; the reason: {reason}",
        )
    if transcript["seed"]["announced"] is None:
        yield Text(
            "种子是直接给出的：记录本身不能证明它不是挑选出来的。",
            "The seed was given as it is: the record cannot show that it was not picked.",
        )
    for entry in transcript["amendments"]:
        follower = entry["replaced_by"]
        yield Text(
            f"{entry['withdrawn']} 退出（{entry['reason']}）"
            + (f"，由 {follower} 递补" if follower else ""),
            f"{entry['withdrawn']} withdrew ({entry['reason']})"
            + (f"; {follower} moved up" if follower else ""),
        )
