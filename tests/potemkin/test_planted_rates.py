"""Do the tables show what the truth says? Observed rates against planted ones, kind by kind.

What is observed is counted straight from the files (observing.py), without any detector; the truth
has what each subject shows apart from chance. A standardised difference beyond 4.5 would come by
chance once in 150,000.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from shixiao.potemkin.city.founding import found_departments, found_services
from shixiao.potemkin.city.routes import KEPT_CHECKS, share_of_copies
from shixiao.potemkin.city.sizes import SIZES
from shixiao.potemkin.city.strengths import KINDS, OBSERVABLES

FAR = 4.5
SHARES = (
    "half_online",
    "restart",
    "reopen",
    "batch",
    "speed",
    "order",
    "quick",
    "device",
    "text",
    "repeated",
    "unsolved",
    "repeat",
    "template",
    "zombie",
    "staff",
    "lapsed",
    "silent_days",
    "hasty",
    "own",
)
ENOUGH = 200


def off(city, *, kinds=("small_noisy",)):
    """Subjects that are not what their values say: decoys, and copies for half_online."""
    decoys = {d["subject"]["id"] for d in city.truth["decoys"] if d["name"] in kinds}
    return decoys | {i["subject"]["id"] for i in city.truth["implied"]}


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("which", ["small", "innocent"])
def test_every_subject_shows_the_share_that_the_truth_states(name, which, request):
    city = request.getfixturevalue(which)
    observed = getattr(city.seen, name)()
    without = off(city)
    deviations = []
    for subject, (hits, n) in observed.items():
        if n < ENOUGH or subject in without or subject not in city.truth["values"]:
            continue
        share = city.truth["values"][subject][name]
        deviations.append((hits - n * share) / math.sqrt(n * share * (1 - share)))
    assert len(deviations) >= 5
    assert np.abs(deviations).max() < FAR
    # A small bias common to all would add up in the mean.
    assert abs(np.mean(deviations)) < 1.2


@pytest.mark.parametrize("group", ["age", "rural"])
def test_groups_are_shut_out_by_the_odds_that_the_truth_states(small, group):
    deviations = []
    for service, (lost_in, n_in, lost_out, n_out) in small.seen.not_completed(group).items():
        if min(n_in, n_out) < ENOUGH:
            continue
        a, b, c, d = (x + 0.5 for x in (lost_in, n_in - lost_in, lost_out, n_out - lost_out))
        error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        stated = small.truth["values"][service][group]
        deviations.append((math.log(a / b / (c / d)) - math.log(stated)) / error)
    assert len(deviations) >= 10
    assert np.abs(deviations).max() < FAR
    assert abs(np.mean(deviations)) < 1.2


def test_asking_for_a_rating_raises_the_odds_of_the_top_level_as_stated(small):
    deviations = []
    for service, (top_in, n_in, top_out, n_out) in small.seen.solicited().items():
        if min(n_in, n_out) < ENOUGH:
            continue
        a, b, c, d = (x + 0.5 for x in (top_in, n_in - top_in, top_out, n_out - top_out))
        error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        stated = small.truth["values"][service]["solicited"]
        deviations.append((math.log(a / b / (c / d)) - math.log(stated)) / error)
    assert np.abs(deviations).max() < FAR


def test_registrations_per_completion_are_level_at_month_ends_unless_planted(small):
    ratios = small.seen.month_end()
    stated = small.truth["values"]
    off_by = [math.log(ratio / stated[app]["month_end"]) for app, ratio in ratios.items()]
    assert abs(np.mean(off_by)) < 0.12
    assert np.abs(off_by).max() < 0.6


def test_the_last_permitted_day_has_the_mass_of_its_neighbours_unless_planted(small):
    """The density falls convexly here: neighbours' mean is some 15 % above the day itself."""
    innocent, planted = [], []
    for service, days in small.seen.days_taken().items():
        around = sum(days.get(day, 0) for day in (-3, -2, -1, 1, 2, 3)) / 6
        if around < 25:
            continue
        stated = small.truth["values"][service]["bunch"]
        off_by = math.log((days.get(0, 0) + 0.5) / around / stated)
        (planted if stated > 1.4 else innocent).append(off_by)
    assert len(innocent) >= 8
    assert -0.35 < np.mean(innocent) < 0.05
    assert all(-0.7 < off_by < 0.35 for off_by in planted)


