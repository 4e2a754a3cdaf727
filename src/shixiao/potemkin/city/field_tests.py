"""Field tests: drawn evaluators go through a service as a person would, and mostly agree.

Whether a step of an item works is the same for everybody who tries it within days; evaluators err
now and then, go together sometimes (then they note the same minutes), have habits and enter a test
at one go. What is planted is more of that, and what comes with it: answers that are somebody
else's, answers that are nobody's, and a department that passes whatever the step did.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shixiao.potemkin.city.decoys import EARLY, LENIENT
from shixiao.potemkin.city.evaluators import STEPS, Visit, visits
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.strengths import planted_value
from shixiao.potemkin.city.subjects import Evaluator, Service
from shixiao.potemkin.city.writing import Row
from shixiao.potemkin.city.year import DAYS, clock
from shixiao.potemkin.steps import WHOLE_DAY

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
WORKS = 0.85
TOGETHER_DAYS = 10  # within which all who try an item do so
EARLY_DAYS, EARLY_SHARE, BROKEN = 100, 0.4, 0.5
SIMPLE_ALIKE = 0.6  # share of tests of simple services that take the same minutes
LENIENT_PASSES = 0.5  # share of failed steps that a lenient evaluator passes, wherever
HASTE = 10  # seconds from step to step where a test is entered at one go
REMARKS = (
    "页面提示不清",
    "电话无人接听",
    "要求补交指南以外的材料",
    "结果按时送达",
    "工作人员主动说明",
)


@dataclass(frozen=True, slots=True, eq=False)
class _Tests:
    """All tests as arrays, shape (tests,) or (tests, steps)."""

    visit: Integers
    place: Integers
    evaluator: Integers
    at: Integers
    works: Flags
    passed: Flags
    minutes: Floats
    remark: list[str | None]


def evaluator_rows(plan: Plan) -> list[Row]:
    """Evaluators, the bodies that send them, and the ties that are declared."""
    return [
        {
            "evaluator_id": person.register_id,
            "body_id": f"B{person.body + 1}",
            "tied_to": plan.departments[person.focus].id if person.declared else None,
        }
        for person in plan.evaluators
    ]


def field_test_rows(plan: Plan, seed: int) -> tuple[list[Row], dict[str, dict[str, int]]]:
    """Return all tests, step by step, and per evaluator the numbers that the minima are about."""
    planned = visits(plan.size, plan.plan_seed, plan.services, plan.evaluators)
    rng = stream(seed, "field tests")
    tests = _tried(plan, planned, rng)
    follows = _copied(plan, planned, tests, rng)
    hasty = rng.random(len(tests.at)) < np.array([p.values["hasty"] for p in plan.evaluators])[
        tests.evaluator
    ]  # fmt: skip
    return _rows(plan, planned, tests, hasty, seed), _counted(plan, planned, tests, follows)


def _tried(plan: Plan, planned: list[Visit], rng: np.random.Generator) -> _Tests:
    """Draw when each test is made and what an honest evaluator, or a tied one, would answer."""
    visit = np.repeat(np.arange(len(planned)), [len(v.evaluators) for v in planned])
    place = np.concatenate([np.arange(len(v.evaluators)) for v in planned])
    evaluator = np.array([e for v in planned for e in v.evaluators])
    people = plan.evaluators
    early_service = {
        n: bool(stream(plan.plan_seed, "corrected", s.id).random() < EARLY_SHARE)
        for n, s in enumerate(plan.services)
    }
    early = np.array([people[e].decoy == EARLY for e in evaluator])
    early &= np.array([early_service[planned[v].service] for v in visit.tolist()])
    day = rng.integers(EARLY_DAYS + 20, DAYS - 20, len(planned))[visit]
    day = day + rng.integers(0, TOGETHER_DAYS, len(visit)) - EARLY_DAYS * early
    at = day * WHOLE_DAY + 9 * 3600 + rng.integers(0, 3 * 3600, len(visit))
    works = np.array([_works(plan, v) for v in planned])[visit]
    works &= ~(early[:, None] & (rng.random(works.shape) < BROKEN))
    wrong = np.array([p.values["wrong"] for p in people])[evaluator]
    passed = works ^ (rng.random(works.shape) < wrong[:, None])
    passed |= rng.random(works.shape) < _favours(plan, planned, visit, evaluator)[:, None]
    minutes = np.round(12 * np.exp(0.5 * rng.standard_normal(works.shape)), 1)
    said = rng.integers(0, len(REMARKS), len(visit))
    silent = rng.random(len(visit)) < 0.7
    remark = [None if quiet else REMARKS[n] for quiet, n in zip(silent, said, strict=True)]
    return _Tests(visit, place, evaluator, at, works, passed, minutes, remark)


def _works(plan: Plan, visit: Visit) -> Flags:
    """Return which steps of an item work: nearly all where the service is simple."""
    service = plan.services[visit.service]
    names = ("works", service.id) if visit.item == 1 else ("works", service.id, str(visit.item))
    works: Flags = stream(plan.plan_seed, *names).random(len(STEPS)) < WORKS
    return works | visit.simple


def _favours(plan: Plan, planned: list[Visit], visit: Integers, evaluator: Integers) -> Floats:
    """Return the chance that a failed step is passed all the same, for each test.

    A tie multiplies the odds of passing by its strength: of failed steps it passes as many as that
    takes.
    """
    favours = np.zeros(len(visit))
    for number, (which, who) in enumerate(zip(visit.tolist(), evaluator.tolist(), strict=True)):
        person = plan.evaluators[who]
        if person.decoy == LENIENT:
            favours[number] = LENIENT_PASSES
            continue
        department = plan.services[planned[which].service].department
        if person.values["tied"] > 1 and department == person.focus:
            favours[number] = _favour(person)
    return favours


def _favour(person: Evaluator) -> float:
    wrong = person.values["wrong"]
    usual = WORKS * (1 - wrong) + (1 - WORKS) * wrong
    odds = usual / (1 - usual) * person.values["tied"]
    return (odds / (1 + odds) - usual) / (1 - usual)


def _copied(plan: Plan, planned: list[Visit], tests: _Tests, rng: np.random.Generator) -> Flags:
    """Let tests take over the minutes of an earlier one, in order of time, and what is planted too.

    Innocents who went together, or by habit, note the same minutes and their own answers; what goes
    beyond that takes over the answers as well.

    Returns:
        Shape (tests,): whether a co-evaluator tried the item before.
    """
    chance = rng.random((len(tests.at), 2))
    before: dict[int, int] = {}
    own: dict[int, int] = {}
    follows = np.zeros(len(tests.at), np.bool_)
    for test in np.lexsort((tests.place, tests.visit, tests.at)).tolist():
        person = plan.evaluators[int(tests.evaluator[test])]
        visit = int(tests.visit[test])
        source, usual, chosen = before.get(visit), 0.0, 0.0
        if source is not None and tests.at[test] - tests.at[source] <= 30 * WHOLE_DAY:
            follows[test] = True
            usual, chosen = person.innocent["copied"], person.values["copied"]
            if planned[visit].simple:  # the strength multiplies the odds here as elsewhere
                odds = chosen / (1 - chosen) * (1 - usual) / usual
                usual = SIMPLE_ALIKE
                chosen = planted_value("copied", usual, odds)
        taken, whole = source, chance[test, 0] >= usual
        if chance[test, 0] >= chosen:
            taken = own.get(person.number)
            left = 1.0 - chosen
            whole = chance[test, 1] * left >= person.innocent["own"]
            if chance[test, 1] * left >= person.values["own"]:
                taken = None
        if taken is not None:
            tests.minutes[test] = tests.minutes[taken]
            if whole:
                tests.passed[test] = tests.passed[taken]
                tests.remark[test] = tests.remark[taken]
        before[visit], own[person.number] = test, test
    return follows


def _rows(plan: Plan, planned: list[Visit], tests: _Tests, hasty: Flags, seed: int) -> list[Row]:
    rows: list[Row] = []
    drawn: dict[int, tuple[str, np.random.Generator]] = {}
    for test in range(len(tests.at)):
        visit = planned[int(tests.visit[test])]
        service = plan.services[visit.service]
        if visit.service not in drawn:
            rng = stream(seed, "field tests", service.id)
            drawn[visit.service] = ("online" if rng.random() < 0.6 else "counter", rng)
        channel, rng = drawn[visit.service]
        came, asked = _burden(service, channel, rng)
        pace = HASTE if hasty[test] else 3600
        for place, step in enumerate(STEPS):
            rows.append(
                {
                    "test_id": f"FT{service.id[1:]}-{visit.item:02d}-{tests.place[test] + 1}",
                    "service_id": service.id,
                    "evaluator_id": plan.evaluators[int(tests.evaluator[test])].register_id,
                    "channel": channel,
                    "item_id": f"T{visit.item:02d}",
                    "ts": clock(int(tests.at[test]) + place * pace),
                    "step": step,
                    "passed": int(tests.passed[test, place]),
                    "minutes": float(tests.minutes[test, place]),
                    "visits": came if place == len(STEPS) - 1 else 0,
                    "materials_asked": asked if place == 2 else 0,
                    "remark": tests.remark[test] if place == len(STEPS) - 1 else None,
                }
            )
    return rows


def _burden(service: Service, channel: str, rng: np.random.Generator) -> tuple[int, int]:
    """Return how often the evaluator had to come and how many papers were asked for."""
    share = service.copied + (1 - service.copied) * service.values["half_online"]
    came = 1 + int(rng.random() < 0.5) if channel == "counter" else int(rng.random() < share)
    asked = service.asks.materials if channel == "counter" else service.asks.kept_online - 2
    return came, asked + int(rng.integers(-1, 2))


def _counted(
    plan: Plan, planned: list[Visit], tests: _Tests, follows: Flags
) -> dict[str, dict[str, int]]:
    """Count steps at the focus that all co-evaluators failed, and tests that follow another's."""
    of_visit: dict[int, list[int]] = defaultdict(list)
    for test, visit in enumerate(tests.visit.tolist()):
        of_visit[visit].append(test)
    failed = np.zeros(len(plan.evaluators), np.int64)
    for visit, mine in of_visit.items():
        department = plan.services[planned[visit].service].department
        passed = tests.passed[mine]
        for place, test in enumerate(mine):
            person = plan.evaluators[int(tests.evaluator[test])]
            if person.focus == department:
                others = passed.sum(axis=0) - passed[place]
                failed[person.number] += int((others == 0).sum())
    followed = np.bincount(tests.evaluator[follows], minlength=len(plan.evaluators))
    return {
        person.id: {
            "tied_evaluator": int(failed[person.number]),
            "lazy_evaluator": int(followed[person.number]),
        }
        for person in plan.evaluators
    }
