"""Signatures on score sheets: is what is kept still what was signed?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shixiao.effect.fieldtests import sheet_sha256, sheet_text
from shixiao.records.models import Sheet, SigningKey
from shixiao.seals.signing import VerifyKey, verify


def holds(found: Sheet) -> bool:
    """Say whether a signed sheet is still the one that was signed, by its own text and key."""
    if found.key is None or not found.document:
        return False
    document = json.loads(found.document)
    same = sheet_text(document) == found.document and sheet_sha256(document) == found.sha256
    return same and fits(document, found.signature, found.key)


def fits(document: Mapping[str, Any], signature: str, key: SigningKey) -> bool:
    """Say whether a signature is of this key over this document."""
    return verify(document, signature, VerifyKey.parse(key.public.encode()))
