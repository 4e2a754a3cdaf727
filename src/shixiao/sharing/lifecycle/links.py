"""Encryption in transit, tested: one connection tells protocol, cipher and certificate.

A link is weak where the protocol is older than TLS 1.2, the cipher has less than 128 bits, the
certificate is missing, has run out, does not hold yet or is of another name, its key is short, or
the other side speaks without encryption at all. Source:
GB/T 39786-2021; RFC 8996 (TLS 1.0 and 1.1 are not used any more).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from shixiao.terms import Text, Unavailable

OLD = {"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"}
SHORTEST_RSA = 2048  # bits
FEWEST_BITS = 128  # of a cipher
PATIENCE = 5.0  # seconds
NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python does not name


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What one look at a link told.

    Attributes:
        address: host and port.
        protocol: such as TLSv1.3; "" where nothing is encrypted.
        cipher: as the libraries name it.
        expires: last moment of the certificate; None without one.
        faults: what is wrong, in sentences; nothing where the link is sound.
    """

    address: str
    protocol: str
    cipher: str
    expires: datetime | None
    faults: tuple[Text, ...]

    @property
    def sound(self) -> bool:
        """True where nothing is wrong."""
        return not self.faults


def look_at_link(
    host: str, port: int, *, now: datetime, ca: Path | None = None, name: str = ""
) -> LinkReport:
    """Connect once and say what the link is worth.

    Args:
        host: where to connect.
        port: where to connect.
        now: by which a certificate has run out.
        ca: certificates that are trusted, such as those of the government's own authority.
        name: by which the certificate is to be; the host where it is "".

    Raises:
        Unavailable: nobody answers there: then nothing was tested.
    """
    address = f"{host}:{port}"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # every fault is to be named, not the first alone
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    seen = None
    try:
        with socket.create_connection((host, port), PATIENCE) as plain:
            try:
                with context.wrap_socket(plain, server_hostname=name or host) as link:
                    seen = _Seen(
                        link.version() or "",
                        *_cipher(link),
                        link.getpeercert(binary_form=True) or b"",
                    )
            except (ssl.SSLError, ConnectionError, TimeoutError):
                pass  # somebody answers, and not in TLS
    except OSError as error:
        raise Unavailable(
            Text(f"连不上 {address}，没有检测。", f"Nobody answers at {address}: not tested.")
        ) from error
    if seen is None:
        said = Text("没有加密：对方不会 TLS。", "It is not encrypted: no TLS is spoken.")
        return LinkReport(address, "", "", None, (said,))
    if not seen.certificate:
        said = Text("对方不出示证书，谁都可以冒充。", "No certificate is shown: anybody can be it.")
        return LinkReport(address, seen.protocol, seen.cipher, None, (said,))
    certificate = x509.load_der_x509_certificate(seen.certificate)
    faults = list(_faults(seen.protocol, certificate, name or host, now))
    if seen.bits < FEWEST_BITS:
        faults.append(Text(f"加密算法过弱：{seen.cipher}。", f"The cipher is weak: {seen.cipher}."))
    if ca is not None and not _trusted(host, port, name or host, ca):
        faults.append(Text("证书不是受信任的机构签发的。", "The certificate is not trusted."))
    ends = certificate.not_valid_after_utc
    return LinkReport(address, seen.protocol, seen.cipher, ends, tuple(faults))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one handshake showed."""

    protocol: str
    cipher: str
    bits: int
    certificate: bytes


def _cipher(link: ssl.SSLSocket) -> tuple[str, int]:
    """Return the name of the cipher and the bits of its key."""
    name, _, bits = link.cipher() or ("", "", 0)
    return name, bits


def _faults(
    protocol: str, certificate: x509.Certificate, name: str, now: datetime
) -> Iterator[Text]:
    if protocol in OLD:
        yield Text(f"协议过旧：{protocol}。", f"The protocol is too old: {protocol}.")
    ends = certificate.not_valid_after_utc
    if ends < now.astimezone(UTC):
        day = ends.date().isoformat()
        yield Text(f"证书已于 {day} 过期。", f"The certificate ran out on {day}.")
    begins = certificate.not_valid_before_utc
    if begins > now.astimezone(UTC):
        day = begins.date().isoformat()
        yield Text(f"证书自 {day} 起才有效。", f"The certificate holds from {day} only.")
    if not any(_is_for(name, each) for each in _names(certificate)):
        yield Text(f"证书不是签给 {name} 的。", f"The certificate is not for {name}.")
    key = certificate.public_key()
    if isinstance(key, RSAPublicKey) and key.key_size < SHORTEST_RSA:
        yield Text(f"证书的密钥只有 {key.key_size} 位。", f"Its key has {key.key_size} bits only.")


def _is_for(name: str, written: str) -> bool:
    """Say whether a name in a certificate is for a host; a star stands for its first label."""
    wanted, held = name.rstrip(".").lower(), written.rstrip(".").lower()
    if held.startswith("*.") and "." in wanted:
        return wanted.partition(".")[2] == held[2:]
    return wanted == held


def _names(certificate: x509.Certificate) -> set[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    hosts = found.get_values_for_type(x509.DNSName)
    return {*hosts, *map(str, found.get_values_for_type(x509.IPAddress))}


def _trusted(host: str, port: int, name: str, ca: Path) -> bool:
    """Connect once more, as a client does that checks the chain and nothing else."""
    context = ssl.create_default_context(cafile=str(ca))
    context.check_hostname = False
    context.verify_flags |= NO_CHECK_TIME  # judged apart, by the given moment
    try:
        with (
            socket.create_connection((host, port), PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=name),
        ):
            return True
    except OSError:
        return False
