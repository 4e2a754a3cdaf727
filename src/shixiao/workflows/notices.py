"""The notice service: says on the site, by mail and by text message what concerns a person."""

from __future__ import annotations

import logging
import smtplib
import subprocess
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q

from shixiao.records.models import Account, Notice, Post
from shixiao.terms import Text

logger = logging.getLogger("shixiao.notices")
# How long after a notice was made it is tried again; a mail server may be away for some hours.
AGAIN = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
MOST_TRIES = 1 + len(AGAIN)
PATIENCE = 20  # seconds that a mail server or a text message may take
FAILURES = (OSError, subprocess.SubprocessError, ValueError)
# Failures that are the one recipient's; of any other it is likely that the next notice fails too.
HIS_OWN = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    subprocess.CalledProcessError,
    ValueError,
)


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

    A person without address or number reads them on the site alone. What reached him one way is not
    sent again for the other. A failure is tried again, ever later, and not for ever; where it is
    not the recipient's, the rest waits for the next time.
    """
    sent = 0
    due = Q(tries=0)
    for tries, wait in enumerate(AGAIN, 1):
        due |= Q(tries=tries, made__lte=now - wait)
    waiting = Notice.objects.filter(due, sent__isnull=True).select_related("account")
    for notice in waiting.order_by("made")[:most]:
        if not _claimed(notice):
            continue
        reached, failures = _send(notice)
        for failure in failures:
            logger.warning("notice %s not sent: %s", notice.pk, failure)
        if reached:
            Notice.objects.filter(pk=notice.pk).update(sent=now)
            sent += 1
        if not all(isinstance(failure, HIS_OWN) for failure in failures):
            break
    return sent


def _claimed(notice: Notice) -> bool:
    """Count the try before it is made; False where another worker makes it."""
    same = Notice.objects.filter(pk=notice.pk, tries=notice.tries, sent__isnull=True)
    return bool(same.update(tries=F("tries") + 1))


def _send(notice: Notice) -> tuple[bool, list[Exception]]:
    """Say whether the person has it, by one way at least or on the site alone, and what failed."""
    account = notice.account
    text = notice.text.in_language(account.language)
    ways = [_mail] if account.email else []
    ways += [_message] if account.phone and settings.SITE.sms else []
    failures: list[Exception] = []
    for way in ways:
        try:
            way(account, text)
        except FAILURES as failure:
            failures.append(failure)
    return not ways or len(failures) < len(ways), failures


def _mail(account: Account, text: str) -> None:
    subject = "实效：通知" if account.language == "zh" else "Shixiao: notice"
    post_mail(account.email, subject, text)


def _message(account: Account, text: str) -> None:
    post_message(account.phone, text)


def post_mail(to: str, subject: str, text: str) -> None:
    """Send a mail; what fails is one of ``FAILURES``."""
    EmailMessage(subject, text, to=[to]).send()


def post_message(to: str, text: str) -> None:
    """Send a text message by the operator's command; a site without one sends none."""
    if not settings.SITE.sms:
        return
    subprocess.run(  # noqa: S603 - the command is the operator's own
        [settings.SITE.sms, to],
        input=text.encode(),
        timeout=PATIENCE,
        check=True,
        capture_output=True,
    )
