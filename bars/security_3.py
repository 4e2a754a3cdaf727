"""Bar 3 of SECURITY: nobody passes a system that is shut, through nginx and through the gateway.

Both obey a signed list. It is changed while they run; two seconds later everybody is asked for, ten
thousand times each way. Then the site is down: the last good list holds for its grace, and nobody
passes after. Lists that are forged, rolled back or of an admission that is over change nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

from bars import gates
from bars.gates import KEY, OTHER, SYSTEM, Guarded
from bars.gateway_servers import GATEWAY, free_port, server
from bars.gateways import gateway_in, question, signed
from bars.outcome import Outcome
from shixiao.sharing.admission import Admission, Status

TRIES, REDUCED = 10_000, 200
SETTLED = 2.0  # seconds after which a decision is obeyed
PATIENCE = 60.0
PATH = "/x/people"
MANUAL = "https://www.example.gov.cn/by-hand"
SHUT = Admission(Status.SUSPENDED, manual=MANUAL)


def measure(*, full: bool) -> list[Outcome]:
    tries = TRIES if full else REDUCED
    if gates.missing():
        return [Outcome.at_least("nginx is installed", 0, 1)]
    return [*_through_nginx(tries), *_through_the_gateway(tries)]


def _through_nginx(tries: int) -> list[Outcome]:
    admitted = {SYSTEM: Admission(Status.ADMITTED, date.today() + timedelta(days=9))}
    with (
        tempfile.TemporaryDirectory() as folder,
        gates.guarded(Path(folder)) as page,
        httpx.Client(trust_env=False) as client,
    ):

        def passed(count: int) -> int:
            return _statuses(lambda: client.get(page.address), count)[200]

        page.until(302, seconds=PATIENCE)
        old = page.publish(1, admitted)
        page.until(200, seconds=PATIENCE)
        page.publish(2, {SYSTEM: SHUT})
        slow = page.until(302, seconds=PATIENCE)
        page.publish(3, admitted)
        page.until(200, seconds=PATIENCE)
        page.publish(4, {SYSTEM: SHUT})
        time.sleep(SETTLED)
        shut = passed(tries)
        wrong = _lies(page, old, lambda: passed(max(20, tries // 100)))
        page.publish(9, admitted)
        page.until(200, seconds=PATIENCE)
        page.list.unlink()
        held = passed(20)
        page.until(302, seconds=PATIENCE)
        after = passed(max(20, tries // 100))
    return [
        Outcome.at_most(f"nginx: of {tries:,} that pass a system shut for two seconds", shut, 0),
        Outcome.at_most("nginx: seconds from the decision to the door", round(slow, 2), SETTLED),
        Outcome.at_most("nginx: that pass on a forged, old or ended list", wrong, 0),
        Outcome.at_least("nginx: of 20 that pass within the grace, the site being down", held, 20),
        Outcome.at_most("nginx: that pass once the grace is over", after, 0),
    ]


def _lies(page: Guarded, old: bytes, passed: Callable[[], int]) -> int:
    """Put lists in place that must not be obeyed, one after the other; return who passed."""
    good = Admission(Status.ADMITTED, date.today() + timedelta(days=9))
    over = Admission(Status.ADMITTED, date.today() - timedelta(days=2))
    found = 0
    for put in (
        lambda: page.publish(5, {SYSTEM: good}, key=OTHER),
        lambda: page.list.write_bytes(old),
        lambda: page.list.write_bytes(page.publish(6, {SYSTEM: good}).replace(b"6", b"7")),
        lambda: page.publish(7, {SYSTEM: good}, issued=datetime.now(UTC) - timedelta(days=2)),
        lambda: page.publish(8, {SYSTEM: over}),
    ):
        page.publish(4, {SYSTEM: SHUT}, key=KEY)
        put()
        time.sleep(SETTLED)
        found += passed()
    return found


def _through_the_gateway(tries: int) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        place = gateway_in(Path(folder), people=50, port=port)
        with (
            server(port, *GATEWAY, str(place.path)),
            httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
        ):

            def ask() -> httpx.Response:
                asked, headers = signed(place.config, PATH, question(3))
                return client.post(PATH, content=asked.body, headers=headers)

            before = _statuses(ask, 20)[200]
            place.admit(register=SHUT)
            time.sleep(SETTLED)
            shut = _statuses(ask, tries)[200]
            place.admit()
            time.sleep(SETTLED)
            again = _statuses(ask, 20)[200]
    return [
        Outcome.at_most(f"gateway: of {tries:,} that pass a system shut for two seconds", shut, 0),
        Outcome.at_least("gateway: of 40 that pass while it is admitted", before + again, 40),
    ]


def _statuses(ask: Callable[[], httpx.Response], count: int) -> Counter[int]:
    return Counter(ask().status_code for _ in range(count))
