"""Papers on cases, from real cases: when there are any, to whom they go, and what they say."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import docx
import pytest
from django.test import Client
from django.utils import timezone

from shixiao.records.models import Case
from shixiao.workflows.cases.opening import observe
from tests.cast import NOW, Cast
from tests.web.test_board import make
from tests.workflows.test_cases import decide, establish


@pytest.fixture
def case(cast: Cast) -> Case:
    return observe(
        name="网上预约之后还要到窗口取号",
        story="三次现场核对。",
        department=cast.places["health"],
        actor=cast.actor("chen"),
        at=NOW,
    )


def signed_in(cast: Cast, name: str = "qian", language: str = "zh-hans") -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies["language"] = language
    client.force_login(cast.accounts[name])
    return client


def text_of(content: bytes) -> str:
    document = docx.Document(BytesIO(content))
    lines = [paragraph.text for paragraph in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(lines)


def overdue(case: Case, **changed: str) -> None:
    due = timezone.localdate() - timedelta(days=60)
    Case.objects.filter(pk=case.pk).update(due=due, **changed)


BEFORE, AFTER = ("lead", "checking", "contested"), ("proposed", "found", "correcting")


@pytest.mark.parametrize("state", [*BEFORE, *AFTER])
def test_the_notice_goes_to_whoever_has_to_act(cast: Cast, case: Case, state: str) -> None:
    overdue(case, state=state)
    answer = signed_in(cast).get(f"/cases/{case.code}/notice.docx?number=12")
    lines = text_of(answer.content).splitlines()
    assert lines[:2] == ["督查室文件", f"督办〔{timezone.localdate().year}〕12号"]
    assert lines[2] == f"关于案件{case.code}的督办通知"
    assert lines[3] == ("卫生健康局：" if state in AFTER else "数据局：")
    assert "已逾期" in lines[5]
    assert lines[-2] == "督查室"
    assert "不是法律、法规规定的期限" in text_of(answer.content)


def test_an_order_and_a_decision_are_written_once_the_case_is_that_far(
    cast: Cast, case: Case, place: object
) -> None:
    client = signed_in(cast)
    for name in ("order", "decision"):
        assert client.get(f"/cases/{case.code}/{name}.docx").status_code == 409
    establish(cast, case)
    decide(cast, case)
    order = text_of(client.get(f"/cases/{case.code}/order.docx").content)
    assert "认定上述问题属实" in order
    assert "责任人为周某（处长）" in order
    assert "附件：report.pdf" in order
    decision = text_of(client.get(f"/cases/{case.code}/decision.docx").content)
    for said in ("周某，处长", "本人认可。", "某办法第十条", "提醒。首次。", "2026年3月2日"):
        assert said in decision


def test_papers_and_briefing_are_english_on_the_english_site(
    cast: Cast, case: Case, place: object
) -> None:
    establish(cast, case)
    decide(cast, case)
    client = signed_in(cast, "jiang", "en")
    for name in ("notice", "order", "decision"):
        said = text_of(client.get(f"/cases/{case.code}/{name}.docx").content)
        assert said.startswith("Inspectorate\n")
        assert "To: Health Department" in said


def test_the_briefing_says_what_moved_and_what_is_supervised(cast: Cast) -> None:
    today = timezone.localdate()
    late = make(cast, today - timedelta(days=60))
    other = make(cast, today - timedelta(days=60), place="housing")
    late.steps.create(
        verb="file", from_state="lead", state="filed", at=timezone.now() - timedelta(days=2)
    )
    client = signed_in(cast)
    said = text_of(client.get("/cases/board.docx?department=health").content)
    assert "在办 1 件：逾期 1 件（其中列入督办 1 件）" in said
    assert "立案 1 件" in said
    assert late.code in said
    assert other.code not in said
    assert client.get("/cases/board.docx").content == client.get("/cases/board.docx").content


@pytest.mark.parametrize("number", ["0", "10000", "x"])
def test_a_wrong_number_is_refused_with_what_to_do(cast: Cast, case: Case, number: str) -> None:
    answer = signed_in(cast).get(f"/cases/{case.code}/notice.docx?number={number}")
    assert answer.status_code == 422
    assert "1 到 9999" in answer.content.decode()


def test_the_page_of_a_case_offers_the_papers_it_is_far_enough_for(cast: Cast, case: Case) -> None:
    page = signed_in(cast).get(f"/cases/{case.code}/").content.decode()
    assert f"/cases/{case.code}/notice.docx" in page
    assert "order.docx" not in page
    handler = signed_in(cast, "sun").get(f"/cases/{case.code}/").content.decode()
    assert "notice.docx" not in handler
