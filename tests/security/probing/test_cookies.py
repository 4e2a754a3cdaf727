"""Cookies: one attribute missing is found as that one, and cookies of other kinds accuse nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from shixiao.security.probing import Given
from shixiao.security.probing.probes.cookies import Cookie
from tests.gateway.certificates import Authority
from tests.security.lab import Asked, Behaviour, Reply, faults, hardened, looked, serving

GOOD = "__Host-session=4f1c9a; Path=/; Secure; HttpOnly; SameSite=Lax"


def setting(*lines: str) -> Behaviour:
    def answer(asked: Asked) -> Reply:
        reply = hardened()(asked)
        reply.headers = [*reply.headers, *(("Set-Cookie", line) for line in lines)]
        return reply

    return answer


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return Authority(tmp_path_factory.mktemp("certificates"), "lab").issue("web")


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (GOOD, []),
        ("__Secure-sid=1; Secure; HttpOnly; SameSite=Strict", []),
        ("JSESSIONID=1; Path=/; HttpOnly; SameSite=Lax", ["prefix", "secure"]),
        ("__Host-session=1; Path=/; HttpOnly; SameSite=Lax", ["prefix_rules", "secure"]),
        ("__Host-session=1; Path=/a; Secure; HttpOnly; SameSite=Lax", ["prefix_rules"]),
        ("__Host-session=1; Path=/; Secure; SameSite=Lax", ["httponly"]),
        ("__Host-session=1; Path=/; Secure; HttpOnly", ["samesite"]),
        ("__Host-session=1; Path=/; Secure; HttpOnly; SameSite=None", ["samesite"]),
        (
            "__Secure-sid=1; Domain=.gov.example; Secure; HttpOnly; SameSite=Lax",
            ["domain"],
        ),
        ("csrftoken=1; Secure", []),
        ("lang=zh", ["secure_other"]),
        ("_ga=GA1.2.3; Secure", []),
        ("x=eyJhbGciOiJub25lIn0.e30.; Secure; HttpOnly; SameSite=Lax", ["prefix"]),
        ("JSESSIONID=; Max-Age=0", []),
        ("rubbish", []),
        (";;;=;", []),
    ],
)
def test_what_is_wrong_with_a_cookie_is_named_and_nothing_else(
    pair: tuple[Path, Path], line: str, wrong: list[str]
) -> None:
    with serving(setting(line), pair=pair) as target:
        assert faults("cookies", target) == wrong


def test_over_plain_http_no_cookie_is_blamed_for_the_missing_encryption() -> None:
    with serving(setting("sid=1; HttpOnly; SameSite=Lax")) as target:
        assert faults("cookies", target) == []


def test_the_login_is_looked_at_where_it_is_known() -> None:
    def answer(asked: Asked) -> Reply:
        return setting("sid=1")(asked) if asked.path == "/login" else hardened()(asked)

    with serving(answer) as target:
        assert looked("cookies", target) == {}
        assert faults("cookies", target, Given(login="/login")) == ["httponly", "samesite"]


@pytest.mark.parametrize(
    ("name", "session"),
    [
        ("PHPSESSID", True),
        ("ASP.NET_SessionId", True),
        ("connect.sid", True),
        ("access_token", True),
        ("uid", True),
        ("rememberMe", True),
        ("XSRF-TOKEN", False),
        ("SERVERID", False),
        ("Hm_lvt_1f2", False),
        ("side", False),
        ("theme", False),
    ],
)
def test_which_cookies_look_like_sessions(name: str, session: bool) -> None:
    assert Cookie.read(f"{name}=abc").session is session
