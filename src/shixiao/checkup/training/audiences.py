"""Who takes which session? Posts and leaders of every tier, by kind of finding, kept as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.checkup.detectors.registry import described
from shixiao.datafiles import load_yaml
from shixiao.terms import BadInput, Text

LEADER = "leader"


class SessionKind(StrEnum):
    """Kinds of session."""

    COURSE = "course"
    BRIEFING = "briefing"
    WARNING = "warning"


class Tier(StrEnum):
    """Tiers of government, as in the table ``departments``."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


@dataclass(frozen=True, slots=True)
class Audience:
    """One post at one tier with the sessions it takes on a kind of finding.

    Attributes:
        post: id of the post; ``leader`` for those who answer for a department.
        tier: at which it takes them.
        name: tier and post in words.
        sessions: what it takes.
    """

    post: str
    tier: Tier
    name: Text
    sessions: tuple[SessionKind, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a session on a kind of finding teaches.

    Attributes:
        kind: kind of finding.
        name: the kind in words.
        wrong: what is wrong about it.
        rule: id of the rule that sets its threshold.
        law: ids of the rules of law it rests on.
        correction: what to do instead.
    """

    kind: str
    name: Text
    wrong: Text
    rule: str
    law: tuple[str, ...]
    correction: Text


def audiences(kind: str) -> tuple[Audience, ...]:
    """Return everybody who takes a session on a kind: leaders first, then posts, by tier.

    Raises:
        BadInput: no session teaches the kind.
    """
    data = _data()
    wanted = {LEADER: data["leaders"], **_entry(kind)["posts"]}
    return tuple(
        Audience(
            post,
            tier,
            Text(
                f"{data['tiers'][tier]['zh']}{data['posts'][post]['zh']}",
                f"{data['tiers'][tier]['en']}: {data['posts'][post]['en'].lower()}",
            ),
            tuple(SessionKind(name) for name in sessions),
        )
        for post, sessions in wanted.items()
        for tier in Tier
    )


def session_name(kind: SessionKind) -> Text:
    """Return a kind of session in words."""
    return Text.of(_data()["sessions"][kind])


def lessons() -> tuple[str, ...]:
    """Return the kinds of finding that sessions teach."""
    return tuple(_data()["kinds"])


@cache
def lesson(kind: str) -> Lesson:
    """Return what is taught on a kind.

    Raises:
        BadInput: no session teaches the kind.
    """
    found = described(kind)
    correction = Text.of(_entry(kind)["correction"])
    return Lesson(kind, found.name, found.about, found.rule, found.law, correction)


def _entry(kind: str) -> Mapping[str, Any]:
    kinds: Mapping[str, Mapping[str, Any]] = _data()["kinds"]
    if kind not in kinds:
        raise BadInput(
            Text(f"没有讲“{kind[:40]}”的培训", f"no session teaches the kind “{kind[:40]}”")
        )
    return kinds[kind]


@cache
def _data() -> Any:
    path = files("shixiao.checkup.training").joinpath("data/sessions.yaml")
    return load_yaml(path.read_text("utf-8"))
