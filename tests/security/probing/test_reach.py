"""Nothing leaves the scope of a consent, and what cannot be read is said to be not assessed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.rules import load_pack
from shixiao.security.probing import Consent, Given, NotAssessed, Profile, Reach, Target, run
from shixiao.security.probing import reach as reaching
from shixiao.terms import BadInput
from tests.security.lab import Reply, hardened, listening, reach_of, serving

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
WRITTEN = {
    "hosts": ["data.example.gov.cn"],
    "ports": [443],
    "networks": ["10.1.0.0/16"],
    "starts": "2026-03-01T00:00:00+08:00",
    "ends": "2026-03-08T00:00:00+08:00",
    "rate": 5,
    "most": 1000,
    "heavy": ["login"],
    "contact": "运维值班 010-0000",
    "reference": "数测〔2026〕3号",
}
PLACE = Target.parse("https://data.example.gov.cn/")


def written(**changed: object) -> Consent:
    return Consent.of({**WRITTEN, **changed})


def led_to(*addresses: str, consent: Consent | None = None) -> Reach:
    return Reach(PLACE, consent or written(), lambda: NOW, look=lambda host, port: [*addresses])


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", True),
        ("10.2.2.3", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("169.254.169.254", False),
        ("::ffff:10.2.0.1", False),
        ("::ffff:10.1.0.1", True),
        ("192.168.1.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("114.114.114.114", True),
    ],
)
def test_a_name_leads_to_no_address_that_was_not_consented_to(address: str, allowed: bool) -> None:
    reach = led_to(address)
    if allowed:
        assert str(reach.address) == address.removeprefix("::ffff:")
        return
    with pytest.raises(NotAssessed):
        reach.get()
    assert reach.sent == []


def test_one_address_outside_is_enough_to_send_nothing() -> None:
    with pytest.raises(NotAssessed):
        led_to("10.1.2.3", "127.0.0.1").get()


def test_a_name_that_answers_otherwise_the_second_time_is_not_asked_again() -> None:
    told = iter([["10.1.2.3"], ["127.0.0.1"]])
    reach = Reach(PLACE, written(), lambda: NOW, look=lambda host, port: next(told))
    assert {str(reach.address) for _ in range(3)} == {"10.1.2.3"}


@pytest.mark.parametrize(
    "changed",
    [
        {"hosts": ["other.example.gov.cn"]},
        {"ports": [8443]},
        {"ends": "2026-03-02T09:00:00+00:00"},
        {"starts": "2026-03-02T18:00:01+08:00"},
    ],
)
def test_outside_hosts_ports_and_window_nothing_is_sent(changed: dict[str, object]) -> None:
    reach = led_to("10.1.2.3", consent=written(**changed))
    with pytest.raises(NotAssessed):
        reach.get()
    assert reach.sent == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hosts", []),
        ("hosts", "data.example.gov.cn"),
        ("ports", [0]),
        ("ports", [True]),
        ("networks", ["10.1.0.1/16"]),
        ("starts", "2026-03-01"),
        ("ends", "2026-02-01T00:00:00+08:00"),
        ("ends", "2028-02-01T00:00:00+08:00"),
        ("rate", 0),
        ("rate", 1e9),
        ("rate", float("nan")),
        ("most", -1),
        ("heavy", ["nuke"]),
        ("contact", " "),
        ("reference", None),
    ],
)
def test_a_consent_with_something_wrong_names_it(field: str, value: object) -> None:
    with pytest.raises(BadInput) as refused:
        written(**{field: value})
    assert field in refused.value.text.zh


def test_a_consent_is_read_from_a_file_or_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "consent.yaml"
    path.write_text(str(WRITTEN).replace("'", '"'), "utf-8")
    assert Consent.read(path) == written()
    for text in (b"[1]", b"\xff\xfe", b"a: [", b"{" * 5000):
        path.write_bytes(text)
        with pytest.raises(BadInput) as refused:
            Consent.read(path)
        assert refused.value.file == "consent.yaml"


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_any_text_is_a_target_or_one_clear_refusal(text: str) -> None:
    try:
        found = Target.parse(text)
    except BadInput:
        return
    assert Target.parse(str(found)).place == found.place
    assert 0 <= found.port < 65_536


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def away(request):  # type: ignore[no-untyped-def]
        asked.append(request.path)
        return Reply(302, b"", [("Location", "http://169.254.169.254/")])

    with serving(away) as target:
        assert reach_of(target).get().status == 302
    assert asked == ["/"]


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Take down how long is waited, and do not wait."""
    found: list[float] = []
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=found.append)
    monkeypatch.setattr(reaching, "time", clock)
    return found


@pytest.mark.parametrize(
    ("asks", "waited"), [("7", 7.0), ("", 1.0), ("0", 1.0), ("soon", 1.0), ("9" * 7, 90.0)]
)
def test_a_target_that_says_too_fast_is_asked_again_after_the_time_it_names(
    naps: list[float], asks: str, waited: float
) -> None:
    answers = iter([Reply(429, b"", [("Retry-After", asks)]), Reply(200, b"seen")])
    with serving(lambda asked: next(answers)) as target:
        reach = reach_of(target, rate=1e6)
        assert reach.get().body == b"seen"
    assert naps[0] == waited
    assert [each.status for each in reach.sent] == [429, 200]


