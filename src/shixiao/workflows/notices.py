"""The notice service: says on the site, by mail and by text message what concerns a person."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q

from shixiao.records.models import Account, Notice, Post
from shixiao.terms import Text

logger = logging.getLogger("shixiao.notices")
MOST_TRIES = 5
PATIENCE = 20  # seconds that a mail server or a text message may take


def tell(accounts: Iterable[Account], kind: str, text: Text, *, link: str, at: datetime) -> None:
    """Write a notice to each person; the worker sends it once the transaction is through."""
    Notice.objects.bulk_create(
        Notice(account=account, kind=kind, text=text, link=link, made=at)
        for account in {account.pk: account for account in accounts}.values()
    )


def holders(role: str, *, today: date, organisation: UUID | None = None) -> list[Account]:
    """Return who holds a role today, deputies included."""
    posts = Post.objects.filter(
        Q(ends__isnull=True) | Q(ends__gte=today), starts__lte=today, role=role
    )
    if organisation is not None:
        posts = posts.filter(organisation=organisation)
    return [post.account for post in posts.select_related("account") if post.account.is_active]


def send_waiting(*, now: datetime, most: int = 200) -> int:
    """Send notices that were not sent yet, by mail and text message; return how many went out.

    A person without address or number reads them on the site alone. A failure is tried again, five
    times at most.
    """
    sent = 0
    waiting = Notice.objects.filter(sent__isnull=True, tries__lt=MOST_TRIES)
    for notice in waiting.select_related("account").order_by("made")[:most]:
        notice.tries += 1
        try:
            _send(notice)
        except (OSError, subprocess.SubprocessError) as error:
            logger.warning("notice %s not sent: %s", notice.pk, error)
        else:
            notice.sent = now
            sent += 1
        notice.save(update_fields=["tries", "sent"])
    return sent


def _send(notice: Notice) -> None:
    account = notice.account
    text = notice.text.in_language(account.language)
    if account.email:
        subject = "实效：通知" if account.language == "zh" else "Shixiao: notice"
        EmailMessage(subject, text, to=[account.email]).send()
    if account.phone and settings.SITE.sms:
        subprocess.run(  # noqa: S603 - the command is the operator's own
            [settings.SITE.sms, account.phone],
            input=text.encode(),
            timeout=PATIENCE,
            check=True,
            capture_output=True,
        )
