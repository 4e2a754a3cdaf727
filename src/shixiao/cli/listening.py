"""Options of commands that listen: where, and with how many processes."""

from __future__ import annotations

import click

host = click.option(
    "--host", default="127.0.0.1", show_default=True, help="监听地址 · address to listen on"
)
port = click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口 · port"
)
workers = click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="网站进程数 · processes of the web server",
)
