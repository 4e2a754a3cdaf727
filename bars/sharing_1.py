"""Bar 1: a look-up with everything on, held against a bare handler on the same server.

Verified, granted, replay-checked, rated, selected, masked, and its receipt on the disk before the
answer. The client, in this process, shares the two cores; its requests are signed beforehand.

What counts is CPU time of the server's processes, user and system, of all their threads: granian's
own, Python's, and the commits. The bare handler is an ASGI application in its own process, under
the same options of granian; it reads the same requests, over as many connections, and answers each
with the same headers and a content of the same size. Both are asked in turn, slice by slice.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
from nacl.signing import SigningKey

from bars.gateway_load import Load, closed_loop, open_loop, raw
from bars.gateway_servers import GATEWAY, cpu_of, free_port, server
from bars.gateways import Place, gateway_in, question, signed
from bars.outcome import Outcome

PEOPLE = 100_000
REQUESTS, REDUCED = 60_000, 3_000
CONNECTIONS = 128
RATE, SECONDS, REDUCED_SECONDS = 1_000.0, 600.0, 3.0
MICROSECONDS, SHARE, P99_MS = 200.0, 0.15, 100.0
SLICE = 1_500
VERIFIED = 3_000


def measure(*, full: bool) -> list[Outcome]:
    count = REQUESTS if full else REDUCED
    seconds = SECONDS if full else REDUCED_SECONDS
    with tempfile.TemporaryDirectory() as folder:
        port, bare_port = free_port(), free_port()
        place = gateway_in(Path(folder), people=PEOPLE if full else 2_000, port=port)
        with (
            server(port, *GATEWAY, str(place.path)) as process,
            server(bare_port, "-m", "bars.gateway_servers", str(bare_port)) as bare_process,
        ):
            used = _in_turn({port: process, bare_port: bare_process}, place, count)
            each, bare, load = used[port][0], used[bare_port][0], used[port][1]
            held = asyncio.run(
                open_loop(
                    port, _Signing(place), rate=RATE, seconds=seconds, connections=CONNECTIONS
                )
            )
    wrong = sum(load.statuses.values()) - load.statuses[200]
    failed = sum(held.statuses.values()) - held.statuses[200]
    return [
        Outcome.recorded("CPU µs to verify Ed25519 alone, on this machine", _verifying()),
        Outcome.at_most(
            f"CPU µs a look-up with everything on, {count:,} over {CONNECTIONS} connections",
            each * 1e6,
            MICROSECONDS if full else 2 * MICROSECONDS,
            "µs",
        ),
        Outcome.at_least(
            f"share of a bare handler, same server and requests ({bare * 1e6:.0f} µs)",
            bare / each,
            SHARE if full else SHARE / 3,
        ),
        Outcome.at_most(
            f"p99 at {RATE:,.0f} requests/s for {seconds:.0f} s",
            held.quantile(0.99) * 1000,
            P99_MS if full else 10 * P99_MS,
            "ms",
        ),
        Outcome.at_most(f"errors among {sum(held.statuses.values()):,}", wrong + failed, 0),
    ]


def _verifying() -> float:
    """Return what the dearest single step of a look-up costs here, to read the figures by."""
    key, message = SigningKey.generate(), bytes(300)
    signature, verify = key.sign(message).signature, key.verify_key.verify
    begun = time.process_time()
    for _ in range(VERIFIED):
        verify(message, signature)
    return round((time.process_time() - begun) / VERIFIED * 1e6)


class _Signing:
    """Requests signed in slices beforehand, so that none expires while it waits."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._ready: list[bytes] = []

    def __call__(self) -> bytes:
        if not self._ready:
            self._ready = _requests(self._place, 100)
        return self._ready.pop()


def _in_turn(
    servers: Mapping[int, psutil.Process], place: Place, count: int
) -> dict[int, tuple[float, Load]]:
    """Return the CPU seconds of a request at each server, and what came back.

    They are asked in turn, a slice of the same requests each, after some that warm them up: what
    else the machine does falls on both alike.
    """
    used, loads = dict.fromkeys(servers, 0.0), {port: Load() for port in servers}
    for number in range(-1, count // SLICE):
        requests = _requests(place, SLICE)
        for port, process in servers.items():
            before = cpu_of(process)
            load = asyncio.run(closed_loop(port, requests, CONNECTIONS))
            if number >= 0:
                used[port] += cpu_of(process) - before
                loads[port].add(load)
    return {port: (used[port] / (count // SLICE * SLICE), loads[port]) for port in servers}


def _requests(place: Place, count: int) -> list[bytes]:
    config, made = place.config, []
    for number in range(count):
        asked, headers = signed(config, "/x/people", question(number % 500), valid=300)
        made.append(raw("/x/people", headers, asked.body))
    return made
