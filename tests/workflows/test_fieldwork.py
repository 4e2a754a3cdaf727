"""Answers from devices that were offline, photographs, keys, forged signatures, late forms."""

from __future__ import annotations

import base64
import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.records.models import LeafRow, Photo, Pressure, Sheet
from shixiao.seals.signing import SigningKey
from shixiao.seals.signing import sign as sign_document
from shixiao.terms import BadInput
from shixiao.workflows.commissions.signatures import holds
from shixiao.workflows.fieldwork import answering, keys, photographs, pressure, signing
from shixiao.workflows.fieldwork.answering import Said, merged, read_sent
from shixiao.workflows.refusals import Incomplete, Stale
from tests.cast import NOW, Cast
from tests.rounds import Round, commissioned

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def going(cast: Cast, place: Path) -> Round:
    return commissioned(cast, services=1)


def test_a_form_that_is_sent_twice_is_taken_once(going: Round) -> None:
    row = going.assignments[0]
    first = going.answer(row)
    again = going.answer(row)
    assert first.pk == again.pk
    assert first.answers == again.answers
    assert Sheet.objects.count() == 1


def test_a_form_sent_again_after_signing_changes_nothing(going: Round) -> None:
    row = going.assignments[0]
    going.answer(row)
    signed = going.sign(row)
    again = going.answer(row, good=False)
    assert again.pk == signed.pk
    assert again.document == signed.document
    assert holds(again)


def test_a_form_from_another_device_is_refused_until_one_starts_over(going: Round) -> None:
    row = going.assignments[0]
    going.answer(row)
    actor = going.actor(row.evaluator.account)
    other = read_sent({"once": "another-device", "started": "2026-03-10T01:00:00Z"})
    with pytest.raises(Incomplete) as refused:
        answering.save(row, other, actor=actor, at=going.at)
    assert refused.value.field == "once"
    answering.start_over(row, actor=actor, at=going.at)
    assert answering.save(row, other, actor=actor, at=going.at).state == "draft"
    with pytest.raises(Stale):
        going.answer(row)


@pytest.mark.parametrize("days", [40, 800])
def test_a_form_that_comes_too_late_is_kept_and_does_not_count(going: Round, days: int) -> None:
    one, two = going.assignments
    going.answer(two)
    going.sign(two)
    sent = going.sent(one)
    going.at = NOW + timedelta(days=40)
    sealed = going.seal()
    going.at = NOW + timedelta(days=days)
    late = answering.save(one, sent, actor=going.actor(one.evaluator.account), at=going.at)
    assert late.state == "late"
    assert late.answers
    again = answering.save(one, sent, actor=going.actor(one.evaluator.account), at=going.at)
    assert again.pk == late.pk
    assert sealed.results["sheets"] == 1
    assert LeafRow.objects.filter(event="sheet.refused", subject=late.code).count() == 1


def test_a_forged_signature_is_refused_and_on_record(going: Round) -> None:
    row = going.assignments[0]
    going.answer(row)
    actor = going.actor(row.evaluator.account)
    own, other = SigningKey.new(), SigningKey.new()
    keys.register(own.public.base64, actor=actor, at=going.at)
    draft = signing.prepare(row, actor=actor, at=going.at)
    document = {"schema": "shixiao/score-sheet/1"}
    for forged in (
        sign_document(document, own),
        base64.b64encode(bytes(64)).decode(),
        "no signature",
        sign_document(_read(draft), other),
    ):
        with pytest.raises(Incomplete) as refused:
            signing.sign(row, sha256=draft.sha256, signature=forged, actor=actor, at=going.at)
        assert refused.value.field == "signature"
    assert LeafRow.objects.filter(event="sheet.refused").count() == 4
    row.refresh_from_db()
    assert row.state == "open"


def test_what_changed_since_it_was_shown_is_not_signed(going: Round) -> None:
    row = going.assignments[0]
    going.answer(row)
    actor = going.actor(row.evaluator.account)
    key = SigningKey.new()
    keys.register(key.public.base64, actor=actor, at=going.at)
    draft = signing.prepare(row, actor=actor, at=going.at)
    signature = sign_document(_read(draft), key)
    going.answer(row, cases=["YZ-9"])
    with pytest.raises(Stale):
        signing.sign(row, sha256=draft.sha256, signature=signature, actor=actor, at=going.at)


def test_a_missing_answer_is_named_by_its_question(going: Round) -> None:
    row = going.assignments[0]
    actor = going.actor(row.evaluator.account)
    sent = read_sent({"once": "device-1", "started": "2026-03-10T01:00:00Z"})
    answering.save(row, sent, actor=actor, at=going.at)
    with pytest.raises(BadInput) as refused:
        signing.prepare(row, actor=actor, at=going.at)
    assert "还没有回答" in refused.value.in_language("zh")


