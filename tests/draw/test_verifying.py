"""A transcript holds or it does not; library and script agree, and the script needs no library."""

from __future__ import annotations

import ast
import copy
import json
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.draw import VERIFIER, Pool, Quota, draw, freeze, replace, verify
from shixiao.draw.freezing import root_of
from shixiao.draw.hashing import ONE
from tests.draw.cast import SEED, by_script, drawable, people, quotas

Record = dict[str, Any]
RULES = quotas("gender f 1 2, gender m 2 3, age o 2 2, age y 2 2")
ROWS = (*["f o"] * 3, *["f y"] * 4, *["m o"] * 5, *["m y"] * 6)
QUOTAS = draw(
    freeze(people(*ROWS), size=4, quotas=RULES, excluded={"p00": "tied"}),
    seed=SEED,
    replacements=3,
).transcript
WEIGHTS = draw(
    freeze(Pool(tuple("abcdefgh"), weights=(1, 2, 3, 4, 5, 6, 7, 99)), size=3, floor="0.1"),
    seed=SEED,
    replacements=3,
).transcript


@given(drawable(largest=12), st.integers(0, 2**40), st.booleans())
@settings(max_examples=8)
def test_the_script_agrees_with_the_library(
    case: tuple[Pool, int, tuple[Quota, ...]], seed: int, salted: bool
) -> None:
    pool, size, rules = case
    salt = "a long enough salt" if salted else None
    frozen = freeze(pool, size=size, quotas=rules, salt=salt)
    record = draw(frozen, seed=f"{seed:x}", replacements=3).transcript
    assert verify(json.loads(json.dumps(record))).valid
    assert by_script(record)


def test_the_script_is_forty_lines_that_need_nothing_but_python() -> None:
    tree = ast.parse(VERIFIER)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        name.split(".")[0]
        for node in imports
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [node.names[0].name])
        if name
    }
    assert names <= sys.stdlib_module_names
    lines = [line for line in VERIFIER.splitlines() if line.strip()]
    assert len(lines) - len(imports) - 1 <= 40  # its docstring is the 1


def frozen(change: Callable[[Record], object]) -> Callable[[Record], None]:
    """Alter what was frozen, with a root that fits: only deeper checks can notice."""

    def alter(record: Record) -> None:
        change(record["frozen"])
        record["root"] = root_of(record["frozen"])

    return alter


def swap(record: Record) -> None:
    record["panel"][0], record["panel"][1] = record["panel"][1], record["panel"][0]


