"""文本: Chinese text made comparable: normal forms, shingles, near-duplicates."""

from shixiao.text.minhash import near_duplicates
from shixiao.text.normal import letters_only, without_digits

__all__ = ["letters_only", "near_duplicates", "without_digits"]
