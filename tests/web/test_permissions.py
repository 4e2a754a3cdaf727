"""Bar 1 of PLATFORM: every address × role × method × own or foreign thing, as the table has it.

The expected answer is worked out here from the two tables alone (``access.yaml``, ``roles.yaml``),
never from what the site says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files

import pytest
from django.conf import settings
from django.db import transaction
from django.template.backends.jinja2 import Template
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from shixiao.datafiles import load_yaml
from shixiao.records.models import Account, Case, Token
from shixiao.settings import Site
from shixiao.web.guard import EVERYONE, SIGNED_IN
from shixiao.workflows.tokens import PREFIX, SCOPES
from tests.cast import Cast, make_cast
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
        for folder in ("web", "workflows", "voice/data")
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


@dataclass
class World:
    """People, things, the sessions of whoever has signed in, and a browser for all of them."""

    cast: Cast
    things: Things
    sessions: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=lambda: Client(headers={"host": "localhost"}))

    def session(self, person: str) -> str:
        """Return the key of a session in which somebody is signed in."""
        if person not in self.sessions:
            client = Client(headers={"host": "localhost"})
            client.force_login(self.cast.accounts[person])
            self.sessions[person] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return self.sessions[person]


@pytest.fixture(scope="module")
def world(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """Make everything once: a test takes back what it did, for its own transaction stands in this.

    To make it anew for each of some three hundred addresses was half of the time.
    """
    site = Site.from_environment({"SHIXIAO_DATA": str(tmp_path_factory.mktemp("site"))})
    with django_db_blocker.unblock(), override_settings(SITE=site), transaction.atomic():
        cast = make_cast()
        made = World(cast, make_things(cast))
        for person in filter(None, PEOPLE.values()):
            made.session(person)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def cast(world: World, db: None) -> Cast:
    return world.cast


@pytest.fixture
def things(world: World, db: None) -> Things:
    return world.things


@pytest.fixture(autouse=True)
def unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave pages unwritten: who is let in is decided before, and that was half of the time."""
    if os.environ.get("WALK_ALL") != "1":
        monkeypatch.setattr(Template, "render", lambda *told, **given: "")


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_what_the_table_says(name: str, world: World, things: Things) -> None:
    wrong = []
    for who, method, whose in walk(name):
        client = _client(
            world, PEOPLE[who], program=name.startswith(("api_runner", "api_decision", "api_voice"))
        )
        path = things.path(name, whose if who != "officer elsewhere" else _other(whose))
        answer = client.generic(method, path)
        role = "officer" if who == "officer elsewhere" else who
        if answer.status_code not in expected(Asked(name, method, who, whose), role):
            wrong.append((who, method, whose, path, answer.status_code))
    assert wrong == []


def _client(world: World, person: str | None, *, program: bool) -> Client:
    """Return a browser in which a person signed in, or a program with a token of his."""
    if person and program:
        text, now = f"{PREFIX}{person}", timezone.now()
        Token.objects.get_or_create(
            digest=sha256(text.encode()).hexdigest(),
            defaults={
                "account": world.cast.accounts[person],
                "name": "test",
                "scopes": sorted(SCOPES),
                "made": now,
                "expires": now + timedelta(hours=1),
            },
        )
        return Client(headers={"host": "localhost", "authorization": f"Bearer {text}"})
    world.client.cookies.clear()
    if person:
        world.client.cookies[settings.SESSION_COOKIE_NAME] = world.session(person)
    return world.client


def walk(name: str) -> Iterator[tuple[str, str, str]]:
    """Give person, method and whose thing it is.

    The bar walks them all. Otherwise a method that the table does not name, and HEAD, which is
    answered as GET, are tried by nobody and by an analyst alone, and what has no thing in it, or
    may not be done to any thing, is tried once.
    """
    everything = os.environ.get("WALK_ALL") == "1"
    for who in PEOPLE:
        for method in METHODS:
            may = _may(name, method, who)
            if everything or may is not None or who in {NOBODY, "analyst"}:
                yield who, method, OWN
            if everything or (may and arguments(name)):
                yield who, method, FOREIGN


def _may(name: str, method: str, who: str) -> bool | None:
    """Return whether a person may do that to some thing; None where nobody may."""
    wanted = ACCESS[name].get(method)
    if wanted is None:
        return None
    role = "officer" if who == "officer elsewhere" else who
    return wanted in {EVERYONE, SIGNED_IN} or role in RIGHTS[wanted]


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
