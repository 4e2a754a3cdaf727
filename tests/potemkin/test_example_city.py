"""The example city as a package: equal bytes for one seed, and a city one could believe in."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import re
from collections import defaultdict
from datetime import date, datetime, time

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from shixiao.evidence.schema import load_schemas
from shixiao.potemkin import load_plan, write_example_city
from shixiao.rules import load_calendar

PLAN = load_plan()
IDENTITY_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}")


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    return write_example_city(tmp_path_factory.mktemp("a") / "new" / "yunze")


@pytest.fixture(scope="module")
def events(city):
    return pq.read_table(city / "events.parquet").to_pylist()


@pytest.fixture(scope="module")
def cases(city):
    return rows(city, "cases")


def rows(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hashes(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def test_one_seed_writes_the_same_bytes_and_another_writes_other_ones(city, tmp_path):
    again = hashes(write_example_city(tmp_path / "again"))
    other = hashes(write_example_city(tmp_path / "other", seed=7))
    assert again == hashes(city)
    differing = {name for name in again if again[name] != other[name]}
    assert differing == {"cases.csv", "events.parquet", "groups.csv"}


def test_lines_end_plainly_and_text_is_utf_8(city):
    for path in city.glob("*.csv"):
        content = path.read_bytes()
        assert b"\r" not in content
        assert content.decode("utf-8").endswith("\n")


def test_the_descriptor_names_every_file_and_only_columns_that_are_there(city):
    descriptor = json.loads((city / "datapackage.json").read_text("utf-8"))
    assert (descriptor["calendar"], descriptor["timezone"]) == ("cn", "Asia/Shanghai")
    assert (descriptor["title"], descriptor["title_en"]) == ("云泽市", "Yunze City")
    named = {r["path"]: [f["name"] for f in r["schema"]["fields"]] for r in descriptor["resources"]}
    assert named.keys() | {"datapackage.json"} == {path.name for path in city.iterdir()}
    for path, fields in named.items():
        if path.endswith(".csv"):
            header = (city / path).read_text("utf-8").partition("\n")[0].split(",")
        else:
            header = pq.read_schema(city / path).names
        assert fields == header
        required = load_schemas()[path.partition(".")[0]].required
        assert set(required) <= set(header)


def test_the_city_has_the_size_of_a_demonstration(cases, events):
    assert 6_000 <= len(cases) <= 9_000
    assert 60_000 <= len(events) <= 80_000


def test_every_case_has_events_and_every_event_a_case(cases, events):
    assert {event["case_id"] for event in events} == {case["case_id"] for case in cases}
    assert len({case["case_id"] for case in cases}) == len(cases)


def test_events_stay_in_the_period_and_officials_in_office_hours(events):
    calendar = load_calendar("cn")
    for event in events:
        moment = event["ts"]
        assert date(2025, 7, 1) <= moment.date() <= date(2026, 6, 30)
        in_person = event["actor"] == "applicant" and event["place"] == "counter"
        if event["actor"] == "official" or in_person:
            assert calendar.is_working(moment.date())
            assert time(9) <= moment.time() < time(12) or time(13, 30) <= moment.time() < time(17)


def test_some_people_apply_online_when_offices_are_closed(cases):
    calendar = load_calendar("cn")
    opened = [datetime.fromisoformat(c["opened"]) for c in cases if c["channel"] == "online"]
    closed_then = [
        moment
        for moment in opened
        if not calendar.is_working(moment.date()) or moment.time() >= time(17)
    ]
    assert len(closed_then) > len(opened) / 4


def test_a_case_opens_and_closes_with_its_events(cases, events):
    times = defaultdict(list)
    for event in events:
        times[event["case_id"]].append((event["seq"], event["ts"]))
    for case in cases:
        steps = times[case["case_id"]]
        assert [seq for seq, _ in steps] == list(range(1, len(steps) + 1))
        moments = [moment for _, moment in steps]
        assert moments == sorted(moments)
        assert datetime.fromisoformat(case["opened"]) == moments[0]
        if case["closed"]:
            assert datetime.fromisoformat(case["closed"]) == moments[-1]


def test_only_open_and_abandoned_cases_lack_an_end(cases):
    endless = {case["outcome"] for case in cases if not case["closed"]}
    ended = {case["outcome"] for case in cases if case["closed"]}
    assert endless == {"open", "abandoned"}
    assert ended == {"completed", "rejected", "withdrawn"}


def test_persons_are_plainly_made_up(city, cases):
    assert all(re.fullmatch(r"P\d{6}", case["person_key"]) for case in cases)
    for path in city.glob("*.csv"):
        assert not IDENTITY_NUMBER.search(path.read_text("utf-8"))


def test_a_chain_belongs_to_one_person_and_runs_in_order(cases):
    order = {m.id: {s: i for i, s in enumerate(m.services)} for m in PLAN.matters}
    chains = defaultdict(list)
    for case in cases:
        if case["matter_case_id"]:
            chains[case["matter_case_id"]].append(case)
    assert len(chains) == sum(matter.chains for matter in PLAN.matters)
    for name, linked in chains.items():
        positions = [order[name[:3]][case["service_id"]] for case in linked]
        assert positions == list(range(len(linked)))
        assert len({(case["person_key"], case["channel"]) for case in linked}) == 1
        for before, after in itertools.pairwise(linked):
            assert before["closed"] < after["opened"]


@pytest.mark.parametrize(
    ("table", "twins"),
    [
        ("departments", ["name"]),
        ("services", ["name"]),
        ("matters", ["name"]),
        ("requirements", ["item_name"]),
        ("elements", ["name"]),
        ("activity_map", ["activity", "step"]),
    ],
)
def test_every_name_has_an_english_twin_without_chinese_in_it(city, table, twins):
    for row in rows(city, table):
        for name in twins:
            assert re.search(r"[\u4e00-\u9fff]", row[name])
            assert row[f"{name}_en"].isascii()


def test_the_activity_map_covers_all_but_a_few_activities_of_the_log(city):
    seen = set(pc.unique(pq.read_table(city / "events.parquet")["activity"]).to_pylist())
    confirmed = {row["activity"] for row in rows(city, "activity_map") if row["confirmed"] == "1"}
    assert confirmed <= seen
    assert 0 < len(seen - confirmed) < len(seen) / 10


def test_the_very_old_lean_to_the_counter(city, cases):
    ages = {r["case_id"]: r["value"] for r in rows(city, "groups") if r["attribute"] == "age_band"}
    assert ages.keys() == {case["case_id"] for case in cases}
    online = defaultdict(list)
    for case in cases:
        if case["service_id"] == "YZ07":
            online[ages[case["case_id"]]].append(case["channel"] == "online")
    share = {band: sum(found) / len(found) for band, found in online.items()}
    assert share["75+"] < share["60-74"] < share["35-59"]


def test_a_service_that_went_online_within_the_period_has_no_online_case_before(cases):
    late = [s for s in PLAN.services if s.since > PLAN.period.start]
    assert late
    for service in late:
        opened = [
            datetime.fromisoformat(case["opened"]).date()
            for case in cases
            if case["service_id"] == service.id and case["channel"] == "online"
        ]
        assert min(opened) >= service.since
