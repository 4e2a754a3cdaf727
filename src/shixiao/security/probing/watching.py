"""Watching: which certificate a target shows now; one handshake, and nothing is judged."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from shixiao.security.probing.consent import Consent
from shixiao.security.probing.handshake import secure
from shixiao.security.probing.probes.certificate import WAYS
from shixiao.security.probing.reach import NotAssessed, Reach
from shixiao.security.probing.target import Target

SECONDS = 20.0


def fingerprint(target: Target, consent: Consent, *, now: Callable[[], datetime]) -> str | None:
    """Return the SHA-256 of the certificate that a target shows; None where none came.

    Args:
        target: where to look.
        consent: what its owner agreed to.
        now: gives the time.
    """
    try:
        reach = Reach(target, consent, now)
        with reach.probing("watch", seconds=SECONDS):
            chain = secure(reach, WAYS[0].context())
    except (NotAssessed, ssl.SSLError):
        return None
    return sha256(chain[0]).hexdigest() if chain else None
