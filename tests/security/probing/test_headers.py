"""Headers of pages: one thing wrong is found as that one thing, and a hardened page has nothing."""

from __future__ import annotations

import pytest

from tests.security.lab import Asked, Behaviour, Reply, faults, hardened, serving

LOOSE = "default-src 'self'; script-src 'self' 'unsafe-inline'; frame-ancestors 'none'"


def echoing(asked: Asked) -> Reply:
    reply = hardened()(asked)
    reply.headers = [
        *reply.headers,
        ("Access-Control-Allow-Origin", asked.headers.get("origin", "https://own.example")),
    ]
    return reply


@pytest.mark.parametrize(
    ("behaviour", "wrong"),
    [
        (hardened(), []),
        (hardened(content_security_policy=None), ["csp", "framing"]),
        (hardened(content_security_policy=None, x_frame_options="DENY"), ["csp"]),
        (hardened(content_security_policy=LOOSE), ["csp_scripts"]),
        (
            hardened(
                content_security_policy="script-src 'nonce-x' 'unsafe-inline' https:;"
                "frame-ancestors 'self'"
            ),
            [],
        ),
        (
            hardened(content_security_policy="img-src 'self'; frame-ancestors 'none'"),
            ["csp_scripts"],
        ),
        (hardened(x_content_type_options=None), ["sniffing"]),
        (hardened(referrer_policy=None), ["referrer"]),
        (hardened(referrer_policy="no-referrer, unsafe-url"), ["referrer"]),
        (hardened(server="nginx/1.22.1"), ["telling"]),
        (hardened(x_powered_by="PHP/5.6.40"), ["telling"]),
        (hardened(access_control_allow_origin="*"), []),
        (
            hardened(access_control_allow_origin="*", access_control_allow_credentials="true"),
            ["cors"],
        ),
        (echoing, ["cors"]),
    ],
)
def test_what_is_wrong_is_named_and_nothing_else(behaviour: Behaviour, wrong: list[str]) -> None:
    with serving(behaviour) as target:
        assert faults("headers", target) == wrong