def test_a_copied_service_keeps_the_visits_and_the_typing_of_its_counter(small):
    copied = {p["subject"]["id"] for p in small.truth["plants"] if p["kind"] == "mechanical_copy"}
    assert copied
    rows = small.seen.sql.execute(
        "SELECT service_id, channel, avg(typed), avg(came) FROM (SELECT service_id,"
        " channel, case_id,"
        " max((activity IN ('信息录入', '二次录入'))::INT) AS typed,"
        " max((activity IN ('窗口交验材料', '到窗口交原件'))::INT) AS came"
        " FROM step WHERE outcome <> 'open' GROUP BY ALL) GROUP BY ALL"
    ).fetchall()
    online = {
        service: (typed, came) for service, channel, typed, came in rows if channel == "online"
    }
    counter = {s: (typed, came) for s, channel, typed, came in rows if channel == "counter"}
    for service in copied:
        assert online[service] == pytest.approx(counter[service], abs=0.02)
    lean = {d["subject"]["id"] for d in small.truth["decoys"] if d["name"] == "lean_process"}
    others = [typed for s, (typed, _) in online.items() if s not in copied]
    assert max(others) == 0
    assert all(counter[s] == (0, 0) for s in lean)


@pytest.mark.parametrize("strength", [1.0, 1.3, 2.0])
def test_online_keeps_half_of_what_could_go_times_the_strength(strength):
    """Expected kept share over steps and items: 0.5 among innocents, 0.5 · s in a copy."""
    size = SIZES["small"]
    for service in found_services(size, 5, found_departments(size, 5)):
        copy = replace(service, values={**service.values, "kept": 0.5 * strength})
        asks, shape = copy.asks, copy.shape
        removed = asks.items - asks.kept_online
        items = asks.kept_online + round(copy.copied * removed)
        checks = KEPT_CHECKS + (1 - KEPT_CHECKS) * copy.copied
        steps = share_of_copies(copy) * (3 + shape.number) + checks * (1 + shape.review)
        could_go = 4 + shape.number + shape.review + asks.items
        assert (items + steps) / could_go == pytest.approx(0.5 * strength, abs=1e-9)


def test_bans_are_facts_in_the_table_of_apps_and_nowhere_else(small, innocent):
    broken = (
        "SELECT app_id FROM apps WHERE filed = '0' OR forced = '1' OR regexp_matches(kpi,"
        " 'install_rate|logins|likes|votes|shares|study_hours') OR regexp_matches(functions,"
        " '(check_in(;|$)|points_ranking|online_time|commercial_ads|paid_promotion|goods_sale"
        "|photo_trace|screenshot_upload|location_trace)')"
    )
    planted = {p["subject"]["id"] for p in small.truth["plants"] if p["kind"] == "bans"}
    assert {row[0] for row in small.seen.sql.execute(broken).fetchall()} == planted
    assert innocent.seen.sql.execute(broken).fetchall() == []


def test_a_strength_of_one_changes_nothing_and_two_doubles_the_odds():
    for name, observable in OBSERVABLES.items():
        assert observable.value() == pytest.approx(observable.base), name
        doubled = observable.value(strength=2.0)
        if observable.scale == "ratio":
            assert doubled == pytest.approx(2 * observable.base)
        else:
            odds = doubled / (1 - doubled) * (1 - observable.base) / observable.base
            assert odds == pytest.approx(2.0)
    assert {o for kind in KINDS.values() for moved in kind.variants.values() for o in moved} <= set(
        OBSERVABLES
    )
