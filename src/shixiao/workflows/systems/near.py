"""Near: jobs that wait for a runner near the target, each claimed by one, and what it sends back.

A claim is named by the runner, so that asking twice hands out the same job, and dies with the time
that its probes may take. A job whose consent has ended is never handed out. What comes back is held
against the job and the consent before it is taken in as a run of the site is: same history, same
weaknesses.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

import shixiao
from shixiao.records.models import Probing, Runner
from shixiao.security.probing import Consent, Profile, Target
from shixiao.security.probing.probe import of_profile
from shixiao.security.told import ToldRun, read_run
from shixiao.terms import BadInput, Text
from shixiao.workflows import files, moving, queued
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Missing, Stale
from shixiao.workflows.systems.probing import WITHDRAWN
from shixiao.workflows.systems.registering import RETIRED
from shixiao.workflows.systems.runners import reach
from shixiao.workflows.systems.weaknesses import take

SPARE = timedelta(minutes=5)  # for looking at the health between probes, and for sending
MOST_LOOKED_AT = 200  # waiting jobs
LONGEST_LOG = 256 << 20  # bytes, unpacked: the most requests that a consent may allow
SLACK = timedelta(seconds=1)  # between the end of a request and its line in the log
RESULT, LOG = "report.json", "sent.jsonl"
RUNNING, QUEUED, DONE = Probing.State.RUNNING, Probing.State.QUEUED, Probing.State.DONE
OVER = Text(
    "同意书已经到期或撤回，没有测试。", "The consent has ended or was withdrawn; nothing was sent."
)
VANISHED = Text(
    "测试机接了任务以后没有交回结果。可以重新提出测试。",
    "Runners took the job up and sent no result. It can be asked for again.",
)
GONE = Text(
    "这个任务已不在这台测试机手里（超过时限、已撤回，或已由别的测试机接手），结果没有收下。",
    "This job is no longer in the hands of this runner: its time is over, it was taken back, or"
    " another has it. The result was not taken.",
)
ANOTHER = Text(
    "这个任务已经有结果，而且与这一份不同；这一份没有收下。",
    "This job has a result already, and another one; this was not taken.",
)
CHANGED = Text(
    "{what}的内容与签名的不符，没有收下。", "The {what} differs from what was signed; not taken."
)
UNFIT = Text("结果与任务不符，没有收下：{why}。", "The result does not fit the job: {why}.")
PARTS = {"report": Text("报告", "report"), "log": Text("发送记录", "log")}
BACK = Text("提出测试的人已撤回任务。", "Whoever asked for the job took it back.")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a runner sends back.

    Attributes:
        document: what it signs: ``runner``, ``job``, ``claim``, ``report_sha256``,
            ``log_sha256`` and ``code_version``.
        signature: in base64.
        report: what ``shixiao probe --json`` prints.
        log: everything that was sent, one JSON object a line, packed by gzip.
    """

    document: Mapping[str, Any]
    signature: str
    report: bytes
    log: bytes


def limit(profile: str) -> timedelta:
    """Return how long the probes of a profile may take in all; a claim dies after it."""
    return timedelta(seconds=sum(each.seconds for each in of_profile(Profile(profile)))) + SPARE


def freed(job: Probing) -> datetime | None:
    """Return when a claim dies that has brought no result; None where there is none."""
    claimed = job.state == RUNNING and job.origin == Probing.Origin.RUNNER
    return job.started + limit(job.profile) if claimed and job.started is not None else None


def jobs(runner: Runner) -> QuerySet[Probing]:
    """Return the jobs that a runner reaches, whatever their state is."""
    rows = Probing.objects.filter(origin=Probing.Origin.RUNNER).exclude(system__state=RETIRED)
    return rows.filter(system__department__in=reach(runner))


@transaction.atomic
def claim(runner: Runner, name: str, *, actor: Actor, at: datetime) -> Probing | None:
    """Hand a runner the oldest job that waits; None where none does.

    Args:
        runner: who asks.
        name: of the claim; the same name is handed the same job as long as the claim stands.
        actor: in whose name it asks.
        at: when.
    """
    rows = jobs(runner).select_related("system__department", "consent", "release")
    again = rows.filter(state=RUNNING, runner=runner, claim=name).first()
    if again is not None:
        return again if _why_not(again, at) is None else None
    waiting = rows.filter(state=QUEUED).order_by("asked", "id")
    locked = waiting.select_for_update(of=("self",), skip_locked=queued.skips_locked())
    for job in locked[:MOST_LOOKED_AT]:
        if may(actor, "system.probe", job) and _why_not(job, at) is None:
            job.state, job.attempts = RUNNING, job.attempts + 1
            job.started = job.beat = at
            job.runner, job.claim, job.n, job.progress = runner, name, 0, None
            job.save()
            return job
    return None


