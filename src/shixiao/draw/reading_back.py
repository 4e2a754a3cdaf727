"""Reading a transcript back: its form is checked before anything in it is believed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shixiao.draw.freezing import ALGORITHMS, PPS, Frozen, root_of, tokens_of
from shixiao.draw.hashing import ONE, SCHEMA, VERSION
from shixiao.draw.pool import Pool
from shixiao.terms import BadInput, Text

LARGEST = 1 << 30  # bytes of a transcript
WEIGHT = re.compile(r"[0-9]{1,309}(\.[0-9]{1,40})?(e[+-][0-9]{1,3})?")  # as Python writes a float

# The form of every part: a type, a choice of types, [form of each entry] or {key: form}.
MAYBE = (str, type(None))
QUOTA = {"category": str, "feature": str, "min": int, "max": int}
FROZEN = {
    "version": str,
    "algorithm": str,
    "tag": str,
    "size": int,
    "salted": bool,
    "quotas": [QUOTA],
    "excluded": [{"id": str, "reason": str}],
    "floor": MAYBE,
    "types": [dict],
    "distribution": [{"counts": [int], "parts": int}],
    "people": [list],
}
AMENDMENT = {
    "before": str,
    "withdrawn": str,
    "reason": str,
    "replaced_by": MAYBE,
    "panel": [str],
}
TRANSCRIPT = {
    "schema": str,
    "root": str,
    "frozen": FROZEN,
    "seed": {"value": str, "announced": MAYBE, "head": MAYBE},
    "composition": (int, type(None)),
    "panel": [str],
    "asked": int,
    "replacements": [str],
    "inclusion": [str],
    "p_min": str,
    "redraw_of": MAYBE,
    "reason": MAYBE,
    "amendments": [AMENDMENT],
}


def read_json(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises:
        BadInput: there is no such file, it is too large, or it is no JSON.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError
        content = json.loads(path.read_text(encoding="utf-8"))
        json.dumps(content, ensure_ascii=False).encode()  # half a character is no text
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise BadInput(
            Text("没有这个文件，请核对路径。", "there is no such file; check the path"),
            file=path.name,
        ) from None
    except (ValueError, RecursionError):
        raise BadInput(
            Text(
                "读不出抽签记录；请使用 shixiao draw 写出的文件。",
                "it cannot be read as the record of a draw; use a file that shixiao draw wrote",
            ),
            file=path.name,
        ) from None
    return content


def frozen_of(transcript: Any) -> Frozen:
    """Return the frozen pool of a transcript whose form is right; what it claims is not checked.

    Raises:
        BadInput: it is no transcript of this version.
    """
    if isinstance(transcript, Mapping) and transcript.get("schema") != SCHEMA:
        raise _other_version(transcript.get("schema"))
    _check(transcript, TRANSCRIPT, "")
    if transcript["asked"] < 0:
        raise _wrong("asked")
    return read_frozen(transcript["frozen"], root=transcript["root"])


def read_frozen(body: Any, *, root: str) -> Frozen:
    """Return a frozen pool from its JSON, if its form is right.

    Raises:
        BadInput: it is none of this version.
    """
    _check(body, FROZEN, "frozen")
    if body["version"] != VERSION:
        raise _other_version(body["version"])
    if body["algorithm"] not in ALGORITHMS:
        raise _wrong("frozen.algorithm")
    if not 1 <= body["size"] <= len(body["people"]):
        raise _wrong("frozen.size")
    types, weighted = len(body["types"]), body["algorithm"] == PPS
    form = (str, int, str, int) if weighted else (str, int)
    for place, row in enumerate(body["people"]):
        fits: object = len(row) == len(form) and all(map(_is, row, form))
        fits = fits and 0 <= row[1] < types and (not weighted or WEIGHT.fullmatch(row[2]))
        if not fits:
            raise _wrong(f"frozen.people[{place}]")
    for place, entry in enumerate(body["distribution"]):
        if len(entry["counts"]) != types or not 0 < entry["parts"] <= ONE:
            raise _wrong(f"frozen.distribution[{place}]")
    for place, features in enumerate(body["types"]):
        _check(features, dict.fromkeys(features, str), f"frozen.types[{place}]")
    if weighted == bool(body["distribution"]):
        raise _wrong("frozen")
    return Frozen(body, root, {row[0]: row[0] for row in body["people"]})


def thaw(body: Any, *, root: Any, pool: Pool, salt: str | None = None) -> Frozen:
    """Return what was frozen earlier, with the ids of its pool.

    Args:
        body: as it was frozen.
        root: that was published.
        pool: the same pool as then, in any order.
        salt: the same salt as then.

    Raises:
        BadInput: this is not what the root was published for, or the pool is another one.
    """
    _check(root, str, "root")
    read_frozen(body, root=root)
    if root_of(body) != root:
        raise BadInput(
            Text(
                "冻结的内容与根哈希不符，可能被改动过。",
                "what was frozen does not fit its root; it may have been altered",
            )
        )
    ids = tokens_of(pool, salt)
    known = {row[0] for row in body["people"]} | {entry["id"] for entry in body["excluded"]}
    missing, new = len(known - set(ids)), len(set(ids) - known)
    if missing or new:
        raise BadInput(
            Text(
                f"名单与冻结时不同：少了 {missing} 个，多了 {new} 个；"
                "加盐冻结的名单还须用同一盐值。",
                f"the pool is not the frozen one: {missing} are missing and {new} are new; a "
                "salted pool also needs its salt",
            ),
            file=pool.file,
        )
    return Frozen(body, root, ids)


def _check(value: Any, form: Any, place: str) -> None:
    """Compare a value with its form, part by part."""
    if isinstance(form, list):
        if not isinstance(value, list):
            raise _wrong(place)
        for number, entry in enumerate(value):
            _check(entry, form[0], f"{place}[{number}]")
    elif isinstance(form, dict):
        if not isinstance(value, Mapping) or set(value) != set(form):
            raise _wrong(place)
        for key, inner in form.items():
            _check(value[key], inner, f"{place}.{key}" if place else key)
    elif not _is(value, form):
        raise _wrong(place)


def _is(value: Any, form: Any) -> bool:
    """Say whether a value is of a type; JSON's true is no number."""
    return isinstance(value, form) and (form is bool or not isinstance(value, bool))


def _wrong(place: str) -> BadInput:
    where = f" {place} "
    return BadInput(
        Text(
            f"抽签记录的{where if place else ''}形式不对，可能被改动过。",
            f"the record of the draw has not the right form{' at ' + place if place else ''}; "
            "it may have been altered",
        )
    )


def _other_version(found: object) -> BadInput:
    return BadInput(
        Text(
            f"这是另一版本的抽签记录（“{str(found)[:40]}”），本程序核验的是 {SCHEMA}。",
            f"this is a record of another version (“{str(found)[:40]}”); this program checks "
            f"{SCHEMA}",
        )
    )
