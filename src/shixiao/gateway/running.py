"""Running a gateway: granian with uvloop, so many workers, each with its own log."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from shixiao.gateway.app import CONFIG
from shixiao.gateway.cases import open_cases
from shixiao.gateway.config import Config
from shixiao.gateway.database import connect
from shixiao.gateway.sources import open_source

SERVED: dict[str, Any] = {
    "interface": Interfaces.ASGI,
    "loop": Loops.uvloop,
    "http": HTTPModes.http1,
    "websockets": False,
    "log_access": False,
    "log_level": LogLevels.warning,
}
"""Options by which granian serves a gateway, and what bars hold it against."""
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
    connect(config.state).close()
    await (await open_cases(config)).close()
    for source in config.sources.values():
        opened = await open_source(source, config)
        await opened.close()
