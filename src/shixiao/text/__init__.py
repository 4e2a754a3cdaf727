"""文本: Chinese text made comparable: normal forms, shingles, near-duplicates, initials."""

from shixiao.text.initials import UNKNOWN, initials, syllables
from shixiao.text.minhash import near_duplicates
from shixiao.text.normal import letters_only, without_digits
from shixiao.text.overlap import overlap

__all__ = [
    "UNKNOWN",
    "initials",
    "letters_only",
    "near_duplicates",
    "overlap",
    "syllables",
    "without_digits",
]
