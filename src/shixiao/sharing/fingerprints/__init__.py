"""指纹: whose copy it is that leaked, and whom it concerns."""

from shixiao.sharing.fingerprints.leaks import Accusation, accuse
from shixiao.sharing.fingerprints.releases import Release, released
from shixiao.sharing.fingerprints.variants import bit_of, code_key, normal, write

__all__ = [
    "Accusation",
    "Release",
    "accuse",
    "bit_of",
    "code_key",
    "normal",
    "released",
    "write",
]
