"""Activity maps: what the gate suggests is confirmed by who knows, and the next evaluation uses it.

The files that were received are never changed. Each saving is a file of its own beside them, with a
version, its hash on record, and who confirmed it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from shixiao.checkup.gate_check import COLUMNS, activity_csv
from shixiao.evidence.activity_map import FLAGS
from shixiao.records.models import ActivityMap, Evaluation, Evidence
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.files import write_whole
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

ACTIVITIES = "activities.csv"
LONGEST_STEP = 100
NO_STEP = Text("每一行都要写共同步骤。", "Every row needs the name of its common step.")
NOTHING = Text("没有选中要确认的行。", "No row was chosen to be confirmed.")


@dataclass(frozen=True, slots=True)
class Row:
    """What an activity of a service in a channel is to the applicant, and how often it occurs.

    ``service_id`` and ``channel`` are "" where the evidence has none.
    """

    service_id: str
    channel: str
    activity: str
    step: str
    flags: frozenset[str]
    confirmed: bool
    events: int

    @property
    def key(self) -> str:
        """A name for form fields: the same for the same activity in every version."""
        place = "\x1f".join((self.service_id, self.channel, self.activity))
        return sha256(place.encode()).hexdigest()[:16]

    def to_csv(self) -> dict[str, Any]:
        """Return the row under the columns of the table."""
        given = {flag: int(flag in self.flags) for flag in FLAGS}
        return {
            "service_id": self.service_id,
            "channel": self.channel,
            "activity": self.activity,
            "step": self.step,
            **given,
            "confirmed": int(self.confirmed),
            "events": self.events,
        }


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person says of a row."""

    step: str
    flags: frozenset[str]


def folder_of(evidence: Evidence) -> Path:
    """Return where the gate and the people who confirm leave what belongs to an evidence."""
    return Path(settings.SITE.data) / "activities" / str(evidence.pk)


def newest(evidence: Evidence) -> ActivityMap | None:
    """Return the map that holds now; None before anybody confirmed anything."""
    return ActivityMap.objects.filter(evidence=evidence).select_related("saved_by").first()


def rows_of(evidence: Evidence) -> list[Row]:
    """Return every row, the most frequent first; [] before the gate has seen the activities."""
    found = _read(folder_of(evidence) / ACTIVITIES)
    known = newest(evidence)
    if known is None:
        return found
    said = {row.key: row for row in _read(_path(evidence, known.version))}
    return [replace(said.get(row.key, row), events=row.events) for row in found]


@transaction.atomic
def confirm(
    evidence: Evidence, edits: Mapping[str, Edit], *, based_on: int, actor: Actor, at: datetime
) -> ActivityMap:
    """Save a version in which the edited rows are confirmed and the others stay as they were.

    Args:
        evidence: the evidence, which itself stays as it is.
        edits: key of a row → what it is.
        based_on: version that the person looked at; 0 for the suggestions.
        actor: who confirms.
        at: when.

    Raises:
        Stale: somebody saved another version meanwhile, or a row is not there.
        Incomplete: nothing is edited, or a row has no step.
    """
    check(actor, "evidence.map", evidence)
    known = newest(evidence)
    if (known.version if known else 0) != based_on:
        raise Stale(CHANGED)
    rows = _edited(rows_of(evidence), edits)
    data = activity_csv((row.to_csv() for row in rows), COLUMNS[:-1])
    made = ActivityMap(
        evidence=evidence,
        version=based_on + 1,
        sha256=sha256(data).hexdigest(),
        rows=len(rows),
        confirmed=sum(row.confirmed for row in rows),
        saved=at,
        saved_by=signed_in(actor),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Stale(CHANGED) from None
    write_whole(_path(evidence, made.version), [data])
    facts = {"sha256": made.sha256, "rows": made.confirmed, "version": str(made.version)}
    facts |= {"previous_sha256": known.sha256 if known else ""}
    sealed = {"actor": actor.account}
    put("evidence.mapped", str(evidence.pk), at=at, facts=facts, sealed=sealed)
    return made


def question_of(evidence: Evidence) -> dict[str, int]:
    """Return what an evaluation that is asked for now keeps of the map: its version, if any."""
    known = newest(evidence)
    return {"activity_map": known.version} if known else {}


def asked_path(evaluation: Evaluation) -> str | None:
    """Return the file of the map that an evaluation was asked with; None for the evidence's own."""
    version = evaluation.question.get("activity_map")
    return str(_path(evaluation.evidence, version)) if version else None


def _edited(rows: Iterable[Row], edits: Mapping[str, Edit]) -> list[Row]:
    if not edits:
        raise Incomplete(NOTHING)
    left = dict(edits)
    edited = []
    for row in rows:
        edit = left.pop(row.key, None)
        if edit is None:
            edited.append(row)
            continue
        step = edit.step.strip()[:LONGEST_STEP]
        if not step:
            raise Incomplete(NO_STEP, field=f"step_{row.key}")
        edited.append(replace(row, step=step, flags=edit.flags & set(FLAGS), confirmed=True))
    if left:
        raise Stale(CHANGED)
    return edited


def _path(evidence: Evidence, version: int) -> Path:
    return Path(settings.SITE.data) / "maps" / str(evidence.pk) / f"{version}.csv"


def _read(path: Path) -> list[Row]:
    try:
        lines = path.read_text("utf-8")
    except FileNotFoundError:
        return []
    return [
        Row(
            line["service_id"],
            line["channel"],
            line["activity"],
            line["step"],
            frozenset(flag for flag in FLAGS if line[flag] == "1"),
            line["confirmed"] == "1",
            int(line.get("events") or 0),
        )
        for line in csv.DictReader(lines.splitlines(keepends=True))
    ]
