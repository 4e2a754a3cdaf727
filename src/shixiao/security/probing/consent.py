"""Consent: in writing, what may be sent where, from when to when, how fast, and whom to call.

Nothing is sent outside it. This very machine needs none: whoever runs a probe there answers for it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from shixiao.datafiles import load_yaml
from shixiao.security.probing.target import Target
from shixiao.terms import BadInput, Text

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LARGEST = 1 << 20  # bytes of a file
FASTEST = 200.0  # requests a second
MOST = 1_000_000
LONGEST = timedelta(days=366)
#: What goes beyond looking, each to be named: it writes, tries passwords, or takes strength.
HEAVY = ("login", "load", "fuzz", "slow", "accounts")


@dataclass(frozen=True, slots=True)
class Consent:
    """What the owner of a system agreed to.

    Attributes:
        hosts: names or numbers that may be looked at.
        ports: of them; empty for every port of the target's own address.
        networks: private networks in which the hosts may lie; public addresses need none.
        starts, ends: the window, with time zone.
        rate: requests a second, at most.
        most: requests in all, at most.
        heavy: which of ``HEAVY`` is allowed.
        contact: whom to call when something goes wrong.
        reference: number of the paper.
    """

    hosts: frozenset[str]
    ports: frozenset[int]
    networks: tuple[Network, ...]
    starts: datetime
    ends: datetime
    rate: float
    most: int
    heavy: frozenset[str]
    contact: str
    reference: str

    @classmethod
    def of_own_machine(cls, target: Target, *, now: datetime) -> Consent:
        """Return what may be done on this very machine: everything, at this address, for a day."""
        return cls(
            frozenset({target.host}),
            frozenset(),
            (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")),
            now - timedelta(minutes=1),
            now + timedelta(days=1),
            FASTEST,
            MOST,
            frozenset(HEAVY),
            "",
            "",
        )

    @classmethod
    def read(cls, path: Path) -> Consent:
        """Read a consent from a YAML or JSON file.

        Raises:
            BadInput: it cannot be read, or lacks something.
        """
        try:
            raw = path.read_bytes()[: LARGEST + 1]
        except OSError as problem:
            raise BadInput(
                Text(
                    f"同意书读不了：{problem.strerror}。",
                    f"The consent cannot be read: {problem.strerror}.",
                ),
                file=path.name,
            ) from None
        try:
            data = load_yaml(raw) if len(raw) <= LARGEST else None
        except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
            data = None
        if not isinstance(data, Mapping):
            raise BadInput(
                Text(
                    "同意书应为 YAML 或 JSON 的对照表。", "A consent is a mapping in YAML or JSON."
                ),
                file=path.name,
            )
        return cls.of(data, file=path.name)

    @classmethod
    def of(cls, data: Mapping[str, Any], *, file: str = "") -> Consent:
        """Make a consent of plain values.

        Raises:
            BadInput: something is missing, wrong, or without end.
        """
        told = _Told(data, file)
        starts, ends = told.moment("starts"), told.moment("ends")
        if not starts < ends <= starts + LONGEST:
            raise told.wrong("ends", "晚于开始、不超过一年", "after the start and within a year")
        rate = told.number("rate", FASTEST)
        most = told.number("most", MOST)
        heavy = told.words("heavy", least=0)
        if not heavy <= set(HEAVY):
            raise told.wrong("heavy", "、".join(HEAVY), "some of " + ", ".join(HEAVY))
        return cls(
            frozenset(host.lower().rstrip(".") for host in told.words("hosts", least=1)),
            told.ports(),
            told.networks(),
            starts,
            ends,
            rate,
            int(most),
            frozenset(heavy),
            told.text("contact"),
            told.text("reference"),
        )

    def why_not(self, target: Target, *, now: datetime) -> Text | None:
        """Say why a target may not be looked at now; None where it may."""
        if target.host not in self.hosts:
            return Text(
                f"同意书没有写主机 {target.host}。", f"The consent does not name {target.host}."
            )
        if self.ports and target.port not in self.ports:
            return Text(
                f"同意书没有写端口 {target.port}。",
                f"The consent does not name port {target.port}.",
            )
        if not self.starts <= now < self.ends:
            return Text("现在不在同意的时间之内。", "It is outside the time that was consented to.")
        return None

    def covers(self, address: Address) -> bool:
        """Say whether the machine at an address may be asked, whatever its name is.

        A public address may; any other only where its network is named, so that no name leads into
        the inside of a network by changing its address.
        """
        real = plain(address)
        if any(real.version == net.version and real in net for net in self.networks):
            return True
        return real.is_global and not real.is_multicast


def plain(address: Address) -> Address:
    """Return the address itself where it is written as an IPv6 one for an IPv4 one."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@dataclass(frozen=True, slots=True)
class _Told:
    """Fields of a consent as they were written."""

    data: Mapping[str, Any]
    file: str

    def wrong(self, field: str, zh: str, en: str) -> BadInput:
        text = Text(
            f"“{field}”应为{zh}；没有发出任何请求。", f"“{field}” has to be {en}; nothing was sent."
        )
        return BadInput(text, file=self.file or None)

    def text(self, field: str) -> str:
        value = self.data.get(field)
        if not isinstance(value, str | int) or not str(value).strip() or len(str(value)) > 500:
            raise self.wrong(field, "文字", "a text")
        return str(value).strip()

    def words(self, field: str, *, least: int) -> set[str]:
        value = self.data.get(field, [])
        if not isinstance(value, list) or not least <= len(value) <= 1_000:
            raise self.wrong(field, "列表", "a list")
        if not all(isinstance(each, str) and 0 < len(each) <= 253 for each in value):
            raise self.wrong(field, "文字的列表", "a list of texts")
        return set(value)

    def number(self, field: str, most: float) -> float:
        value = self.data.get(field)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
            raise self.wrong(
                field, f"大于 0、不超过 {most:g} 的数", f"above 0 and at most {most:g}"
            )
        return float(value)

    def moment(self, field: str) -> datetime:
        value = self.data.get(field)
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise self.wrong(field, "带时区的时间", "a moment with its time zone")
        return found

    def ports(self) -> frozenset[int]:
        value = self.data.get("ports", [])
        fits = isinstance(value, list) and all(
            isinstance(port, int) and not isinstance(port, bool) and 0 < port < 65_536
            for port in value
        )
        if not fits:
            raise self.wrong("ports", "1 至 65535 的端口列表", "a list of ports from 1 to 65535")
        return frozenset(value)

    def networks(self) -> tuple[Network, ...]:
        try:
            return tuple(
                ipaddress.ip_network(each) for each in sorted(self.words("networks", least=0))
            )
        except ValueError:
            raise self.wrong(
                "networks", "网段列表，如 10.1.0.0/16", "a list of networks such as 10.1.0.0/16"
            ) from None
