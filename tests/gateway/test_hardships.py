"""A gateway that runs, and what befalls it: strangers, slow and mixed requests, a full disk."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from bars.gateway_load import raw
from bars.gateway_servers import GATEWAY, free_port, server
from bars.gateways import RECIPIENT, Place, case, gateway_in, person, question, signed
from shixiao.cli import cli
from shixiao.gateway.client import Client
from shixiao.gateway.logs import log_folder, log_key
from shixiao.ledger import Trust, verify_log, verify_receipt
from shixiao.terms import BadInput, Unavailable
from tests.full import full_disk
from tests.gateway.cast import running
from tests.gateway.certificates import Authority

READ = 0.5  # seconds in which a request must have arrived


@contextmanager
def served(folder: Path, **told: Any) -> Iterator[tuple[int, Place, psutil.Process]]:
    port = free_port()
    place = gateway_in(folder, people=100, port=port, **told)
    with server(port, *GATEWAY, str(place.path)) as process:
        yield port, place, process


def a_look_up(place: Place, number: int) -> bytes:
    asked, headers = signed(place.config, "/x/people", question(number))
    return raw("/x/people", headers, asked.body)


def status_of(reply: bytes) -> int:
    return int(reply[9:12]) if reply else 0


def exchange(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send parts over one connection, and return what comes back until it ends or waits."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        for part in parts:
            line.sendall(part)
            time.sleep(pause)
        return line.recv(65_536)


@pytest.mark.slow
def test_a_stranger_to_the_authority_does_not_even_come_to_ask(tmp_path: Path) -> None:
    ours, others = Authority(tmp_path, "ours"), Authority(tmp_path, "others")
    certificate, key = ours.issue("gateway")
    own, stranger = ours.issue("housing")[0], others.issue("stranger")[0]
    tls = {"certificate": str(certificate), "key": str(key), "clients": str(ours.path)}
    secret = tmp_path / "key.pem"
    secret.write_bytes(RECIPIENT.pem())
    port = free_port()
    url = f"https://127.0.0.1:{port}"
    place = gateway_in(tmp_path, people=100, port=port, tls=tls, public_url=url)
    with server(port, *GATEWAY, str(place.path)):
        for shown in (None, stranger):
            client = Client(url, RECIPIENT, "housing-1", tls=_trusting(ours, shown))
            with pytest.raises(Unavailable):
                client.look_up("people", purpose="rent-aid", case=case(1), key=person(1))
            client.close()
        with (
            socket.create_connection(("127.0.0.1", port)) as line,
            pytest.raises(ssl.SSLError),
        ):
            _trusting(others, own).wrap_socket(line, server_hostname="127.0.0.1")
        asked = [url, "people", "--purpose", "rent-aid", "--case", case(1), "--key-id", "housing-1"]
        shown_ones = ["--ca", str(ours.path), "--certificate", str(own)]
        told = CliRunner().invoke(
            cli,
            [
                "sharing",
                "get",
                *asked,
                "--key-file",
                str(secret),
                *shown_ones,
                "--person-file",
                "-",
            ],
            input=person(1),
        )
        assert told.exit_code == 0, told.output
        assert "王*" in told.output
        missing = ["--ca", str(tmp_path / "none.pem")]
        told = CliRunner().invoke(
            cli, ["sharing", "get", *asked, "--key-file", str(secret), *missing]
        )
        assert isinstance(told.exception, BadInput)


def _trusting(authority: Authority, shown: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.path)
    if shown is not None:
        context.load_cert_chain(shown)
    return context


@pytest.mark.slow
def test_slow_and_mixed_requests_harm_nobody_else(tmp_path: Path) -> None:
    with served(tmp_path, limits={"read": READ, "linger": 0.001}) as (port, place, _):
        assert status_of(exchange(port, a_look_up(place, 1))) == 200
        head, _, body = a_look_up(place, 2).partition(b"\r\n\r\n")
        line = socket.create_connection(("127.0.0.1", port), timeout=20)
        line.sendall(head[:40])  # a head that never ends
        reply = exchange(port, head + b"\r\n\r\n" + body[:10])  # a body that never ends
        assert status_of(reply) == 408
        assert b"too_slow" in reply
        assert status_of(line.recv(1_000)) in {0, 408}  # closed, with or without a word
        line.close()
        whole = head + b"\r\n\r\n" + body
        assert status_of(exchange(port, whole)) == 200  # its nonce was not used up
        assert status_of(exchange(port, whole)) == 409
        late, later = a_look_up(place, 3), a_look_up(place, 4)
        assert status_of(exchange(port, later)) == 200  # what was signed later comes first
        assert status_of(exchange(port, late)) == 200
        assert status_of(exchange(port, later)) == 409
        mixed = late.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + later.partition(b"\r\n\r\n")[2]
        assert status_of(exchange(port, mixed)) == 401
        slowly = a_look_up(place, 5)
        parts = [slowly[:100], slowly[100:300], slowly[300:]]
        assert status_of(exchange(port, *parts, pause=READ / 5)) == 200


@pytest.mark.slow
def test_a_full_disk_of_the_server_stops_data_and_nothing_else(tmp_path: Path) -> None:
    with served(tmp_path) as (port, place, process):
        client = Client(
            "http://gateway.test", RECIPIENT, "housing-1", at=f"http://127.0.0.1:{port}"
        )

        def ask(number: int) -> str:
            had = client.look_up(
                "people", purpose="rent-aid", case=case(number), key=person(number)
            )
            return had.receipt

        receipts = [ask(1)]
        (worker,) = (w for w in process.children() if "resource_tracker" not in str(w.cmdline()))
        unlimited = worker.rlimit(resource.RLIMIT_FSIZE)
        worker.rlimit(resource.RLIMIT_FSIZE, (0, unlimited[1]))
        for number in range(2, 6):
            with pytest.raises(Unavailable, match="ledger"):
                ask(number)
        worker.rlimit(resource.RLIMIT_FSIZE, unlimited)
        receipts += [ask(number) for number in range(2, 6)]
        trust = Trust((log_key(place.config, 0).log_key,))
        for receipt in receipts:
            assert verify_receipt(_proof(client, receipt), trust, file=receipt).valid
        client.close()
    assert verify_log(log_folder(place.config, 0), trust).valid


def _proof(client: Client, receipt: str) -> bytes:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = client.proof(receipt)
        if found is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("the receipt stays pending")


def test_on_a_full_disk_nothing_leaves_and_afterwards_everything_works(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            assert (await at.ask(question(1))).status == 200
            with full_disk():
                came = await at.ask(question(2))
                assert (came.status, came.reason) == (503, "ledger")
                assert "王".encode() not in came.body
                refused = await at.ask(question(2, purpose="other"))
                assert (refused.status, refused.reason) == (503, "ledger")
                assert (await at.send("GET", "/health")).status == 200
            came = await at.ask(question(2))
            assert came.status == 200
            assert await at.proof(came.json["receipt"])
        trust = Trust((log_key(place.config, 0).log_key,))
        assert verify_log(log_folder(place.config, 0), trust).valid

    asyncio.run(story())


def test_a_body_that_does_not_arrive_is_refused_and_its_nonce_stays_free(tmp_path: Path) -> None:
    place = gateway_in(tmp_path, people=10, limits={"read": 0.05, "seal": 0.02})
    asked, headers = signed(place.config, "/x/people", question(1))

    async def story() -> None:
        async with running(place) as at:
            came = await at.send("POST", "/x/people", headers, asked.body, stalls=True)
            assert (came.status, came.reason) == (408, "too_slow")
            assert (await at.send("POST", "/x/people", headers, asked.body)).status == 200

    asyncio.run(story())
