"""``shixiao ledger verify``: its exit codes, its JSON, its sentences."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shixiao.cli import main
from shixiao.ledger import Leaf, LogFolder, commit
from tests.ledger.cast import KEY, WITNESS, numbered, write
from tests.ledger.test_leaf import OPENED
from tests.ledger.test_store import cosigned, damaged

SCHEMA = json.loads(files("shixiao.ledger").joinpath("data/answer.schema.json").read_text("utf-8"))
VKEY, WITNESS_VKEY = KEY.log_key.vkey, WITNESS.witness_key.vkey


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = write(tmp_path / "log", [OPENED.to_bytes(), *numbered(300, 1)])
    (path / "checkpoint").write_bytes(cosigned(path, 1_772_442_600))
    return path


class Ran:
    """What a run of the command did."""

    def __init__(
        self,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        *arguments: object,
        language: str = "en",
    ) -> None:
        monkeypatch.setenv("SHIXIAO_LANGUAGE", language)
        command = ["shixiao", "ledger", "verify", *map(str, arguments)]
        monkeypatch.setattr("sys.argv", command)
        with pytest.raises(SystemExit) as leaving:
            main()
        said = capsys.readouterr()
        self.code, self.out, self.err = leaving.value.code, said.out, said.err

    @property
    def json(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.out)
        jsonschema.Draft202012Validator(SCHEMA).validate(answer)
        return answer


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda *arguments, **more: Ran(capsys, monkeypatch, *arguments, **more)


def test_a_whole_log_answers_yes(run: Any, log: Path) -> None:
    ran = run(log, "--key", VKEY, "--witness", WITNESS_VKEY, "--json")
    assert ran.code == 0
    assert (ran.json["valid"], ran.json["size"], ran.json["why"]) == (True, 301, None)
    assert ran.json["root"] == LogFolder(log).note().text.split("\n")[2]
    assert ran.json["witnesses"][0]["size"] == 301
    assert "Checking every entry" in ran.err
    (log / "tile/0/note.txt").write_text("hello", "utf-8")
    said = run(log, "--key", VKEY, "--witness", WITNESS_VKEY, "--quiet").out.splitlines()
    assert said == [
        "Valid: log ledger.example, size 301, every entry fits the signature.",
        "  auditor.example witnessed the first 301 entries at 2026-03-02T09:10:00Z.",
        "  Note: Files that do not belong to the log: 1, such as tile/0/note.txt. "
        "They may be moved away.",
    ]


def test_a_touched_log_answers_no_and_says_where(run: Any, log: Path) -> None:
    damaged(log, "tile/entries/000", lambda data: data.replace(b"entry 77", b"entry 78"))
    ran = run(log, "--key", VKEY, "--json")
    assert ran.code == 1
    assert ran.json["valid"] is False
    assert ran.json["faults"][0]["file"] == "tile/entries/000"
    assert ran.json["faults"][0]["entry"] == 77
    assert ran.json["why"]["en"].startswith("tile/entries/000, entry 77: The entry was changed")
    said = run(log, "--key", VKEY, "--quiet", language="zh")
    assert said.code == 1
    assert said.out.startswith("不通过。\n  · tile/entries/000，第 77 号条目：条目被改动")


def test_a_receipt_answers_alone_and_shows_its_entry(run: Any, log: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.tlog-proof"
    file.write_bytes(LogFolder(log).now().receipt(0).to_bytes())
    ran = run(file, "--key", VKEY, "--witness", WITNESS_VKEY, "--json")
    assert ran.code == 0
    assert ran.json["index"] == 0
    assert Leaf.from_bytes(ran.json["entry"].encode()).event == "case.opened"
    assert "entry 0 stands in it" in run(file, "--key", VKEY).out
    file.write_bytes(file.read_bytes().replace(b"index 0", b"index 1"))
    ran = run(file, "--key", VKEY, "--json")
    assert (ran.code, ran.json["valid"], ran.json["entry"]) == (1, False, None)


def test_what_the_reader_kept_is_compared(run: Any, log: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes((log / "checkpoint").read_bytes())
    (tmp_path / "r").write_bytes(LogFolder(log).now().receipt(0).to_bytes())
    given = ["--key", VKEY, "--since", tmp_path / "kept", "--receipt", tmp_path / "r", "--json"]
    assert run(log, *given).code == 0
    fork = write(tmp_path / "fork", numbered(400))
    ran = run(fork, *given)
    assert ran.code == 1
    assert {fault["fault"] for fault in ran.json["faults"]} == {"forked", "receipt_elsewhere"}


def test_a_hostile_entry_does_not_speak_to_the_terminal(run: Any, tmp_path: Path) -> None:
    log = write(tmp_path / "log", [b"\x1b]0;title\x07\x9b31m\xff"])
    file = tmp_path / "r.tlog-proof"
    file.write_bytes(LogFolder(log).now().receipt(0).to_bytes())
    assert "\x1b" not in run(file, "--key", VKEY).out
    assert run(file, "--key", VKEY, "--json").code == 0


def test_bad_input_is_one_sentence(run: Any, log: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello", "utf-8")
    (tmp_path / "r").write_bytes(LogFolder(log).now().receipt(0).to_bytes())
    for arguments, words in (
        ([tmp_path / "nothing", "--key", VKEY], "no such file"),
        ([log], "--key"),
        ([log, "--key", "rubbish"], "no public key"),
        ([log, "--key", WITNESS_VKEY], "--witness"),
        ([log, "--key", VKEY, "--witness", VKEY], "--key"),
        ([log, "--key", VKEY, "--since", tmp_path / "text", "--quiet"], "text: "),
        ([log, "--key", VKEY, "--since", tmp_path / "nothing"], "nothing: "),
        ([tmp_path / "r", "--key", VKEY, "--since", tmp_path / "text"], "folder of a log"),
    ):
        ran = run(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert len(ran.err.strip().splitlines()) == 1
        assert words in ran.err
        assert str(tmp_path) not in ran.err


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_commitment_in_a_receipt_opens_for_whoever_has_the_salt() -> None:
    sealed = Leaf.from_bytes(OPENED.to_bytes()).sealed["actor"]
    assert sealed == commit("李", salt=bytes(range(32)))
