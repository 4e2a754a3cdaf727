"""Bar 1 of SECURITY: what is wrong in the lab is found, nothing else is said, and it costs little.

Every target is a process of its own (``security_lab``). All that its probes find has to be what is
wrong with it: no veto may be missed, and of a hardened target nothing may be said. On four targets
testssl.sh of Debian has to say the same of what both look at.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bars.outcome import Outcome
from bars.security_lab import Placed, lab
from shixiao.security.probing import Gravity, Target
from shixiao.security.probing.probe import probes
from tests.security.lab import listening, looked
from tests.security.lab_tls import authority, by_library, context_of, written

SECONDS = 2.0
ROUNDS, REDUCED = 10, 2
WRONG, HARDENED = 40, 10
TESTSSL = "testssl"
COMPARED = ("nginx, strong", "nginx, weak", "nginx, TLS 1.0 alone", "nginx, expired")
#: Our check → the line of testssl.sh that says the same.
SHARED = {
    "protocols.ssl2": "SSLv2",
    "protocols.ssl3": "SSLv3",
    "protocols.tls10": "TLS1",
    "protocols.tls11": "TLS1_1",
    "protocols.tls13": "TLS1_3",
    "protocols.null": "cipherlist_NULL",
    "protocols.anonymous": "cipherlist_aNULL",
    "protocols.export": "cipherlist_EXPORT",
    "protocols.blocks": "cipherlist_3DES_IDEA",
    "certificate.expired": "cert_expirationStatus",
}
WANTED = {"protocols.tls13"}  # holds where it is offered, not where it is not


def measure(*, full: bool) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder)) as (placed, missing):
        found = [(each, each.found()) for each in placed]
        compared = COMPARED if full else COMPARED[:1]
        agreed = list(_agreement([each for each in placed if each.name in compared]))
    with tempfile.TemporaryDirectory() as folder:
        cost = _cost(Path(folder), ROUNDS if full else REDUCED)
    wrong = [(each, told) for each, told in found if each.wrong]
    right = [(each, told) for each, told in found if not each.wrong]
    vetoes = [(check, told) for each, told in wrong for check in each.wrong & _vetoes()]
    lacking = sorted(_vetoes() - {check for check, _ in vetoes})
    return [
        Outcome.recorded("not installed, and so left out of the lab", ", ".join(missing) or "none"),
        Outcome.at_least("targets of the lab with something wrong", len(wrong), WRONG),
        Outcome.at_least("hardened ones", len(right), HARDENED),
        Outcome.recorded("vetoes that had to be found", len(vetoes)),
        Outcome.recorded("kinds of veto without a target here", ", ".join(lacking)),
        Outcome.at_most("vetoes missed", sum(check not in told for check, told in vetoes), 0),
        Outcome.at_most(
            "other findings missed or too many",
            sum(len(each.wrong ^ told) for each, told in wrong),
            0,
        ),
        Outcome.at_most("findings on hardened ones", sum(len(told) for _, told in right), 0),
        Outcome.at_most("profile tls of a target, the whole command", cost, SECONDS, "CPU s"),
        *agreed,
    ]


def _vetoes() -> set[str]:
    return {
        f"{each.id}.{check.id}"
        for each in probes()
        for check in each.checks.values()
        if check.severity is Gravity.VETO
    }


def _agreement(placed: list[Placed]) -> Iterator[Outcome]:
    """Hold what we say of targets against what testssl.sh says."""
    if shutil.which(TESTSSL) is None or not placed:
        yield Outcome.recorded("agreement with testssl.sh", "testssl.sh or nginx is not installed")
        return
    compared, differ = 0, []
    for each in placed:
        ours, theirs = _ours(each), _theirs(each.target)
        for check, line in SHARED.items():
            if check in ours and line in theirs:
                compared += 1
                if ours[check] != (theirs[line] is (check in WANTED)):
                    differ.append(f"{each.name}: {check}")
    least = len(placed) * (len(SHARED) - 1)
    yield Outcome.at_least("checks shared with testssl.sh", compared, least)
    named = f" ({'; '.join(differ)})" if differ else ""
    yield Outcome.at_most(f"of them, told otherwise{named}", len(differ), 0)


def _ours(each: Placed) -> dict[str, bool]:
    return {
        f"{name}.{check}": holds
        for name in ("certificate", "protocols")
        for check, holds in looked(name, each.target, each.given).items()
    }


def _theirs(target: Target) -> dict[str, bool]:
    """Return line → whether testssl.sh says that it is there (offered, or expired)."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.json"
        line = [TESTSSL, "--quiet", "--color", "0", "--warnings", "off", "--jsonfile", str(out)]
        line += ["--protocols", "--std", "--server-defaults", f"{target.host}:{target.port}"]
        quiet = subprocess.DEVNULL
        subprocess.run(line, check=False, stdin=quiet, stdout=quiet, stderr=quiet)
        said: list[dict[str, Any]] = json.loads(out.read_text("utf-8"))
    return {each["id"].partition(" ")[0]: _there(each["finding"]) for each in said}


def _there(finding: str) -> bool:
    return finding.startswith("offered") or "expired" in finding


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
