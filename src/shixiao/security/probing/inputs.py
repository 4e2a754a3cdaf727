"""Inputs: the parameters that a target takes by address, from its pages and its OpenAPI.

Only what is asked by GET is taken: whatever is sent there changes nothing on a target that keeps to
HTTP. Addresses that sign out or remove are left alone even so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import yaml

from shixiao.datafiles import load_yaml
from shixiao.security.probing.pages import Page, read_page, within
from shixiao.security.probing.probe import Given
from shixiao.security.probing.reach import Answer, NotAssessed, Reach
from shixiao.terms import Text

PAGES = 6  # that the first page leads to, and that are read as well
MOST = 40  # parameters
HARMFUL = re.compile(
    r"log-?out|sign-?out|exit|quit|delete|remove|cancel|reset|注销|退出", re.IGNORECASE
)
FILE = re.compile(
    r"\.(css|js|png|jpe?g|gif|svg|ico|woff2?|pdf|docx?|xlsx?|zip|mp4)$", re.IGNORECASE
)
NO_OPENAPI = Text(
    "接口描述 {path} 读不了，无法测试接口。",
    "The interface description {path} cannot be read, so the interface cannot be tested.",
)


@dataclass(frozen=True, slots=True)
class Input:
    """One parameter of one address.

    Attributes:
        path: without query.
        name: of the parameter.
        value: that stands there, or an example of it.
        beside: the other parameters, as they stand there.
    """

    path: str
    name: str
    value: str
    beside: tuple[tuple[str, str], ...]

    def with_value(self, value: str) -> str:
        """Return path and query with another value."""
        return f"{self.path}?{urlencode([*self.beside, (self.name, value)])}"

    @property
    def place(self) -> str:
        """Where it is, in short."""
        return f"{self.path[:120]}?{self.name[:60]}="


def find_inputs(reach: Reach, given: Given) -> tuple[Input, ...]:
    """Return the parameters of the page, of pages it leads to, and of the OpenAPI, each once.

    Raises:
        NotAssessed: the page or a named OpenAPI cannot be read.
    """
    found: dict[tuple[str, str], Input] = {}
    for each in (*_of_openapi(reach, given), *_of_pages(reach)):
        if not HARMFUL.search(each.path):
            found.setdefault((each.path, each.name), each)
    return tuple(found.values())[:MOST]


def _of_pages(reach: Reach) -> Iterator[Input]:
    first = read_page(reach.get(), reach.target, at=reach.target.path)
    yield from _of_page(first, reach, reach.target.path)
    read = {reach.target.path}
    for link in first.links:
        path = link.partition("?")[0]
        if path in read or HARMFUL.search(link) or FILE.search(path):
            continue
        if len(read) > PAGES:
            return
        read.add(path)
        page = read_page(reach.get(link), reach.target, at=path)
        yield from _of_page(page, reach, path)


def _of_page(page: Page, reach: Reach, at: str) -> Iterator[Input]:
    for link in page.links:
        parts = urlsplit(link)
        if not FILE.search(parts.path):
            yield from _of_pairs(parts.path, parse_qsl(parts.query, keep_blank_values=True)[:MOST])
    for form in page.forms:
        action = within(form.action, reach.target, at=at) if form.action else at
        if action and form.method == "GET":
            yield from _of_pairs(action.partition("?")[0], list(form.fields.items())[:MOST])


def _of_pairs(path: str, pairs: list[tuple[str, str]]) -> Iterator[Input]:
    for n, (name, value) in enumerate(pairs):
        yield Input(path, name, value, tuple(pairs[:n] + pairs[n + 1 :]))


def _of_openapi(reach: Reach, given: Given) -> Iterator[Input]:
    if not given.openapi:
        return
    described = read_openapi(reach.get(given.openapi), given.openapi)
    base = base_path(described, reach)
    for path, item in described["paths"].items():
        asked = item.get("get") if isinstance(item, Mapping) else None
        if not isinstance(asked, Mapping) or not isinstance(path, str):
            continue
        told = [*_list(item.get("parameters")), *_list(asked.get("parameters"))]
        known = [each for each in (_resolved(one, described) for one in told) if each]
        fixed = {str(each["name"]): _example(each) for each in known if each.get("in") == "path"}
        whole = base + _filled(path, fixed)
        inputs = [
            (str(each["name"]), _example(each)) for each in known if each.get("in") == "query"
        ]
        if whole.startswith("/") and whole.isascii() and not any(map(str.isspace, whole)):
            yield from _of_pairs(whole, inputs[:MOST])


def _filled(path: str, fixed: Mapping[str, str]) -> str:
    return re.sub(r"\{([^{}]*)\}", lambda place: quote(fixed.get(place[1], "1"), safe=""), path)


def read_openapi(answer: Answer, path: str) -> Mapping[str, Any]:
    """Return an interface description.

    Raises:
        NotAssessed: it is none, or longer than is read.
    """
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        try:
            found = load_yaml(answer.body) if answer.body.lstrip()[:1] != b"<" else None
        except (yaml.YAMLError, ValueError, RecursionError):
            found = None
    fits = isinstance(found, Mapping) and isinstance(found.get("paths"), Mapping)
    if answer.status != 200 or not answer.whole or not fits:
        raise NotAssessed(NO_OPENAPI.format(path=path[:100]))
    return found  # type: ignore[no-any-return]


def base_path(described: Mapping[str, Any], reach: Reach) -> str:
    """Return the path before all paths, where it lies on the target itself."""
    servers = _list(described.get("servers"))
    first = servers[0].get("url") if servers and isinstance(servers[0], Mapping) else None
    address = first or described.get("basePath") or "/"
    return within(str(address), reach.target, at="/").partition("?")[0].rstrip("/")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _resolved(one: Any, described: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a parameter, following one reference inside the description."""
    if isinstance(one, Mapping) and isinstance(one.get("$ref"), str):
        place: Any = described
        for step in one["$ref"].removeprefix("#/").split("/"):
            place = place.get(step) if isinstance(place, Mapping) else None
        one = place
    return one if isinstance(one, Mapping) and isinstance(one.get("name"), str) else None


def _example(parameter: Mapping[str, Any]) -> str:
    schema = parameter.get("schema")
    told: Mapping[str, Any] = schema if isinstance(schema, Mapping) else parameter
    first = _list(told.get("enum"))[:1]
    for value in (parameter.get("example"), told.get("example"), told.get("default"), *first):
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)[:200]
    return "1" if told.get("type") in ("integer", "number") else "a"
