"""Shixiao as it runs in production: PostgreSQL, two web processes, the worker, and nginx with TLS.

nginx has ``deploy/nginx.conf``, the file that is shipped; only names, ports and places are filled
in. Two persons of two departments have accounts, and each a case that the other must not see.
"""

from __future__ import annotations

import base64
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import yaml

from bars.gateway_servers import free_port
from bars.sites import ROOT, BarSite, end, prepared_site
from shixiao.security.at_rest import Canary
from tests.security.lab_tls import authority, context_of, written

NAME = "127.0.0.1"
SHIPPED = ROOT / "deploy" / "nginx.conf"
#: What stands around the shipped file where nginx is installed as a package.
AROUND = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 2;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  include {folder}/site.conf;
}}
"""
PATIENCE = 240.0
RATE, MOST = 200, 200_000  # of the consent
SHIXIAO = (sys.executable, "-c", "from shixiao.cli import main; main()")


@dataclass(frozen=True)
class Production:
    """A site that answers.

    Attributes:
        folder: of what the probes are lent.
        origin: where nginx answers in TLS.
        storage: folders where its data lie: the database, then files and ledger.
        canary: a text that was entered on the site, in columns that are encrypted.
        public: a text that was entered in a column that is not.
    """

    folder: Path
    origin: str
    storage: tuple[Path, ...]
    canary: str
    public: str

    @property
    def lent(self) -> tuple[str, ...]:
        """Options of ``shixiao probe`` by which it is lent what it needs."""
        files = {"ca": "ca.pem", "consent": "consent.yaml", "accounts": "accounts.yaml"}
        named = ((f"--{option}", str(self.folder / file)) for option, file in files.items())
        return tuple(part for pair in named for part in pair)


@contextmanager
def installed() -> Iterator[BarSite]:
    """Prepare a site with the settings of production, on a PostgreSQL of its own."""
    environment = {
        "SHIXIAO_SECRET_KEY": secrets.token_hex(32),
        "SHIXIAO_DATA_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "SHIXIAO_HOSTS": NAME,
        "SHIXIAO_TLS": "1",
        "SHIXIAO_PROXIED": "1",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    with prepared_site("postgresql", **environment) as site:
        yield site


@contextmanager
def served(site: BarSite, folder: Path) -> Iterator[Production]:
    """Run its processes and nginx until the block ends; it answers when the block begins."""
    secure, plain, behind = free_port(), free_port(), free_port()
    canary, public = (Canary.new().text for _ in range(2))
    told = site.run("lend", canary, public)
    written(folder, "ca.pem", authority()[0])
    context_of(folder)
    _write(folder, {secure, plain}, told["accounts"], told["token"])
    _configure(folder, secure=secure, plain=plain, behind=behind)
    web = [*SHIXIAO, "web", "--port", str(behind), "--workers", "2"]
    nginx = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with ExitStack() as running:
        log = running.enter_context((folder / "log").open("wb"))
        for line in (web, [*SHIXIAO, "worker"], nginx):
            child = subprocess.Popen(
                line, env=site.environment, start_new_session=True, stdout=log, stderr=log
            )
            running.callback(end, child, signal.SIGTERM)
        origin = f"https://{NAME}:{secure}"
        _await(origin, folder)
        yield Production(folder, origin, (Path(told["database"]), site.folder), canary, public)


def _configure(folder: Path, *, secure: int, plain: int, behind: int) -> None:
    shipped = SHIPPED.read_text("utf-8")
    for words, here in (
        ("listen 80;", f"listen {NAME}:{plain};"),
        ("listen 443 ", f"listen {NAME}:{secure} "),
        ("https://$host$request_uri", f"https://$host:{secure}$request_uri"),
        ("shixiao.example.gov.cn", NAME),
        ("/etc/shixiao/tls/fullchain.pem", f"{folder}/chain.pem"),
        ("/etc/shixiao/tls/privkey.pem", f"{folder}/key.pem"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("Host $host;", f"Host $host:{secure};"),
    ):
        if words not in shipped:
            raise RuntimeError(f"{SHIPPED.name} has no “{words}”")
        shipped = shipped.replace(words, here)
    (folder / "site.conf").write_text(shipped, "utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), "utf-8")


def _write(folder: Path, ports: set[int], accounts: list[dict[str, object]], token: str) -> None:
    now = datetime.now(UTC)
    consent = {
        "hosts": [NAME],
        "ports": sorted(ports),
        "networks": ["127.0.0.0/8"],
        "starts": (now - timedelta(minutes=5)).isoformat(),
        "ends": (now + timedelta(hours=3)).isoformat(),
        "rate": RATE,
        "most": MOST,
        "heavy": ["login", "load", "slow", "fuzz", "accounts"],
        "contact": "on duty",
        "reference": "own",
    }
    lent = {"login": "/account/login/", "fields": ["login", "password"], "accounts": accounts}
    lent["token"] = token
    for name, data in (("consent.yaml", consent), ("accounts.yaml", lent)):
        (folder / name).write_text(yaml.safe_dump(data), "utf-8")


def _await(origin: str, folder: Path) -> None:
    until = time.monotonic() + PATIENCE
    with httpx.Client(verify=str(folder / "ca.pem"), trust_env=False) as client:
        while time.monotonic() < until:
            try:
                if client.get(origin).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
    said = (folder / "log").read_text("utf-8", "replace")
    raise RuntimeError(f"the site does not answer: {said[-2000:]}")
