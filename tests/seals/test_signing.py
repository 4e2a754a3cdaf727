"""Signed documents: the standard's vectors, other languages' signatures, and nothing else."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from shixiao.seals import SigningKey, VerifyKey, read_document, sign, signed_bytes, signing, verify
from shixiao.seals.signing import Locked
from shixiao.terms import BadInput

# RFC 8032, section 7.1, TEST 1.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
SHEET = {"schema": "shixiao/score-sheet/1", "item": "甲", "answers": [True, 3, None]}
KEY = SigningKey(SEED)
WEBCRYPTO = """
let text = ""; process.stdin.on("data", d => text += d);
process.stdin.on("end", async () => {
  const {bytes, signature, publicKey} = JSON.parse(text);
  const of = word => Buffer.from(word, "base64");
  const subtle = globalThis.crypto.subtle;
  const theirs = await subtle.importKey("raw", of(publicKey), "Ed25519", true, ["verify"]);
  const holds = await subtle.verify("Ed25519", theirs, of(signature), of(bytes));
  const own = await subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const export_ = async kind => Buffer.from(await subtle.exportKey(kind, own.publicKey));
  const signed = await subtle.sign("Ed25519", own.privateKey, of(bytes));
  const pkcs8 = Buffer.from(await subtle.exportKey("pkcs8", own.privateKey)).toString("base64");
  process.stdout.write(JSON.stringify({holds, signature: Buffer.from(signed).toString("base64"),
    raw: (await export_("raw")).toString("base64"),
    spki: (await export_("spki")).toString("base64"), pkcs8}));
});
"""


def test_the_public_key_is_that_of_the_standard() -> None:
    assert KEY.public == VerifyKey(PUBLIC)
    assert "9d61" not in repr(KEY)


def test_signed_is_the_line_of_the_kind_and_the_canonical_json() -> None:
    assert (
        signed_bytes(SHEET)
        == (
            'shixiao/score-sheet/1\n{"answers":[true,3,null],"item":"甲",'
            '"schema":"shixiao/score-sheet/1"}'
        ).encode()
    )


def test_a_signature_holds_for_its_document_and_its_key_alone() -> None:
    signature = sign(SHEET, KEY)
    assert len(base64.b64decode(signature)) == 64
    assert verify(SHEET, signature, KEY.public)
    assert verify(dict(reversed(SHEET.items())), signature, KEY.public)
    assert not verify({**SHEET, "item": "乙"}, signature, KEY.public)
    assert not verify({**SHEET, "schema": "shixiao/score-sheet/2"}, signature, KEY.public)
    assert not verify(SHEET, signature, SigningKey.new().public)


@pytest.mark.parametrize("signature", ["", "x", "é", "AAAA", "A" * 86 + "==", "-" * 88])
def test_what_is_no_signature_does_not_hold(signature: str) -> None:
    assert not verify(SHEET, signature, KEY.public)


@given(st.integers(0, 63), st.integers(0, 7))
def test_no_bit_of_a_signature_can_be_turned(place: int, bit: int) -> None:
    signed = bytearray(base64.b64decode(sign(SHEET, KEY)))
    signed[place] ^= 1 << bit
    assert not verify(SHEET, base64.b64encode(bytes(signed)).decode(), KEY.public)


@pytest.mark.parametrize(
    "schema", [None, 5, "", "score-sheet", "shixiao/a/1\nshixiao/b/1", "shixiao/A/1"]
)
def test_a_document_that_does_not_say_what_it_is_cannot_be_signed(schema: object) -> None:
    with pytest.raises(BadInput, match="what kind of document"):
        sign({"schema": schema}, KEY)


@pytest.mark.parametrize(
    "value", [0.5, 1.0, float("nan"), 1 << 53, {"é": 1}, {1: 2}, "\ud800", b"x"]
)
def test_what_languages_write_differently_cannot_be_signed(value: object) -> None:
    with pytest.raises(ValueError):
        sign({"schema": "shixiao/score-sheet/1", "value": value}, KEY)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no JSON"),
        (b"[1]", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"a":1,"a":2}', "a key twice"),
        (b'{"a":1.0}', "fractions"),
        (b'{"a":NaN}', "fractions"),
        (b'{"a":9007199254740992}', "very large numbers"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "cannot be signed"),
        (b'{"a":"\\ud800"}', "broken characters"),
        (b" " * ((1 << 20) + 1), "larger than 1 MiB"),
    ],
)
def test_a_file_that_cannot_be_signed_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_document(data, "sheet.json")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc_", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(PLAIN)
def test_a_document_that_was_written_and_read_again_keeps_its_signature(value: object) -> None:
    document = {"schema": "shixiao/score-sheet/1", "value": value}
    text = json.dumps(document, indent=3, ensure_ascii=True)
    assert verify(read_document(text.encode(), "x"), sign(document, KEY), KEY.public)


def test_a_private_key_file_is_read_again_with_and_without_a_passphrase() -> None:
    assert SigningKey.parse(KEY.pem()) == KEY
    locked = KEY.pem("口令 123")
    assert b"ENCRYPTED" in locked
    assert SigningKey.parse(locked, "口令 123") == KEY
    assert SigningKey.parse(KEY.pem(), "not needed") == KEY
    with pytest.raises(Locked):
        SigningKey.parse(locked)
    with pytest.raises(BadInput, match="passphrase is wrong"):
        SigningKey.parse(locked, "other")


def test_a_public_key_is_read_in_every_form_in_which_it_travels() -> None:
    der = base64.b64decode("".join(KEY.public.pem.splitlines()[1:-1]))
    forms = [
        KEY.public.base64.encode(),
        b" " + KEY.public.base64.encode() + b"\n",
        KEY.public.pem.encode(),
        der,
        base64.b64encode(der),
        PUBLIC,
    ]
    assert {VerifyKey.parse(form) for form in forms} == {KEY.public}


def test_the_fingerprint_is_the_hash_of_the_raw_key() -> None:
    import hashlib

    assert KEY.public.fingerprint == hashlib.sha256(PUBLIC).hexdigest()


RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505 - never used to sign
CURVE = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"AAAA",
        b"x" * 20_000,
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        CURVE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ],
    ids=["nothing", "short", "long", "broken", "RSA", "P-256"],  # the keys are made anew each time
)
def test_what_is_no_public_key_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="no Ed25519 public key"):
        VerifyKey.parse(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PRIVATE+KEY+x",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        KEY.public.pem.encode(),
    ],
    ids=["nothing", "words", "broken", "RSA", "public"],
)
def test_what_is_no_private_key_is_refused_without_showing_it(data: bytes) -> None:
    with pytest.raises(BadInput, match="no Ed25519 private key"):
        SigningKey.parse(data)


@given(st.binary(max_size=80))
def test_no_bytes_for_a_public_key_end_in_anything_but_a_sentence(data: bytes) -> None:
    try:
        assert len(VerifyKey.parse(data).raw) == 32
    except BadInput:
        return


@pytest.mark.node
def test_webcrypto_checks_our_signatures_and_we_check_its() -> None:
    question = {
        "bytes": base64.b64encode(signed_bytes(SHEET)).decode(),
        "signature": sign(SHEET, KEY),
        "publicKey": KEY.public.base64,
    }
    command = ["node", "--no-warnings", "-e", WEBCRYPTO]
    done = subprocess.run(
        command, input=json.dumps(question).encode(), capture_output=True, check=True
    )
    theirs = json.loads(done.stdout)
    assert theirs["holds"] is True
    public = VerifyKey.parse(theirs["raw"].encode())
    assert VerifyKey.parse(theirs["spki"].encode()) == public
    assert verify(SHEET, theirs["signature"], public)
    body = f"-----BEGIN PRIVATE KEY-----\n{theirs['pkcs8']}\n-----END PRIVATE KEY-----\n"
    assert SigningKey.parse(body.encode()).public == public


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL is not installed")
def test_openssl_checks_our_signatures(tmp_path: Path) -> None:
    for name, data in {
        "key": KEY.public.pem.encode(),
        "bytes": signed_bytes(SHEET),
        "signature": base64.b64decode(sign(SHEET, KEY)),
    }.items():
        (tmp_path / name).write_bytes(data)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "bytes"]
    command += ["-sigfile", "signature"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def added(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    """Add two points of edwards25519 (RFC 8032, 5.1.4, affine)."""
    (x1, y1), (x2, y2) = one, two
    both = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + both, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P
    return x, y


def point(raw: bytes) -> tuple[int, int]:
    """Decode a point (RFC 8032, 5.1.3), also one that is not written in the shortest way."""
    y = int.from_bytes(raw, "little") % (1 << 255) % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    if root * root % P != square:
        root = root * pow(2, (P - 1) // 4, P) % P
    assert root * root % P == square
    return root, y


@pytest.mark.parametrize("raw", sorted(signing._SMALL_ORDER), ids=bytes.hex)
def test_a_key_that_binds_nobody_is_refused(raw: bytes) -> None:
    eight = point(raw)
    for _ in range(3):
        eight = added(eight, eight)
    assert eight == (0, 1)
    for top in (0, 0x80):
        key = raw[:-1] + bytes([raw[-1] | top])
        with pytest.raises(BadInput, match="binds nobody"):
            VerifyKey.parse(base64.b64encode(key))
