"""A wrong command line is answered in the reader's language, with what would have been right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shixiao.cli import main

BUILD = "potemkin build x --truth t "

CASES = {
    "evalute": ("没有命令 evalute，是不是要写 evaluate？", "Did you mean evaluate?"),
    "xyz": ("没有命令 xyz。", "There is no command xyz."),
    "ledger chek": ("没有命令 chek。用法见 shixiao ledger --help", "no command chek"),
    "evaluate x --quit": ("是不是要写 --quiet、--out？", "Did you mean --quiet or --out?"),
    "evaluate x --zzz": ("没有选项 --zzz。", "There is no option --zzz."),
    "evaluate": ("缺少 PATH…。", "PATH… is missing."),
    "potemkin build x --seed 1": ("缺少 --truth。", "--truth is missing."),
    BUILD + "--size": ("--size 后面没有给出值。", "--size is given without a value."),
    BUILD + "--seed 1 --quiet=3": ("--quiet 不带值。", "--quiet takes no value."),
    BUILD + "--seed 1 --size huge": (
        "--size 的值不对：只能是 small、city、province。",
        "it must be small or city or province.",
    ),
    BUILD + "--seed -3": ("应是不小于 0 的整数。", "it must be a whole number of at least 0."),
    "potemkin build x --seed 1 --truth .": ("应是文件而不是文件夹", "it must be a file"),
    "evaluate x --out file": ("应是文件夹而不是文件", "it must be a folder"),
    "deadline --from 2026-01-01 --days x": ("--days 的值不对：应是整数。", "a whole number."),
    BUILD + "y --seed 1": ("多出了 y。用法见 shixiao potemkin build --help。", "y is too many."),
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("line", "words"), CASES.items(), ids=CASES)
def test_a_wrong_command_line_is_one_sentence_in_the_readers_language(
    line: str,
    words: tuple[str, str],
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHIXIAO_LANGUAGE", language)
    monkeypatch.setattr("sys.argv", ["shixiao", *line.split()])
    with pytest.raises(SystemExit) as leaving:
        main()
    said = capsys.readouterr()
    assert (leaving.value.code, said.out) == (2, "")
    assert len(said.err.splitlines()) == 1
    assert words[language == "en"] in said.err
    named = re.sub(r"[\w-]*[a-z][\w-]*(?= --help)|shixiao|--\w+", "", said.err)
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", named) or language == "en"
    assert not re.search(r"[一-鿿]", said.err) or language == "zh"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_command_without_arguments_shows_its_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in ([], ["ledger"]):
        monkeypatch.setattr("sys.argv", ["shixiao", *line])
        with pytest.raises(SystemExit) as leaving:
            main()
        assert leaving.value.code == 2
        assert capsys.readouterr().err.startswith("Usage: ")
