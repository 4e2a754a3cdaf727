"""The gate lets nobody into a system that is not admitted, and obeys nothing but the true list."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from http.client import HTTPConnection
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml

from bars import gates
from bars.gates import KEY, OTHER, Guarded, missing
from shixiao.gateway.gate import (
    NO_LIST,
    OVER,
    SHUT,
    TOO_OLD,
    UNKNOWN,
    Answers,
    Gate,
    GateSetting,
)
from shixiao.seals import SigningKey
from shixiao.sharing.admission import Admission, Status, write_statuses
from shixiao.sharing.published import Closed
from shixiao.terms import BadInput, Text
from tests.conftest import ROOT

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
GRACE = 3_600
MANUAL = "https://www.example.gov.cn/manual?of=sys2"
SYSTEMS = {
    "sys1": Admission(Status.ADMITTED, date(2026, 3, 2)),
    "sys2": Admission(Status.SUSPENDED, manual=MANUAL),
    "sys3": Admission(Status.RETIRED),
    "sys4": Admission(Status.ADMITTED, date(2026, 3, 1)),
}


def setting(folder: Path) -> GateSetting:
    zone = ZoneInfo("Asia/Shanghai")
    return GateSetting(str(folder / "list.json"), KEY.public, GRACE, folder / "state", zone)


def listed(
    folder: Path,
    version: int = 1,
    *,
    key: SigningKey = KEY,
    issued: datetime = NOW,
    systems: dict[str, Admission] = SYSTEMS,
) -> bytes:
    path = folder / "list.json"
    write_statuses(path, systems, key, version=version, issued=issued)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("system", "now", "why"),
    [
        ("sys1", NOW, None),
        ("sys1", datetime(2026, 3, 2, 10, 59, tzinfo=UTC), None),
        ("sys1", NOW + timedelta(seconds=GRACE + 1), TOO_OLD),
        ("sys2", NOW, SHUT[Status.SUSPENDED]),
        ("sys3", NOW, SHUT[Status.RETIRED]),
        ("sys4", NOW, OVER),
        ("sys5", NOW, UNKNOWN),
        ("", NOW, UNKNOWN),
    ],
)
def test_only_what_is_admitted_now_is_let_in(
    tmp_path: Path, system: str, now: datetime, why: Text | None
) -> None:
    gate = Gate(setting(tmp_path))
    assert gate.word(system, now=now).why == NO_LIST
    gate.take(listed(tmp_path), now=NOW)
    word = gate.word(system, now=now)
    assert word.admitted is (why is None)
    assert word.why == why
    assert word.manual == (MANUAL if system == "sys2" else "")


def test_an_admission_ends_with_its_day_where_the_site_is(tmp_path: Path) -> None:
    gate = Gate(setting(tmp_path))
    issued = datetime(2026, 3, 2, 15, 50, tzinfo=UTC)  # 23:50 in Shanghai
    gate.take(listed(tmp_path, issued=issued), now=issued)
    assert gate.word("sys1", now=issued + timedelta(minutes=9)).admitted
    assert not gate.word("sys1", now=issued + timedelta(minutes=10)).admitted


def test_forged_old_and_rolled_back_lists_are_refused_and_the_last_good_one_holds(
    tmp_path: Path,
) -> None:
    gate = Gate(setting(tmp_path))
    first, second = listed(tmp_path, 1), listed(tmp_path, 2)
    gate.take(second, now=NOW)
    open_now = {"sys2": Admission(Status.ADMITTED, date(2026, 3, 9))}
    forged = listed(tmp_path, 3, key=OTHER, systems=open_now)
    ahead = listed(tmp_path, 3, issued=NOW + timedelta(hours=1), systems=open_now)
    stale = listed(tmp_path, 3, issued=NOW - timedelta(seconds=GRACE + 1), systems=open_now)
    turned = listed(tmp_path, 3).replace(b"suspended", b"admitted")
    for bad in (first, forged, ahead, stale, turned, b"", b"{}", b"\xff" * 40, second[:-40]):
        with pytest.raises(Closed):
            gate.take(bad, now=NOW)
        assert gate.version == 2
        assert not gate.word("sys2", now=NOW).admitted
        assert gate.word("sys1", now=NOW).admitted


def test_a_start_while_the_site_is_down_takes_up_the_list_that_was_kept(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    soon = {"sys1": Admission(Status.ADMITTED, now.date() + timedelta(days=2))}
    Gate(setting(tmp_path)).take(listed(tmp_path, 5, issued=now, systems=soon), now=now)
    (tmp_path / "list.json").unlink()
    again = Gate(setting(tmp_path))
    assert again.word("sys1", now=now).admitted
    with pytest.raises(Closed):  # what was seen before the start is not forgotten
        again.take(listed(tmp_path, 4, issued=now, systems=soon), now=now)
    kept = tmp_path / "state" / "list.json"
    kept.write_bytes(kept.read_bytes().replace(b"sys1", b"sys9"))
    damaged = Gate(setting(tmp_path))
    assert not damaged.word("sys1", now=now).admitted
    assert not damaged.word("sys9", now=now).admitted
    (tmp_path / "state" / "version").write_text("?", "utf-8")
    with pytest.raises(BadInput):
        Gate(setting(tmp_path))


def test_a_list_that_was_ahead_of_the_clock_here_is_obeyed_once_the_clock_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = datetime.now(UTC) + timedelta(minutes=10)
    listed(tmp_path, issued=ahead, systems={"sys1": Admission(Status.ADMITTED, ahead.date())})
    gate = Gate(setting(tmp_path))

    async def looked() -> int:
        async with httpx.AsyncClient() as client:
            await gate.look(client)
        return gate.version

    assert asyncio.run(looked()) == 0
    monkeypatch.setattr("shixiao.gateway.gate.datetime", Later)
    assert asyncio.run(looked()) == 1


class Later(datetime):
    """A clock that was put right: ten minutes on."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/check/sys1", 200),
        ("/check/sys1/any/page", 200),  # Envoy puts the path of the request behind
        ("/check/sys2", 403),
        ("/check/sys1%2F..%2Fsys2", 200),
        ("/check/../sys1", 404),
        ("/check/", 404),
        ("/check/" + "x" * 201, 404),
        ("/", 404),
        ("/health", 200),
    ],
)
def test_the_agent_answers_by_the_system_that_is_named(
    tmp_path: Path, path: str, status: int
) -> None:
    now = datetime.now(UTC)
    systems = SYSTEMS | {"sys1": Admission(Status.ADMITTED, now.date() + timedelta(days=2))}
    listed(tmp_path, issued=now, systems=systems)

    async def asked() -> httpx.Response:
        answers = Answers(setting(tmp_path))
        await answers._gate.look(httpx.AsyncClient())
        transport = httpx.ASGITransport(app=answers)
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            return await client.get(path)

    answer = asyncio.run(asked())
    assert answer.status_code == status
    if status == 403:
        assert answer.headers["x-shixiao-manual"] == MANUAL
        assert "暂停" in answer.json()["why"]["zh"]


