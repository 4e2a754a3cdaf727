"""Jobs of a runner: asked for at the site, each request under a token and the runner's signature.

The site's clock is the one that counts: a job brings the time, and what passes since is measured
here, so that a clock that is wrong near the target changes nothing.
"""

from __future__ import annotations

import gzip
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

import shixiao
from shixiao.seals import SigningKey, sign
from shixiao.terms import BadInput, Text, Unavailable

PATIENCE = 30.0  # seconds that the site may take
LARGEST = 1 << 20  # bytes of an answer
LOCAL = {"127.0.0.1", "::1", "localhost"}
NO_SITE = Text(
    "“{site}”不是本站的地址；写 https://主机，不带路径，除本机外须用 https。",
    "“{site}” is no address of a site: write https://host without a path; https everywhere but on"
    " this machine.",
)
UNREACHED = Text("连不上 {site}：{why}。", "{site} cannot be reached: {why}.")
STRANGE = Text(
    "{site} 的应答读不出（{status}）。", "The answer of {site} cannot be read ({status})."
)
NO_CA = Text("根证书读不出。", "the certificates cannot be read.")


class NotTaken(Exception):
    """The site does not take what was sent, and says why."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class Job:
    """A job that the site handed out.

    Attributes:
        code, claim: by which the site knows it.
        target, profile, consent, lent: what is probed, within what, and with what.
        until: after which the site hands it to another.
        now: gives the time of the site.
    """

    code: str
    claim: str
    target: str
    profile: str
    consent: Mapping[str, Any]
    lent: Mapping[str, Any]
    until: datetime
    now: Callable[[], datetime]

    @classmethod
    def of(cls, told: Mapping[str, Any], *, monotonic: Callable[[], float]) -> Job:
        """Read what the site told.

        Raises:
            KeyError, TypeError, ValueError: it is no job.
        """
        at, until, since = _moment(told["at"]), _moment(told["until"]), monotonic()
        if not isinstance(told["consent"], Mapping) or not isinstance(told["lent"], Mapping):
            raise TypeError("A consent is a mapping")
        return cls(
            code=str(told["code"]),
            claim=str(told["claim"]),
            target=str(told["target"]),
            profile=str(told["profile"]),
            consent=told["consent"],
            lent=told["lent"],
            until=until,
            now=lambda: at + timedelta(seconds=monotonic() - since),
        )


class Jobs:
    """Asks one site in the name of one runner.

    Args:
        site: its address.
        token: API token for “probes”.
        runner: number of the runner.
        key: its private key.
        ca: certificates trusted besides the public ones; None for none.
        transport: of httpx, for tests.
        monotonic: counts seconds.

    Raises:
        BadInput: the address is none, or certificates cannot be read.
    """

    def __init__(
        self,
        site: str,
        token: str,
        runner: str,
        key: SigningKey,
        *,
        ca: Path | None = None,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.site, self._runner, self._key = _address(site), runner, key
        self._monotonic = monotonic
        self._client = httpx.Client(
            transport=transport or httpx.HTTPTransport(verify=_trust(ca)),
            headers={"authorization": f"Bearer {token}", "accept": "application/json"},
            base_url=f"{self.site}/api/runner/",
            timeout=PATIENCE,
            follow_redirects=False,
            trust_env=False,
        )

    def claim(self, name: str) -> Job | None:
        """Ask for a job; the same name is answered with the same job.

        Raises:
            Unavailable: the site cannot be reached.
            NotTaken: it refuses.
        """
        told = self._say("claim", "claim", {"claim": name})["job"]
        try:
            return None if told is None else Job.of(told, monotonic=self._monotonic)
        except (KeyError, TypeError, ValueError):
            raise Unavailable(STRANGE.format(site=self.site, status="200")) from None

    def alive(self, job: Job, n: int, progress: Text) -> Text | None:
        """Say how far a job is; return why it has to stop, None where it goes on."""
        said = {"claim": job.claim, "n": n, "progress": progress.to_json()}
        stop = self._say(f"jobs/{job.code}/alive", "alive", said).get("stop")
        return Text.of(stop) if stop else None

    def give_up(self, job: Job, problem: Text) -> None:
        """Say that a job cannot be done here, and why."""
        said = {"claim": job.claim, "problem": problem.to_json()}
        self._say(f"jobs/{job.code}/problem", "problem", said)

    def send(self, job: Job, report: bytes, log: bytes) -> dict[str, Any]:
        """Send what was seen, under the runner's signature.

        Raises:
            Unavailable: the site cannot be reached; the same can be sent again.
            NotTaken: it does not fit, and the site says what.
        """
        document = {
            "schema": "shixiao/runner-result/1",
            "runner": self._runner,
            "job": job.code,
            "claim": job.claim,
            "report_sha256": sha256(report).hexdigest(),
            "log_sha256": sha256(log).hexdigest(),
            "code_version": shixiao.__version__,
        }
        given = {
            "document": json.dumps(document, ensure_ascii=False),
            "signature": sign(document, self._key),
        }
        packed = gzip.compress(log, mtime=0)
        files = {"report": ("report.json", report), "log": ("sent.jsonl.gz", packed)}
        return self._asked(f"jobs/{job.code}/result", data=given, files=files)

    def _say(self, path: str, what: str, said: Mapping[str, Any]) -> dict[str, Any]:
        document = {"schema": f"shixiao/runner-{what}/1", "runner": self._runner, **said}
        signature = sign(document, self._key)
        return self._asked(path, json={"document": document, "signature": signature})

    def _asked(self, path: str, **content: Any) -> dict[str, Any]:
        try:
            answer = self._client.post(path, **content)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as problem:
            why = str(problem)[:160] or type(problem).__name__
            raise Unavailable(UNREACHED.format(site=self.site, why=why)) from None
        strange = Unavailable(STRANGE.format(site=self.site, status=str(answer.status_code)))
        try:
            told = answer.json() if len(answer.content) <= LARGEST else None
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise strange
        if answer.is_success:
            return told
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
            raise strange
        said = str(told.get("detail_zh", ""))[:500], str(told.get("detail", ""))[:500]
        if not all(said):
            raise strange
        raise NotTaken(Text(*said))


def _address(site: str) -> str:
    """Return the address of a site without a slash at its end.

    Raises:
        BadInput: it is none.
    """
    try:
        parts = urlsplit(site.strip().rstrip("/"))
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
        bare = not (parts.path or parts.query or parts.fragment or parts.username)
    except ValueError:
        secure = bare = False
    if not (secure and bare and parts.hostname):
        raise BadInput(NO_SITE.format(site=site[:80]))
    return f"{parts.scheme}://{parts.netloc}"


def _trust(ca: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca is not None:
        try:
            context.load_verify_locations(ca)
        except (OSError, ssl.SSLError):
            raise BadInput(NO_CA, file=ca.name) from None
    return context


def _moment(text: object) -> datetime:
    at = datetime.fromisoformat(str(text))
    if at.tzinfo is None:
        raise ValueError("A moment has its zone")
    return at
