"""A run of probes as its JSON tells it: read whole and checked before it is evidence.

``shixiao probe --json`` may have run near the target, out of the site's reach. How grave a check is
and how long its evidence holds is never taken from the file: it is looked up in the library here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from shixiao.security.at_rest import determinism, scanning
from shixiao.security.backups import drill
from shixiao.security.components import matching
from shixiao.security.documents import parse_json
from shixiao.security.probing.probe import Check, Described, probes
from shixiao.security.probing.report import SCHEMA
from shixiao.security.scoring import Judged
from shixiao.terms import BadInput, Text

MOST, LONGEST = 20_000, 2_000  # checks; signs of a text
MOST_PARTS = 200
WRONG = Text(
    "这不是“shixiao probe --json”的结果，或已损坏：{what}。",
    "This is no result of “shixiao probe --json”, or it is damaged: {what}.",
)


@dataclass(frozen=True, slots=True)
class ToldProbe:
    """What one probe of a run saw.

    Attributes:
        probe: which, as it is described here.
        checks: what it saw; None where it could not tell.
        reason: why it could not; beside checks, of what it could not.
    """

    probe: Described
    checks: tuple[Judged, ...] | None
    reason: Text | None = None

    @property
    def whole(self) -> bool:
        """Whether it could tell of everything that it looked at."""
        return self.checks is not None and self.reason is None


@dataclass(frozen=True, slots=True)
class ToldFault:
    """A check that did not hold at one place, and what was wrong in words."""

    check: str
    locator: str
    text: Text


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A run.

    Attributes:
        target: where was looked.
        profile: which probes, in one word.
        begun, ended: when.
        probes: every one of the profile, assessed or not.
        faults: what did not hold.
        sent: how much was sent.
    """

    target: str
    profile: str
    begun: datetime
    ended: datetime
    probes: tuple[ToldProbe, ...]
    faults: tuple[ToldFault, ...]
    sent: int


@cache
def all_described() -> Mapping[str, Described]:
    """Return every probe by its name: of running systems, of storage, of components."""
    of_files = (
        scanning.described(),
        determinism.described(),
        matching.described(),
        drill.described(),
    )
    return {each.id: each for each in (*probes(), *of_files)}


def check_of(name: str) -> tuple[Described, Check] | None:
    """Return a check by its name, ``probe.check``; None where there is none."""
    first, _, rest = name.partition(".")
    probe = all_described().get(first)
    check = probe.checks.get(rest) if probe else None
    return None if probe is None or check is None else (probe, check)


def read_run(data: bytes, *, file: str) -> ToldRun:
    """Read the result of a run.

    Raises:
        BadInput: it is none, or names a probe or a check that is not known here.
    """
    damaged = Text("缺少内容或格式不对", "something is missing or not in its form")
    whole = parse_json(data, file=file, wrong=WRONG.format(what=damaged))
    try:
        return _run(whole)
    except _Wrong as wrong:
        raise BadInput(WRONG.format(what=wrong.what), file=file) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadInput(WRONG.format(what=damaged), file=file) from None


class _Wrong(Exception):
    """Something in it cannot be."""

    def __init__(self, what: Text) -> None:
        self.what = what
        super().__init__(what.en)


def _run(whole: Mapping[str, Any]) -> ToldRun:
    if whole["schema"] != SCHEMA:
        raise _Wrong(Text("种类不对", "it is of another kind"))
    coverage, known = whole["coverage"], all_described()
    names = [str(name) for name in coverage["probes"]]
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise _Wrong(Text(f"没有“{unknown[:60]}”这项测试", f"there is no probe “{unknown[:60]}”"))
    blind = [(str(row["probe"]), _text(row["reason"])) for row in coverage["not_assessed"]]
    parts, missing = Counter(names), Counter(name for name, _ in blind)
    told = {name for name in parts if parts[name] > missing[name]}
    if missing - parts or any(parts[name] - missing[name] > 1 for name in parts):
        raise _Wrong(Text("内容重复", "something is there twice"))
    if len(whole["checks"]) > MOST or len(names) > MOST_PARTS:
        raise _Wrong(Text("内容过多", "too much is there"))
    checks = _checks(whole["checks"], told)
    faults = tuple(_faults(whole["findings"], checks))
    begun, ended = _moment(whole["begun"]), _moment(whole["ended"])
    if ended < begun:
        raise _Wrong(Text("结束早于开始", "it ended before it began"))
    return ToldRun(
        str(whole["target"])[:500],
        str(whole["profile"])[:12],
        begun,
        ended,
        tuple(
            ToldProbe(
                known[name],
                tuple(checks[name]) if name in told else None,
                _joined([why for of, why in blind if of == name]),
            )
            for name in parts
        ),
        faults,
        int(whole["sent"]),
    )


def _checks(rows: Iterable[Mapping[str, Any]], names: set[str]) -> dict[str, list[Judged]]:
    """Return what each probe that could tell saw; one that saw nothing could not tell."""
    found: dict[str, list[Judged]] = {name: [] for name in names}
    for row in rows:
        name, passed, locator = str(row["id"]), row["passed"], str(row["locator"])
        told = check_of(name)
        if told is None or told[0].id not in names or type(passed) is not bool:
            raise _Wrong(Text(f"“{name[:60]}”不能算数", f"“{name[:60]}” cannot count"))
        found[told[0].id].append(Judged(name, told[1].severity, passed, locator[:500]))
    return found


def _faults(
    rows: Iterable[Mapping[str, Any]], checks: Mapping[str, list[Judged]]
) -> Iterable[ToldFault]:
    """Return what did not hold, in words; every check that failed has to be there."""
    said = {(str(row["id"]), str(row["locator"])[:500]): _text(row["text"]) for row in rows}
    failed = {
        (one.check, one.locator) for found in checks.values() for one in found if not one.passed
    }
    if set(said) != failed:
        raise _Wrong(Text("问题与检查结果不一致", "its findings do not agree with its checks"))
    for (check, locator), text in said.items():
        yield ToldFault(check, locator, text)


def _joined(reasons: list[Text]) -> Text | None:
    """Return reasons as one text; None where there are none."""
    if not reasons:
        return None
    zh = "".join(dict.fromkeys(each.zh for each in reasons))
    en = " ".join(dict.fromkeys(each.en for each in reasons))
    return Text(zh[:LONGEST], en[:LONGEST])


def _moment(value: object) -> datetime:
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError("A moment has its zone")
    return at


def _text(value: Mapping[str, Any]) -> Text:
    text = Text.of(value)
    return Text(str(text.zh)[:LONGEST], str(text.en)[:LONGEST])
