"""Accounts, posts, relations, organisations and tokens: who may, what stays on record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shixiao.records.models import LeafRow, Post, Token
from shixiao.terms import Text
from shixiao.workflows import people, tokens
from shixiao.workflows.actors import actor_of
from shixiao.workflows.organisations import enter_organisation
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests.cast import NOW, TODAY, Cast

pytestmark = pytest.mark.django_db


def events() -> list[str]:
    return list(LeafRow.objects.order_by("id").values_list("event", flat=True))


def test_an_account_comes_with_a_password_that_is_told_once(cast: Cast) -> None:
    made, password = people.add_account(
        login="New.Person", name="新人", actor=cast.actor("shen"), at=NOW
    )
    assert made.login == "new.person"
    assert made.check_password(password)
    assert events() == ["account.made"]
    with pytest.raises(Stale):
        people.add_account(login="new.person", name="又", actor=cast.actor("shen"), at=NOW)
    with pytest.raises(Forbidden):
        people.add_account(login="other", name="他", actor=cast.actor("sun"), at=NOW)


def test_a_closed_account_has_neither_posts_nor_tokens(cast: Cast) -> None:
    _, text = tokens.make_token(
        name="board",
        scopes=["results"],
        expires=NOW + timedelta(days=30),
        actor=cast.actor("sun"),
        at=NOW,
    )
    people.close_account(cast.accounts["sun"], actor=cast.actor("shen"), at=NOW)
    assert tokens.known_token(text, at=NOW) is None
    assert Post.objects.get(account=cast.accounts["sun"]).ends == TODAY
    assert events() == ["token.made", "role.ended", "account.closed"]
    with pytest.raises(Stale):
        people.close_account(cast.accounts["sun"], actor=cast.actor("shen"), at=NOW)
    with pytest.raises(Incomplete):
        people.close_account(cast.accounts["shen"], actor=cast.actor("shen"), at=NOW)


def test_nobody_gives_himself_a_post_and_none_goes_to_a_closed_account(cast: Cast) -> None:
    given = {"starts": TODAY, "actor": cast.actor("shen"), "at": NOW}
    with pytest.raises(Incomplete, match="yourself"):
        people.give_post(cast.accounts["shen"], cast.places["bureau"], "analyst", **given)
    people.close_account(cast.accounts["wu"], actor=cast.actor("shen"), at=NOW)
    with pytest.raises(Stale):
        people.give_post(cast.accounts["wu"], cast.places["housing"], "officer", **given)
    assert cast.actor("shen").roles == {"administrator"}


def test_a_post_that_is_ended_before_it_begins_never_begins(cast: Cast) -> None:
    day = TODAY + timedelta(days=5)
    post = people.give_post(
        cast.accounts["han"],
        cast.places["bureau"],
        "analyst",
        starts=day,
        actor=cast.actor("shen"),
        at=NOW,
    )
    people.end_post(post, actor=cast.actor("shen"), at=NOW)
    assert cast.actor("han", today=day).roles == {"citizen"}
    assert events() == ["role.given", "role.ended"]


@pytest.mark.parametrize(
    ("email", "phone", "field"),
    [
        ("li at example", "", "email"),
        ("a@example.cn\nBcc: b@example.cn", "", "email"),
        ("", "--config=/tmp/x", "phone"),
        ("", "一二三", "phone"),
        ("li@example.cn", "+86 139-0000-0000", None),
    ],
)
def test_mail_and_telephone_are_such_that_a_notice_can_be_sent(
    cast: Cast, email: str, phone: str, field: str | None
) -> None:
    given = {"login": "new.person", "name": "新人", "actor": cast.actor("shen"), "at": NOW}
    if field is None:
        assert people.add_account(email=email, phone=phone, **given)
        return
    with pytest.raises(Incomplete) as refused:
        people.add_account(email=email, phone=phone, **given)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("role", "place", "whose", "ends", "allowed"),
    [
        ("inspector", "inspectorate", "chen", TODAY, True),
        ("inspector", "inspectorate", "chen", None, False),
        ("analyst", "bureau", "chen", TODAY, False),
        ("auditor", "inspectorate", "jiang", TODAY, False),
    ],
)
def test_a_deputy_holds_the_same_post_for_a_time_and_not_his_own(
    cast: Cast, role: str, place: str, whose: str, ends: date | None, allowed: bool
) -> None:
    given = {
        "starts": TODAY,
        "ends": ends,
        "instead_of": Post.objects.get(account=cast.accounts[whose]),
        "actor": cast.actor("shen"),
        "at": NOW,
    }
    deputy = cast.accounts["jiang"]
    if not allowed:
        with pytest.raises(Incomplete):
            people.give_post(deputy, cast.places[place], role, **given)
        return
    people.give_post(deputy, cast.places[place], role, **given)
    assert role in actor_of(deputy, today=TODAY).roles
    assert role not in actor_of(deputy, today=TODAY + timedelta(days=1)).roles


def test_a_relation_holds_until_it_is_said_to_be_no_more(cast: Cast) -> None:
    made = people.declare_relation(
        cast.places["health"], explanation="配偶", actor=cast.actor("li"), at=NOW
    )
    assert cast.actor("li").related == {cast.places["health"].pk}
    with pytest.raises(Incomplete):
        people.declare_relation(
            cast.places["health"], explanation="配偶", actor=cast.actor("li"), at=NOW
        )
    with pytest.raises(Forbidden):
        people.end_relation(made, actor=cast.actor("sun"), at=NOW)
    stale = cast.actor("li")  # as the second of two clicks sees it
    people.end_relation(made, actor=stale, at=NOW)
    people.declare_relation(cast.places["health"], explanation="配偶", actor=stale, at=NOW)
    with pytest.raises(Incomplete):
        people.declare_relation(cast.places["health"], explanation="配偶", actor=stale, at=NOW)
    people.end_relation(stale.account.relations.get(ended=None), actor=stale, at=NOW)
    assert cast.actor("li").related == frozenset()
    assert events() == ["relation.declared", "relation.ended"] * 2
    assert "配偶".encode() not in b"".join(
        bytes(entry) for entry in LeafRow.objects.values_list("entry", flat=True)
    )


def test_a_department_is_not_entered_by_hand(cast: Cast) -> None:
    given = {"name": Text("评审组", "Panel"), "actor": cast.actor("shen"), "at": NOW}
    made = enter_organisation(kind="panel", code="P2", parent=cast.places["bureau"], **given)
    assert made.parent == cast.places["bureau"]
    for kind, code in (("department", "D9"), ("panel", "P2"), ("panel", "no code")):
        with pytest.raises(Incomplete):
            enter_organisation(kind=kind, code=code, **given)


@pytest.mark.parametrize(
    ("scopes", "days"), [([], 30), (["everything"], 30), (["results"], 0), (["results"], 400)]
)
def test_a_token_has_known_purposes_and_ends_within_a_year(
    cast: Cast, scopes: list[str], days: int
) -> None:
    with pytest.raises(Incomplete):
        tokens.make_token(
            name="board",
            scopes=scopes,
            expires=NOW + timedelta(days=days),
            actor=cast.actor("sun"),
            at=NOW,
        )


def test_a_token_ends_on_the_day_that_people_here_have(cast: Cast) -> None:
    tokens.make_token(
        name="board",
        scopes=["results"],
        expires=datetime(2026, 3, 9, 17, 0, tzinfo=UTC),  # one in the morning of the tenth
        actor=cast.actor("sun"),
        at=NOW,
    )
    assert b'"due":"2026-03-10"' in bytes(LeafRow.objects.get(event="token.made").entry)


def test_only_the_hash_of_a_token_is_kept_and_it_ends_when_revoked_or_expired(cast: Cast) -> None:
    token, text = tokens.make_token(
        name="board",
        scopes=["results"],
        expires=NOW + timedelta(days=30),
        actor=cast.actor("sun"),
        at=NOW,
    )
    assert text not in str(Token.objects.values())
    assert tokens.known_token(text, at=NOW) == token
    assert tokens.known_token(text + "x", at=NOW) is None
    assert Token.objects.get().used == NOW
    assert tokens.known_token(text, at=NOW + timedelta(days=30)) is None
    with pytest.raises(Forbidden):
        tokens.revoke_token(token, actor=cast.actor("li"), at=NOW)
    tokens.revoke_token(token, actor=cast.actor("sun"), at=NOW)
    assert tokens.known_token(text, at=NOW) is None
