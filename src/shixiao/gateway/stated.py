"""What the two signature headers state (RFC 9421 sections 4.1 and 4.2), read strictly.

Most requests are signed in one form, that of ``signatures.sign``; one expression reads it whole.
Whatever else the grammar here allows is read part by part, to the same result.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from shixiao.gateway.refusals import Refused

COVERED = ("@method", "@authority", "@path", "@query", "content-digest")
LARGEST_HEADER = 2_000
_COMMON = re.compile(
    r'sig=(\("@method" "@authority" "@path" "@query" "content-digest"\)'
    r';created=([0-9]{1,12});expires=([0-9]{1,12});nonce="([A-Za-z0-9+/=_-]{0,200})"'
    r';keyid="([\x20\x21\x23-\x5b\x5d-\x7e]{0,200})";alg="([a-z0-9-]{1,40})")',
    re.ASCII,
)
_INPUT = re.compile(
    r'([a-z*][a-z0-9_.*-]{0,30})=(\(((?:"[a-z@-]{1,40}"(?: (?="))?)+)\)'
    r'((?:;[a-z]{1,10}=(?:"[\x20\x21\x23-\x5b\x5d-\x7e]{0,200}"|[0-9]{1,12}))+))',
    re.ASCII,
)
_PARAMETER = re.compile(r';([a-z]+)=(?:"([^"]*)"|([0-9]+))', re.ASCII)
_SIGNED = re.compile(r"([a-z*][a-z0-9_.*-]{0,30})=:([A-Za-z0-9+/]{1,200}={0,2}):", re.ASCII)


class Stated(NamedTuple):
    """What a request states of its signature; a parameter that is not there is an empty text.

    Attributes:
        covered: names of what was signed, in order.
        parameters: as written, with the list of names before them.
        signed: the signature.
        created: seconds since 1970, in digits.
        expires: seconds since 1970, in digits.
        nonce: that tells requests apart.
        key_id: by which the key is known.
        algorithm: of the signature.
    """

    covered: tuple[str, ...]
    parameters: str
    signed: bytes
    created: str
    expires: str
    nonce: str
    key_id: str
    algorithm: str


def read_stated(headers: Mapping[bytes, bytes]) -> Stated:
    """Read ``Signature-Input`` and ``Signature``: one signature, under one label.

    Raises:
        Refused: they are not there, too large, or not in this form.
    """
    stated, signed = headers.get(b"signature-input", b""), headers.get(b"signature", b"")
    if len(stated) > LARGEST_HEADER or len(signed) > LARGEST_HEADER:
        raise Refused("unsigned")
    text = stated.decode("latin-1")
    common = _COMMON.fullmatch(text)
    if common is not None:
        return Stated(COVERED, common[1], _signature(signed, "sig"), *common.groups()[1:])
    return _in_general(text, signed)


def _in_general(text: str, signed: bytes) -> Stated:
    one = _INPUT.fullmatch(text)
    if one is None:
        raise Refused("unsigned")
    found = _PARAMETER.findall(one[4])
    values = {name: quoted or number for name, quoted, number in found}
    if len(values) != len(found) or values.get("alg") == "":
        raise Refused("unsigned")
    names = ("created", "expires", "nonce", "keyid", "alg")
    return Stated(
        _names(one[3]),
        one[2],
        _signature(signed, one[1]),
        *(values.get(name, "") for name in names),
    )


def _signature(signed: bytes, label: str) -> bytes:
    found = _SIGNED.fullmatch(signed.decode("latin-1"))
    if found is None or found[1] != label:
        raise Refused("unsigned")
    try:
        return binascii.a2b_base64(found[2], strict_mode=True)
    except binascii.Error:
        raise Refused("unsigned") from None


@lru_cache(maxsize=256)
def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip('"') for name in text.split(" "))
