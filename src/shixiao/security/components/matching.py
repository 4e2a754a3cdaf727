"""Matching: which components have a known vulnerability, and of which nothing can be said.

A version is affected where a record lists it, or where it lies between the one that introduced the
fault and the one that fixed it. A component whose ecosystem this module cannot order, which the
bundle does not cover, or whose version cannot be read is *not assessed* and never passed.
Source: OSV schema 1.7, evaluation algorithm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from shixiao.security.components.bundle import Bundle
from shixiao.security.components.sbom import Component, canonical
from shixiao.security.components.versions import ORDERS, Order
from shixiao.security.probing import Assessed, Described, Seen
from shixiao.terms import Text

NAMED = 20  # components by name in one sentence
AHEAD = timedelta(minutes=5)
NO_PURL = Text("没有包地址（purl）", "they have no package URL")
NO_ORDER = Text("{ecosystem} 的版本次序尚不支持", "versions of {ecosystem} cannot be ordered yet")
NO_COVER = Text("漏洞库不含 {ecosystem}", "the bundle does not cover {ecosystem}")
NO_VERSION = Text("没有可读的版本号", "they have no version that can be read")
UNKNOWN = Text(
    "{n} 个组件没有评估，{why}：{names}。", "{n} components are not assessed, {why}: {names}."
)
OLD = Text(
    "漏洞库是 {made} 的，超过 {days} 天，新漏洞查不到；请换新的。",
    "The bundle is of {made}, more than {days} days old: newer vulnerabilities are not in it.",
)
FUTURE = Text(
    "漏洞库的时间 {made} 在将来；请核对本机时钟和来源。",
    "The bundle is of {made}, in the future; check the clock here and where it came from.",
)


@dataclass(frozen=True, slots=True)
class _Range:
    """What a record says of one package: versions by name, and events in order."""

    listed: frozenset[str]
    ranges: tuple[tuple[Mapping[str, Any], ...], ...]


def described() -> Described:
    """Return the words of this probe."""
    text = files(__package__).joinpath("data/components.yaml").read_text("utf-8")
    return Described.read("components", text)


def assess(
    components: Sequence[Component], bundle: Bundle, *, now: datetime, days: int
) -> tuple[Assessed, ...]:
    """Hold components against a bundle.

    Args:
        components: of an SBOM.
        bundle: vulnerabilities.
        now: the time, with time zone.
        days: how old the bundle may be.
    """
    words = described()
    made = bundle.made.date().isoformat()
    if bundle.made > now + AHEAD:
        return (Assessed(words, None, FUTURE.format(made=made)),)
    if now - bundle.made > timedelta(days=days):
        return (Assessed(words, None, OLD.format(made=made, days=days)),)
    seen: list[Seen] = []
    unknown: dict[Text, list[str]] = defaultdict(list)
    for each in components:
        why = _why_not(each, bundle)
        found = [] if why is not None else list(_vulnerable(each, bundle))
        if why is not None:
            unknown[why].append(each.shown)
        seen += found
        if why is None:
            failed = {one.check for one in found}
            seen += [Seen(check, True, each.shown) for check in words.checks if check not in failed]
    rest = tuple(
        Assessed(words, None, UNKNOWN.format(n=len(names), why=why, names=_names(names)))
        for why, names in unknown.items()
    )
    return (Assessed(words, tuple(seen)), *rest) if seen else rest


def summed(parts: Sequence[Assessed]) -> tuple[Assessed, ...]:
    """Return what ``assess`` gives with each check that holds everywhere named once.

    A check counts once however many places it was looked at, so the score is the same; what a
    match of every day keeps does not grow with the number of components.
    """
    return tuple(
        each if each.seen is None else Assessed(each.probe, _summed(each.seen), each.reason)
        for each in parts
    )


def _summed(seen: Sequence[Seen]) -> tuple[Seen, ...]:
    failed = tuple(one for one in seen if not one.passed)
    wrong = {one.check for one in failed}
    held = dict.fromkeys(one.check for one in seen if one.check not in wrong)
    return (*failed, *(Seen(check, True) for check in held))


def _why_not(component: Component, bundle: Bundle) -> Text | None:
    """Say why a component cannot be assessed; None where it can."""
    if not component.ecosystem:
        return NO_PURL
    if component.ecosystem not in ORDERS:
        return NO_ORDER.format(ecosystem=component.ecosystem)
    if component.ecosystem not in bundle.ecosystems:
        return NO_COVER.format(ecosystem=component.ecosystem)
    try:
        ORDERS[component.ecosystem](component.version)
    except ValueError:
        return NO_VERSION
    return None


def _vulnerable(component: Component, bundle: Bundle) -> Iterator[Seen]:
    """Yield the vulnerabilities of a component, one for each record."""
    order = ORDERS[component.ecosystem]
    for record in bundle.by_package.get((component.ecosystem, component.name), ()):
        said = [_range(each) for each in record["affected"] if _is_of(each, component)]
        if any(_affected(component.version, each, order) for each in said):
            aliases = record.get("aliases", [])
            names = {record["id"], *(aliases if isinstance(aliases, list) else [])}
            check = "exploited" if names & bundle.exploited else "vulnerable"
            if record["id"].startswith("MAL-"):
                check = "malicious"
            told = {"component": component.shown, "id": record["id"]}
            yield Seen(check, False, f"{component.shown} {record['id'][:80]}", told)


def _is_of(affected: Mapping[str, Any], component: Component) -> bool:
    package = affected.get("package")
    if not isinstance(package, Mapping):
        return False
    base = str(package.get("ecosystem", "")).split(":")[0]
    name = canonical(base, str(package.get("name", "")))
    return (base, name) == (component.ecosystem, component.name)


def _range(affected: Mapping[str, Any]) -> _Range:
    listed, ranges = affected.get("versions", []), affected.get("ranges", [])
    return _Range(
        frozenset(map(str, listed if isinstance(listed, list) else [])),
        tuple(
            tuple(event for event in each.get("events", []) if isinstance(event, Mapping))
            for each in (ranges if isinstance(ranges, list) else [])
            if isinstance(each, Mapping)
            and each.get("type") in ("ECOSYSTEM", "SEMVER")
            and isinstance(each.get("events", []), list)
        ),
    )


def _affected(version: str, said: _Range, order: Order) -> bool:
    """Say whether a version is affected; a record that cannot be read affects every version."""
    if version in said.listed:
        return True
    if not said.listed and not said.ranges:
        return True
    mine = order(version)
    try:
        if any(order(each) == mine for each in said.listed):
            return True
    except ValueError:
        return True
    return any(_between(mine, events, order) for events in said.ranges)


def _between(mine: Any, events: Sequence[Mapping[str, Any]], order: Order) -> bool:
    """Walk the events of a range in order, as the schema of OSV says."""
    placed: list[tuple[bool, Any, int, str]] = []
    for event in events:
        for kind, version in event.items():
            if kind not in ("introduced", "fixed", "last_affected"):
                continue
            first = kind == "introduced" and version == "0"
            try:
                at = None if first else order(str(version))
            except ValueError:
                return True
            placed.append((not first, at, int(kind == "introduced"), kind))
    inside = False
    starts = [one for one in placed if not one[0]]
    later = sorted((one for one in placed if one[0]), key=lambda one: (one[1], one[2]))
    for after, at, _, kind in (*starts, *later):
        if kind == "introduced":
            inside = inside or not after or mine >= at
        elif (kind == "fixed" and mine >= at) or (kind == "last_affected" and mine > at):
            inside = False
    return inside


def _names(names: Sequence[str]) -> Text:
    shown = list(names[:NAMED])
    more = len(names) - len(shown)
    return Text(
        "、".join(shown) + (f" 等 {len(names)} 个" if more else ""),
        ", ".join(shown) + (f" and {more} more" if more else ""),
    )
