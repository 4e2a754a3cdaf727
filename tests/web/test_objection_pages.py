"""Pages of objections: filed from the decision or without one, followed by codes, judged inside."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import segno
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shixiao.fairness.decisions import read_row
from shixiao.records.models import Account, Draw, Objection, System
from shixiao.web.objections import views
from shixiao.workflows.decisions import taking
from shixiao.workflows.decisions.taking import Answer
from shixiao.workflows.objections.judging import panel
from shixiao.workflows.sequencer import sequencer
from tests import deciding
from tests.cast import Cast
from tests.explained import ZONE, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def aid(cast: Cast, place: Path) -> System:
    return deciding.laid_down(cast)


def fresh(cast: Cast, aid: System, **changed: Any) -> Answer:
    now = timezone.now()
    moment = (now - timedelta(days=2)).isoformat()
    row = sent(ts=moment, began=None, told=(now - timedelta(days=1)).date().isoformat()) | changed
    actor = cast.actor("chu", today=timezone.localdate())
    delivery = taking.begin(aid, name="test", actor=actor, at=now)
    rows = [(1, read_row(row, now=now, zone=ZONE))]
    (answer,) = taking.take(delivery, rows, actor=actor, at=now)
    return answer


def browser(account: Account | None = None) -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies["language"] = "en"
    if account is not None:
        client.force_login(account)
    return client


def query(said: str) -> str:
    found = re.search(r'Query code</dt><dd class="keys">([^<]+)<', said)
    assert found is not None
    return found[1]


def post(client: Client, path: str, **given: object) -> str:
    """Fill a form as a browser does: with the version that it shows."""
    page = client.get(path).content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None, page[:500]
    answer = client.post(path, {"seen": seen[1], **given})
    assert answer.status_code == 302, answer.content.decode()
    return answer.content.decode()


def test_a_person_objects_from_the_own_decision_and_follows_it(cast: Cast, aid: System) -> None:
    answer, client = fresh(cast, aid), browser()
    codes = {"number": answer.receipt, "code": answer.query}
    begun = client.post("/objections/decision/", codes)
    assert begun.status_code == 200
    assert answer.receipt in begun.content.decode()
    assert client.post("/objections/decision/", codes | {"statement": " "}).status_code == 422
    wrong = codes | {"code": answer.receipt, "statement": "x"}
    assert client.post("/objections/decision/", wrong).status_code == 422
    filed = client.post("/objections/decision/", codes | {"statement": "Wrong income."})
    row = Objection.objects.get()
    said = filed.content.decode()
    assert row.code in said
    assert "do not wait" in said
    followed = client.post("/objections/follow/", {"number": row.code, "code": query(said)})
    assert "silence means it is" in followed.content.decode()
    assert client.post("/objections/follow/", {"number": row.code, "code": "x"}).status_code == 422
    own = browser().post("/decisions/", codes).content.decode()
    assert f"/objections/{row.code}/" in own
    public = browser().get(f"/objections/{row.code}/").content.decode()
    assert "Wrong income" not in public
    gone = client.post("/objections/withdraw/", {"number": row.code, "code": query(said)})
    assert gone.status_code == 302
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_a_group_objects_to_a_system_without_a_receipt_and_others_join(
    cast: Cast, aid: System
) -> None:
    client = browser()
    assert (
        f'value="{aid.code}" selected'
        in client.get(f"/objections/add/?system={aid.code}").content.decode()
    )
    given = {"system": aid.code, "statement": "Elders cannot use it.", "voices": 30}
    assert client.post("/objections/add/", given).status_code == 200
    row = Objection.objects.get()
    client.post(f"/objections/{row.code}/join/", {"statement": "Me too."})
    assert (
        "Me too." in browser(cast.accounts["li"]).get(f"/objections/{row.code}/").content.decode()
    )
    assert "Me too." not in client.get(f"/objections/{row.code}/").content.decode()
    row.refresh_from_db()
    assert row.voices == 31
    assert row.version == 0  # forms that officers have open are not old
    assert "31 people by their own account" in client.get("/objections/").content.decode()
    for wrong in (" ", "x" * 5_001):
        answer = client.post(f"/objections/{row.code}/join/", {"statement": wrong})
        assert answer.status_code == 422
        assert 'class="errors"' in answer.content.decode()


def test_a_counter_files_for_many_from_one_address(
    cast: Cast, aid: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_FILED", 3)
    client = browser(cast.accounts["zhao"])
    given = {"system": aid.code, "statement": "Told at the counter.", "voices": 1}
    answers = {client.post("/objections/add/", given).status_code for _ in range(5)}
    assert answers == {200}
    many = [browser().post("/objections/add/", given).status_code for _ in range(4)]
    assert many[-1] == 403
    codes = {"number": "K7Q2-M9XD-4", "code": "K7Q2-M9XD-4", "statement": "x"}
    guesses = [client.post("/objections/decision/", codes).status_code for _ in range(4)]
    assert guesses == [422] * 3 + [403]


def shows_its_decision(row: Objection, answer: Answer, *inside: Account) -> None:
    """The panel and whoever carries out see the decision, without the codes of its person."""
    decision, place = row.decision, f"/objections/{row.code}/"
    assert decision is not None
    for who in inside:
        shown = browser(who).get(place).content.decode()
        assert decision.number in shown
        assert "monthly income per head" in shown
        assert answer.receipt not in shown
        assert answer.query not in shown
    assert decision.number not in browser().get(place).content.decode()


def waits(row: Objection, *whose: Account) -> list[bool]:
    """Return in whose inbox the objection stands."""
    line = f'href="/objections/{row.code}/"'
    return [line in browser(who).get("/inbox/").content.decode() for who in whose]


def opined(row: Objection) -> None:
    """Let every member of the panel say that it is to be corrected; none of them decides."""
    place = f"/objections/{row.code}/"
    for member in panel(row):
        client = browser(member.account)
        assert client.get(f"{place}do/uphold/").status_code == 403
        post(client, f"{place}do/opine/", vote="correct", opinion="The register says 900.")


def test_an_objection_goes_its_way_on_the_pages(cast: Cast, aid: System) -> None:
    answer, analyst = fresh(cast, aid), browser(cast.accounts["li"])
    fresh(cast, aid, decision_id="alike")
    for n in range(4):
        one = Account.objects.create_user(f"e{n}", name=f"E{n}")
        one.posts.create(organisation=cast.places["panel"], role="expert", starts=date(2026, 1, 1))
    codes = {"number": answer.receipt, "code": answer.query, "statement": "Wrong income."}
    browser().post("/objections/decision/", codes)
    with sequencer() as opened:
        opened.integrate()
    row = Objection.objects.get()
    place = f"/objections/{row.code}/"
    assert "Wrong income" in analyst.get(place).content.decode()
    li, zhou, wu = (cast.accounts[name] for name in ("li", "zhou", "wu"))
    assert waits(row, li, zhou, wu) == [True, False, False]
    post(analyst, f"{place}do/accept/", track="ordinary")
    tomorrow = timezone.localdate() + timedelta(days=1)
    post(analyst, f"{place}do/freeze/", source="Lottery", source_day=tomorrow.isoformat())
    early = analyst.get(f"{place}do/draw/").content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', early)
    assert seen is not None
    refused = analyst.post(f"{place}do/draw/", {"seen": seen[1], "announced": "3 11"})
    assert refused.status_code == 422
    Draw.objects.update(source_day=timezone.localdate())
    post(analyst, f"{place}do/draw/", announced="3 11")
    silent = panel(row)[0]
    assert "Replace a member" in analyst.get(place).content.decode()
    post(analyst, f"{place}do/replace/", member=silent.code, reason="No answer in two weeks.")
    assert silent.code not in {member.code for member in panel(row)}
    assert browser(silent.account).get(f"{place}do/replace/").status_code == 403
    shows_its_decision(row, answer, panel(row)[0].account, cast.accounts["zhou"])
    members = [member.account for member in panel(row)]
    assert waits(row, li, zhou, *members) == [False, False, *(True for _ in members)]
    assert waits(row, silent.account) == [False]
    opined(row)
    assert waits(row, li, zhou, *members) == [True, False, *(False for _ in members)]
    post(analyst, f"{place}do/uphold/", outcome="correct", reason="Wrong income.")
    assert waits(row, li, zhou, wu) == [False, True, False]
    head = browser(cast.accounts["zhou"])
    page = head.get(place).content.decode()
    assert '<option value="grant">granted</option>' in page  # of the alike decision
    assert '<option value="refuse">' not in page
    (alike,) = row.alike.all()
    given = {"result": "grant", "reason": "The same fault."}
    assert head.post(f"{place}alike/{alike.pk}/", given).status_code == 302
    post(head, f"{place}do/carry/", result="grant", reason="Paid.")
    assert waits(row, li, zhou, wu) == [False, False, False]
    own = {"number": answer.receipt, "code": answer.query}
    said = browser().post("/decisions/", own).content.decode()
    assert "It was corrected" in said
    assert "granted" in said
    assert browser(cast.accounts["wu"]).get(f"{place}do/carry/").status_code == 403


def test_a_sheet_for_the_counter_leads_to_the_form_for_its_system(aid: System) -> None:
    other = System.objects.exclude(pk=aid.pk).first()
    page = browser().get(reverse("objection_sheet", args=[aid.code])).content.decode()
    (address,) = set(re.findall(r"http://localhost(/objections/add/[^<]+)<", page))
    drawn = segno.make(f"http://localhost{address}", error="q", micro=False)
    assert drawn.svg_inline(scale=8, border=4, omitsize=True) in page
    form = browser().get(address).content.decode()
    assert f'<option value="{aid.code}" selected>' in form
    assert other is None or f'<option value="{other.code}" selected>' not in form


def test_a_retired_system_has_no_sheet(aid: System) -> None:
    System.objects.filter(pk=aid.pk).update(state="retired")
    assert browser().get(reverse("objection_sheet", args=[aid.code])).status_code == 404


def test_the_whole_decision_is_shown_to_whoever_judges_or_carries_out_and_to_nobody_else(
    cast: Cast, aid: System
) -> None:
    answer = fresh(cast, aid)
    given = {"number": answer.receipt, "code": answer.query, "statement": "Wrong.", "once": "x"}
    browser().post("/objections/decision/", given)
    row = Objection.objects.get()
    at = reverse("objection", args=[row.code])
    shown = {name: "income per head" in browser(cast.accounts[name]).get(at).content.decode()
             for name in ("li", "zhou", "chen", "jiang")}  # fmt: skip
    assert shown == {"li": True, "zhou": True, "chen": False, "jiang": False}
    Objection.objects.filter(pk=row.pk).update(state="rejected")
    assert "income per head" not in browser(cast.accounts["li"]).get(at).content.decode()