def alive(
    runner: Runner, code: str, name: str, *, n: int, progress: Text | None, at: datetime
) -> Text | None:
    """Note how far a runner is; return why it has to stop, None where it goes on."""
    job = _own(runner, code, name)
    if job is None:
        return GONE
    Probing.objects.filter(pk=job.pk, claim=name, state=RUNNING).update(
        beat=at, n=n, progress=progress
    )
    return _withdrawn(job)


def give_up(runner: Runner, code: str, name: str, *, problem: Text, at: datetime) -> None:
    """Note that a runner could not do a job, and why; nothing was assessed.

    Raises:
        Stale: the job is not in its hands.
    """
    job = _own(runner, code, name)
    if job is None:
        raise Stale(GONE)
    _fail(job, problem, at)


def take_result(runner: Runner, code: str, sent: Sent, *, actor: Actor, at: datetime) -> Probing:
    """Take in what a runner sends back; the same result sent twice changes nothing.

    Raises:
        Missing: it reaches no such job.
        Stale: the job is not in its hands any more, or has another result.
        BadInput: it is not what was signed, or fits neither the job nor the consent.
    """
    asked = jobs(runner).select_related("system__department").filter(code=code).first()
    if asked is None:
        raise Missing(NOT_FOUND)
    check(actor, "system.probe", asked)
    log = unpacked(sent.log)
    for part, data in (("report", sent.report), ("log", log)):
        if sent.document.get(f"{part}_sha256") != sha256(data).hexdigest():
            raise BadInput(CHANGED.format(what=PARTS[part]))
    if asked.state == RUNNING:  # what may take a while is done before anything is held
        told = read_run(sent.report, file=RESULT)
        for text in _misfits(asked, told, log, at):
            raise BadInput(UNFIT.format(why=text))
        return _take(asked, runner, sent, told, log, at)
    return _again(asked, sent)


def _again(job: Probing, sent: Sent) -> Probing:
    """Return a job whose result this is already.

    Raises:
        Stale: it has another, or is not in the runner's hands.
    """
    if job.state != DONE or job.report is None:
        raise Stale(GONE)
    if job.report.sha256 != sha256(sent.report).hexdigest():
        raise Stale(ANOTHER)
    return job


@transaction.atomic
def _take(
    asked: Probing, runner: Runner, sent: Sent, told: ToldRun, log: bytes, at: datetime
) -> Probing:
    """Take in what fits, as long as the job is in the runner's hands."""
    moving.locked(asked.system)
    job = Probing.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    hands = (job.state, job.runner_id, job.claim, job.attempts)
    if job.state == DONE:  # the same came twice at once
        return _again(job, sent)
    if hands != (RUNNING, runner.pk, str(sent.document.get("claim")), asked.attempts):
        raise Stale(GONE)
    why = _withdrawn(job)
    if why is not None:
        raise Stale(why)
    job.state, job.finished, job.progress, job.lent = DONE, at, None, None
    job.rules_sha256 = pack().hash
    job.code_version = str(sent.document.get("code_version"))[:40]
    job.signature, job.log = sent.signature, files.store(log, at=at)
    take(job, told, files.store(sent.report, at=at), at=at)
    return job


@transaction.atomic
def take_back(job: Probing, *, actor: Actor, at: datetime) -> None:
    """Take back a job that no runner has finished.

    Raises:
        Forbidden: it is another department's.
        Stale: it is over, or no job for a runner.
    """
    held = Probing.objects.select_for_update(of=("self",)).get(pk=job.pk)
    check(actor, "system.probe", held)
    if held.origin != Probing.Origin.RUNNER or held.state not in queued.UNDERWAY:
        raise Stale(GONE)
    _fail(held, BACK, at)


def free(*, now: datetime) -> int:
    """Queue again what dead claims left, and end jobs whose consent has; return how many."""
    rows = Probing.objects.filter(origin=Probing.Origin.RUNNER, state__in=queued.UNDERWAY)
    count = 0
    for job in rows.select_related("consent", "release", "system"):
        why = _why_not(job, now)
        ends = freed(job)
        dead = ends is not None and ends < now
        if why is not None and (job.state == QUEUED or dead or why == WITHDRAWN):
            _fail(job, why, now)
        elif dead and job.attempts >= queued.MOST_ATTEMPTS:
            _fail(job, VANISHED, now)
        elif dead:
            _claimed(job).update(state=QUEUED, progress=queued.WAITING, runner=None, claim="", n=0)
        else:
            continue
        count += 1
    return count


