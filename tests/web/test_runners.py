"""A runner near a target, by the API and the command: what it is handed, and what it sends back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shixiao.cli import cli, probe_jobs, probe_runner
from shixiao.cli.probe_jobs import Jobs, NotTaken
from shixiao.cli.probe_runner import Bench, work
from shixiao.records.models import Probing, Runner, System
from shixiao.rules import load_pack
from shixiao.seals import SigningKey, sign
from shixiao.security.probing import Consent, Given, ProbeReport, Profile, Target
from shixiao.security.probing.probe import of_profile
from shixiao.security.probing.report import Assessed
from shixiao.terms import BadInput, Text, Unavailable
from shixiao.workflows import tokens
from shixiao.workflows.actors import actor_of
from shixiao.workflows.systems import consenting, near, probing, runners
from tests import systems
from tests.cast import Cast
from tests.security.lab import hardened, serving

KEY = SigningKey(b"\x03" * 32)
SITE = "https://site.example"


@dataclass
class Line:
    """The way from a runner to the site: the site answers in this process."""

    token: str
    broken: int = 0
    asked: list[str] = field(default_factory=list)
    heard: Callable[[str], object] = lambda path: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(path.rpartition("/")[2])
        if self.broken:
            self.broken -= 1
            raise httpx.ConnectError("down")
        self.heard(path)
        client = Client(headers={"host": "localhost", "authorization": f"Bearer {self.token}"})
        answer = client.generic(
            request.method,
            path,
            data=request.read(),
            content_type=request.headers["content-type"],
        )
        return httpx.Response(answer.status_code, content=answer.content)


@dataclass
class Near:
    """A system that only its runner reaches."""

    cast: Cast
    system: System
    runner: Runner
    line: Line
    waits: list[float] = field(default_factory=list)
    said: list[Text] = field(default_factory=list)

    def jobs(self, key: SigningKey = KEY) -> Jobs:
        transport = httpx.MockTransport(self.line)
        return Jobs(SITE, self.line.token, self.runner.code, key, transport=transport)

    def work(self, *networks: str) -> dict | None:
        bench = Bench(
            self.jobs(),
            probe_runner._networks(networks or ("127.0.0.0/8",)),
            Path(),
            load_pack(),
            self.said.append,
            self.waits.append,
        )
        return work(bench)

    def ask(self, profile: str = "tls") -> Probing:
        return probing.ask(
            self.system,
            target=self.system.addresses[0]["address"],
            profile=profile,
            lent={"ca": "", "national": False},
            origin="runner",
            actor=self.cast.actor("wei"),
            at=timezone.now(),
        )


def made(cast: Cast, address: str) -> Near:
    cache.clear()
    now = timezone.now()
    system = systems.made(cast, addresses=(("production", address),), at=now)
    systems.registering.release(
        system, label="1.0", sha256=systems.HASH, change="first", actor=cast.actor("wei"), at=now
    )
    terms = {
        "hosts": [Target.parse(address).host],
        "networks": ["127.0.0.0/8"],
        "starts": (now - timedelta(hours=1)).isoformat(),
        "ends": (now + timedelta(hours=1)).isoformat(),
        "rate": 100,
        "most": 5_000,
        "contact": "0571",
        "reference": "1",
    }
    consenting.consent(system, terms, actor=cast.actor("zhou"), at=now)
    runner = runners.register(
        cast.places["health"], "一号", KEY.public.base64, actor=cast.actor("zhou"), at=now
    )
    return Near(cast, system, runner, Line(token(cast, "wei")))


def token(cast: Cast, name: str, *scopes: str) -> str:
    now = timezone.now()
    actor = actor_of(cast.accounts[name], today=timezone.localdate())
    return tokens.make_token(
        name="runner",
        scopes=scopes or ("probes",),
        expires=now + timedelta(days=1),
        actor=actor,
        at=now,
    )[1]


@pytest.fixture
def there(cast: Cast, place: object) -> Near:
    return made(cast, "https://127.0.0.1:9")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let a run take no time: every probe holds, and nothing is sent."""
    ran: list[str] = []

    def run(
        target: Target, profile: Profile, *, consent: Consent, given: Given, now, tell
    ) -> ProbeReport:
        ran.append(str(target))
        wanted = of_profile(profile)
        begun = now()
        for each in wanted:
            tell(each.name)
        none = tuple(Assessed(each, ()) for each in wanted)
        return ProbeReport(target, profile, none, begun, now(), (), ())

    monkeypatch.setattr(probe_runner, "run", run)
    return ran


