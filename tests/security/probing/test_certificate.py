"""Certificates: each fault is found as that fault, and a hardened server has none."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from shixiao.security.probing import Given, NotAssessed
from shixiao.security.probing.chains import covers
from tests.security.lab import faults, hardened, listening, looked, serving
from tests.security.lab_tls import (
    ByHand,
    Made,
    authority,
    by_library,
    context_of,
    key_of,
    written,
)

OTHER = (x509.DNSName("other.example.gov.cn"),)
LEAF = Made(issuer=authority())


#: Signed by SHA-256 with RSA and by SHA-1 with RSA: the bytes differ in the last one.
SHA256, SHA1 = bytes.fromhex("06092a864886f70d01010b"), bytes.fromhex("06092a864886f70d010105")


def der(made: Made) -> bytes:
    return made.certificate().public_bytes(serialization.Encoding.DER)


def given_ca(folder: Path, *, usage: bool = True) -> Given:
    return Given(ca=written(folder, "ca.pem", authority(usage=usage)[0]))


#: A certificate, and what is wrong with it; the bar of SECURITY counts them too.
CASES: list[tuple[Made, list[str]]] = [
    (LEAF, []),
    (replace(LEAF, kind="2048"), []),
    (replace(LEAF, days=(-90, -1)), ["expired"]),
    (replace(LEAF, days=(1, 90)), ["early"]),
    (replace(LEAF, days=(-90, 7)), ["ending"]),
    (replace(LEAF, names=OTHER), ["name"]),
    (replace(LEAF, names=(x509.DNSName("127.0.0.1"),)), ["name"]),
    (replace(LEAF, names=()), ["alternative"]),
    (replace(LEAF, names=(), common="other"), ["alternative", "name"]),
    (replace(LEAF, kind="1024"), ["key"]),
    (Made(), ["trusted"]),
    (Made(issuer=authority(usage=False)), ["trusted"]),
]


@pytest.mark.parametrize(("made", "wrong"), CASES)
def test_what_is_wrong_is_named_and_nothing_else(
    made: Made, wrong: list[str], tmp_path: Path
) -> None:
    context = context_of(tmp_path, made, ciphers="ECDHE+AESGCM:@SECLEVEL=0")
    with listening(by_library(context)) as target:
        assert faults("certificate", target, given_ca(tmp_path)) == wrong


def test_without_its_authority_a_private_certificate_is_not_trusted(tmp_path: Path) -> None:
    with listening(by_library(context_of(tmp_path))) as target:
        assert faults("certificate", target) == ["trusted"]


def test_a_private_authority_without_key_usage_is_a_fault_of_shape(tmp_path: Path) -> None:
    root = authority(usage=False)
    context = context_of(tmp_path, Made(issuer=root), root[0])
    with listening(by_library(context)) as target:
        assert faults("certificate", target, given_ca(tmp_path, usage=False)) == ["shape"]


def test_an_authority_whose_time_is_over_is_not_trusted(tmp_path: Path) -> None:
    root = authority()
    middle = replace(LEAF, names=(), common="Middle", authority=True, days=(-90, -1)).certificate()
    context = context_of(tmp_path, Made(issuer=(middle, root[1])), middle)
    with listening(by_library(context)) as target:
        assert faults("certificate", target, given_ca(tmp_path)) == ["trusted"]


def test_certificates_in_the_wrong_order_are_a_fault_of_shape(tmp_path: Path) -> None:
    context = context_of(tmp_path, LEAF, authority(usage=False)[0], authority()[0])
    with listening(by_library(context)) as target:
        assert faults("certificate", target, given_ca(tmp_path)) == ["shape"]


def test_a_hundred_certificates_are_read_and_named(tmp_path: Path) -> None:
    context = context_of(tmp_path, LEAF, *[authority()[0]] * 99)
    with listening(by_library(context)) as target:
        assert faults("certificate", target, given_ca(tmp_path)) == ["shape"]


def test_a_second_certificate_for_another_kind_of_key_is_read_too(tmp_path: Path) -> None:
    context = context_of(tmp_path)
    old = replace(LEAF, kind="2048", days=(-90, -1))
    (tmp_path / "old").mkdir()
    context_of(tmp_path / "old", old)
    context.load_cert_chain(tmp_path / "old" / "chain.pem", tmp_path / "old" / "key.pem")
    with listening(by_library(context)) as target:
        assert faults("certificate", target, given_ca(tmp_path)) == ["expired"]


def test_a_server_that_only_speaks_what_is_gone_still_shows_its_certificate() -> None:
    raw = der(replace(LEAF, days=(-9, -1)))
    with listening(ByHand((0x0300,), (0x0005,), (raw,))) as target:
        assert faults("certificate", target) == ["expired", "trusted"]


def test_a_weak_signature_is_a_fault_unless_it_is_that_of_a_root() -> None:
    root = Made(kind="2048", names=(), common="Root", authority=True)
    below = replace(LEAF, issuer=(root.certificate(), key_of("2048")))
    weak = der(below).replace(SHA256, SHA1)
    with listening(ByHand((0x0303,), (0xC02F,), (weak, der(root)))) as target:
        assert faults("certificate", target) == ["signature", "trusted"]
    with listening(
        ByHand((0x0303,), (0xC02F,), (der(below), der(root).replace(SHA256, SHA1)))
    ) as target:
        assert faults("certificate", target) == ["trusted"]


def test_a_server_of_tls_13_alone_shows_its_certificate(tmp_path: Path) -> None:
    context = context_of(tmp_path)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with listening(by_library(context)) as target:
        assert faults("certificate", target, given_ca(tmp_path)) == []


@pytest.mark.parametrize(
    "server",
    [
        ByHand((0x0300,), (0x0005,), (b"\x30\x03rubbish",)),
        ByHand((0x0303,), (0x00A6,)),
        ByHand((0x0101,), (0xE013,)),
        ByHand((0x0303,), (0xC02F,), (bytes(65_000),) * 5),
    ],
    ids=["rubbish", "none", "national alone", "no end"],
)
def test_what_cannot_be_read_is_not_assessed(server: ByHand) -> None:
    with listening(server) as target, pytest.raises(NotAssessed):
        faults("certificate", target)


def test_a_file_of_authorities_that_is_none_is_not_assessed(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none", "ascii")
    with listening(by_library(context_of(tmp_path))) as target, pytest.raises(NotAssessed):
        faults("certificate", target, Given(ca=tmp_path / "ca.pem"))


def test_of_an_address_in_plain_text_there_is_nothing_to_read() -> None:
    with serving(hardened()) as target:
        assert looked("certificate", target) == {}


@pytest.mark.parametrize(
    ("name", "host", "held"),
    [
        ("a.example.cn", "A.example.cn.", True),
        ("*.example.cn", "a.example.cn", True),
        ("*.example.cn", "a.b.example.cn", False),
        ("*.example.cn", "example.cn", False),
        ("*.cn", "example.cn", False),
        ("*", "localhost", False),
        ("a*.example.cn", "ab.example.cn", False),
        ("a.*.cn", "a.b.cn", False),
        ("", "a", False),
    ],
)
def test_a_star_stands_for_one_whole_label(name: str, host: str, held: bool) -> None:
    assert covers(name, host) is held
