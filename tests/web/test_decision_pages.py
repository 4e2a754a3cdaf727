"""Pages of decisions: the own by its codes alone, a lost receipt, and what is laid down."""

from __future__ import annotations

import json
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shixiao.fairness.decisions import read_row
from shixiao.records.models import Case, LeafRow, LoggedDecision, System
from shixiao.web.decisions import views
from shixiao.web.decisions.letters import BASES
from shixiao.workflows.decisions import taking
from shixiao.workflows.decisions.explaining import FIXED, NOT_ADVERSE
from shixiao.workflows.decisions.remedies import AFTERWARDS, WARNING
from shixiao.workflows.decisions.taking import Answer
from tests import deciding
from tests.cast import NOW, Cast
from tests.explained import SCHEME, ZONE, content, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def aid(cast: Cast, place: Path) -> System:
    return deciding.laid_down(cast)


def taken(cast: Cast, aid: System, **changed: Any) -> Answer:
    actor = cast.actor("chu")
    delivery = taking.begin(aid, name="test", actor=actor, at=NOW)
    rows = [(1, read_row(sent(**changed), now=NOW, zone=ZONE))]
    (answer,) = taking.take(delivery, rows, actor=actor, at=NOW)
    return answer


def visitor(language: str = "en") -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies["language"] = language
    return client


def page(answer: Answer) -> str:
    given = {"number": answer.receipt, "code": answer.query}
    said = visitor().post("/decisions/", given).content.decode()
    return " ".join(said.split())


def test_the_page_says_what_who_which_facts_what_would_change_it_and_until_when(
    cast: Cast, aid: System
) -> None:
    said = page(taken(cast, aid))
    for part in (
        "refused", "The system advised, and an official decided.",
        "社会救助暂行办法第四十七条",
        "monthly income per head", "1,500", "Bring payslips", "is below 1,000",
        "the counter of civil", "the city government", "22 April 2026", "21 August 2026",
        "does not stop",
    ):  # fmt: skip
        assert part in said, part
    assert "age is" not in said


def test_nothing_is_shown_without_the_query_code(cast: Cast, aid: System) -> None:
    answer = taken(cast, aid)
    client = Client(headers={"host": "localhost"})
    wrong = client.post("/decisions/", {"number": answer.receipt, "code": answer.receipt})
    assert wrong.status_code == 422
    assert "1,500" not in wrong.content.decode()
    assert client.get("/decisions/").status_code == 200
    letter = client.post("/decisions/letter.docx", {"number": "x", "code": "y"})
    assert letter.status_code == 422


def test_tries_are_limited(aid: System) -> None:
    client = Client(headers={"host": "localhost"}, REMOTE_ADDR="10.9.8.7")
    codes = {"number": "K7Q2-M9XD-4", "code": "K7Q2-M9XD-4"}
    answers = [client.post("/decisions/", codes).status_code for _ in range(21)]
    assert answers[-1] == 403


