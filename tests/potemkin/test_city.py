"""A synthetic city as an evidence package: whole, equal for equal seeds, dirty but usable."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest
import yaml

import shixiao.cli
from shixiao.evidence import ColumnMapping, Request, prepare
from shixiao.evidence.gate import judge
from shixiao.evidence.schema import load_schemas
from shixiao.potemkin.city import write_city
from shixiao.potemkin.city.decoys import MUST_NOT_BE
from shixiao.potemkin.city.strengths import KINDS
from shixiao.rules import load_pack
from tests.potemkin.conftest import SEED

CHINESE = re.compile(r"[\u4e00-\u9fff]")
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dX](?!\d)")


def hashes(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def rows(city, table):
    with (city.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(city, table, name):
    return pq.read_table(city.folder / f"{table}.parquet", columns=[name])[name].to_pylist()


@pytest.fixture(scope="module")
def store(small, settings):
    request = Request((small.folder,), ColumnMapping())
    return prepare(request, settings=settings, progress=lambda _: None)


def test_the_package_opens_and_no_measure_is_blocked(store):
    quality = judge(store, rules=load_pack())
    assert quality.blocked == {}
    assert [f.name for f in quality.figures if f.verdict == "not_assessable"] == []


def test_the_package_is_as_dirty_as_real_ones(store):
    counts = store.meta.quality
    assert 0.001 < counts["duplicates"] / counts["events"] < 0.006
    assert counts["clock_jumps"] > 0
    assert counts["incomplete"] > 0
    assert counts["coverage"]["resource"] < 0.99
    assert counts["unknown_ids"]["ratings.case_id"][0] > 0
    assert counts["unknown_ids"]["events.department_id"][0] > 0


def test_every_table_of_the_package_is_there_with_its_required_columns(small):
    descriptor = json.loads((small.folder / "datapackage.json").read_text("utf-8"))
    named = {r["name"]: [f["name"] for f in r["schema"]["fields"]] for r in descriptor["resources"]}
    # A city runs already; targets are registered of what is only planned.
    assert named.keys() == load_schemas().keys() - {"targets"}
    for table, fields in named.items():
        assert set(load_schemas()[table].required) <= set(fields)


def test_equal_arguments_give_equal_bytes_and_another_seed_the_same_plan(small, innocent, tmp_path):
    again = write_city(tmp_path / "again", size="small", seed=SEED, truth=tmp_path / "truth.json")
    assert hashes(again) == hashes(small.folder)
    assert json.loads((tmp_path / "truth.json").read_text("utf-8")) == small.truth
    ours, theirs = hashes(small.folder), hashes(innocent.folder)
    equal = {name for name in ours if ours[name] == theirs[name]}
    assert {"departments.csv", "services.csv", "elements.csv", "matters.csv"} <= equal
    assert not {"events.parquet", "cases.parquet", "ratings.parquet", "messages.parquet"} & equal


def test_the_small_city_has_its_size(small):
    assert 19_000 < len(column(small, "cases", "case_id")) < 25_000
    assert 150_000 < len(column(small, "events", "seq")) < 230_000
    assert len(rows(small, "services")) == 30
    assert len(rows(small, "apps")) == 20
    tiers = Counter(row["tier"] for row in rows(small, "departments"))
    assert tiers == {"city": 10, "county": 3}


def test_enough_subjects_reach_the_minimum_of_each_kind(small):
    eligible = small.truth["eligible"]
    assert eligible["repeated_filling"] == 10
    assert eligible["template_reply"] == 9
    assert eligible["vanity"] == eligible["idle_app"] == eligible["bans"] == 20
    for kind in ("half_online", "rating", "off_system", "deadline", "mechanical_copy"):
        assert 10 <= eligible[kind] <= 15
    assert eligible["exclusion"] >= 2


def test_nothing_is_planted_in_a_null_city_but_decoys_stay(innocent, small):
    assert innocent.truth["plants"] == innocent.truth["implied"] == []
    names = {d["name"] for d in innocent.truth["decoys"]}
    assert names == set(MUST_NOT_BE)
    assert innocent.truth["decoys"] == small.truth["decoys"]


def test_the_usual_mix_plants_every_kind_in_subjects_of_its_own(small):
    plants = small.truth["plants"]
    assert {plant["kind"] for plant in plants} == set(KINDS)
    subjects = [plant["subject"]["id"] for plant in plants]
    assert len(set(subjects)) == len(subjects)
    assert not set(subjects) & {decoy["subject"]["id"] for decoy in small.truth["decoys"]}
    for plant in plants:
        rule = KINDS[plant["kind"]].rule
        assert plant["strength"] == (2.0 if rule else None)
        assert plant["subject"]["kind"] == KINDS[plant["kind"]].subject


@pytest.mark.parametrize(("name", "part"), [("truth", None), ("score", None)])
def test_published_schemas_hold(small, name, part):
    del part
    place = Path(shixiao.cli.__file__).parent / "schemas" / f"{name}.schema.json"
    schema = yaml.safe_load(place.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    if name == "truth":
        jsonschema.validate(small.truth, schema)


def test_identity_numbers_belong_to_no_place_and_are_valid_in_form(small):
    persons = set(column(small, "cases", "person_key"))
    assert len(persons) > 10_000
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for person in sorted(persons)[::50]:
        assert re.fullmatch(r"000000(19|20)\d{9}[\dX]", person)
        digits = sum(int(d) * w for d, w in zip(person, weights, strict=False))
        assert person[-1] == "10X98765432"[digits % 11]
    for path in small.folder.glob("*.csv"):
        assert all(n.startswith("000000") for n in IDENTITY.findall(path.read_text("utf-8")))


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("departments", "name"),
        ("services", "name"),
        ("matters", "name"),
        ("requirements", "item_name"),
        ("elements", "name"),
        ("activity_map", "activity"),
        ("activity_map", "step"),
        ("apps", "name"),
        ("forms", "field_name"),
        ("datasets", "name"),
        ("systems", "name"),
        ("known_events", "name"),
    ],
)
def test_every_name_has_an_english_twin(small, table, name):
    for row in rows(small, table):
        assert CHINESE.search(row[name])
        assert row[f"{name}_en"]
        assert not CHINESE.search(row[f"{name}_en"])


def test_older_people_and_counties_lean_to_the_counter(small):
    found = small.seen.sql.execute(
        "SELECT value IN ('60-74', '75+') AS elderly, avg((channel = 'online')::INT), count(*)"
        " FROM case_ JOIN groups USING (case_id) WHERE attribute = 'age_band' GROUP BY 1"
    ).fetchall()
    online = {elderly: share for elderly, share, _ in found}
    assert online[True] < online[False] - 0.1
    counties = small.seen.sql.execute(
        "SELECT right(region, 1) = '县' AS county, avg((channel = 'online')::INT),"
        " count(*) FROM case_"
        " WHERE region IS NOT NULL GROUP BY 1"
    ).fetchall()
    share = {county: online for county, online, _ in counties}
    assert share[True] < share[False]
    sizes = {county: n for county, _, n in counties}
    assert 0.2 < sizes[True] / sum(sizes.values()) < 0.3


def test_officials_work_in_office_hours_and_spring_festival_is_quiet(small):
    closed = small.seen.sql.execute(
        "SELECT count(*) FILTER (hour(ts) NOT BETWEEN 9 AND 17), count(*) FROM step"
        " WHERE actor = 'official'"
    ).fetchone()
    assert closed[0] / closed[1] < 0.002  # some clocks run hours behind
    quiet = small.seen.sql.execute(
        "SELECT count(*) FILTER (opened BETWEEN '2026-02-16' AND '2026-02-23'),"
        " count(*) FILTER (opened BETWEEN '2026-03-09' AND '2026-03-16') FROM case_"
    ).fetchone()
    assert quiet[0] < quiet[1] / 2


@pytest.mark.parametrize(
    ("decoy", "query", "low", "high"),
    [
        (
            "loved_service",
            "SELECT avg((level = 5)::INT) FROM ratings WHERE service_id = ?",
            0.95,
            0.99,
        ),
        (
            "legal_suspension",
            "SELECT avg(stopped::INT) FROM (SELECT bool_or(clock = 'suspend' AND legal_basis IS NOT"
            " NULL) AS stopped FROM step WHERE service_id = ? AND outcome IN ('completed',"
            " 'rejected') GROUP BY case_id)",
            0.48,
            0.60,
        ),
        (
            "weekend_batch",
            "SELECT avg((n > 5)::INT) FROM (SELECT count(*) OVER (PARTITION BY ts) AS n FROM step"
            " WHERE service_id = ? AND activity = '材料归档' AND ts < closed)",
            0.9,
            1,
        ),
        (
            "enrolment_season",
            "SELECT count(*) FILTER (opened BETWEEN '2026-06-22' AND '2026-07-13') / count(*) FROM"
            " case_ WHERE service_id = ?",
            0.14,
            0.28,
        ),
        (
            "lean_process",
            "SELECT max(n) FROM (SELECT count(DISTINCT activity) AS n FROM step"
            " WHERE service_id = ?"
            " AND activity NOT IN ('补正告知', '到窗口补正', '网上补正', '中止计时', '恢复计时',"
            " '材料归档', '材料初审', '到窗口交原件', '到窗口核验身份', '到窗口领证')"
            " GROUP BY case_id)",
            4,
            5,
        ),
    ],
)
def test_a_decoy_is_what_its_name_says(small, decoy, query, low, high):
    services = [
        d["subject"]["id"]
        for d in small.truth["decoys"]
        if d["name"] == decoy and d["subject"]["kind"] == "service"
    ]
    assert services
    for service in services:
        assert low <= small.seen.sql.execute(query, [service]).fetchone()[0] <= high


def test_a_campaign_brings_completions_with_its_registrations_and_is_known(small):
    apps = [d["subject"]["id"] for d in small.truth["decoys"] if d["name"] == "campaign"]
    known = {row["subjects"] for row in rows(small, "known_events") if row["kind"] == "campaign"}
    assert set(apps) == known
    for app in apps:
        ratio = small.seen.sql.execute(
            "SELECT (sum(registrations) FILTER (d) / sum(completions) FILTER (d)) /"
            " (sum(registrations) FILTER (NOT d) / sum(completions) FILTER (NOT d)),"
            " avg(completions) FILTER (d) / avg(completions) FILTER (NOT d) FROM (SELECT *,"
            " day BETWEEN '2026-04-09' AND '2026-05-08' AS d FROM usage WHERE subject_id = ?)",
            [app],
        ).fetchone()
        assert 0.75 < ratio[0] < 1.3
        assert ratio[1] > 2


def test_small_noisy_services_stay_far_below_every_minimum(small):
    noisy = {d["subject"]["id"] for d in small.truth["decoys"] if d["name"] == "small_noisy"}
    sizes = Counter(column(small, "cases", "service_id"))
    assert noisy
    assert all(sizes[service] < 100 for service in noisy)


def test_requirements_fall_online_except_where_the_counter_was_copied(small):
    asked = Counter(
        (r["service_id"], r["channel"])
        for r in rows(small, "requirements")
        if r["kind"] in ("material", "signature")
    )
    copied = {p["subject"]["id"] for p in small.truth["plants"] if p["kind"] == "mechanical_copy"}
    lean = {d["subject"]["id"] for d in small.truth["decoys"] if d["name"] == "lean_process"}
    for service in {s for s, _ in asked}:
        same = asked[service, "online"] == asked[service, "counter"]
        assert same == (service in copied | lean)


def test_messages_are_answered_after_some_eleven_days_in_their_own_words(small):
    median, shortest, longest = small.seen.sql.execute(
        "SELECT median(epoch(reply_ts - ts) / 86400), min(length(reply_text)),"
        " max(length(reply_text)) FROM messages WHERE reply_ts IS NOT NULL"
    ).fetchone()
    assert 10 < median < 13
    assert shortest >= 80
    assert longest <= 300


def test_scale_multiplies_cases_under_the_same_plan(tmp_path, small):
    half = write_city(tmp_path / "half", size="small", seed=3, plan_seed=SEED, scale=0.5)
    cases = pq.ParquetFile(half / "cases.parquet").metadata.num_rows
    whole = pq.ParquetFile(small.folder / "cases.parquet").metadata.num_rows
    assert cases == pytest.approx(whole / 2, rel=0.01)


PEAK = """
import resource, sys
from pathlib import Path
from shixiao.potemkin.city import write_city
write_city(Path(sys.argv[1]), size="city", seed=1, scale=float(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_stays_flat_as_the_city_grows(tmp_path):
    peaks = []
    for number, scale in enumerate(("0.25", "0.5", "1")):
        done = subprocess.run(
            [sys.executable, "-c", PEAK, str(tmp_path / str(number)), scale],
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout))
    assert max(peaks) < 1.35 * min(peaks)
    assert max(peaks) < 2_000_000  # KiB
