"""After how many wrong passwords an account rests, and until when."""

from __future__ import annotations

from datetime import UTC, datetime

from allauth.core.internal.ratelimit import get_cache_key, get_rates
from django.core.cache import cache
from django.http import HttpRequest

APP, ACTION = "allauth.account", "login_failed"


def opens_at(request: HttpRequest, key: str) -> datetime:
    """Return when one more attempt is let in, for an account (``key``) that is locked.

    Attempts are counted by account and by sender; the later end holds.
    """
    ends = [0.0]
    for rate in get_rates(app=APP, action=ACTION):
        known = get_cache_key(request, app=APP, action=ACTION, rate=rate, key=key)
        attempts = cache.get(known, [])
        if len(attempts) >= rate.amount:
            ends.append(attempts[-1] + rate.duration)
    return datetime.fromtimestamp(max(ends), UTC)
