"""Completion by group of applicants, counted by hand, and what of it everybody may read."""

from __future__ import annotations

import pytest

from shixiao.checkup import Evaluation, result_json
from shixiao.checkup.bundles.cells import shown
from shixiao.checkup.published import published
from shixiao.checkup.register import people_like
from shixiao.checkup.report.lookup import Lookup
from shixiao.settings import Settings
from shixiao.terms import SubjectKind
from tests.checkup.cities import answered, write

# Service → of which age → cases that ended, cases that were completed.
AGES = {
    "S1": {"18-59": (100, 80), "60+": (60, 30)},
    "S2": {"18-59": (50, 40), "60+": (5, 5)},  # one group alone could be told of: neither is
    "S3": {"18-59": (40, 40), "60+": (30, 15)},  # everybody got it: no cell of those who did not
}
TAKEN = "channel"  # cases are split by it already
FREE = "village"  # of which there are too many to choose from


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Evaluation:
    folder = tmp_path_factory.mktemp("people")
    write(folder, "departments", [["department_id", "name"], ["d", "民政局"]])
    services = [[service, f"服务{service}", "d"] for service in AGES]
    write(folder, "services", [["service_id", "name", "department_id"], *services])
    events: list[list[object]] = [["case_id", "service_id", "activity", "ts", "channel"]]
    cases: list[list[object]] = [
        ["case_id", "service_id", "channel", "opened", "closed", "outcome"]
    ]
    groups: list[list[object]] = [["case_id", "attribute", "value"]]
    for service, ages in AGES.items():
        for age, (n, done) in ages.items():
            for k in range(n):
                case = f"{service}-{age}-{k}"
                start, end = "2026-03-02T09:00:00", "2026-03-04T09:00:00"
                events += [[case, service, "受理", start, "online"],
                           [case, service, "办结", end, "online"]]  # fmt: skip
                outcome = "completed" if k < done else "rejected"
                cases.append([case, service, "online", start, end, outcome])
                groups += [[case, "age_band", age], [case, TAKEN, "counter"],
                           [case, FREE, f"村{k % 50}"]]  # fmt: skip
    for name, rows in (("events", events), ("cases", cases), ("groups", groups)):
        write(folder, name, rows)
    return answered(folder, settings)


def test_each_group_is_counted_by_hand(counted: Evaluation) -> None:
    found = {
        (item.subject.id, item.arm.value): (item.sums.n, item.sums.total)
        for item in counted.measured
        if item.arm and item.arm.column == "age_band" and item.sums
    }
    whole = next(s for s in (m.subject for m in counted.measured) if s.kind is SubjectKind.CITY)
    assert found == {
        ("S1", "18-59"): (100, 80), ("S1", "60+"): (60, 30),
        ("S3", "18-59"): (40, 40), ("S3", "60+"): (30, 15),
        (whole.id, "18-59"): (190, 160), (whole.id, "60+"): (95, 50),
    }  # fmt: skip


def test_what_is_a_column_of_cases_or_no_group_to_choose_is_left_out(counted: Evaluation) -> None:
    arms = {(item.arm.column, item.arm.value) for item in counted.measured if item.arm}
    assert ("age_band", "60+") in arms
    assert (TAKEN, "counter") not in arms
    assert FREE not in {column for column, _ in arms}


def test_everybody_reads_the_same_or_nothing(counted: Evaluation) -> None:
    inside = people_like(Lookup(counted))
    outside = people_like(published(Lookup(counted), shown(counted)))
    assert inside.keys() == outside.keys()
    told = []
    for key, columns in outside.items():
        for value, measures in columns.get("age_band", {}).items():
            kept = measures["completion"]
            assert kept in (None, inside[key]["age_band"][value]["completion"])
            told.append((key[1], value, kept is not None))
    # Five elders of S2 would follow from those of the city, S1 and S3: one of these is withheld.
    elders = [known for _, value, known in told if value == "60+"]
    assert len(elders) == 3
    assert not all(elders)
    assert any(known for _, _, known in told)
    assert "age_band" not in outside[SubjectKind.SERVICE, "S2"]


def test_the_result_names_attribute_and_value(counted: Evaluation) -> None:
    entries = [e for e in result_json(counted)["measures"] if e["arm_column"] == "age_band"]
    assert {entry["measure"] for entry in entries} == {"completion"}
    assert {entry["arm"] for entry in entries} == {"18-59", "60+"}
