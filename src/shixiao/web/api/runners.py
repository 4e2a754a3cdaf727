"""What runners near a target ask: a job, whether to go on, and to take in what they saw.

Every request carries a document that the runner signed, beside the token of the person in whose
name it asks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from shixiao.records.models import Runner
from shixiao.terms import BadInput, Text
from shixiao.web.api.bearer import admit
from shixiao.web.results.reading import actor_on
from shixiao.workflows.jobs import queue_review
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.systems import near, runners

SCOPE = "probes"
LONGEST_NAME, LONGEST_TEXT, LONGEST_DOCUMENT = 40, 1_000, 20_000
CLAIM, ALIVE, PROBLEM, RESULT = (
    "shixiao/runner-claim/1",
    "shixiao/runner-alive/1",
    "shixiao/runner-problem/1",
    "shixiao/runner-result/1",
)
NO_DOCUMENT = Text("签名的内容读不出。", "What was signed cannot be read.")
router = Router()


class Signed(Schema):
    """What a runner says, and its signature: Ed25519 over the schema, a line feed and the JSON."""

    document: dict[str, Any]
    signature: str = Field(max_length=200)


class Handed(Schema):
    """A job; null where none waits."""

    job: dict[str, Any] | None = Field(
        description="code, claim, target, profile, consent, lent, at, until, system, release"
    )


class GoOn(Schema):
    """Whether a runner goes on; where it has to stop, why."""

    stop: dict[str, str] | None


class Taken(Schema):
    """What was taken in."""

    code: str
    state: str
    faults: int
    vetoes: int


@router.post("claim", response=Handed, url_name="api_runner_claim")
def claim(request: HttpRequest, said: Signed) -> Any:
    """Hand out the oldest job that waits for this runner; the same claim gets the same job."""
    now, actor = timezone.now(), actor_on(request)
    runner = _runner(request, said.document, said.signature, CLAIM, now)
    name = _name(said.document)
    job = near.claim(runner, name, actor=actor, at=now)
    return {"job": None if job is None else near.told_of(job, at=now)}


@router.post("jobs/{code}/alive", response=GoOn, url_name="api_runner_alive")
def alive(request: HttpRequest, code: str, said: Signed) -> Any:
    """Hear how far a runner is, and tell it to stop where the consent was withdrawn."""
    now, given = timezone.now(), said.document
    runner = _runner(request, given, said.signature, ALIVE, now)
    done = given.get("n")
    n = done if isinstance(done, int) and not isinstance(done, bool) and 0 <= done < 1_000 else 0
    text = _text(given.get("progress")) if given.get("progress") else None
    why = near.alive(runner, code, _name(given), n=n, progress=text, at=now)
    return {"stop": None if why is None else why.to_json()}


@router.post("jobs/{code}/problem", response=GoOn, url_name="api_runner_problem")
def problem(request: HttpRequest, code: str, said: Signed) -> Any:
    """Hear that a runner could not do a job."""
    now, given = timezone.now(), said.document
    runner = _runner(request, given, said.signature, PROBLEM, now)
    near.give_up(runner, code, _name(given), problem=_text(given.get("problem")), at=now)
    return {"stop": None}


@router.post("jobs/{code}/result", response=Taken, url_name="api_runner_result")
def result(
    request: HttpRequest,
    code: str,
    document: Form[str],
    signature: Form[str],
    report: File[UploadedFile],
    log: File[UploadedFile],
) -> Any:
    """Take in a result: the document that was signed, the report, and the log packed by gzip."""
    now = timezone.now()
    given = _read(document)
    runner = _runner(request, given, signature, RESULT, now)
    sent = near.Sent(given, signature, report.read(), log.read())
    with transaction.atomic():
        job = near.take_result(runner, code, sent, actor=actor_on(request), at=now)
        queue_review()
    return {"code": job.code, "state": job.state, "faults": job.faults, "vetoes": job.vetoes}


def _runner(
    request: HttpRequest, document: Mapping[str, Any], signature: str, schema: str, now: datetime
) -> Runner:
    admit(request, SCOPE)
    actor = actor_on(request)
    return runners.heard(document, signature, schema=schema, actor=actor, at=now)


def _name(document: Mapping[str, Any]) -> str:
    """Return how the runner calls its claim.

    Raises:
        Incomplete: it does not.
    """
    name = document.get("claim")
    if not isinstance(name, str) or not 8 <= len(name) <= LONGEST_NAME:
        raise Incomplete(NO_DOCUMENT)
    return name


def _text(given: object) -> Text:
    if not isinstance(given, Mapping):
        raise Incomplete(NO_DOCUMENT)
    zh, en = (str(given.get(key, ""))[:LONGEST_TEXT] for key in ("zh", "en"))
    if not zh or not en:
        raise Incomplete(NO_DOCUMENT)
    return Text(zh, en)


def _read(document: str) -> dict[str, Any]:
    try:
        found = json.loads(document) if len(document) <= LONGEST_DOCUMENT else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadInput(NO_DOCUMENT)
    return found
