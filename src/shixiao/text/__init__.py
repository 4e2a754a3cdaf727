"""文本: Chinese text made comparable: normal forms, shingles, near-duplicates."""

from shixiao.text.minhash import near_duplicates
from shixiao.text.normal import letters_only, without_digits
from shixiao.text.overlap import overlap

__all__ = ["letters_only", "near_duplicates", "overlap", "without_digits"]
