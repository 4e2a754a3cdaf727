"""印记: canonical bytes, hashes, pseudonyms, encryption, and short codes."""

from shixiao.seals.canonical import canonical_json, sha256_of, sha256_of_file
from shixiao.seals.codes import read_code, short_code
from shixiao.seals.encryption import Damaged, Keyring, new_key
from shixiao.seals.keys import key_file
from shixiao.seals.pseudonyms import person_code, person_key, pseudonymise

__all__ = [
    "Damaged",
    "Keyring",
    "canonical_json",
    "key_file",
    "new_key",
    "person_code",
    "person_key",
    "pseudonymise",
    "read_code",
    "sha256_of",
    "sha256_of_file",
    "short_code",
]
