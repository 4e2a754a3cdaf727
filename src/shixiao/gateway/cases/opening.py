"""Which cases a request is held against."""

from __future__ import annotations

from pathlib import Path

from shixiao.gateway.cases.checking import CaseCheck, Cases
from shixiao.gateway.cases.parquet import ParquetCases
from shixiao.gateway.cases.postgresql import PostgresCases
from shixiao.gateway.cases.service import ServiceCases
from shixiao.gateway.cases.sqlite import SqliteCases
from shixiao.gateway.config import Config
from shixiao.terms import BadInput, Text

_NO_KEY = Text(
    "读不到办件假名的密钥：{why}。", "the key of cases' pseudonyms cannot be read: {why}"
)


async def open_cases(whole: Config) -> CaseCheck:
    """Open where cases are kept.

    Raises:
        BadInput: what the config names is not there.
        Unavailable: a server does not answer.
    """
    name = whole.cases.subject_key
    try:
        key = Path(name).read_bytes() if name else b""
    except OSError as error:
        raise BadInput(_NO_KEY.format(why=error.strerror)) from None
    return CaseCheck(await _opened(whole), key)


async def _opened(whole: Config) -> Cases:
    config, limits = whole.cases, whole.limits
    if config.source == "sqlite":
        return SqliteCases(Path(config.place), config)
    if config.source == "parquet":
        return ParquetCases(config, whole.state / "cases", limits.source)
    if config.source == "postgresql":
        return await PostgresCases.open(config, timeout=limits.source)
    return ServiceCases(config, limits)
