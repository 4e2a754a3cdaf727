"""Capacity: what bears the load is told with its figure, and what does not stops the probe."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from shixiao.cli import cli
from shixiao.security.probing import Given, Load, NotAssessed, Seen, Target, described
from shixiao.security.probing.probes import capacity
from shixiao.terms import BadInput
from tests.security.lab import Asked, Behaviour, Reply, faults, hardened, reach_of, serving

FAST = Load(100, 2_000)  # so long that a busy machine alone fails nobody


@pytest.fixture(autouse=True)
def shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SHARES": (1 / 4, 1.0), "SECONDS": 0.2, "LAST": 0.3, "LEAST": 10}.items():
        monkeypatch.setattr(capacity, name, value)
    monkeypatch.setattr(capacity, "BUSY", 10.0)  # here the target is a part of this process


def after(many: int, then: Callable[[], Reply]) -> Behaviour:
    """Return a behaviour that is well until so many came together within a tenth of a second."""
    came: list[float] = []

    def answer(asked: Asked) -> Reply:
        came.append(time.monotonic())
        recent = sum(came[-1] - each < 0.1 for each in came[-60:])
        return then() if recent > many else hardened()(asked)

    return answer


def told(target: Target, load: Load = FAST, **consent: object) -> list[Seen]:
    reach = reach_of(target, **consent)
    with reach.probing("capacity", seconds=60):
        return list(described("capacity").look(reach, Given(load=load)))


def why_not(target: Target, load: Load = FAST, **consent: object) -> str:
    with pytest.raises(NotAssessed) as why:
        told(target, load, **consent)
    assert "{" not in why.value.text.zh + why.value.text.en
    return why.value.text.en


def test_what_bears_the_load_is_told_with_its_figure() -> None:
    with serving(hardened()) as target:
        seen = {each.check: each for each in told(target)}
    assert {check: each.passed for check, each in seen.items()} == {
        "answers": True, "fast": True, "measured": False,
    }  # fmt: skip
    said = described("capacity").checks["measured"].says.format(**seen["measured"].values)
    assert said.en.startswith("Up to 100 a second, 95 of 100 were answered within ")
    assert said.en.endswith("Asked for: 100 a second, 95 of 100 within 2000 ms.")


def test_failures_under_load_stop_the_steps() -> None:
    failing = after(7, lambda: Reply(500))
    with serving(failing) as target:
        assert faults("capacity", target, Given(load=FAST)) == ["answers", "measured"]


def test_slowness_under_load_stops_the_steps_and_is_not_hidden_by_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(capacity, "LAST", 3.0)

    def slows() -> Reply:
        time.sleep(1.0)
        return Reply()

    slow = Load(100, 800)
    with serving(after(7, slows)) as target:
        reach = reach_of(target)
        with reach.probing("capacity", seconds=60):
            seen = list(described("capacity").look(reach, Given(load=slow)))
    assert [each.check for each in seen if not each.passed] == ["fast", "measured"]
    assert "Up to 25 a second" in str(seen[-1].values["held"])
    assert 50 < len(reach.sent) < 250  # the last step was not sent to its end


def test_a_consent_that_allows_less_is_kept_and_tells_what_was_not_tried() -> None:
    with serving(hardened()) as target:
        said = why_not(target, rate=40.0)
        assert "The consent allows 40 requests a second, so the 100 asked for were not" in said
        assert "Up to 40 a second" in said
        reach = reach_of(target, rate=40.0)
        with reach.probing("capacity", seconds=60), pytest.raises(NotAssessed):
            begun = time.monotonic()
            list(described("capacity").look(reach, Given(load=FAST)))
    assert len(reach.sent) <= 1 + 40 * (time.monotonic() - begun)


def test_a_target_that_is_too_slow_within_the_consent_is_too_slow_all_the_same() -> None:
    with serving(
        after(0, lambda: time.sleep(0.1) or hardened()(Asked("GET", "/", {}, b"")))
    ) as target:
        assert "fast" in faults("capacity", target, Given(load=Load(100, 50)), rate=40.0)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (after(7, lambda: Reply(429)), "limits requests of one origin (status 429 at 100"),
        (after(7, lambda: Reply(503, headers=[("Retry-After", "1")])), "status 503"),
        (lambda asked: Reply(302, headers=[("Location", "/x")]), "answered with status 302"),
    ],
)
def test_what_says_nothing_of_capacity_is_not_assessed(behaviour: Behaviour, words: str) -> None:
    with serving(behaviour) as target:
        assert words in why_not(target)


def test_what_ends_on_the_way_is_not_assessed() -> None:
    with serving(hardened()) as target:
        assert "number of requests consented to was reached. Up to 25" in why_not(target, most=30)
        reach = reach_of(target)
        with reach.probing("capacity", seconds=1.0), pytest.raises(NotAssessed):
            list(described("capacity").look(reach, Given(load=FAST)))


def test_a_machine_that_is_too_slow_itself_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "KEPT", 1e9)
    with serving(hardened()) as target:
        assert "This machine cannot send 25 requests a second" in why_not(target)


def test_without_a_load_or_a_consent_to_it_nothing_is_sent() -> None:
    with serving(hardened()) as target:
        for given, heavy in ((Given(), {"load"}), (Given(load=FAST), {"slow"})):
            reach = reach_of(target, heavy=frozenset(heavy))
            with pytest.raises(NotAssessed):
                list(described("capacity").look(reach, given))
            assert reach.sent == []


def hangs() -> Reply:
    time.sleep(0.6)
    return Reply()


def resets() -> Reply:
    raise ConnectionAbortedError


@pytest.mark.parametrize(
    "then",
    [hangs, resets, lambda: Reply(200, b"x" * (3 << 20)), lambda: Reply(200, b"", [("X", "\0")])],
    ids=["hangs", "resets", "is endless", "speaks rubbish"],
)
def test_a_target_that_gives_in_is_left_alone_at_once(
    then: Callable[[], Reply], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, "GIVE_UP", (0.2, 0.3))
    with serving(after(7, then)) as target:
        reach = reach_of(target)
        with reach.probing("capacity", seconds=60):
            seen = list(described("capacity").look(reach, Given(load=Load(100, 100))))
    assert {each.check for each in seen if not each.passed} & {"answers", "fast"}
    assert len(reach.sent) < 60


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--load", "5"], "go together"),
        (["--within", "5"], "go together"),
        (["--load", "5", "--within", "300", "--load-path", "a b"], "“a b” is no path"),
    ],
)
def test_a_load_that_is_half_given_is_refused_before_anything_is_sent(
    options: list[str], words: str
) -> None:
    with serving(lambda asked: pytest.fail("something was sent")) as target:
        done = CliRunner().invoke(cli, ["probe", str(target), *options])
    assert isinstance(done.exception, BadInput)
    assert words in done.exception.text.en
