"""``shixiao probe runner``: fetch jobs from the site, run them near the target, send what was seen.

It goes nowhere but where the job's written consent and ``--network`` both let it. Exit code 0 where
every result was taken, 1 where the site did not take one or a job could not be done.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from shixiao.cli.probe_jobs import Job, Jobs, NotTaken
from shixiao.cli.progress import progress
from shixiao.cli.sign import PASSPHRASE_FILE, read_file, signing_key
from shixiao.rules import RulePack, load_pack
from shixiao.security.probing import Consent, Profile, Target, run
from shixiao.security.probing.consent import Network
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text, Unavailable
from shixiao.workflows.child_probing import given_of

NO = 1
LARGEST_TOKEN = 4_096
EVERY = 15  # seconds between two questions for a job
FIRST, SLOWEST = 2.0, 60.0  # seconds before a result is sent again
NO_TOKEN = Text("令牌文件是空的。", "the file of the token is empty")
NO_NETWORK = Text("“{text}”不是网段。", "“{text}” is no network")
CLOSED = Text(
    "这台测试机不进网段 {network}；没有发出任何请求。",
    "This runner does not enter the network {network}; nothing was sent.",
)
BROKEN = Text("测试机读写文件失败：{why}。", "The runner could not read or write a file: {why}.")
BEGUN = Text("接到任务 {code}：{target}（{profile}）", "Job {code}: {target} ({profile})")
STOPPED = Text("任务 {code} 已停止：{why}", "Job {code} was stopped: {why}")
TAKEN = Text(
    "任务 {code} 的结果已交回：{faults} 处不符合，其中一票否决 {vetoes} 项。",
    "The result of job {code} was taken: {faults} checks do not hold, {vetoes} of them vetoes.",
)
NOT_TAKEN = Text(
    "任务 {code} 的结果没有收下：{why}", "The result of job {code} was not taken: {why}"
)
LATE = Text("直到时限也没有交上结果", "it could not be sent before its time was over")
WAITS = Text("{why} 稍后再问。", "{why} It is asked again later.")
Say = Callable[[Text], None]


class Stopped(Exception):
    """The site says that the job has to stop."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a runner works with.

    Attributes:
        jobs: the site.
        networks: private networks that it enters.
        tools: folder of tools (``make probes``).
        rules: by which reports are scored.
        say: hears what is being done.
        sleep: waits so many seconds.
    """

    jobs: Jobs
    networks: tuple[Network, ...]
    tools: Path
    rules: RulePack
    say: Say
    sleep: Callable[[float], object] = time.sleep


@click.command(
    help="近旁测试机 · a runner near the target: fetches jobs from the site, runs them, sends the"
    " results back.\n\n"
    "shixiao probe runner --site https://site --runner CODE --token-file FILE --key FILE"
)
@click.option("--site", required=True, metavar="URL", help="本站地址 · address of the site")
@click.option(
    "--runner",
    "code",
    required=True,
    metavar="CODE",
    help="登记的编号 · number under which it is registered",
)
@click.option(
    "--token-file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="接口令牌（用途为近旁测试机） · API token for runners",
)
@click.option(
    "--key",
    "key_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="签名用的私钥（shixiao sign new-key） · private key by which it signs",
)
@PASSPHRASE_FILE
@click.option(
    "--network",
    "networks",
    multiple=True,
    metavar="CIDR",
    help="可以进的内部网段，可多个 · private networks that it may enter",
)
@click.option(
    "--ca",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="本站证书另外信任的根 · certificates trusted besides the public ones, for the site",
)
@click.option(
    "--tools",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".probes"),
    envvar="SHIXIAO_PROBES",
    help="make probes 建的环境 · environment made by make probes",
)
@click.option(
    "--every",
    type=click.IntRange(1, 3_600),
    default=EVERY,
    show_default=True,
    help="隔多少秒问一次 · seconds between two questions",
)
@click.option("--once", is_flag=True, help="没有任务即结束 · end where no job waits")
@click.option("--json", "as_json", is_flag=True, help="每个任务打印一行 JSON · one JSON line a job")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def runner(
    site: str,
    code: str,
    token_file: Path,
    key_path: Path,
    passphrase_file: Path | None,
    networks: tuple[str, ...],
    ca: Path | None,
    tools: Path,
    every: int,
    once: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Work off jobs until stopped, or until none waits."""
    key = signing_key(key_path, passphrase_file)
    jobs = Jobs(site, _token(token_file), code, key, ca=ca)
    rules, spoken = load_pack(), Settings.from_environment().language
    good = True
    with progress(language=spoken, quiet=quiet) as say:
        bench = Bench(jobs, _networks(networks), tools.absolute(), rules, say)
        while True:
            told = _next(bench, once=once)
            if told is None and once:
                break
            if told is None:
                time.sleep(every)
                continue
            good = good and told["state"] == "done"
            _answer(told, as_json, spoken)
    if not good:
        sys.exit(NO)


