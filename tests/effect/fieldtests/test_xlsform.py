"""The workbook becomes a form without a warning, and the form asks what the protocol asks."""

from __future__ import annotations

from io import BytesIO
from itertools import product
from xml.etree import ElementTree

import openpyxl
import pytest

from shixiao.effect.fieldtests import Audience, Kind, Mode, protocols
from shixiao.effect.fieldtests.odk import Item, xlsform
from shixiao.terms import BadInput, Text
from tests.effect.fieldtests.forms import ITEMS, X, converted, form
from tests.effect.fieldtests.samples import SMALL, small

EVERY = [
    pytest.param(protocol, mode, audience, id=f"{key}-{mode}-{audience}")
    for key, protocol in protocols().items()
    for mode, audience in product(protocol.modes, protocol.audiences)
]


def table(data: bytes, sheet: str) -> list[dict[str, object]]:
    rows = openpyxl.load_workbook(BytesIO(data))[sheet].iter_rows(values_only=True)
    heads = next(rows)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def binds(xform: str) -> dict[str, dict[str, str]]:
    root = ElementTree.fromstring(xform)  # noqa: S314 - made here
    found = root.iter(f"{X}bind")
    return {bind.get("nodeset").rpartition("/")[2]: dict(bind.attrib) for bind in found}


@pytest.mark.parametrize(("protocol", "mode", "audience"), EVERY)
def test_every_protocol_becomes_a_form_without_a_warning(protocol, mode, audience) -> None:
    found = converted(form(protocol, mode, audience))
    assert found.warnings == []
    named = binds(found.xform)
    for question in protocol.questions(mode, audience):
        assert {question.id, question.id + "__at"} <= set(named)
        assert (question.id + "__photo" in named) == question.photo
        assert ("required" in named[question.id]) == question.required
    others = set(protocol.all_questions) - {q.id for q in protocol.questions(mode, audience)}
    assert not others & set(named)


def test_each_answer_triggers_the_taking_of_its_time() -> None:
    root = ElementTree.fromstring(converted(form()).xform)  # noqa: S314 - made here
    triggered = {
        one.get("ref").rpartition("/")[2]: [
            set_.get("ref").rpartition("/")[2]
            for set_ in one.findall(f"{X}setvalue")
            if (set_.get("event"), set_.get("value")) == ("xforms-value-changed", "now()")
        ]
        for one in root.iter()
        if one.find(f"{X}setvalue") is not None and one.get("ref")
    }
    asked = small().questions(Mode.ONLINE, Audience.EVERYBODY)
    assert triggered == {question.id: [f"{question.id}__at"] for question in asked}


def test_both_languages_stand_in_every_row_that_people_read() -> None:
    for row in table(form(), "survey"):
        for column in ("label", "hint", "required_message", "constraint_message"):
            assert bool(row[f"{column}::中文 (zh)"]) == bool(row[f"{column}::English (en)"])
    for row in table(form(), "choices"):
        assert row["label::中文 (zh)"]
        assert row["label::English (en)"]


def test_the_form_is_worded_for_its_mode() -> None:
    asked = {
        row["name"]: row["label::English (en)"] for row in table(form(mode=Mode.PHONE), "survey")
    }
    assert asked["worked"] == "Did it work on the phone?"


def test_conditions_become_relevance_and_ranges_constraints() -> None:
    found = binds(converted(form()).xform)
    condition = " /data/step__apply/worked  = 'yes'"
    assert found["pushed"]["relevant"].replace("field-test", "data") == condition
    assert found["pushed__at"]["relevant"] == found["pushed"]["relevant"]
    assert found["minutes"]["constraint"] == ". >= 0 and . <= 600"
    assert found["remark"]["constraint"] == "string-length(.) <= 1000"
    assert "relevant" not in found["worked"]


def test_a_number_opens_a_question_as_it_does_here() -> None:
    changed = SMALL.replace(
        "kind: yes_no, good: no,",
        "kind: yes_no, good: no, only_if: {question: papers, at_least: 2},",
    )
    found = binds(converted(form(small(changed))).xform)["pushed"]["relevant"]
    assert found.endswith("/papers  >= 2")
    assert " and " in found


def test_the_item_is_chosen_and_the_scale_has_its_anchors() -> None:
    chosen = table(form(), "choices")
    assert [row["name"] for row in chosen if row["list_name"] == "items"] == ["I-1", "I-2"]
    anchors = [row for row in chosen if row["list_name"] == "scale_clear"]
    assert [row["label::English (en)"] for row in anchors] == [
        "0 · nil", "1 · one", "2 · two", "3 · three", "4 · four",
    ]  # fmt: skip


def test_the_form_carries_the_protocol_and_what_the_audit_needs() -> None:
    named = {row["name"]: row for row in table(form(), "survey")}
    assert named["protocol_sha256"]["calculation"] == f"'{small().sha256}'"
    assert named["audit"]["parameters"] == "track-changes=true"
    (settings,) = table(form(), "settings")
    assert (settings["form_id"], settings["version"]) == ("field-test", "2026112001")


def test_equal_protocols_give_equal_bytes() -> None:
    assert form() == form()


def test_words_are_not_scored_and_take_many_lines() -> None:
    kinds = {row["name"]: row["type"] for row in table(form(), "survey")}
    assert kinds["remark"] == "text"
    assert small().all_questions["remark"].kind is Kind.TEXT


LABEL = Text("甲", "A")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"form_id": "1 form"}, "cannot be used"),
        ({"form_id": ""}, "cannot be used"),
        ({"version": "a b"}, "cannot be used"),
        ({"items": []}, "nothing to try"),
        ({"items": [Item("a b", LABEL)]}, "“a b” is given twice or cannot be used"),
        ({"items": [Item("a", LABEL), Item("a", LABEL)]}, "“a” is given twice"),
        ({"items": [Item("a", Text("${start}", "A"))]}, "take it out"),
    ],
)
def test_what_would_spoil_the_form_is_refused(changed, said: str) -> None:
    usual = {"mode": Mode.ONLINE, "audience": Audience.EVERYBODY, "form_id": "f", "version": "1"}
    with pytest.raises(BadInput, match=said):
        xlsform(small(), **{**usual, "items": ITEMS, **changed})


def test_a_mode_that_the_protocol_does_not_know_has_no_form() -> None:
    with pytest.raises(BadInput, match="not made for trying by phone"):
        form(protocols()["app"], Mode.PHONE)
