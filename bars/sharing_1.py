"""Bar 1: a look-up with everything on, held against a bare handler on the same server.

Verified, granted, replay-checked, rated, selected, masked, and its receipt on the disk before the
answer. The client, in this process, shares the two cores; its requests are signed beforehand.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import psutil

from bars.gateway_load import Load, closed_loop, open_loop, raw
from bars.gateway_servers import GATEWAY, cpu_of, free_port, server
from bars.gateways import Place, gateway_in, question, signed
from bars.outcome import Outcome

PEOPLE = 100_000
REQUESTS, REDUCED = 60_000, 3_000
CONNECTIONS = 128
RATE, SECONDS, REDUCED_SECONDS = 1_000.0, 600.0, 3.0
MICROSECONDS, SHARE, P99_MS = 200.0, 0.15, 100.0
WARM = 500


def measure(*, full: bool) -> list[Outcome]:
    count = REQUESTS if full else REDUCED
    seconds = SECONDS if full else REDUCED_SECONDS
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        place = gateway_in(Path(folder), people=PEOPLE if full else 2_000, port=port)
        with server(port, *GATEWAY, str(place.path)) as process:
            requests = _requests(place, count + WARM)
            each, load = _closed(process, port, requests)
            held = asyncio.run(
                open_loop(
                    port, _Signing(place), rate=RATE, seconds=seconds, connections=CONNECTIONS
                )
            )
    bare_port = free_port()
    with server(bare_port, "-m", "bars.gateway_servers", str(bare_port)) as process:
        bare, _ = _closed(process, bare_port, requests)
    wrong = sum(load.statuses.values()) - load.statuses[200]
    failed = sum(held.statuses.values()) - held.statuses[200]
    return [
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


class _Signing:
    """Requests signed in slices beforehand, so that none expires while it waits."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._ready: list[bytes] = []

    def __call__(self) -> bytes:
        if not self._ready:
            self._ready = _requests(self._place, 100)
        return self._ready.pop()


def _closed(process: psutil.Process, port: int, requests: list[bytes]) -> tuple[float, Load]:
    """Return the CPU seconds of a request, after some that warm the server up."""
    asyncio.run(closed_loop(port, requests[:WARM], CONNECTIONS))
    used = cpu_of(process)
    load = asyncio.run(closed_loop(port, requests[WARM:], CONNECTIONS))
    return (cpu_of(process) - used) / (len(requests) - WARM), load


def _requests(place: Place, count: int) -> list[bytes]:
    config, made = place.config, []
    for number in range(count):
        asked, headers = signed(config, "/x/people", question(number % 500), valid=300)
        made.append(raw("/x/people", headers, asked.body))
    return made
