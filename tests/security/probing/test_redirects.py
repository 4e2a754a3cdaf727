"""Redirects: plain access turns into encrypted access of the same host, and nothing is followed."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from shixiao.security.probing import NotAssessed, Reach, Target
from tests.security.lab import (
    Asked,
    Behaviour,
    Reply,
    Serve,
    faults,
    hardened,
    listening,
    looked,
    serving,
)
from tests.security.lab_tls import context_of


def leading(where: str, status: int = 301) -> Behaviour:
    return lambda asked: Reply(status, b"", [("Location", where)])


def page(context: ssl.SSLContext, headers: str = "") -> Serve:
    """Return an encrypted page with headers of its own."""
    status = "302 Found" if headers else "200 OK"
    answer = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n{headers}\r\n"

    def serve(link):  # type: ignore[no-untyped-def]
        with context.wrap_socket(link, server_side=True) as secure:
            if secure.recv(4096):
                secure.sendall(answer.encode())

    return serve


@pytest.mark.parametrize(
    ("behaviour", "wrong"),
    [
        (leading("https://127.0.0.1/"), []),
        (leading("https://127.0.0.1:8443/x", 308), []),
        (leading("/elsewhere"), ["encrypts"]),
        (leading("http://127.0.0.1/"), ["encrypts"]),
        (leading("https://elsewhere.example/"), ["foreign"]),
        (leading("//elsewhere.example/"), ["encrypts", "foreign"]),
        (leading("https://10.0.0.8/"), ["inside"]),
        (leading("https://[fe80::1]/"), ["inside"]),
        (leading("https://portal/"), ["inside"]),
        (leading("javascript:alert(1)"), ["encrypts", "foreign"]),
        (leading("https://[bad"), ["encrypts", "foreign"]),
        (hardened(), ["encrypts"]),
        (lambda asked: Reply(404), []),
        (lambda asked: Reply(426), []),
    ],
)
def test_where_plain_access_leads_is_named(
    behaviour: Behaviour, wrong: list[str], tmp_path: Path
) -> None:
    with serving(behaviour) as plain, listening(page(context_of(tmp_path)), scheme="https") as own:
        assert faults("redirects", own, ports=frozenset({own.port, plain.port})) == wrong


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("https://127.0.0.1/login", []),
        ("/login", []),
        ("http://127.0.0.1/login", ["downgrade"]),
        ("https://elsewhere.example/", ["foreign"]),
        ("http://192.168.1.9/", ["downgrade", "inside"]),
    ],
)
def test_where_the_encrypted_page_leads_is_named(
    where: str, wrong: list[str], tmp_path: Path
) -> None:
    serve = page(context_of(tmp_path), f"Location: {where}\r\n")
    with serving(leading("https://127.0.0.1/")) as plain, listening(serve, scheme="https") as own:
        assert faults("redirects", own, ports=frozenset({own.port, plain.port})) == wrong


def test_nothing_is_followed(tmp_path: Path) -> None:
    asked: list[str] = []

    def round_and_round(came: Asked) -> Reply:
        asked.append(came.path)
        return Reply(302, b"", [("Location", f"/again{came.path}")])

    with (
        serving(round_and_round) as plain,
        listening(page(context_of(tmp_path)), scheme="https") as own,
    ):
        assert faults("redirects", own, ports=frozenset({own.port, plain.port})) == ["encrypts"]
    assert asked == ["/"]


def test_where_nobody_listens_in_plain_text_nothing_is_wrong(tmp_path: Path) -> None:
    with serving(hardened()) as gone:
        pass
    with listening(page(context_of(tmp_path)), scheme="https") as own:
        assert looked("redirects", own, ports=frozenset({own.port, gone.port})) == {
            "encrypts": True
        }


def test_a_port_that_speaks_something_else_serves_no_pages(tmp_path: Path) -> None:
    def database(link):  # type: ignore[no-untyped-def]
        if link.recv(4096):
            link.sendall(b"E\x00\x00\x00\x20SFATAL\x00")

    with listening(database) as other, listening(page(context_of(tmp_path)), scheme="https") as own:
        assert looked("redirects", own, ports=frozenset({own.port, other.port})) == {
            "encrypts": True
        }


def test_a_silent_port_is_not_assessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Reach.ask.__kwdefaults__, "patience", 0.1)

    def silent(link):  # type: ignore[no-untyped-def]
        while link.recv(4096):
            pass

    with (
        listening(silent) as other,
        listening(page(context_of(tmp_path)), scheme="https") as own,
        pytest.raises(NotAssessed),
    ):
        faults("redirects", own, ports=frozenset({own.port, other.port}))


def test_without_a_port_of_plain_text_in_the_consent_it_is_not_assessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Target, "own", False)
    with listening(page(context_of(tmp_path)), scheme="https") as own, pytest.raises(NotAssessed):
        faults("redirects", own, ports=frozenset({own.port}))


def test_of_a_plain_page_only_its_own_redirect_is_read() -> None:
    with serving(leading("https://elsewhere.example/")) as target:
        assert faults("redirects", target) == ["foreign"]
    with serving(hardened()) as target:
        assert looked("redirects", target) == {}
