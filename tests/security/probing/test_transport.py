"""The probes of transport together: a profile of a target, and nginx as it is set up."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shixiao.rules import load_pack
from shixiao.security.probing import Consent, Given, Gravity, ProbeReport, Profile, Target, run
from tests.security.lab import faults, hardened, listening, serving
from tests.security.lab_tls import (
    ByHand,
    Made,
    authority,
    by_library,
    context_of,
    written,
)

BLOCK = """
pid {folder}/pid; error_log {folder}/error crit; daemon off; master_process off;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/key.pem; {more}
    location / {{ return 200 "x"; }}
  }}
  server {{ listen 127.0.0.1:{plain}; return {answer}; }}
}}
"""
WEAK = 'ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers "ALL:eNULL:aNULL:@SECLEVEL=0";'
STRONG = "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;"


def profiled(target: Target, profile: Profile, ca: Path | None = None) -> ProbeReport:
    return run(
        target,
        profile,
        consent=Consent.of_own_machine(target, now=datetime.now(UTC)),
        given=Given(ca=ca),
        now=lambda: datetime.now(UTC),
    )


def test_a_hardened_target_is_admissible_by_its_profile_of_tls(tmp_path: Path) -> None:
    ca = written(tmp_path, "ca.pem", authority()[0])
    with listening(by_library(context_of(tmp_path))) as target:
        report = profiled(target, Profile.TLS, ca)
    assert report.covered
    assert report.admissible(load_pack())
    assert all(fault.check.severity is Gravity.INFO for fault in report.faults)


def test_an_address_in_plain_text_is_covered_whole_and_not_admissible() -> None:
    with serving(hardened()) as target:
        for profile in (Profile.TLS, Profile.WEB):
            report = profiled(target, profile)
            assert report.covered
            grave = [f.id for f in report.faults if f.check.severity is not Gravity.INFO]
            assert grave == ["protocols.encrypted"]
            assert not report.admissible(load_pack())


def test_a_target_that_speaks_what_is_gone_is_refused() -> None:
    with listening(ByHand((0x0300,), (0x0005,), (b"",))) as target:
        report = profiled(target, Profile.TLS)
    assert not report.admissible(load_pack())
    assert set(report.vetoes) == {"protocols.ssl3", "protocols.rc4"}


@contextmanager
def nginx(folder: Path, more: str, answer: str) -> Iterator[tuple[Target, int]]:
    """Start nginx with a certificate of the lab; yield it and its port of plain HTTP."""
    context_of(folder, Made(issuer=authority()))
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        port, plain = one.getsockname()[1], two.getsockname()[1]
    path = folder / "nginx.conf"
    told = BLOCK.format(folder=folder, port=port, plain=plain, more=more, answer=answer)
    path.write_text(told, "utf-8")
    server = subprocess.Popen(["nginx", "-c", str(path), "-p", str(folder)])
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
        yield Target("https", "127.0.0.1", port), plain
    finally:
        server.terminate()
        server.wait()


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
@pytest.mark.parametrize(
    ("more", "answer", "wrong"),
    [
        (STRONG, "301 https://$host$request_uri", []),
        ("", "308 https://$host$request_uri", ["tls13"]),
        (WEAK, "200 x", ["anonymous", "encrypts", "null", "tls10", "tls11", "tls13"]),
    ],
)
def test_nginx_is_judged_by_how_it_is_set_up(
    more: str, answer: str, wrong: list[str], tmp_path: Path
) -> None:
    given = Given(ca=written(tmp_path, "ca.pem", authority()[0]))
    with nginx(tmp_path, more, answer) as (target, plain):
        ports = frozenset({target.port, plain})
        found = [
            *faults("certificate", target, given),
            *faults("protocols", target, given),
            *faults("redirects", target, given, ports=ports),
        ]
    assert sorted(found) == wrong
