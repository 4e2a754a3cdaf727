"""Voices of a city: drawn, repeatable, with a truth that stays outside; grading that can fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from shixiao.cli import cli
from shixiao.potemkin.voices import draw_voices, grade
from shixiao.potemkin.voices.writing import matters
from shixiao.terms import BadInput
from shixiao.voice import read_ballots, read_messages


def test_a_matter_is_a_need_in_one_city_and_has_its_service_in_another() -> None:
    cities = [draw_voices(seed).truth for seed in range(6)]
    needs = {name for truth in cities for name in truth["needs"]}
    served = {name for truth in cities for name in truth["served"]}
    assert needs & served
    assert all(not set(truth["needs"]) & set(truth["served"]) for truth in cities)


def test_no_need_has_its_service_on_the_list_and_every_served_matter_has() -> None:
    voices = draw_voices(3)
    listed = {number for number, _, _ in voices.services}
    assert not {f"S-{name}" for name in voices.truth["needs"]} & listed
    assert {f"S-{name}" for name in voices.truth["served"]} <= listed
    assert {row["service_id"] for row in voices.messages} <= listed | {""}


def test_the_same_seed_draws_the_same_city_and_another_another() -> None:
    assert draw_voices(5) == draw_voices(5)
    assert draw_voices(5).messages != draw_voices(6).messages


def test_every_message_of_the_truth_is_written_and_of_one_matter_alone() -> None:
    voices = draw_voices(4)
    parts = [numbers for part in ("needs", "served", "alone")
             for numbers in voices.truth[part].values()]  # fmt: skip
    every = [number for numbers in parts for number in numbers]
    assert len(every) == len(set(every))
    assert set(every) <= {row["message_id"] for row in voices.messages}
    persons = {row["message_id"]: row["person"] for row in voices.messages}
    for numbers in voices.truth["alone"].values():
        assert len({persons[number] for number in numbers}) == 1


def test_matters_are_whole_in_both_languages() -> None:
    assert len({matter["id"] for matter in matters()}) == len(matters())
    for matter in matters():
        assert matter["name"].keys() == {"zh", "en"}
        assert len(set(matter["says"])) >= 6


def test_the_command_writes_what_the_other_commands_read(tmp_path: Path) -> None:
    folder, truth = tmp_path / "voices", tmp_path / "truth.json"
    done = CliRunner().invoke(
        cli, ["potemkin", "voices", str(folder), "--truth", str(truth), "--seed", "7"]
    )
    assert done.exit_code == 0, done.output
    planted = json.loads(truth.read_text("utf-8"))
    messages = read_messages(folder / "messages.csv")
    assert messages.notes == ()
    assert {m.service for m in messages.rows} > {""}
    assert set(planted["brigade"]) <= set(read_ballots(folder / "votes.csv").persons)
    assert not (folder / "truth.json").exists()


@pytest.mark.parametrize("inside", [False, True])
def test_a_folder_in_use_and_a_truth_inside_are_refused(tmp_path: Path, inside: bool) -> None:
    folder = tmp_path / "voices"
    folder.mkdir()
    if not inside:
        (folder / "mine.txt").write_text("mine")
    truth = folder / "truth.json" if inside else tmp_path / "truth.json"
    done = CliRunner().invoke(
        cli,
        ["potemkin", "voices", str(folder), "--truth", str(truth), "--seed", "7"],
        standalone_mode=False,
    )
    assert isinstance(done.exception, BadInput)
    assert [path.name for path in folder.iterdir()] == ([] if inside else ["mine.txt"])


@pytest.mark.parametrize(
    ("topics", "found", "false"),
    [
        ([["1", "2"], ["4", "5"]], 2, 0),
        ([["1", "2"], ["1", "3"]], 1, 0),
        ([["1", "9"]], 0, 1),
        ([["8", "9"], ["4"]], 1, 1),
        ([], 0, 0),
    ],
)
def test_a_need_is_found_by_a_topic_that_is_mostly_its_own(
    topics: list[list[str]], found: int, false: int
) -> None:
    graded = grade({"a": ["1", "2", "3"], "b": ["4", "5"]}, topics)
    assert (graded.found, graded.false, graded.reported) == (found, false, len(topics))
    assert len(graded.missed) == 2 - found
