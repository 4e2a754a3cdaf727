"""Protocols: whether the way to the target is encrypted, and by what it can be opened.

Every version and every group of bad suites is offered by itself; what the target takes, it speaks.
Nothing is left to the library of this machine, which refuses most of it.
Source: RFC 6176 (SSL 2.0), RFC 7568 (SSL 3.0), RFC 8996 (TLS 1.0 and 1.1), RFC 7465 (RC4), RFC 9325
(recommendations), RFC 5746 (renegotiation); OWASP ASVS 5.0.0 V12.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shixiao.security.probing.handshake import Plain, greet, greet_ssl2
from shixiao.security.probing.hello import (
    RENEGOTIATION,
    SSL3,
    TLS10,
    TLS11,
    TLS12,
    TLS13,
    Flight,
    Hello,
)
from shixiao.security.probing.probe import Given, Seen, listed, probe
from shixiao.security.probing.reach import NotAssessed, Reach
from shixiao.security.probing.suites import codes, group_of, name_of
from shixiao.terms import Text

OLD = {SSL3: "ssl3", TLS10: "tls10", TLS11: "tls11"}
BAD = ("null", "anonymous", "export", "rc4", "blocks")
SAFE = ("ecdhe", "dhe", "static")
NAMES = {SSL3: "SSL 3.0", TLS10: "TLS 1.0", TLS11: "TLS 1.1", TLS12: "TLS 1.2"}
LEAST_BITS = 2048
AEAD = ("GCM", "CCM", "POLY1305")
NOTHING = Text(
    "这个端口不按 TLS 1.3 及以下的任何版本握手。", "This port takes no version of TLS or SSL."
)
Taken = dict[int, Flight]


@probe("protocols")
def protocols(reach: Reach, given: Given) -> Iterator[Seen]:
    """Offer each version, then each group of bad suites."""
    del given
    if reach.target.scheme == "http":
        yield Seen("encrypted", False)
        return
    try:
        taken = _versions(reach)
    except Plain:
        yield Seen("encrypted", False)
        return
    oldest = greet_ssl2(reach)
    if not (taken or oldest):
        raise NotAssessed(NOTHING)
    yield Seen("ssl2", not oldest)
    yield Seen("encrypted", True)
    for version, check in OLD.items():
        yield Seen(check, version not in taken)
    yield Seen("current", TLS12 in taken or TLS13 in taken)
    yield Seen("tls13", TLS13 in taken)
    clear = {version: flight for version, flight in taken.items() if version != TLS13}
    yield Seen("compression", not any(flight.compression for flight in clear.values()))
    yield Seen(
        "renegotiation",
        all(RENEGOTIATION in each.extensions for each in clear.values() if each.version != SSL3),
    )
    yield from _suites(reach, clear)
    yield Seen("aead", TLS13 in taken or (TLS12 in taken and _offers(reach, TLS12, _aead())))


def _versions(reach: Reach) -> Taken:
    """Return version → what was taken of it."""
    found: Taken = {}
    for version in (TLS13, TLS12, TLS11, TLS10, SSL3):
        wanted = codes("modern") if version == TLS13 else codes(*SAFE, *BAD)
        flight = _greet(reach, version, wanted)
        if flight is not None:
            found[version] = flight
    return found


def _suites(reach: Reach, clear: Mapping[int, Flight]) -> Iterator[Seen]:
    """Offer bad suites at the highest and the lowest version that shows its answer in clear."""
    held = {check: set[str]() for check in (*BAD, "secrecy")}
    bits: list[int] = []
    for version in sorted({max(clear, default=0), min(clear, default=0)} - {0}):
        offered = set(codes(*BAD))
        while offered and (flight := _greet(reach, version, _sorted(offered))) is not None:
            group = group_of(flight.suite)
            if flight.suite not in offered:
                break  # it takes what was not offered: the group is known, the rest is not
            held[group].add(name_of(flight.suite))
            offered -= set(codes(group))
        flight = _greet(reach, version, codes("static"))
        if flight is not None:
            held["secrecy"].add(name_of(flight.suite))
        flight = _greet(reach, version, codes("dhe"))
        if flight is not None and flight.bits:
            bits.append(flight.bits)
    for check, found in held.items():
        yield Seen(check, not found, values={"suites": listed(sorted(found))})
    if bits:
        yield Seen("prime", min(bits) >= LEAST_BITS, values={"bits": min(bits)})


def _greet(reach: Reach, version: int, wanted: tuple[int, ...]) -> Flight | None:
    """Return what was taken of one version; None where it was refused, or another was taken."""
    hello = Hello(version, wanted, reach.target.host)
    flight = greet(reach, hello, dhe=frozenset(codes("dhe")))
    return flight if flight is not None and flight.version == version else None


def _offers(reach: Reach, version: int, wanted: tuple[int, ...]) -> bool:
    return _greet(reach, version, wanted) is not None


def _aead() -> tuple[int, ...]:
    return tuple(code for code in codes(*SAFE) if any(sign in name_of(code) for sign in AEAD))


def _sorted(offered: set[int]) -> tuple[int, ...]:
    return tuple(code for code in codes(*BAD) if code in offered)
