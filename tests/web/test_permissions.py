"""Bar 1 of PLATFORM: every address × role × method × own or foreign thing, as the table has it.

The expected answer is worked out here from the two tables alone (``access.yaml``, ``roles.yaml``),
never from what the site says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files

import pytest
from django.template.backends.jinja2 import Template
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from shixiao.datafiles import load_yaml
from shixiao.records.models import Account, Case, Token
from shixiao.web.guard import EVERYONE, SIGNED_IN
from shixiao.workflows.tokens import PREFIX, SCOPES
from tests.cast import Cast
from tests.web.things import FOREIGN, OWN, Things, arguments, make_things

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
NOBODY = ""
# One person a role, and one of another department: (role, name in the cast).
PEOPLE = {
    NOBODY: None,
    "analyst": "sun",
    "inspector": "qian",
    "officer": "zhao",
    "head": "zhou",
    "officer elsewhere": "wu",
    "evaluator": "zheng",
    "expert": "feng",
    "data_officer": "chu",
    "system_owner": "wei",
    "auditor": "jiang",
    "administrator": "shen",
    "citizen": "han",
}
# An answer that says the right was there; whether the request made sense is another matter.
LET_IN = {200, 302, 303, 400, 404, 409, 422}


def table(package: str, name: str) -> dict:
    return load_yaml(files(package).joinpath(name).read_text("utf-8"))


ACCESS = table("shixiao.web", "access.yaml")
RIGHTS = {n: v["rights"] for n, v in table("shixiao.workflows", "data/roles.yaml")["verbs"].items()}


def patterns() -> Iterator[URLPattern]:
    """Give every address of the site, of included ones too."""
    waiting = list(get_resolver().url_patterns)
    while waiting:
        each = waiting.pop()
        if isinstance(each, URLPattern):
            yield each
        else:
            waiting += each.url_patterns


NAMES = sorted(str(pattern.name) for pattern in patterns())


def test_every_address_has_a_name_and_stands_in_the_table() -> None:
    assert all(pattern.name for pattern in patterns())
    assert len(NAMES) == len(set(NAMES))
    assert sorted(ACCESS) == NAMES


def test_the_table_names_only_rights_that_exist() -> None:
    named = {who for methods in ACCESS.values() for who in methods.values()}
    assert named - {EVERYONE, SIGNED_IN} <= set(RIGHTS)
    assert {m for methods in ACCESS.values() for m in methods} <= {"GET", "POST", "PUT", "DELETE"}


def test_every_right_is_asked_for_somewhere() -> None:
    """A right that no address and no act asks for is a promise that nobody keeps."""
    source = "".join(
        path.read_text("utf-8")
        for folder in ("web", "workflows")
        for path in sorted(files("shixiao").joinpath(folder).rglob("*"))  # type: ignore[attr-defined]
        if path.suffix in {".py", ".yaml", ".j2"} and path.name != "roles.yaml"
    )
    assert [verb for verb in RIGHTS if not re.search(rf"\b{re.escape(verb)}\b", source)] == []


@dataclass(frozen=True)
class Asked:
    name: str
    method: str
    who: str
    whose: str


def expected(asked: Asked, role: str) -> set[int]:
    """Return the answers that the table allows."""
    allowed = ACCESS[asked.name]
    method = "GET" if asked.method == "HEAD" else asked.method
    if method not in allowed:
        return {HTTPStatus.METHOD_NOT_ALLOWED}
    wanted = allowed[method]
    if wanted == EVERYONE or (wanted == SIGNED_IN and role):
        return LET_IN | {403, 429}  # narrowed by the tests of each page
    if not role:
        return {302} if not asked.name.startswith("api") else {401, 403}
    scope = RIGHTS.get(wanted, {}).get(role)
    if scope is None:
        return {403}
    if asked.whose == FOREIGN and scope != "any" and arguments(asked.name):
        programs = ("api_runner", "api_decision")
        unread = {422} if asked.name.startswith(programs) else set()  # before it is looked up
        return {403, 404} | unread
    return LET_IN | ({403} if scope == "assigned" else set())


@pytest.fixture
def things(cast: Cast, place: object) -> Things:
    return make_things(cast)


@pytest.fixture(autouse=True)
def unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave pages unwritten: who is let in is decided before, and that was half of the time."""
    if os.environ.get("WALK_ALL") != "1":
        monkeypatch.setattr(Template, "render", lambda *told, **given: "")


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_what_the_table_says(name: str, cast: Cast, things: Things) -> None:
    wrong = []
    for who, method, whose in walk(name):
        client = _client(cast, PEOPLE[who], program=name.startswith(("api_runner", "api_decision")))
        path = things.path(name, whose if who != "officer elsewhere" else _other(whose))
        answer = client.generic(method, path)
        role = "officer" if who == "officer elsewhere" else who
        if answer.status_code not in expected(Asked(name, method, who, whose), role):
            wrong.append((who, method, whose, path, answer.status_code))
    assert wrong == []


