"""Signatures of requests, held against another implementation of RFC 9421, and against garbage."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, algorithms
from http_message_signatures.resolvers import HTTPSignatureKeyResolver
from hypothesis import given
from hypothesis import strategies as st

from bars.gateways import GRANT, RECIPIENT
from shixiao.gateway.refusals import Refused
from shixiao.gateway.signatures import (
    COVERED,
    Address,
    Asked,
    content_digest,
    known_key,
    sign,
    verify,
)
from shixiao.gateway.stated import read_stated
from shixiao.seals import sm2
from shixiao.sharing.grants import Key

ADDRESS = Address("https", "gateway.test")
KEYS = {"housing-1": known_key("housing-desk", GRANT.keys[0], recipient="housing")}
URL, BODY = "https://gateway.test/x/people?a=1", b'{"key": "1"}'
PRIVATE = Ed25519PrivateKey.from_private_bytes(RECIPIENT.seed)


class _Keys(HTTPSignatureKeyResolver):
    def resolve_public_key(self, key_id: str) -> Any:
        return PRIVATE.public_key()

    def resolve_private_key(self, key_id: str) -> Any:
        return PRIVATE


def test_what_another_implementation_signs_is_verified() -> None:
    message = requests.Request("POST", URL, data=BODY).prepare()
    message.headers["Content-Digest"] = content_digest(BODY)
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Keys())
    signer.sign(
        message,
        key_id="housing-1",
        created=datetime.now(UTC),
        expires=datetime.now(UTC) + timedelta(seconds=60),
        nonce="n" * 20,
        covered_component_ids=COVERED,
        body=BODY,
        use_existing_digest=True,
    )
    headers = {k.lower().encode(): v.encode() for k, v in message.headers.items()}
    assert _verified(headers).caller == "housing-desk"


def test_what_is_signed_here_another_implementation_verifies() -> None:
    message = requests.Request("POST", URL, data=BODY).prepare()
    message.headers.update(_signed())
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=_Keys())
    assert verifier.verify(message, body=BODY)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"@method" ', "", "uncovered"),
        ('"@authority" ', "", "uncovered"),
        (' "content-digest"', "", "uncovered"),
        ('"@method" ', '"@method" "@method" ', "uncovered"),
        ('"@path"', '"@unknown"', "uncovered"),
        ('"@path"', '"@path";req', "unsigned"),
        ("nonce", "other", "unsigned"),
        ("ed25519", "rsa-pss-sha512", "key_unknown"),
        ("housing-1", "housing-2", "key_unknown"),
        ("sig=", "a=", "unsigned"),
    ],
)
def test_a_signature_that_covers_too_little_is_refused(old: str, new: str, reason: str) -> None:
    headers = {k.lower().encode(): v.encode() for k, v in _signed().items()}
    stated = headers[b"signature-input"].replace(old.encode(), new.encode(), 1)
    with pytest.raises(Refused) as refused:
        _verified(headers | {b"signature-input": stated})
    assert refused.value.reason.code == reason


@given(
    st.dictionaries(
        st.sampled_from([b"signature", b"signature-input", b"content-digest"]),
        st.binary(max_size=80),
        min_size=1,
    )
)
def test_whatever_stands_in_the_headers_is_refused_and_nothing_else(
    spoilt: dict[bytes, bytes],
) -> None:
    headers = {k.lower().encode(): v.encode() for k, v in _signed().items()}
    with pytest.raises(Refused):
        _verified(headers | spoilt)


@given(
    st.from_regex(r"[0-9]{1,12}", fullmatch=True),
    st.text(st.characters(codec="ascii"), max_size=70),
    st.text(st.characters(codec="ascii", exclude_characters='"\\'), max_size=30),
    st.sampled_from(["ed25519", "sm2-sm3", "", "rsa"]),
)
def test_the_form_that_is_read_fast_is_read_as_any_other(
    created: str, nonce: str, key: str, algorithm: str
) -> None:
    names = " ".join(f'"{name}"' for name in COVERED)
    values = (
        f'({names});created={created};expires=9;nonce="{nonce}";keyid="{key}";alg="{algorithm}"'
    )
    fast, general = (_stated(label, values) for label in ("sig", "other"))
    assert fast == general


def _stated(label: str, values: str) -> tuple[Any, ...] | str:
    headers = {"signature-input": f"{label}={values}", "signature": f"{label}=:AAAA:"}
    try:
        return read_stated({k.encode(): v.encode() for k, v in headers.items()})
    except Refused as refused:
        return refused.reason.code


@pytest.mark.sm2
@pytest.mark.skipif(not sm2.present(), reason="needs tongsuopy")
def test_a_request_may_be_signed_with_sm2() -> None:
    import base64

    secret = sm2.new_secret()
    public = base64.b64encode(sm2.public_of(secret)).decode()
    keys = {
        "housing-1": known_key("housing-desk", Key("housing-1", "sm2", public), recipient="housing")
    }
    headers = {k.lower().encode(): v.encode() for k, v in _signed("sm2", secret).items()}
    asked = Asked("POST", "/x/people", "a=1", headers, BODY)
    assert verify(asked, keys, ADDRESS, now=time.time(), longest=300).caller == "housing-desk"
    with pytest.raises(Refused):
        verify(asked, KEYS, ADDRESS, now=time.time(), longest=300)


def _signed(algorithm: str = "ed25519", secret: bytes = RECIPIENT.seed) -> dict[str, str]:
    now = int(time.time())
    return sign(
        Asked("POST", "/x/people", "a=1", {}, BODY),
        ADDRESS,
        key_id="housing-1",
        algorithm=algorithm,
        secret=secret,
        created=now,
        expires=now + 60,
        nonce="n" * 20,
    )


def _verified(headers: dict[bytes, bytes]) -> Any:
    asked = Asked("POST", "/x/people", "a=1", headers, BODY)
    return verify(asked, KEYS, ADDRESS, now=time.time(), longest=300)
