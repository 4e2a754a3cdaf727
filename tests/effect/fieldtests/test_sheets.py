"""Score sheets: equal bytes everywhere, nothing changed unnoticed, rows that evidence takes."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.datafiles import load_yaml
from shixiao.effect.fieldtests import (
    Mode,
    answers_of,
    check_sheet,
    in_force,
    protocols,
    rows,
    scores_of,
    sheet_sha256,
    sheet_text,
)
from shixiao.terms import BadInput
from tests.conftest import ROOT
from tests.effect.fieldtests.samples import GOOD, NOW, SMALL, STARTED, made, said, small

SCHEMA = json.loads((ROOT / "src/shixiao/cli/schemas/score-sheet.schema.json").read_text("utf-8"))
# JavaScript reads a text and writes it with its keys in order, as WebCrypto's user would.
JAVASCRIPT = """
const sorted = v => Array.isArray(v) ? v.map(sorted) : v && typeof v === "object"
  ? Object.fromEntries(Object.keys(v).sort().map(k => [k, sorted(v[k])])) : v;
let text = ""; process.stdin.on("data", d => text += d);
process.stdin.on("end", () => process.stdout.write(JSON.stringify(sorted(JSON.parse(text)))));
"""


def in_javascript(text: str) -> str:
    command = ["node", "-e", JAVASCRIPT]
    return subprocess.run(
        command, input=text.encode(), capture_output=True, check=True
    ).stdout.decode()


def test_a_sheet_says_who_what_when_by_which_protocol_and_what_came_out() -> None:
    found = made()
    assert found["scores"] == {
        "usefulness": "0.9375",
        "convenience": "0.6875",
        "benefit": "0.5000",
        "overall": "0.6856",
    }
    assert found["started"] == "2026-11-20T01:00:00Z"
    assert found["answers"][2] == {
        "question": "minutes",
        "value": 35,
        "at": "2026-11-20T01:06:00Z",
        "photos": [],
    }
    assert found["protocol"]["sha256"] == small().sha256
    assert found["previous"] is None


def test_a_sheet_keeps_its_published_schema() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.check_schema(SCHEMA)
    validator.validate(made())
    few = {"worked": False, "clear": 0, "minutes": 9, "papers": 0}
    validator.validate(made(few, previous="0" * 64))
    assert not validator.is_valid({**made(), "scores": {"usefulness": 0.5}})


@pytest.mark.node
def test_javascript_writes_the_very_same_bytes() -> None:
    odd = '“引号”\\ " / \u2028 é 😀\r\n\t<&>'
    text = sheet_text(made({**GOOD, "remark": odd}))
    assert in_javascript(text) == text


def test_the_sheet_holds_no_number_that_two_languages_write_differently() -> None:
    def walk(value: Any) -> None:
        assert not isinstance(value, float)
        for below in (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        ):
            walk(below)

    walk(made())


def test_a_sheet_is_made_anew_from_its_answers_and_stays_the_same() -> None:
    found = json.loads(sheet_text(made()))
    check_sheet(found, small(), now=NOW)
    assert answers_of(found) == said(GOOD)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scores": {"usefulness": "1.0000"}}, "not what its answers give"),
        ({"extra": 1}, "not what its answers give"),
        ({"schema": "shixiao/score-sheet/2"}, "no score sheet"),
        ({"mode": "fax"}, "no score sheet"),
        ({"started": "yesterday"}, "no score sheet"),
        ({"started": 5}, "no score sheet"),
        ({"answers": None}, "no score sheet"),
        ({"answers": [{"question": "worked"}]}, "no score sheet"),
        ({"item": "a b"}, "are codes"),
        ({"item": 7}, "are codes"),
        ({"previous": "x"}, "named by its SHA-256"),
        ({"previous": 5}, "no score sheet"),
        ({"finished": "2030-01-01T00:00:00Z"}, "ends in the future"),
        ({"protocol": {"id": "small"}}, "another protocol or another version"),
    ],
)
def test_a_sheet_that_was_changed_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        check_sheet({**made(), **change}, small(), now=NOW)


def test_an_answer_changed_after_the_scores_were_made_is_noticed() -> None:
    found = json.loads(sheet_text(made()))
    found["answers"][1]["value"] = 4
    with pytest.raises(BadInput, match="not what its answers give"):
        check_sheet(found, small(), now=NOW)


def test_true_and_one_are_not_the_same_answer() -> None:
    found = json.loads(sheet_text(made()))
    found["answers"][0]["value"] = 1
    with pytest.raises(BadInput, match="needs a yes or a no"):
        check_sheet(found, small(), now=NOW)


def test_a_sheet_of_another_version_is_refused() -> None:
    with pytest.raises(BadInput, match="another version"):
        check_sheet(made(), small(SMALL.replace("1.0.0", "1.1.0")), now=NOW)


@given(
    st.none()
    | st.integers()
    | st.text()
    | st.lists(st.integers())
    | st.dictionaries(
        st.sampled_from(["schema", "answers", "mode"]), st.text() | st.just("shixiao/score-sheet/1")
    )
)
def test_whatever_is_given_for_a_sheet_is_refused_in_words(value: object) -> None:
    with pytest.raises(BadInput):
        check_sheet(value, small(), now=NOW)


def test_rows_say_of_each_step_whether_it_worked_and_what_it_took() -> None:
    apply, after = rows(made(), small(), service_id="S1")
    assert apply == {
        "test_id": "C-1:I-1:online:everybody:E-1",
        "service_id": "S1",
        "evaluator_id": "E-1",
        "channel": "online",
        "item_id": "I-1",
        "ts": STARTED + timedelta(minutes=8),
        "step": "apply",
        "passed": 1,
        "minutes": 35,
        "visits": None,
        "materials_asked": 1,
        "remark": None,
    }
    assert (after["passed"], after["visits"], after["minutes"]) == (None, 3, None)
    assert after["remark"] == "页面清楚"


def test_a_step_that_did_not_work_is_not_passed_and_what_follows_has_no_row() -> None:
    few = {"worked": False, "clear": 0, "minutes": 9, "papers": 0}
    (only,) = rows(made(few), small(), service_id="S1")
    assert (only["step"], only["passed"]) == ("apply", 0)


def test_rows_have_the_columns_of_the_evidence_table() -> None:
    table = load_yaml((ROOT / "src/shixiao/evidence/schemas/field_tests.yaml").read_text("utf-8"))
    (first, *_) = rows(made(), small(), service_id="S1")
    assert list(first) == [column["name"] for column in table["columns"]]


def test_a_sheet_that_is_replaced_and_an_earlier_one_of_the_same_person_do_not_count() -> None:
    old = made()
    new = made({**GOOD, "clear": 4}, previous=sheet_sha256(old))
    later = made({**GOOD, "clear": 0}, evaluator="E-2", finished=STARTED + timedelta(hours=2))
    earlier = made(GOOD, evaluator="E-2")
    assert in_force([later, new, old, earlier]) == [new, later]


def test_nobody_replaces_the_sheet_of_another() -> None:
    mine = made()
    theirs = made({**GOOD, "clear": 0}, evaluator="E-2", previous=sheet_sha256(mine))
    assert in_force([mine, theirs]) == [mine, theirs]


def test_a_sheet_with_another_mode_replaces_the_one_it_corrects() -> None:
    wrong = made(mode=Mode.COUNTER)
    right = made(previous=sheet_sha256(wrong))
    assert in_force([wrong, right]) == [right]


def test_the_scores_of_a_sheet_are_numbers_again() -> None:
    few = {"worked": False, "clear": 0, "minutes": 9, "papers": 0}
    assert scores_of(made())["usefulness"] == 0.9375
    assert scores_of(made(few))["benefit"] is None


def test_a_shipped_protocol_makes_a_sheet_for_every_step_that_worked() -> None:
    protocol = protocols()["callback"]
    assert protocol.sha256 != small().sha256
    with pytest.raises(BadInput, match="another version"):
        rows(made(), protocol, service_id="S1")


def test_times_are_written_in_utc_whatever_zone_they_came_in() -> None:
    here = datetime(2026, 11, 20, 9, tzinfo=UTC).astimezone()
    assert made(finished=here)["finished"] == "2026-11-20T09:00:00Z"
