"""The lab of SECURITY: targets as processes of their own on loopback, and what is wrong with each.

nginx, OpenSSL, tlslite-ng, PostgreSQL and Python's library are set up well or badly; small apps and
servers that answer handshakes by hand do one thing wrong. What is not installed is left out, and
named.
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

from cryptography import x509

from bars.security_apps import apps
from bars.security_servers import OLD
from shixiao.security.probing import Given, Gravity, Target, described
from tests.security.lab import looked
from tests.security.lab_postgres import TOOLS, server_of_system
from tests.security.lab_tls import Made, authority, context_of, written
from tests.security.probing import test_certificate, test_protocols
from tests.security.probing.test_transport import STRONG, WEAK

ROOT = Path(__file__).parents[1]
LEAF = Made(issuer=authority())
RSA = replace(LEAF, kind="2048")
OTHER = replace(LEAF, names=(x509.DNSName("other.example.gov.cn"),))
#: RFC 2409, 6.2: the well-known prime of 1024 bits.
OAKLEY = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404"
    "DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406"
    "B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)
BLOCK = """
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/key.pem; {more}
    location / {{ return 200 "x"; }}
  }}
  server {{ listen 127.0.0.1:{plain}; return {answer}; }}
"""
HTTP = """
pid {folder}/pid; error_log {folder}/error crit; daemon off; master_process off;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
{blocks}
}}
"""
HERE, ELSEWHERE = "301 https://$host$request_uri", "301 https://elsewhere.example/"
PAGES = ("certificate", "protocols", "redirects")
#: nginx: certificate, directives, answer to plain HTTP, and what is wrong.
NGINX: dict[str, tuple[Made, str, str, set[str]]] = {
    "strong": (LEAF, STRONG, HERE, set()),
    "as it comes": (LEAF, "", "308 https://$host$request_uri", set()),
    "TLS 1.3 alone": (LEAF, "ssl_protocols TLSv1.3;", HERE, set()),
    "weak": (
        LEAF,
        WEAK,
        "200 x",
        {
            "protocols.anonymous",
            "protocols.null",
            "protocols.tls10",
            "protocols.tls11",
            "redirects.encrypts",
        },
    ),
    "TLS 1.0 alone": (
        LEAF,
        "ssl_protocols TLSv1; ssl_ciphers ECDHE+AES:@SECLEVEL=0;",
        HERE,
        {"protocols.tls10", "protocols.current", "protocols.aead"},
    ),
    "expired": (replace(LEAF, days=(-90, -1)), STRONG, HERE, {"certificate.expired"}),
    "another name": (OTHER, STRONG, HERE, {"certificate.name"}),
    "no secrecy": (
        RSA,
        "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers AES256-GCM-SHA384;",
        HERE,
        {"protocols.secrecy"},
    ),
    "a short prime": (
        RSA,
        "ssl_protocols TLSv1.2; ssl_ciphers DHE+AESGCM:@SECLEVEL=0; ssl_dhparam {folder}/dh.pem;",
        HERE,
        {"protocols.prime"},
    ),
    "plain beside it": (LEAF, STRONG, "200 x", {"redirects.encrypts"}),
    "leads away": (LEAF, STRONG, ELSEWHERE, {"redirects.foreign"}),
}
OLDER = "@SECLEVEL=0"
#: openssl s_server: options, and what is wrong.
OPENSSL: dict[str, tuple[list[str], set[str]]] = {
    "modern": (["-cipher", "ECDHE+AESGCM"], set()),
    "NULL": (["-tls1_2", "-cipher", f"NULL-SHA256:{OLDER}"], {"null", "aead"}),
    "anonymous": (["-tls1_2", "-cipher", f"ADH+AESGCM:{OLDER}"], {"anonymous", "aead"}),
    "TLS 1.1": (
        ["-tls1_1", "-cipher", f"ECDHE+AES:{OLDER}"],
        {"tls11", "current", "aead"},
    ),
}
#: PostgreSQL: certificate, settings, and what is wrong.
POSTGRESQL: dict[str, tuple[Made, str, set[str]]] = {
    "strong": (LEAF, "-c ssl=on", set()),
    "without TLS": (LEAF, "-c ssl=off", {"protocols.encrypted"}),
    "old": (
        replace(LEAF, days=(-90, -1)),
        "-c ssl=on -c ssl_min_protocol_version=TLSv1 -c ssl_ciphers=ALL:@SECLEVEL=0",
        {
            "protocols.tls10",
            "protocols.tls11",
            "protocols.anonymous",
            "certificate.expired",
        },
    ),
}


@dataclass
class Placed:
    """A target of the lab.

    Attributes:
        name: of it.
        target: where it is.
        probes: that look at it.
        wrong: ``probe.check`` of everything that they have to find.
        given: what they are lent.
        ports: that may be asked besides its own.
    """

    name: str
    target: Target
    probes: tuple[str, ...]
    wrong: set[str]
    given: Given = field(default_factory=Given)
    ports: frozenset[int] = frozenset()

    def found(self) -> set[str]:
        """Return ``probe.check`` of everything that is found, without what is but a note."""
        found = set()
        for name in self.probes:
            checks = described(name).checks
            told = {"ports": self.ports | {self.target.port}} if self.ports else {}
            for check, holds in looked(name, self.target, self.given, **told).items():
                if not holds and checks[check].severity is not Gravity.INFO:
                    found.add(f"{name}.{check}")
        return found


@contextmanager
def lab(folder: Path) -> Iterator[tuple[list[Placed], list[str]]]:
    """Start every target, and yield them with the names of what is not installed."""
    given = Given(ca=written(folder, "ca.pem", authority()[0]))
    with ExitStack() as stack:
        placed = [*_python(stack, folder, given)]
        missing = []
        for name, there, place in (
            ("nginx", shutil.which("nginx"), _nginx),
            ("OpenSSL", shutil.which("openssl"), _openssl),
            ("tlslite-ng", find_spec("tlslite"), _tlslite),
            ("PostgreSQL", list(TOOLS.glob("*/bin/initdb")), _postgresql),
        ):
            if there:
                placed += place(stack, folder, given)
            else:
                missing.append(name)
        yield placed, missing


def _python(stack: ExitStack, folder: Path, given: Given) -> Iterator[Placed]:
    ports = stack.enter_context(_serving("apps", folder))
    for name, app in apps().items():
        wrong = {f"{app.probe}.{check}" for check in app.wrong}
        yield Placed(name, _http(ports[name]), (app.probe,), wrong, app.given)
    ports = stack.enter_context(_serving("hand", folder))
    for n, (_, wrong) in enumerate(test_protocols.CASES):
        told = {f"protocols.{check}" for check in set(wrong) - {"tls13"}}
        yield Placed(f"by hand {n}", _tls(ports[str(n)]), ("protocols",), told)
    for n, (made, _) in enumerate(test_certificate.CASES):
        _keyed(folder / f"library{n}", made)
    ports = stack.enter_context(_serving("library", folder))
    for n, (_, wrong) in enumerate(test_certificate.CASES):
        told = {f"certificate.{check}" for check in wrong}
        yield Placed(f"certificate {n}", _tls(ports[str(n)]), ("certificate",), told, given)
    asked = replace(given, national=True)
    yield Placed("no national path", _tls(ports["0"]), ("tlcp",), {"tlcp.asked"}, asked)


def _nginx(stack: ExitStack, folder: Path, given: Given) -> Iterator[Placed]:
    free = iter(_free(2 * len(NGINX)))
    blocks, placed = [], []
    for n, (name, (made, more, answer, wrong)) in enumerate(NGINX.items()):
        here = _keyed(folder / f"nginx{n}", made)
        (here / "dh.pem").write_bytes(_prime())
        port, plain = next(free), next(free)
        told = {"folder": here, "port": port, "plain": plain, "answer": answer}
        blocks.append(BLOCK.format(**told, more=more.format(folder=here)))
        target = Target("https", "127.0.0.1", port)
        ports = frozenset({plain})
        placed.append(Placed(f"nginx, {name}", target, PAGES, wrong, given, ports))
    path = folder / "nginx.conf"
    path.write_text(HTTP.format(folder=folder, blocks="".join(blocks)), "utf-8")
    stack.enter_context(_running(["nginx", "-c", str(path), "-p", str(folder)]))
    for each in placed:
        _await(each.target.port)
    yield from placed


def _openssl(stack: ExitStack, folder: Path, given: Given) -> Iterator[Placed]:
    del given
    here = _keyed(folder / "openssl", RSA)
    for (name, (options, wrong)), port in zip(OPENSSL.items(), _free(len(OPENSSL)), strict=True):
        files = ["-cert", str(here / "chain.pem"), "-key", str(here / "key.pem")]
        line = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", *files, "-quiet", *options]
        stack.enter_context(_running(line))
        _await(port)
        told = {f"protocols.{check}" for check in wrong}
        yield Placed(f"OpenSSL, {name}", _tls(port), ("protocols",), told)


def _tlslite(stack: ExitStack, folder: Path, given: Given) -> Iterator[Placed]:
    del given
    ports = stack.enter_context(_serving("tlslite", _keyed(folder / "tlslite", RSA)))
    for name, (_, _, wrong) in OLD.items():
        told = {f"protocols.{check}" for check in wrong}
        yield Placed(f"tlslite, {name}", _tls(ports[name]), ("protocols",), told)


def _postgresql(stack: ExitStack, folder: Path, given: Given) -> Iterator[Placed]:
    for n, (name, (made, options, wrong)) in enumerate(POSTGRESQL.items()):
        here = _keyed(folder / f"postgresql{n}", made)
        (port,) = _free(1)
        files = {
            "server.crt": (here / "chain.pem").read_bytes(),
            "server.key": (here / "key.pem").read_bytes(),
        }
        line = f"-h 127.0.0.1 -p {port} {options}"
        stack.enter_context(server_of_system(line, files=files))
        target = Target("postgresql", "127.0.0.1", port)
        probes = ("certificate", "protocols")
        yield Placed(f"PostgreSQL, {name}", target, probes, wrong, given)


@contextmanager
def _serving(kind: str, folder: Path) -> Iterator[dict[str, int]]:
    line = [sys.executable, "-m", "bars.security_servers", kind, str(folder)]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None  # noqa: S101
        yield json.loads(child.stdout.readline())


@contextmanager
def _running(line: list[str]) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        server.terminate()
        server.communicate()


def _keyed(folder: Path, made: Made) -> Path:
    folder.mkdir()
    context_of(folder, made, ciphers="ALL:@SECLEVEL=0")
    return folder


def _prime() -> bytes:
    """Return the parameters as PKCS #3 has them: the prime, and 2."""
    der = b"\x30\x81\x87\x02\x81\x81\x00" + OAKLEY.to_bytes(128, "big") + b"\x02\x01\x02"
    head, foot = b"-----BEGIN DH PARAMETERS-----\n", b"-----END DH PARAMETERS-----\n"
    return head + base64.encodebytes(der) + foot


def _free(many: int) -> list[int]:
    """Return ports that nobody listens on."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(many)]
        return [each.getsockname()[1] for each in held]


def _await(port: int) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"nobody listens on {port}")


def _http(port: int) -> Target:
    return Target("http", "127.0.0.1", port)


def _tls(port: int) -> Target:
    return Target("tls", "127.0.0.1", port)
