"""People: how many of each group of applicants get a service done, by what the evidence knows.

A group is a value of an attribute of table ``groups`` (age band, disability, language). Only
completion is taken: it is what a reader asks first, and every further measure by group, or a split
by district, would close more cells of few people than it would tell (and take a city minutes: what
follows from what is sought exactly).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import ibis

from shixiao.effect.breakdown import Arm, Measured, Sums, estimate_of_sums
from shixiao.effect.catalogue import measure
from shixiao.effect.profile import CaseProfile
from shixiao.evidence.engines import Engine, Table
from shixiao.evidence.store import Store
from shixiao.rules import RulePack
from shixiao.terms import Subject

COMPLETION = "completion"
MOST_VALUES = 40
"""Values of an attribute that still are groups to choose from; more are ids or free text."""

# attribute → value → (cases that ended, cases that got it)
Counted = dict[str, dict[str, tuple[int, int]]]


def measure_people(
    profile: CaseProfile,
    engine: Engine,
    store: Store,
    *,
    subject_of: Callable[[str], Subject],
    everybody: Subject,
    rules: RulePack,
) -> list[Measured]:
    """Return completion of every service, and of all of them, by group of applicants.

    A case has one value of an attribute, so that groups add up. Of one service an attribute is left
    out by which fewer than two groups are large enough to be told of: nothing would be left to
    show.

    Args:
        profile: the cases.
        engine: where they lie.
        store: has the table of groups.
        subject_of: names a service by its id.
        everybody: who stands for all cases.
        rules: gives the level of intervals and the fewest cases for a number.
    """
    item = measure(COMPLETION)
    if not profile.knows(item.metric) or "service_id" not in profile.table.columns:
        return []
    level, minimum = rules.number("E-17"), int(rules.number("E-16"))
    found: list[Measured] = []
    for service, attributes in _counted(profile, engine, store, item.metric).items():
        subject = everybody if service is None else subject_of(service)
        for attribute, values in sorted(attributes.items()):
            if not _telling(values, minimum):
                continue
            for value, (n, done) in sorted(values.items()):
                sums = Sums(n, float(done), float(done))
                estimate = estimate_of_sums(item, sums, level=level, minimum=minimum)
                found.append(Measured(subject, item.id, Arm(attribute, value), estimate, sums))
    return found


def _telling(values: Mapping[str, tuple[int, int]], minimum: int) -> bool:
    """Say whether at least two groups have enough cases of either outcome to be told of."""
    told = (n >= minimum and (done in (0, n) or minimum <= done <= n - minimum)
            for n, done in values.values())  # fmt: skip
    return sum(told) > 1


def _counted(
    profile: CaseProfile, engine: Engine, store: Store, metric: str
) -> dict[str | None, Counted]:
    """Return service → attribute → value → counts; those of all services under None."""
    cases = profile.table
    known = cases.filter(cases.service_id.notnull() & cases[metric].notnull())
    counted: dict[str | None, Counted] = {}
    for attribute, grouped in _attributes(known, engine, store, metric):
        keys = ["service", "value"]
        summed = grouped.group_by(keys).agg(n=ibis._.count(), done=ibis._.done.sum())
        rows = engine.arrow(summed).to_pylist()
        if len({row["value"] for row in rows}) > MOST_VALUES:
            continue
        for row in rows:
            n, done = int(row["n"]), int(row["done"])
            for service in (row["service"], None):
                values = counted.setdefault(service, {}).setdefault(attribute, {})
                before = values.get(row["value"], (0, 0))
                values[row["value"]] = (before[0] + n, before[1] + done)
    return {service: counted[service] for service in sorted(counted, key=lambda s: s or "")}


def _attributes(
    cases: Table, engine: Engine, store: Store, metric: str
) -> Iterator[tuple[str, Table]]:
    """Give each attribute with its cases: service, value, and whether it was done."""
    if not store.has("groups", "case_id", "attribute", "value"):
        return
    groups = store.table(engine, "groups")
    groups = groups.filter(groups.attribute.notnull() & groups.value.notnull())
    names = engine.rows(groups.select("attribute").distinct())["attribute"]
    done = cases[metric].cast("int64")
    chosen = cases.select(its_case=cases.case_id, service=cases.service_id, done=done)
    for attribute in sorted(set(names) - set(cases.columns)):
        own = groups.filter(groups.attribute == attribute)
        joined = own.inner_join(chosen, own.case_id == chosen.its_case)
        yield attribute, joined.select("service", "value", "done")
