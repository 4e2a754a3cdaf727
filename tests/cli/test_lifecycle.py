"""``shixiao sharing lifecycle``: what a plan names is looked at; a gap is exit code 1."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from shixiao.cli import cli
from shixiao.terms import BadInput

PLAN = """\
dataset: D1
grade: general_1
responsible: {collect: 数据处, transport: 信息中心, exchange: 数据处, destroy: 档案室}
evidence:
%s
"""
CONTROLS = ("collect.lawful", "collect.not_again", "transport.tls", "exchange.granted")


def plan(folder: Path, *controls: str) -> Path:
    path, today = folder / "plan.yaml", datetime.now(UTC).date()
    lines = (f"- {{control: {c}, day: {today}, passed: true, said: 已核验}}" for c in controls)
    path.write_text(PLAN % "\n".join(lines), "utf-8")
    return path


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["sharing", "lifecycle", *arguments])
    return done.exit_code, done.stdout


def test_a_gap_is_exit_code_1_and_none_is_0(tmp_path: Path) -> None:
    code, said = run(str(plan(tmp_path, *CONTROLS)))
    assert code == 1
    assert "[没有证据] 销毁：保存期限已定，到期副本已销毁" in said
    code, said = run(str(plan(tmp_path, *CONTROLS, "destroy.retention")))
    assert (code, said.splitlines()[-1]) == (0, "0 处缺口")


def test_the_answer_keeps_to_its_schema(tmp_path: Path) -> None:
    code, said = run(str(plan(tmp_path, *CONTROLS)), "--json")
    answer = json.loads(said)
    schema = json.loads((files("shixiao.cli") / "schemas/lifecycle.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(answer)
    assert (code, answer["gaps"]) == (1, 1)


@pytest.mark.parametrize("text", ["", "grade: core", "dataset: ["])
def test_a_wrong_plan_is_bad_input_with_its_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text, "utf-8")
    done = CliRunner().invoke(cli, ["sharing", "lifecycle", str(path)], standalone_mode=False)
    assert isinstance(done.exception, BadInput)
    assert done.exception.file == "plan.yaml"
