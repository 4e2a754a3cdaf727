"""Tables measured against rules: on DuckDB, on Spark, and by counting in Python."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.evidence import Engine, connect
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.sharing.recognition import shape_of
from shixiao.sharing.standards import conformance
from shixiao.sharing.standards.conformance import Check, Report, TableRule
from shixiao.sharing.standards.registry import Element, Registry
from shixiao.terms import BadInput, Text
from tests.sharing.databases import people

RULES = load_pack()
GOOD = "11010519491231002X"
TABLE = pa.table(
    {
        "n": ["1", "2", "2", None, ""],
        "id": [GOOD, GOOD[:-1] + "1", GOOD.lower(), None, GOOD],
        "born": ["1949-12-31", "19491231", "19500101", "19491231", None],
        "sex": ["2", "女", "1", "1", "9"],
        "start": ["2024-01-01", "2024-01-02", "2024-01-01 10:00:00", "x", None],
        "end": ["2024-01-01", "2024-01-01", "2024-01-01 09:00:00", "2024-01-01", "2024-01-01"],
    }
)
# rule, rows it speaks of, rows that break it: counted by hand
CASES = [
    (TableRule(Check.REQUIRED, "n"), 5, 2),
    (TableRule(Check.UNIQUE, "n"), 3, 2),
    (TableRule(Check.FORMAT, "born", pattern=r"\d{8}"), 4, 1),
    (TableRule(Check.FORMAT, "born", pattern=r"[\d-]+", low=9, high=2_000), 4, 3),
    (TableRule(Check.CODES, "sex", codes=("1", "2")), 5, 2),
    (TableRule(Check.RANGE, "n", low=2), 3, 1),
    (TableRule(Check.RANGE, "start", high=2), 4, 4),
    (TableRule(Check.CHECK_DIGIT, "id", kind="id_number"), 4, 2),  # x in lower case is wrong too
    (TableRule(Check.BIRTH_DATE, "born", other="id"), 3, 1),
    (TableRule(Check.SEX, "sex", other="id"), 3, 1),
    (TableRule(Check.NOT_BEFORE, "end", other="start"), 3, 2),
    (TableRule(Check.EQUALS, "start", other="end"), 4, 3),
]


def measured(engine: Engine, table: pa.Table, rules: list[TableRule]) -> Report:
    return conformance.measure(engine, engine.small(table), rules, name="t", pack=RULES)


def check_cases(engine: Engine) -> None:
    report = measured(engine, TABLE, [rule for rule, _, _ in CASES])
    counted = [(result.checked, result.failed) for result in report.results]
    assert counted == [(checked, failed) for _, checked, failed in CASES]
    assert report.rows == 5
    assert report.clean == 0
    assert not report.conforms


def test_each_check_counts_as_a_person_does(duckdb_engine: Engine) -> None:
    check_cases(duckdb_engine)


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of pandas, through which Ibis reads from Spark
def test_spark_counts_the_same(settings: Settings) -> None:
    with connect("spark://local[2]", settings=settings) as engine:
        check_cases(engine)


def test_a_score_counts_rows_that_keep_every_rule(duckdb_engine: Engine) -> None:
    drawn = random.Random(4)  # noqa: S311 - invented data
    values = [drawn.choice(["1", "2", "3", None]) for _ in range(500)]
    others = [drawn.choice(["1", "x"]) for _ in range(500)]
    rules = [
        TableRule(Check.CODES, "a", codes=("1", "2")),
        TableRule(Check.REQUIRED, "a"),
        TableRule(Check.CODES, "b", codes=("1",)),
    ]
    report = measured(duckdb_engine, pa.table({"a": values, "b": others}), rules)
    clean = sum(a in ("1", "2") and b == "1" for a, b in zip(values, others, strict=True))
    assert report.clean == clean
    assert report.score.value == pytest.approx(clean / 500)
    assert report.score.n == 500


def test_what_fails_is_shown_by_its_shape(duckdb_engine: Engine) -> None:
    rule = TableRule(Check.FORMAT, "id", pattern=r"\d{17}[\dX]")
    report = measured(duckdb_engine, pa.table({"id": ["王小明", "37010219900101", GOOD]}), [rule])
    assert report.results[0].samples == ("9<14>", "中<3>")
    assert "王小明" not in str(report.to_json())


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (GOOD, "9<17>A"),
        ("济南市1号", "中<3>9中"),
        ("a-b_9", "A-A_9"),
        ("", ""),
        ("x" * 9, "A<9>"),
        ("\uff13\uff17\uff10", "9<3>"),  # full width
        ("ئايگۈل", "L<6>"),
        ("é\u0301", "AL"),
        ("\U00020bb7野家", "中<3>"),
        ("\U0001f600\x07", "?<2>"),
        ("2024--01", "9<4>--9<2>"),
    ],
)
def test_a_shape_keeps_nothing_of_a_value(value: str, shape: str) -> None:
    assert shape_of(value) == shape


def test_an_empty_table_has_no_score_and_a_rule_is_needed(duckdb_engine: Engine) -> None:
    empty = pa.table({"a": pa.array([], pa.string())})
    report = measured(duckdb_engine, empty, [TableRule(Check.REQUIRED, "a")])
    assert not report.score.ok
    assert not report.results[0].share.ok
    with pytest.raises(BadInput, match="nothing to check"):
        measured(duckdb_engine, empty, [])


ELEMENTS = [
    Element("E1", Text.of("姓名"), format="an..50"),
    Element("E2", Text.of("公民身份号码"), format="an18"),
    Element("E3", Text.of("性别代码"), code_list="1=男;2=女"),
    Element("E4", Text.of("出生日期"), format="YYYYMMDD"),
]


def bound(sample: dict[str, list[str]]) -> tuple[conformance.deriving.Bound, ...]:
    return conformance.bound_columns(sample, Registry(ELEMENTS), rules=RULES)


def test_rules_follow_from_elements_and_across_columns() -> None:
    rows = people(60)
    sample = {key: [str(row[key]) for row in rows] for key in ("xm", "sfzh", "xb")}
    sample["csrq"] = [str(row["sfzh"])[6:14] for row in rows]
    ids = {rule.id for rule in conformance.derive_rules(bound(sample))}
    assert ids == {
        "xm:format",
        "sfzh:format",
        "sfzh:check_digit",
        "xb:codes",
        "csrq:format",
        "csrq:birth_date_of:sfzh",
        "xb:sex_of:sfzh",
    }


def test_a_mapping_is_drafted_for_what_fails() -> None:
    sample = {
        "xb": ["男"] * 20 + ["女性"] * 15 + ["1"] * 5 + ["?"] * 3 + ["男性"] * 4,
        "csrq": ["1990-01-02"] * 30 + ["1990年1月3日"] * 10 + ["x"] * 7,
    }
    sex, born = conformance.draft_mapping(bound(sample), sample)
    assert sex.codes == {"男": "1", "女性": "2"}  # 男性 stands in four rows only
    assert sex.unmapped == 3
    assert born.element.id == "E4"
    assert born.conversion is not None
    assert "YYYYMMDD" in born.conversion.en
    assert born.mended == pytest.approx(40 / 47, abs=1e-4)


@given(st.text(max_size=12))
def test_a_shape_has_no_letter_or_digit_of_its_value(value: str) -> None:
    shape = re.sub(r"<\d+>|…", "", shape_of(value))
    assert {sign for sign in shape if sign.isalnum()} <= set("9A中L")


@pytest.mark.parametrize(
    ("good", "says"),
    [((50, 95), "better"), ((95, 50), "worse"), ((70, 72), "no_change")],
)
def test_a_trend_speaks_of_change_only_where_it_can_be_relied_on(
    duckdb_engine: Engine, good: tuple[int, int], says: str
) -> None:
    rule = TableRule(Check.CODES, "a", codes=("1",))
    tables = [pa.table({"a": ["1"] * n + ["2"] * (100 - n)}) for n in good]
    reports = [measured(duckdb_engine, table, [rule]) for table in tables]
    (step,) = conformance.trend_of(reports).steps
    assert step.says == says


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "r.yaml",
            "rules:\n- {check: range, column: NL, min: 0, max: 120, name: {zh: 年龄, en: age}}\n"
            "- {check: codes, column: xb, codes: 1=男;2=女}\n",
        ),
        (
            "r.csv",
            "检查,列,最小,最大,代码,名称,英文名称\nrange,nl,0,120,,年龄,age\ncodes,xb,,,1=男;2=女,,\n",
        ),
    ],
)
def test_rules_are_read_from_yaml_and_csv(tmp_path: Path, name: str, text: str) -> None:
    rules = conformance.read_rules(write(tmp_path, name, text), file=name, columns=("nl", "xb"))
    assert rules[0] == TableRule(Check.RANGE, "nl", low=0, high=120, name=Text("年龄", "age"))
    assert rules[1].codes == ("1", "2")
    assert rules[1].title.zh == "“xb”取自代码集"


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{check: magic, column: a}", "no check “magic”"),
        ("{check: required, column: zz}", "no column “zz”"),
        ("{check: required, column: a, colour: red}", "no key “colour”"),
        ("{check: range, column: a}", "needs min or max"),
        ("{check: range, column: a, min: x}", "must be a number"),
        ("{check: range, column: a, min: .nan}", "must be a number"),
        ("{check: codes, column: a}", "must list"),
        ("{check: check_digit, column: a}", "must be one of"),
        ("{check: not_before, column: a}", "no column “”"),
        ("{check: format, column: a, pattern: '('}", "needs a pattern"),
        ("{check: format, column: a, pattern: '(?=x)x'}", "look-around"),
        ("{check: format, column: a, pattern: '(?P<x>a)(?P=x)'}", "back references"),
        ("{check: format, column: a, pattern: 'a*+'}", "needs a pattern"),
        ("{check: format, column: a, pattern: 'a{1,2000}'}", "needs a pattern"),
        ("7", "should be a list"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_said(tmp_path: Path, entry: str, says: str) -> None:
    path = write(tmp_path, "r.yaml", f"rules:\n- {entry}\n")
    with pytest.raises(BadInput, match=says):
        conformance.read_rules(path, file="r.yaml", columns=("a",))


def test_a_format_of_thousands_of_signs_is_counted_beside_its_pattern(tmp_path: Path) -> None:
    path = write(tmp_path, "r.yaml", "rules:\n- {check: format, column: a, format: an..4000}\n")
    (rule,) = conformance.read_rules(path, file="r.yaml", columns=("a",))
    assert (rule.pattern, rule.low, rule.high) == (".+", 1, 4_000)


def test_a_delivery_is_loaded_with_a_sample(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "a,b\n1,x\n2,\n")
    delivery = conformance.load(path, tmp_path)
    assert delivery.columns == ("a", "b")
    assert list(delivery.sample["a"]) == ["1", "2"]
    assert "1" not in repr(delivery).replace(str(tmp_path), "")
