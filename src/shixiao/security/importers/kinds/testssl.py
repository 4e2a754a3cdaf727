"""testssl: what testssl.sh says of a TLS service, flat (``--jsonfile``) or nested
(``--jsonfile-pretty``).

Source: testssl.sh 3.0 and 3.2, doc/testssl.1.md (severities; ``scanProblem`` and FATAL mark runs
that told nothing).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shixiao.security.importers.importer import (
    LONGEST,
    Found,
    Imported,
    Malformed,
    importer,
    listed,
    worded,
)
from shixiao.security.probing import Gravity

TOOL = "testssl.sh"
SEVERITIES = {
    "CRITICAL": Gravity.HIGH,
    "HIGH": Gravity.HIGH,
    "MEDIUM": Gravity.MEDIUM,
    "LOW": Gravity.LOW,
}
HOLDS = {"OK", "INFO", "DEBUG"}
FAILED = {"FATAL", "WARN"}  # the check could not be made
#: Warned of on every ordinary machine: its OpenSSL has no engine for GOST, which is not asked for.
USUAL = {"engine_problem"}
KEYS = {"id", "severity", "finding"}


def knows(data: Any) -> bool:
    """Say whether a document is one, of either form."""
    if isinstance(data, Mapping):
        return "scanResult" in data and "testssl" in str(data.get("Invocation", data)).lower()
    return bool(isinstance(data, list) and data) and all(
        isinstance(each, Mapping) and each.keys() >= KEYS for each in data
    )


@importer("testssl.sh JSON", knows)
def testssl(data: Any, system: str) -> Found:
    """Read the lines; a scan with a problem told nothing for sure."""
    lines = list(_lines(data))
    failed = not lines or any(
        worded(each, "severity") in FAILED and worded(each, "id") not in USUAL for each, _ in lines
    )
    found = [one for each, host in lines if (one := _finding(each, host, system)) is not None]
    return Found(found, not failed)


def _lines(data: Any) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield each line with its host and port."""
    if isinstance(data, list):
        for each in data:
            address = worded(each, "ip").rpartition("/")
            yield each, _host(address[0] or address[2], worded(each, "port"))
        return
    for scanned in listed(data, "scanResult"):
        if scanned.keys() >= KEYS:  # a problem of the scan itself
            yield scanned, ""
        host = _host(worded(scanned, "targetHost"), worded(scanned, "port"))
        for part in scanned.values():
            for each in part if isinstance(part, list) else ():
                if not isinstance(each, Mapping):
                    raise Malformed("scanResult")
                if each.keys() >= KEYS:
                    yield each, host


def _host(name: str, port: str) -> str:
    return f"{name}:{port}" if port else name


def _finding(each: Mapping[str, Any], host: str, system: str) -> Imported | None:
    severity = worded(each, "severity")
    if severity in HOLDS | FAILED:
        return None
    if severity not in SEVERITIES or not worded(each, "id"):
        raise Malformed("severity")
    told = worded(each, "finding", LONGEST)
    return Imported(system, TOOL, worded(each, "id"), host, SEVERITIES[severity], told)
