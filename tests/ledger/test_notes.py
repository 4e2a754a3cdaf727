"""Notes, keys and checkpoints against the examples of the standards and against garbage."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.ledger import (
    Checkpoint,
    LogKey,
    Malformed,
    Note,
    PrivateKey,
    Signature,
    WitnessKey,
    parse_vkey,
)
from shixiao.ledger.keys import WITNESS as WITNESS_TYPE
from shixiao.ledger.keys import is_vkey, witnessed_at
from tests.ledger.cast import KEY, WITNESS

# The example of c2sp.org/signed-note.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ON"
    "ncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# The example of Go's package golang.org/x/mod/sumdb/note; Ed25519 signs one way only.
GO_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR"
    "Zb6KE6RyyBwJnAM=\n"
)
CHECKPOINT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_example_of_the_standard_verifies() -> None:
    key = parse_vkey(VKEY)
    assert isinstance(key, LogKey)
    assert key.vkey == VKEY
    note = Note.parse(NOTE)
    assert note.of(key) is not None
    assert note.to_bytes() == NOTE


def test_we_sign_byte_for_byte_as_go_does() -> None:
    key = PrivateKey.parse(GO_KEY)
    assert key.log_key.vkey == GO_VKEY
    assert key.to_text() == GO_KEY
    text = GO_NOTE.partition("\n\n")[0] + "\n"
    assert Note.signed(text, [key.sign]).to_bytes().decode() == GO_NOTE


def test_a_checkpoint_reads_and_writes_as_in_the_standard() -> None:
    state = Checkpoint.parse(CHECKPOINT)
    assert (state.origin, state.size) == ("example.com/behind-the-sofa", 20852163)
    assert state.text == CHECKPOINT
    more = Checkpoint(state.origin, 0, state.root, ("a line", "another"))
    assert Checkpoint.parse(more.text) == more


def test_a_cosignature_covers_time_and_text() -> None:
    note = Note.signed(CHECKPOINT, [KEY.sign, WITNESS.witness(1_679_315_147)])
    signature = note.of(WITNESS.witness_key)
    assert signature is not None
    assert witnessed_at(signature.signed) == 1_679_315_147
    later = (1_679_315_148).to_bytes(8, "big") + signature.signed[8:]
    assert not WITNESS.witness_key.verifies(CHECKPOINT, later)
    assert not WITNESS.witness_key.verifies(CHECKPOINT + "more\n", signature.signed)
    assert not WITNESS.witness_key.verifies(CHECKPOINT, signature.signed[:-1])
    far = WITNESS.witness((1 << 64) - 1)(CHECKPOINT)
    assert not WITNESS.witness_key.verifies(CHECKPOINT, far.signed)


def test_the_two_types_of_a_key_have_different_ids_and_do_not_stand_for_each_other() -> None:
    assert KEY.log_key.key_id != KEY.witness_key.key_id
    assert isinstance(parse_vkey(KEY.witness_key.vkey), WitnessKey)
    note = Note.signed(CHECKPOINT, [KEY.sign])
    assert note.of(KEY.witness_key) is None
    assert PrivateKey.parse(KEY.to_text(WITNESS_TYPE)) == KEY


def test_signatures_of_unknown_keys_are_carried_along_unread() -> None:
    unknown = Signature("sm2.example", b"\xff\x00\x00\x01", b"\xff" + b"of another algorithm")
    note = Note.signed(CHECKPOINT, [KEY.sign, lambda text: unknown])
    assert Note.parse(note.to_bytes()) == note
    assert note.of(KEY.log_key) is not None
    assert note.with_signatures([unknown]) == note


def test_a_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    right, other = KEY.sign(CHECKPOINT), KEY.sign("other\n")
    note = Note(CHECKPOINT, (right, other))
    with pytest.raises(Malformed) as told:
        note.of(KEY.log_key)
    assert told.value.fault == "signature_wrong"


def test_a_private_key_shows_nothing_of_itself() -> None:
    assert KEY.seed.hex() not in repr(KEY)
    assert str(KEY.seed) not in repr(KEY)


NO_NOTES = {
    "nothing": b"",
    "no signature": CHECKPOINT.encode(),
    "no line feed at the end": NOTE[:-1],
    "not UTF-8": NOTE.replace(b"example message", b"\xff\xfe"),
    "a carriage return": NOTE.replace(b"\n\n", b"\r\n\r\n"),
    "a null": NOTE.replace(b"This", b"Th\x00s"),
    "no text": NOTE.partition(b"\n\n")[2],
    "a hyphen for the dash": NOTE.replace("—".encode(), b"-"),
    "a plus in the name": NOTE.replace(b"com/foo", b"com+foo"),
    "a wide blank in the name": NOTE.replace(b"com/foo", "com　foo".encode()),
    "no name": NOTE.replace(b"example.com/foo ", b" "),
    "base64 without its end": NOTE.replace(b"QM=\n", b"QM\n"),
    "a second spelling of base64": NOTE.replace(b"QM=\n", b"QN=\n"),
    "too short a signature": "text\n\n— a AAAAAA==\n".encode(),
    "a blank line below": NOTE + b"\n",
    "too many signatures": NOTE + NOTE.partition(b"\n\n")[2] * 100,
    "far too long": b"x" * (1 << 20) + NOTE,
}


@pytest.mark.parametrize("data", NO_NOTES.values(), ids=NO_NOTES)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        Note.parse(data)


NO_CHECKPOINTS = [
    "",
    "a\n1\n",
    CHECKPOINT.replace("20852163", "020852163"),
    CHECKPOINT.replace("20852163", "-1"),
    CHECKPOINT.replace("20852163", "\uff12"),
    CHECKPOINT.replace("20852163", str(2**63)),
    CHECKPOINT.replace("20852163", "9" * 5000),
    CHECKPOINT.replace("q2I=", "q2J="),
    CHECKPOINT.replace("CsUYap", ""),
    CHECKPOINT.replace("example.com/behind-the-sofa", ""),
    CHECKPOINT + "\nmore\n",
    CHECKPOINT[:-1],
]


@pytest.mark.parametrize("text", NO_CHECKPOINTS)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


NO_VKEYS = [
    "",
    "name",
    "++",
    VKEY.replace("530d903a", "530D903A"),
    VKEY.replace("530d903a", "530d903b"),
    VKEY.replace("foo", "fop"),
    VKEY.replace("com/foo", "com foo"),
    VKEY[:-1],
    VKEY + "\n",
    "a+00000000+" + b64encode(b"\x01").decode(),
    GO_KEY,
]


@pytest.mark.parametrize("text", NO_VKEYS)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_vkey(text)


@pytest.mark.parametrize(
    "text", ["", GO_VKEY, GO_KEY[:-1], GO_KEY.replace("Peter", "Paul"), GO_KEY.replace("+A", "+B")]
)
def test_what_is_no_private_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(Malformed) as told:
        PrivateKey.parse(text)
    assert len(text) < 20 or text[-20:] not in str(told.value)


def test_a_key_of_an_algorithm_unknown_here_is_told_from_a_damaged_line() -> None:
    material = b"\xffSM2 with SM3" + bytes(65)
    key_id = sha256(b"sm2.example\n" + material).digest()[:4].hex()
    line = f"sm2.example+{key_id}+{b64encode(material).decode()}"
    assert is_vkey(line)
    assert not is_vkey(line.replace("sm2", "sm3"))
    with pytest.raises(Malformed):
        parse_vkey(line)


names = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda name: name.split() == [name] and "+" not in name
)
texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(names, st.binary(min_size=32, max_size=32), texts)
def test_keys_and_notes_read_back_whatever_they_are_called(
    name: str, seed: bytes, line: str
) -> None:
    key = PrivateKey(name, seed)
    assert parse_vkey(key.log_key.vkey) == key.log_key
    assert parse_vkey(key.witness_key.vkey) == key.witness_key
    assert PrivateKey.parse(key.to_text()) == key
    note = Note.signed(f"{line}\n", [key.sign, key.witness(7)])
    again = Note.parse(note.to_bytes())
    assert again == note
    assert again.of(key.log_key) is not None
    assert again.of(key.witness_key) is not None
