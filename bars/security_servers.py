"""Servers of the lab as processes of their own: ``python -m bars.security_servers KIND FOLDER``.

Prints one JSON line, name → port, and serves until its standard input ends.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

from bars.security_apps import apps
from tests.security.lab import Serve, listening, serving
from tests.security.lab_tls import by_library
from tests.security.probing import test_certificate, test_protocols

#: Version of tlslite and names of its suites → what is wrong with such a server.
OLD: dict[str, tuple[tuple[int, int], list[str], set[str]]] = {
    "SSL 3.0, AES": ((3, 0), ["aes128"], {"ssl3", "current", "aead", "secrecy"}),
    "SSL 3.0, RC4": ((3, 0), ["rc4"], {"ssl3", "rc4", "current", "aead"}),
    "TLS 1.0, RC4": ((3, 1), ["rc4"], {"tls10", "rc4", "current", "aead"}),
    "TLS 1.1, 3DES": ((3, 2), ["3des"], {"tls11", "blocks", "current", "aead"}),
    "TLS 1.2, NULL": ((3, 3), ["null"], {"null", "aead"}),
}


def started(kind: str, folder: Path, stack: ExitStack) -> dict[str, int]:
    """Start every server of a kind, and return name → port."""
    if kind == "apps":
        return {name: stack.enter_context(serving(app.make())).port for name, app in apps().items()}
    if kind == "hand":
        cases = enumerate(test_protocols.CASES)
        return {str(n): stack.enter_context(listening(server)).port for n, (server, _) in cases}
    if kind == "library":
        return {
            str(n): stack.enter_context(listening(_library(folder / f"library{n}"))).port
            for n in range(len(test_certificate.CASES))
        }
    return {name: stack.enter_context(listening(old(name, folder))).port for name in OLD}


def _library(folder: Path) -> Serve:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ECDHE+AESGCM:@SECLEVEL=0")
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return by_library(context)


def old(name: str, folder: Path) -> Serve:
    """Return a server that speaks what OpenSSL does not speak any more, by tlslite-ng."""
    from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
    from tlslite.errors import BaseTLSException

    chain, settings = X509CertChain(), HandshakeSettings()
    chain.parsePemList((folder / "chain.pem").read_text("ascii"))
    key = parsePEMKey((folder / "key.pem").read_text("ascii"), private=True)
    settings.minVersion, settings.maxVersion = OLD[name][0], OLD[name][0]
    settings.cipherNames = OLD[name][1]
    settings.macNames = ["sha", "sha256", "md5"]
    settings.keyExchangeNames = ["rsa", "ecdhe_rsa"]

    def serve(link: socket.socket) -> None:
        with suppress(BaseTLSException):
            TLSConnection(link).handshakeServer(certChain=chain, privateKey=key, settings=settings)

    return serve


if __name__ == "__main__":
    with ExitStack() as servers:
        print(json.dumps(started(sys.argv[1], Path(sys.argv[2]), servers)), flush=True)
        sys.stdin.read()
