"""Pages of people: searching, making accounts, posts; own relations and tokens."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from shixiao.records.models import Account, Post, Token
from shixiao.workflows import tokens
from tests.cast import Cast


def signed_in(cast: Cast, name: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.accounts[name])
    return client


def test_people_are_found_by_a_part_of_their_name_and_by_role(cast: Cast) -> None:
    client = signed_in(cast, "jiang")
    found = client.get("/people/?q=zha").content.decode()
    assert "Zhao" in found
    assert "Zheng" not in found
    found = client.get("/people/?role=inspector").content.decode()
    assert "Chen" in found
    assert "Zhao" not in found
    assert "开设账号" not in found


def test_an_administrator_makes_an_account_gives_a_post_ends_it_and_closes(cast: Cast) -> None:
    client = signed_in(cast, "shen")
    assert client.post("/people/add/", {"login": "X", "name": "某"}).status_code == 422
    answer = client.post("/people/add/", {"login": "new.one", "name": "新人"})
    made = Account.objects.get(login="new.one")
    password = re.search(r"keys\">([a-z0-9-]{19})<", answer.content.decode())
    assert password is not None
    assert made.check_password(password[1])
    assert answer["Cache-Control"] == "no-store"
    given = {"role": "officer", "organisation": str(cast.places["health"].pk)}
    path = f"/people/{made.pk}/posts/"
    assert (
        client.post(path, given | {"starts": "2026-03-02", "ends": "2026-03-01"}).status_code == 422
    )
    assert client.post(path, given | {"starts": "2026-03-02"}).status_code == 302
    post = Post.objects.get(account=made)
    assert client.post(f"/people/posts/{post.pk}/end/").status_code == 302
    assert client.post(f"/people/posts/{post.pk}/end/").status_code in {302, 409}
    assert client.post(f"/people/{made.pk}/password/").status_code == 200
    assert client.post(f"/people/{made.pk}/close/").status_code == 302
    assert "已停用" in client.get(f"/people/{made.pk}/").content.decode()
    assert client.get("/people/00000000-0000-7000-8000-000000000000/").status_code == 404


def test_organisations_stand_in_their_tree(cast: Cast) -> None:
    client = signed_in(cast, "shen")
    given = {"kind": "panel", "code": "P2", "name_zh": "评审组", "name_en": "Panel two"}
    given["parent"] = str(cast.places["bureau"].pk)
    assert client.post("/organisations/add/", given).status_code == 302
    assert client.post("/organisations/add/", given).status_code == 422
    assert "评审组" in client.get("/organisations/").content.decode()


def test_a_relation_is_declared_and_ended_by_oneself(cast: Cast) -> None:
    client = signed_in(cast, "li")
    given = {"organisation": str(cast.places["health"].pk), "explanation": "配偶任职"}
    assert client.post("/account/relations/", given).status_code == 302
    assert client.post("/account/relations/", given).status_code == 422
    assert "配偶任职" in client.get("/account/relations/").content.decode()
    pk = cast.accounts["li"].relations.get().pk
    assert signed_in(cast, "sun").post(f"/account/relations/{pk}/end/").status_code == 404
    assert client.post(f"/account/relations/{pk}/end/").status_code == 302


def test_a_token_is_shown_once_and_can_be_revoked(cast: Cast) -> None:
    client = signed_in(cast, "sun")
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    given = {"name": "board", "scopes": ["results"], "expires": day}
    page = client.post("/account/tokens/", given).content.decode()
    text = re.search(r"shixiao_[\w-]+", page)
    assert text is not None
    token = Token.objects.get()
    assert tokens.known_token(text[0], at=timezone.now()) == token
    assert text[0] not in client.get("/account/tokens/").content.decode()
    assert client.post("/account/tokens/", given | {"scopes": []}).status_code == 422
    assert signed_in(cast, "li").post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert tokens.known_token(text[0], at=timezone.now()) is None
