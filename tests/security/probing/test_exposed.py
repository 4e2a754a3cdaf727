"""Exposed paths: content accuses, not a status, and a site that says yes to all is spared."""

from __future__ import annotations

import pytest

from shixiao.security.probing import Given, NotAssessed, described
from tests.security.lab import Asked, Reply, at_paths, faults, hardened, reach_of, serving

OPENAPI = b'{"openapi": "3.1.0", "paths": {}}'
FOUND = {
    "/.git/HEAD": (b"ref: refs/heads/main\n", "source"),
    "/.svn/wc.db": (b"SQLite format 3\0...", "source"),
    "/WEB-INF/web.xml": (b"<?xml version='1.0'?><web-app>", "source"),
    "/.env": (b"# settings\nDB_PASSWORD=1\n", "secrets"),
    "/.htpasswd": (b"admin:$apr1$x$y\n", "secrets"),
    "/backup.zip": (b"PK\x03\x04\0", "backup"),
    "/www.tar.gz": (b"\x1f\x8b\x08", "backup"),
    "/backup.7z": (b"7z\xbc\xaf\x27\x1c\0", "backup"),
    "/dump.sql": (b"-- MySQL dump 10.13\n", "backup"),
    "/actuator/env": (b'{"activeProfiles":[],"propertySources":[]}', "console"),
    "/druid/index.html": (b"<html><title>Druid Stat Index</title>", "console"),
    "/nacos/v1/auth/users?pageNo=1&pageSize=1": (
        b'{"totalCount":1,"pageItems":[{"username":"nacos"}]}',
        "console",
    ),
    "/server-status": (b"<h1>Apache Server Status for x</h1>", "status"),
    "/phpinfo.php": (b"<title>PHP 7.4 - phpinfo()</title>", "status"),
    "/v2/api-docs": (b'{"swagger":"2.0"}', "interface"),
    "/uploads/": (b"<title>Index of /uploads/</title>", "listing"),
    "/assets/": (b"<title>Directory listing for /assets/</title>", "listing"),
}
PAGE = b'<!doctype html><script src="/assets/a.js"></script>'


def test_what_should_not_be_there_is_found_as_what_it_is() -> None:
    there = {path: body for path, (body, _) in FOUND.items()}
    with serving(at_paths({"/": PAGE, **there})) as target:
        reach = reach_of(target)
        seen = [each for each in described("exposed").look(reach, Given()) if not each.passed]
    assert {each.locator: each.check for each in seen} == {
        path: check for path, (_, check) in FOUND.items()
    }
    assert len(reach.sent) <= 60


def test_a_hardened_site_is_asked_little_and_not_accused() -> None:
    with serving(at_paths({"/": PAGE})) as target:
        assert faults("exposed", target) == []
        assert faults("exposed", target, Given(openapi="/openapi.json")) == []


def says_yes(asked: Asked) -> Reply:
    return Reply(200, b"<!doctype html><title>Home</title>DB_PASSWORD=x\nref: refs/heads/x")


def shows_a_listing_to_all(asked: Asked) -> Reply:
    return Reply(200, b"<title>Index of /</title>")


def shows_settings_to_all(asked: Asked) -> Reply:
    return Reply(200, b"ref: refs/heads/main\nA_B=1\n" + asked.path.encode())


@pytest.mark.parametrize("behaviour", [says_yes, shows_a_listing_to_all, shows_settings_to_all])
def test_a_site_that_says_yes_to_everything_is_not_accused(behaviour) -> None:  # type: ignore[no-untyped-def]
    with serving(lambda a: Reply(405) if a.method == "TRACE" else behaviour(a)) as target:
        assert faults("exposed", target) == []


def test_an_interface_that_its_owner_names_is_meant_to_be_read() -> None:
    with serving(at_paths({"/openapi.json": OPENAPI})) as target:
        assert faults("exposed", target) == ["interface"]
        assert faults("exposed", target, Given(openapi="/openapi.json")) == []


def test_trace_and_pages_of_debugging_are_found() -> None:
    def echoes(asked: Asked) -> Reply:
        if asked.method == "TRACE":
            return Reply(200, "".join(f"{k}: {v}\n" for k, v in asked.headers.items()).encode())
        return at_paths({})(asked)

    def debugs(asked: Asked) -> Reply:
        reply = at_paths({})(asked)
        if reply.status == 404:
            reply.body = b"<p>because you have <code>DEBUG = True</code> in your settings"
        return reply

    for behaviour, wrong in ((echoes, "trace"), (debugs, "debugging")):
        with serving(behaviour) as target:
            assert faults("exposed", target) == [wrong]


def test_a_guard_that_cuts_the_connection_has_refused_and_silence_to_most_is_not_assessed() -> None:
    def cuts(asked: Asked) -> Reply:
        if asked.path.startswith("/.git"):
            raise ConnectionAbortedError
        return at_paths({})(asked)

    def cuts_all(asked: Asked) -> Reply:
        if asked.path.startswith(("/.", "/b")):
            raise ConnectionAbortedError
        return hardened()(asked)

    with serving(cuts) as target:
        assert faults("exposed", target) == []
    with serving(cuts_all) as target, pytest.raises(NotAssessed):
        faults("exposed", target)
