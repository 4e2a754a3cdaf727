"""A site with everything right, over https: no probe of pages has anything to say."""

from __future__ import annotations

import html
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from shixiao.security.probing import Given
from tests.gateway.certificates import Authority
from tests.security.lab import Asked, Reply, hardened, looked, serving

PAGE = b'<!doctype html><script src="/static/a.js"></script><form><input name="q" value="a"></form>'
COOKIE = "__Host-session=4f1c9a; Path=/; Secure; HttpOnly; SameSite=Lax"
HEADERS = hardened(strict_transport_security="max-age=63072000; includeSubDomains")


def site(asked: Asked) -> Reply:
    reply, parts = HEADERS(asked), urlsplit(asked.path)
    if asked.method != "GET":
        return Reply(405, b"", reply.headers)
    if parts.path != "/":
        return Reply(404, b"<!doctype html><p>404", reply.headers)
    said = html.escape("".join(parse_qs(parts.query).get("q", [])))
    reply.headers = [*reply.headers, ("Set-Cookie", COOKIE)]
    return Reply(200, PAGE + f"<p>{said}".encode(), reply.headers)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return Authority(tmp_path_factory.mktemp("certificates"), "lab").issue("web")


@pytest.mark.parametrize("name", ["headers", "cookies", "injection"])
def test_nothing_is_said_of_a_site_with_everything_right(
    pair: tuple[Path, Path], name: str
) -> None:
    with serving(site, pair=pair) as target:
        found = looked(name, target, Given())
    assert found
    assert all(found.values()), found
