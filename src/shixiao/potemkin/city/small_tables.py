"""Small tables: all that is no stream of cases, ratings, messages or use."""

from __future__ import annotations

from collections import defaultdict

from shixiao.potemkin.city.field_tests import evaluator_rows, field_test_rows
from shixiao.potemkin.city.forms import elements_of, form_rows
from shixiao.potemkin.city.governance import governance_tables
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.population import People
from shixiao.potemkin.city.registers import (
    activity_rows,
    app_rows,
    asked_by,
    department_rows,
    known_event_rows,
    population_rows,
    requirement_rows,
    service_rows,
)
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.writing import Row
from shixiao.potemkin.city.year import CAMPAIGN, ENROLMENT

Counts = defaultdict[str, dict[str, int]]
SHARING = ("datasets", "requests", "duties", "grants", "exchanges")


def small_tables(plan: Plan, people: People, seed: int, counts: Counts) -> dict[str, list[Row]]:
    """Return the tables by name; ``counts`` gets the numbers that minima are about."""
    asked = _asked_for(plan, seed)
    for department in plan.departments:
        counts[department.id]["repeated_filling"] = department.fields
    tests, tried = field_test_rows(plan, seed)
    for identifier, found in tried.items():
        counts[identifier] |= found
    return {
        "departments": department_rows(plan),
        "services": service_rows(plan),
        "requirements": asked["requirements"],
        "activity_map": activity_rows(),
        "apps": app_rows(plan),
        "forms": asked["forms"],
        "elements": asked["elements"],
        "field_tests": tests,
        "evaluators": evaluator_rows(plan),
        "known_events": known_event_rows(
            plan, {"enrolment_season": ENROLMENT, "campaign": CAMPAIGN}
        ),
        "population": population_rows(plan.size.people),
        **governance_tables(plan, people, seed, _people_asked(plan, asked)),
    }


def registers_of(plan: Plan, people: People, seed: int) -> dict[str, list[Row]]:
    """Return the tables that say who is who and who asks for, holds, may use and used what."""
    asked = _asked_for(plan, seed)
    governed = governance_tables(plan, people, seed, _people_asked(plan, asked))
    return {
        "departments": department_rows(plan),
        "services": service_rows(plan),
        **asked,
        **{name: governed[name] for name in SHARING},
    }


def _people_asked(plan: Plan, asked: dict[str, list[Row]]) -> dict[str, set[str]]:
    return asked_by(plan, asked["requirements"], asked["forms"])


def _asked_for(plan: Plan, seed: int) -> dict[str, list[Row]]:
    """Return what people are asked for, and the data elements that answer it."""
    elements = [elements_of(d, place) for place, d in enumerate(plan.departments)]
    each = plan.size.departments
    forms: list[Row] = []
    for place, department in enumerate(plan.departments):
        first = place // each * each
        rng = stream(seed, "forms", department.id)
        # Cities of a province ask for the same things: each is a world of its own.
        forms += form_rows(department, place - first, elements[first : first + each], rng)
    return {
        "requirements": requirement_rows(plan),
        "forms": forms,
        "elements": [row for group in elements for row in group],
    }
