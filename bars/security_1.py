"""Bar 1 of SECURITY, transport: what is wrong in the lab is found, and a look costs little.

Each server of the lab has one thing wrong or nothing; every veto has to be found, and nothing else
may be said of any of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bars.outcome import Outcome
from shixiao.security.probing import Given, Gravity, described
from tests.security.lab import faults
from tests.security.lab_tls import authority, by_library, context_of, listening, written
from tests.security.probing import test_certificate, test_protocols

NOTES = {"tls13"}  # told of, and no fault
SECONDS = 2.0
ROUNDS, REDUCED = 10, 2


def measure(*, full: bool) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        found = [*_protocols(), *_certificates(Path(folder))]
        cost = _cost(Path(folder), ROUNDS if full else REDUCED)
    wrong = [(wanted, told) for wanted, told in found if wanted - NOTES]
    right = [told - NOTES for wanted, told in found if not wanted - NOTES]
    vetoes = [(check, told) for wanted, told in wrong for check in wanted & _vetoes()]
    missed = sum(check not in told for check, told in vetoes)
    return [
        Outcome.recorded("servers of the lab with something wrong in transport", len(wrong)),
        Outcome.recorded("hardened ones", len(right)),
        Outcome.at_most("findings of the veto list that were missed", missed, 0),
        Outcome.at_most("other findings missed or too many", _differ(wrong), 0),
        Outcome.at_most("findings on hardened ones", sum(map(len, right)), 0),
        Outcome.at_most("profile tls of a target, the whole command", cost, SECONDS, "CPU s"),
    ]


def _protocols() -> Iterator[tuple[set[str], set[str]]]:
    for server, wanted in test_protocols.CASES:
        with listening(server) as target:
            yield set(wanted), set(faults("protocols", target))


def _certificates(folder: Path) -> Iterator[tuple[set[str], set[str]]]:
    given = Given(ca=written(folder, "ca.pem", authority()[0]))
    for made, wanted in test_certificate.CASES:
        context = context_of(folder, made, ciphers="ECDHE+AESGCM:@SECLEVEL=0")
        with listening(by_library(context)) as target:
            yield set(wanted), set(faults("certificate", target, given))


def _vetoes() -> set[str]:
    return {
        check.id
        for name in ("protocols", "certificate")
        for check in described(name).checks.values()
        if check.severity is Gravity.VETO
    }


def _differ(wrong: list[tuple[set[str], set[str]]]) -> int:
    return sum(len(wanted ^ told) for wanted, told in wrong)


def _cost(folder: Path, rounds: int) -> float:
    """Return the CPU seconds of ``shixiao probe`` with the profile tls, the dearest of some."""
    ca = written(folder, "ca.pem", authority()[0])
    found = []
    with listening(by_library(context_of(folder))) as target:
        for _ in range(rounds):
            before = os.times()
            subprocess.run(
                [
                    *(sys.executable, "-c", "from shixiao.cli import main; main()", "probe"),
                    *(f"127.0.0.1:{target.port}", "--profile", "tls", "--ca", str(ca), "--quiet"),
                ],
                capture_output=True,
                check=True,
            )
            after = os.times()
            used = after.children_user + after.children_system
            found.append(used - before.children_user - before.children_system)
    return round(max(found), 2)
