"""Redirects: whether plain HTTP leads to the encrypted page of the same host, and none elsewhere.

Beside an encrypted address the usual port of HTTP is asked, and every other port that the consent
names. A redirect is read and never followed.
Source: RFC 9110, 15.4 (redirection); OWASP ASVS 5.0.0 V12.2.1, V3.7.2.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from shixiao.security.probing.probe import Given, Seen, probe
from shixiao.security.probing.reach import Answer, NoHttp, NotAssessed, Reach, Refused
from shixiao.terms import Text

USUAL = 80
MOST = 8  # other ports of the consent that are asked
LEADING = (301, 302, 303, 307, 308)
UNNAMED = Text(
    "同意书没有写明文 HTTP 的端口（一般是 80），不能看它是否转到加密的页面。",
    "The consent names no port of plain HTTP (80 as a rule), so it cannot be seen whether that"
    " leads to the encrypted page.",
)


@probe("redirects")
def redirects(reach: Reach, given: Given) -> Iterator[Seen]:
    """Ask for the page, and for the same page in plain HTTP."""
    del given
    if reach.target.scheme in ("tls", "postgresql"):
        return
    yield from _leads(reach, reach.get(), reach.target.origin, "")
    if reach.target.scheme == "http":  # that it is not encrypted, ``protocols`` says
        return
    ports = _ports(reach)
    if not ports:
        raise NotAssessed(UNNAMED)
    for port in ports:
        place = f"http:{port}"
        answer = _plain(reach, port)
        if answer is None:
            yield Seen("encrypts", True, place)
            continue
        origin = f"http://{reach.target.host}:{port}"
        leads = answer.status in LEADING and _scheme(origin, answer) == "https"
        yield Seen("encrypts", leads or answer.status >= 400, place, {"port": port})
        yield from _leads(reach, answer, origin, place)


def _ports(reach: Reach) -> tuple[int, ...]:
    """Return the ports where plain HTTP may be: those of the consent, or the usual one."""
    named = sorted(reach.consent.ports - {reach.target.port})
    if named:
        return tuple(sorted(named, key=lambda port: port != USUAL))[:MOST]
    return (USUAL,) if not reach.consent.ports or reach.target.own else ()


def _plain(reach: Reach, port: int) -> Answer | None:
    """Return what plain HTTP answers there; None where nobody listens, or no HTTP is spoken.

    Raises:
        NotAssessed: it is silent, which may be a wall between.
    """
    try:
        with reach.connect(what=f"connect {port}", port=port):
            pass
        return reach.ask("GET", scheme="http", port=port)
    except (Refused, NoHttp):
        return None


def _leads(reach: Reach, answer: Answer, origin: str, place: str) -> Iterator[Seen]:
    """Say where a redirect leads; nothing of an answer that is none."""
    where = answer.header("location")
    if answer.status not in LEADING or not where:
        return
    goal = _goal(origin, answer)
    says = {"where": where[:120]}
    if goal is None:
        yield Seen("foreign", False, place, says)
        return
    host, mine = goal
    same = _same(host, reach.target.host)
    yield Seen("inside", same or not _private(host), place, says)
    yield Seen("foreign", same or _private(host), place, says)
    if origin.startswith("https:"):
        yield Seen("downgrade", mine == "https", place, says)


def _goal(origin: str, answer: Answer) -> tuple[str, str] | None:
    """Return host and scheme that a redirect leads to; None where it is no address."""
    try:
        parts = urlsplit(urljoin(origin + "/", answer.header("location")))
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return None
    return (host, parts.scheme) if host and parts.scheme in ("http", "https") else None


def _scheme(origin: str, answer: Answer) -> str:
    goal = _goal(origin, answer)
    return goal[1] if goal else ""


def _same(host: str, own: str) -> bool:
    """Say whether two hosts are of one site: the same, or the one with ``www`` before it."""
    return host.removeprefix("www.") == own.removeprefix("www.")


def _private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan", ".localhost"))