def _next(bench: Bench, *, once: bool) -> dict[str, Any] | None:
    """Work off one job; None where none waits, or the site cannot be reached for now.

    Raises:
        Unavailable: it cannot be reached, and is not asked again.
        BadInput: it does not know this runner or its token.
    """
    try:
        return work(bench)
    except Unavailable as error:
        if once:
            raise
        bench.say(WAITS.format(why=error.text))
        return None
    except NotTaken as error:
        raise BadInput(error.text) from None


def work(bench: Bench) -> dict[str, Any] | None:
    """Fetch a job, run it and send what was seen; None where none waits.

    Returns:
        code, target, profile, state (done, refused, stopped or failed), faults, vetoes and why.

    Raises:
        Unavailable: the site cannot be reached.
        NotTaken: it does not know this runner or its token.
    """
    job = bench.jobs.claim(secrets.token_hex(16))
    if job is None:
        return None
    bench.say(BEGUN.format(code=job.code, target=job.target[:200], profile=job.profile))
    told = {"code": job.code, "target": job.target, "profile": job.profile}
    none = {"faults": None, "vetoes": None}
    try:
        report, log = _probed(bench, job)
    except Stopped as stop:
        return {**told, "state": "stopped", **none, "why": stop.text.to_json()}
    except (BadInput, Unavailable, OSError) as problem:
        text = _said(problem)
        with suppress(NotTaken, Unavailable):  # its claim dies by itself
            bench.jobs.give_up(job, text)
        return {**told, "state": "failed", **none, "why": text.to_json()}
    try:
        taken = _sent(bench, job, report, log)
    except NotTaken as why:
        return {**told, "state": "refused", **none, "why": why.text.to_json()}
    found = {"faults": taken.get("faults"), "vetoes": taken.get("vetoes")}
    return {**told, "state": "done", **found, "why": None}


def _probed(bench: Bench, job: Job) -> tuple[bytes, bytes]:
    """Run the probes of a job; return the report and everything that was sent.

    Raises:
        Stopped: the site says so before a probe.
        BadInput: the job is none, or leads where this runner does not go.
    """
    consent, n = Consent.of(job.consent), 0
    for network in consent.networks:
        if not any(
            network.version == each.version and network.subnet_of(each)  # type: ignore[arg-type]
            for each in bench.networks
        ):
            raise BadInput(CLOSED.format(network=str(network)))

    def tell(text: Text) -> None:
        nonlocal n
        bench.say(text)
        n += 1
        try:
            stop = bench.jobs.alive(job, n, text)
        except (Unavailable, NotTaken):
            return  # the consent holds on, and its window is kept here
        if stop is not None:
            raise Stopped(stop)

    with tempfile.TemporaryDirectory() as folder:
        report = run(
            Target.parse(job.target),
            _profile(job.profile),
            consent=consent,
            given=given_of(job.lent, Path(folder), bench.tools),
            now=job.now,
            tell=tell,
        )
    told = json.dumps(report.to_json(bench.rules), ensure_ascii=False)
    return told.encode(), report.log().encode()


def _sent(bench: Bench, job: Job, report: bytes, log: bytes) -> dict[str, Any]:
    """Send a result, again and again until the job's time is over.

    Raises:
        NotTaken: the site does not take it, or cannot be reached in time.
    """
    pause = FIRST
    while True:
        try:
            return bench.jobs.send(job, report, log)
        except Unavailable as error:
            if job.now() >= job.until:
                raise NotTaken(LATE) from None
            bench.say(WAITS.format(why=error.text))
            bench.sleep(pause)
            pause = min(2 * pause, SLOWEST)


def _profile(name: str) -> Profile:
    try:
        return Profile(name)
    except ValueError:
        raise BadInput(
            Text(f"没有“{name[:40]}”这组测试。", f"There is no profile “{name[:40]}”.")
        ) from None


def _said(problem: BadInput | Unavailable | OSError) -> Text:
    if isinstance(problem, OSError):
        return BROKEN.format(why=problem.strerror or type(problem).__name__)
    return problem.text


def _token(path: Path) -> str:
    text = read_file(path, LARGEST_TOKEN).decode("ascii", errors="replace").strip()
    if not text:
        raise BadInput(NO_TOKEN, file=path.name)
    return text


def _networks(given: tuple[str, ...]) -> tuple[Network, ...]:
    found = []
    for text in given:
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError:
            raise BadInput(NO_NETWORK.format(text=text[:60])) from None
    return tuple(found)


def _answer(told: dict[str, Any], as_json: bool, language: str) -> None:
    if as_json:
        click.echo(json.dumps({"schema": "shixiao/runner-answer/1", **told}, ensure_ascii=False))
        return
    why = Text.of(told["why"]) if told["why"] else None
    if told["state"] == "done":
        said = TAKEN.format(code=told["code"], faults=told["faults"], vetoes=told["vetoes"])
    elif told["state"] == "stopped":
        said = STOPPED.format(code=told["code"], why=why)
    else:
        said = NOT_TAKEN.format(code=told["code"], why=why)
    click.echo(said.in_language(language))