def unpacked(data: bytes) -> bytes:
    """Return what was packed by gzip, up to the longest that a log can be.

    Raises:
        BadInput: it is damaged, or longer.
    """
    opened = zlib.decompressobj(wbits=31)
    try:
        found = opened.decompress(data, LONGEST_LOG)
    except zlib.error:
        raise BadInput(CHANGED.format(what=PARTS["log"])) from None
    if not opened.eof:
        raise BadInput(CHANGED.format(what=PARTS["log"]))
    return found


def told_of(job: Probing, *, at: datetime) -> dict[str, Any]:
    """Return what a runner is told of a job; ``at`` is the time by which it goes meanwhile."""
    return {
        "code": job.code,
        "claim": job.claim,
        "system": job.system.identifier,
        "release": job.release.label,
        "target": job.target,
        "profile": job.profile,
        "consent": dict(job.consent.terms) if job.consent else {},
        "lent": dict(job.lent or {}),
        "at": at.isoformat(),
        "until": ((job.started or at) + limit(job.profile)).isoformat(),
        "version": shixiao.__version__,
    }


def _why_not(job: Probing, at: datetime) -> Text | None:
    """Say why a job may not be done now; None where it may."""
    consent = job.consent
    if consent is None or not consent.starts <= at < consent.ends:
        return OVER
    withdrawn = _withdrawn(job)
    return withdrawn or Consent.of(consent.terms).why_not(Target.parse(job.target), now=at)


def _withdrawn(job: Probing) -> Text | None:
    return WITHDRAWN if job.consent is None or job.consent.withdrawn is not None else None


def _own(runner: Runner, code: str, name: str) -> Probing | None:
    rows = jobs(runner).filter(code=code, state=RUNNING, runner=runner, claim=name)
    return rows.select_related("consent", "release", "system").first()


def _claimed(job: Probing) -> QuerySet[Probing]:
    """Return the row as long as nobody moved it since it was read."""
    return Probing.objects.filter(pk=job.pk, state=job.state, claim=job.claim)


@transaction.atomic
def _fail(job: Probing, problem: Text, at: datetime) -> None:
    """Note why there is no result; what the probes were lent goes."""
    failed = Probing.State.FAILED
    _claimed(job).update(state=failed, problem=problem, finished=at, progress=None, lent=None)


def _misfits(job: Probing, told: ToldRun, log: bytes, at: datetime) -> Iterator[Text]:
    """Give what does not fit the job or its consent."""
    assert job.consent is not None  # noqa: S101 - _why_not has looked
    assert job.started is not None  # noqa: S101 - it is claimed
    terms = Consent.of(job.consent.terms)
    if told.target != job.target:
        yield Text(
            f"测的是“{told.target[:80]}”，任务是“{job.target}”",
            f"it is of “{told.target[:80]}” and the job is “{job.target}”",
        )
    wanted = {each.id for each in of_profile(Profile(job.profile))}
    if told.profile != job.profile or {each.probe.id for each in told.probes} != wanted:
        yield Text(
            f"测的项目不是“{job.profile}”的全部；测试机应与本站用同一版本（{shixiao.__version__}）",
            f"its probes are not those of “{job.profile}”; a runner has the version of this site"
            f" ({shixiao.__version__})",
        )
    if told.begun < job.started or told.ended > at:
        yield Text(
            "测试的时间不在接任务和交结果之间",
            "its time is not between taking the job and sending the result",
        )
    if not terms.starts <= told.begun < terms.ends:
        yield Text("开始时不在同意的时间之内", "it began outside the time that was consented to")
    if told.sent > terms.most:
        yield Text(
            f"发出 {told.sent} 个请求，同意最多 {int(terms.most)} 个",
            f"it sent {told.sent} requests, and {int(terms.most)} were consented to",
        )
    yield from _misfits_of_log(told, log, terms)


def _misfits_of_log(told: ToldRun, log: bytes, terms: Consent) -> Iterator[Text]:
    """Give what in the log does not fit the report or the consent."""
    lines = log.splitlines()
    if len(lines) != told.sent:
        yield Text(
            f"发送记录有 {len(lines)} 行，报告说发出 {told.sent} 个请求",
            f"its log has {len(lines)} lines, and the report says that {told.sent} were sent",
        )
        return
    for n, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            ended = datetime.fromisoformat(str(row["at"]))
            begun = ended - timedelta(seconds=float(row["seconds"]))
            fits = told.begun <= ended <= told.ended
            fits = fits and terms.starts - SLACK <= begun < terms.ends + SLACK
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            fits = False
        if not fits:
            yield Text(
                f"发送记录第 {n} 行读不出，或不在测试和同意的时间之内",
                f"line {n} of its log cannot be read, or lies outside the time of the run or of"
                " the consent",
            )
            return
