"""TLCP: whether the target can be reached by national algorithms, and how it shows itself there.

Two hellos are said: one of TLCP, one of TLS 1.3 with the suites of SM4. Nothing is computed, so no
library of national algorithms is needed; what is encrypted afterwards is not looked at.
Source: GB/T 38636-2020 (TLCP), RFC 8998, GM/T 0006 (object identifiers).
"""

from __future__ import annotations

from collections.abc import Iterator

from shixiao.security.probing.handshake import Plain, greet
from shixiao.security.probing.hello import TLCP, TLS13, Flight, Hello
from shixiao.security.probing.probe import Given, Seen, listed, probe
from shixiao.security.probing.reach import Reach
from shixiao.security.probing.suites import codes, name_of

CURVE = bytes.fromhex("06082a811ccf5501822d")  # 1.2.156.10197.1.301: the curve of SM2
SIGNED = bytes.fromhex("06082a811ccf55018375")  # 1.2.156.10197.1.501: signed by SM2 with SM3


@probe("tlcp")
def tlcp(reach: Reach, given: Given) -> Iterator[Seen]:
    """Say two hellos, and read what is shown in clear."""
    if reach.target.scheme == "http":  # that it is not encrypted, ``protocols`` says
        return
    try:
        national = _taken(reach, TLCP, codes("tlcp"))
        modern = _taken(reach, TLS13, codes("national"))
    except Plain:
        return
    found = [flight for flight in (national, modern) if flight is not None]
    names = listed(name_of(flight.suite) for flight in found)
    yield Seen("path", bool(found), values={"suites": names})
    if given.national:
        yield Seen("asked", bool(found))
    if national is not None:
        yield Seen("pair", len(national.certificates) >= 2)
        yield Seen("national_certificates", _all_national(national))


def _taken(reach: Reach, version: int, wanted: tuple[int, ...]) -> Flight | None:
    flight = greet(reach, Hello(version, wanted, reach.target.host))
    fits = flight is not None and flight.version == version and flight.suite in wanted
    return flight if fits else None


def _all_national(flight: Flight) -> bool:
    """Say whether the pair for signing and for encryption is of SM2, and signed by it."""
    pair = flight.certificates[:2]
    return bool(pair) and all(CURVE in each and SIGNED in each for each in pair)
