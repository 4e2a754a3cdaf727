"""Targets that are registered before the launch: which can be judged one day, and which not."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from shixiao.checkup.design.promising import State, promises
from shixiao.effect.targets import Registered

from .planning import design, rules

GOOD = Registered("S1", "visits", 1.8, 0.5, date(2027, 12, 31), 300, date(2026, 12, 1))
LAUNCH = date(2027, 3, 1)


def checked(**changes: object):
    planned = design(["m:甲书"], ["m:甲书"])
    service = dataclasses.replace(planned.services[0], since=LAUNCH)
    row = dataclasses.replace(GOOD, **changes)
    whole = dataclasses.replace(planned, services=(service,), targets=(row,), registered=True)
    (found,) = promises(whole, rules())
    return found


def test_a_target_in_full_is_registered():
    found = checked()
    assert (found.state, found.why) == (State.REGISTERED, ())
    assert (found.target.measure.id, found.target.least_n) == ("visits", 300)


@pytest.mark.parametrize(
    "written",
    [
        *("registrations", "clicks", "Clicks", "likes", "comments", "installs", "active_users"),
        *("注册用户数", "点击量", "点赞数", "APP下载量", "注册数"),
    ],
)
def test_vanity_is_no_target(written):
    found = checked(measure=written)
    assert found.state is State.REFUSED
    assert written in found.why[0].zh


@pytest.mark.parametrize("written", ["completion", "办成率", "Completion"])
def test_a_measure_is_known_by_its_id_and_its_names(written):
    found = checked(measure=written, baseline=0.6, target=0.9)
    assert found.target.measure.id == "completion"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"measure": "群众幸福指数"}, "no measure"),
        ({"baseline": None}, "Baseline"),
        ({"target": None}, "Target"),
        ({"due": None}, "Due"),
        ({"target": 1.8}, "no better"),
        ({"target": 2.5}, "no better"),
        ({"measure": "completion", "baseline": 0.9, "target": 0.8}, "no better"),
        ({"measure": "completion", "baseline": 60, "target": 90}, "from 0 to 1"),
        ({"least_n": 20}, "too few"),
        ({"due": LAUNCH}, "not after the launch"),
        ({"registered": date(2027, 3, 2)}, "too late"),
        ({"subject_id": "S9"}, "S9"),
    ],
)
def test_what_cannot_be_judged_says_what_is_wrong(changes, words):
    found = checked(**changes)
    assert found.state is State.INCOMPLETE
    assert found.target is None
    assert words in " ".join(why.en for why in found.why)


def test_without_a_least_number_that_of_the_rules_holds():
    assert checked(least_n=None).target.least_n == rules().number("E-01")
