"""印记: canonical bytes, hashes, pseudonyms, encryption, signatures, and short codes."""

from shixiao.seals.canonical import canonical_json, sha256_of, sha256_of_file
from shixiao.seals.codes import read_code, short_code
from shixiao.seals.documents import document_bytes, read_document
from shixiao.seals.encryption import Cipher, Damaged, Keyring, new_key
from shixiao.seals.envelopes import Envelopes
from shixiao.seals.keys import key_file
from shixiao.seals.pseudonyms import person_code, person_key, pseudonymise
from shixiao.seals.signing import (
    SIGNATURE,
    SigningKey,
    VerifyKey,
    sign,
    signature_of,
    signed_bytes,
    verify,
)

__all__ = [
    "SIGNATURE",
    "Cipher",
    "Damaged",
    "Envelopes",
    "Keyring",
    "SigningKey",
    "VerifyKey",
    "canonical_json",
    "document_bytes",
    "key_file",
    "new_key",
    "person_code",
    "person_key",
    "pseudonymise",
    "read_code",
    "read_document",
    "sha256_of",
    "sha256_of_file",
    "short_code",
    "sign",
    "signature_of",
    "signed_bytes",
    "verify",
]
