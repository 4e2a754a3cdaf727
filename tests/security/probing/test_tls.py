"""TLS: sslyze reaches the target by our relay alone; without it the probe is not assessed."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from shixiao.security.probing import Given, NotAssessed, described
from shixiao.security.probing.relay import relayed
from tests.conftest import ROOT
from tests.security.lab import faults, hardened, listening, looked, reach_of, serving
from tests.security.lab_tls import by_library, context_of

TOOLS = ROOT / ".probes"
AGAIN, MASTER = "is_vulnerable_to_client_renegotiation_dos", "supports_ems_extension"
RIGHT: dict[str, object] = {
    "heartbleed": {"result": {"is_vulnerable_to_heartbleed": False}},
    "openssl_ccs_injection": {"result": {"is_vulnerable_to_ccs_injection": False}},
    "robot": {"result": {"robot_result": "NOT_VULNERABLE_NO_ORACLE"}},
    "session_renegotiation": {"result": {"is_vulnerable_to_client_renegotiation_dos": False}},
    "tls_fallback_scsv": {"result": {"supports_fallback_scsv": True}},
    "tls_1_3_early_data": {"result": {"supports_early_data": False}},
    "tls_extended_master_secret": {"result": {"supports_ems_extension": True}},
}


def pretending(folder: Path, told: object) -> Given:
    """Return a tool that hands over what it is told, whatever the target is."""
    program = folder / "bin" / "python"
    program.parent.mkdir(parents=True)
    (folder / "told").write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    program.write_text(f"#!/bin/sh\ncp {folder}/told sslyze.json\n", "ascii")
    program.chmod(0o755)
    return Given(tools=folder)


def found(**changed: object) -> dict[str, object]:
    return {"server_scan_results": [{"scan_result": {**RIGHT, **changed}}]}


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        (found(), []),
        (found(heartbleed={"result": {"is_vulnerable_to_heartbleed": True}}), ["heartbleed"]),
        (
            found(openssl_ccs_injection={"result": {"is_vulnerable_to_ccs_injection": True}}),
            ["injection"],
        ),
        (found(robot={"result": {"robot_result": "VULNERABLE_WEAK_ORACLE"}}), ["robot"]),
        (
            found(
                session_renegotiation={
                    "result": {"is_vulnerable_to_client_renegotiation_dos": True}
                }
            ),
            ["again"],
        ),
        (found(tls_fallback_scsv={"result": {"supports_fallback_scsv": False}}), ["fallback"]),
        (found(tls_1_3_early_data={"result": {"supports_early_data": True}}), ["early"]),
        (
            found(tls_extended_master_secret={"result": {"supports_ems_extension": False}}),
            ["master"],
        ),
        (found(tls_fallback_scsv={"result": None}), []),
    ],
)
def test_what_is_handed_over_is_read(told: object, wrong: list[str], tmp_path: Path) -> None:
    with listening(lambda link: None) as target:
        assert faults("tls", target, pretending(tmp_path, told)) == wrong


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[" * 100_000,
        "[]",
        {"server_scan_results": []},
        {"server_scan_results": [{"scan_result": None}]},
        found(heartbleed={"result": None, "error_reason": "CONNECTIVITY_ISSUE"}),
        found(robot={"result": {"robot_result": 5}}),
        found(robot={"result": {"robot_result": "UNKNOWN_INCONSISTENT_RESULTS"}}),
    ],
)
def test_what_cannot_be_read_is_not_assessed(told: object, tmp_path: Path) -> None:
    with listening(lambda link: None) as target, pytest.raises(NotAssessed):
        faults("tls", target, pretending(tmp_path, told))


def test_without_its_environment_it_says_what_to_do(tmp_path: Path) -> None:
    with listening(lambda link: None) as target:
        for given in (Given(), Given(tools=tmp_path)):
            with pytest.raises(NotAssessed) as told:
                faults("tls", target, given)
            assert "make probes" in told.value.text.en


def test_of_an_address_in_plain_text_there_is_nothing_to_find() -> None:
    with serving(hardened()) as target:
        assert looked("tls", target) == {}


def test_the_relay_leads_to_the_target_alone_whatever_is_asked_for() -> None:
    with listening(lambda link: link.sendall(b"target")) as target:
        reach = reach_of(target)
        with relayed(reach, "tool") as port:
            for asked in (b"169.254.169.254:80", b"[::1]:22"):
                with socket.create_connection(("127.0.0.1", port), 2) as link:
                    link.sendall(b"CONNECT " + asked + b" HTTP/1.1\r\n\r\n")
                    said = b"".join(iter(lambda: link.recv(4096), b""))
                assert said == b"HTTP/1.1 200 OK\r\n\r\ntarget"
            with socket.create_connection(("127.0.0.1", port), 2) as link:
                link.sendall(b"GET http://169.254.169.254/ HTTP/1.1\r\n\r\n")
                assert link.recv(4096) == b""
        assert [each.what for each in reach.sent] == ["tool", "tool"]


def test_the_relay_sends_no_more_than_was_consented_to() -> None:
    with listening(lambda link: link.sendall(b"target")) as target:
        reach = reach_of(target, most=1)
        with relayed(reach, "tool") as port:
            for most in (b"HTTP/1.1 200 OK\r\n\r\ntarget", b""):
                with socket.create_connection(("127.0.0.1", port), 2) as link:
                    link.sendall(b"CONNECT x:1 HTTP/1.1\r\n\r\n")
                    assert b"".join(iter(lambda: link.recv(4096), b"")) == most
        assert len(reach.sent) == 1


@pytest.mark.slow
@pytest.mark.skipif(not TOOLS.is_dir(), reason="make probes has not been run")
def test_the_real_tool_finds_nothing_on_a_hardened_server(tmp_path: Path) -> None:
    with listening(by_library(context_of(tmp_path))) as target:
        held = looked("tls", target, Given(tools=TOOLS))
    assert set(held) == set(described("tls").checks)
    assert all(held.values())
