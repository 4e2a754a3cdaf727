"""Running a gateway: granian with uvloop, so many workers, each with its own log."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from shixiao.connections import CONNECTIONS, allow_connections
from shixiao.gateway.app import CONFIG
from shixiao.gateway.cases import open_cases
from shixiao.gateway.config import Config
from shixiao.gateway.database import connect
from shixiao.gateway.sources import open_source
from shixiao.terms import BadInput, Text

SERVED: dict[str, Any] = {
    "interface": Interfaces.ASGI,
    "loop": Loops.uvloop,
    "http": HTTPModes.http1,
    "websockets": False,
    "backlog": CONNECTIONS,
    "backpressure": CONNECTIONS,
    "log_access": False,
    "log_level": LogLevels.warning,
}
"""Options by which granian serves a gateway, and what bars hold it against."""
_NO_TLS = Text("证书或私钥读不出：{why}。", "a certificate or its key cannot be read: {why}")
RESPAWN = 0.2  # seconds before a worker that died is started again


def run(config: Config, path: Path) -> None:
    """Serve until stopped; a worker that dies is started again.

    Args:
        config: what the gateway is told.
        path: of its file, for the workers to read.

    Raises:
        BadInput: the config names what is not there.
        Unavailable: a server does not answer.
    """
    asyncio.run(_try(config))
    allow_connections()
    os.environ[CONFIG] = str(path.resolve())
    tls = config.tls
    Server(
        "shixiao.gateway.app:application",
        address=config.host,
        port=config.port,
        workers=config.workers,
        factory=True,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN,
        http1_settings=HTTP1Settings(header_read_timeout=int(config.limits.read * 1000)),
        ssl_cert=Path(tls["certificate"]) if tls else None,
        ssl_key=Path(tls["key"]) if tls else None,
        ssl_ca=Path(tls["clients"]) if tls.get("clients") else None,
        ssl_client_verify=bool(tls.get("clients")),
        **SERVED,
    ).serve()


async def _try(config: Config) -> None:
    """Open once what the workers will open, so that a mistake is said in one sentence.

    The gateway's own file is made here too: workers that make it all at once disturb each other.
    """
    _try_tls(config.tls)
    connect(config.state).close()
    await (await open_cases(config)).close()
    for source in config.sources.values():
        opened = await open_source(source, config)
        await opened.close()


def _try_tls(tls: Mapping[str, str]) -> None:
    if not tls:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls["certificate"], tls["key"])
        if tls.get("clients"):
            context.load_verify_locations(tls["clients"])
    except KeyError as missing:
        raise BadInput(_NO_TLS.format(why=missing.args[0])) from None
    except (OSError, ValueError) as error:
        raise BadInput(_NO_TLS.format(why=error)) from None
