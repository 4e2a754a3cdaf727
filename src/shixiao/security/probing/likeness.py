"""Likeness: whether two answers say the same, apart from what changes with every answer.

A page holds clocks, tokens and counters. What does not stand in each of several answers to the same
request is such a thing, and counts for nothing.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from shixiao.security.probing.reach import Answer

WORD = re.compile(r"\w+")


def words(answer: Answer, sent: str = "", instead: str = "") -> frozenset[str]:
    """Return the words of an answer.

    Args:
        answer: what was answered.
        sent: a text that was sent, and may be no more than echoed, as it is or escaped.
        instead: what stands in its place where it is echoed.
    """
    said = answer.text
    if sent:
        escaped = html.escape(sent)
        forms = {sent, escaped, escaped.replace("&#x27;", "&#39;"), html.escape(sent, quote=False)}
        forms |= {quote(sent), quote(sent, safe=""), quote_plus(sent), json.dumps(sent)[1:-1]}
        for form in sorted(forms, key=lambda form: (-len(form), form)):
            said = said.replace(form, instead)
    return frozenset(WORD.findall(said))


def steady(found: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return the words that stand in each of several answers."""
    first, *rest = found
    return first.intersection(*rest)