TRAEFIK = {  # what forwardAuth of Traefik 3.3 tells of the request, beside its other headers
    "x-forwarded-method": "POST",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "app.example.gov.cn",
    "x-forwarded-uri": "/apply/step?n=1",
    "x-forwarded-for": "198.51.100.7",
    "cookie": "session=1",
}
#: path at the gate, method, headers → status for a system that is admitted, and one that is not.
ASKED = [
    # Traefik asks by GET at the address that it was told, whatever the visitor does.
    ("/check/{system}", "GET", TRAEFIK, 200, 403),
    ("/visit/{system}", "GET", TRAEFIK, 200, 403),  # a form that is sent is not led elsewhere
    ("/visit/{system}", "GET", TRAEFIK | {"x-forwarded-method": "GET"}, 200, 302),
    ("/visit/{system}", "GET", TRAEFIK | {"x-forwarded-method": "HEAD"}, 200, 302),
    # Envoy asks by the visitor's method, at his path behind path_prefix, without his body.
    *[
        (f"/{place}/{{system}}{path}", method, {"content-length": "0"}, 200, status)
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")
        for place, path, status in (
            ("check", "/", 403),
            ("check", "/apply/step?n=1&to=/check/sys1", 403),
            ("visit", "/apply//step/../x;y", 302 if method in {"GET", "HEAD"} else 403),
        )
    ],
]


@pytest.mark.parametrize(("path", "method", "headers", "let_in", "shut"), ASKED)
def test_traefik_and_envoy_are_answered_as_they_ask(
    tmp_path: Path, path: str, method: str, headers: dict[str, str], let_in: int, shut: int
) -> None:
    now = datetime.now(UTC)
    systems = SYSTEMS | {"sys1": Admission(Status.ADMITTED, now.date() + timedelta(days=2))}
    listed(tmp_path, issued=now, systems=systems)

    async def asked() -> list[httpx.Response]:
        answers = Answers(setting(tmp_path))
        await answers._gate.look(httpx.AsyncClient())
        transport = httpx.ASGITransport(app=answers)
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            return [
                await client.request(method, path.format(system=system), headers=headers)
                for system in ("sys1", "sys2", "sys3", "unknown")
            ]

    admitted, suspended, retired, unknown = asyncio.run(asked())
    assert admitted.status_code == let_in == 200  # Envoy lets through nothing but 200
    assert suspended.status_code == shut
    assert (retired.status_code, unknown.status_code) == (403, 403)
    assert suspended.headers["x-shixiao-manual"] == MANUAL
    assert suspended.headers.get("location") == (MANUAL if shut == 302 else None)
    assert suspended.headers["cache-control"] == "no-store"


