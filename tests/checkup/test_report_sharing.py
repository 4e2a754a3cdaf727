"""The part of a city's report on sharing: silos with their savings, and the network as numbers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from shixiao.checkup import Evaluation, result_json
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.sharing import sharing_part
from shixiao.checkup.report.sharing_network import DRAWN, became, drawn
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.sharing_sheets import sharing_sheets
from shixiao.checkup.sharing_state import SharingState
from shixiao.pictures import Became
from shixiao.sharing.silos import OPEN, Tie
from shixiao.terms import Estimate, Text


@pytest.fixture(scope="module")
def state(planted: Evaluation) -> SharingState:
    return planted.sharing


def test_silos_are_ranked_by_what_sharing_would_save(state: SharingState) -> None:
    assert state.silos
    hours = [one.saving.hours.value for one in state.silos if one.saving is not None]
    assert hours == sorted(hours, key=lambda value: -(value or 0))
    assert all(one.silo.way in OPEN for one in state.silos)


def test_the_city_saves_what_its_silos_save(state: SharingState) -> None:
    assert state.silos
    assert state.saved is not None
    parts = [one.saving.hours.value or 0 for one in state.silos if one.saving is not None]
    assert state.saved.hours.value == pytest.approx(sum(parts))
    assert state.saved.hours.low is not None
    assert state.saved.hours.low < sum(parts)


def test_every_edge_is_counted_at_both_its_ends(state: SharingState) -> None:
    assert state.net is not None
    nodes, edges = state.net.nodes, state.net.edges
    assert sum(node.asks for node in nodes) == sum(edge.asked for edge in edges)
    assert sum(node.serves for node in nodes) == sum(edge.used for edge in edges)
    for edge in edges:
        assert edge.asked == edge.granted + edge.refused + edge.waiting + edge.silent


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_section_says_who_holds_what_and_what_sharing_would_save(
    planted: Evaluation, language: str
) -> None:
    speech = Speech(language)
    part = sharing_part(speech, Lookup(planted))
    assert part is not None
    assert part.silos is not None
    assert part.figure is not None
    assert part.departments is not None
    assert re.search(r"[\d,]+ .*\[[\d,]+ – [\d,]+\]", part.answer)
    assert len(part.departments.rows) == 10
    for row in part.silos.rows:
        assert row[3].interval
    if language == "en":
        words = " ".join(cell.text for row in part.silos.rows for cell in row)
        assert not re.search("[\u4e00-\u9fff]", words)


def test_few_cases_are_not_told_and_no_cases_are_said(planted: Evaluation) -> None:
    state = planted.sharing
    assert state.silos
    known = next(one for one in state.silos if one.cases is not None and one.saving is not None)
    few = replace(known, cases=Estimate.fact(5, 5))
    none = replace(known, cases=None, saving=None)
    evaluation = replace(planted, sharing=replace(state, silos=(few, none), saved=None))
    part = sharing_part(Speech("en"), Lookup(evaluation))
    assert part is not None
    assert part.silos is not None
    assert [row[3].text for row in part.silos.rows] == [
        "Fewer than 11 cases.",
        "No cases on record, so it cannot be told.",
    ]


def test_what_is_missing_stands_as_a_sentence(planted: Evaluation) -> None:
    missing = Text("缺少 requests 表", "there is no table requests")
    state = replace(planted.sharing, net=None, why_no_net=missing)
    part = sharing_part(Speech("en"), Lookup(replace(planted, sharing=state)))
    assert part is not None
    assert part.figure is part.departments is part.links is None
    assert part.no_network == "There is no table requests."
    nothing = replace(planted, sharing=SharingState())
    assert sharing_part(Speech("zh"), Lookup(nothing)) is None


def test_the_result_and_the_sheets_hold_the_same(planted: Evaluation, state: SharingState) -> None:
    assert state.silos
    assert state.net is not None
    told = result_json(planted)["sharing"]
    silos, departments, links = sharing_sheets(state)
    assert len(told["silos"]) == len(silos.rows) == len(state.silos)
    assert len(told["network"]["nodes"]) == len(departments.rows)
    assert len(told["network"]["edges"]) == len(links.rows)
    for sheet in (silos, departments, links):
        assert {len(row) for row in sheet.rows} == {len(sheet.heads)}
    assert told["not_assessable"] == {}


@pytest.mark.parametrize(
    ("edge", "said"),
    [
        (Tie("a", "b", 3, 0, 3, 0, 0, 1.0, 7), Became.RUNS),
        (Tie("a", "b", 3, 2, 1, 0, 0, 1.0, 0), Became.GRANTED),
        (Tie("a", "b", 3, 1, 2, 0, 0, 1.0, 0), Became.REFUSED),
        (Tie("a", "b", 3, 0, 1, 0, 2, 1.0, 0), Became.SILENT),
        (Tie("a", "b", 3, 0, 0, 2, 1, None, 0), Became.SILENT),
        (Tie("a", "b", 3, 0, 0, 3, 0, None, 0), Became.WAITING),
    ],
)
def test_a_link_is_drawn_as_what_became_of_it(edge: Tie, said: Became) -> None:
    assert became(edge) is said


@pytest.mark.parametrize(("running", "refused"), [(3, 2), (100, 2), (100, 100), (3, 100), (0, 0)])
def test_the_picture_has_room_for_the_busy_and_for_the_grave(running: int, refused: int) -> None:
    busy = [Tie(f"a{n}", "b", 10, 10, 0, 0, 0, 1.0, 5) for n in range(running)]
    grave = [Tie(f"c{n}", "b", 1, 0, 1, 0, 0, 1.0, 0) for n in range(refused)]
    found = drawn([*busy, *grave])
    assert len(found) == min(DRAWN, running + refused)
    assert sum(edge in grave for edge in found) >= min(refused, DRAWN // 2)
