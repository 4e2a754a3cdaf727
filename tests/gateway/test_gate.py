"""The gate lets nobody into a system that is not admitted, and obeys nothing but the true list."""

from __future__ import annotations

import asyncio
import getpass
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

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

KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
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
        ("/check/sys1", 204),
        ("/check/sys1/any/page", 204),  # Envoy puts the path of the request behind
        ("/check/sys2", 403),
        ("/check/sys1%2F..%2Fsys2", 204),
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


SHIXIAO = "from shixiao.cli import main; main()"
NGINX = """
user {user}; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{front};
    location /app/ {{
      auth_request /gate; auth_request_set $manual $upstream_http_x_shixiao_manual;
      error_page 403 = @manual; alias {folder}/app/;
    }}
    location = /gate {{
      internal; proxy_pass http://127.0.0.1:{gate}/check/sys1; proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }}
    location @manual {{ return 302 $manual; }}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[str]:
    """Run the agent, and nginx that asks it; give the address of a guarded page."""
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "page.txt").write_text("in", "utf-8")
    (tmp_path / "key.pem").write_text(KEY.public.pem, "utf-8")
    gate, front = free_port(), free_port()
    config = tmp_path / "nginx.conf"
    config.write_text(
        NGINX.format(user=getpass.getuser(), folder=tmp_path, front=front, gate=gate), "utf-8"
    )
    command = [sys.executable, "-c", SHIXIAO, "gate", "--list", str(tmp_path / "list.json")]
    command += ["--key", str(tmp_path / "key.pem"), "--state", str(tmp_path / "state")]
    command += ["--grace", "15", "--port", str(gate)]
    running = [
        subprocess.Popen(command, start_new_session=True),
        subprocess.Popen(["nginx", "-p", str(tmp_path), "-c", str(config)]),
    ]
    try:
        yield f"http://127.0.0.1:{front}/app/page.txt"
    finally:
        for each in running:
            each.send_signal(signal.SIGTERM)
            each.wait(timeout=20)


def until(address: str, status: int, *, seconds: float) -> float:
    """Ask until it answers so; return after how many seconds it did."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        try:
            if httpx.get(address, trust_env=False).status_code == status:
                return time.monotonic() - begun
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"no {status} within {seconds} seconds")


@pytest.mark.slow
def test_nginx_lets_nobody_in_while_the_system_is_not_admitted(
    guarded: str, tmp_path: Path
) -> None:
    day = date.today() + timedelta(days=2)
    admitted = {"sys1": Admission(Status.ADMITTED, day)}
    shut = {"sys1": Admission(Status.SUSPENDED, manual=MANUAL)}
    until(guarded, 302, seconds=30)  # no list yet: closed
    listed(tmp_path, 1, issued=datetime.now(UTC), systems=admitted)
    until(guarded, 200, seconds=30)
    listed(tmp_path, 2, issued=datetime.now(UTC), systems=shut)
    time.sleep(2.0)
    with httpx.Client(trust_env=False) as client:
        answers = [client.get(guarded) for _ in range(300)]
    assert {answer.status_code for answer in answers} == {302}
    assert {answer.headers["location"] for answer in answers} == {MANUAL}
    listed(tmp_path, 3, issued=datetime.now(UTC), systems=admitted)
    until(guarded, 200, seconds=30)
    (tmp_path / "list.json").unlink()  # the site is down
    assert httpx.get(guarded, trust_env=False).status_code == 200
    until(guarded, 302, seconds=60)  # the grace is over
