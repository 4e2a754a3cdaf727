"""印记: canonical bytes, hashes and pseudonyms."""

from shixiao.seals.canonical import canonical_json, sha256_of, sha256_of_file
from shixiao.seals.pseudonyms import person_key, pseudonymise

__all__ = ["canonical_json", "person_key", "pseudonymise", "sha256_of", "sha256_of_file"]
