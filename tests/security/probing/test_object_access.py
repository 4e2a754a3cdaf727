"""Access to what belongs to others: seen by another or by nobody is found, one's own is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest

from shixiao.security.probing import Account, Given, NotAssessed, described
from tests.security.lab import Asked, Behaviour, Reply, faults, looked, reach_of, serving

DATA = {
    "/orders/1": ("zhang", "Zhang San 13900001111 Chang'an Road 8"),
    "/orders/2": ("li", "Li Si 13722223333 People Square 12"),
}
HOLDS = {"zhang": DATA["/orders/1"][1], "li": DATA["/orders/2"][1]}
GIVEN = Given(
    login="/login",
    accounts=(
        Account("zhang", "right", ("/orders/1", "/me")),
        Account("li", "right", ("/orders/2", "/me")),
    ),
)
May = Callable[[str, str], bool]


def let_in(asked: Asked) -> Reply:
    sent = parse_qs(asked.body.decode())
    if sent.get("password") != ["right"]:
        return Reply(200, b"<p>wrong")
    return Reply(303, b"", [("Set-Cookie", f"sid={sent['username'][0]}; HttpOnly")])


def site(may: May) -> Behaviour:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/login" and asked.method == "POST":
            return let_in(asked)
        who = asked.headers.get("cookie", "").partition("sid=")[2]
        if asked.path in DATA:
            owner, data = DATA[asked.path]
            if may(owner, who):
                return Reply(200, f"<h1>Order</h1><p>for {who}<p>{data}".encode())
            return Reply(200, f"<h1>Order {asked.path}</h1><p>is not yours".encode())
        if asked.path == "/me" and who:
            return Reply(200, f"<h1>My data</h1><p>{HOLDS[who]}".encode())
        return Reply(200, b"<h1>Welcome</h1>")

    return answer


@pytest.mark.parametrize(
    ("may", "found"),
    [
        (lambda owner, who: owner == who, []),
        (lambda owner, who: bool(who), ["other"]),
        (lambda owner, who: True, ["nobody", "other"]),
        (lambda owner, who: who in ("", owner), ["nobody"]),
    ],
)
def test_who_sees_what_belongs_to_another_is_found(may: May, found: list[str]) -> None:
    with serving(site(may)) as target:
        assert faults("object_access", target, GIVEN) == found


def test_an_interface_with_tokens_is_understood() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/login" and asked.method == "POST":
            if asked.headers["content-type"] != "application/json":
                return Reply(415)
            sent = json.loads(asked.body)
            return Reply(200, json.dumps({"access_token": f"token-{sent['username']}"}).encode())
        who = asked.headers.get("authorization", "").removeprefix("Bearer token-")
        if asked.path in DATA and who:
            return Reply(200, json.dumps({"order": DATA[asked.path][1]}).encode())
        return Reply(200, json.dumps({"order": HOLDS.get(who, "none")}).encode())

    with serving(answer) as target:
        assert faults("object_access", target, GIVEN) == ["other"]


ZHANG = GIVEN.accounts[0]


@pytest.mark.parametrize(
    "given",
    [
        Given(),
        Given(login="/login", accounts=(ZHANG,)),
        Given(login="/login", accounts=(ZHANG, Account("li", "right"))),
        Given(login="/login", accounts=(ZHANG, Account("li", "wrong", ("/me",)))),
        Given(login="", accounts=GIVEN.accounts),
        Given(
            login="/login",
            accounts=(Account("zhang", "right", ("/nothing",)), GIVEN.accounts[1]),
        ),
    ],
)
def test_what_cannot_be_told_is_not_assessed(given: Given) -> None:
    with serving(site(lambda owner, who: owner == who)) as target, pytest.raises(NotAssessed):
        looked("object_access", target, given)


def test_without_consent_to_accounts_nothing_is_sent() -> None:
    with serving(site(lambda owner, who: True)) as target:
        reach = reach_of(target, heavy=frozenset())
        with pytest.raises(NotAssessed):
            list(described("object_access").look(reach, GIVEN))
        assert reach.sent == []