def test_what_stays_behind_a_limit_was_not_seen(naps: list[float]) -> None:
    with serving(lambda asked: Reply(429)) as target:
        reach = reach_of(target, rate=1e6)
        with pytest.raises(NotAssessed) as why:
            reach.get()
        assert "429" in why.value.text.en
        assert [wait for wait in naps if wait >= 1] == list(reaching.WAITS)
        assert reach.get(waits=False).status == 429, "a limit is what is looked for"


def test_what_was_consented_to_in_number_and_speed_is_kept() -> None:
    with serving(hardened()) as target:
        reach = reach_of(target, most=3, rate=50.0)
        for _ in range(3):
            reach.get()
        with pytest.raises(NotAssessed):
            reach.get()
        assert [each.what for each in reach.sent] == ["GET /"] * 3
        gaps = [b.at - a.at for a, b in zip(reach.sent, reach.sent[1:], strict=False)]
        assert all(gap > timedelta(milliseconds=10) for gap in gaps)


Rude = Callable[[socket.socket], None]


def rude(act: Rude) -> AbstractContextManager[Target]:
    """Serve one who does not keep to HTTP."""

    def serve(link: socket.socket) -> None:
        link.recv(4096)
        act(link)

    return listening(serve, scheme="http")


def hangs(link: socket.socket) -> None:
    link.settimeout(3)
    link.recv(1)


def drips(link: socket.socket) -> None:
    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    for _ in range(60):
        link.sendall(b"x")
        threading.Event().wait(0.05)


@pytest.mark.parametrize(
    "act",
    [
        hangs,
        lambda link: link.close(),
        lambda link: link.sendall(b"\x00\xff rubbish\r\n\r\n"),
        lambda link: link.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * (10 << 20)),
        lambda link: link.sendall(b"HTTP/1.1 999999 \r\n\r\n"),
    ],
    ids=["hangs", "resets", "rubbish", "10 MB of headers", "no status"],
)
def test_a_target_that_keeps_no_form_is_not_assessed(act: Rude) -> None:
    with rude(act) as target:
        reach = reach_of(target)
        with reach.probing("headers", seconds=1.0), pytest.raises(NotAssessed):
            reach.get()


def test_an_answer_in_drops_is_read_no_longer_than_its_time() -> None:
    with rude(drips) as target:
        answer = reach_of(target).get(patience=0.4)
        assert not answer.whole


def test_an_endless_answer_is_read_to_the_limit() -> None:
    def floods(link: socket.socket) -> None:
        link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(64):
            link.sendall(b"x" * (1 << 16))

    with rude(floods) as target:
        answer = reach_of(target).get()
        assert (answer.whole, len(answer.body)) == (False, 2 << 20)


def test_a_target_that_is_not_there_is_not_assessed_and_never_admissible() -> None:
    with serving(hardened()) as target:
        pass
    consent = Consent.of_own_machine(target, now=datetime.now(UTC))
    report = run(target, Profile.WEB, consent=consent, given=Given(), now=lambda: datetime.now(UTC))
    told = report.to_json(load_pack())
    assert told["coverage"]["assessed"] == 0
    assert len(told["coverage"]["not_assessed"]) == told["coverage"]["mandatory"]
    assert (told["score"], told["admissible"]) == (None, False)


def test_a_target_that_falls_over_is_left_alone() -> None:
    looks = iter(range(1_000))

    def falls(request):  # type: ignore[no-untyped-def]
        del request
        if next(looks) >= 4:
            raise ConnectionAbortedError
        return Reply()

    with serving(falls) as target:
        consent = replace(Consent.of_own_machine(target, now=datetime.now(UTC)), rate=200.0)
        report = run(
            target, Profile.WEB, consent=consent, given=Given(), now=lambda: datetime.now(UTC)
        )
    reasons = [each.reason.zh for each in report.probes if each.reason is not None]
    assert not report.covered
    assert report.health[-1].seconds is None
    assert len(report.sent) < 20
    assert reasons


def test_a_probe_within_another_has_no_more_time_than_it_and_gives_it_back() -> None:
    with serving(lambda request: Reply()) as target:
        reach = reach_of(target)
        with reach.probing("outer", seconds=5):
            with reach.probing("inner", seconds=900):
                assert reach.left() <= 5
                reach.get()
            assert 0 < reach.left() <= 5
            reach.get()
    assert [each.probe for each in reach.sent] == ["inner", "outer"]


def test_answers_beside_one_another_are_kept_to_the_rate_and_to_the_number() -> None:
    with serving(lambda request: Reply()) as target:
        reach = reach_of(target, most=6, rate=50.0)
        begun = time.monotonic()
        with reach.probing("load", seconds=30), reach.many(4) as send:
            coming = [send("/", 5.0) for _ in range(6)]
            with pytest.raises(NotAssessed):
                send("/", 5.0)
            assert all(each.result().status == 200 for each in coming)  # type: ignore[union-attr]
        assert time.monotonic() - begun >= 5 / 50  # no upper bound: that is the machine's
    assert len(reach.sent) == 6