def test_a_clock_that_is_wrong_is_set_right(going: Round) -> None:
    row = going.assignments[0]
    ahead = going.at + timedelta(days=200)
    sent = read_sent(
        {
            "once": "device-1",
            "started": (ahead - timedelta(minutes=9)).isoformat(),
            "clock": ahead.isoformat(),
            "answers": [
                {
                    "question": "found",
                    "value": True,
                    "at": (ahead - timedelta(minutes=5)).isoformat(),
                }
            ],
        }
    )
    kept = answering.save(row, sent, actor=going.actor(row.evaluator.account), at=going.at)
    at = datetime.fromisoformat(kept.answers["found"]["at"])
    assert at == going.at - timedelta(minutes=5)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"once": "x"},
        {"once": "device-1", "started": "yesterday"},
        {"once": "device-1", "started": "2026-03-10T01:00:00"},
        {"once": "device-1", "started": "2026-03-10T01:00:00Z", "answers": {}},
        {"once": "device-1", "started": "2026-03-10T01:00:00Z", "answers": [{"value": 1}]},
        {
            "once": "device-1",
            "started": "2026-03-10T01:00:00Z",
            "answers": [{"question": "found", "value": [1], "at": "2026-03-10T01:00:00Z"}],
        },
        {"once": "device-1", "started": "2026-03-10T01:00:00Z", "cases": ["x"] * 21},
        [],
        "text",
    ],
)
def test_what_is_malformed_is_refused_with_a_sentence(sent: object) -> None:
    with pytest.raises(Incomplete) as refused:
        read_sent(sent)
    assert "答案不会丢失" in refused.value.text.zh


def test_an_answer_to_no_question_of_the_protocol_is_refused(going: Round) -> None:
    row = going.assignments[0]
    sent = read_sent(
        {
            "once": "device-1",
            "started": "2026-03-10T01:00:00Z",
            "answers": [{"question": "nonsense", "value": 1, "at": "2026-03-10T01:00:00Z"}],
        }
    )
    with pytest.raises(Incomplete):
        answering.save(row, sent, actor=going.actor(row.evaluator.account), at=going.at)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(0, 99)),
        max_size=12,
        unique_by=lambda each: (each[0], each[2]),
    ),
    st.randoms(),
)
def test_the_latest_answer_counts_in_whatever_order_they_come(
    given: list[tuple[str, int, int]], chance: random.Random
) -> None:
    said = [Said(q, v, NOW + timedelta(minutes=m)) for q, v, m in given]
    latest = {each.question: each for each in sorted(said, key=lambda one: one.at)}
    wanted = {q: {"value": e.value, "at": e.at.isoformat()} for q, e in latest.items()}
    chance.shuffle(said)
    found = merged({}, said)
    assert found == wanted
    assert merged(found, said) == wanted


def test_photographs_belong_to_questions_that_take_them(going: Round) -> None:
    row = going.assignments[0]
    going.answer(row)
    actor = going.actor(row.evaluator.account)
    given = {"actor": actor, "at": going.at}
    kept = photographs.add(row, question="found", name="a.png", data=PNG, **given)
    same = photographs.add(row, question="found", name="b.png", data=PNG, **given)
    assert kept.pk == same.pk
    for question, name, data in (
        ("nonsense", "a.png", PNG),
        ("found", "a.pdf", b"%PDF-1.7"),
        ("found", "a.png", b""),
        ("found", "a.png", b"not a picture"),
    ):
        with pytest.raises(Incomplete):
            photographs.add(row, question=question, name=name, data=data, **given)
    for n in range(9):
        photographs.add(row, question="found", name="a.png", data=PNG + bytes([n]), **given)
    with pytest.raises(Incomplete):
        photographs.add(row, question="found", name="a.png", data=PNG + b"x", **given)
    assert Photo.objects.count() == 10
    signed = going.sign(row)
    assert kept.file.sha256 in str(signed.document)
    with pytest.raises(Stale):
        photographs.add(row, question="found", name="a.png", data=PNG + b"y", **given)


@pytest.mark.parametrize("text", ["", "abc", "====", base64.b64encode(bytes(31)).decode()])
def test_what_is_no_public_key_is_refused(going: Round, text: str) -> None:
    row = going.assignments[0]
    with pytest.raises(Incomplete):
        keys.register(text, actor=going.actor(row.evaluator.account), at=going.at)


def test_a_key_is_one_persons_and_the_last_one_holds(going: Round) -> None:
    one, two = going.assignments
    key, later = SigningKey.new(), SigningKey.new()
    actor = going.actor(one.evaluator.account)
    keys.register(key.public.base64, actor=actor, at=going.at)
    with pytest.raises(Incomplete):
        keys.register(key.public.base64, actor=going.actor(two.evaluator.account), at=going.at)
    keys.register(later.public.base64, actor=actor, at=going.at)
    held = keys.key_of(one.evaluator.account)
    assert held is not None
    assert held.public == later.public.base64
    keys.end(held, actor=actor, at=going.at)
    assert keys.key_of(one.evaluator.account) is None
    with pytest.raises(Stale):
        keys.end(held, actor=actor, at=going.at)


def test_pressure_is_reported_once_and_sealed(going: Round) -> None:
    row = going.assignments[0]
    actor = going.actor(row.evaluator.account)
    for _ in range(2):
        pressure.report(row, "来电要求打高分", once="x" * 8, actor=actor, at=going.at)
    assert Pressure.objects.count() == 1
    leaf = LeafRow.objects.get(event="pressure.reported")
    assert "来电" not in bytes(leaf.entry).decode()
    with pytest.raises(Incomplete):
        pressure.report(row, "  ", once="y" * 8, actor=actor, at=going.at)


def _read(draft: Sheet) -> dict:
    return json.loads(draft.document)