def move_chance(body: Record) -> None:
    first, second = body["distribution"][:2]
    step = min(ONE // 8, first["parts"] - 1)
    first["parts"] -= step
    second["parts"] += step


ALTERED: dict[str, tuple[Record, Callable[[Record], object], str, bool]] = {
    "a panel in another order": (QUOTAS, swap, "not the one that the seed draws", True),
    "a friend on the panel": (
        QUOTAS,
        lambda r: r["panel"].__setitem__(0, r["replacements"][0]),
        "not the one that the seed draws",
        True,
    ),
    "another seed": (
        QUOTAS,
        lambda r: r["seed"].update(value="ab"),
        "not the one that the seed draws",
        True,
    ),
    "a seed said to be announced": (
        QUOTAS,
        lambda r: r["seed"].update(announced="1 2 3", head="ab"),
        "seed does not follow",
        True,
    ),
    "half the parts of a seed": (
        QUOTAS,
        lambda r: r["seed"].update(head="ab"),
        "not complete",
        False,
    ),
    "replacements in another order": (
        QUOTAS,
        lambda r: r["replacements"].reverse(),
        "not the next in rank",
        True,
    ),
    "another root": (QUOTAS, lambda r: r.update(root="00" * 32), "root was published", True),
    "somebody less in the pool": (
        QUOTAS,
        lambda r: r["frozen"]["people"].pop(),
        "root was published",
        True,
    ),
    "somebody twice in the pool": (
        QUOTAS,
        frozen(lambda f: f["people"].insert(0, f["people"][0])),
        "twice, or out of order",
        True,
    ),
    "somebody excluded in the pool": (
        QUOTAS,
        frozen(lambda f: f["excluded"].append({"id": f["people"][0][0], "reason": "tied"})),
        "Somebody excluded",
        False,
    ),
    "quotas changed afterwards": (
        QUOTAS,
        frozen(lambda f: f["quotas"][0].update(max=0)),
        "breaks a quota",
        True,
    ),
    "chances that sum to less than one": (
        QUOTAS,
        frozen(lambda f: f["distribution"][0].update(parts=f["distribution"][0]["parts"] - 1)),
        "do not sum to 1",
        True,
    ),
    "chances that favour one composition": (QUOTAS, frozen(move_chance), "not optimal", False),
    "a nicer smallest probability": (
        QUOTAS,
        lambda r: r.update(p_min="1/2"),
        "do not follow from the lottery",
        False,
    ),
    "a redraw without a reason": (
        QUOTAS,
        lambda r: r.update(redraw_of="ab"),
        "gives no reason",
        True,
    ),
    "probabilities that are not by weight": (
        WEIGHTS,
        frozen(lambda f: f["people"][0].__setitem__(3, f["people"][0][3] + 1)),
        "do not follow from the weights",
        True,
    ),
    "a weight changed afterwards": (
        WEIGHTS,
        frozen(lambda f: f["people"][0].__setitem__(2, "9.0")),
        "do not follow from the weights",
        False,
    ),
    "a floor changed afterwards": (
        WEIGHTS,
        frozen(lambda f: f.update(floor="0.2")),
        "do not follow from the weights",
        False,
    ),
    "another weighted panel": (WEIGHTS, swap, "not the one that the seed draws", True),
    "another version": (QUOTAS, lambda r: r.update(schema="shixiao/draw/9"), "version", False),
    "another version of the method": (
        QUOTAS,
        lambda r: r["frozen"].update(version="shixiao-draw/9"),
        "version",
        True,
    ),
    "an unknown algorithm": (
        QUOTAS,
        lambda r: r["frozen"].update(algorithm="dice"),
        "frozen.algorithm",
        True,
    ),
    "a missing part": (QUOTAS, lambda r: r.pop("root"), "right form", False),
    "a part too many": (QUOTAS, lambda r: r.update(remark=""), "right form", False),
    "a number for a text": (QUOTAS, lambda r: r["panel"].append(7), r"panel\[4\]", True),
    "a type that is none": (
        QUOTAS,
        lambda r: r["frozen"]["people"][2].__setitem__(1, 99),
        r"people\[2\]",
        False,
    ),
    "a weight that is none": (
        WEIGHTS,
        frozen(lambda f: f["people"][0].__setitem__(2, "heavy")),
        r"people\[0\]",
        False,
    ),
    "a floor that is none": (WEIGHTS, frozen(lambda f: f.update(floor="low")), "floor", False),
    "no seats": (QUOTAS, frozen(lambda f: f.update(size=0)), "frozen.size", True),
    "fewer than no replacements": (QUOTAS, lambda r: r.update(asked=-1), "asked", True),
    "half a character": (
        QUOTAS,
        lambda r: r["seed"].update(announced="\ud800", head=""),
        "no text",
        False,
    ),
    "truth for a number": (QUOTAS, lambda r: r.update(asked=True), "right form at asked", False),
}


@pytest.mark.parametrize("name", ALTERED)
def test_what_was_altered_does_not_hold(name: str) -> None:
    record, change, said, noticed_by_script = ALTERED[name]
    altered = copy.deepcopy(record)
    change(altered)
    checked = verify(altered)
    assert checked.why is not None
    assert not checked.valid
    assert re.search(said, checked.why.en)
    if noticed_by_script:
        assert not by_script(altered)


@pytest.mark.parametrize("record", [QUOTAS, WEIGHTS], ids=["quotas", "weights"])
def test_what_was_not_altered_holds(record: Record) -> None:
    assert verify(record).valid
    assert by_script(record)


@pytest.mark.parametrize("value", [None, 3, [], "text", {}, {"schema": "shixiao/draw/1"}])
def test_what_is_no_transcript_does_not_hold(value: object) -> None:
    assert not verify(value).valid


def test_a_redraw_names_the_former_draw_and_its_reason() -> None:
    former = draw(freeze(Pool(tuple("abc")), size=1), seed=SEED).transcript
    pool = freeze(Pool(tuple("abcd")), size=1)
    again = draw(pool, seed="77", redraw_of=former, reason="d was left out by mistake")
    checked = verify(again.transcript)
    assert checked.valid
    assert any("redraw" in note.en and "left out by mistake" in note.en for note in checked.notes)


@pytest.mark.parametrize(
    "change",
    [
        {"replaced_by": "zz"},
        {"reason": " "},
        {"before": "00"},
        {"withdrawn": "nobody"},
        {"panel": ["a", "b"]},
    ],
)
def test_an_amendment_that_does_not_follow_does_not_hold(change: Record) -> None:
    drawn = draw(freeze(Pool(tuple("abcdef")), size=2), seed=SEED)
    amended = replace(drawn.transcript, withdrawn=drawn.panel[0], reason="ill")
    assert verify(amended).valid
    amended["amendments"][0] |= change
    checked = verify(amended)
    assert checked.why is not None
    assert "Amendment 1" in checked.why.en


def test_maximin_is_held_to_its_smallest_probability_alone() -> None:
    record = draw(freeze(people(*ROWS), size=4, quotas=RULES, algorithm="maximin"), seed=SEED)
    assert verify(record.transcript).valid
