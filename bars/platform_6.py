"""Bar 6: a million entries at little cost, and acts of a site proven within two seconds.

First the log itself: each job runs in a process of its own, and the work of reading entries from a
database is not in it. Then a site on each database: people act, the sequencer keeps up.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bars.ledger_mutations import LOG
from bars.outcome import Outcome
from bars.site_rates import RATE, rate_on
from bars.workers import ROOT, measured
from shixiao.ledger import LogFolder, Trust, verify_log
from shixiao.ledger.store import open_log

ENTRIES, BATCH = 1_000_000, 20_000
REDUCED, REDUCED_BATCH = 20_000, 2_000
ENTRY_BYTES = 300
PROOFS = 1_000
LEAVES_PER_SECOND = 20_000
PROOF_MS = 1.0
AUDIT_S_PER_MILLION = 10.0
AUDIT_MB = 200
SECONDS, REDUCED_SECONDS = 30.0, 2.0
REDUCED_RATE = 30.0


def measure(*, full: bool) -> list[Outcome]:
    rate, seconds = (RATE, SECONDS) if full else (REDUCED_RATE, REDUCED_SECONDS)
    return [
        *_log(full=full),
        *rate_on("postgresql", rate=rate, seconds=seconds, held=full),
        *rate_on("sqlite", rate=rate, seconds=seconds, held=False),
    ]


def _log(*, full: bool) -> list[Outcome]:
    entries, batch = (ENTRIES, BATCH) if full else (REDUCED, REDUCED_BATCH)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "log")
        written = _in_child("write", path, entries, batch)
        proven = _in_child("prove", path)
        audited = _in_child("audit", path)
    rate = entries / written["cpu_s"]
    each = proven["cpu_s"] / PROOFS * 1000
    a_million = audited["cpu_s"] * 1_000_000 / entries
    outcomes = [
        Outcome.at_least(
            f"entries written per CPU second, {entries:,} in batches of {batch:,}",
            round(rate),
            LEAVES_PER_SECOND,
            cost=written,
        ),
        Outcome.at_most(
            f"CPU ms per inclusion proof, {PROOFS:,} at random", each, PROOF_MS, "ms", cost=proven
        ),
        Outcome.at_most(
            "CPU seconds of a full audit per million entries",
            a_million,
            AUDIT_S_PER_MILLION,
            "s",
            cost=audited,
        ),
        Outcome("the audit finds nothing", audited["value"], "yes", audited["value"]),
    ]
    if full:
        outcomes.append(Outcome.at_most("its peak memory", audited["peak_mb"], AUDIT_MB, "MB"))
    return outcomes


def write(path: str, entries: str, batch: str) -> dict[str, Any]:
    """Append entries batch by batch, each batch sealed by a checkpoint on the disk."""
    body = b"x" * (ENTRY_BYTES - 10)

    def work() -> None:
        with open_log(Path(path), key=LOG.log_key, signers=[LOG.sign]) as log:
            for start in range(0, int(entries), int(batch)):
                log.append([b"%010d%b" % (n, body) for n in range(start, start + int(batch))])

    return measured(work)


def prove(path: str) -> dict[str, Any]:
    """Prove entries at random, from the tiles on the disk."""
    snapshot = LogFolder(Path(path)).now()
    rng = random.Random(1)
    chosen = [rng.randrange(snapshot.checkpoint.size) for _ in range(PROOFS)]
    return measured(lambda: sum(len(snapshot.inclusion(index)) for index in chosen))


def audit(path: str) -> dict[str, Any]:
    """Check every entry and hash."""
    return measured(lambda: verify_log(Path(path), Trust((LOG.log_key,))).valid)


JOBS: dict[str, Callable[..., dict[str, Any]]] = {"write": write, "prove": prove, "audit": audit}


def _in_child(name: str, *arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bars.platform_6", name, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
