"""Jobs for runners near a target: one at a time, in time, within the consent, taken in once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import transaction

from shixiao.records.models import LeafRow, Probing, Runner, System, Weakness
from shixiao.seals import SigningKey, sign
from shixiao.security.probing import Profile
from shixiao.security.probing.probe import of_profile
from shixiao.terms import BadInput, Text
from shixiao.workflows.refusals import Forbidden, Incomplete, Missing, Refused, Stale
from shixiao.workflows.systems import consenting, near, probing, runners
from tests import systems
from tests.cast import NOW, Cast
from tests.workflows.test_systems import CONSENT

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
KEY, OTHER_KEY = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)
NAME = "claim-one"
INSIDE = CONSENT | {"networks": ["10.0.0.0/8"]}  # where this site does not go
PROFILE = "tls"
PROBES = [each.id for each in of_profile(Profile(PROFILE))]


@dataclass
class Desk:
    """A system whose head has consented, a runner near it, and a job that waits."""

    cast: Cast
    system: System
    runner: Runner
    job: Probing

    def claim(self, name: str = NAME, *, at: datetime = NOW, who: str = "wei") -> Probing | None:
        return near.claim(self.runner, name, actor=self.cast.actor(who), at=at)

    def send(self, report: bytes, *, at: datetime = NOW + MINUTE, **changed: Any) -> Probing:
        sent = result(self, report, **changed)
        actor = self.cast.actor("wei")
        return near.take_result(self.runner, self.job.code, sent, actor=actor, at=at)

    def now(self) -> Probing:
        self.job.refresh_from_db()
        return self.job


@pytest.fixture
def desk(cast: Cast, place: object) -> Desk:
    system = systems.complete(cast, systems.made(cast))
    consenting.consent(system, INSIDE, actor=cast.actor("zhou"), at=NOW)
    runner = registered(cast)
    return Desk(cast, system, runner, asked(cast, system))


def registered(cast: Cast, key: SigningKey = KEY, place: str = "health", who: str = "") -> Runner:
    actor = cast.actor(who or ("zhou" if place == "health" else "li"))
    public = key.public.base64
    return runners.register(cast.places[place], "机房一号", public, actor=actor, at=NOW)


def asked(cast: Cast, system: System, at: datetime = NOW) -> Probing:
    return probing.ask(
        system,
        target=systems.ADDRESS,
        profile=PROFILE,
        lent={"login": "/in", "accounts": [{"name": "a", "password": "secret", "own": ["/a"]}]},
        origin=Probing.Origin.RUNNER,
        actor=cast.actor("wei"),
        at=at,
    )


def report(
    at: datetime = NOW + MINUTE / 2, *, sent: int = 2, names: list[str] = PROBES, **changed: Any
) -> bytes:
    given = {"profile": PROFILE, "sent": sent} | changed
    return systems.run_of(names, at=at, failing=given.pop("failing", ()), **given)


def lines(*moments: datetime) -> bytes:
    rows = [
        {"at": at.isoformat(), "probe": "tls", "what": "hello", "status": 0, "seconds": 0.01}
        for at in moments
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def result(
    desk: Desk,
    said: bytes,
    *,
    log: bytes | None = None,
    claim: str = NAME,
    signed: Mapping[str, str] | None = None,
    packed: bytes | None = None,
) -> near.Sent:
    told = lines(NOW + MINUTE / 2, NOW + MINUTE / 2) if log is None else log
    document = {
        "schema": "shixiao/runner-result/1",
        "runner": desk.runner.code,
        "job": desk.job.code,
        "claim": claim,
        "report_sha256": sha256(said).hexdigest(),
        "log_sha256": sha256(told).hexdigest(),
        "code_version": "1.0",
        **(signed or {}),
    }
    return near.Sent(document, sign(document, KEY), said, packed or gzip.compress(told))


def test_a_job_for_near_the_target_is_left_by_the_site_and_taken_by_one_runner(desk: Desk) -> None:
    assert probing.run_waiting() == 0
    held = desk.claim()
    assert held is not None
    assert (held.pk, held.state, held.runner_id) == (desk.job.pk, "running", desk.runner.pk)
    again = desk.claim(at=NOW + MINUTE)
    assert again is not None
    assert (again.pk, again.attempts) == (held.pk, 1)
    assert desk.claim("claim-two") is None
    second = registered(desk.cast, OTHER_KEY)
    assert near.claim(second, NAME, actor=desk.cast.actor("wei"), at=NOW) is None
    assert near.told_of(held, at=NOW)["lent"]["accounts"][0]["name"] == "a"


def test_without_a_runner_nothing_is_asked_of_one(cast: Cast) -> None:
    system = systems.complete(cast, systems.made(cast))
    consenting.consent(system, INSIDE, actor=cast.actor("zhou"), at=NOW)
    with pytest.raises(Stale, match="No runner"):
        asked(cast, system)
    registered(cast, place="housing")  # one of another department reaches nothing here
    with pytest.raises(Stale, match="No runner"):
        asked(cast, system)


@pytest.mark.parametrize("who", ["wu", "zhao", "jiang"])
def test_a_runner_is_handed_only_jobs_of_its_department_and_in_the_name_of_who_may_probe(
    desk: Desk, who: str
) -> None:
    assert desk.claim(who=who) is None
    foreign = registered(desk.cast, OTHER_KEY, "housing")
    assert near.claim(foreign, NAME, actor=desk.cast.actor("li"), at=NOW) is None
    with pytest.raises(Missing):
        near.take_result(
            foreign, desk.job.code, result(desk, report()), actor=desk.cast.actor("li"), at=NOW
        )
    assert near.alive(foreign, desk.job.code, NAME, n=1, progress=None, at=NOW) == near.GONE


def test_a_job_is_never_handed_out_once_its_consent_has_ended(desk: Desk) -> None:
    after = datetime.fromisoformat(CONSENT["ends"])
    assert desk.claim(at=after) is None
    assert near.free(now=after) == 1
    assert (desk.now().state, desk.job.problem, desk.job.lent) == ("failed", near.OVER, None)


def test_a_consent_that_is_withdrawn_stops_a_runner_and_what_it_sends_is_not_taken(
    desk: Desk,
) -> None:
    desk.claim()
    assert near.alive(desk.runner, desk.job.code, NAME, n=1, progress=None, at=NOW) is None
    given = desk.system.consents.get()
    consenting.withdraw(given, actor=desk.cast.actor("zhou"), at=NOW)
    why = near.alive(desk.runner, desk.job.code, NAME, n=2, progress=None, at=NOW)
    assert why == probing.WITHDRAWN
    with pytest.raises(Stale, match="withdrawn"):
        desk.send(report())
    near.free(now=NOW)
    assert desk.now().state == "failed"


def test_a_claim_that_dies_is_freed_after_the_time_of_its_probes_and_given_up_after_three(
    desk: Desk,
) -> None:
    limit, at = near.limit(PROFILE), NOW
    assert limit > timedelta(seconds=sum(each.seconds for each in of_profile(Profile(PROFILE))))
    for n in range(1, 4):
        held = desk.claim(f"claim-{n:04}", at=at)
        assert held is not None
        assert held.attempts == n
        assert near.free(now=at + limit) == 0
        at += limit + MINUTE
        assert near.free(now=at) == 1
    assert (desk.now().state, desk.job.problem, desk.job.lent) == ("failed", near.VANISHED, None)


def test_progress_is_shown_and_a_claim_that_died_changes_nothing_any_more(desk: Desk) -> None:
    desk.claim()
    said = Text("正在测试", "Testing")
    near.alive(desk.runner, desk.job.code, NAME, n=2, progress=said, at=NOW + MINUTE)
    assert (desk.now().n, desk.job.progress, desk.job.beat) == (2, said, NOW + MINUTE)
    near.free(now=NOW + near.limit(PROFILE) + MINUTE)
    at = NOW + DAY / 24
    assert near.alive(desk.runner, desk.job.code, NAME, n=3, progress=said, at=at) == near.GONE
    with pytest.raises(Stale, match="no longer in the hands"):
        desk.send(report())
    with pytest.raises(Stale):
        near.give_up(desk.runner, desk.job.code, NAME, problem=said, at=at)


def test_a_result_is_taken_in_as_a_run_of_the_site_is_and_the_same_twice_changes_nothing(
    desk: Desk,
) -> None:
    failing = [f"{PROBES[0]}.{next(iter(of_profile(Profile(PROFILE))[0].checks))}"]
    desk.claim()
    said = report(failing=failing)
    desk.send(said)
    done = desk.now()
    assert (done.state, done.lent, done.sent, done.assessed) == ("done", None, 2, len(PROBES))
    assert (done.runner_id, done.code_version) == (desk.runner.pk, "1.0")
    assert done.signature
    assert done.log is not None
    weakness = Weakness.objects.get(system=desk.system, check_id=failing[0])
    assert [(turn.turn, turn.probing_id) for turn in weakness.turns.all()] == [("opened", done.pk)]
    before = LeafRow.objects.count()
    assert desk.send(said, at=NOW + DAY).pk == done.pk
    assert LeafRow.objects.count() == before
    assert weakness.turns.count() == 1
    with pytest.raises(Stale, match="another one"):
        desk.send(report(), at=NOW + DAY)


@pytest.mark.parametrize(
    ("said", "changed", "why"),
    [
        (report(target="https://other.example"), {}, "the job is"),
        (report(profile="web"), {}, "its probes are not those"),
        (report(names=PROBES[1:]), {}, "its probes are not those"),
        (report(NOW - MINUTE), {}, "not between taking the job"),
        (report(NOW + 2 * MINUTE), {}, "not between taking the job"),
        (report(sent=3), {}, "3 were sent"),
        (report(sent=5_001), {}, "5000 were consented to"),
        (report(), {"log": lines(NOW + MINUTE / 2, NOW + MINUTE)}, "line 2 of its log"),
        (report(), {"log": b"{}\n{}\n"}, "line 1 of its log"),
        (report(), {"log": b"[\n" + b"\xff\n"}, "line 1 of its log"),
        (report(), {"signed": {"report_sha256": "0" * 64}}, "report differs"),
        (report(), {"signed": {"log_sha256": "0" * 64}}, "log differs"),
        (report(), {"packed": b"no gzip"}, "log differs"),
        (b"{}", {}, "is no result"),
    ],
)
def test_what_fits_neither_the_job_nor_the_consent_is_refused_and_says_why(
    desk: Desk, said: bytes, changed: dict[str, Any], why: str
) -> None:
    desk.claim()
    with pytest.raises(BadInput, match=why), transaction.atomic():
        desk.send(said, **changed)
    assert desk.now().state == "running"
    desk.send(report())  # the runner may yet send what is right
    assert desk.now().state == "done"


def test_a_result_that_arrives_after_the_window_counts_if_it_was_made_within(desk: Desk) -> None:
    ends = datetime.fromisoformat(CONSENT["ends"])
    desk.claim(at=ends - 5 * MINUTE)
    begun = ends - MINUTE
    desk.send(report(begun), log=lines(begun, begun), at=ends + MINUTE)
    assert desk.now().state == "done"


def test_what_was_sent_outside_the_window_is_not_taken(desk: Desk) -> None:
    ends = datetime.fromisoformat(CONSENT["ends"])
    desk.claim(at=ends - 5 * MINUTE)
    late = ends + MINUTE
    said = report(ends - MINUTE, ended=late.isoformat())
    with pytest.raises(BadInput, match="line 2"):
        desk.send(said, log=lines(ends - MINUTE, late), at=late)


def test_a_job_can_be_taken_back_and_a_runner_can_say_that_it_cannot(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        near.take_back(desk.job, actor=desk.cast.actor("wu"), at=NOW)
    near.take_back(desk.job, actor=desk.cast.actor("wei"), at=NOW)
    assert (desk.now().state, desk.job.problem) == ("failed", near.BACK)
    with pytest.raises(Stale):
        near.take_back(desk.job, actor=desk.cast.actor("wei"), at=NOW)
    desk.job = asked(desk.cast, desk.system)
    desk.claim()
    problem = Text("进不去。", "It cannot get in.")
    near.give_up(desk.runner, desk.job.code, NAME, problem=problem, at=NOW)
    assert (desk.now().state, desk.job.problem, desk.job.lent) == ("failed", problem, None)


@pytest.mark.parametrize(
    ("who", "name", "key", "refused"),
    [
        ("wei", "一号", KEY.public.base64, Forbidden),
        ("wu", "一号", KEY.public.base64, Forbidden),
        ("zhou", " ", KEY.public.base64, Incomplete),
        ("zhou", "一号", "no key", Incomplete),
        ("zhou", "一号", "AQ" + "A" * 41 + "=", Incomplete),  # binds nobody
    ],
)
def test_a_runner_is_registered_by_its_head_under_a_key_that_binds(
    cast: Cast, who: str, name: str, key: str, refused: type[Refused]
) -> None:
    with pytest.raises(refused):
        runners.register(cast.places["health"], name, key, actor=cast.actor(who), at=NOW)


def test_a_runner_that_is_ended_or_signs_with_another_key_is_not_heard(cast: Cast) -> None:
    made, schema = registered(cast), "shixiao/runner-claim/1"
    with pytest.raises(Incomplete, match="registered already"):
        registered(cast)
    said = {"schema": schema, "runner": made.code, "claim": NAME}
    given = {"schema": schema, "actor": cast.actor("wei"), "at": NOW}
    assert runners.heard(said, sign(said, KEY), **given).pk == made.pk
    for document, signature in (
        (said, sign(said, OTHER_KEY)),
        (said, ""),
        (said | {"claim": "another"}, sign(said, KEY)),
        (said | {"schema": "shixiao/runner-alive/1"}, sign(said, KEY)),
        (said | {"claim": 0.5}, sign(said, KEY)),
    ):
        with pytest.raises(Forbidden):
            runners.heard(document, signature, **given)
    with pytest.raises(Forbidden):
        runners.heard(said, sign(said, KEY), schema=schema, actor=cast.actor("wu"), at=NOW)
    with pytest.raises(Forbidden):
        runners.end(made, reason="换机", actor=cast.actor("wei"), at=NOW)
    runners.end(made, reason="换机", actor=cast.actor("zhou"), at=NOW)
    with pytest.raises(Stale):
        runners.end(made, reason="换机", actor=cast.actor("zhou"), at=NOW)
    with pytest.raises(Missing):
        runners.heard(said, sign(said, KEY), **given)
