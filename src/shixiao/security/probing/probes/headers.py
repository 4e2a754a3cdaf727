"""Headers: what a page tells browsers to refuse, and what it tells strangers about itself.

Source: OWASP ASVS 5.0.0, V3.4 (browser security mechanism headers) and V13.4 (unintended
information leakage); RFC 6797 (HSTS); CSP Level 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shixiao.security.probing.probe import Given, Seen, listed, probe
from shixiao.security.probing.reach import Answer, Reach
from shixiao.terms import Text

YEAR = 31_536_000  # seconds: the least that ASVS 3.4.1 takes
UNSAFE = ("'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:")
VERSION = re.compile(r"/\d|\d+\.\d+")
UNNAMED = Text("没有写明脚本来源", "it names none")
TELLING = ("server", "x-powered-by", "x-aspnet-version", "x-generator")


@probe("headers")
def headers(reach: Reach, given: Given) -> Iterator[Seen]:
    """Ask for the page once and read its headers."""
    del given
    page = reach.get()
    if reach.target.scheme == "https":
        yield Seen("hsts", _lasts(page.header("strict-transport-security")))
    policy = _policy(page)
    yield Seen("csp", bool(policy))
    scripts = policy.get("script-src", policy.get("default-src", []))
    strict = any(each.startswith(("'nonce-", "'sha")) for each in scripts)
    loose = [each for each in scripts if each in UNSAFE]
    if strict:  # a browser that knows nonces ignores 'unsafe-inline' beside them
        loose = [each for each in loose if each not in ("'unsafe-inline'", "https:", "http:")]
    if policy:
        why = listed(loose) if scripts else UNNAMED
        yield Seen("csp_scripts", bool(scripts) and not loose, values={"loose": why})
    framed = policy.get("frame-ancestors") is not None or bool(page.header("x-frame-options"))
    yield Seen("framing", framed)
    yield Seen("sniffing", page.header("x-content-type-options").lower() == "nosniff")
    yield Seen("referrer", _discreet(page.header("referrer-policy")))
    yield Seen("cors", not _open_to_all(reach))
    for name in TELLING:
        value = page.header(name)
        if value:
            says = {"header": name, "value": value[:80]}
            yield Seen("telling", not VERSION.search(value), name, says)


def _lasts(value: str) -> bool:
    found = re.search(r"max-age\s*=\s*\"?(\d{1,12})", value, re.IGNORECASE)
    return found is not None and int(found[1]) >= YEAR


def _policy(page: Answer) -> dict[str, list[str]]:
    """Return the directives of the first policy: a second one only narrows it."""
    found: dict[str, list[str]] = {}
    for part in next(iter(page.all("content-security-policy")), "").split(";"):
        name, *values = part.split() or [""]
        if name:
            found.setdefault(name.lower(), [value.lower() for value in values])
    return found


def _discreet(value: str) -> bool:
    """Say whether the address of a page stays within the site; the last word that counts does."""
    known = [word.strip().lower() for word in value.split(",")]
    return bool(known[-1]) and known[-1] not in ("unsafe-url", "no-referrer-when-downgrade")


def _open_to_all(reach: Reach) -> bool:
    """Say whether any other site may read what a signed-in person sees."""
    foreign = "https://elsewhere.example"
    answer = reach.get(headers={"Origin": foreign})
    allowed = answer.header("access-control-allow-origin")
    lent = answer.header("access-control-allow-credentials").lower() == "true"
    return allowed in {foreign, "null"} or (allowed == "*" and lent)
