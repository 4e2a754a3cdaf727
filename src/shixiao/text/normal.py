"""Normal forms of text: what is left when figures, blanks and marks are taken away."""

from __future__ import annotations

import re
import unicodedata

_PLAIN_DIGITS_AND_BLANKS = re.compile(r"[\d\s\u3000\ufeff\u200b]+")
_NO_LETTERS = re.compile(r"[\W\d_]+")


def without_digits(text: str) -> str:
    """Return the text without digits and white space: dates and case numbers no longer differ."""
    return _PLAIN_DIGITS_AND_BLANKS.sub("", text)


def letters_only(text: str) -> str:
    """Return letters and characters alone, in compatibility form and lower case."""
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", text)).lower()
