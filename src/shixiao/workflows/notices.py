"""The notice service: says on the site, by mail and by text message what concerns a person."""

from __future__ import annotations

import logging
import re
import smtplib
import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Count, F, Q
from django.utils.crypto import salted_hmac

from shixiao.records.models import Account, Notice, Post
from shixiao.terms import Text

logger = logging.getLogger("shixiao.notices")
# How long after a notice was made it is tried again; a mail server may be away for some hours.
AGAIN = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
MOST_TRIES = 1 + len(AGAIN)
SUBJECT = "实效：通知 · Shixiao: notice"
MOST_A_DAY, DAY = 6, timedelta(days=1)
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


_MAIL = re.compile(r"[^@\s,;]{1,64}@[^@\s,;]{1,190}\.[^@\s,;.]{2,}")
_MOBILE = re.compile(r"(?:\+?86)?(1\d{10})")
NEWS = Text("有新的进展", "there is news")
FOLLOW = Text(
    "您的事项 {number}：{what}。请在 {site} 凭编号和查询码查看；我们不会向您索要密码或要求转账。",
    "Your matter {number}: {what}. See {site} with its number and your query code; we never ask for"
    " passwords or payments.",
)


def reachable(contact: str) -> tuple[str, str]:
    """Return the mail address and the mobile number that a contact holds, "" for none."""
    plain = contact.strip()
    mobile = _MOBILE.fullmatch(re.sub(r"[\s-]", "", plain))
    return (plain if _MAIL.fullmatch(plain) else "", mobile[1] if mobile else "")


def tell_person(
    contact: str, kind: str, what: Text, *, number: str, follow: str, at: datetime
) -> bool:
    """Write a notice to somebody without account; False where none is sent.

    Args:
        contact: what the person left.
        kind: of the notice.
        what: what happened, a few words.
        number: of the matter.
        follow: path of the page on which it is followed.
        at: when.
    """
    return bool(tell_people([(contact, number)], kind, what, follow=follow, at=at))


def tell_people(
    told: Sequence[tuple[str, str]], kind: str, what: Text, *, follow: str, at: datetime
) -> int:
    """Write notices to people without account; return to how many of their matters.

    None goes to whoever left neither mail nor mobile, and of one kind at most six a day: a form
    must not be a way to flood a telephone. The message names the number of the matter and where to
    follow it, never what it is about: it may be read by others.

    Args:
        told: what each left, and the number of the matter.
        kind: of the notice.
        what: what happened, a few words.
        follow: path of the page on which it is followed.
        at: when.
    """
    by_reader: dict[str, list[tuple[str, str]]] = {}
    for contact, number in told:
        mail, mobile = reachable(contact)
        if mail or mobile:
            whose = salted_hmac("shixiao.reader", mail.lower() or mobile, algorithm="sha256")
            by_reader.setdefault(whose.hexdigest(), []).append((contact.strip(), number))
    today = Notice.objects.filter(reader__in=list(by_reader), kind=kind, made__gt=at - DAY)
    had = dict(today.order_by().values_list("reader").annotate(n=Count("pk")))
    site = settings.SITE.hosts[0] + follow
    notices = [
        Notice(contact=contact, reader=reader, kind=kind, link=follow, made=at,
               text=FOLLOW.format(number=number, what=what, site=site))
        for reader, own in by_reader.items()
        for contact, number in own[: max(0, MOST_A_DAY - had.get(reader, 0))]
    ]  # fmt: skip
    Notice.objects.bulk_create(notices, batch_size=500)
    return len(notices)


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
    email, phone, language = _address(notice)
    ways: list[Callable[[], None]] = []
    if email:
        ways.append(lambda: _mail(email, notice.text, language))
    if phone and settings.SITE.sms:
        ways.append(lambda: _message(phone, notice.text.in_language(language or "zh")))
    failures: list[Exception] = []
    for way in ways:
        try:
            way()
        except FAILURES as failure:
            failures.append(failure)
    return not ways or len(failures) < len(ways), failures


def _address(notice: Notice) -> tuple[str, str, str]:
    """Return mail address, telephone and language; "" where the language is not known."""
    if notice.account is not None:
        return notice.account.email, notice.account.phone, notice.account.language
    return (*reachable(notice.contact), "")


def _mail(address: str, text: Text, language: str) -> None:
    """Send a mail, in both languages to whom the site does not know."""
    subject = "实效：通知" if language == "zh" else "Shixiao: notice"
    body = text.in_language(language) if language else f"{text.zh}\n\n{text.en}"
    EmailMessage(subject if language else SUBJECT, body, to=[address]).send()


def _message(to: str, text: str) -> None:
    """Send a text message by the operator's command."""
    subprocess.run(  # noqa: S603 - the command is the operator's own
        [settings.SITE.sms, to],
        input=text.encode(),
        timeout=PATIENCE,
        check=True,
        capture_output=True,
    )
