"""The auditor's bundle: the evaluation run again, and everything compared."""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from shixiao.checkup import Evaluation, Question, evaluate, result_json
from shixiao.checkup.bundles import write_auditor_bundle
from shixiao.checkup.bundles.auditor import question_json, question_of
from shixiao.checkup.bundles.numbers import numbers
from shixiao.effect import Comparison
from shixiao.settings import Settings
from shixiao.terms import BadInput, Period
from tests.bundles.boxes import again, packed, unpacked, with_json

JANUARY, FEBRUARY = "2026-01-01..2026-01-31", "2026-02-01..2026-02-28"


def test_every_number_comes_out_again(
    log: Evaluation, auditor: bytes, tmp_path: Path, settings: Settings
) -> None:
    elsewhere = dataclasses.replace(settings, store=tmp_path / "store", person_key="another")
    found = again(auditor, tmp_path, elsewhere)
    assert found.different == ()
    assert found.numbers == found.equal == len(numbers(result_json(log))) > 400
    assert (found.case_level, found.withheld) == (0, 0)
    assert list((tmp_path / "store").iterdir()) == []


def test_the_same_evaluation_gives_the_same_bytes(
    log: Evaluation, auditor: bytes, tmp_path: Path
) -> None:
    write_auditor_bundle(log, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == auditor


def test_a_changed_number_and_a_changed_word_are_noticed(
    auditor: bytes, tmp_path: Path, settings: Settings
) -> None:
    def change(result: Any) -> None:
        result["measures"][0]["estimate"]["value"] += 1e-9
        result["measures"][1]["subject"]["name"]["en"] = "another"

    parts = with_json(unpacked(auditor), "result.json", change)
    parts = with_json(parts, "manifest.json", lambda m: m["result"].update(_hash(parts)))
    found = again(packed(parts), tmp_path, settings)
    assert found.equal == found.numbers - 1
    assert [d.what.rsplit("/", 1)[-1] for d in found.different] == ["value", "en"]


def _hash(parts: dict[str, bytes]) -> dict[str, str]:
    return {"sha256": sha256(parts["result.json"]).hexdigest()}


def test_another_question_gives_other_numbers(
    auditor: bytes, tmp_path: Path, settings: Settings
) -> None:
    parts = with_json(
        unpacked(auditor), "question.json", lambda q: q.update(comparison=["region", "a", "b"])
    )
    assert not again(packed(parts), tmp_path, settings).holds


def test_a_damaged_store_is_one_sentence(
    auditor: bytes, tmp_path: Path, settings: Settings
) -> None:
    parts = unpacked(auditor)
    for name, content in (("store/events.parquet", b"PAR1 nothing"), ("store/store.json", b"{}")):
        with pytest.raises(BadInput, match="store"):
            again(packed({**parts, name: content}), tmp_path, settings)


def test_no_person_is_named_in_it(tmp_path: Path, settings: Settings) -> None:
    head = "case_id,service_id,channel,opened,closed,person_key\n"
    rows = (f"k{n},s,online,2026-03-01,2026-03-0{2 + n % 5},110101{n:04d}\n" for n in range(40))
    (tmp_path / "cases.csv").write_text(head + "".join(rows), encoding="utf-8")
    question = Question((tmp_path,))
    evaluation = evaluate(question, settings=settings, progress=lambda _: None)
    write_auditor_bundle(evaluation, tmp_path / "auditor.zip")
    parts = unpacked((tmp_path / "auditor.zip").read_bytes())
    assert not [name for name, content in parts.items() if b"1101010007" in content]


@pytest.mark.parametrize(
    "question",
    [
        Question(()),
        Question((), comparison=Comparison("channel", "a", "b"), adjust=("region",), seed=3),
        Question((), by="region", findings_only=True),
        Question((), findings_only=True, window=Period.parse(JANUARY)),
        Question(
            (),
            comparison=Comparison("period", FEBRUARY, JANUARY),
            periods=(Period.parse(JANUARY), Period.parse(FEBRUARY)),
        ),
    ],
)
def test_a_question_is_read_as_it_was_written(question: Question) -> None:
    assert question_of(question_json(question)) == question


def test_an_unwritable_place_is_one_sentence(log: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        write_auditor_bundle(log, tmp_path / "nowhere" / "auditor.zip")
