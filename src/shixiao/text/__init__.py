"""文本: Chinese text made comparable: normal forms, shingles, near-duplicates, pinyin."""

from shixiao.text.minhash import near_duplicates
from shixiao.text.normal import letters_only, without_digits
from shixiao.text.overlap import overlap
from shixiao.text.pinyin import UNKNOWN, initials, spelt, syllables

__all__ = [
    "UNKNOWN",
    "initials",
    "letters_only",
    "near_duplicates",
    "overlap",
    "spelt",
    "syllables",
    "without_digits",
]
