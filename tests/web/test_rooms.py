"""Addresses in rooms are met as they would be one after the other."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, URLPattern, URLResolver, include, path
from django.urls.resolvers import RegexPattern
from hypothesis import given
from hypothesis import strategies as st

from shixiao.web.shell.rooms import by_rooms
from shixiao.web.urls import ADDRESSES, urlpatterns

PARTS = st.sampled_from(["voice", "needs", "a", "7", "<slug:one>", "<int:two>"])
ROUTES = st.lists(st.lists(PARTS, min_size=1, max_size=3), max_size=12)
ASKED = st.lists(st.sampled_from(["voice", "needs", "a", "7", "x.y"]), max_size=3)


def view(request: HttpRequest, **named: object) -> HttpResponse:
    del request, named
    return HttpResponse()


def met(addresses: list[URLPattern | URLResolver], asked: str) -> object:
    try:
        found = URLResolver(RegexPattern(r"^/"), addresses).resolve(asked)
    except Resolver404:
        return None
    return found.url_name, found.kwargs, found.route


@given(ROUTES, ASKED)
def test_an_address_is_the_same_in_its_room_as_in_the_row(
    routes: list[list[str]], asked: list[str]
) -> None:
    fixed = [parts for parts in routes if "<" not in parts[0] and len(set(parts)) == len(parts)]
    row = [path("", view, name="home")]
    row += [path("/".join(parts) + "/", view, name=str(n)) for n, parts in enumerate(fixed)]
    below = "/" + "".join(f"{part}/" for part in asked)
    assert met(by_rooms(row), below) == met([*row], below)


def test_what_has_one_part_or_none_fixed_or_holds_others_stands_before_all_rooms() -> None:
    alone = [path("metrics", view), path("<slug:one>/x/", view), path("api/", include([]))]
    rooms = by_rooms([path("a/", view), alone[0], path("a/b/", view), *alone[1:]])
    assert [str(each.pattern) for each in rooms] == ["metrics", "<slug:one>/x/", "api/", "a/"]


def test_the_site_is_looked_through_by_room() -> None:
    assert len(urlpatterns) < len(ADDRESSES) / 2
