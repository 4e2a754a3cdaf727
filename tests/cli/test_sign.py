"""``shixiao sign``: keys, signatures and answers on files, with the exit codes of the contract."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from shixiao.cli.sign import sign
from shixiao.seals import SigningKey
from shixiao.terms import BadInput
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "src/shixiao/cli/schemas/sign.schema.json").read_text("utf-8"))
SHEET = {"schema": "shixiao/score-sheet/1", "item": "I-1", "answers": []}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHIXIAO_LANGUAGE", "en")
    Path("sheet.json").write_text(json.dumps(SHEET, indent=1), encoding="utf-8")
    return tmp_path


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(sign, arguments, input=given)


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, BadInput), result.output
    return result.exception.in_language("en")


def answer(*arguments: str, code: int = 0) -> dict:
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    found = json.loads(result.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return dict(found)


def test_a_key_is_made_a_sheet_signed_and_the_signature_checked(folder: Path) -> None:
    key = answer("new-key", "me.pem")
    assert stat.S_IMODE((folder / "me.pem").stat().st_mode) == 0o600
    signed = run("sheet.json", "--key", "me.pem")
    assert signed.exit_code == 0
    assert key["fingerprint"] in signed.stdout
    found = answer("verify", "sheet.json", "--public", key["public_key"])
    assert (found["valid"], found["why"]) == (True, None)
    record = json.loads((folder / "sheet.sig.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(record)


def test_the_signature_is_printed_as_json_and_no_file_is_written(folder: Path) -> None:
    run("new-key", "me.pem")
    record = answer("--key", "me.pem", "sheet.json")
    assert record["document_schema"] == "shixiao/score-sheet/1"
    assert not (folder / "sheet.sig.json").exists()


def test_the_public_key_may_be_a_file(folder: Path) -> None:
    run("new-key", "me.pem")
    run("sheet.json", "--key", "me.pem", "--out", "other.json")
    public = SigningKey.parse((folder / "me.pem").read_bytes()).public
    (folder / "me.pub").write_text(public.pem, encoding="utf-8")
    more = ("--public", "me.pub", "--signature", "other.json")
    assert answer("verify", "sheet.json", *more)["valid"] is True
    assert answer("verify", "sheet.json", "--public", public.pem, *more[2:])["valid"] is True


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_changed_sheet_is_noticed_and_said_so(
    folder: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIXIAO_LANGUAGE", language)
    key = answer("new-key", "me.pem")["public_key"]
    run("sheet.json", "--key", "me.pem")
    (folder / "sheet.json").write_text(json.dumps({**SHEET, "item": "I-2"}), encoding="utf-8")
    result = run("verify", "sheet.json", "--public", key)
    assert result.exit_code == 1
    assert {"zh": "它被改动过", "en": "it was changed"}[language] in result.stdout
    found = answer("verify", "sheet.json", "--public", key, code=1)
    assert found["valid"] is False


def test_the_key_of_another_is_named(folder: Path) -> None:
    mine, other = answer("new-key", "me.pem"), answer("new-key", "other.pem")
    run("sheet.json", "--key", "me.pem")
    found = answer("verify", "sheet.json", "--public", other["public_key"], code=1)
    assert mine["fingerprint"] in found["why"]["en"]


def test_a_record_that_claims_another_key_proves_nothing(folder: Path) -> None:
    mine, other = answer("new-key", "me.pem"), answer("new-key", "other.pem")
    run("sheet.json", "--key", "me.pem")
    path = folder / "sheet.sig.json"
    record = {**json.loads(path.read_text("utf-8")), **other}
    record.pop("file")
    path.write_text(json.dumps(record), encoding="utf-8")
    found = answer("verify", "sheet.json", "--public", other["public_key"], code=1)
    assert found["why"]["en"] == "The signature is not valid."
    assert answer("verify", "sheet.json", "--public", mine["public_key"])["valid"] is True


def test_a_passphrase_is_asked_for_or_read_from_a_file(folder: Path) -> None:
    made = run("new-key", "me.pem", "--passphrase", given="secret\nsecret\n")
    assert made.exit_code == 0
    assert b"ENCRYPTED" in (folder / "me.pem").read_bytes()
    assert run("sheet.json", "--key", "me.pem", given="secret\n").exit_code == 0
    (folder / "word").write_text("secret\n", encoding="utf-8")
    more = ("--key", "me.pem", "--passphrase-file", "word", "--out", "b.json")
    assert run("sheet.json", *more).exit_code == 0
    (folder / "word").write_text("wrong\n", encoding="utf-8")
    assert "passphrase is wrong" in refused("sheet.json", *more[:4], "--out", "c.json")
    (folder / "word").write_text("\n", encoding="utf-8")
    assert "cannot be empty" in refused("sheet.json", *more[:4])
    assert not (folder / "c.json").exists()


def test_nothing_is_written_over(folder: Path) -> None:
    run("new-key", "me.pem")
    before = (folder / "me.pem").read_bytes()
    assert "never written over" in refused("new-key", "me.pem")
    assert (folder / "me.pem").read_bytes() == before
    run("sheet.json", "--key", "me.pem")
    assert "not written over" in refused("sheet.json", "--key", "me.pem")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("sheet.json", "[]", "sheet.json: this is no JSON"),
        ("sheet.json", '{"a": 1}', "what kind of document"),
        ("sheet.json", '{"schema": "shixiao/score-sheet/1", "x": 0.5}', "cannot be signed"),
        ("me.pem", "nothing", "me.pem: this is no Ed25519 private key"),
        ("me.pem", "x" * 20_000, "too large"),
    ],
)
def test_a_bad_file_is_named(folder: Path, name: str, content: str, said: str) -> None:
    run("new-key", "me.pem")
    (folder / name).write_text(content, encoding="utf-8")
    assert said in refused("sheet.json", "--key", "me.pem")
    assert not (folder / "sheet.sig.json").exists()


def test_missing_files_are_named(folder: Path) -> None:
    assert "none.json: there is no such file" in refused("none.json", "--key", "me.pem")
    assert "me.pem: there is no such file" in refused("sheet.json", "--key", "me.pem")
    assert "there is no such file" in refused("new-key", "none/me.pem")
    key = answer("new-key", "me.pem")["public_key"]
    assert "sheet.sig.json: there is no such file" in refused(
        "verify", "sheet.json", "--public", key
    )
    assert "--public: this is no" in refused("verify", "sheet.json", "--public", "x" * 300)
    (folder / "sheet.sig.json").write_text("{}", encoding="utf-8")
    assert "no signature" in refused("verify", "sheet.json", "--public", key)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["sign", "sheet.json", "--key", "none.pem"], 2),
        (["sign", "sheet.json"], 2),
        (["sign", "verify", "sheet.json"], 2),
        (["sign", "--help"], 0),
    ],
)
def test_the_exit_codes_are_those_of_the_contract(folder: Path, arguments, code: int) -> None:
    command = [sys.executable, "-c", "from shixiao.cli import main; main()", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
