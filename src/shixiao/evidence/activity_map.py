"""The activity map: what each recorded activity is to the applicant, confirmed or only suggested.

A map row says that an activity (of a service, in a channel) is a common step, and whether the
applicant sees it, must come in person, hands data in again, or staff re-key data. Where no map is
given, names and flow positions suggest one; verdicts use confirmed rows alone and say what the
suggestions would change.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml

FLAGS = ("visible", "visit", "handoff", "rekey", "resubmit")
# An activity that starts or ends at least this share of its own cases is met by the applicant.
BOUNDARY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class MapRow:
    """One row of the map; ``service_id`` and ``channel`` are None where it holds for all."""

    activity: str
    step: str
    flags: frozenset[str]
    confirmed: bool
    service_id: str | None = None
    channel: str | None = None


@cache
def hints() -> Mapping[str, tuple[str, ...]]:
    """Return the words that suggest each flag, and the channel words."""
    text = files("shixiao.evidence").joinpath("data/activity_hints.yaml").read_text("utf-8")
    return {key: (*words["zh"], *words["en"]) for key, words in load_yaml(text).items()}


def suggest(
    activities: Iterable[str],
    *,
    boundary_share: Mapping[str, float],
) -> list[MapRow]:
    """Suggest a map from activity names and from how often an activity starts or ends cases.

    Args:
        activities: the names found in the log.
        boundary_share: per activity, the share of its events that are the first or last of a case.
    """
    return [
        MapRow(
            activity=activity,
            step=common_step(activity),
            flags=frozenset(
                flag
                for flag in FLAGS
                if _named(activity, hints()[flag])
                or (flag == "visible" and boundary_share.get(activity, 0.0) >= BOUNDARY_SHARE)
            ),
            confirmed=False,
        )
        for activity in activities
    ]


def common_step(activity: str) -> str:
    """Return the name without channel words, so that 网上申请 and 窗口申请 are one step."""
    name = unicodedata.normalize("NFKC", activity).casefold()
    bare = name
    for word in hints()["channel_words"]:
        bare = bare.replace(word, " ")
    bare = " ".join(bare.replace("(", " ").replace(")", " ").split()).strip(" -—_·:")
    return bare or name


def _named(activity: str, words: Iterable[str]) -> bool:
    name = unicodedata.normalize("NFKC", activity).casefold()
    return any(word in name for word in words)


def most_specific(
    rows: Iterable[MapRow], *, activity: str, service_id: str | None, channel: str | None
) -> MapRow | None:
    """Return the row that fits best: its own service before all, then its own channel."""
    fitting = [
        row
        for row in rows
        if row.activity == activity
        and row.service_id in (None, service_id)
        and row.channel in (None, channel)
    ]
    return max(
        fitting,
        key=lambda row: (row.service_id is not None, row.channel is not None, row.confirmed),
        default=None,
    )