@pytest.mark.slow
def test_a_runner_fetches_a_job_runs_it_and_its_result_is_on_the_site(
    cast: Cast, place: object
) -> None:
    with serving(hardened()) as target:
        there = made(cast, str(target))
        job = there.ask()
        told = there.work()
    assert told is not None
    assert (told["code"], told["state"]) == (job.code, "done")
    assert there.line.asked[0] == "claim"
    assert there.line.asked[-1] == "result"
    job.refresh_from_db()
    assert (job.state, job.lent, job.runner_id) == ("done", None, there.runner.pk)
    assert job.outcomes.count() == len(of_profile(Profile("tls")))
    assert there.work() is None
    page = Client(headers={"host": "localhost"})
    page.force_login(cast.accounts["wei"])
    text = page.get(reverse("probing", args=[job.code])).content.decode()
    assert "近旁测试机" in text
    assert there.runner.fingerprint in text
    sent = page.get(reverse("probing_log", args=[job.code]))
    assert len(sent.content.splitlines()) == job.sent


def test_a_result_is_sent_again_until_the_site_is_there(there: Near, quick: list[str]) -> None:
    job = there.ask()

    def fall(path: str) -> None:
        if path.endswith("result") and not there.waits:
            there.line.broken = 2
            raise httpx.ConnectError("down")

    there.line.heard = fall
    told = there.work()
    assert told is not None
    assert told["state"] == "done"
    assert there.waits == [2.0, 4.0, 8.0]
    assert quick == [job.target]


def test_an_answer_that_was_lost_changes_nothing(there: Near, quick: list[str]) -> None:
    job = there.ask()
    jobs = there.jobs()
    first, second = jobs.claim("claim-12345"), jobs.claim("claim-12345")
    assert first is not None
    assert second is not None
    assert (first.code, second.code) == (job.code, job.code)
    job.refresh_from_db()
    assert job.attempts == 1
    assert jobs.claim("claim-67890") is None
    now = first.now
    begun = now()
    probes = tuple(Assessed(each, ()) for each in of_profile(Profile("tls")))
    made_ = ProbeReport(Target.parse(job.target), "tls", probes, begun, now(), (), ())
    report = json.dumps(made_.to_json(load_pack())).encode()
    assert jobs.send(first, report, b"") == jobs.send(first, report, b"")


def test_a_consent_that_is_withdrawn_stops_the_runner_before_its_next_probe(
    there: Near, quick: list[str]
) -> None:
    job = there.ask()

    def withdraw(path: str) -> None:
        if path.endswith("alive"):
            given = there.system.consents.filter(withdrawn__isnull=True).first()
            if given is not None:
                consenting.withdraw(given, actor=there.cast.actor("zhou"), at=timezone.now())

    there.line.heard = withdraw
    told = there.work()
    assert told is not None
    assert told["state"] == "stopped"
    assert there.line.asked == ["claim", "alive"]
    near.free(now=timezone.now())
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", probing.WITHDRAWN)


def test_a_runner_goes_nowhere_where_its_own_operator_does_not_let_it(
    there: Near, quick: list[str]
) -> None:
    job = there.ask()
    told = there.work("10.0.0.0/8")
    assert told is not None
    assert told["state"] == "failed"
    assert "127.0.0.0/8" in told["why"]["en"]
    assert quick == []
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.problem is not None
    assert "127.0.0.0/8" in job.problem.en


def test_the_clock_near_the_target_does_not_count(
    there: Near, quick: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wrong(probe_jobs.datetime):
        @classmethod
        def now(cls, tz=None):
            raise AssertionError("the clock of this machine was asked")

    monkeypatch.setattr(probe_jobs, "datetime", Wrong)
    there.ask()
    told = there.work()
    assert told is not None
    assert told["state"] == "done"


@pytest.mark.parametrize("broken", ["token", "scope", "key", "ended", "elsewhere"])
def test_neither_token_nor_key_alone_is_handed_anything(there: Near, broken: str) -> None:
    there.ask()
    key = KEY
    if broken == "token":
        there.line.token += "x"
    elif broken == "scope":
        there.line.token = token(there.cast, "zhou", "results", "cases")
    elif broken == "key":
        key = SigningKey(b"\x04" * 32)
    elif broken == "ended":
        runners.end(there.runner, reason="换机", actor=there.cast.actor("zhou"), at=timezone.now())
    else:
        there.line.token = token(there.cast, "wu")
    with pytest.raises(NotTaken) as refused:
        there.jobs(key).claim("claim-12345")
    assert refused.value.text.zh != refused.value.text.en


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("claim", b"{", 400),
        ("claim", b"[]", 422),
        ("claim", b'{"document": {}, "signature": "x"}', 404),
        ("jobs/NONE/alive", b'{"document": {"runner": 1}, "signature": "x"}', 404),
        ("jobs/NONE/result", b"{}", 422),
    ],
)
def test_what_is_no_request_of_a_runner_is_a_clear_problem(
    there: Near, path: str, content: bytes, status: int
) -> None:
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {there.line.token}"})
    answer = client.generic(
        "POST", f"/api/runner/{path}", data=content, content_type="application/json"
    )
    assert answer.status_code == status
    assert answer.json()["detail_zh"]


