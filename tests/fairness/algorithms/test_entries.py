"""Fields, entries, their exports and their history."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.exports import delimited
from shixiao.fairness.algorithms.entries import inputs_of, lacks, plain_entry
from shixiao.fairness.algorithms.exporting import as_json, as_sheet, exported
from shixiao.fairness.algorithms.fields import STANDARDS, Kind, form
from shixiao.fairness.algorithms.history import changes, pieces
from shixiao.terms import BadInput
from tests.fairness.algorithms.made import ENTRY


def test_the_form_has_every_field_of_the_three_standards_once() -> None:
    places = {name: [] for name in STANDARDS}
    for field in form().fields.values():
        assert field.section in form().sections
        assert field.kind is not Kind.CHOICE or form().choices[field.id]
        for name, place in field.places.items():
            places[name].append(place)
    dutch = (
        "name description_short organization category status begin_date end_date contact_email"
        " website publication_category url goal proportionality human_intervention risks"
        " lawful_basis lawful_basis_grouping process_index_url impacttoetsen impacttoetsen_grouping"
        " source_data source_data_grouping methods_and_models provider publiccode lang source_id"
        " tags"
    )
    assert set(dutch.split()) == set(places["nl"])
    assert {"provider", "form", "field", "type", "self_assessment", "disclosure"} <= set(
        places["filing"]
    )
    assert len(set(places["atrs"])) >= 34


def test_a_complete_entry_lacks_nothing_and_an_empty_one_everything_that_is_required() -> None:
    assert lacks(plain_entry(ENTRY)) == ()
    assert len(lacks({})) == sum(field.required for field in form().own)
    turned = plain_entry(ENTRY | {"starts": "2026-05-01", "ends": "2026-04-01"})
    assert [text.en for text in lacks(turned)] == ["it ended before it began"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nonsense", "x"),
        ("level", 4),  # the site knows it
        ("status", "asleep"),
        ("starts", "2026年3月"),
        ("website", "javascript:alert(1)"),
        ("volume", "-1"),
        ("volume", "1.5"),
        ("volume", "nan"),
        ("human_share", "101"),
        ("human_share", "viele"),
        ("team", "科" * 201),
        ("keywords", "词\n" * 201),
        ("risks", "长" * 501),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_its_field_named(field: str, value: Any) -> None:
    with pytest.raises(BadInput) as refused:
        plain_entry(ENTRY | {field: value})
    assert refused.value.column == field


def test_what_is_typed_comes_to_one_form() -> None:
    typed = {"keywords": " 补贴 \n\n救助 ", "volume": "12000", "human_share": "97.5", "team": "  "}
    assert plain_entry(typed) == {
        "keywords": ["补贴", "救助"],
        "volume": 12_000,
        "human_share": 97.5,
    }
    assert plain_entry(plain_entry(ENTRY)) == plain_entry(ENTRY)
    inputs = inputs_of({"inputs": ["收入\uff5c税务", "|", "人口"]})
    assert [(i.name, i.source, i.article) for i in inputs] == [
        ("收入", "税务", None),
        ("人口", None, None),
    ]


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_export_has_each_field_of_the_standard_and_nothing_of_ours_is_lost(
    standard: str, language: str
) -> None:
    derived = {"organisation": "民政局", "number": "ABCD", "level": 3}
    rows = exported(plain_entry(ENTRY), derived, standard, language=language)
    told = {
        place
        for f in form().fields.values()
        for name, place in f.places.items()
        if name == standard
    }
    assert told <= set(rows)
    assert rows[form().standards[standard].code] == form().standards[standard].version
    whole = "\n".join(rows.values())
    for field in form().own:
        if standard in field.places and isinstance(ENTRY.get(field.id), str):
            value = ENTRY[field.id]
            known = form().choices.get(field.id, {}).get(value)
            assert (known.in_language(language) if known else value) in whole
    assert as_json(rows).decode().startswith("{")
    assert delimited(as_sheet(rows, "x"))


def test_atrs_stands_in_the_order_of_its_numbers() -> None:
    rows = list(exported(ENTRY, {}, "atrs", language="en"))
    assert rows[0] == "0.1 id"
    numbers = [tuple(map(int, row.split(" ")[0].split("."))) for row in rows]
    assert numbers == sorted(numbers)


def test_a_difference_marks_what_was_changed_and_nothing_else() -> None:
    after = ENTRY | {
        "human_share": 60,
        "contact": "0571-54321",
        "goal": "尽快、公平地把补贴发给该得的人。",
    }
    found = {change.field.id: change for change in changes(ENTRY, after, language="zh")}
    assert set(found) == {"human_share", "contact", "goal"}
    assert found["human_share"].before == "100 %"
    assert [(p.mark, p.text) for p in found["goal"].pieces] == [
        ("same", "尽快"),
        ("new", "、公平地"),
        ("same", "把补贴发给该得的人。"),
    ]
    assert changes(ENTRY, dict(ENTRY), language="en") == ()


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_make_up_both_texts(before: str, after: str) -> None:
    found = pieces(before, after)
    assert "".join(p.text for p in found if p.mark != "new") == before
    assert "".join(p.text for p in found if p.mark != "gone") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [("长" * 5_000, "长" * 5_000 + "。"), ("尽快把补贴发给该得的人。", "公平发放。")],
)
def test_what_is_very_long_or_unlike_is_shown_whole(before: str, after: str) -> None:
    found = pieces(before, after)
    assert [p.mark for p in found] == ["gone", "new"]
