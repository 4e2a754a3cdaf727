"""Hello: the first bytes of a handshake, as they are sent, and what comes back, as it is read.

Nothing is encrypted here: a hello says what is offered, and the answer, in clear up to TLS 1.2,
says what was taken. So servers can be asked for what no library speaks any more.
Source: RFC 6101 (SSL 3.0), RFC 5246 (TLS 1.2), RFC 8446 (TLS 1.3), RFC 8998 (SM suites in TLS 1.3),
GB/T 38636-2020 (TLCP), draft-hickman-netscape-ssl (SSL 2.0).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SSL3, TLS10, TLS11, TLS12, TLS13, TLCP = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x0101
ALERT, HANDSHAKE = 21, 22
SERVER_HELLO, CERTIFICATE, KEY_EXCHANGE, DONE = 2, 11, 12, 14
NAME, GROUPS, POINTS, SIGNATURES, VERSIONS, SHARES, RENEGOTIATION = 0, 10, 11, 13, 43, 51, 0xFF01
X25519, P256, P384, P521, CURVE_SM2 = 29, 23, 24, 25, 41
FFDHE = (256, 257, 258)
SCHEMES = (0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201)
SM2_SM3 = 0x0708
CHALLENGE = bytes(range(32))  # nothing is kept secret by these hellos
SSL2_KINDS = (0x010080, 0x020080, 0x030080, 0x040080, 0x050080, 0x060040, 0x0700C0)


class Rubbish(ValueError):
    """What came is no handshake."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What is offered.

    Attributes:
        version: the highest that is offered.
        suites: codes of cipher suites, the most wanted first.
        host: name that is asked for; "" or a number for none.
    """

    version: int
    suites: tuple[int, ...]
    host: str = ""

    def encoded(self) -> bytes:
        """Return the hello as one record."""
        legacy = min(self.version, TLS12)
        body = _u16(legacy) + CHALLENGE
        body += _short(CHALLENGE if self.version == TLS13 else b"")
        body += _long(b"".join(_u16(suite) for suite in self.suites))
        body += _short(b"\x01\x00" if SSL3 <= self.version <= TLS12 else b"\x00")
        if self.version not in (SSL3, TLCP):
            body += _long(b"".join(_u16(key) + _long(value) for key, value in self._extensions()))
        message = b"\x01" + len(body).to_bytes(3, "big") + body
        return bytes([HANDSHAKE]) + _u16(min(self.version, TLS10)) + _long(message)

    def _extensions(self) -> Iterator[tuple[int, bytes]]:
        national = any(suite in (0x00C6, 0x00C7) for suite in self.suites)
        if _is_name(self.host):
            yield NAME, _long(b"\x00" + _long(self.host.encode("ascii")))
        groups = (CURVE_SM2,) if national else (X25519, P256, P384, P521, *FFDHE)
        yield GROUPS, _long(b"".join(map(_u16, groups)))
        yield POINTS, _short(b"\x00")
        schemes = (SM2_SM3, *SCHEMES) if national else SCHEMES
        yield SIGNATURES, _long(b"".join(map(_u16, schemes)))
        if self.version == TLS13:
            yield VERSIONS, _short(_u16(TLS13))
            # no key for the national curve: the server then names it and asks again
            share = b"" if national else _u16(X25519) + _long(b"\x09" + bytes(31))
            yield SHARES, _long(share)
        else:
            yield RENEGOTIATION, b"\x00"


@dataclass(frozen=True, slots=True)
class Flight:
    """What a server answered to a hello.

    Attributes:
        version: that it took.
        suite: that it took.
        compression: whether it compresses.
        extensions: numbers of those that it answered.
        certificates: as they came, the server's own first; none from TLS 1.3 on.
        bits: of the prime of Diffie and Hellman; 0 where there is none in clear.
    """

    version: int
    suite: int
    compression: bool
    extensions: frozenset[int]
    certificates: tuple[bytes, ...] = ()
    bits: int = 0


def ssl2_hello() -> bytes:
    """Return a hello of SSL 2.0 that offers all of its suites."""
    kinds = b"".join(kind.to_bytes(3, "big") for kind in SSL2_KINDS)
    body = b"\x01" + _u16(2) + _u16(len(kinds)) + _u16(0) + _u16(16) + kinds + CHALLENGE[:16]
    return _u16(0x8000 | len(body)) + body


def speaks_ssl2(raw: bytes) -> bool:
    """Say whether an answer begins as a server's hello of SSL 2.0."""
    head = 2 if raw[:1] and raw[0] & 0x80 else 3
    return len(raw) >= head + 11 and raw[head] == 4 and raw[head + 3 : head + 5] == b"\x00\x02"


