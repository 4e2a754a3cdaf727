"""TLS: what takes a tool of its own to find, by sslyze as a process of its own.

sslyze needs versions of libraries that Shixiao does not run on, and is under the AGPL; so it stands
in an environment of its own (``make probes``), is started as a program, and hands over JSON. It
reaches the target by our relay alone.
Source: CVE-2014-0160 (Heartbleed), CVE-2014-0224 (CCS), CVE-2017-13099 (ROBOT), RFC 5746, RFC 7507.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shixiao.security.probing.probe import Given, Seen, probe
from shixiao.security.probing.reach import NotAssessed, Reach
from shixiao.security.probing.relay import relayed
from shixiao.terms import Text

WANTED = ("heartbleed", "openssl_ccs", "robot", "reneg", "fallback", "early_data", "ems")
LARGEST = 8 << 20  # bytes of what it hands over
MISSING = Text(
    "sslyze 不在这台机器上，请先运行 make probes。",
    "sslyze is not on this machine; run make probes first.",
)
FAILED = Text("sslyze 没有测完。", "sslyze did not end its tests.")
LATE = Text("sslyze 在规定的时间内没有测完。", "sslyze did not end within its time.")
#: Where sslyze says it, what it says it by, and what is right.
SAID = {
    "heartbleed": ("heartbleed", "is_vulnerable_to_heartbleed", (False,)),
    "injection": ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", (False,)),
    "robot": (
        "robot",
        "robot_result",
        ("NOT_VULNERABLE_NO_ORACLE", "NOT_VULNERABLE_RSA_NOT_SUPPORTED"),
    ),
    "again": ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos", (False,)),
    "fallback": ("tls_fallback_scsv", "supports_fallback_scsv", (True,)),
    "early": ("tls_1_3_early_data", "supports_early_data", (False,)),
    "master": ("tls_extended_master_secret", "supports_ems_extension", (True,)),
}
#: These two are of TLS 1.2 and before; a target of TLS 1.3 alone does not need them.
OLDER = ("fallback", "master", "again")


@probe("tls")
def tls(reach: Reach, given: Given) -> Iterator[Seen]:
    """Start sslyze, lead it to the target, and read what it hands over."""
    if reach.target.scheme == "http":  # that it is not encrypted, ``protocols`` says
        return
    program = given.tools / "bin" / "python" if given.tools is not None else None
    if program is None or not program.is_file():
        raise NotAssessed(MISSING)
    with tempfile.TemporaryDirectory(dir=given.workshop) as folder:
        found = _scanned(reach, program, Path(folder) / "sslyze.json")
    for check, (place, field, right) in SAID.items():
        said = _said(found, place, field)
        if said is not None:
            yield Seen(check, said in right)
        elif check not in OLDER:
            raise NotAssessed(FAILED)


def _scanned(reach: Reach, program: Path, out: Path) -> Mapping[str, Any]:
    """Return what sslyze found, place by place.

    Raises:
        NotAssessed: it did not end, or what it hands over cannot be read.
    """
    host = f"[{reach.target.host}]" if ":" in reach.target.host else reach.target.host
    with relayed(reach, "sslyze") as port:
        command = [
            *(str(program), "-m", "sslyze", "--quiet", "--slow_connection"),
            *("--mozilla_config", "disable", "--json_out", str(out)),
            *("--https_tunnel", f"http://127.0.0.1:{port}"),
            *(f"--{each}" for each in WANTED),
            *(("--starttls", "postgres") if reach.target.scheme == "postgresql" else ()),
            f"{host}:{reach.target.port}",
        ]
        try:
            subprocess.run(  # noqa: S603 a program of ours, told of a name that Target has read
                command, capture_output=True, timeout=reach.left(), check=False, cwd=out.parent
            )
        except subprocess.TimeoutExpired:
            raise NotAssessed(LATE) from None
    try:
        with out.open("rb") as file:
            told = json.loads(file.read(LARGEST))
        found = told["server_scan_results"][0]["scan_result"]
    except (OSError, ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise NotAssessed(FAILED) from None
    if not isinstance(found, Mapping):
        raise NotAssessed(FAILED)
    return found


def _said(found: Mapping[str, Any], place: str, field: str) -> object:
    told = found.get(place)
    result = told.get("result") if isinstance(told, Mapping) else None
    said = result.get(field) if isinstance(result, Mapping) else None
    known = isinstance(said, bool) or (isinstance(said, str) and not said.startswith("UNKNOWN"))
    return said if known else None
