"""Chains: what can be said of certificates by reading them: names, dates, keys, and how they stand.

Source: RFC 5280 (profile), RFC 6125 and RFC 9525 (names), CA/Browser Forum Baseline Requirements
(keys and signatures).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID

from shixiao.terms import Text

Kind = TypeVar("Kind", bound=x509.ExtensionType)
LEAST_RSA, LEAST_EC = 2048, 224
LONGEST = 10  # certificates: no chain of an authority is as long
#: Signatures by MD2, MD4, MD5 and SHA-1, which can be forged or nearly so.
WEAK = {
    "1.2.840.113549.1.1.2": "MD2",
    "1.2.840.113549.1.1.3": "MD4",
    "1.2.840.113549.1.1.4": "MD5",
    "1.2.840.113549.1.1.5": "SHA-1",
    "1.2.840.10040.4.3": "SHA-1",
    "1.2.840.10045.4.1": "SHA-1",
}
LEAF_SIGNS = Text(
    "服务器证书自称可以签发证书", "the server's certificate claims to be an authority"
)
NO_BASIC = Text("签发证书没有标明是 CA", "an authority's certificate does not say that it is one")
NO_USAGE = Text("签发证书没有密钥用途", "an authority's certificate has no key usage")
WRONG_USAGE = Text(
    "签发证书的密钥用途不含签发", "an authority's certificate is not for signing certificates"
)
WRONG_ORDER = Text("证书的先后次序不对", "the certificates are not in order")
TOO_LONG = Text("随附的证书过多（{n} 张）", "too many certificates come along ({n})")
UNREADABLE = Text("随附的证书有读不了的", "a certificate that came along cannot be read")


def names(leaf: x509.Certificate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names and the numbers that a certificate is for, without its common name."""
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return (), ()
    hosts = tuple(found.get_values_for_type(x509.DNSName))
    return hosts, tuple(str(each) for each in found.get_values_for_type(x509.IPAddress))


def common(leaf: x509.Certificate) -> str:
    """Return the common name; "" without one."""
    listed = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(listed[-1].value) if listed else ""


def fits(leaf: x509.Certificate, host: str) -> bool:
    """Say whether a certificate is for a host; the common name counts only where no other is."""
    hosts, numbers = names(leaf)
    try:
        wanted = ipaddress.ip_address(host)
    except ValueError:
        return any(covers(name, host) for name in hosts or (() if numbers else (common(leaf),)))
    listed = numbers or (() if hosts else (common(leaf),))
    return str(wanted) in listed


def covers(name: str, host: str) -> bool:
    """Say whether a name of a certificate covers a host.

    A star stands for one whole first label and nothing else, with two labels after it at least.
    """
    first, _, rest = name.lower().rstrip(".").partition(".")
    mine, _, beyond = host.lower().rstrip(".").partition(".")
    if first == "*":
        return bool(mine) and rest == beyond and "." in rest
    return "*" not in name and (first, rest) == (mine, beyond)


def key(leaf: x509.Certificate) -> tuple[str, bool]:
    """Return kind and length of its key in words, and whether that is enough."""
    try:
        public = leaf.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return "?", False
    if isinstance(public, rsa.RSAPublicKey):
        return f"RSA {public.key_size}", public.key_size >= LEAST_RSA
    if isinstance(public, ec.EllipticCurvePublicKey):
        return f"EC {public.key_size}", public.key_size >= LEAST_EC
    if isinstance(public, dsa.DSAPublicKey):
        return f"DSA {public.key_size}", False
    return type(public).__name__.removesuffix("PublicKey").lstrip("_"), True


def weak_signature(chain: Sequence[x509.Certificate]) -> str:
    """Return the weak hash that a certificate of the chain is signed by; "" for none.

    A root is trusted for what it is, so what signs it does not matter; a server's own
    certificate that signs itself does.
    """
    signed = [each for n, each in enumerate(chain) if n == 0 or each.subject != each.issuer]
    return next(
        (
            WEAK[each.signature_algorithm_oid.dotted_string]
            for each in signed
            if each.signature_algorithm_oid.dotted_string in WEAK
        ),
        "",
    )


def misshapen(chain: Sequence[x509.Certificate]) -> list[Text]:
    """Return what is wrong with the shape of a chain, whether it is trusted or not."""
    found = []
    if len(chain) > LONGEST:
        found.append(TOO_LONG.format(n=len(chain)))
    try:
        if len(chain) > 1 and _signs(chain[0]):
            found.append(LEAF_SIGNS)
        for each in chain[1:]:
            found += [what for what in _authority(each) if what not in found]
    except (ValueError, x509.DuplicateExtension):
        found.append(UNREADABLE)
    pairs = pairwise(chain)
    if any(lower.issuer != upper.subject for lower, upper in pairs):
        found.append(WRONG_ORDER)
    return found


def _signs(certificate: x509.Certificate) -> bool:
    basic = _extension(certificate, x509.BasicConstraints)
    return basic is not None and basic.ca


def _authority(each: x509.Certificate) -> list[Text]:
    found = [] if _signs(each) else [NO_BASIC]
    usage = _extension(each, x509.KeyUsage)
    if usage is None:
        found.append(NO_USAGE)
    elif not usage.key_cert_sign:
        found.append(WRONG_USAGE)
    return found


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
