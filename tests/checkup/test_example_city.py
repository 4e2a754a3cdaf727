"""The example city, judged by the engine: what was put in is what comes out."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, datetime, time, timedelta

import pyarrow.parquet as pq
import pytest

from shixiao.checkup.design import check_design
from shixiao.checkup.evaluation import evaluate
from shixiao.checkup.question import Question
from shixiao.effect import Comparison, case_profile, step_map
from shixiao.evidence import connect
from shixiao.potemkin import load_plan, write_example_city
from shixiao.rules import load_calendar, load_pack
from shixiao.terms import SubjectKind

PLAN = load_plan()
BASE = date(2025, 6, 30)
TESTED = "YZ11"  # the service whose cases may wait for a laboratory


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return write_example_city(tmp_path_factory.mktemp("city") / "yunze")


@pytest.fixture(scope="module")
def result(package, settings):
    question = Question(paths=(package,), comparison=Comparison("channel", "online", "counter"))
    return evaluate(question, settings=settings, progress=lambda _: None)


@pytest.fixture(scope="module")
def verdicts(result):
    return {v.subject.id: v for v in result.verdicts if v.subject.kind is SubjectKind.SERVICE}


@pytest.mark.parametrize(
    ("service", "verdict"), [pytest.param(s.id, s.verdict, id=s.name.zh) for s in PLAN.services]
)
def test_each_service_gets_the_verdict_it_was_made_to_deserve(verdicts, service, verdict):
    assert verdicts[service].verdict == verdict


def test_the_design_alone_tells_copies_and_what_is_heavier_or_better(package, settings):
    """What a log says after the launch, the lists of requirements say before it."""
    check = check_design(package, rules=load_pack(), settings=settings, progress=lambda _: None)
    told = {v.subject.id: v.verdict for v in check.verdicts}
    decided = {s.id: s.verdict for s in PLAN.services if s.verdict != "insufficient_evidence"}
    assert {key: told[key] for key in decided} == decided
    assert {told[s.id] for s in PLAN.services if s.id not in decided} == {"partly_lighter"}


def test_every_verdict_occurs(verdicts):
    assert {v.verdict for v in verdicts.values()} == {
        "mechanical_copy",
        "burden_increased",
        "substantively_improved",
        "insufficient_evidence",
    }


@pytest.mark.parametrize("service", [s for s in PLAN.services if s.why], ids=lambda s: s.name.zh)
def test_a_service_without_a_verdict_lacks_it_for_the_planned_reason(verdicts, service):
    verdict = verdicts[service.id]
    grounds = " ".join(ground.en for ground in verdict.grounds)
    channel = f"the online channel has {service.alone['online']} cases"
    few = channel in grounds and "at least 50" in grounds
    fell = "fell clearly" in grounds or "fell from" in grounds
    mixed = fell and "none of the verdicts applies" in grounds
    assert (few, mixed) == (service.why == "few", service.why == "mixed")


def test_the_copied_service_still_asks_for_five_held_materials_a_visit_and_re_keying(verdicts):
    remains = [g.en for g in verdicts["YZ01"].grounds if "remain with" in g.en]
    assert len(remains) == 3
    assert any("5 documents" in ground for ground in remains)


def test_the_evidence_gives_the_quality_gate_nothing_to_warn_of(result):
    assert [f.name for f in result.quality.figures if f.verdict != "ok"] == []
    tie_share = next(f for f in result.quality.figures if f.name == "tie_share")
    assert tie_share.estimate.value > 0  # some ties, as in every real log
    assert result.store.meta.quality["problems"] == []
    assert result.store.meta.notes == ()


def test_only_measures_that_no_activity_map_row_speaks_of_are_unconfirmed(result, verdicts):
    loose = {name for name, a in PLAN.activities.items() if a.mapped != "confirmed"}
    assert loose
    assert set(result.steps.unconfirmed) == loose


@pytest.mark.parametrize("matter", PLAN.matters, ids=lambda m: m.name.zh)
def test_both_matters_are_measured_as_chains(result, matter):
    chain = next(c for c in result.chains if c.matter_id == matter.id)
    lead = next(s for s in PLAN.services if s.id == matter.lead)
    assert (chain.name, chain.lead) == (matter.name, lead.name)
    assert (chain.services, chain.cases) == (len(matter.services), matter.chains)
    assert chain.elapsed.ok
    assert chain.waiting.ok
    assert 0 < chain.waiting.value < chain.elapsed.value
    assert 1 < chain.departments.value <= len(matter.services)


def test_the_parents_of_a_newborn_are_asked_for_their_identity_cards_three_times(result):
    chain = next(c for c in result.chains if c.matter_id == "M01")
    assert ("父母身份证复印件", 3) in [(name.zh, count) for name, count in chain.asked_twice]


def working_time(moment: datetime) -> timedelta:
    """Return the working time since the base day by walking the calendar."""
    calendar = load_calendar("cn")
    today = calendar.is_working(moment.date())
    before = calendar.between(BASE, moment.date()) - today
    clock = datetime.combine(moment.date(), time())
    return timedelta(days=before) + (moment - clock if today else timedelta())


def suspensions(package):
    """Return case → (from, to, provision) of every case that waited for a laboratory."""
    columns = ["case_id", "ts", "clock", "legal_basis"]
    marks = defaultdict(dict)
    for row in pq.read_table(package / "events.parquet", columns=columns).to_pylist():
        if row["clock"] in ("suspend", "resume"):
            marks[row["case_id"]][row["clock"]] = (row["ts"], row["legal_basis"])
    return {
        case: (found["suspend"][0], found["resume"][0], found["suspend"][1])
        for case, found in marks.items()
        if len(found) == 2
    }


@pytest.fixture(scope="module")
def spans(package, result, settings):
    """Return case → (working time that the engine took, working time from opening to closing)."""
    rules, calendar = load_pack("cn-2026"), load_calendar("cn")
    with connect("duckdb", settings=settings) as engine:
        steps = step_map(result.store, engine)
        profile = case_profile(result.store, engine, steps=steps, calendar=calendar, rules=rules)
        rows = engine.rows(profile.table.select("case_id", "working"))
    taken = dict(zip(rows["case_id"], rows["working"], strict=True))
    with (package / "cases.csv").open(encoding="utf-8", newline="") as file:
        closed = [row for row in csv.DictReader(file) if row["closed"]]
    return {
        row["case_id"]: (
            timedelta(microseconds=taken[row["case_id"]]),
            working_time(datetime.fromisoformat(row["closed"]))
            - working_time(datetime.fromisoformat(row["opened"])),
        )
        for row in closed
        if row["service_id"] == TESTED
    }


def test_a_lawful_suspension_stops_the_clock_and_one_without_a_provision_does_not(package, spans):
    stopped = {case: s for case, s in suspensions(package).items() if case in spans}
    lawful = {case for case, (_, _, basis) in stopped.items() if basis}
    assert len(lawful) > 50
    assert 0 < len(stopped.keys() - lawful) < len(lawful)
    for case, (took, whole) in spans.items():
        pause = timedelta()
        if case in lawful:
            pause = working_time(stopped[case][1]) - working_time(stopped[case][0])
            assert took < whole
        assert took == whole - pause
