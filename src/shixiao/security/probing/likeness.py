"""Likeness: whether two answers say the same, apart from what changes with every answer.

A page holds clocks, tokens and counters. What does not stand in each of several answers to the same
request is such a thing, and counts for nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from shixiao.security.probing.reach import Answer

WORD = re.compile(r"\w+")


def words(answer: Answer, leaving: Iterable[str] = ()) -> frozenset[str]:
    """Return the words of an answer, without texts that were sent and may only be echoed."""
    said = answer.text
    for text in leaving:
        forms = {text, html.escape(text), html.escape(text, quote=False), quote(text)}
        forms |= {quote_plus(text), html.escape(text).replace("&#x27;", "&#39;")}
        for form in sorted(forms, key=len, reverse=True):
            if form:
                said = said.replace(form, " ")
    return frozenset(WORD.findall(said))


def steady(found: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return the words that stand in each of several answers."""
    first, *rest = found
    return first.intersection(*rest)
