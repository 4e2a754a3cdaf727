"""Cookies: whether the cookie by which a person stays signed in can be read, stolen or misused.

Source: OWASP ASVS 5.0.0, V3.3 (cookie setup); RFC 6265bis (attributes and name prefixes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shixiao.security.probing.probe import Given, Seen, probe
from shixiao.security.probing.reach import Reach

#: Names of cookies that hold a session or a sign-in.
SESSION = re.compile(
    r"sess|auth|jwt|token|ticket|remember|(^|[^a-z])(sid|uid|sso|login)([^a-z]|$)|(jsession|php.*)id",
    re.IGNORECASE,
)
#: Those that scripts have to read, balance load, or count visits.
OTHER = re.compile(
    r"csrf|xsrf|^_ga|^_gid|^hm_l|^_pk_|^um_|bigip|^awsalb|^serverid$|^route$", re.IGNORECASE
)
JWT = re.compile(r"^\"?eyJ[\w-]{8,}\.")


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as a server sets it.

    Attributes:
        name, value: of it.
        attributes: in lower case, with their values.
    """

    name: str
    value: str
    attributes: dict[str, str]

    @classmethod
    def read(cls, line: str) -> Cookie:
        """Read a ``Set-Cookie`` line as a browser does: what it does not know stays unread."""
        pair, *rest = line.split(";")
        name, _, value = pair.partition("=")
        found = (part.partition("=") for part in rest)
        attributes = {key.strip().lower(): said.strip().lower() for key, _, said in found}
        return cls(name.strip(), value.strip(), attributes)

    @property
    def session(self) -> bool:
        """Whether it looks like one that keeps a person signed in."""
        if OTHER.search(self.name):
            return False
        return bool(SESSION.search(self.name) or JWT.match(self.value))

    @property
    def removed(self) -> bool:
        """Whether the server takes it away by this line."""
        return not self.value or self.attributes.get("max-age", "1") in ("0", "-1")


@probe("cookies")
def cookies(reach: Reach, given: Given) -> Iterator[Seen]:
    """Ask for the page, and for the login where it is known, and read what they set."""
    paths = dict.fromkeys(path for path in (reach.target.path, given.login) if path)
    found: dict[str, Cookie] = {}
    for path in paths:
        for line in reach.get(path).all("set-cookie"):
            cookie = Cookie.read(line)
            if cookie.name and not cookie.removed:
                found[cookie.name] = cookie
    encrypted = reach.target.scheme != "http"
    for cookie in found.values():
        yield from _judged(cookie, encrypted=encrypted, host=reach.target.host)


def _judged(cookie: Cookie, *, encrypted: bool, host: str) -> Iterator[Seen]:
    says = {"cookie": cookie.name[:60]}

    def seen(check: str, holds: bool) -> Seen:
        return Seen(check, holds, cookie.name[:60], says)

    has = cookie.attributes
    if cookie.name.startswith(("__Host-", "__Secure-")):
        yield seen("prefix_rules", _keeps_its_prefix(cookie))
    if not cookie.session:
        if encrypted:
            yield seen("secure_other", "secure" in has)
        return
    if encrypted:
        yield seen("secure", "secure" in has)
        yield seen("prefix", cookie.name.startswith(("__Host-", "__Secure-")))
    yield seen("httponly", "httponly" in has)
    yield seen("samesite", has.get("samesite") in ("lax", "strict"))
    yield seen("domain", has.get("domain", "").lstrip(".") in ("", host))


def _keeps_its_prefix(cookie: Cookie) -> bool:
    has = cookie.attributes
    if "secure" not in has:
        return False
    if cookie.name.startswith("__Secure-"):
        return True
    return has.get("path") == "/" and not has.get("domain")
