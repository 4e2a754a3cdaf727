"""Running a gateway: granian with uvloop, so many workers, each with its own log."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, Loops
from granian.server import Server

from shixiao.gateway.app import CONFIG
from shixiao.gateway.cases import CaseTable
from shixiao.gateway.config import Config
from shixiao.gateway.sources import open_source

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
        interface=Interfaces.ASGI,
        workers=config.workers,
        loop=Loops.uvloop,
        factory=True,
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type] # granian takes the word
        ssl_cert=Path(tls["certificate"]) if tls else None,
        ssl_key=Path(tls["key"]) if tls else None,
        ssl_ca=Path(tls["clients"]) if tls.get("clients") else None,
        ssl_client_verify=bool(tls.get("clients")),
    ).serve()


async def _try(config: Config) -> None:
    """Open once what the workers will open, so that a mistake is said in one sentence."""
    CaseTable(config.cases)
    for source in config.sources.values():
        opened = await open_source(source, config)
        await opened.close()
