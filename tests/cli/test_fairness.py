"""``shixiao fairness``: answers keep to their schema, and bad input is one sentence."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from shixiao.cli import cli
from shixiao.terms import BadInput
from tests.fairness.drawn import FAIRNESS, published

HEAD = ["id", "sex", "region", "sel", "y", "arm", "advice", "appealed", "upheld", "days", "ts"]


def log(path: Path, *, blind: bool = False) -> Path:
    """Write 2,000 decisions; women are selected twice as often; ``blind`` as a risk system."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEAD)
        for n in range(2_000):
            sex = "女" if n % 2 else "男"
            arm = "random" if n % 5 == 0 else "algorithm"
            selected = int(n // 2 % 10 < (4 if sex == "女" else 2))
            true = int(n % 7 == 0)
            known = not blind or arm == "random" or selected
            month = f"2026-0{1 + n % 3}-05"
            row = [n, sex, f"r{n % 3}", selected, true if known else "", arm, selected]
            lines.writerow([*row, int(n % 11 == 0), int(n % 22 == 0), n % 17, month])
    return path


def run(*arguments: str) -> Any:
    return CliRunner().invoke(
        cli, ["fairness", *arguments, "--quiet"], standalone_mode=False, catch_exceptions=True
    )


def answered(*arguments: str, schema: str = "fairness-audit") -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.exception is None, done.exception
    answer = json.loads(done.stdout)
    text = (files("shixiao.cli") / f"schemas/{schema}.schema.json").read_text("utf-8")
    Draft202012Validator(json.loads(text)).validate(answer)
    return dict(answer)


COLUMNS = ("--selected", "sel", "--outcome", "y", "--groups", "sex")


def test_a_log_is_audited_as_the_contract_says(tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv")
    answer = answered("audit", str(path), *COLUMNS)
    assert (answer["identifiable"], answer["why_not"]) == (True, None)
    women = next(cell for cell in answer["cells"] if cell["group"] == {"sex": "女"})
    assert women["n"] == sum(women[k] for k in ("tp", "fp", "fn", "tn")) == 1000
    assert women["rates"]["selection"]["value"] == pytest.approx(0.4)
    (selection,) = [d for d in answer["disparities"] if d["measure"] == "selection"]
    assert selection["ratio"]["value"] == pytest.approx(
        2.0 if selection["group"] == {"sex": "女"} else 0.5
    )
    assert selection["p_adjusted"] < 0.05
    assert {f["measure"] for f in answer["findings"]} >= {"selection"}


def test_everything_a_log_can_hold_is_looked_at(tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv")
    more = ("--recommended", "advice", "--appealed", "appealed", "--upheld", "upheld")
    more += ("--days", "days", "--time", "ts", "--id", "id", "--within", "region", "--arm", "arm")
    answer = answered("audit", str(path), *COLUMNS, *more, "--by", "region")
    assert {r["metric"] for r in answer["results"]} == {
        "label_bias",
        "missingness",
        "equal_burden",
        "days",
        "drift",
        "conditional_parity",
    }
    assert [part["value"] for part in answer["by"]["parts"]] == ["r0", "r1", "r2"]
    assert "override" in {f["measure"] for f in answer["findings"]}  # nobody departs from advice
    assert answer["random"] == "random"
    assert answer["margins"][0]["of_errors"] == 400


def test_versions_of_a_system_are_audited_apart(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("version,sex,s\nv1,F,1\nv1,M,0\nv2,F,0\n", "utf-8")
    answer = answered("audit", str(path), "--selected", "s", "--groups", "sex", "--by", "version")
    parts = {part["value"]: part["margins"][0]["n"] for part in answer["by"]["parts"]}
    assert parts == {"v1": 2, "v2": 1}


def test_a_risk_system_without_a_random_arm_gets_no_error_rates(tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv", blind=True)
    answer = answered("audit", str(path), *COLUMNS)
    assert answer["identifiable"] is False
    assert "at random" in answer["why_not"]["en"]
    rates = answer["cells"][0]["rates"]
    assert {rates[name]["status"] for name in ("tpr", "fpr", "fnr")} == {"not_assessable"}
    assert rates["selection"]["status"] == rates["ppv"]["status"] == "ok"
    assert not [d for d in answer["disparities"] if d["measure"] in ("tpr", "fpr", "fnr")]
    assert answered("audit", str(path), *COLUMNS, "--arm", "arm", "--random", "random")[
        "identifiable"
    ]


def test_counts_that_an_audit_wrote_give_the_same_audit(tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv")
    whole = answered("audit", str(path), *COLUMNS, "--out", str(tmp_path / "out"))
    again = answered("audit", str(tmp_path / "out" / "counts.csv"), "--groups", "sex")
    for key in ("cells", "disparities", "identifiable"):
        assert again[key] == whole[key]


def test_the_report_shows_every_group_in_both_languages_and_no_value_runs_as_markup(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log.csv"
    rows = [f"<b>{'x' * (n % 2)}</b>,{int(n % 3 == 0)}" for n in range(400)]
    path.write_text("group,s\n" + "\n".join(rows) + "\n", "utf-8")
    asked = ("--selected", "s", "--groups", "group", "--out", str(tmp_path / "out"))
    answered("audit", str(path), *asked)
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "<b>x</b>" not in page
    assert page.count("&lt;b&gt;x&lt;/b&gt;") >= 2
    for said in ("每 100 人中，被选中几人", "Of every 100 people, how many are selected"):
        assert said in page
    assert "没有结果列" in page  # why there are no error rates stands on top
    assert page.count("<svg") == 4  # wide and narrow, in two languages


def test_the_model_card_can_be_read_by_a_hub_and_tells_no_count_of_few(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = ["sex,region,s,y"]
    for n in range(1_200):
        region = "小岛" if n < 15 else ("东区" if n % 2 else "西区")
        lines.append(f"{'女' if n % 3 else '男'},{region},{int(n % 5 == 0)},{int(n % 7 == 0)}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    out = tmp_path / "out"
    asked = ("--selected", "s", "--outcome", "y", "--groups", "sex,region", "--out", str(out))
    answered("audit", str(path), *asked)
    _, head, body = (out / "model-card.md").read_text("utf-8").split("---\n", 2)
    metrics = yaml.safe_load(head)["model-index"][0]["results"][0]["metrics"]
    everybody = {m["type"]: m for m in metrics if not m["args"]["group"]}
    assert everybody["selection"]["value"] == pytest.approx(0.2)
    assert everybody["selection"]["args"]["n"] == 1_200
    for one in metrics:
        seen = round(one["value"] * one["args"]["n"])
        assert all(count == 0 or count >= 11 for count in (seen, one["args"]["n"] - seen))
    told = [m["args"]["group"].get("region") for m in metrics if m["type"] == "selection"]
    assert "小岛" not in told  # 3 of the 15 are selected
    assert "不公布 |" in body
    assert "withheld |" in body


def test_a_column_of_very_many_values_is_left_out_of_the_card_and_the_rest_is_written(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log.csv"
    rows = [
        f"窗口{n % 700},{'女' if n % 3 else '男'},{int(n % 5 == 0)},{int(n % 7 == 0)}"
        for n in range(7_000)
    ]
    path.write_text("office,sex,s,y\n" + "\n".join(rows) + "\n", "utf-8")
    out = tmp_path / "out"
    asked = ("--selected", "s", "--outcome", "y", "--groups", "office,sex", "--out", str(out))
    answered("audit", str(path), *asked)
    card = (out / "model-card.md").read_text("utf-8")
    assert "“office”的取值太多" in card
    assert "“office” has too many values" in card
    assert "窗口1" not in card
    assert "sex 女 | " in card
    assert (out / "report.html").is_file()


@pytest.mark.shared_data
def test_the_published_table_of_compas_comes_out_of_its_file(tmp_path: Path) -> None:
    more = (
        "--selected",
        "score_text",
        "--selected-is",
        "High,Medium",
        "--outcome",
        "two_year_recid",
    )
    path = FAIRNESS / "compas-scores-two-years.csv"
    answer = answered("audit", str(path), *more, "--groups", "race")
    counts = {
        c["group"]["race"]: {k: c[k] for k in ("tp", "fp", "fn", "tn")} for c in answer["cells"]
    }
    everybody = {k: answer["margins"][0][k] for k in ("tp", "fp", "fn", "tn")}
    assert counts | {"ALL": everybody} == published()["compas_two_year_recid_MedHigh"]
    rates = answer["margins"][0]["rates"]
    assert [round(100 * rates[k]["value"], 2) for k in ("fpr", "fnr")] == [32.35, 37.40]


def test_people_read_the_answer_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = log(tmp_path / "log.csv", blind=True)
    said = run("audit", str(path), *COLUMNS).stdout
    assert said.splitlines()[0].startswith("2000 件决定，2 个组")
    assert "随机抽查" in said
    monkeypatch.setenv("SHIXIAO_LANGUAGE", "en")
    assert run("audit", str(path), *COLUMNS).stdout.startswith("2000 decisions, 2 groups")


def test_a_sample_is_planned(tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv", blind=True)
    plan = answered(
        "plan",
        str(path),
        *COLUMNS,
        "--half-width",
        "0.2",
        "--prevalence",
        "0.5",
        schema="fairness-plan",
    )
    assert [g["needed"] for g in plan["groups"]] == [42, 42]  # Wilson at one half: 21 of each kind
    assert (plan["simple"], plan["stratified"]) == (84, 84)
    assert (
        "84"
        in run("plan", str(path), *COLUMNS, "--half-width", "0.2", "--prevalence", "0.5").stdout
    )


WRONG = [
    (("--selected", "sel"), "a,sel\n1,1\n", "--groups which columns", None, None),
    (("--groups", "a"), "a,sel\n1,1\n", "--selected which column", None, None),
    (("--selected", "sel", "--groups", "b"), "a,sel\n1,1\n", "no such column", None, "b"),
    (("--selected", "sel", "--groups", "a"), "a,sel\n1,1\n2,maybe\n", "neither 0/1", 2, "sel"),
    (
        ("--selected", "sel", "--groups", "a", "--id", "a"),
        "a,sel\n1,1\n1,0\n",
        "2 times",
        None,
        "a",
    ),
    (
        ("--selected", "sel", "--groups", "a", "--reference", "a"),
        "a,sel\n1,1\n",
        "COLUMN=VALUE",
        None,
        None,
    ),
    (
        ("--selected", "sel", "--groups", "a", "--reference", "a=9"),
        "a,sel\n1,1\n",
        "no value of",
        None,
        None,
    ),
    (
        ("--selected", "sel", "--groups", "a", "--days", "d"),
        "a,sel,d\n1,1,3\n1,0,-2\n",
        "from 0",
        2,
        "d",
    ),
    (("--groups", "a"), "a,tp,fp,fn,tn\nx,1,2,3,4\ny,1,-2,3,4\n", "is no count", 2, "fp"),
    (("--groups", "a"), "a,n,selected\nx,1,2\n", "contradict", 1, None),
    (("--selected", "s", "--groups", "arm"), "arm,s\nx,1\n", "with --by", None, "arm"),
    (("--selected", "s", "--groups", "a"), "a,s,s\nx,1,0\n", "two columns have", None, "s"),
]


@pytest.mark.parametrize(("options", "text", "said", "row", "column"), WRONG)
def test_bad_input_is_told_with_its_place(
    tmp_path: Path,
    options: tuple[str, ...],
    text: str,
    said: str,
    row: int | None,
    column: str | None,
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(text, "utf-8")
    error = run("audit", str(path), *options).exception
    assert isinstance(error, BadInput), error
    assert said in error.text.en
    assert (error.row, error.column) == (row, column)
