"""Reproduction: every number of a bundle computed again and held against what was published."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shixiao.checkup.bundles.auditor import question_of
from shixiao.checkup.bundles.container import (
    AUDITOR,
    COUNTS,
    MANIFEST,
    NUMBERS,
    PUBLIC,
    QUESTION,
    RESULT,
    RULES,
    Bundle,
    malformed,
    open_bundle,
)
from shixiao.checkup.bundles.manifest import code, rules_of
from shixiao.checkup.bundles.numbers import CONTEXT, Leaf, is_number, leaves, numbers
from shixiao.checkup.bundles.public import CASE_LEVEL, FROM_COUNTS, TOO_FEW
from shixiao.checkup.bundles.recomputing import recomputed
from shixiao.checkup.evaluation import evaluate_store
from shixiao.checkup.result import result_json
from shixiao.evidence import Store
from shixiao.rules import RulePack
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

Progress = Callable[[Text], None]
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
BASES = (FROM_COUNTS, CASE_LEVEL, TOO_FEW)
OTHER_CODE = Text(
    "包由另一版代码写出（{theirs}，这里是 {ours}）；仍用这里的代码复算，若有差异可能出在版本上。",
    "the bundle was written by other code ({theirs}; here {ours}); it is recomputed with the code"
    " here all the same, and a difference may come from the version",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that did not come out as published."""

    what: str
    published: Leaf
    recomputed: Leaf

    def to_json(self) -> dict[str, Leaf]:
        """Return the entry of ``different`` (CONTRACTS: reproduce)."""
        return {
            "what": self.what,
            "published": self.published,
            "recomputed": self.recomputed,
        }


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What came of recomputing a bundle.

    Attributes:
        kind: ``public`` or ``auditor``.
        numbers: how many were recomputed.
        equal: how many of them came out as published, to the last digit.
        different: the others, and whatever else is not as published.
        case_level: numbers that only the auditor's bundle can recompute; neither equal nor not.
        withheld: numbers of too few people, which are not in the bundle.
        result_sha256: of the result.json that the numbers were published in.
        notes: what a reader should know, such as another version of the code.
    """

    kind: str
    numbers: int
    equal: int
    different: tuple[Difference, ...]
    case_level: int
    withheld: int
    result_sha256: str
    notes: tuple[Text, ...]

    @property
    def holds(self) -> bool:
        """True when nothing differs."""
        return not self.different

    def to_json(self) -> dict[str, Any]:
        """Return the answer (CONTRACTS: reproduce)."""
        return {
            "kind": self.kind,
            "numbers": self.numbers,
            "equal": self.equal,
            "different": [difference.to_json() for difference in self.different],
            "case_level": self.case_level,
            "withheld": self.withheld,
            "published": self.numbers + self.case_level + self.withheld,
            "result_sha256": self.result_sha256,
            "notes": [note.to_json() for note in self.notes],
        }


def reproduce(path: Path, *, settings: Settings, progress: Progress) -> Reproduction:
    """Recompute the numbers of a bundle.

    Raises:
        BadInput: there is no such file, or it is no bundle in form.
        Unavailable: the engine cannot be reached.
    """
    try:
        source = path.open("rb")
    except OSError:
        raise BadInput(
            Text("没有这个文件，请核对路径。", "there is no such file; check the path"),
            file=path.name,
        ) from None
    with source:
        progress(Text("核对清单和哈希", "Checking the manifest and the hashes"))
        bundle = open_bundle(source, file=path.name)
        rules = rules_of(bundle.json(RULES), bundle.manifest["rules"], file=bundle.file)
        if bundle.kind == AUDITOR:
            return _audited(bundle, rules, settings, progress)
        return _from_counts(bundle, rules, progress)


def _from_counts(bundle: Bundle, rules: RulePack, progress: Progress) -> Reproduction:
    published, counted = _published(bundle)
    counts = bundle.json(COUNTS)
    progress(Text("由计数重新计算", "Recomputing from the counts"))
    try:
        found = numbers(recomputed(counts, rules, seed=bundle.manifest["seed"]))
    except _BROKEN:
        raise malformed(COUNTS, bundle.file) from None
    claimed = {what for what, (basis, _) in published.items() if basis == FROM_COUNTS}
    # Whatever the counts give is held against what is published, whatever the bundle says of it.
    checked = {w: published[w][1] for w in published if w in claimed or w in found}
    different = [
        Difference(what, value, found.get(what))
        for what, value in checked.items()
        if found.get(what) != value
    ]
    hidden = {what: basis for what, (basis, _) in published.items() if what not in checked}
    different += _miscounted(bundle.manifest.get("numbers"), counted)
    unequal = sum(d.what in checked for d in different)
    bases = list(hidden.values())
    return Reproduction(
        PUBLIC,
        len(checked),
        len(checked) - unequal,
        tuple(different),
        bases.count(CASE_LEVEL),
        bases.count(TOO_FEW),
        _result_sha256(bundle),
        _notes(bundle),
    )


def _published(bundle: Bundle) -> tuple[dict[str, tuple[str, Leaf]], dict[str, int]]:
    """Return what → (basis, value), and how many numbers there are of each basis."""
    data = bundle.json(NUMBERS)
    found: dict[str, tuple[str, Leaf]] = {}
    try:
        for entry in data["numbers"]:
            what, basis, value = str(entry["what"]), entry["basis"], entry["value"]
            fits = value is None if basis == TOO_FEW else is_number(value)
            if basis not in BASES or not fits or what in found:
                raise malformed(NUMBERS, bundle.file, what)
            found[what] = (basis, value)
    except _BROKEN:
        raise malformed(NUMBERS, bundle.file) from None
    bases = [basis for basis, _ in found.values()]
    return found, {"published": len(found), **{name: bases.count(name) for name in BASES}}


def _miscounted(said: Any, counted: Mapping[str, int]) -> list[Difference]:
    """Hold the tally of the manifest against the numbers that are there: none may be dropped."""
    given = said if isinstance(said, dict) else {}
    return [
        Difference(f"manifest/numbers/{name}", given.get(name), count)
        for name, count in counted.items()
        if given.get(name) != count
    ]


def _audited(
    bundle: Bundle, rules: RulePack, settings: Settings, progress: Progress
) -> Reproduction:
    published = bundle.json(RESULT)
    if bundle.manifest["parts"][RESULT]["sha256"] != _result_sha256(bundle):
        raise malformed(RESULT, bundle.file, "sha256")
    try:
        question = question_of(bundle.json(QUESTION))
    except _BROKEN:
        raise malformed(QUESTION, bundle.file) from None
    settings.store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.store, prefix="reproducing-") as name:
        folder = Path(name)
        bundle.unpack_store(folder)
        try:
            store = Store.load(folder)
            evaluation = evaluate_store(
                question, store, rules=rules, settings=settings, progress=progress
            )
            found = leaves(result_json(evaluation))
        except (*_BROKEN, OSError, duckdb.Error, pa.ArrowException):
            raise malformed("store", bundle.file) from None
    if not isinstance(published, dict):
        raise malformed(RESULT, bundle.file)
    return _compared(bundle, leaves(published), found)


def _compared(
    bundle: Bundle, published: Mapping[str, Leaf], found: Mapping[str, Leaf]
) -> Reproduction:
    """Compare every leaf; numbers are counted, and words that differ are named too."""
    absent = object()
    names = dict.fromkeys((*published, *found))
    different = tuple(
        Difference(what, published.get(what), found.get(what))
        for what in names
        if not _same(published.get(what, absent), found.get(what, absent))
    )
    counted = {w for w in published if is_number(published[w]) and _is_result(w)}
    unequal = sum(difference.what in counted for difference in different)
    return Reproduction(
        AUDITOR,
        len(counted),
        len(counted) - unequal,
        different,
        0,
        0,
        _result_sha256(bundle),
        _notes(bundle),
    )


def _same(one: object, other: object) -> bool:
    """Compare as JSON does: true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _is_result(what: str) -> bool:
    return what.split("/", 1)[0] not in CONTEXT


def _result_sha256(bundle: Bundle) -> str:
    said = bundle.manifest.get("result")
    found = said.get("sha256") if isinstance(said, dict) else None
    if not isinstance(found, str):
        raise malformed(MANIFEST, bundle.file, "result")
    return found


def _notes(bundle: Bundle) -> tuple[Text, ...]:
    theirs, ours = bundle.manifest["code"], code()
    if theirs["sha256"] == ours["sha256"]:
        return ()
    shown = {
        "theirs": f"{theirs['version'][:20]} {theirs['sha256'][:12]}",
        "ours": f"{ours['version']} {ours['sha256'][:12]}",
    }
    return (OTHER_CODE.format(**shown),)
