"""Bar 3 of EVALUATORS: nobody but the evaluator writes a score, nobody sees it before its time."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from shixiao.records.models import Draw, Sheet
from shixiao.workflows.commissions.life import life
from shixiao.workflows.fieldwork import answering, photographs, pressure, signing
from shixiao.workflows.refusals import Forbidden
from tests.cast import NOW, Cast
from tests.fieldwork import FOREIGN, OWN, Field, make_field
from tests.rounds import commissioned

pytestmark = pytest.mark.django_db

EVERYBODY = ("", "li", "chen", "zhou", "zhao", "wu", "feng", "chu", "wei", "jiang", "shen", "han")
WRITING = ("send", "photo", "over", "sign", "withdraw", "pressure")
READING = ("", "sign/", "sheet.json", "form.xlsx", "withdraw/", "pressure/")
HIDDEN = ("drafted", "declaring", "frozen", "testing")
SEALED = ("commenting", "published")


def client(cast: Cast, name: str) -> Client:
    made = Client(headers={"host": "localhost"})
    if name:
        made.force_login(cast.accounts[name])
    return made


@pytest.fixture
def field(cast: Cast, place: Path) -> Field:
    return make_field(cast)


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("whose", [OWN, FOREIGN])
def test_nobody_but_the_evaluator_writes_to_an_item(
    cast: Cast, field: Field, name: str, whose: str
) -> None:
    before = list(Sheet.objects.values_list("pk", "answers", "state", "signature"))
    item = field.items[whose].code
    for what in WRITING:
        answer = client(cast, name).post(f"/fieldwork/{item}/{what}/", {"why": "改分"})
        assert answer.status_code in ({302} if not name else {403}), (what, answer.status_code)
        if not name:
            assert answer.headers["Location"].startswith("/account/login/")
    assert list(Sheet.objects.values_list("pk", "answers", "state", "signature")) == before


@pytest.mark.parametrize("what", WRITING)
def test_no_evaluator_writes_to_an_item_of_another(cast: Cast, field: Field, what: str) -> None:
    item = field.items[FOREIGN].code
    answer = client(cast, "zheng").post(f"/fieldwork/{item}/{what}/", {"why": "改分"})
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["zheng", *EVERYBODY])
@pytest.mark.parametrize("what", READING)
def test_nobody_reads_the_form_of_another(cast: Cast, field: Field, name: str, what: str) -> None:
    answer = client(cast, name).get(f"/fieldwork/{field.items[FOREIGN].code}/{what}")
    assert answer.status_code in {302, 403, 404}


@pytest.mark.parametrize("name", [n for n in EVERYBODY if n])
def test_the_acts_refuse_everybody_else_too(cast: Cast, field: Field, name: str) -> None:
    row, actor = field.assignments[OWN], cast.actor(name)
    sent = answering.read_sent({"once": "device-other", "started": "2026-03-02T02:00:00Z"})
    for act in (
        lambda: answering.save(row, sent, actor=actor, at=NOW),
        lambda: signing.prepare(row, actor=actor, at=NOW),
        lambda: signing.sign(row, sha256="0" * 64, signature="x", actor=actor, at=NOW),
        lambda: pressure.report(row, "打招呼", once="x" * 8, actor=actor, at=NOW),
        lambda: photographs.add(
            row, question="found", name="a.png", data=b"x", actor=actor, at=NOW
        ),
    ):
        with pytest.raises(Forbidden):
            act()


def test_no_verb_of_a_commission_changes_a_score() -> None:
    """The bureau’s verbs are known, and none of them takes answers or scores."""
    needs = {need for verb in life().verbs.values() for need in verb.needs}
    assert needs == {
        "bodies",
        "source",
        "source_day",
        "announced",
        "comment",
        "evaluator",
        "department",
        "reason",
    }


@pytest.mark.parametrize("state", [*HIDDEN, *SEALED])
@pytest.mark.parametrize("name", ["", "zhou", "zhao", "wu", "wei", "feng", "han"])
def test_the_evaluated_and_the_public_see_no_draft(
    cast: Cast, place: Path, state: str, name: str
) -> None:
    field = make_field(cast, state=state, signed=True)
    own = name in {"zhou", "zhao"}
    seen = state == "published" or (state == "commenting" and own)
    paths = (
        f"/commissions/{field.commissions[OWN].code}/",
        f"/sheets/{field.sheets[OWN].code}/",
    )
    for path in paths:
        # Results are made when scores are sealed; these rows were only set to that state.
        if seen and path.startswith("/commissions/"):
            continue
        assert client(cast, name).get(path).status_code == (200 if seen else 404), path
    assert client(cast, name).get(paths[1] + "sheet.json").status_code in {302, 404}


def test_what_was_drawn_is_seen_by_nobody_before_it_is_revealed(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    draws = [d for d in _draws(going.commission.code) if not d.about]
    for name in ("", "li", "chen", "zhou", "zheng"):
        for draw in draws:
            page = client(cast, name).get(f"/draws/{draw.code}/").content.decode()
            assert "health-" not in page, name
            assert "housing-" not in page, name
            there = f"/draws/{draw.code}/transcript.json"
            assert client(cast, name).get(there).status_code == 404
    services = next(d for d in draws if d.tag == "services")
    assert "health-" in client(cast, "jiang").get(f"/draws/{services.code}/").content.decode()


def test_an_evaluator_sees_the_other_answers_only_when_both_are_in(cast: Cast, place: Path) -> None:
    going = commissioned(cast, services=1)
    one, two = going.assignments
    for each in (one, two):
        going.answer(each)
    first = going.sign(one)
    theirs = client(cast, two.evaluator.account.login)
    assert theirs.get(f"/sheets/{first.code}/").status_code == 404
    assert theirs.get(f"/sheets/{first.code}/sheet.json").status_code == 404
    going.sign(two)
    assert theirs.get(f"/sheets/{first.code}/").status_code == 200
    assert theirs.get(f"/sheets/{first.code}/sheet.json").status_code == 200
    outsider = next(
        login
        for login in cast.accounts
        if login.startswith("eva")
        and login not in {one.evaluator.account.login, two.evaluator.account.login}
    )
    assert client(cast, outsider).get(f"/sheets/{first.code}/").status_code == 404


def test_reports_of_pressure_are_read_by_auditors_alone(cast: Cast, place: Path) -> None:
    going = commissioned(cast, services=1)
    row = going.assignments[0]
    pressure.report(
        row,
        "某科长来电要求打高分",
        once="x" * 8,
        actor=going.actor(row.evaluator.account),
        at=going.at,
    )
    path = f"/commissions/{going.commission.code}/"
    for name in ("li", "chen", "shen", "zhou", row.evaluator.account.login, "jiang"):
        page = client(cast, name).get(path).content.decode()
        assert ("某科长来电" in page) == (name == "jiang"), name


def test_names_of_evaluators_are_for_auditors_alone(cast: Cast, place: Path) -> None:
    going = commissioned(cast, services=1)
    going.test_everything()
    going.seal()
    going.publish()
    path = f"/commissions/{going.commission.code}/"
    for name in ("", "li", "chen", "zhou", "jiang"):
        page = client(cast, name).get(path).content.decode()
        assert ("Eva 0" in page) == (name == "jiang"), name


def _draws(subject: str) -> list[Draw]:
    return list(Draw.objects.filter(subject=subject))
