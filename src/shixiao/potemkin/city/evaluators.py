"""Who tries services, and who tries what: teams of evaluators, each in an area of departments.

Bodies send evaluators to several teams, so that those who try one thing come from different bodies.
Everything here hangs on the seed of the plan alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shixiao.potemkin.city.decoys import EARLY, FAIR, FAST, LENIENT, SIMPLE
from shixiao.potemkin.city.sizes import Size
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.strengths import innocent_values
from shixiao.potemkin.city.subjects import Evaluator, Service

STEPS = ("找到事项", "看懂指南", "提交申请", "收到回复", "取得结果")
OF_BODY = 5
PER_ITEM = 4  # evaluators who try one item
SIMPLE_SHARE = 1 / 3  # of the services of an area
FAST_VALUES = {"hasty": 0.45, "wrong": 0.05}


@dataclass(frozen=True, slots=True)
class Visit:
    """One item of a service and the evaluators who try it."""

    service: int
    item: int
    evaluators: tuple[int, ...]
    simple: bool


def found_evaluators(size: Size, plan_seed: int, services: Sequence[Service]) -> list[Evaluator]:
    """Settle evaluators, decoys among them, and what each would have a tie to."""
    people = []
    for number in range(size.evaluators):
        values = innocent_values(plan_seed, "evaluator", f"EV{number + 1:02d}")
        people.append(
            Evaluator(
                number=number,
                body=number // size.teams % max(2, size.evaluators // OF_BODY),
                team=number % size.teams,
                focus=-1,
                declared=False,
                tests=0,
                tests_at_focus=0,
                innocent=values,
                values=values,
            )
        )
    people = _with_decoys(size, plan_seed, people)
    tests: dict[int, Counter[int]] = {person.number: Counter() for person in people}
    for visit in visits(size, plan_seed, services, people):
        for number in visit.evaluators:
            tests[number][services[visit.service].department] += 1
    return [_settled(person, tests[person.number], plan_seed) for person in people]


def visits(
    size: Size, plan_seed: int, services: Sequence[Service], people: Sequence[Evaluator]
) -> list[Visit]:
    """Return who tries which item of which service: large services first."""
    rng = stream(plan_seed, "tested")
    large = [n for n, s in enumerate(services) if s.large]
    small = [n for n, s in enumerate(services) if not s.large]
    order = [*rng.permutation(large).tolist(), *rng.permutation(small).tolist()]
    found = []
    for place in sorted(order[: size.tested]):
        service = services[place]
        team = [p for p in people if p.team == service.department % size.teams]
        pair = [p.number for p in team if p.decoy == SIMPLE]
        drawn = stream(plan_seed, "team", service.id)
        simple = bool(pair) and drawn.random() < SIMPLE_SHARE
        rest = [p.number for p in team if not (simple and p.number in pair)]
        for item in range(1, size.items + 1):
            others = drawn.permutation(rest).tolist()
            chosen = [*(pair if simple else ()), *others][:PER_ITEM]
            found.append(Visit(place, item, tuple(chosen), simple))
    return found


def _with_decoys(size: Size, plan_seed: int, people: list[Evaluator]) -> list[Evaluator]:
    """Turn some evaluators into look-alikes; pairs who meet simple services share a team."""
    rng = stream(plan_seed, "evaluator decoys")
    each = max(1, size.decoys // 2)
    for team in rng.permutation(size.teams)[:each].tolist():
        mine = [p.number for p in people if p.team == team]
        for number in rng.permutation(mine)[:2].tolist():
            people[number] = replace(people[number], decoy=SIMPLE)
    free = iter(rng.permutation([p.number for p in people if p.decoy is None]).tolist())
    for name in (LENIENT, FAST, EARLY, FAIR):
        for _ in range(each):
            person = people[number := next(free)]
            values = {**person.values, **(FAST_VALUES if name == FAST else {})}
            people[number] = replace(
                person, decoy=name, declared=name == FAIR, values=values, innocent=values
            )
    return people


def _settled(person: Evaluator, tests: Counter[int], plan_seed: int) -> Evaluator:
    """Choose the department that a tie would be to, among those that the evaluator tries most."""
    known = sorted(tests, key=lambda department: (-tests[department], department))
    most = known[: max(1, len(known) // 2)]
    focus = int(stream(plan_seed, "tie", person.register_id).choice(np.array(most)))
    return replace(person, focus=focus, tests=tests.total(), tests_at_focus=tests[focus])
