"""Small apps of the lab, each with one thing wrong or with everything right, and what that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from shixiao.security.probing import Given
from tests.security.lab import Behaviour, Reply, at_paths, hardened
from tests.security.probing import (
    test_cookies,
    test_exposed,
    test_headers,
    test_injection,
    test_login,
    test_object_access,
)


@dataclass
class App:
    """An app, the probe that looks at it, and what that has to find.

    ``make`` gives a fresh behaviour, for some of them count who came.
    """

    probe: str
    make: Callable[[], Behaviour]
    wrong: set[str] = field(default_factory=set)
    given: Given = field(default_factory=Given)


def apps() -> dict[str, App]:
    """Return every app by its name."""
    return {
        **_exposed(),
        **_login(),
        **_object_access(),
        **_injection(),
        **_headers(),
        **_cookies(),
    }


def _exposed() -> dict[str, App]:
    found = {"clean": App("exposed", lambda: at_paths({"/": test_exposed.PAGE}))}
    for path, (body, check) in test_exposed.FOUND.items():
        there = {"/": test_exposed.PAGE, path: body}
        found[f"exposes {path}"] = App("exposed", lambda there=there: at_paths(there), {check})
    for says in (
        test_exposed.says_yes,
        test_exposed.shows_a_listing_to_all,
        test_exposed.shows_settings_to_all,
    ):
        found[says.__name__] = App("exposed", lambda says=says: _without_trace(says))
    return found


def _without_trace(behaviour: Behaviour) -> Behaviour:
    return lambda asked: Reply(405) if asked.method == "TRACE" else behaviour(asked)


def _login() -> dict[str, App]:
    cases = {
        test_login.locks: set(),
        test_login.asks_for_a_picture: set(),
        test_login.endless: {"limit"},
        test_login.locks_alone_who_exists: {"names"},
        test_login.tells_who_exists: {"names"},
    }
    return {
        f"login {judge.__name__}": App(
            "login", lambda judge=judge: test_login.site(judge), wrong, test_login.GIVEN
        )
        for judge, wrong in cases.items()
    }


def _object_access() -> dict[str, App]:
    cases: dict[str, tuple[test_object_access.May, set[str]]] = {
        "to its owner": (lambda owner, who: owner == who, set()),
        "to everybody who signs in": (lambda _, who: bool(who), {"other"}),
        "to everybody": (lambda *_: True, {"nobody", "other"}),
        "to nobody in particular": (lambda owner, who: who in ("", owner), {"nobody"}),
    }
    return {
        f"shows {name}": App(
            "object_access",
            lambda may=may: test_object_access.site(may),
            wrong,
            test_object_access.GIVEN,
        )
        for name, (may, wrong) in cases.items()
    }


def _injection() -> dict[str, App]:
    own = test_injection
    joined = {
        f"joins {sql}, quiet {quiet}": App(
            "injection",
            lambda sql=sql, quiet=quiet: own.site(own.joined(sql, quiet=quiet)),
            {"query"},
        )
        for sql, quiet in (
            (own.BY_NUMBER, False),
            (own.BY_NUMBER, True),
            (own.BY_TEXT, False),
            (own.BY_PART, False),
            (own.BY_PART, True),
        )
    }
    page = b'<a href="/read?file=notes.txt">notes</a>'
    others = {
        "echoes markup": App(
            "injection", lambda: own.site(lambda _, value: f"<h1>{value}</h1>"), {"markup"}
        ),
        "opens files": App("injection", lambda: own.site(own.opens_files, page), {"file"}),
    }
    right = (
        own.asked_safely,
        own.guarded,
        own.breaks_at_any_quote,
        own.as_json,
        own.refuses_what_is_true,
    )
    spared = {
        f"asks, {judge.__name__}": App("injection", lambda judge=judge: own.site(judge))
        for judge in right
    }
    return {**joined, **others, **spared}


def _headers() -> dict[str, App]:
    cases: dict[str, tuple[Behaviour, set[str]]] = {
        "all right": (hardened(), set()),
        "no policy": (hardened(content_security_policy=None), {"csp", "framing"}),
        "loose policy": (hardened(content_security_policy=test_headers.LOOSE), {"csp_scripts"}),
        "sniffing": (hardened(x_content_type_options=None), {"sniffing"}),
        "no referrer policy": (hardened(referrer_policy=None), {"referrer"}),
        "echoing origins": (test_headers.echoing, {"cors"}),
    }
    return {
        f"headers, {name}": App("headers", lambda found=found: found, wrong)
        for name, (found, wrong) in cases.items()
    }


def _cookies() -> dict[str, App]:
    cases = {
        "sid=1; HttpOnly; SameSite=Lax": set(),
        "sid=1; SameSite=Lax": {"httponly"},
        "sid=1; HttpOnly": {"samesite"},
        "sid=1; HttpOnly; SameSite=None": {"samesite"},
    }
    return {
        f"cookie {line}": App("cookies", lambda line=line: test_cookies.setting(line), wrong)
        for line, wrong in cases.items()
    }