def test_only_wrong_codes_count_as_tries(
    cast: Cast, aid: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_TRIES", 3)
    answer = taken(cast, aid)
    client = Client(headers={"host": "localhost"}, REMOTE_ADDR="10.9.8.6")
    codes = {"number": answer.receipt, "code": answer.query}
    assert {client.post("/decisions/", codes).status_code for _ in range(5)} == {200}
    wrong = codes | {"code": answer.receipt}
    answers = [client.post("/decisions/", wrong).status_code for _ in range(4)]
    assert answers == [422] * 3 + [403]


def test_hostile_words_are_shown_as_words(cast: Cast, aid: System) -> None:
    said = page(taken(cast, aid, explanation="<script>alert(1)</script>"))
    assert "<script>alert" not in said
    assert "&lt;script&gt;" in said


def test_the_letter_says_the_same_in_large_print(cast: Cast, aid: System) -> None:
    answer = taken(cast, aid)
    client = visitor("zh")
    given = {"number": answer.receipt, "code": answer.query}
    letter = docx.Document(BytesIO(client.post("/decisions/letter.docx", given).content))
    said = "\n".join(paragraph.text for paragraph in letter.paragraphs)
    for part in ("不予准许", "民政收入核对库", "2026年4月22日", "2026年8月21日", "不影响"):
        assert part in said, part
    assert "个人信息保护法第二十四条" in said
    assert "（法律）" in said
    assert "（本平台设定）" in said
    sizes = {run.font.size.pt for p in letter.paragraphs for run in p.runs if "民政" in run.text}
    assert min(sizes) >= 18


@pytest.mark.parametrize("language", ["zh", "en"])
def test_letter_and_page_say_the_same_of_what_is_lacking_corrected_and_suspended(
    cast: Cast, aid: System, language: str
) -> None:
    answer = taken(cast, aid, article=None, factors=None)
    LoggedDecision.objects.update(corrected="grant", suspended=True)
    given = {"number": answer.receipt, "code": answer.query}
    paper = visitor(language).post("/decisions/letter.docx", given).content
    letter = "\n".join(p.text for p in docx.Document(BytesIO(paper)).paragraphs)
    shown = unescape(visitor(language).post("/decisions/", given).content.decode())
    names = {name: each["name"][language] for name, each in SCHEME["outcomes"].items()}
    told = [text.in_language(language) for name, text in FIXED.items() if name != "object"]
    told += [
        names["grant"],
        names["refuse"],
        *(text.in_language(language) for text in BASES.values()),
    ]
    told += [SCHEME[part][language] for part in ("people", "reconsideration", "court")]
    told += [text.in_language(language) for text in (WARNING, AFTERWARDS, NOT_ADVERSE)]
    for said in told:
        assert said.strip() in letter, said
        assert said.strip() in shown, said


def test_a_decision_that_the_table_contradicts_says_so_to_its_person(
    cast: Cast, aid: System
) -> None:
    inputs = {"income": 1, "hardship": "none", "age": 40}
    said = page(taken(cast, aid, inputs=inputs))
    assert "That is a fault" in said


def test_a_counter_finds_a_lost_receipt_and_the_old_code_ends(cast: Cast, aid: System) -> None:
    answer = taken(cast, aid)
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.accounts["zhao"])
    asked = {"system": aid.code, "number": "2026-001", "proof": "窗口核对身份证", "proxy": ""}
    assert client.post("/decisions/look-up/", asked | {"proof": ""}).status_code == 422
    assert client.post("/decisions/look-up/", asked | {"number": "none"}).status_code == 422
    found = client.post("/decisions/look-up/", asked)
    assert found.status_code == 200
    assert answer.receipt in found.content.decode()
    assert answer.query not in found.content.decode()
    assert "1,500" not in page(answer)
    assert LeafRow.objects.filter(event="decision.found").count() == 1
    client.force_login(cast.accounts["wu"])
    assert client.post("/decisions/look-up/", asked).status_code == 422


def test_a_department_lays_down_and_checks(cast: Cast, aid: System) -> None:
    taken(cast, aid, recommended="grant")
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.accounts["wei"])
    place = f"/decisions/systems/{aid.code}/"
    wrong = SimpleUploadedFile("scheme.json", b"{}")
    assert client.post(f"{place}lay/", {"file": wrong}).status_code == 422
    scheme = SimpleUploadedFile("scheme.json", json.dumps(SCHEME).encode())
    assert client.post(f"{place}lay/", {"file": scheme}).status_code == 302
    table = SimpleUploadedFile("table.json", json.dumps(content()).encode())
    assert client.post(f"{place}lay/", {"file": table, "version": "2"}).status_code == 302
    assert client.post(f"{place}check/").status_code == 302
    client.cookies["language"] = "en"
    said = client.get(place).content.decode()
    assert "come out otherwise than the system said" in said
    public = visitor().get(place).content.decode()
    assert "come out otherwise" not in public
    assert "fewer than 11" in public


def test_a_breach_becomes_a_case_once_an_analyst_opens_it(cast: Cast, aid: System) -> None:
    taken(cast, aid, recommended="grant")
    client = visitor()
    client.force_login(cast.accounts["li"])
    place = f"/decisions/systems/{aid.code}/"
    assert client.post(f"{place}case/faithfulness/").status_code == 404
    client.post(f"{place}check/")
    assert "Open a case" in client.get(place).content.decode()
    opened = client.post(f"{place}case/faithfulness/")
    assert opened.status_code == 302
    case = Case.objects.get()
    assert (case.subject_kind, case.subject, case.department) == ("system", "aid", aid.department)
    assert client.post(f"{place}case/consistency/").status_code == 404
