"""Signed requests: HTTP Message Signatures (RFC 9421) with content digests (RFC 9530).

One signature a request, by Ed25519 or SM2. It must cover method, content digest, and the address
(``@target-uri``, or ``@authority`` with ``@path`` and ``@query``), and state created, expires,
nonce and keyid. The address is the one that the gateway knows as its own, whatever ``Host`` says:
a request for one gateway is of no use at another.
"""

from __future__ import annotations

import base64
import re
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey as NaclKey

from shixiao.gateway.refusals import Refused
from shixiao.gateway.stated import COVERED, Stated, read_stated
from shixiao.seals import sm2
from shixiao.sharing.grants import Key

Verify = Callable[[bytes, bytes], bool]
"""Says of a text and a signature whether they belong together."""

NONCE_BYTES = 12
_NONCE = re.compile(r"[A-Za-z0-9+/=_-]{16,64}", re.ASCII)
_NAMES = {"ed25519": "ed25519", "sm2": "sm2-sm3"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a gateway is known to be.

    Attributes:
        scheme: http or https.
        authority: host, and port where it is not the scheme's own, in lower case.
    """

    scheme: str
    authority: str


class Asked(NamedTuple):
    """A request as it came.

    Attributes:
        method: of HTTP.
        path: raw, as it stood in the request line.
        query: raw, without its question mark.
        headers: by name in lower case; one value each.
        body: the content.
    """

    method: str
    path: str
    query: str
    headers: Mapping[bytes, bytes]
    body: bytes


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A public key, ready to verify.

    Attributes:
        caller: system that it belongs to.
        recipient: department that registered it.
        algorithm: as requests name it.
        verify: says whether a signature is of this key.
    """

    caller: str
    recipient: str
    algorithm: str
    verify: Verify


class Proven(NamedTuple):
    """What a verified signature says.

    Attributes:
        caller: system that asks.
        recipient: department whose key signed.
        nonce: four bytes of expiry and twelve that tell requests apart: grows with time.
        expires: seconds since 1970.
        digest: SHA-256 of what was signed, in hex.
    """

    caller: str
    recipient: str
    nonce: bytes
    expires: int
    digest: str


def known_key(caller: str, key: Key, *, recipient: str) -> KnownKey:
    """Make a key of the index ready to verify."""
    public = base64.b64decode(key.public)
    return KnownKey(caller, recipient, _NAMES[key.algorithm], _verifier(key.algorithm, public))


def verify(
    asked: Asked, keys: Mapping[str, KnownKey], address: Address, *, now: float, longest: int
) -> Proven:
    """Verify the signature of a request.

    Args:
        asked: the request.
        keys: by key id.
        address: of the gateway.
        now: seconds since 1970.
        longest: seconds that a request may be valid.

    Raises:
        Refused: it is not signed, or not as it must be.
    """
    stated = read_stated(asked.headers)
    known = _known(stated, keys)
    begin, end = int(stated.created), int(stated.expires)
    if not (begin <= now + 5 and now < end and 0 < end - begin <= longest):
        raise Refused("time")
    if asked.headers.get(b"content-digest") != _digest(asked.body):
        raise Refused("digest")
    base = _base(asked, stated.covered, stated.parameters, address)
    if not known.verify(base, stated.signed):
        raise Refused("signature")
    told = sha256(f"{stated.key_id}\n{stated.nonce}".encode()).digest()[:NONCE_BYTES]
    digest = sha256(base).hexdigest()
    return Proven(known.caller, known.recipient, end.to_bytes(4) + told, end, digest)


def _known(stated: Stated, keys: Mapping[str, KnownKey]) -> KnownKey:
    """Return the key that a request names, where it states and covers all that it must."""
    if not (
        stated.created.isdigit() and stated.expires.isdigit() and _NONCE.fullmatch(stated.nonce)
    ):
        raise Refused("unsigned")
    if stated.covered is not COVERED and not _suffices(stated.covered):
        raise Refused("uncovered")
    known = keys.get(stated.key_id)
    if known is None or (stated.algorithm or known.algorithm) != known.algorithm:
        raise Refused("key_unknown")
    return known


def sign(
    asked: Asked,
    address: Address,
    *,
    key_id: str,
    algorithm: str,
    secret: bytes,
    created: int,
    expires: int,
    nonce: str,
) -> dict[str, str]:
    """Return the headers that sign a request.

    Args:
        asked: the request; its headers need not hold the digest yet.
        address: of the gateway.
        key_id: by which the gateway knows the key.
        algorithm: ``ed25519`` or ``sm2``.
        secret: private key, 32 bytes.
        created: seconds since 1970.
        expires: seconds since 1970.
        nonce: 16 to 64 characters of base64, never used before.
    """
    names = " ".join(f'"{name}"' for name in COVERED)
    parameters = (
        f'({names});created={created};expires={expires};nonce="{nonce}";keyid="{key_id}"'
        f';alg="{_NAMES[algorithm]}"'
    )
    digest = content_digest(asked.body)
    whole = Asked(
        asked.method,
        asked.path,
        asked.query,
        {**asked.headers, b"content-digest": digest.encode()},
        asked.body,
    )
    base = _base(whole, COVERED, parameters, address)
    if algorithm == "sm2":
        signed = sm2.sign(secret, base)
    else:
        signed = bytes(NaclKey(secret).sign(base).signature)
    return {
        "Content-Digest": digest,
        "Signature-Input": f"sig={parameters}",
        "Signature": f"sig=:{base64.b64encode(signed).decode()}:",
    }


def content_digest(body: bytes) -> str:
    """Return the value of ``Content-Digest``."""
    return _digest(body).decode()


def _digest(body: bytes) -> bytes:
    return b"sha-256=:" + b2a_base64(sha256(body).digest(), newline=False) + b":"


@lru_cache(maxsize=256)
def _suffices(covered: tuple[str, ...]) -> bool:
    """Say whether a signature covers what it must, each once."""
    names = set(covered)
    whole = "@target-uri" in names or {"@authority", "@path", "@query"} <= names
    return whole and {"@method", "content-digest"} <= names and len(names) == len(covered)


def _base(asked: Asked, covered: tuple[str, ...], parameters: str, address: Address) -> bytes:
    """Return the signature base (RFC 9421 section 2.5)."""
    if covered is COVERED:
        digest = asked.headers[b"content-digest"].decode("latin-1")
        return (
            f'"@method": {asked.method}\n"@authority": {address.authority}\n"@path": {asked.path}\n'
            f'"@query": ?{asked.query}\n"content-digest": {digest}\n'
            f'"@signature-params": {parameters}'
        ).encode("latin-1")
    target = f"{asked.path}?{asked.query}" if asked.query else asked.path
    derived = {
        "@method": asked.method,
        "@path": asked.path,
        "@query": f"?{asked.query}",
        "@authority": address.authority,
        "@scheme": address.scheme,
        "@request-target": target,
        "@target-uri": f"{address.scheme}://{address.authority}{target}",
    }
    lines = []
    for name in covered:
        value = derived.get(name)
        if value is None:
            value = _header(asked, name)
        lines.append(f'"{name}": {value}\n')
    lines.append(f'"@signature-params": {parameters}')
    return "".join(lines).encode("latin-1")


def _header(asked: Asked, name: str) -> str:
    """Return the value of a header that is covered; a derived component of no request is none."""
    value = asked.headers.get(name.encode())
    if value is None:
        raise Refused("uncovered")
    return value.decode("latin-1").strip()


def _verifier(algorithm: str, public: bytes) -> Verify:
    def ed25519(base: bytes, signed: bytes) -> bool:
        try:
            crypto_sign_open(signed + base, public)
        except (CryptoError, ValueError):
            return False
        return len(signed) == 64

    def with_sm2(base: bytes, signed: bytes) -> bool:
        return sm2.present() and sm2.verifies(public, base, signed)

    return with_sm2 if algorithm == "sm2" else ed25519
