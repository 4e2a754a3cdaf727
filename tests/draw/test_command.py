"""``shixiao draw`` at the keyboard: the answer, its files, and the way from freezing to checks."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from shixiao.cli import cli
from shixiao.terms import BadInput

SCHEMAS = Path(__file__).parents[2] / "docs/reference/schemas"
POOL = "id,gender,age\n" + "".join(
    f"p{n:02d},{'女' if n % 3 else '男'},{'老' if n % 2 else '青'}\n" for n in range(24)
)
QUOTAS = "category,feature,min,max\ngender,女,3,4\ngender,男,2,3\nage,老,3,3\nage,青,3,3\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHIXIAO_LANGUAGE", "en")
    (tmp_path / "pool.csv").write_text(POOL, "utf-8")
    (tmp_path / "quotas.csv").write_text(QUOTAS, "utf-8")
    (tmp_path / "out.csv").write_text("id,reason\np03,tied\n", "utf-8")
    (tmp_path / "salt").write_text("0123456789abcdef\n", "utf-8")
    return tmp_path


def run(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(cli, ["draw", *arguments], standalone_mode=False)
    if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def answer(*arguments: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json", code=code).stdout)
    return found


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}-1.schema.json").read_text("utf-8"))


DRAW = ("pool.csv", "--quotas", "quotas.csv", "--size", "6", "--seed", "ab", "--quiet")


def test_the_answer_is_that_of_the_contract_and_of_the_published_schemas(folder: Path) -> None:
    found = answer(*DRAW, "--exclude", "out.csv", "--replacements", "3")
    assert {"algorithm", "p_min", "panel", "replacements", "transcript", "excluded"} <= set(found)
    assert found["algorithm"] == "leximin"
    assert len(found["panel"]) == 6
    assert len(found["replacements"]) == 3
    assert found["excluded"] == [{"id": "p03", "reason": "tied"}]
    data = (folder / found["transcript"]).read_bytes()
    record = json.loads(data)
    assert found["transcript"] == f"draw-{sha256(data).hexdigest()[:12]}.json"
    jsonschema.validate(found, schema("draw"))
    jsonschema.validate(record, schema("draw-transcript"))


@pytest.mark.usefixtures("folder")
def test_the_same_call_gives_the_same_answer_and_options_may_come_first() -> None:
    first = answer(*DRAW)
    assert answer(*DRAW[1:], "pool.csv") == first
    assert answer("take", *DRAW) == first


@pytest.mark.usefixtures("folder")
def test_from_freezing_over_the_draw_to_the_check() -> None:
    described = DRAW[:5]
    frozen = answer("freeze", *described, "--quiet")
    seed = ("--announced", "3D 512", "--ledger-head", "00ff")
    drawn = answer("pool.csv", "--frozen", frozen["frozen"], *seed, "--quiet")
    assert drawn["root"] == frozen["root"]
    assert drawn["panel"] == answer(*described, *seed, "--quiet")["panel"]
    checked = answer("verify", drawn["transcript"])
    assert checked["valid"]
    assert checked["why"] is None
    assert checked["panel"] == drawn["panel"]
    jsonschema.validate(checked, schema("draw"))


def test_a_record_that_was_altered_is_told_with_exit_code_1(folder: Path) -> None:
    path = folder / answer(*DRAW)["transcript"]
    record = json.loads(path.read_text("utf-8"))
    record["panel"].reverse()
    path.write_text(json.dumps(record), "utf-8")
    checked = answer("verify", path.name, code=1)
    assert not checked["valid"]
    assert "not the one that the seed draws" in checked["why"]["en"]
    assert run("verify", path.name, code=1).stdout.startswith("Not valid: ")
    with pytest.raises(BadInput, match="not the one that the seed draws"):
        run("replace", path.name, "--withdrawn", "p01", "--reason", "ill")


def test_with_a_salt_the_record_names_nobody_and_the_answer_does(folder: Path) -> None:
    found = answer(*DRAW, "--salt-file", "salt", "--exclude", "out.csv")
    record = (folder / found["transcript"]).read_text("utf-8")
    assert found["panel"][0].startswith("p")
    assert found["excluded"] == [{"id": "p03", "reason": "tied"}]
    assert not re.search(r'"p\d\d"', record)
    assert answer("verify", found["transcript"])["valid"]
    frozen = answer("freeze", *DRAW[:5], "--salt-file", "salt", "--exclude", "out.csv")["frozen"]
    again = answer("pool.csv", "--frozen", frozen, "--seed", "ab", "--salt-file", "salt", "--quiet")
    assert again == found


def test_a_sealed_draw_shows_nothing_until_it_is_opened(folder: Path) -> None:
    found = answer(*DRAW, "--sealed", "--nonce", "ab" * 32)
    jsonschema.validate(found, schema("draw"))
    assert found["panel"] == []
    commitment = (folder / found["commitment_file"]).read_text("utf-8")
    assert "p0" not in commitment
    for given in (found["commitment_file"], found["commitment"]):
        opened = answer("verify", found["opening_file"], "--commitment", given)
        assert opened["valid"]
        assert len(opened["panel"]) == 6
    wrong = answer("verify", found["opening_file"], "--commitment", "00" * 32, code=1)
    assert "not what was committed to" in wrong["why"]["en"]
    with pytest.raises(BadInput, match="give the commitment"):
        run("verify", found["opening_file"])


@pytest.mark.usefixtures("folder")
def test_who_withdraws_is_replaced_in_a_new_record() -> None:
    found = answer(*DRAW, "--replacements", "6", "--salt-file", "salt")
    leaving = found["panel"][2]
    more = ("--withdrawn", leaving, "--reason", "ill", "--salt-file", "salt")
    amended = answer("replace", found["transcript"], *more)
    assert amended["transcript"] != found["transcript"]
    checked = answer("verify", amended["transcript"])
    assert checked["valid"]
    assert checked["panel"][2] == amended["replaced_by"]
    assert any("withdrew (ill)" in note["en"] for note in checked["notes"])


@pytest.mark.usefixtures("folder")
def test_a_redraw_needs_a_reason_and_carries_it() -> None:
    first = answer(*DRAW)["transcript"]
    with pytest.raises(BadInput, match="both together"):
        run(*DRAW, "--redraw-of", first)
    again = answer(*DRAW, "--redraw-of", first, "--reason", "the pool was not whole")
    checked = answer("verify", again["transcript"])
    assert checked["reason"] == "the pool was not whole"
    assert "This is a redraw" in run("verify", again["transcript"], "--quiet").stdout


def test_a_record_is_not_written_over(folder: Path) -> None:
    run(*DRAW, "--out", "record.json")
    run(*DRAW, "--out", "record.json")
    with pytest.raises(BadInput, match="not written over"):
        run(*DRAW[:5], "--seed", "cd", "--out", "record.json")
    assert not list(folder.glob(".writing-*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pool.csv", "--size", "3"), "give the seed with --seed"),
        (("pool.csv", "--size", "3", "--seed", "a", "--announced", "x"), "give the seed"),
        (("pool.csv", "--size", "3", "--announced", "x"), "give the seed"),
        (("pool.csv", "--size", "3", "--announced", " ", "--ledger-head", "a"), "must not be"),
        (("pool.csv", "--seed", "a"), "say with --size"),
        (("pool.csv", "--size", "3", "--seed", "a", "--floor", "0.1"), "goes with --weights"),
        (("pool.csv", "--size", "3", "--seed", "a", "--salt-file", "none"), "cannot be read"),
        (("pool.csv", "--size", "3", "--seed", "a", "--frozen", "x.json"), "are fixed"),
        (("pool.csv", "--seed", "a", "--frozen", "none.json"), "there is no such file"),
        (("pool.csv", "--seed", "a", "--frozen", "quotas.csv"), "cannot be read"),
        (("pool.csv", "--size", "3", "--seed", "a", "--out", "pool.csv"), "not written over"),
        (("verify", "none.json"), "there is no such file"),
        (("verify", "pool.csv"), "cannot be read"),
        (("verify", "empty.json"), "another version"),
        (("verify", "empty.json", "--commitment", "00"), "goes with the opening"),
    ],
)
def test_what_is_wrong_is_told(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    (folder / "empty.json").write_text("{}", "utf-8")
    with pytest.raises(BadInput, match=said) as caught:
        run(*arguments, "--quiet")
    assert re.search(r"[一-鿿]", caught.value.in_language("zh"))


def test_a_frozen_pool_is_drawn_from_with_its_own_people_alone(folder: Path) -> None:
    frozen = answer("freeze", *DRAW[:5])["frozen"]
    (folder / "pool.csv").write_text(POOL + "p99,女,老\n", "utf-8")
    with pytest.raises(BadInput, match="0 are missing and 1 are new"):
        run("pool.csv", "--frozen", frozen, "--seed", "ab", "--quiet")
    altered = json.loads((folder / frozen).read_text("utf-8"))
    altered["frozen"]["size"] = 5
    (folder / frozen).write_text(json.dumps(altered), "utf-8")
    with pytest.raises(BadInput, match="does not fit its root"):
        run("pool.csv", "--frozen", frozen, "--seed", "ab", "--quiet")


@pytest.mark.usefixtures("folder")
def test_words_are_there_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    said = run(*DRAW, "--exclude", "out.csv", "--replacements", "2").stdout
    assert "Drawn: 6 (leximin; smallest probability" in said
    assert "Excluded p03: tied" in said
    frozen = run("freeze", *DRAW[:5], "--quiet").stdout
    assert "Publish the root: " in frozen
    monkeypatch.setenv("SHIXIAO_LANGUAGE", "zh")
    said = run(*DRAW, "--replacements", "2").stdout
    assert "抽中 6 个" in said
    assert "候补" in said
    assert "已抽签并封存" in run(*DRAW, "--sealed").stdout


def test_the_script_is_printed_as_it_is() -> None:
    from shixiao.draw import VERIFIER

    assert run("script").stdout == VERIFIER
