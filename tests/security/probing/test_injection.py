"""Injection: each kind is found, and servers that echo, refuse, change or break are not accused."""

from __future__ import annotations

import html
import itertools
import json
import random
import sqlite3
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from shixiao.security.probing import Given, NotAssessed, described
from shixiao.security.probing.inputs import MOST, find_inputs
from tests.security.lab import Asked, Behaviour, Reply, faults, looked, reach_of, serving

HTML = [("Content-Type", "text/html; charset=utf-8")]
FORM = b'<form action="/find"><input name="q" value="road"></form><a href="/item?id=2">2</a>'
ROWS = [(1, "road works"), (2, "road lamp"), (3, "water pipe")]
Judging = Callable[[str, str], str]


def shop() -> sqlite3.Connection:
    store = sqlite3.connect(":memory:")
    store.execute("CREATE TABLE item (id INTEGER, name TEXT)")
    store.executemany("INSERT INTO item VALUES (?, ?)", ROWS)
    return store


def site(judge: Callable[[str, str], Reply | str], page: bytes = FORM) -> Behaviour:
    """Return a site of a search and of items, whose answers a function makes."""

    def answer(asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        if parts.path == "/":
            return Reply(200, page, HTML)
        pairs = parse_qs(parts.query, keep_blank_values=True)
        if len(pairs) != 1:
            return Reply(404)
        ((name, (value, *_)),) = pairs.items()
        made = judge(name, value)
        return made if isinstance(made, Reply) else Reply(200, made.encode(), HTML)

    return answer


def asked_safely(name: str, value: str) -> str:
    rows = shop().execute(
        "SELECT name FROM item WHERE " + ("id = ?" if name == "id" else "name LIKE '%'||?||'%'"),
        [value],
    )
    return f"<h1>{html.escape(value)}</h1>" + "".join(f"<p>{row[0]}" for row in rows)


def joined(sql: str, *, quiet: bool) -> Judging:
    def judge(name: str, value: str) -> Reply | str:
        if name != "q" and "{id}" not in sql:
            return asked_safely(name, value)
        if name == "q" and "{q}" not in sql:
            return asked_safely(name, value)
        try:
            rows = list(shop().execute(sql.format(**{name: value})))
        except sqlite3.Error as problem:
            return "<p>nothing" if quiet else Reply(500, type(problem).__name__.encode(), HTML)
        return "<h1>found</h1>" + "".join(f"<p>{row[0]}" for row in rows)

    return judge  # type: ignore[return-value]


BY_NUMBER = "SELECT name FROM item WHERE id = {id}"
BY_TEXT = "SELECT name FROM item WHERE name LIKE '{q}%'"
BY_PART = "SELECT name FROM item WHERE name LIKE '%{q}%'"


@pytest.mark.parametrize(
    ("sql", "quiet"),
    [(BY_NUMBER, False), (BY_NUMBER, True), (BY_TEXT, False), (BY_PART, False), (BY_PART, True)],
)
def test_what_is_joined_into_a_query_is_found(sql: str, quiet: bool) -> None:
    with serving(site(joined(sql, quiet=quiet))) as target:
        assert faults("injection", target) == ["query"]


def test_markup_that_comes_back_as_markup_is_found() -> None:
    with serving(site(lambda name, value: f"<h1>{value}</h1>")) as target:
        assert faults("injection", target) == ["markup"]


def opens_files(name: str, value: str) -> Reply | str:
    if value.replace("../", "").lstrip("/") == "etc/passwd":
        return "root:x:0:0:root:/root:/bin/bash\n"
    return "<p>no file"


def test_a_path_that_leads_to_files_of_the_system_is_found() -> None:
    page = b'<a href="/read?file=notes.txt">notes</a>'
    with serving(site(opens_files, page)) as target:
        assert faults("injection", target) == ["file"]
    climbing = site(opens_files)

    def climbs(asked: Asked) -> Reply:
        if unquote(asked.path).startswith("/../") and asked.path.endswith("etc/passwd"):
            return Reply(200, b"root:x:0:0:root:/root:/bin/bash\n")
        return climbing(asked)

    with serving(climbs) as target:
        assert faults("injection", target) == ["file"]


def guarded(name: str, value: str) -> Reply | str:
    return Reply(403, b"blocked", HTML) if set(value) & set("'<=") else asked_safely(name, value)


def breaks_at_any_quote(name: str, value: str) -> Reply | str:
    return Reply(500, b"error") if "'" in value or "<" in value else "<p>fine"


def as_json(name: str, value: str) -> Reply:
    return Reply(200, json.dumps({"q": value}).encode(), [("Content-Type", "application/json")])


def refuses_what_is_true(name: str, value: str) -> Reply | str:
    left, _, right = value.rpartition("=")
    same = left.rpartition(" ")[2].strip("'%") == right.strip("'")
    return Reply(403, b"tautology", HTML) if right and same else asked_safely(name, value)


def changing() -> Judging:
    turn, chance = itertools.count(), random.Random(3)  # noqa: S311

    def judge(name: str, value: str) -> str:
        said = "even half" if next(turn) % 2 else "odd whole"
        quote = " ".join(w for w in ("one", "two", "three", "four") if chance.random() < 0.5)
        return f"<p>{chance.random()} {said} {quote} {html.escape(value)}"

    return judge


def breaking_by_chance() -> Callable[[str, str], Reply | str]:
    chance = random.Random(5)  # noqa: S311
    return lambda name, value: Reply(500) if chance.random() < 0.4 else "<p>fine thing"


@pytest.mark.parametrize(
    "judge",
    [
        asked_safely,
        guarded,
        breaks_at_any_quote,
        as_json,
        refuses_what_is_true,
        changing(),
        breaking_by_chance(),
        lambda name, value: "<p>always the same",
        lambda name, value: f"<p>{html.escape(value)} {len(value)}",
        lambda name, value: Reply(400) if not value.isalnum() else "<p>fine",
        lambda name, value: f"<title>{html.escape(value[:10])}</title><p>{value.isdecimal()}",
    ],
    ids=lambda judge: getattr(judge, "__name__", "judge"),
)
def test_a_server_that_echoes_refuses_changes_or_breaks_is_not_accused(judge: Judging) -> None:
    with serving(site(judge)) as target:
        assert faults("injection", target) == []


def test_few_requests_are_sent_for_a_parameter() -> None:
    with serving(site(asked_safely)) as target:
        reach = reach_of(target)
        list(described("injection").look(reach, Given()))
    asked = [each.what for each in reach.sent if "?" in each.what]
    assert len(asked) <= 2 * 5 + 1


def test_a_page_without_parameters_is_said_to_have_none() -> None:
    with serving(site(asked_safely, b"<p>nothing")) as target:
        assert faults("injection", target) == ["found"]


OPENAPI = {
    "openapi": "3.1.0",
    "servers": [{"url": "/v1"}],
    "paths": {
        "/items/{kind}": {
            "parameters": [{"name": "kind", "in": "path", "schema": {"enum": ["lamp"]}}],
            "get": {"parameters": [{"$ref": "#/components/parameters/Page"}, {"rubbish": 1}]},
            "post": {"parameters": [{"name": "never", "in": "query"}]},
        },
        "/delete-all": {"get": {"parameters": [{"name": "sure", "in": "query"}]}},
    },
    "components": {
        "parameters": {"Page": {"name": "page", "in": "query", "schema": {"type": "integer"}}}
    },
}


def described_by(body: bytes) -> Behaviour:
    return lambda asked: Reply(200, body if asked.path == "/openapi.json" else b"<p>", HTML)


def test_parameters_are_read_from_an_interface_description() -> None:
    with serving(described_by(json.dumps(OPENAPI).encode())) as target:
        found = find_inputs(reach_of(target), Given(openapi="/openapi.json"))
    assert [each.with_value("2") for each in found] == ["/v1/items/lamp?page=2"]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{", b'{"paths": 1}', b"[" * 5000, b"\xff"])
def test_an_interface_description_that_is_none_is_not_assessed(body: bytes) -> None:
    with serving(described_by(body)) as target, pytest.raises(NotAssessed):
        looked("injection", target, Given(openapi="/openapi.json"))


def test_links_that_lead_away_or_sign_out_are_left_alone_and_no_more_than_the_most_are_taken() -> (
    None
):
    page = b'<a href="http://other.example/?a=1"></a><a href="/logout?b=1"></a><![x'
    page += b"".join(b'<a href="/p?c%d=1"></a>' % n for n in range(80))
    with serving(site(lambda name, value: "", page)) as target:
        found = find_inputs(reach_of(target), Given())
    assert {each.path for each in found} == {"/p"}
    assert len(found) == MOST
