"""Limits: what takes too many, too large or too long requests is found as that one thing."""

from __future__ import annotations

import itertools

import pytest

from shixiao.security.probing import Given, NotAssessed, described
from shixiao.security.probing.probes import limits
from tests.security.lab import Asked, Behaviour, Reply, faults, hardened, looked, reach_of, serving


def limited(*, requests: int, signs: int) -> Behaviour:
    turn = itertools.count()

    def answer(asked: Asked) -> Reply:
        if len(asked.path) > signs:
            return Reply(414)
        return Reply(429) if next(turn) >= requests else hardened()(asked)

    return answer


@pytest.fixture(autouse=True)
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS", 20)
    monkeypatch.setattr(limits, "WAIT", 0.3)


@pytest.mark.parametrize(
    ("requests", "signs", "largest", "found"),
    [
        (10, 8_000, 1 << 20, []),
        (1_000, 8_000, 1 << 20, ["rate"]),
        (10, 1 << 20, 1 << 20, ["address"]),
        (10, 8_000, 1 << 60, ["body"]),
    ],
)
def test_what_has_no_limit_is_named_and_nothing_else(
    requests: int, signs: int, largest: int, found: list[str]
) -> None:
    with serving(limited(requests=requests, signs=signs), largest=largest) as target:
        assert faults("limits", target) == found


def test_a_server_that_cuts_what_is_too_long_has_refused_it() -> None:
    def cuts(asked: Asked) -> Reply:
        if len(asked.path) > 8_000:
            raise ConnectionAbortedError
        return limited(requests=0, signs=1)(asked)

    with serving(limited(requests=10, signs=8_000)) as target:
        assert "address" not in faults("limits", target)
    with serving(cuts) as target:
        assert looked("limits", target)["address"]


def test_too_slow_a_rate_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FASTER", 1e9)
    with serving(limited(requests=1_000, signs=8_000)) as target, pytest.raises(NotAssessed):
        looked("limits", target)


def test_without_consent_to_load_nothing_is_sent() -> None:
    with serving(hardened()) as target:
        reach = reach_of(target, heavy=frozenset({"slow"}))
        with pytest.raises(NotAssessed):
            list(described("limits").look(reach, Given()))
        assert reach.sent == []
