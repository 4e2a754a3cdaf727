"""Keys of SM2: read as another program writes them, or refused in one sentence."""

from __future__ import annotations

import subprocess

import pytest

from shixiao.seals import SigningKey, sm2
from shixiao.terms import BadInput

CURVES = {"SM2": True, "P-256": False}


@pytest.mark.parametrize("data", [b"", b"rubbish", SigningKey(bytes(32)).pem()])
def test_what_is_no_key_of_sm2_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        sm2.Sm2Key.parse(data)


@pytest.mark.sm2
@pytest.mark.skipif(not sm2.present(), reason="needs tongsuopy")
@pytest.mark.parametrize("curve", CURVES)
def test_a_key_that_openssl_made_signs_where_it_is_of_that_curve(curve: str) -> None:
    made = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}"],
        capture_output=True,
        check=True,
    ).stdout
    if not CURVES[curve]:
        with pytest.raises(BadInput):
            sm2.Sm2Key.parse(made)
        return
    key = sm2.Sm2Key.parse(made)
    assert repr(key) == "Sm2Key()"
    assert sm2.verifies(sm2.public_of(key.secret), b"text", sm2.sign(key.secret, b"text"))
