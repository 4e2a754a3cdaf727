"""The table schemas: complete, bilingual, and fit for people and for tools."""

from __future__ import annotations

import pytest

from shixiao.evidence.schema import TYPES, load_schemas, table_schema_json, tables_page

SCHEMAS = load_schemas()
COLUMNS = [(table, column) for table in SCHEMAS.values() for column in table.columns]


def test_every_table_is_called_like_its_key_in_documented_order():
    assert [table.name for table in SCHEMAS.values()] == list(SCHEMAS)
    assert list(SCHEMAS)[:6] == [
        "departments", "services", "matters", "requirements", "events", "cases",
    ]  # fmt: skip


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda item: item.name)
def test_every_column_has_a_known_type_and_points_to_a_column_that_exists(table, column):
    assert column.type in TYPES
    if column.foreign_key:
        to, field = column.foreign_key
        assert SCHEMAS[to].column(field) is not None
    assert not (column.enum and column.type != "string")


@pytest.mark.parametrize("table", SCHEMAS.values(), ids=lambda table: table.name)
def test_names_are_unique_and_keys_are_columns(table):
    assert len(set(table.names)) == len(table.names)
    assert set(table.key) <= set(table.names)


@pytest.mark.parametrize(
    ("table", "required"),
    [
        ("events", {"case_id", "activity", "ts"}),
        ("cases", {"case_id", "service_id", "channel", "opened"}),
        ("activity_map", {"activity", "step"}),
        ("votes", {"conversation_id", "statement_id", "person_key", "vote"}),
        ("population", {"group_by", "group", "count"}),
    ],
)
def test_required_columns_are_those_with_a_star_in_the_design(table, required):
    assert set(SCHEMAS[table].required) == required


def test_persons_are_marked_wherever_they_stand():
    marked = {(t.name, c.name) for t, c in COLUMNS if c.person}
    identifying = {(t.name, c.name) for t, c in COLUMNS if c.name in ("person_key", "device_id")}
    assert marked == identifying
    assert ("cases", "person_key") in marked


def test_every_name_has_an_optional_english_twin():
    for table in SCHEMAS.values():
        if "name" in table.names:
            twin = table.column("name_en")
            assert twin is not None
            assert not twin.required


def test_an_unknown_column_is_none():
    assert SCHEMAS["events"].column("nothing") is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_reference_page_shows_every_table_and_column_in_one_language(language):
    page = tables_page(language)
    for table in SCHEMAS.values():
        assert f"## {table.name} · {table.title.in_language(language)}\n" in page
    for table, column in COLUMNS:
        star = "*" if column.required else ""
        assert f"| `{column.name}`{star} |" in page, table.name
        assert column.about.in_language(language) in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert all(line.count("|") == 5 for line in rows)


def test_the_english_page_is_free_of_chinese_but_for_twins():
    page = tables_page("en")
    han = [c for c in page if "\u4e00" <= c <= "\u9fff"]
    assert not han


@pytest.mark.parametrize("table", SCHEMAS.values(), ids=lambda table: table.name)
def test_the_frictionless_schema_carries_required_enum_and_foreign_keys(table):
    schema = table_schema_json(table)
    fields = {field["name"]: field for field in schema["fields"]}
    assert list(fields) == list(table.names)
    for column in table.columns:
        constraints = fields[column.name].get("constraints", {})
        assert constraints.get("required", False) is column.required
        assert constraints.get("enum", []) == [choice.value for choice in column.enum]
    pointing = [c.name for c in table.columns if c.foreign_key]
    assert [key["fields"] for key in schema.get("foreignKeys", [])] == pointing


def test_a_table_that_points_to_itself_does_so_without_a_name():
    keys = table_schema_json(SCHEMAS["departments"])["foreignKeys"]
    assert keys == [
        {"fields": "parent_id", "reference": {"resource": "", "fields": "department_id"}}
    ]


@pytest.mark.parametrize(
    ("table", "key"), [("services", ["service_id"]), ("votes", None), ("searches", None)]
)
def test_a_primary_key_is_declared_only_where_no_part_of_it_may_be_empty(table, key):
    assert table_schema_json(SCHEMAS[table]).get("primaryKey") == key
