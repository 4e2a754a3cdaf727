"""Protocols: what should be gone is found by name, and a hardened server has nothing."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from shixiao.security.probing import NotAssessed
from shixiao.security.probing.hello import Hello, Reading, Rubbish, speaks_ssl2, ssl2_hello
from tests.security.lab import Serve, faults, hardened, listening, looked, serving
from tests.security.lab_tls import ByHand, by_library, context_of

GOOD = (0xC02B, 0x1301)
BOTH = (0x0303, 0x0304)


#: A server, and what is wrong with it; the bar of SECURITY counts them too.
CASES: list[tuple[ByHand, list[str]]] = [
    (ByHand(BOTH, GOOD), []),
    (ByHand((0x0304,), GOOD), []),
    (ByHand((0x0303,), GOOD), ["tls13"]),
    (ByHand(BOTH, GOOD, ssl2=True), ["ssl2"]),
    (ByHand((), (), ssl2=True), ["aead", "current", "ssl2", "tls13"]),
    (ByHand((0x0300, *BOTH), GOOD), ["ssl3"]),
    (ByHand((0x0301, *BOTH), GOOD), ["tls10"]),
    (ByHand((0x0302, *BOTH), GOOD), ["tls11"]),
    (ByHand((0x0301,), (0xC014,)), ["aead", "current", "tls10", "tls13"]),
    (ByHand(BOTH, (*GOOD, 0x003B)), ["null"]),
    (ByHand(BOTH, (*GOOD, 0x00A6)), ["anonymous"]),
    (ByHand(BOTH, (*GOOD, 0x0014)), ["export"]),
    (ByHand(BOTH, (*GOOD, 0xC011)), ["rc4"]),
    (ByHand(BOTH, (*GOOD, 0xC012)), ["blocks"]),
    (ByHand(BOTH, (*GOOD, 0x0015)), ["blocks"]),
    (ByHand(BOTH, (*GOOD, 0xC011, 0x0001, 0x0018)), ["anonymous", "null", "rc4"]),
    (ByHand(BOTH, (*GOOD, 0x009C)), ["secrecy"]),
    (ByHand(BOTH, (*GOOD, 0x009E), bits=1024), ["prime"]),
    (ByHand(BOTH, (*GOOD, 0x009E), bits=2048), []),
    (ByHand((0x0303,), (0xC014,)), ["aead", "tls13"]),
    (ByHand(BOTH, GOOD, compresses=True), ["compression"]),
    (ByHand(BOTH, GOOD, renegotiates=False), ["renegotiation"]),
]


@pytest.mark.parametrize(("server", "wrong"), CASES)
def test_what_is_taken_is_named_and_nothing_else(server: Serve, wrong: list[str]) -> None:
    with listening(server) as target:
        assert faults("protocols", target) == wrong


def test_a_suite_that_only_an_old_version_takes_is_found() -> None:
    def both(link):  # type: ignore[no-untyped-def]
        head = link.recv(11, 2)  # a look without taking
        old = head[9:11] == b"\x03\x01"
        (ByHand((0x0301,), (0x0005,)) if old else ByHand(BOTH, GOOD))(link)

    with listening(both) as target:
        assert faults("protocols", target) == ["rc4", "tls10"]


@pytest.mark.parametrize(
    ("ciphers", "oldest", "wrong"),
    [
        ("ECDHE+AESGCM", ssl.TLSVersion.TLSv1_2, []),
        ("ECDHE+AESGCM", ssl.TLSVersion.TLSv1_3, []),
        ("ECDHE+AES:@SECLEVEL=0", ssl.TLSVersion.MINIMUM_SUPPORTED, ["tls10", "tls11"]),
        ("ECDHE:eNULL:aNULL:@SECLEVEL=0", ssl.TLSVersion.TLSv1_2, ["anonymous", "null"]),
    ],
)
def test_real_servers_are_judged_alike(
    ciphers: str, oldest: ssl.TLSVersion, wrong: list[str], tmp_path: Path
) -> None:
    context = context_of(tmp_path, ciphers=ciphers)
    context.minimum_version = oldest
    with listening(by_library(context)) as target:
        assert faults("protocols", target) == wrong


def test_an_address_in_plain_text_is_told_as_not_encrypted() -> None:
    with serving(hardened()) as target:
        assert looked("protocols", target) == {"encrypted": False}
    answer = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    with listening(lambda link: (link.recv(4096), link.sendall(answer))[1]) as target:
        assert looked("protocols", target) == {"encrypted": False}


@pytest.mark.parametrize(
    "act",
    [
        lambda link: link.recv(4096),
        lambda link: (link.recv(4096), link.sendall(b"220 mail.example ESMTP\r\n")),
        lambda link: (link.recv(4096), link.sendall(b"\x16\x03\x03\x00\x08\x02\x00\x00\x04\x03")),
        lambda link: (
            link.recv(4096),
            link.sendall(b"\x16\x03\x03\x40\x00\x0b\xff\xff\xff" * 99_999),
        ),
    ],
    ids=["closes", "rubbish", "breaks off", "no end"],
)
def test_a_port_that_speaks_no_handshake_is_not_assessed(act: Serve) -> None:
    with listening(act) as target, pytest.raises(NotAssessed):
        faults("protocols", target)


def test_silence_is_not_assessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shixiao.security.probing.handshake.PATIENCE", 0.1)
    with (
        listening(lambda link: (link.recv(4096), link.recv(1))[1]) as target,
        pytest.raises(NotAssessed),
    ):
        faults("protocols", target)


@drawn(st.binary(max_size=400), st.integers(1, 64))
@settings(max_examples=150)
def test_any_answer_is_read_or_called_rubbish(raw: bytes, step: int) -> None:
    whole = b"\x16\x03\x03" + len(raw).to_bytes(2, "big") + raw
    for answer in (raw, whole):
        reading = Reading()
        try:
            for at in range(0, len(answer), step):
                reading.take(answer[at : at + step])
        except Rubbish:
            continue
        assert reading.flight is None or 0 <= reading.flight.suite <= 0xFFFF


def test_a_hello_of_the_oldest_kind_is_well_formed() -> None:
    raw = ssl2_hello()
    assert int.from_bytes(raw[:2], "big") & 0x7FFF == len(raw) - 2
    assert not speaks_ssl2(b"\x15\x03\x01\x00\x02\x02\x28" + bytes(20))
    assert Hello(0x0303, (1,), "127.0.0.1").encoded().count(b"127.0.0.1") == 0


def database(answer: bytes, inside: Serve | None = None) -> Serve:
    """Return a server that is asked to encrypt first, as PostgreSQL is."""

    def serve(link):  # type: ignore[no-untyped-def]
        if link.recv(8) == bytes.fromhex("0000000804d2162f"):
            link.sendall(answer)
            if inside is not None:
                inside(link)

    return serve


def test_a_database_is_asked_to_encrypt_and_judged_by_what_it_then_speaks() -> None:
    with listening(database(b"S", ByHand((0x0301,), (0x0005,))), scheme="postgresql") as target:
        assert faults("protocols", target) == ["aead", "current", "rc4", "tls10", "tls13"]
    with listening(database(b"N"), scheme="postgresql") as target:
        assert looked("protocols", target) == {"encrypted": False}


@pytest.mark.parametrize("answer", [b"E\0\0\0\x20SFATAL", b"", b"HTTP/1.1 400"])
def test_what_is_no_database_is_not_assessed(answer: bytes) -> None:
    with listening(database(answer), scheme="postgresql") as target, pytest.raises(NotAssessed):
        faults("protocols", target)
