"""``shixiao voice``: answers keep to their schemas, and bad input is one sentence."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from shixiao.cli import cli
from shixiao.terms import BadInput
from shixiao.voice.ballots import UNSEEN
from tests.voice.conversations import conversation
from tests.voice.messages import spoken


def run(*arguments: str) -> Any:
    return CliRunner().invoke(
        cli, ["voice", *arguments, "--quiet"], standalone_mode=False, catch_exceptions=True
    )


def answered(*arguments: str, schema: str) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.exception is None, done.exception
    answer = json.loads(done.stdout)
    text = (files("shixiao.cli") / f"schemas/voice-{schema}.schema.json").read_text("utf-8")
    Draft202012Validator(json.loads(text)).validate(answer)
    return dict(answer)


def messages(path: Path, count: int = 60, *, seed: int = 1) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["留言编号", "留言主题", "留言详情", "点赞数", "一级分类"])
        for m in spoken(count, seed=seed):
            lines.writerow([m.id, m.title, m.text, m.likes, m.label])
    return str(path)


def votes(path: Path) -> str:
    ballots, _ = conversation(80, 20, 1_200, groups=2)
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["timestamp", "comment-id", "voter-id", "vote"])
        for person, row in zip(ballots.persons, ballots.votes.tolist(), strict=True):
            lines.writerows([1, s, person, v] for s, v in enumerate(row) if v != UNSEEN)
    return str(path)


def test_topics_are_told_as_the_contract_says(tmp_path: Path) -> None:
    path = messages(tmp_path / "m.csv")
    answer = answered("topics", path, "--likes", "点赞数", schema="topics")
    heats = [topic["heat"] for topic in answer["topics"]]
    assert heats == sorted(heats, reverse=True)
    assert sum(topic["size"] for topic in answer["topics"]) <= answer["messages"] == 60
    assert answered("topics", path, "--likes", "点赞数", schema="topics") == answer


def test_copies_are_told_as_the_contract_says(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("id,text\n1,路灯坏了没人修\n2,路灯坏了，没人修！\n3,停水\n", "utf-8")
    (group,) = answered("duplicates", str(path), schema="duplicates")["groups"]
    assert (group["message_ids"], group["similarity"]) == (["1", "2"], 1.0)


def test_routes_are_told_as_the_contract_says_and_known_labels_are_only_tested(
    tmp_path: Path,
) -> None:
    train, new = messages(tmp_path / "t.csv", 200), messages(tmp_path / "n.csv", 20, seed=7)
    answer = answered("route", train, new, schema="routes")
    assert (len(answer["messages"]), answer["trained"], answer["tested"]["n"]) == (20, 200, 20)
    assert answer["tested"]["accuracy"] > 0.9


@pytest.mark.parametrize("given", [False, True])
def test_groups_are_told_as_the_contract_says(tmp_path: Path, given: bool) -> None:
    path = votes(tmp_path / "v.csv")
    groups = tmp_path / "g.csv"
    groups.write_text("participant,group-id\n" + "".join(f"p{i},{i % 2}\n" for i in range(80)))
    more = ["--given", str(groups)] if given else []
    answer = answered("groups", path, *more, schema="groups")
    assert len(answer["consensus"]) == 20
    assert (answer["stability"] is None) == given
    assert answer["k"] == len(answer["groups"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_people_read_it_in_their_language(
    tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIXIAO_LANGUAGE", language)
    path = messages(tmp_path / "m.csv")
    word = {"zh": "条留言", "en": "messages"}[language]
    assert word in run("topics", path).stdout
    assert word in run("duplicates", path).stdout
    assert {"zh": "意见分组", "en": "groups of opinion"}[language] in run(
        "groups", votes(tmp_path / "v.csv")
    ).stdout


def test_a_column_that_neither_file_has_is_refused(tmp_path: Path) -> None:
    path = messages(tmp_path / "m.csv")
    done = run("route", path, path, "--title", "无此列")
    assert isinstance(done.exception, BadInput)
    assert "无此列" in done.exception.in_language("zh")


def test_the_label_that_is_named_holds_for_both_files_and_strange_labels_count_as_wrong(
    tmp_path: Path,
) -> None:
    train, new = (
        Path(messages(tmp_path / "t.csv", 200)),
        Path(messages(tmp_path / "n.csv", 20, seed=7)),
    )
    for path in (train, new):
        path.write_text(path.read_text("utf-8").replace("一级分类", "承办处室"), "utf-8")
    lines = new.read_text("utf-8").splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ",没有学过"
    new.write_text("\n".join(lines), "utf-8")
    named = ("--label", " 承办处室 ", "--text", "留言详情")
    tested = answered("route", str(train), str(new), *named, schema="routes")["tested"]
    assert (tested["n"], tested["unknown"]) == (20, 1)
    assert tested["accuracy"] <= 0.95


def test_a_wrong_year_is_told_and_leaves_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["编号", "内容", "时间"])
        for m in spoken(60):
            lines.writerow([m.id, m.text, "2206-01-01" if m.id == "1" else "2026-03-01"])
    answer = answered("topics", str(path), schema="topics")
    assert any("check the year" in note["en"] for note in answer["notes"])
    assert all(topic["heat_parts"]["recency"] == 1.0 for topic in answer["topics"])
    early = answered("topics", str(path), "--now", "2026-03-21", schema="topics")
    assert all(topic["heat_parts"]["recency"] < 1.0 for topic in early["topics"])


def test_what_people_write_does_not_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("id,text\n1,\x1b[31m停水了没人管\n2,\x1b[31m停水了没人管\n", "utf-8")
    shown = run("duplicates", str(path)).stdout
    assert "停水了" in shown
    assert "\x1b" not in shown
