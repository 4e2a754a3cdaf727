"""A gate for bars and tests: the agent with its list, and nginx that asks it before every page."""

from __future__ import annotations

import getpass
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bars.gateway_servers import free_port
from shixiao.seals import SigningKey
from shixiao.sharing.admission import Admission, write_statuses

KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
SYSTEM = "sys1"
GRACE = 15
SHIXIAO = "from shixiao.cli import main; main()"
NGINX = """
user {user}; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{front};
    location /app/ {{
      auth_request /gate; auth_request_set $manual $upstream_http_x_shixiao_manual;
      error_page 403 = @manual; alias {folder}/app/;
    }}
    location = /gate {{
      internal; proxy_pass http://127.0.0.1:{gate}/check/{system}; proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }}
    location @manual {{ return 302 $manual; }}
  }}
}}
"""


@dataclass
class Guarded:
    """A page behind nginx and the agent.

    Attributes:
        folder: with the list.
        address: of the page.
    """

    folder: Path
    address: str

    @property
    def list(self) -> Path:
        """Where the agent looks for the list."""
        return self.folder / "list.json"

    def publish(
        self,
        version: int,
        systems: Mapping[str, Admission],
        *,
        key: SigningKey = KEY,
        issued: datetime | None = None,
    ) -> bytes:
        """Publish a list, and return it."""
        at = issued or datetime.now(UTC)
        write_statuses(self.list, systems, key, version=version, issued=at)
        return self.list.read_bytes()

    def until(self, status: int, *, seconds: float) -> float:
        """Ask until it answers so; return after how many seconds it did.

        Raises:
            TimeoutError: it did not.
        """
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            try:
                if httpx.get(self.address, trust_env=False).status_code == status:
                    return time.monotonic() - begun
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise TimeoutError(f"no {status} within {seconds} seconds")


def missing() -> bool:
    """Say whether nginx is not installed."""
    return shutil.which("nginx") is None


@contextmanager
def agent(folder: Path) -> Iterator[int]:
    """Run the agent alone until the block ends; give its port."""
    (folder / "key.pem").write_text(KEY.public.pem, "utf-8")
    gate = free_port()
    command = [sys.executable, "-c", SHIXIAO, "gate", "--list", str(folder / "list.json")]
    command += ["--key", str(folder / "key.pem"), "--state", str(folder / "state")]
    command += ["--grace", str(GRACE), "--port", str(gate)]
    with _running(command, alone=True):
        yield gate


@contextmanager
def guarded(folder: Path) -> Iterator[Guarded]:
    """Run the agent, and nginx that asks it, until the block ends."""
    (folder / "app").mkdir()
    (folder / "app" / "page.txt").write_text("in", "utf-8")
    front, config = free_port(), folder / "nginx.conf"
    with agent(folder) as gate:
        filled = {"user": getpass.getuser(), "folder": folder, "front": front, "gate": gate}
        config.write_text(NGINX.format(**filled, system=SYSTEM), "utf-8")
        with _running(["nginx", "-p", str(folder), "-c", str(config)], alone=False):
            yield Guarded(folder, f"http://127.0.0.1:{front}/app/page.txt")


@contextmanager
def _running(command: list[str], *, alone: bool) -> Iterator[None]:
    """Run a program until the block ends; ``alone`` in a session of its own."""
    program = subprocess.Popen(command, start_new_session=alone)
    try:
        yield
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=20)
