"""A sealed draw: the commitment fits what was drawn, and nothing else."""

from __future__ import annotations

import pytest

from shixiao.draw import Pool, commit, draw, freeze, opens
from shixiao.terms import BadInput

NONCE = "ab" * 32
RECORD = draw(freeze(Pool(tuple("abcdef")), size=2), seed="01").transcript
OTHER = draw(freeze(Pool(tuple("abcdef")), size=2), seed="02").transcript


def test_a_commitment_opens_to_its_transcript_and_nonce_alone() -> None:
    commitment = commit(RECORD, NONCE)
    assert opens(commitment, RECORD, NONCE)
    assert not opens(commitment, OTHER, NONCE)
    assert not opens(commitment, RECORD, "cd" * 32)
    assert not opens("é", RECORD, NONCE)


@pytest.mark.parametrize("nonce", ["", "ab", "x" * 64, "ab" * 33])
def test_a_nonce_that_could_be_guessed_is_refused(nonce: str) -> None:
    with pytest.raises(BadInput, match="64 hex digits"):
        commit(RECORD, nonce)
