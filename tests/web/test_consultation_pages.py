"""Pages of consultations: everybody takes part without an account, officers take every step."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shixiao.records.models import (
    Account,
    DecisionMatter,
    DraftComment,
    OpinionRun,
    StatementVote,
)
from shixiao.web.consultations import hearings, taking_part
from shixiao.web.consultations.showing import FEW, opinion_view
from shixiao.workflows.consultations import deciding, taking
from tests import consulting as way
from tests.cast import Cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


def browser(account: Account | None = None) -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies["language"] = "en"
    if account is not None:
        client.force_login(account)
    return client


def post(client: Client, path: str, **given: object) -> str:
    """Fill a form as a browser does: with the version that it shows."""
    page = client.get(path).content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None, page[:3000]
    answer = client.post(path, {"seen": seen[1], **given})
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def now_open(cast: Cast) -> DecisionMatter:
    """Return a matter that is open since yesterday."""
    return way.opened(cast, at=timezone.now() - DAY)


def test_a_citizen_comments_without_account_and_reads_the_reply_with_the_code(cast: Cast) -> None:
    matter, client = now_open(cast), browser()
    place = f"/consultations/{matter.code}/"
    assert "Comment on this article" in text(client, place)
    form = text(client, f"{place}comment/?article=第二条")
    assert 'value="第二条" selected' in form
    assert client.post(f"{place}comment/", {"text": " "}).status_code == 422
    said = "<b>老人</b>不会用手机 𠮷🙂"
    answer = client.post(f"{place}comment/", {"text": said, "article": "第二条"})
    code = re.search(r'Your code</dt><dd class="keys">([^<]+)<', answer.content.decode())
    assert code is not None
    second = client.post(f"{place}comment/", {"text": "还有一条。"}).content.decode()
    assert "Your code</dt>" not in second
    row = DraftComment.objects.get(number=1)
    twice = {"text": "两次点击。", "once": "c" * 32}
    (one, two) = (browser().post(f"{place}comment/", twice).content.decode() for _ in range(2))
    assert re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]<", one) == re.findall(
        r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]<", two
    )
    assert DraftComment.objects.count() == 3
    assert (row.text, row.article) == (said, "第二条")
    results = text(browser(), f"{place}results/")
    assert "老人" not in results
    other = browser()
    assert "Your code" in text(other, f"{place}mine/")
    assert other.post(f"{place}mine/", {"code": "AAAA-AAAA-A"}).status_code == 422
    own = other.post(f"{place}mine/", {"code": code[1]}).content.decode()
    assert "&lt;b&gt;" in own
    assert "<b>老人" not in own


def test_votes_are_taken_one_by_one_and_changed(cast: Cast) -> None:
    matter, client = now_open(cast), browser()
    way.stated(cast, matter, 2, timezone.now())
    place = f"/consultations/{matter.code}/vote/"
    page = text(client, place)
    number = re.search(r'name="statement" value="(\d+)"', page)
    assert number is not None
    assert "0 of 2 statements" in page
    sent = {"statement": number[1], "vote": "1"}
    shown = client.post(place, sent, follow=True).content.decode()
    assert "Your code is" in shown
    assert "1 of 2" in shown
    assert "Choose again to change it" in text(client, f"{place}?statement={number[1]}")
    client.post(place, {**sent, "vote": "-1"})
    assert StatementVote.objects.get().value == -1
    for wrong in ({"statement": "99", "vote": "1"}, {"statement": "x", "vote": "1"}):
        assert client.post(place, wrong).status_code == 404
    assert client.post(place, {**sent, "vote": "7"}).status_code == 422
    assert "See my votes" in text(client, place)
    assert "Disagree" in text(client, f"/consultations/{matter.code}/mine/")


def test_what_comes_after_the_end_is_refused_clearly_and_counted(cast: Cast) -> None:
    matter = way.opened(cast, at=timezone.now() - 40 * DAY)
    (statement,) = way.stated(cast, matter, 1, timezone.now() - 39 * DAY)
    way.closed(cast, matter)
    client, place = browser(), f"/consultations/{matter.code}/"
    assert client.get(f"{place}comment/").status_code == 409
    assert client.post(f"{place}comment/", {"text": "晚了。"}).status_code == 409
    assert client.post(f"{place}state/", {"text": " "}).status_code == 409
    answer = client.post(f"{place}vote/", {"statement": str(statement.number), "vote": "1"})
    assert answer.status_code == 409
    assert "ended on" in answer.content.decode()
    told = text(client, f"{place}results/")
    for what in ("votes", "comments", "statements"):
        assert f"{what} after the end: 1" in told
    assert "Closed" in text(client, f"{place}vote/")


def test_what_is_refused_for_another_reason_is_not_told_as_late(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = now_open(cast)
    way.announced(cast, matter, timezone.now())
    monkeypatch.setattr("shixiao.workflows.consultations.hearings.MOST_SEATS", 0)
    given = {"name": "张三", "contact": "138", "side": "s0", "statement": "保留窗口。"}
    place = f"/consultations/{matter.code}/hearing/register/"
    assert browser().post(place, given).status_code == 409
    assert not matter.refused.exists()


def test_a_device_keeps_a_code_only_where_somebody_asks_for_it_and_forgets_it(cast: Cast) -> None:
    matter, client = now_open(cast), browser()
    way.stated(cast, matter, 1, timezone.now())
    place, name = f"/consultations/{matter.code}/", f"voice-{matter.code}"
    assert "Remember this device" in text(client, f"{place}vote/")
    client.post(f"{place}comment/", {"text": "保留窗口。"})
    assert client.cookies[name]["max-age"] == ""
    for page in ("comment/", "state/", "vote/", "mine/"):
        said = text(client, f"{place}{page}")
        assert "Not me, another code" in said
        assert "Remember this device" not in said
    client.post(f"{place}mine/", {"forget": "1"})
    assert client.cookies[name].value == ""
    assert "保留窗口" not in text(client, f"{place}mine/")
    kept = browser()
    kept.post(f"{place}comment/", {"text": "电话也要。", "remember": "on"})
    assert kept.cookies[name]["max-age"] == taking_part.YEAR


def test_a_flood_of_codes_from_one_address_is_refused_and_told_in_numbers(cast: Cast) -> None:
    matter = now_open(cast)
    for _ in range(20):
        taking.join(matter, source="127.0.0.1", at=timezone.now())
    client, place = browser(), f"/consultations/{matter.code}/"
    answer = client.post(f"{place}comment/", {"text": "x"})
    assert answer.status_code == 429
    results = text(client, f"{place}results/")
    assert "too much from one address: 1" in results
    assert "addresses that took five or more: 20" in results


def test_officers_bring_a_matter_to_the_public_by_the_pages(cast: Cast) -> None:
    zhao, li = browser(cast.accounts["zhao"]), browser(cast.accounts["li"])
    given = {"name_zh": "市民预约办法", "name_en": "Rules for booking", "kind": "policy",
             "origin": "people", "about": "排队太久。", "system": ""}  # fmt: skip
    assert zhao.post("/consultations/add/", given | {"about": " "}).status_code == 422
    zhao.post("/consultations/add/", given)
    matter = DecisionMatter.objects.get()
    place = f"/consultations/{matter.code}/"
    post(zhao, f"{place}do/study/", text="问题和依据。")
    assert zhao.get(f"{place}do/start/").status_code == 403
    assert zhao.get(f"{place}do/draft/").status_code == 409
    assert zhao.get(f"{place}do/close/").status_code == 404
    assert zhao.get(f"{place}do/nothing/").status_code == 404
    post(li, f"{place}do/start/", text="启动。")
    upload = SimpleUploadedFile("draft.txt", way.TEXT.encode("gb18030"))
    post(zhao, f"{place}do/draft/", upload=upload, summary="以后先预约。", explanation="")
    assert matter.drafts.get().articles[1]["text"] == "预约可以在网上办理。"
    soon = (timezone.localdate() + 5 * DAY).isoformat()
    page = zhao.post(
        f"{place}do/open/", {"seen": "4", "until": soon, "how": "网站", "reason": ""}
    ).content.decode()
    assert "30 days as a rule" in page
    until = (timezone.localdate() + 50 * DAY).isoformat()
    post(zhao, f"{place}do/open/", until=until, how="网站", reason="")
    public = text(browser(), place)
    assert "Open for opinions" in public
    assert "以后先预约" in public
    assert matter.name.en in text(browser(), "/consultations/")
    for n in range(3):
        post(zhao, f"{place}expert/", name=f"专家{n}", institution="大学", says="against",
             text="反对。", signed="on")  # fmt: skip
    post(zhao, f"{place}do/argue/", text="已研究。")
    post(zhao, f"{place}do/risky/", assessor="评估公司", heard="公安局", text="风险点")
    post(zhao, f"{place}do/assess/", assessor="评估公司", heard="公安局", text="x", measures="y")
    assert "against" in text(browser(), place)


def test_comments_are_judged_entered_grouped_and_replied_to_by_the_pages(cast: Cast) -> None:
    start = timezone.now() - 40 * DAY
    matter = way.opened(cast, at=start)
    (one,) = way.joined(matter, at=start)
    taking.comment(one, "第三条处罚太重。", article="第三条", at=start)
    taking.comment(one, "<script>alert(1)</script> https://ads.example", at=start)
    zhao, li = browser(cast.accounts["zhao"]), browser(cast.accounts["li"])
    place = f"/consultations/{matter.code}/"
    assert zhao.get(f"{place}judge/").status_code == 403
    page = text(li, f"{place}judge/")
    assert "&lt;script&gt;" in page
    li.post(f"{place}judge/", {"kind": "comment", "number": "1", "ground": ""})
    li.post(f"{place}judge/", {"kind": "comment", "number": "2", "ground": "advert"})
    listed = SimpleUploadedFile("letters.csv", "编号,内容\n1,请保留窗口。\n".encode())
    zhao.post(f"{place}enter/", {"channel": "letter", "text": "", "article": "", "file": listed})
    assert DraftComment.objects.filter(channel="letter").count() == 1
    wrong = SimpleUploadedFile("x.csv", b"\x00\x01")
    bad = zhao.post(f"{place}enter/", {"channel": "letter", "text": "", "file": wrong})
    assert bad.status_code == 422
    way.closed(cast, matter)
    results = text(browser(), f"{place}results/")
    assert "第三条处罚太重" in results
    assert "Not shown: 1 (advertising" in results
    post(zhao, f"{place}do/revise/", draft=way.REVISED, summary="x", explanation="")
    assert browser().get(f"{place}groups/1/").status_code == 302
    for group in matter.groups.all():
        post(zhao, f"{place}groups/{group.number}/", outcome="adopted", reason="改为一个月。",
             articles=["第三条"])  # fmt: skip
    post(zhao, f"{place}do/settle/", text="总体采纳。")
    said = text(browser(), f"{place}results/")
    assert "Adopted" in said
    assert "改为一个月" in said
    changed = text(browser(), f"{place}changes/")
    assert "三个月内不得预约" in changed
    assert "一个月内不得预约" in changed
    data = browser().get(f"{place}data/opinions.csv")
    assert "第三条处罚太重" in data.content.decode("utf-8-sig")
    assert browser().get(f"{place}data/people.csv").status_code == 404


def test_only_what_more_than_half_of_every_group_agree_on_is_called_agreed() -> None:
    found = {
        "k": 2, "clear": True, "why": {"zh": "清楚", "en": "clear"}, "stability": 0.9,
        "silhouette": 0.5, "voters": 40, "participants": 40, "suspect": [],
        "groups": [{"id": "0", "size": 30, "weight": 30, "speaks": []},
                   {"id": "1", "size": 10, "weight": 10, "speaks": []}],
        "consensus": [{"statement_id": "1", "score": 0.6, "agree": [0.9, 0.7]},
                      {"statement_id": "2", "score": 0.4, "agree": [0.9, 0.5]},
                      {"statement_id": "3", "score": 0.3, "agree": [0.6, 0.6]}],
    }  # fmt: skip
    run = OpinionRun(at=timezone.now(), votes_sha256="0" * 64, result=found)
    view = opinion_view(run, {"1": "甲", "2": "乙"}, inside=False)
    assert view is not None
    assert [each["text"] for each in view["consensus"]] == ["甲"]
    assert view["groups"][0]["size"] == "30"
    assert view["groups"][1]["size"] == FEW
    assert view["consensus"][0]["agree"] == []
    within = opinion_view(run, {"1": "甲"}, inside=True)
    assert within is not None
    assert within["consensus"][0]["agree"] == ["90%", "70%"]


def test_what_was_said_of_a_matter_stays_inside_until_it_is_put_to_everybody(cast: Cast) -> None:
    now = timezone.now()
    matter = way.drafted(cast, at=now)
    place = f"/consultations/{matter.code}/"
    outside, own = text(browser(), place), text(browser(cast.accounts["zhao"]), place)
    for said in ("问题、依据、方案", "排队太久", "预约可以在网上办理"):
        assert said not in outside
        assert said in own
    assert browser().get(f"{place}comment/").status_code == 409
    given = {"basis": "保守国家秘密法", "reason": "依法不予公开。"}
    deciding.step(matter, "withhold", way.act(cast, "li", matter, now), given)
    outside = text(browser(), place)
    assert "保守国家秘密法" in outside
    assert "问题、依据、方案" not in outside
    assert "预约可以在网上办理" not in outside


def test_a_hearing_is_announced_registered_for_and_signed_by_the_pages(cast: Cast) -> None:
    start = timezone.now() - 60 * DAY
    matter = way.opened(cast, at=start, days=70)
    way.announced(cast, matter, start, days=60, size=6)
    place, client = f"/consultations/{matter.code}/hearing/", browser()
    given = {"name": "张三", "contact": "138", "side": "s0", "statement": "保留窗口。"}
    late = client.post(f"{place}register/", given)
    assert late.status_code == 409
    assert "Registration ended on" in late.content.decode()
    seats = way.registered(matter, ["s0"] * 3 + ["s1"] * 3 + ["s2"] * 2, start)
    drawn_on = way.seated(cast, matter, start + 36 * DAY)
    page = text(client, place)
    assert "Drawn by a public value" in page
    chosen = next((s, q) for s, q in seats if matter.seats.get(pk=s.pk).drawn)
    other = next((s, q) for s, q in seats if not matter.seats.get(pk=s.pk).drawn)
    codes = {"number": chosen[0].code, "query": chosen[1]}
    assert "You were drawn" in client.post(f"{place}mine/", codes).content.decode()
    not_drawn = {"number": other[0].code, "query": other[1]}
    assert "not drawn" in client.post(f"{place}mine/", not_drawn).content.decode()
    assert client.post(f"{place}mine/", codes | {"query": "x"}).status_code == 422
    li = browser(cast.accounts["li"])
    assert "Enter that he withdrew" not in text(client, place)
    assert "Enter that he withdrew" in text(li, place)
    gone = matter.seats.filter(drawn__isnull=False, side="s1").exclude(pk=chosen[0].pk).first()
    assert gone is not None
    li.post(f"{place}{gone.code}/note/", {"what": "leave", "reason": "会前住院。"})
    assert matter.seats.get(pk=gone.pk).withdrew is not None
    assert "Seats that stay empty: 1" in text(client, place)
    act = way.act(cast, "li", matter, drawn_on)
    deciding.step(matter, "deliver", act, {"text": "草案和说明"})
    post(li, f"/consultations/{matter.code}/do/hold/", minutes="各方陈述。", absent="")
    assert "各方陈述" not in text(client, place)
    signed = client.post(f"{place}mine/", codes | {"what": "object", "objection": "漏记一点。"})
    assert "Signed with an objection" in signed.content.decode()
    assert client.post(f"{place}mine/", codes | {"what": "sign"}).status_code == 409
    for seat in matter.seats.filter(drawn__isnull=False, signed=""):
        li.post(f"{place}{seat.code}/note/", {"reason": "会后离开。"})
    assert "it can be noted who did not sign" in text(li, place)
    assert not matter.seats.filter(signed="refused").exists()
    matter.events.filter(event="hold").update(on=timezone.localdate() - 5 * DAY)
    for seat in matter.seats.filter(drawn__isnull=False, signed=""):
        li.post(f"{place}{seat.code}/note/", {"reason": "会后离开。"})
    post(li, f"/consultations/{matter.code}/do/confirm/")
    post(li, f"/consultations/{matter.code}/do/conclude/", text="写入第二条。")
    public = text(browser(), place)
    assert "各方陈述" in public
    assert "漏记一点" in public
    assert "会后离开" not in public


def test_right_codes_are_not_counted_as_guesses(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_part, "MOST_TRIES", 2)
    monkeypatch.setattr(hearings, "MOST_TRIES", 2)
    matter = now_open(cast)
    way.announced(cast, matter, timezone.now())
    _, code = taking.join(matter, source="", at=timezone.now())
    ((seat, query),) = way.registered(matter, ["s0"], timezone.now())
    client, place = browser(), f"/consultations/{matter.code}/"
    own = {"number": seat.code, "query": query}
    for path, right, wrong in (
        (f"{place}mine/", {"code": code}, {"code": "AAAA-AAAA-A"}),
        (f"{place}hearing/mine/", own, own | {"query": "x"}),
    ):
        assert [client.post(path, right).status_code for _ in range(4)] == [200] * 4
        assert [client.post(path, wrong).status_code for _ in range(3)] == [422, 422, 403]


def test_whoever_registered_reads_that_the_procedure_was_stopped(cast: Cast) -> None:
    matter = now_open(cast)
    way.announced(cast, matter, timezone.now())
    ((seat, query),) = way.registered(matter, ["s0"], timezone.now())
    place, li = f"/consultations/{matter.code}/", browser(cast.accounts["li"])
    assert "It cannot be taken up again" in text(li, f"{place}do/stop/")
    post(li, f"{place}do/stop/", reason="另有规定。")
    assert "另有规定" in text(browser(), place)
    assert "the hearing is not held" in text(browser(), f"{place}hearing/")
    sent = {"number": seat.code, "query": query}
    own = browser().post(f"{place}hearing/mine/", sent).content.decode()
    assert "the hearing is not held" in own
    assert browser().get(f"{place}hearing/register/").status_code == 409
    listed = text(browser(), "/consultations/")
    assert listed.count(matter.name.en) == 1
    assert "Registration open" not in listed


def test_everybody_reads_that_a_decision_is_suspended_and_why_until_it_is_taken_up_again(
    cast: Cast,
) -> None:
    matter = way.through(cast, at=timezone.now() - 150 * DAY)
    place, li = f"/consultations/{matter.code}/", browser(cast.accounts["li"])
    assert "decision of its own" in text(li, f"{place}do/suspend/")
    post(li, f"{place}do/suspend/", reason="汛情紧急。")
    public = text(browser(), place)
    assert "The decision is suspended" in public
    assert "汛情紧急" in public
    assert li.get(f"{place}do/suspend/").status_code == 409
    post(li, f"{place}do/resume/", reason="汛情已过。")
    public = text(browser(), place)
    assert "The decision is suspended" not in public
    assert "汛情已过" in public


def test_registration_is_open_until_its_last_day(cast: Cast) -> None:
    matter = way.opened(cast, at=timezone.now() - 5 * DAY, days=40)
    way.announced(cast, matter, timezone.now() - 5 * DAY)
    place, client = f"/consultations/{matter.code}/hearing/register/", browser()
    given = {"name": "张三", "contact": "138", "side": "s0", "statement": "保留窗口。"}
    assert client.post(place, given | {"side": "s9"}).status_code == 422
    assert "You are registered" in client.post(place, given).content.decode()
    assert "fewer than 11" in text(browser(), f"/consultations/{matter.code}/hearing/")
    assert "张三" not in text(browser(), f"/consultations/{matter.code}/hearing/")
    assert "张三" in text(browser(cast.accounts["li"]), f"/consultations/{matter.code}/hearing/")
    assert client.post(place, given | {"name": "张四"}).status_code == 422
    li = browser(cast.accounts["li"])
    assert "came to the counter" in text(li, place)
    assert "You are registered" in li.post(place, given | {"name": "张四"}).content.decode()


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    for _ in range(4):
        now_open(cast)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        browser().get("/consultations/")
