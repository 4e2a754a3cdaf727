"""Bar 2: ``kill -9`` under load. What a client received has its receipt; no data without a leaf.

Two workers serve; one after another is killed and started again by the server, and now and then all
of it at once. The client notes each receipt as soon as the head of an answer is there, and the
digest of whatever came whole. At the end every one is proven from the logs, and opened.
"""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from bars.gateway_load import Load, open_loop, raw
from bars.gateway_servers import GATEWAY, free_port, kill, start
from bars.gateways import Place, gateway_in, question, signed
from bars.outcome import Outcome
from shixiao.gateway.config import Config
from shixiao.gateway.database import reading
from shixiao.gateway.logs import log_folder, log_key
from shixiao.gateway.receipts import as_leaf, salt_of
from shixiao.gateway.records import gateway_keys, read_uses
from shixiao.ledger import LogFolder, Receipt, Trust, opens, verify_log, verify_receipt

KILLS, REDUCED = 300, 6
WHOLE_SHARE = 0.1  # of the kills, everything at once
RATE, CONNECTIONS = 150.0, 16
SHORTEST, LONGEST = 0.3, 1.2  # seconds between kills
SETTLED = 60.0  # seconds in which what waits must be in the tree


def measure(*, full: bool) -> list[Outcome]:
    kills = KILLS if full else REDUCED
    rng = random.Random(2)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        place = gateway_in(Path(folder), people=2_000, port=port, workers=2)
        load, killed = _under_load(place, port, kills, rng)
        child = start(port, *GATEWAY, str(place.path))
        _settle(place.config)
        kill(child, signal.SIGTERM)
        unproven, untrue = _unproven(place.config, load)
        faults = sum(
            len(verify_log(log_folder(place.config, n), _trust(place.config, n)).faults)
            for n in range(len(list((place.folder / "state" / "logs").iterdir())))
        )
        leafless = _leafless(place.config)
    return [
        Outcome.at_least("kill -9 under load", killed, kills),
        Outcome.at_least("answers received", load.statuses[200], kills * 5),
        Outcome.at_most(f"of {len(load.receipts):,} receipts seen, not proven", unproven, 0),
        Outcome.at_most("answers unlike what their leaf commits to", untrue, 0),
        Outcome.at_most("records of data given without their leaf", leafless, 0),
        Outcome.at_most("faults of the logs", faults, 0),
    ]


def _under_load(place: Place, port: int, kills: int, rng: random.Random) -> tuple[Load, int]:
    """Kill while others ask, until so many died."""
    config, counter = place.config, iter(range(1 << 40))

    def request() -> bytes:
        asked, headers = signed(config, "/x/people", question(next(counter) % 500))
        return raw("/x/people", headers, asked.body)

    killed = 0
    child = start(port, *GATEWAY, str(place.path))
    found: list[Load] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            loop = open_loop(port, request, rate=RATE, seconds=2.0, connections=CONNECTIONS)
            found.append(asyncio.run(loop))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        while killed < kills:
            time.sleep(rng.uniform(SHORTEST, LONGEST))
            if child.poll() is not None:  # the server gives up where workers die in a row
                child = start(port, *GATEWAY, str(place.path))
            elif rng.random() < WHOLE_SHARE:
                kill(child, signal.SIGKILL)
                child = start(port, *GATEWAY, str(place.path))
                killed += 1
            else:
                killed += _kill_one(child, rng)
    finally:
        ended.set()
        asking.join()
        kill(child, signal.SIGKILL)
    return _together(found), killed


def _kill_one(child: subprocess.Popen[bytes], rng: random.Random) -> int:
    """Kill a worker, and say how many died."""
    workers = [
        each
        for each in psutil.Process(child.pid).children()
        if "resource_tracker" not in " ".join(each.cmdline())
    ]
    if not workers:
        return 0
    with suppress(psutil.NoSuchProcess):
        rng.choice(workers).kill()
        return 1
    return 0


def _together(found: list[Load]) -> Load:
    whole = Load()
    for each in found:
        whole.add(each)
    return whole


def _settle(config: Config) -> None:
    """Wait until no leaf waits."""
    base = reading(config.state)
    until = time.monotonic() + SETTLED
    while time.monotonic() < until:
        if base.execute("SELECT count(*) FROM waiting").fetchone() == (0,):
            break
        time.sleep(0.2)
    base.close()


def _trust(config: Config, worker: int) -> Trust:
    return Trust((log_key(config, worker).log_key,))


def _unproven(config: Config, load: Load) -> tuple[int, int]:
    """Return how many receipts are not proven, and how many answers differ from their leaf."""
    trust = Trust(tuple(log_key(config, n).log_key for n in range(config.workers + 4)))
    known = {use.receipt: use for use in read_uses(config, gateway_keys(config), "1", ())}
    unproven = untrue = 0
    for receipt, response in load.receipts.items():
        use = known.get(receipt)
        proof = use.proof if use else None
        if use is None or proof is None or not verify_receipt(proof, trust, file=receipt).valid:
            unproven += 1
            continue
        leaf = as_leaf(Receipt.parse(proof).entry or b"")
        salt = salt_of(bytes.fromhex(use.salt), "response")
        done = leaf.event == "exchange.done" and leaf.subject == receipt
        if response and not (done and opens(leaf.sealed["response"], response, salt=salt)):
            untrue += 1
    return unproven, untrue


def _leafless(config: Config) -> int:
    """Return how many records say that data were given, of which no log has the leaf."""
    base = reading(config.state)
    rows = base.execute("SELECT worker, ordinal FROM records WHERE outcome = ''").fetchall()
    base.close()
    sizes = {
        int(path.name[1:]): LogFolder(path).now().checkpoint.size
        for path in (config.state / "logs").iterdir()
    }
    return sum(ordinal >= sizes[worker] for worker, ordinal in rows)
