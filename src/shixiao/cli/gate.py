"""``shixiao gate``: the agent that a web server asks before it lets anybody in."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from shixiao.connections import allow_connections
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

OPEN = Text(
    "准入门已启动：http://{host}:{port}/check/<系统>（按 Ctrl+C 停止）",
    "The gate is at http://{host}:{port}/check/<system> (Ctrl+C stops it)",
)
NO_KEY = Text("公钥读不出。", "the public key cannot be read.")


@click.command(
    help="准入门 · the gate before a system: nginx auth_request asks it at /check/SYSTEM, Traefik "
    "forwardAuth and Envoy ext_authz at /visit/SYSTEM; what is not admitted is answered 403."
)
@click.option(
    "--list",
    "place",
    required=True,
    metavar="URL|FILE",
    help="签名的准入清单 · the signed list of systems",
)
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="签发方的公钥 · public key of whoever admits systems",
)
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="存放目录 · folder in which the last good list is kept",
)
@click.option(
    "--grace",
    type=click.IntRange(min=1),
    default=86_400,
    show_default=True,
    help="清单多少秒没有更新就关闭 · seconds after which a list without a newer one closes all",
)
@click.option("--zone", default="Asia/Shanghai", show_default=True, help="时区 · time zone")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8_790, show_default=True)
def gate(
    place: str, key_file: Path, state: Path, grace: int, zone: str, host: str, port: int
) -> None:
    """Serve until stopped."""
    from granian.server import Server

    from shixiao.gateway.gate import SET_UP, Gate, GateSetting
    from shixiao.gateway.running import SERVED
    from shixiao.seals import VerifyKey

    try:
        key = VerifyKey.parse(key_file.read_bytes())
    except (OSError, ValueError, BadInput):
        raise BadInput(NO_KEY, file=key_file.name) from None
    try:
        told = GateSetting(place, key, grace, state, ZoneInfo(zone))
    except (OSError, ValueError):
        raise BadInput(
            Text(f"没有时区“{zone[:60]}”。", f"There is no time zone “{zone[:60]}”.")
        ) from None
    Gate(told)  # a mistake is said here, in one sentence
    os.environ[SET_UP] = told.written()
    said = OPEN.format(host=host, port=port)
    click.echo(said.in_language(Settings.from_environment().language), err=True)
    allow_connections()
    Server(
        "shixiao.gateway.gate:application",
        address=host,
        port=port,
        workers=1,
        factory=True,
        respawn_failed_workers=True,
        **SERVED,
    ).serve()