def spoken(line: HTTPConnection, method: str, path: str, headers: dict[str, str]) -> int:
    """Ask on a connection that is kept, as a server before a system does; return the status.

    A body behind an answer to HEAD would be taken for the head of the next answer.
    """
    line.request(method, path, headers=headers)
    answer = line.getresponse()
    answer.read()
    return answer.status


@pytest.mark.slow
def test_the_agent_is_spoken_to_on_the_line_as_traefik_and_envoy_do(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    systems = SYSTEMS | {"sys1": Admission(Status.ADMITTED, now.date() + timedelta(days=2))}
    listed(tmp_path, issued=now, systems=systems)
    with gates.agent(tmp_path) as port:
        address, deadline = f"http://127.0.0.1:{port}/health", time.monotonic() + 30
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if httpx.get(address, trust_env=False).status_code == 200:
                    break
            time.sleep(0.1)
        line = HTTPConnection("127.0.0.1", port, timeout=10)
        envoy = {"host": "app.example.gov.cn", "content-length": "0"}
        for system, status in (("sys1", 200), ("sys2", 403), ("sys1", 200)):
            assert spoken(line, "GET", f"/check/{system}", TRAEFIK) == status
            for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS", "PROPFIND"):
                assert spoken(line, method, f"/check/{system}/apply?n=1", envoy) == status
        line.close()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """A page behind nginx and the agent."""
    if missing():
        pytest.skip("nginx is not installed")
    with gates.guarded(tmp_path) as found:
        yield found


@pytest.mark.slow
def test_nginx_lets_nobody_in_while_the_system_is_not_admitted(guarded: Guarded) -> None:
    day = date.today() + timedelta(days=2)
    admitted = {"sys1": Admission(Status.ADMITTED, day)}
    shut = {"sys1": Admission(Status.SUSPENDED, manual=MANUAL)}
    guarded.until(302, seconds=30)  # no list yet: closed
    guarded.publish(1, admitted)
    guarded.until(200, seconds=30)
    guarded.publish(2, shut)
    time.sleep(2.0)
    with httpx.Client(trust_env=False) as client:
        answers = [client.get(guarded.address) for _ in range(300)]
    assert {answer.status_code for answer in answers} == {302}
    assert {answer.headers["location"] for answer in answers} == {MANUAL}
    guarded.publish(3, admitted)
    guarded.until(200, seconds=30)
    guarded.list.unlink()  # the site is down
    assert httpx.get(guarded.address, trust_env=False).status_code == 200
    guarded.until(302, seconds=60)  # the grace is over


PAGE = ROOT / "docs" / "how-to" / "admit-a-system.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def examples(kind: str) -> list[str]:
    """Return the configurations of a kind on the page about gates."""
    return [text for name, text in BLOCK.findall(PAGE.read_text("utf-8")) if name == kind]


def test_the_examples_of_traefik_and_envoy_are_whole_and_closed() -> None:
    traefik, envoy = map(yaml.safe_load, examples("yaml"))
    http = traefik["http"]
    for router in http["routers"].values():
        assert router["service"] in http["services"]
        (asked,) = (http["middlewares"][name]["forwardAuth"] for name in router["middlewares"])
        assert asked["address"] == "http://127.0.0.1:8790/visit/queue"
        assert asked["trustForwardHeader"] is False
    known = {each["name"] for each in envoy["static_resources"]["clusters"]}
    (listener,) = envoy["static_resources"]["listeners"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    first, last = (each["typed_config"] for each in manager["http_filters"])
    assert first["failure_mode_allow"] is False
    assert first["http_service"]["path_prefix"] == "/visit/queue"
    assert first["http_service"]["server_uri"]["cluster"] in known
    assert last["@type"].endswith("router.v3.Router")  # it comes last, behind the gate
    (host,) = manager["route_config"]["virtual_hosts"]
    assert {each["route"]["cluster"] for each in host["routes"]} <= known


def test_the_example_of_nginx_is_taken_by_nginx(tmp_path: Path) -> None:
    if missing():
        pytest.skip("nginx is not installed")
    (example,) = examples("nginx")
    conf = tmp_path / "nginx.conf"
    head = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; server {{ "
    conf.write_text(f"{head} listen 127.0.0.1:18081; {example} }} }}", "utf-8")
    done = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(conf)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