def _client(cast: Cast, person: str | None, *, program: bool) -> Client:
    """Return a browser in which a person signed in, or a program with a token of his."""
    client = Client(headers={"host": "localhost"})
    if person and program:
        text, now = f"{PREFIX}{person}", timezone.now()
        Token.objects.get_or_create(
            digest=sha256(text.encode()).hexdigest(),
            defaults={
                "account": cast.accounts[person],
                "name": "test",
                "scopes": sorted(SCOPES),
                "made": now,
                "expires": now + timedelta(hours=1),
            },
        )
        return Client(headers={"host": "localhost", "authorization": f"Bearer {text}"})
    if person:
        client.force_login(cast.accounts[person])
    return client


def walk(name: str) -> Iterator[tuple[str, str, str]]:
    """Give person, method and whose thing it is.

    The bar walks them all. Otherwise a method that the table does not name, and HEAD, which is
    answered as GET, are tried by nobody and by an analyst alone, and an address without a thing in
    it is asked for once.
    """
    everything = os.environ.get("WALK_ALL") == "1"
    known = set(ACCESS[name])
    things = (OWN, FOREIGN) if everything or arguments(name) else (OWN,)
    for who in PEOPLE:
        for method in METHODS:
            if everything or method in known or who in {NOBODY, "analyst"}:
                for whose in things if method in known or everything else (OWN,):
                    yield who, method, whose


def _other(whose: str) -> str:
    """Return what is one's own to somebody of the other department."""
    return FOREIGN if whose == OWN else OWN


SEEN = {  # person → (own case, foreign case, own draft, foreign draft, public one)
    NOBODY: (404, 404, 404, 404, 200),
    "analyst": (200, 200, 200, 200, 200),
    "inspector": (200, 200, 200, 200, 200),
    "officer": (200, 404, 200, 404, 200),
    "head": (200, 404, 200, 404, 200),
    "officer elsewhere": (404, 200, 404, 200, 200),
    "evaluator": (404, 404, 404, 404, 200),
    "expert": (404, 404, 404, 404, 200),
    "data_officer": (404, 404, 200, 404, 200),
    "system_owner": (404, 404, 200, 404, 200),
    "auditor": (200, 200, 200, 200, 200),
    "administrator": (404, 404, 404, 404, 200),
    "citizen": (404, 404, 404, 404, 200),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_sees_a_draft_or_a_case_that_is_not_his(
    who: str, cast: Cast, things: Things
) -> None:
    client = Client(headers={"host": "localhost"})
    person = PEOPLE[who]
    if person:
        client.force_login(cast.accounts[person])
    seen = tuple(
        client.get(path).status_code
        for path in (
            things.path("case", OWN),
            things.path("case", FOREIGN),
            things.path("evaluation", OWN),
            things.path("evaluation", FOREIGN),
            f"/evaluations/{things.public.code}/",
        )
    )
    assert seen == SEEN[who]


def test_a_department_does_not_see_a_case_before_the_finding_is_put_to_it(
    cast: Cast, things: Things
) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.accounts["zhao"])
    for state, status in (("lead", 404), ("checking", 404), ("proposed", 200)):
        Case.objects.filter(pk=things.cases[OWN].pk).update(state=state)
        assert client.get(things.path("case", OWN)).status_code == status


def test_a_closed_account_is_nobody(cast: Cast, things: Things) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.accounts["sun"])
    Account.objects.filter(login="sun").update(is_active=False)
    assert client.get(things.path("case", OWN)).status_code == 404
