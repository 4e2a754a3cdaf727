"""Bar 6 of voice: matters by the form of the site, second after second, while others read.

The web server as it is shipped (granian, two workers), PostgreSQL and the sequencer of the ledger
share the cores with whoever sends. Every matter comes singly by the public form, from an address
of its own; an answer that is no receipt counts as an error, a receipt that is not in the records
afterwards as lost. Routing follows and is timed by itself.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bars.gateway_servers import free_port
from bars.outcome import Outcome
from bars.production import SHIXIAO
from bars.sites import ROOT, BarSite, cpu_of, end, prepared_site

RATE, SECONDS, READERS = 200.0, 600.0, 2_000.0  # matters a second; readers a minute
REDUCED = (15.0, 4.0, 120.0)
PATIENCE = 240.0
ENVIRONMENT = {
    "SHIXIAO_PROXIED": "1",
    "SHIXIAO_HOSTS": "127.0.0.1",
    "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
}


def measure(*, full: bool) -> list[Outcome]:
    rate, seconds, readers = (RATE, SECONDS, READERS) if full else REDUCED
    with prepared_site("postgresql", **ENVIRONMENT) as site, tempfile.TemporaryDirectory() as place:
        said = Path(place) / "receipts"
        sent, cost = _under_load(site, said, rate, seconds, readers)
        found = site.run("brought", said)
    offered = f"{sent['matters']:,} matters offered at {rate:g} a second"
    per = 1000 / max(sent["matters"], 1)
    return [
        Outcome(f"errors, {offered}, {sent['readers']:,} readers", sent["errors"], "0",
                sent["errors"] == 0),
        Outcome("matters lost", found["lost"], "0", found["lost"] == 0),
        Outcome("matters without a leaf of their own", found["leafless"], "0",
                found["leafless"] == 0),
        *([Outcome.at_least("matters taken a second", round(sent["rate"], 1), 0.99 * rate)]
          if full else [Outcome.recorded("matters taken a second", round(sent["rate"], 1))]),
        Outcome.recorded("wait for a receipt, median", sent["median_ms"], "ms"),
        Outcome.recorded("wait for a receipt, 99 of 100", sent["p99_ms"], "ms"),
        Outcome.recorded("wait of readers, 99 of 100", sent["read_p99_ms"], "ms"),
        Outcome.recorded("CPU of the web server a matter", cost["web"] * per, "ms"),
        Outcome.recorded("CPU of the sequencer a matter", cost["sequencer"] * per, "ms"),
        Outcome.recorded("matters looked at by routing a CPU second", found["routed_a_second"]),
    ]  # fmt: skip


def _under_load(
    site: BarSite, said: Path, rate: float, seconds: float, readers: float
) -> tuple[dict[str, Any], dict[str, float]]:
    port = free_port()
    sequencer = site.start_django("sequence")
    with tempfile.TemporaryFile() as log:
        web = subprocess.Popen(
            [*SHIXIAO, "web", "--port", str(port), "--workers", "2"],
            env=site.environment, start_new_session=True, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _await(port)
            before = {"web": cpu_of(web.pid), "sequencer": cpu_of(sequencer.pid)}
            load = [sys.executable, "-m", "bars.voice_load", *map(str, (port, rate, seconds))]
            done = subprocess.run(
                [*load, str(readers), str(said)], cwd=ROOT, env=site.environment,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                raise RuntimeError(f"the load failed: {done.stderr[-2000:]}")
            cost = {"web": cpu_of(web.pid), "sequencer": cpu_of(sequencer.pid)}
        finally:
            end(web, signal.SIGTERM)
            end(sequencer, signal.SIGTERM)
    sent = json.loads(done.stdout)
    if sent["errors"]:
        print(f"the first of {sent['errors']} errors: {sent['first_errors']}", file=sys.stderr)
    return sent, {name: cost[name] - before[name] for name in cost}


def _await(port: int) -> None:
    until = time.monotonic() + PATIENCE
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < until:
            try:
                if client.get(f"http://127.0.0.1:{port}/voice/").status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
    raise RuntimeError("the site does not answer")
