"""Where else an account is signed in: its sessions, which hold neither addresses nor devices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.utils import timezone

from shixiao.records.models import Account

SIGNED_IN_BY = "account_authentication_methods"


def signed_in_at(session: SessionBase) -> datetime | None:
    """Return when the person of a session signed in; None where that is not known."""
    methods = session.get(SIGNED_IN_BY) or [{}]
    at = methods[0].get("at")
    return datetime.fromtimestamp(at, UTC) if at else None


def elsewhere(account: Account, present: str | None) -> Iterator[Session]:
    """Return the sessions of an account that are still valid, without the present one."""
    open_still = Session.objects.filter(expire_date__gt=timezone.now())
    for session in open_still.exclude(session_key=present).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(account.pk):
            yield session


def end_elsewhere(account: Account, present: str | None) -> int:
    """End all sessions of an account but the present one; return how many there were."""
    keys = [session.session_key for session in elsewhere(account, present)]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)
