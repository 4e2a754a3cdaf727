"""TLCP: a path by national algorithms is found by its first bytes, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from shixiao.security.probing import Given, NotAssessed
from shixiao.security.probing.probes.tlcp import CURVE, SIGNED
from tests.security.lab import Serve, faults, hardened, listening, looked, serving
from tests.security.lab_tls import ByHand, Made, by_library, context_of

SM2 = b"\x30\x20" + CURVE + SIGNED
RSA = Made(kind="2048").certificate().public_bytes(serialization.Encoding.DER)
NONE = ["path"]  # a note, no fault


@pytest.mark.parametrize(
    ("server", "wrong"),
    [
        (ByHand((0x0101,), (0xE013,), (SM2, SM2)), []),
        (ByHand((0x0101,), (0xE051,), (SM2, SM2, SM2)), []),
        (ByHand((0x0304,), (0x00C6,)), []),
        (ByHand((0x0101,), (0xE013,), (SM2,)), ["pair"]),
        (ByHand((0x0101,), (0xE019,), (RSA, RSA)), ["national_certificates"]),
        (ByHand((0x0303, 0x0304), (0xC02B, 0x1301)), NONE),
        (ByHand((0x0101,), (0x002F,), (RSA,)), NONE),
    ],
)
def test_what_is_taken_is_named_and_nothing_else(server: Serve, wrong: list[str]) -> None:
    with listening(server) as target:
        assert faults("tlcp", target) == wrong


def test_an_ordinary_server_has_no_such_path_and_that_is_a_veto_only_where_one_is_asked_for(
    tmp_path: Path,
) -> None:
    with listening(by_library(context_of(tmp_path))) as target:
        assert faults("tlcp", target) == NONE
        assert faults("tlcp", target, Given(national=True)) == ["asked", *NONE]


def test_a_path_that_is_asked_for_and_there_is_no_fault() -> None:
    with listening(ByHand((0x0101,), (0xE013,), (SM2, SM2))) as target:
        assert faults("tlcp", target, Given(national=True)) == []


def test_rubbish_is_not_assessed_and_plain_text_has_nothing_to_say() -> None:
    rubbish: Serve = lambda link: (link.recv(4096), link.sendall(b"220 mail.example"))[1]  # noqa: E731
    with listening(rubbish) as target, pytest.raises(NotAssessed):
        faults("tlcp", target)
    with serving(hardened()) as target:
        assert looked("tlcp", target) == {}
