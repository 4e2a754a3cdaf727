"""Target: the one address that a probe looks at, and its parts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from shixiao.terms import BadInput, Text

PORTS = {"https": 443, "http": 80, "tls": 443, "postgresql": 5432}
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Target:
    """Where to look.

    Attributes:
        scheme: https, http, tls for a service that speaks something else inside, or postgresql,
            which encrypts once it is asked to.
        host: name or number, in lower case, without brackets.
        port: where it listens.
        path: of the page to begin at; "/" where none is given.
    """

    scheme: str
    host: str
    port: int
    path: str = "/"

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read ``https://host[:port]/path``, ``http://…``, ``postgresql://host[:port]``,
        ``tls://host:port`` or ``host:port``.

        Raises:
            BadInput: it is none of these.
        """
        whole = text.strip()
        if "://" not in whole:
            whole = f"tls://{whole}"
        try:
            parts = urlsplit(whole)
            port, host = parts.port, (parts.hostname or "").rstrip(".")
        except ValueError:
            raise _wrong(text) from None
        plain = parts.scheme in PORTS and not (parts.username or parts.password)
        if not (plain and _name(host) and len(text) <= LONGEST):
            raise _wrong(text)
        path = parts.path or "/"
        if not path.isascii() or any(sign.isspace() for sign in path):
            raise _wrong(text)
        return cls(parts.scheme, host, PORTS[parts.scheme] if port is None else port, path)

    @property
    def place(self) -> str:
        """Host and port, as they stand in a Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = PORTS[self.scheme] == self.port and self.scheme != "tls"
        return host if usual else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.place}"

    @property
    def own(self) -> bool:
        """True where it is this very machine, by number or as ``localhost``."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return self.origin + (self.path if self.path != "/" else "")


def _name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        return len(host) <= 253 and all(_label(label) for label in labels)
    return True


def _label(label: str) -> bool:
    kept = label.replace("-", "").replace("_", "")
    return 0 < len(label) <= 63 and kept.isascii() and kept.isalnum() and label[0] != "-"


def _wrong(text: str) -> BadInput:
    return BadInput(
        Text(
            f"“{text[:80]}”不是可以测试的地址；请写 https://主机/路径、http://… 或 主机:端口。",
            f"“{text[:80]}” is no address to test; write https://host/path, http://… or host:port.",
        )
    )
