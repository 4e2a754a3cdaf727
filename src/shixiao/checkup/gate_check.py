"""The check at the gate: what was received, how good it is, and what its activities are taken for.

No measure is taken: this is what a source learns within seconds of delivering, and what the people
who know the activities need in order to confirm the map.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from shixiao.checkup.evaluation import Progress, request_of
from shixiao.checkup.question import Question
from shixiao.effect import map_rows, step_map
from shixiao.evidence import connect, judge, prepare
from shixiao.evidence.activity_map import FLAGS
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.terms import Text

COLUMNS = ("service_id", "channel", "activity", "step", *FLAGS, "confirmed", "events")
SEEING = Text("找出环节", "Finding the activities")


@dataclass(frozen=True, slots=True)
class Checked:
    """What the gate found.

    Attributes:
        title: what the evidence calls itself.
        inputs: name, SHA-256 and rows of every file, those inside an archive too.
        figures: the figures of quality as JSON, by name.
        blocked: metrics that the evidence cannot carry, with the reason, as JSON.
        activities: the map as it holds, as CSV with ``COLUMNS``; b"" where there are no events.
    """

    title: Text
    inputs: list[dict[str, Any]]
    figures: dict[str, Any]
    blocked: dict[str, Any]
    activities: bytes


def check_evidence(question: Question, *, settings: Settings, progress: Progress) -> Checked:
    """Prepare evidence and judge it; the store is kept for the evaluation.

    Raises:
        BadInput: the evidence is refused; why.
        Unavailable: the engine cannot work.
    """
    rules = load_pack(*question.packs)
    store = prepare(request_of(question, rules), settings=settings, progress=progress)
    quality = judge(store, rules=rules)
    activities = b""
    if store.has("events"):
        progress(SEEING)
        with connect(question.engine, settings=settings) as engine:
            rows = map_rows(step_map(store, engine), store, engine)
            activities = activity_csv(
                {
                    "service_id": held.service_id,
                    "channel": held.channel,
                    "activity": held.activity,
                    "step": held.row.step,
                    **{flag: int(flag in held.row.flags) for flag in FLAGS},
                    "confirmed": int(held.row.confirmed),
                    "events": held.events,
                }
                for held in rows
            )
    return Checked(
        Text.of(store.meta.title),
        [{"name": i.name, "sha256": i.sha256, "rows": i.rows} for i in store.meta.inputs],
        {figure.name: figure.to_json() for figure in quality.figures},
        {metric: why.to_json() for metric, why in quality.blocked.items()},
        activities,
    )


def activity_csv(rows: Any, columns: tuple[str, ...] = COLUMNS) -> bytes:
    """Return rows as CSV in UTF-8; the same rows give the same bytes."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
