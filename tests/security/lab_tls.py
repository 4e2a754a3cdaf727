"""The lab of encryption: real servers by Python's library, and one that answers hellos by hand.

The hand-made one takes what no library speaks any more; it shows a hello and goes no further.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.security.lab import Serve

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
LOOPBACK = (x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost"))


def by_library(context: ssl.SSLContext) -> Serve:
    """Return a server by Python's library; it answers a page once it is secure."""

    def serve(link: socket.socket) -> None:
        with context.wrap_socket(link, server_side=True) as secure:
            if secure.recv(4096):
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    return serve


@cache
def key_of(kind: str) -> Key:
    """Return one key of a kind for all tests: ``ec``, or the bits of RSA."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, int(kind))


@dataclass
class Made:
    """What a certificate of the lab is made of; the usual is right in every way."""

    kind: str = "ec"
    names: tuple[x509.GeneralName, ...] = LOOPBACK
    common: str = "127.0.0.1"
    days: tuple[float, float] = (-1, 90)
    issuer: tuple[x509.Certificate, Key] | None = None
    authority: bool = False
    usage: bool = True

    def certificate(self) -> x509.Certificate:
        """Return it, signed by its issuer or by itself."""
        now, key = datetime.now(UTC), key_of(self.kind)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.common)])
        signer = self.issuer[1] if self.issuer else key
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.issuer[0].subject if self.issuer else name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=self.days[0]))
            .not_valid_after(now + timedelta(days=self.days[1]))
            .add_extension(x509.BasicConstraints(self.authority, None), critical=True)
        )
        if self.names:
            builder = builder.add_extension(x509.SubjectAlternativeName(self.names), False)
        if self.usage:
            builder = builder.add_extension(_usage(self.authority), critical=True)
        return builder.sign(signer, hashes.SHA256())


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def authority(*, usage: bool = True) -> tuple[x509.Certificate, Key]:
    """Return the private authority of the lab, with or without a key usage."""
    return _authority(usage)


@cache
def _authority(usage: bool) -> tuple[x509.Certificate, Key]:
    made = Made(names=(), common=f"Lab CA {usage}", days=(-30, 365), authority=True, usage=usage)
    return made.certificate(), key_of(made.kind)


def written(folder: Path, name: str, *certificates: x509.Certificate) -> Path:
    """Write certificates to a file and return it."""
    path = folder / name
    path.write_bytes(
        b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)
    )
    return path


def context_of(
    folder: Path, made: Made | None = None, *more: x509.Certificate, ciphers: str = ""
) -> ssl.SSLContext:
    """Return a server's context with a certificate and what it sends along."""
    wanted = made or Made(issuer=authority())
    chain = written(folder, "chain.pem", wanted.certificate(), *more)
    key = folder / "key.pem"
    key.write_bytes(
        key_of(wanted.kind).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(ciphers or "ECDHE+AESGCM:ECDHE+CHACHA20")
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(chain, key)
    return context


@dataclass
class ByHand:
    """Answers hellos by hand.

    Attributes:
        versions: that it takes.
        suites: that it takes; empty for whatever is offered first.
        certificates: that it shows.
        bits: of the prime, where it shows one.
        compresses, renegotiates: what it answers of those.
        ssl2: whether it takes that.
    """

    versions: tuple[int, ...] = (0x0303,)
    suites: tuple[int, ...] = (0xC02B, 0xC02F)
    certificates: tuple[bytes, ...] = ()
    bits: int = 0
    compresses: bool = False
    renegotiates: bool = True
    ssl2: bool = False

    def __call__(self, link: socket.socket) -> None:
        """Read one hello and answer it."""
        raw = link.recv(4096)
        if not raw:  # whoever only looked whether somebody is there
            return
        if raw[0] & 0x80:
            if self.ssl2:
                link.sendall(b"\x80\x0b\x04\x00\x01\x00\x02" + bytes(6))
            return
        version, offered, modern = _read(raw)
        version = 0x0304 if modern else version
        taken = next((suite for suite in offered if suite in self.suites), None)
        if version not in self.versions or taken is None:
            link.sendall(b"\x15\x03\x01\x00\x02\x02\x28")
            return
        link.sendall(_record(version, self._answer(version, taken)))

    def _answer(self, version: int, suite: int) -> bytes:
        told = b"\xff\x01\x00\x01\x00" if self.renegotiates and version > 0x0300 else b""
        if version == 0x0304:
            told = b"\x00\x2b\x00\x02\x03\x04"
        body = min(version, 0x0303).to_bytes(2, "big") + bytes(32) + b"\x00"
        body += suite.to_bytes(2, "big") + bytes([self.compresses])
        if told:
            body += len(told).to_bytes(2, "big") + told
        messages = _message(2, body)
        listed = b"".join(len(each).to_bytes(3, "big") + each for each in self.certificates)
        messages += _message(11, len(listed).to_bytes(3, "big") + listed)
        if self.bits:
            prime = (1 << (self.bits - 1) | 1).to_bytes(self.bits // 8, "big")
            messages += _message(12, len(prime).to_bytes(2, "big") + prime + b"\x00\x01\x02")
        return messages + _message(14, b"")


def _read(raw: bytes) -> tuple[int, list[int], bool]:
    """Return version, suites, and whether TLS 1.3 is offered."""
    at = 5 + 4 + 2 + 32
    version = int.from_bytes(raw[9:11], "big")
    at += 1 + raw[at]
    length = int.from_bytes(raw[at : at + 2], "big")
    suites = [int.from_bytes(raw[n : n + 2], "big") for n in range(at + 2, at + 2 + length, 2)]
    return version, suites, b"\x00\x2b\x00\x03\x02\x03\x04" in raw


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _record(version: int, messages: bytes) -> bytes:
    head = b"\x16" + min(version, 0x0303).to_bytes(2, "big")
    parts = [messages[at : at + 16_000] for at in range(0, len(messages), 16_000)]
    return b"".join(head + len(part).to_bytes(2, "big") + part for part in parts)