@pytest.mark.parametrize(
    "changed",
    [{"claim": 5}, {"claim": "x"}, {"claim": "x" * 41}, {"problem": "text"}, {"problem": {}}],
)
def test_a_signed_document_in_another_form_is_refused(there: Near, changed: dict) -> None:
    what = "problem" if "problem" in changed else "claim"
    said = {"schema": f"shixiao/runner-{what}/1", "runner": there.runner.code, "claim": "claim-123"}
    document = said | changed
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {there.line.token}"})
    path = "/api/runner/claim" if what == "claim" else "/api/runner/jobs/NONE/problem"
    body = json.dumps({"document": document, "signature": sign(document, KEY)})
    answer = client.post(path, data=body, content_type="application/json")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(500, content=b"<html>"), "cannot be read"),
        (httpx.Response(200, content=b"[1]"), "cannot be read"),
        (httpx.Response(200, content=b"x" * ((1 << 20) + 1)), "cannot be read"),
        (httpx.Response(429, json={"detail": "slow", "detail_zh": "慢"}), "cannot be read"),
        (httpx.Response(200, json={"job": {"code": "x"}}), "cannot be read"),
        (httpx.Response(302, headers={"location": "https://other"}), "cannot be read"),
    ],
)
def test_a_site_that_speaks_rubbish_is_said_to(answer: httpx.Response, said: str) -> None:
    jobs = Jobs(SITE, "t", "R", KEY, transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(Unavailable, match=said):
        jobs.claim("claim-12345")


@pytest.mark.parametrize(
    "site",
    ["http://site.example", "site.example", "https://u@site", "https://x/y", "https://[", ""],
)
def test_a_token_is_sent_to_no_site_but_by_https(site: str) -> None:
    with pytest.raises(BadInput):
        Jobs(site, "t", "R", KEY)


@pytest.mark.parametrize(
    ("changed", "kind", "said"),
    [
        ({"--network": "all"}, BadInput, "no network"),
        ({"--site": "http://site.example"}, BadInput, "https"),
        ({"--token-file": "empty"}, BadInput, "token is empty"),
        ({"--key": "token"}, BadInput, "no Ed25519 private key"),
        ({}, Unavailable, "cannot be reached"),
    ],
)
def test_the_command_says_in_one_sentence_what_is_wrong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, str],
    kind: type[Exception],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key.pem").write_bytes(KEY.pem())
    (tmp_path / "token").write_text("shixiao_x\n", "ascii")
    (tmp_path / "empty").write_text("\n", "ascii")
    usual = {
        "--site": "http://127.0.0.1:9",
        "--runner": "R",
        "--token-file": "token",
        "--key": "key.pem",
    }
    given = [part for pair in (usual | changed).items() for part in pair]
    ran = CliRunner().invoke(cli, ["probe", "runner", *given, "--once", "--quiet"])
    assert isinstance(ran.exception, kind)
    assert said in str(ran.exception)


def test_runners_are_registered_and_ended_on_the_page(cast: Cast, place: object) -> None:
    head = Client(headers={"host": "localhost"})
    head.force_login(cast.accounts["zhou"])
    assert "还没有近旁测试机" in head.get("/register/runners/").content.decode()
    given = {"department": "health", "name": "机房一号", "key": "wrong"}
    assert head.post("/register/runners/", given).status_code == 422
    given["key"] = KEY.public.pem
    assert head.post("/register/runners/", given).status_code == 302
    made_ = Runner.objects.get()
    page = head.get("/register/runners/").content.decode()
    assert made_.code in page
    assert made_.fingerprint in page
    reader = Client(headers={"host": "localhost"})
    reader.force_login(cast.accounts["wu"])
    assert made_.code not in reader.get("/register/runners/").content.decode()
    assert reader.post(f"/register/runners/{made_.code}/end/").status_code == 403
    assert head.post(f"/register/runners/{made_.code}/end/", {"reason": ""}).status_code == 302
    made_.refresh_from_db()
    assert made_.ended is None
    head.post(f"/register/runners/{made_.code}/end/", {"reason": "换机"})
    made_.refresh_from_db()
    assert made_.ended is not None


def test_the_page_of_a_job_says_who_it_waits_for_since_when_it_runs_and_lets_it_be_taken_back(
    there: Near,
) -> None:
    owner = Client(headers={"host": "localhost"})
    owner.force_login(there.cast.accounts["wei"])
    form = reverse("registered_act", args=[there.system.code, "probe"])
    asked = {"target": "https://127.0.0.1:9", "profile": "tls", "names": "", "accounts": ""}
    assert owner.post(form, asked | {"origin": "elsewhere"}).status_code == 422
    answer = owner.post(form, asked | {"origin": "runner"})
    job = Probing.objects.get()
    assert answer.headers["location"] == reverse("probing", args=[job.code])
    assert probing.run_waiting() == 0
    path = answer.headers["location"]
    assert "在等近旁测试机来取：一号" in owner.get(path).content.decode()
    there.jobs().claim("claim-12345")
    page = owner.get(path).content.decode()
    assert "测试机 一号" in page
    assert "任务重新派出" in page
    assert owner.post(reverse("probing_back", args=[job.code])).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", near.BACK)
