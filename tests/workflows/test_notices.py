"""Notices: sent once, tried again ever later, and held up by nobody else's address."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import override_settings

from shixiao.records.models import Account, Notice
from shixiao.settings import Site
from shixiao.terms import Text
from shixiao.workflows.jobs import CLOCK, schedule
from shixiao.workflows.notices import (
    MOST_TRIES,
    NEWS,
    reachable,
    send_waiting,
    tell,
    tell_person,
)
from tests.cast import NOW

pytestmark = pytest.mark.django_db
GONE = "tests.workflows.test_notices.Gone"


class Gone(EmailBackend):
    """A mail server that cannot be reached."""

    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError


def people(*emails: str, phone: str = "") -> list[Account]:
    made = [
        Account.objects.create_user(f"p{n}", name="某", email=email, phone=phone)
        for n, email in enumerate(emails)
    ]
    tell(made, "case.begin", Text("案件有进展。", "A case moved."), link="/", at=NOW)
    return made


def test_a_notice_is_sent_once() -> None:
    people("a@example.cn")
    assert [send_waiting(now=NOW) for _ in range(3)] == [1, 0, 0]
    assert len(mail.outbox) == 1


def test_an_address_that_cannot_be_one_holds_up_nobody() -> None:
    people("not an\naddress", "b@example.cn")
    assert send_waiting(now=NOW) == 1
    assert mail.outbox[0].to == ["b@example.cn"]


def test_while_the_server_is_away_one_notice_is_tried_and_none_is_lost() -> None:
    people("a@example.cn", "b@example.cn", "c@example.cn")
    with override_settings(EMAIL_BACKEND=GONE):
        assert send_waiting(now=NOW) == 0
        assert sorted(Notice.objects.values_list("tries", flat=True)) == [0, 0, 1]
    assert send_waiting(now=NOW + timedelta(hours=3)) == 3


def test_a_notice_is_tried_ever_later_and_not_for_ever() -> None:
    people("a@example.cn")
    tried = []
    with override_settings(EMAIL_BACKEND=GONE):
        for minutes in range(0, 3 * 24 * 60, 5):
            before = Notice.objects.get().tries
            send_waiting(now=NOW + timedelta(minutes=minutes))
            if Notice.objects.get().tries > before:
                tried.append(minutes)
    assert tried == [0, 5, 60, 360, 1440]
    assert len(tried) == MOST_TRIES


def test_what_came_by_mail_is_not_sent_again_because_the_message_failed(tmp_path: Path) -> None:
    sms = tmp_path / "sms"
    sms.write_text("#!/bin/sh\nexit 1\n")
    sms.chmod(0o755)
    people("a@example.cn", phone="139")
    site = Site.from_environment({"SHIXIAO_DATA": str(tmp_path), "SHIXIAO_SMS_COMMAND": str(sms)})
    with override_settings(SITE=site):
        for hours in (0, 2, 30):
            send_waiting(now=NOW + timedelta(hours=hours))
    assert len(mail.outbox) == 1


def test_what_runs_by_the_clock_is_entered_once_and_what_no_longer_does_is_taken_out() -> None:
    from django_q.models import Schedule

    Schedule.objects.create(name="old", func="shixiao.workflows.jobs.every_hour")
    for _ in range(2):
        schedule()
    names = set(Schedule.objects.values_list("name", flat=True))
    assert names == {function.__name__ for function in CLOCK}


@pytest.mark.parametrize(
    ("contact", "ways"),
    [
        ("li@example.cn", ("li@example.cn", "")),
        (" 139 0000 0000 ", ("", "13900000000")),
        ("+86-13900000000", ("", "13900000000")),
        ("0512-6666666", ("", "")),
        ("a@example.cn, b@example.cn", ("", "")),
        ("a@example.cn\nBcc: c@example.cn", ("", "")),
        ("--help 13900000000", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_contact_is_one_address_or_one_mobile_number(contact: str, ways: tuple[str, str]) -> None:
    assert reachable(contact) == ways


def told(contact: str) -> bool:
    return tell_person(contact, "news", NEWS, number="AB12", follow="/report/follow/", at=NOW)


def test_whoever_has_no_account_gets_the_number_of_the_matter_in_both_languages() -> None:
    assert told("li@example.cn")
    assert [send_waiting(now=NOW) for _ in range(2)] == [1, 0]
    (sent,) = mail.outbox
    assert sent.to == ["li@example.cn"]
    assert sent.body.count("AB12") == 2
    assert "/report/follow/" in sent.body


def test_whoever_left_a_mobile_number_gets_a_message(tmp_path: Path) -> None:
    sms, box = tmp_path / "sms", tmp_path / "box"
    sms.write_text(f'#!/bin/sh\n(echo "$1"; cat) > {box}\n')
    sms.chmod(0o755)
    assert told("139 0000 0000")
    site = Site.from_environment({"SHIXIAO_DATA": str(tmp_path), "SHIXIAO_SMS_COMMAND": str(sms)})
    with override_settings(SITE=site):
        assert send_waiting(now=NOW) == 1
    number, text = box.read_text().splitlines()
    assert number == "13900000000"
    assert "AB12" in text


def test_where_nothing_reachable_was_left_nothing_is_written() -> None:
    assert not told("幸福路 1 号")
    assert not Notice.objects.exists()
