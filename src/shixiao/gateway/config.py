"""What a gateway is told: ``gateway.yaml``, read into frozen values.

Limits are policy of the department that runs the gateway; the law fixes none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from shixiao.datafiles import load_yaml
from shixiao.gateway.signatures import Address
from shixiao.seals import VerifyKey
from shixiao.terms import BadInput, Text

_MISSING = Text("缺少“{name}”。", "“{name}” is missing")
_WRONG = Text("“{name}”的值无效：{why}。", "the value of “{name}” is not valid: {why}")
KINDS = ("sqlite", "postgresql", "http", "parquet")
"""Where datasets may lie, and cases be kept."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A signed file that the gateway obeys.

    Attributes:
        place: path of a file, or address.
        key: whoever signs it.
        max_age: seconds since it was issued, at most.
    """

    place: str
    key: VerifyKey
    max_age: int


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """Where a dataset lies.

    Attributes:
        kind: one of ``KINDS``.
        place: path of a file, connection string, or address with ``{key}``.
        table: name, where there is one.
        key: column by which a person is looked up.
        columns: of an upstream's answer; tables say theirs.
    """

    kind: str
    place: str
    key: str
    table: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CasesConfig:
    """Where cases are looked up: columns of a table, or names in a service's answer.

    Attributes:
        place: path of a file or of an evidence package, connection string, or address with
            ``{case}``.
        source: one of ``KINDS``.
        table: name, where there is one.
        case: column of the id.
        kind: column of the type.
        subject: column of the person; empty in the row of a matter about nobody alone.
        closed: column that is empty as long as the case is open.
        subject_key: file with the key of pseudonyms, where the column holds pseudonyms.
    """

    place: str
    source: str = "sqlite"
    table: str = "cases"
    case: str = "case_id"
    kind: str = "service_id"
    subject: str = "person_key"
    closed: str = "closed"
    subject_key: str = ""

    def in_table(self, table: str) -> CasesConfig:
        """Return the same columns in another table."""
        return replace(self, table=table)


@dataclass(frozen=True, slots=True)
class Delay:
    """A lawful delay before the person sees a use.

    Attributes:
        days: after the use.
        basis: law that allows it.
    """

    days: int
    basis: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes and times; policy.

    Attributes:
        body: bytes of a request.
        answer: bytes of an upstream's answer.
        read: seconds in which a request must have arrived.
        source: seconds that a source may take.
        valid: seconds that a signed request may be valid.
        attempts: verifications of one person a day under one grant.
        linger: seconds that receipts are gathered before they are made durable together.
        seal: seconds between checkpoints.
    """

    body: int = 16_384
    answer: int = 1_048_576
    read: float = 5.0
    source: float = 3.0
    valid: int = 300
    attempts: int = 5
    linger: float = 0.005
    seal: float = 0.5


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a gateway is told; ``state`` is the folder that it keeps."""

    origin: str
    address: Address
    state: Path
    grants: Followed
    statuses: Followed
    sources: Mapping[str, SourceConfig]
    cases: CasesConfig
    zone: ZoneInfo
    host: str = "127.0.0.1"
    port: int = 8070
    workers: int = 1
    delays: Mapping[str, Delay] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    tls: Mapping[str, str] = field(default_factory=dict)


def read_config(path: Path) -> Config:
    """Read ``gateway.yaml``; paths in it count from its folder.

    Raises:
        BadInput: it is not there, not YAML, or something in it is missing or wrong.
    """
    try:
        value = load_yaml(path.read_bytes())
    except FileNotFoundError:
        raise BadInput(Text("没有这个文件。", "there is no such file"), file=path.name) from None
    except (yaml.YAMLError, ValueError):
        raise BadInput(Text("不是 YAML。", "this is no YAML"), file=path.name) from None
    try:
        return _config(value, path.resolve().parent)
    except KeyError as missing:
        raise BadInput(_MISSING.format(name=missing.args[0]), file=path.name) from None
    except (TypeError, ValueError, AttributeError, ZoneInfoNotFoundError) as problem:
        why = str(problem)[:100]
        raise BadInput(_WRONG.format(name="gateway.yaml", why=why), file=path.name) from None


def _config(value: Mapping[str, Any], beside: Path) -> Config:
    limits = Limits(**value.get("limits", {}))
    if not all(getattr(limits, name) > 0 for name in Limits.__slots__ if name != "linger"):
        raise ValueError("limits")
    return Config(
        origin=str(value["origin"]),
        address=_address(str(value["public_url"])),
        state=beside / value["state"],
        grants=_followed(value["grants"], beside),
        statuses=_followed(value["statuses"], beside),
        sources={str(k): _source(v, beside) for k, v in value["datasets"].items()},
        cases=_cases(value["cases"], beside),
        zone=ZoneInfo(value.get("zone", "Asia/Shanghai")),
        host=str(value.get("host", "127.0.0.1")),
        port=int(value.get("port", 8070)),
        workers=max(1, int(value.get("workers", 1))),
        delays={str(k): Delay(int(v["days"]), str(v["basis"])) for k, v in _delays(value)},
        limits=limits,
        tls=_placed(value.get("tls", {}), beside, "certificate", "key", "clients"),
    )


def _delays(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list(value.get("delays", {}).items())


def _address(url: str) -> Address:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise ValueError(f"public_url: {url}")
    return Address(parts.scheme, parts.netloc.lower())


def _followed(value: Mapping[str, Any], beside: Path) -> Followed:
    place = str(value["place"])
    if "://" not in place:
        place = str(beside / place)
    return Followed(place, VerifyKey.parse(str(value["key"]).encode()), int(value["max_age"]))


def _source(value: Mapping[str, Any], beside: Path) -> SourceConfig:
    kind = str(value["kind"])
    if kind not in KINDS:
        raise ValueError(f"kind: {kind}")
    names = ("place",) if kind in {"sqlite", "parquet"} else ()
    placed = _placed(value, beside, *names)
    if kind == "http":
        _check_address(str(placed["place"]), "{key}")
    return SourceConfig(**{**placed, "columns": tuple(value.get("columns", ()))})


def _cases(value: Mapping[str, Any], beside: Path) -> CasesConfig:
    source = str(value.get("source", "sqlite"))
    if source not in KINDS:
        raise ValueError(f"cases.source: {source}")
    names = ("place",) if source in {"sqlite", "parquet"} else ()
    config = CasesConfig(**_placed(value, beside, *names, "subject_key"))
    if source == "http":
        _check_address(config.place, "{case}")
    return config


def _check_address(place: str, mark: str) -> None:
    """Refuse an address that asks for everybody alike, or lets the request choose the host."""
    parts = urlsplit(place)
    named = mark in parts.path or mark in parts.query
    if parts.scheme not in {"http", "https"} or not parts.hostname or not named:
        raise ValueError(f"place: {place}")
    if mark in parts.netloc:
        raise ValueError(f"place: {place}")


def _placed(value: Mapping[str, Any], beside: Path, *names: str) -> dict[str, Any]:
    return {k: str(beside / v) if k in names and v else v for k, v in value.items()}
