"""The login: guessing without end is found, a limit of any kind ends it, and names stay unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from shixiao.security.probing import Account, Consent, Given, NotAssessed, Reach, Target, described
from shixiao.security.probing.probes import login
from tests.security.lab import Asked, Behaviour, Reply, faults, hardened, looked, reach_of, serving

FORM = (
    b'<form method="post"><input type="hidden" name="token" value="t1">'
    b'<input name="username"><input name="password" type="password"></form>'
)
GIVEN = Given(login="/login", accounts=(Account("tester", "right"),))
Judging = Callable[[str, int], Reply]


def site(judge: Judging) -> Behaviour:
    """Return a site whose login answers by the name and how often it was tried."""
    tried: Counter[str] = Counter()

    def answer(asked: Asked) -> Reply:
        if asked.path != "/login":
            return hardened()(asked)
        if asked.method == "GET":
            return Reply(200, FORM, [("Set-Cookie", "guard=g1")])
        sent = parse_qs(asked.body.decode())
        if sent.get("token") != ["t1"] or "guard=g1" not in asked.headers.get("cookie", ""):
            return Reply(403, b"forged")
        (name,) = sent["username"]
        tried[name] += 1
        tried[""] += 1
        return judge(name, tried[name])

    return answer


def wrong(note: str = "", *, status: int = 200) -> Reply:
    return Reply(status, FORM + f"<p>用户名或密码错误{note}</p>".encode())


def endless(name: str, n: int) -> Reply:
    return wrong(f"<i>{name}</i>{n * 7919}", status=401)


def locks(name: str, n: int) -> Reply:
    return Reply(429, b"", [("Retry-After", "60")]) if n > 10 else wrong()


def locks_at_once(name: str, n: int) -> Reply:
    return Reply(429) if n > 1 else wrong()


def asks_for_a_picture(name: str, n: int) -> Reply:
    return wrong("，请输入验证码") if n > 5 else wrong()


def locks_alone_who_exists(name: str, n: int) -> Reply:
    return wrong("，账号已锁定") if name == "tester" and n > 5 else wrong()


def tells_who_exists(name: str, n: int) -> Reply:
    if n > 5:
        return Reply(423)
    return wrong("，密码错误") if name == "tester" else wrong("，用户不存在")


@pytest.fixture(autouse=True)
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "TRIES", 20)


@pytest.mark.parametrize(
    ("judge", "found"),
    [
        (locks, []),
        (locks_at_once, []),
        (asks_for_a_picture, []),
        (endless, ["limit"]),
        (locks_alone_who_exists, ["names"]),
        (tells_who_exists, ["names"]),
    ],
)
def test_what_is_wrong_at_a_login_is_named_and_nothing_else(
    judge: Judging, found: list[str]
) -> None:
    with serving(site(judge)) as target:
        assert faults("login", target, GIVEN) == found


def test_guessing_stops_as_soon_as_it_is_limited() -> None:
    with serving(site(locks)) as target:
        reach = reach_of(target)
        list(described("login").look(reach, GIVEN))
        assert len([each for each in reach.sent if each.what.startswith("POST")]) == 22


def test_a_login_of_json_is_understood() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(405)
        return Reply(401 if asked.headers["content-type"] == "application/json" else 415)

    with serving(answer) as target:
        assert faults("login", target, GIVEN) == ["limit"]


@pytest.mark.parametrize(
    ("given", "judge"),
    [
        (Given(), locks),
        (Given(login="/login"), endless),
        (GIVEN, lambda name, n: Reply(403)),
        (GIVEN, lambda name, n: Reply(500)),
    ],
)
def test_what_cannot_be_told_is_not_assessed(given: Given, judge: Judging) -> None:
    with serving(site(judge)) as target, pytest.raises(NotAssessed):
        looked("login", target, given)


def test_a_limit_for_a_name_that_nobody_has_holds_without_an_account() -> None:
    with serving(site(locks)) as target:
        assert looked("login", target, Given(login="/login")) == {"limit": True}


def test_without_consent_to_wrong_passwords_none_is_sent() -> None:
    with serving(site(locks)) as target:
        reach = reach_of(target, heavy=frozenset())
        with pytest.raises(NotAssessed):
            list(described("login").look(reach, GIVEN))
        assert reach.sent == []


def test_a_login_in_plain_is_refused_away_from_this_very_machine() -> None:
    with serving(site(locks)) as served:
        place = Target("http", "lab.example", served.port)
        own = Consent.of_own_machine(served, now=datetime.now(UTC))
        consent = replace(own, hosts=frozenset({"lab.example"}))
        reach = Reach(place, consent, look=lambda host, port: ["127.0.0.1"])
        seen = list(described("login").look(reach, GIVEN))
    assert [each.check for each in seen if not each.passed] == ["plain_login"]
