"""Learning: routing learns each night from what people confirmed, and from a file if one is given.

What is learnt is kept encrypted and authenticated by the site's own key: nobody else can make a
file that is loaded here.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction

from shixiao.records.models import Organisation, RoutingFile, RoutingModel, Voice
from shixiao.terms import BadInput
from shixiao.voice import Message, Router, read_messages, train
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in

MOST = 50_000  # confirmed matters that are learnt from, the newest first
NIGHT = timedelta(hours=20)


@transaction.atomic
def give_file(name: str, data: bytes, *, actor: Actor, at: datetime) -> RoutingFile:
    """Give a file of sorted messages to learn from; the next training takes it.

    Raises:
        Forbidden: the person may not.
        BadInput: it is no file of messages with labels.
    """
    check(actor, "voice.govern")
    rows = _read(name, data)
    kept = files.store(data, at=at)
    return RoutingFile.objects.create(
        file=kept, name=name[:200], rows=len(rows), at=at, by=signed_in(actor)
    )


def learn_nightly(*, now: datetime) -> RoutingModel | None:
    """Learn anew where something was confirmed since the last time, at most once a night."""
    last = RoutingModel.objects.first()
    if last is not None and now - last.at < NIGHT:
        return None
    confirmed = Voice.objects.filter(test=False).exclude(label="").count()
    given = RoutingFile.objects.first()
    news = last is None or confirmed != last.confirmed or (given and given.at > last.at)
    return learn(now=now) if news else None


def learn(*, now: datetime) -> RoutingModel | None:
    """Learn from the newest file and from confirmed matters; None where that is too little."""
    codes = departments()
    messages, confirmed = _known(codes)
    try:
        router = train(messages, rules=pack())
    except BadInput:
        return None
    data = pickle.dumps(router)
    with transaction.atomic():
        kept = files.store(data, at=now)
        made = RoutingModel.objects.create(
            at=now,
            file=kept,
            messages=len(router.margins),
            confirmed=confirmed,
            labels={label: codes.get(label, "") for label in router.fitted.labels},
            macro_f1=router.macro_f1,
            accuracy=router.accuracy,
            threshold=router.threshold,
            coverage=router.coverage,
            expected=router.expected,
        )
        facts = {"records": made.messages, "sha256": kept.sha256}
        put("voice.trained", made.code, at=now, facts=facts)
    return made


def newest() -> tuple[RoutingModel, Router] | None:
    """Return what was learnt last; None where nothing was."""
    row = RoutingModel.objects.select_related("file").first()
    return None if row is None else (row, _router(row.pk.hex, row))


def departments() -> dict[str, str]:
    """Return code and names of each department → its code."""
    found: dict[str, str] = {}
    for row in Organisation.objects.filter(kind="department", active=True):
        found |= {row.name.zh: row.code, row.name.en: row.code, row.code: row.code}
    return found


@lru_cache(maxsize=1)
def _router(_: str, row: RoutingModel) -> Router:
    found = pickle.load(io.BytesIO(files.load(row.file)))  # noqa: S301 - sealed by our own key
    if not isinstance(found, Router):
        raise TypeError("A routing file holds a router")
    return found


def _known(codes: Mapping[str, str]) -> tuple[list[Message], int]:
    """Return messages to learn from and how many were confirmed.

    A file names departments as people do and confirmed matters by code: one name for each.
    """
    given = RoutingFile.objects.select_related("file").first()
    messages = list(_read(given.name, files.load(given.file))) if given else []
    rows = Voice.objects.filter(test=False).exclude(label="")
    own = [
        Message(row.code, row.text, row.title, label=row.label)
        for row in rows.order_by("-received")[:MOST]
    ]
    named = [replace(each, label=codes.get(each.label, each.label)) for each in messages]
    return named + own, rows.count()


def _read(name: str, data: bytes) -> tuple[Message, ...]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(data)
        return read_messages(path, label=True).rows
