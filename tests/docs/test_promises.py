"""What the pages promise comes true: their code runs, and the published schemas hold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from shixiao.checkup import Question, evaluate, result_json
from shixiao.cli.deadline import deadline
from shixiao.effect import Comparison
from shixiao.effect.fieldtests import protocols, read_protocol
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.terms import Text

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs/tutorials/first-evaluation.md"


def code(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def schema(name: str) -> dict[str, Any]:
    path = ROOT / f"src/shixiao/cli/schemas/{name}.schema.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def result_of(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run the tutorial's script in ``folder`` and evaluate the log it writes."""
    monkeypatch.chdir(folder)
    exec(compile(script, "permits.py", "exec"), {})  # noqa: S102 - our own documentation
    question = Question(
        paths=(folder / "permits.csv",),
        comparison=Comparison.parse("channel=online:counter"),
        calendar="cn",
    )
    settings = Settings.from_environment({"SHIXIAO_STORE": str(folder / "store")})
    return result_json(evaluate(question, settings=settings, progress=lambda text: None))


def test_the_tutorial_ends_as_it_says_and_its_result_keeps_the_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, _ = code(TUTORIAL, "python")
    result = result_of(script, tmp_path, monkeypatch)
    jsonschema.Draft202012Validator(schema("result")).validate(result)
    (verdict,) = result["verdicts"]
    assert verdict["verdict"] == "mechanical_copy"
    assert (result["process"]["cases"], result["process"]["events"]) == (600, 3000)
    promised = ("alike", "No known burden fell clearly", "2 visits a case", "rose clearly")
    for ground, words in zip(verdict["grounds"], promised, strict=True):
        assert words in ground["en"]


def test_the_change_that_the_tutorial_proposes_leaves_one_lighter_burden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, line = code(TUTORIAL, "python")
    name = line.split(":")[0]
    changed = re.sub(rf"^{re.escape(name)}:.*\n", line, script, flags=re.MULTILINE)
    assert changed != script
    (verdict,) = result_of(changed, tmp_path, monkeypatch)["verdicts"]
    assert verdict["verdict"] == "insufficient_evidence"
    assert [g["en"] for g in verdict["grounds"] if "fell clearly" in g["en"]] != []


def test_a_result_without_an_interval_status_breaks_the_schema() -> None:
    estimate = {"value": None, "low": None, "high": None, "level": 0.95, "n": 3, "reason": None}
    checked = {**schema("result"), "$ref": "#/$defs/estimate"}
    for key in ("$id", "type", "required", "properties"):
        checked.pop(key)
    validator = jsonschema.Draft202012Validator(checked)
    few = {"zh": "件数太少", "en": "too few"}
    assert validator.is_valid({**estimate, "status": "insufficient", "reason": few})
    assert not validator.is_valid({**estimate, "status": "insufficient"})
    assert not validator.is_valid({**estimate, "status": "ok"})
    assert not validator.is_valid(estimate)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "2026-02-12", "--working-days", "10"],
        ["--from", "2027-02-12", "--days", "30", "--suspend", "2027-02-14:2027-02-16:停电"],
    ],
)
def test_an_answer_about_a_deadline_keeps_the_schema(arguments: list[str]) -> None:
    answer = CliRunner().invoke(deadline, [*arguments, "--json"])
    jsonschema.Draft202012Validator(schema("deadline")).validate(json.loads(answer.stdout))


def test_the_rules_page_shows_a_pack_that_loads(tmp_path: Path) -> None:
    (overlay,) = code(ROOT / "docs/how-to/calendar-and-rules.md", "yaml")
    (tmp_path / "yunze.yaml").write_text(overlay, encoding="utf-8")
    pack = load_pack("cn-2026", tmp_path / "yunze.yaml")
    assert pack.number("E-01") == 100
    assert pack.hash != load_pack().hash


def test_the_protocol_in_the_how_to_is_one() -> None:
    (text,) = code(ROOT / "docs/how-to/field-tests.md", "yaml")
    assert next(iter(read_protocol(text.encode(), "x").all_questions)) == "done"


def test_the_page_of_protocols_has_every_question_in_both_languages() -> None:
    page = (ROOT / "docs/reference/protocols.md").read_text(encoding="utf-8")
    for protocol in protocols().values():
        assert protocol.sha256 in page
        for question in protocol.all_questions.values():
            wordings: list[Text] = [question.ask, *question.by_mode.values()]
            assert all(text.zh in page and text.en in page for text in wordings)