@dataclass
class Reading:
    """Reads what a server answers, piece by piece.

    Attributes:
        dhe: codes of suites whose key exchange shows a prime.
        over: whether nothing more is to come that can be read.
        alert: number of the alert that refused; None without one.
    """

    dhe: frozenset[int] = frozenset()
    over: bool = False
    alert: int | None = None
    _raw: bytearray = field(default_factory=bytearray)
    _messages: bytearray = field(default_factory=bytearray)
    _flight: Flight | None = None
    _certificates: tuple[bytes, ...] = ()
    _bits: int = 0

    def take(self, piece: bytes) -> None:
        """Take what came.

        Raises:
            Rubbish: it is no handshake.
        """
        self._raw += piece
        while not self.over and len(self._raw) >= 5:
            kind, length = self._raw[0], int.from_bytes(self._raw[3:5], "big")
            if not (20 <= kind <= 23 and self._raw[1] in (1, 3) and length <= 0x4800):
                raise Rubbish(bytes(self._raw[:16]))
            if len(self._raw) < 5 + length:
                return
            body = bytes(self._raw[5 : 5 + length])
            del self._raw[: 5 + length]
            self._record(kind, body)

    @property
    def flight(self) -> Flight | None:
        """What was taken; None where it was refused."""
        if self._flight is None:
            return None
        seen = self._flight
        return Flight(
            seen.version,
            seen.suite,
            seen.compression,
            seen.extensions,
            self._certificates,
            self._bits,
        )

    def _record(self, kind: int, body: bytes) -> None:
        if kind == ALERT:
            fatal = len(body) != 2 or body[0] == 2 or body[1] == 0
            self.over = self.over or fatal  # a warning, such as of an unknown name, is none
            self.alert = body[1] if len(body) == 2 and fatal else self.alert
        elif kind == HANDSHAKE:
            self._messages += body
            self._read_messages()
        else:  # from here on it is encrypted
            self.over = True

    def _read_messages(self) -> None:
        while not self.over and len(self._messages) >= 4:
            kind, length = self._messages[0], int.from_bytes(self._messages[1:4], "big")
            if len(self._messages) < 4 + length:
                return
            body = bytes(self._messages[4 : 4 + length])
            del self._messages[: 4 + length]
            try:
                self._message(kind, _Bytes(body))
            except IndexError:
                raise Rubbish(body[:16]) from None

    def _message(self, kind: int, body: _Bytes) -> None:
        if kind == SERVER_HELLO:
            self._flight = _server_hello(body)
            self.over = self._flight.version == TLS13
        elif kind == CERTIFICATE:
            listed = _Bytes(body.block(3))
            found = []
            while listed:
                found.append(listed.block(3))
            self._certificates = tuple(found)
        elif kind == KEY_EXCHANGE:
            if self._flight is not None and self._flight.suite in self.dhe:
                self._bits = int.from_bytes(body.block(2), "big").bit_length()
        elif kind == DONE:
            self.over = True


def _server_hello(body: _Bytes) -> Flight:
    version = body.number(2)
    body.take(32)
    body.block(1)
    suite, compression = body.number(2), body.number(1)
    told: dict[int, bytes] = {}
    if body:
        listed = _Bytes(body.block(2))
        while listed:
            key = listed.number(2)
            told[key] = listed.block(2)
    if VERSIONS in told:
        version = int.from_bytes(told[VERSIONS], "big")
    return Flight(version, suite, compression != 0, frozenset(told))


class _Bytes:
    """Bytes read from the front; :class:`IndexError` where they end too early."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    def __bool__(self) -> bool:
        return self._at < len(self._raw)

    def take(self, many: int) -> bytes:
        if self._at + many > len(self._raw):
            raise IndexError(many)
        self._at += many
        return self._raw[self._at - many : self._at]

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def block(self, width: int) -> bytes:
        return self.take(self.number(width))


def _is_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False


def _u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _short(body: bytes | Sequence[int]) -> bytes:
    return bytes([len(body)]) + bytes(body)


def _long(body: bytes) -> bytes:
    return _u16(len(body)) + body
