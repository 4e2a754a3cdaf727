"""Certificate: whether the target is who it says, for how long, and by whose word.

The chain is read by our own rules, since no strict verifier names an expired certificate, a missing
name or a private authority apart. Servers with several certificates show each: with the usual
handshake, and with one for each kind of key.
Source: RFC 5280, RFC 9525; OWASP ASVS 5.0.0 V12.2, V11.2.3 and V11.4.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
from cryptography import x509

from shixiao.security.probing import chains
from shixiao.security.probing.handshake import Plain, greet, secure
from shixiao.security.probing.hello import SSL3, TLCP, TLS10, TLS12, Hello
from shixiao.security.probing.probe import Given, Seen, listed, probe
from shixiao.security.probing.reach import NotAssessed, Reach
from shixiao.security.probing.suites import codes
from shixiao.terms import Text

SOON = timedelta(days=14)
NAMED = 4  # names of a certificate in one sentence
TIMES = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
EVERY = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
NONE = Text("握手没有完成，拿不到证书。", "No handshake was completed, so no certificate came.")
NATIONAL = Text(
    "目标只用国密协议（TLCP），这台机器不能验证它的证书；须用认证的密码产品测试。",
    "The target speaks TLCP alone, whose certificates this machine cannot verify; test it with a"
    " certified product.",
)
BROKEN = Text("目标出示的证书读不了。", "The certificate that the target shows cannot be read.")
BAD_CA = Text(
    "另外信任的根证书文件读不了。", "The file of certificates trusted besides cannot be read."
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to shake hands.

    Attributes:
        ciphers: that are offered, as OpenSSL writes them.
        older: whether TLS 1.2 at most, so that the ciphers choose the kind of key.
    """

    ciphers: str
    older: bool

    def context(self, trusted: ssl.SSLContext | None = None) -> ssl.SSLContext:
        """Return a context of this way: with what is trusted, or one that judges nothing."""
        context = trusted or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE if trusted is None else ssl.CERT_REQUIRED
        context.verify_flags = ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = (
            ssl.TLSVersion.TLSv1_2 if self.older else ssl.TLSVersion.MAXIMUM_SUPPORTED
        )
        context.set_ciphers(self.ciphers)
        return context


WAYS = (
    Way(EVERY, older=False),
    Way("aRSA:@SECLEVEL=0", older=True),
    Way("aECDSA:@SECLEVEL=0", older=True),
)


@probe("certificate")
def certificate(reach: Reach, given: Given) -> Iterator[Seen]:
    """Take every certificate that the target shows, and read it."""
    if reach.target.scheme == "http":  # that it is not encrypted, ``protocols`` says
        return
    shown: dict[bytes, tuple[tuple[bytes, ...], Way | None]] = {}
    try:
        for way in WAYS:
            chain = _chain(reach, way)
            if chain:
                shown.setdefault(chain[0], (chain, way))
        if not shown:
            chain = _old_chain(reach)
            if chain:
                shown[chain[0]] = (chain, None)
    except Plain:
        return
    if not shown:
        raise NotAssessed(NONE)
    places: set[str] = set()
    for raw, took in shown.values():
        read = _parsed(raw)
        place = "" if not places else chains.key(read[0])[0].partition(" ")[0]
        places.add(place)
        yield from _read(reach, read, place)
        over = not read[0].not_valid_before_utc <= reach.now() < read[0].not_valid_after_utc
        held = took is not None and _trusted(reach, given, took, over=over)
        yield Seen("trusted", held, place)


def _read(reach: Reach, chain: list[x509.Certificate], place: str) -> Iterator[Seen]:
    leaf, now, host = chain[0], reach.now(), reach.target.host
    ends = leaf.not_valid_after_utc
    yield Seen("expired", now < ends, place, {"day": f"{ends:%Y-%m-%d}"})
    starts = leaf.not_valid_before_utc
    yield Seen("early", starts <= now, place, {"day": f"{starts:%Y-%m-%d}"})
    if now < ends:
        yield Seen("ending", now + SOON < ends, place, {"day": f"{ends:%Y-%m-%d}"})
    hosts, numbers = chains.names(leaf)
    shown = [*hosts, *numbers][:NAMED] or [chains.common(leaf) or "—"]
    called = listed(each[:60] for each in shown)
    yield Seen("name", chains.fits(leaf, host), place, {"host": host, "names": called})
    yield Seen("alternative", bool(hosts or numbers), place)
    key, enough = chains.key(leaf)
    yield Seen("key", enough, place, {"key": key})
    weak = chains.weak_signature(chain)
    yield Seen("signature", not weak, place, {"hash": weak})
    wrong = chains.misshapen(chain)
    yield Seen("shape", not wrong, place, {"what": _joined(wrong)} if wrong else {})


def _joined(wrong: list[Text]) -> Text:
    return Text("；".join(each.zh for each in wrong), "; ".join(each.en for each in wrong))


def _chain(reach: Reach, way: Way) -> tuple[bytes, ...]:
    """Return the chain that comes by one way; nothing where the target refuses it."""
    try:
        return secure(reach, way.context())
    except (ssl.SSLError, ConnectionError):
        return ()


def _old_chain(reach: Reach) -> tuple[bytes, ...]:
    """Return the chain as it comes in clear, where this machine's library agrees to nothing.

    Raises:
        NotAssessed: the target speaks the national protocol alone.
    """
    for version in (TLS12, TLS10, SSL3):
        offered = codes("ecdhe", "dhe", "static", "rc4", "blocks", "export", "null")
        flight = greet(reach, Hello(version, offered, reach.target.host))
        if flight is not None and flight.certificates:
            return flight.certificates
    if greet(reach, Hello(TLCP, codes("tlcp"))) is not None:
        raise NotAssessed(NATIONAL)
    return ()


def _parsed(raw: tuple[bytes, ...]) -> list[x509.Certificate]:
    try:
        return [x509.load_der_x509_certificate(each) for each in raw]
    except ValueError:
        raise NotAssessed(BROKEN) from None


def _trusted(reach: Reach, given: Given, way: Way, *, over: bool) -> bool:
    """Say whether the chain leads to a public authority, or to one that was given.

    That the time of the server's own certificate is ``over`` is said by itself, and does not make
    it untrusted; that of an authority above it does.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if given.ca is not None:
        try:
            context.load_verify_locations(given.ca)
        except OSError:
            raise NotAssessed(BAD_CA) from None
    try:
        secure(reach, way.context(context))
    except ssl.SSLCertVerificationError as why:
        return over and why.verify_code in TIMES
    except (ssl.SSLError, ConnectionError):
        raise NotAssessed(NONE) from None
    return True
