"""Limits: whether too many, too large and too long requests are refused.

A large body is announced and not sent: a server that waits for ten gigabytes takes them.
Source: OWASP ASVS 5.0.0, V2.4.1, V5.2.1 and V15.2.2; RFC 9110 (413), RFC 6585 (429, 431).
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from shixiao.security.probing.probe import Given, Seen, probe
from shixiao.security.probing.reach import ENDS, NotAssessed, Reach
from shixiao.terms import Text

REQUESTS = 300
LIMITED = (403, 429, 503)
FASTER = 10.0  # requests a second, below which a server need not refuse
ANNOUNCED = 10 << 30  # bytes
WAIT = 5.0  # seconds in which a refusal comes
SIGNS = 40_000  # of an address
TOO_SLOW = Text(
    "只达到每秒 {rate} 个请求，太慢，不能说明没有限制。",
    "Only {rate} requests a second were reached, too few to tell that there is no limit.",
)


@probe("limits")
def limits(reach: Reach, given: Given) -> Iterator[Seen]:
    """Announce a large body, send a long address, then ask as fast as is consented to."""
    reach.check_heavy("load")
    reach.get(waits=False)
    for path in dict.fromkeys(path for path in (reach.target.path, given.login) if path):
        yield Seen("body", _refuses_large(reach, path), path, {"path": path})
    yield Seen("address", _refuses_long(reach))
    reached = _reached(reach)
    if reached is not None and reached < FASTER:
        raise NotAssessed(TOO_SLOW.format(rate=round(reached, 1)))
    yield Seen("rate", reached is None, values={"rate": round(reached or 0)})


def _reached(reach: Reach) -> float | None:
    """Return how many requests a second were all answered; None where some were refused."""
    begun = time.monotonic()
    for _ in range(REQUESTS):
        answer = reach.get(waits=False)
        if answer.status in LIMITED or answer.header("retry-after"):
            return None
    return REQUESTS / (time.monotonic() - begun)


def _refuses_long(reach: Reach) -> bool:
    try:
        answer = reach.get(f"{reach.target.path}?x={'a' * SIGNS}")
    except NotAssessed as why:
        if why.text in ENDS:
            raise
        return reach.get(waits=False).status > 0  # it was cut, a refusal while others are answered
    return answer.status >= 400


def _refuses_large(reach: Reach, path: str) -> bool:
    """Say whether a body of ten gigabytes is refused, cut, or not waited for."""
    begin = (
        f"POST {path} HTTP/1.1\r\nHost: {reach.target.place}\r\nUser-Agent: shixiao-probe\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {ANNOUNCED}\r\n\r\nx"
    )
    with reach.connect(what=f"POST {path[:200]} ({ANNOUNCED} announced)") as plain:
        try:
            plain.settimeout(min(WAIT, reach.left()))
            with reach.dressed(plain) as link:
                link.sendall(begin.encode("ascii", "replace"))
                link.recv(1)
        except TimeoutError:
            return False
        except OSError:
            return True
    return True
