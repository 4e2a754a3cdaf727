"""Pages of strangers: whatever stands there, only addresses of the target come out."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.security.probing import Answer, Target
from shixiao.security.probing.likeness import words
from shixiao.security.probing.pages import read_page, within

PLACE = Target.parse("https://data.example.gov.cn/app/")
PIECES = [
    "<a href='",
    "//x.y/",
    "'>",
    "<form action=",
    "<input name=",
    "<![",
    "?a=1&b",
    "[",
    "http:",
]


def page(body: str) -> Answer:
    return Answer(200, (), body.encode("utf-8", "replace"), True, 0.0)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=20))
@settings(max_examples=100)
def test_any_page_names_nothing_but_paths_of_the_target(pieces: list[str]) -> None:
    found = read_page(page("".join(pieces)), PLACE, at="/app/")
    for each in (*found.links, *found.parts):
        assert each.startswith("/")
        assert each.isascii()
        assert urlsplit(f"{PLACE.origin}{each}").hostname == PLACE.host


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("b?x=1", "/app/b?x=1"),
        ("/c", "/c"),
        ("https://data.example.gov.cn:443/d", "/d"),
        ("https://data.example.gov.cn:8443/d", ""),
        ("//other.example/d", ""),
        ("http://169.254.169.254/", ""),
        ("javascript:alert(1)", ""),
        ("mailto:a@b.cn", ""),
        ("http://[", ""),
        ("?q=路", ""),
    ],
)
def test_an_address_is_a_path_of_the_target_or_none(address: str, path: str) -> None:
    assert within(address, PLACE, at="/app/") == path


def test_another_port_of_the_same_host_is_another_target() -> None:
    place = Target.parse("tls://127.0.0.1:8443")
    assert within("a", place, at="/") == "/a"
    assert within("https://127.0.0.1:8443/b", place, at="/") == "/b"
    assert within("https://127.0.0.1/b", place, at="/") == ""


@pytest.mark.parametrize("echo", ["a'&<", "a&#x27;&amp;&lt;", "a&#39;&amp;&lt;", "a%27%26%3C"])
def test_what_is_echoed_in_any_form_counts_as_the_usual_value(echo: str) -> None:
    assert words(page(f"found {echo} twice"), "a'&<", "road") == {"found", "road", "twice"}
