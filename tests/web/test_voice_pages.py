"""Pages of matters: brought without an account, followed by codes, handled inside, answered."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shixiao.records.models import (
    Account,
    ChannelRound,
    Draw,
    NeedFile,
    NeedProposal,
    SearchAsker,
    SearchTally,
    Voice,
    VoiceTopic,
)
from shixiao.voice.handling import Entry
from shixiao.web.voices import public
from shixiao.workflows import tokens
from shixiao.workflows.moving import Act
from shixiao.workflows.voices import handling, importing, linking, topics
from shixiao.workflows.voices.taking import Came, bring
from tests.cast import Cast
from tests.rounds import evaluated_city, with_ledger
from tests.systems import made

pytestmark = pytest.mark.django_db
LAMP = "幸福路三号楼前的路灯坏了一个月，晚上看不见路，请问何时能修好？"
REPLY = (
    "已修复：3月4日更换幸福路三号楼前路灯两盏，晚上看得见路了，报修电话 12345678，坏了当日修好。"
)


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


def browser(account: Account | None = None) -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies["language"] = "en"
    if account is not None:
        client.force_login(account)
    return client


def codes(said: str) -> dict[str, str]:
    number = re.search(r'Your number|Receipt number<br><strong class="keys">([^<]+)<', said)
    query = re.search(
        r'<strong class="keys">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z])</strong><span', said
    )
    assert number is not None
    assert query is not None
    return {"number": number[1], "code": query[1]}


def post(client: Client, path: str, **given: object) -> int:
    """Fill a form as a browser does: with the version that it shows."""
    page = client.get(path).content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None, page[:500]
    return client.post(path, {"seen": seen[1], **given}).status_code


def test_a_matter_goes_from_its_person_to_the_department_and_back(cast: Cast) -> None:
    given = {"kind": "complaint", "text": LAMP, "department": "health", "once": "a1"}
    client = browser()
    assert client.post("/voice/", {"kind": "complaint", "text": " "}).status_code == 422
    said = client.post("/voice/", given).content.decode()
    assert client.post("/voice/", given).content.decode().count(codes(said)["number"])
    row = Voice.objects.get()
    mine = codes(said)
    assert mine["number"] == row.code
    assert client.post("/voice/follow/", mine | {"code": row.code}).status_code == 422
    followed = client.post("/voice/follow/", mine).content.decode()
    assert "Received, to be routed" in followed
    li, zhao = browser(cast.accounts["li"]), browser(cast.accounts["zhao"])
    assert zhao.get(f"/matters/{row.code}/").status_code == 404
    assert post(li, f"/matters/{row.code}/do/assign/", department="health", reason="") == 302
    page = zhao.get(f"/matters/{row.code}/").content.decode()
    assert LAMP in page
    assert browser(cast.accounts["wu"]).get(f"/matters/{row.code}/").status_code == 404
    assert post(zhao, f"/matters/{row.code}/do/reply/", reply="已收悉，高度重视。") == 422
    assert post(zhao, f"/matters/{row.code}/do/reply/", reply=REPLY) == 302
    followed = client.post("/voice/follow/", mine).content.decode()
    assert "12345678" in followed
    again = client.post("/voice/say/", mine | {"verb": "reopen", "reason": ""})
    assert again.status_code == 422
    again = client.post("/voice/say/", mine | {"verb": "reopen", "reason": "still dark"})
    assert "handled again" in again.content.decode()
    row.refresh_from_db()
    assert (row.state, row.reopened) == ("assigned", 1)
    public = client.get("/voice/channels/").content.decode()
    assert "fewer than 11" in public
    assert LAMP not in public


def test_late_and_missing_replies_are_not_in_time_and_imported_ones_are_not_counted(
    cast: Cast,
) -> None:
    now, today = timezone.now(), timezone.localdate()
    rows = [bring(Entry("need", "web", f"{LAMP}{n}"), Came(now))[0] for n in range(16)]

    def some(first: int, last: int, **changed: object) -> None:
        Voice.objects.filter(pk__in=[row.pk for row in rows[first:last]]).update(**changed)

    with_health = {"department": cast.places["health"], "state": "assigned", "due": today}
    some(0, 12, **with_health)
    some(0, 4, due=today - timedelta(days=1), due_rule="HND-02")
    some(12, 16, state="received", overdue=True)
    zhao = cast.actor("zhao", today=today)
    for row in rows[:8]:
        row.refresh_from_db()
        handling.reply(row, Act(zhao, now, row.version), reply=REPLY, anyway="x")
    file = "工单编号,工单内容,承办单位,答复意见,答复时间\n"
    file += "".join(f"{n},路灯不亮{n},卫生健康局,已修好。,2026-02-06 10:00\n" for n in range(12))
    li = cast.actor("li", today=today)
    importing.import_file("a.csv", file.encode(), source="x", actor=li, at=now)
    assert Voice.objects.filter(channel="import", replied__isnull=False).count() == 12
    counts = public._counts()
    assert {name: counts["web"][name] for name in ("answered", "owed", "intime")} == {
        "answered": 8, "owed": 12, "intime": 4,
    }  # fmt: skip
    assert counts["import"]["owed"] == counts["import"]["intime"] == 0
    assert "33% (14" in browser().get("/voice/channels/").content.decode()


def test_a_sheet_for_a_counter_leads_to_the_form_with_what_it_names(cast: Cast) -> None:
    evaluated_city(cast)
    asked = "service=health-1&place=%E4%BA%8C%E5%8F%B7%E7%AA%97%E5%8F%A3&kind=rating"
    page = browser().get(f"/voice/sheet/?{asked}").content.decode()
    address = f"http://localhost/voice/?channel=qr&{asked}"
    drawn = segno.make(address, error="q", micro=False).svg_inline(scale=8, border=4, omitsize=True)
    assert drawn in page
    form = browser().get(address).content.decode()
    for name, value in (("channel", "qr"), ("service", "health-1"), ("place", "二号窗口")):
        assert re.search(rf'name="{name}" value="{value}"', form)
    assert 'name="level"' in form
    for most in ("", f"?place={'窗' * 500}&service=none&kind=x"):
        assert browser().get(f"/voice/sheet/{most}").status_code == 200


def test_a_report_of_a_problem_is_followed_at_the_same_place(cast: Cast) -> None:
    client = browser()
    said = client.post("/report/", {"name": "打卡", "story": "强制打卡。"}).content.decode()
    number = re.search(r'Receipt number<br><strong class="keys">([^<]+)<', said)
    query = re.search(r'<strong class="keys">([0-9A-Z-]{11})</strong><span', said)
    assert number is not None
    assert query is not None
    page = client.post("/voice/follow/", {"number": number[1], "code": query[1]})
    assert page.status_code == 200
    assert "Step by step" in page.content.decode()


def test_the_address_on_a_poster_names_kind_and_place(cast: Cast) -> None:
    page = browser().get("/voice/?service=S1&place=二号窗口&kind=rating").content.decode()
    assert 'value="二号窗口"' in page
    assert re.search(r'type="hidden" name="kind" value="rating"', page)


def test_a_clerk_enters_imports_and_chooses_the_clocks(cast: Cast) -> None:
    zhao, li = browser(cast.accounts["zhao"]), browser(cast.accounts["li"])
    given = {"kind": "need", "text": LAMP, "channel": "phone", "once": "b"}
    assert "Receipt number" in zhao.post("/matters/enter/", given).content.decode()
    assert Voice.objects.get().channel == "phone"
    data = "编号,内容\n1,路灯不亮\n2,挂号太难\n".encode()
    file = SimpleUploadedFile("a.csv", data)
    page = li.post("/matters/import/", {"file": file, "source": "12345"}).content.decode()
    assert "2 taken" in page
    wrong = SimpleUploadedFile("a.txt", data)
    assert li.post("/matters/import/", {"file": wrong}).status_code == 422
    assert li.post("/matters/policy/", {"preset": "quick", "reason": "rule"}).status_code == 302
    assert "3 working days" in li.get("/matters/policy/").content.decode()
    assert "3 working days" in browser().get("/voice/channels/").content.decode()


def test_what_routing_suggests_is_accepted_with_one_button(cast: Cast) -> None:
    row, _ = bring(Entry("need", "web", LAMP, department="health"), Came(timezone.now()))
    Voice.objects.update(suggested={"department": "health", "named": True}, looked=True)
    li = browser(cast.accounts["li"])
    page = li.get("/matters/?queue=route").content.decode()
    assert "accesskey" in page
    done = li.post(f"/matters/{row.code}/accept/", {"department": "health", "seen": "0"})
    assert done.status_code == 302
    row.refresh_from_db()
    assert (row.department, row.label) == (cast.places["health"], "health")
    assert li.post(f"/matters/{row.code}/accept/", {"department": "health"}).status_code == 409


def test_a_group_is_answered_on_one_page(cast: Cast) -> None:
    now = timezone.now()
    for n in range(3):
        entry = Entry("complaint", "web", f"{LAMP}我家在{n}号楼，老人摔倒过。")
        bring(entry, Came(now + timedelta(seconds=n)))
    linking.compare(now=now + timedelta(minutes=1))
    Voice.objects.update(state="assigned", department=cast.places["health"], due=now.date(),
                         due_rule="HND-02")  # fmt: skip
    zhao = browser(cast.accounts["zhao"])
    head = Voice.objects.get(lead=None)
    path = f"/matters/{head.code}/group/"
    everyone = {f"use_{row.code}": "on" for row in Voice.objects.all()}
    assert post(zhao, path, reply=REPLY, **everyone) == 422
    lines = {f"line_{row.code}": "您楼前的灯已修" for row in Voice.objects.all()}
    assert post(zhao, path, reply=REPLY, anyway="同一路段", **everyone, **lines) == 302
    assert set(Voice.objects.values_list("state", flat=True)) == {"replied"}


def test_insults_are_folded_and_contacts_opened_on_record(cast: Cast) -> None:
    entry = Entry("complaint", "web", "你们这些人渣，路灯不亮。", contact="13800000000")
    row, _ = bring(entry, Came(timezone.now()))
    Voice.objects.update(state="assigned", department=cast.places["health"], marks="insult")
    zhao = browser(cast.accounts["zhao"])
    assert "人渣" not in zhao.get("/matters/?queue=handle").content.decode()
    page = zhao.get(f"/matters/{row.code}/").content.decode()
    assert "open to read" in page
    assert "13800000000" not in page
    assert "13800000000" in zhao.post(f"/matters/{row.code}/contact/").content.decode()


def test_whoever_passes_a_matter_on_is_led_to_the_list(cast: Cast) -> None:
    row, _ = bring(Entry("complaint", "web", LAMP), Came(timezone.now()))
    Voice.objects.update(state="assigned", department=cast.places["health"])
    zhao = browser(cast.accounts["zhao"])
    path = f"/matters/{row.code}/do/transfer/"
    seen = re.search(r'name="seen" value="(\d+)"', zhao.get(path).content.decode())
    assert seen is not None
    given = {"seen": seen[1], "department": "housing", "reason": "属小区道路"}
    assert zhao.post(path, given, follow=True).redirect_chain == [("/matters/", 302)]


def test_right_codes_are_no_tries_and_wrong_ones_are(cast: Cast) -> None:
    row, query = bring(Entry("need", "web", LAMP), Came(timezone.now()))
    mine = {"number": row.code, "code": query}
    client = browser()
    for _ in range(public.MOST_TRIES + 1):
        assert client.post("/voice/follow/", mine).status_code == 200
    asked = [client.post("/api/voices/status", mine, content_type="application/json").status_code
             for _ in range(2)]  # fmt: skip
    assert asked == [200, 200]
    for _ in range(public.MOST_TRIES):
        assert client.post("/voice/follow/", mine | {"code": row.code}).status_code == 422
    assert client.post("/voice/follow/", mine).status_code == 403


def test_what_is_written_in_html_stays_text(cast: Cast) -> None:
    row, query = bring(Entry("need", "web", "<script>alert(1)</script>灯"), Came(timezone.now()))
    Voice.objects.update(state="assigned", department=cast.places["health"])
    mine = {"number": row.code, "code": query}
    for page in (
        browser().post("/voice/follow/", mine),
        browser(cast.accounts["zhao"]).get(f"/matters/{row.code}/"),
    ):
        assert "<script>alert" not in page.content.decode()


def test_a_program_delivers_matters_once_and_people_ask_how_far_they_are(cast: Cast) -> None:
    now = timezone.now()
    actor = cast.actor("chu", today=timezone.localdate())
    _, token = tokens.make_token(
        name="app", scopes=["voices"], expires=now + timedelta(days=1), actor=actor, at=now
    )
    program = Client(headers={"host": "localhost", "authorization": f"Bearer {token}"})
    rows = [
        {"kind": "need", "text": LAMP, "number": "1"},
        {"kind": "gift", "text": LAMP},
        {"kind": "rating", "level": 5},
        7,
    ]

    def send(body: object) -> dict[str, object]:
        answer = program.post("/api/voices", json.dumps(body), content_type="application/json")
        return dict(answer.json())

    first, again = send(rows), send(rows)
    assert (first["taken"], first["refused"]) == (2, 2)
    assert (again["taken"], again["again"], again["refused"]) == (1, 1, 2)
    told = first["rows"]
    assert isinstance(told, list)
    assert told[0]["code"] == again["rows"][0]["code"]  # type: ignore[index]
    assert [each["column"] for each in told] == ["", "kind", "", ""]
    body = json.dumps({"number": told[0]["code"], "code": told[0]["query"]})
    anybody = Client(headers={"host": "localhost"})
    asked = anybody.post("/api/voices/status", body, content_type="application/json")
    assert asked.json()["state"] == "received"
    wrong = json.dumps({"number": told[0]["code"], "code": "x"})
    asked = anybody.post("/api/voices/status", wrong, content_type="application/json")
    assert asked.status_code == 404
    assert send({"kind": "need", "text": "灯"})["taken"] == 1
    assert "status" in send([])


OTHERS = (
    "地铁站出口的自行车乱停乱放", "学校门口早晨堵车严重", "菜市场的鱼摊污水横流",
    "公交车三路总是晚点", "河边的垃圾没有人清理", "小区电梯年久失修",
    "工地夜里施工噪声大", "公园的健身器材坏了", "超市卖过期牛奶", "医院停车场收费贵",
    "广场舞音响太吵", "快递柜乱收费", "驾校退费难", "燃气表读数不准",
    "自来水发黄有味", "网吧让未成年人上网", "树枝挡住红绿灯", "井盖丢了没人补",
)  # fmt: skip


def spoken(n: int, cast: Cast) -> list[tuple[Voice, str]]:
    """Let so many people ask for what no service gives."""
    now = timezone.now()
    for text in OTHERS:
        bring(Entry("complaint", "web", f"{text}，没有人管。"), Came(now))
    ends = ("外婆", "爷爷", "母亲", "邻居", "父亲", "老伴")
    return [
        bring(
            Entry(
                "need",
                "web",
                f"希望社区食堂给高龄老人送餐上门，{ends[k % 6]}腿脚不便出不了门，请问怎么申请。",
                contact=f"138000000{k:02}",
            ),
            Came(now),
        )
        for k in range(n)
    ]


def test_a_need_becomes_a_proposal_an_answer_a_change_and_a_need_file(cast: Cast) -> None:
    people = spoken(14, cast)
    assert topics.group(now=timezone.now() + timedelta(days=3)) >= 1
    topic = VoiceTopic.objects.get(people=14)
    assert topic.first == min(row.received for row, _ in people)  # not when it was found
    assert "asks_how" in topic.signs
    li, zhou = browser(cast.accounts["li"]), browser(cast.accounts["zhou"])
    anybody = browser()
    assert f"/needs/{topic.code}/" in anybody.get("/needs/").content.decode()
    given = {"department": "health", "text": "开办送餐上门服务。"}
    assert li.post(f"/needs/{topic.code}/propose/", given).status_code == 302
    assert li.post(f"/needs/{topic.code}/propose/", given).status_code == 409
    proposal = NeedProposal.objects.get()
    assert (proposal.told, proposal.people) == (14, 14)
    path = f"/proposals/{proposal.code}/do"
    soon = (timezone.localdate() + timedelta(days=30)).isoformat()
    assert post(zhou, f"{path}/adopt/", reason="老年人多。") == 422
    assert post(zhou, f"{path}/adopt/", reason="老年人多。", promised=soon) == 302
    assert post(zhou, f"{path}/change/", reason="送餐上门已开通。") == 302
    row, query = people[0]
    page = anybody.post("/voice/follow/", {"number": row.code, "code": query}).content.decode()
    assert "送餐上门已开通" in page
    public = anybody.get(f"/needs/{topic.code}/").content.decode()
    assert "送餐上门已开通" in public
    assert "13800000000" not in public
    system = made(cast, "D-MEALS")
    wei = browser(cast.accounts["wei"])
    done = wei.post(f"/needs/{topic.code}/file/", {"system": system.code})
    assert done.status_code == 302
    file = NeedFile.objects.get(system=system)
    assert (file.people, len(file.complaints), len(file.sources)) == (14, 14, 1)


def test_topics_of_few_people_are_counted_and_not_shown(cast: Cast) -> None:
    spoken(5, cast)
    topics.group(now=timezone.now())
    topic = VoiceTopic.objects.get(people=5)
    page = browser().get("/needs/").content.decode()
    assert topic.code not in page
    assert "1 more topics" in page
    assert browser().get(f"/needs/{topic.code}/").status_code == 404
    assert browser(cast.accounts["li"]).get(f"/needs/{topic.code}/").status_code == 200


def test_a_search_in_vain_counts_once_a_day_and_address_and_is_not_somebodys_number() -> None:
    asked = ("老人送餐", "老人送餐", "13800000000", "？？", "ß" * 60)
    for address, query in [("10.0.0.1", each) for each in asked] + [("10.0.0.2", "老人送餐")]:
        browser().get("/search/", {"q": query}, REMOTE_ADDR=address)
    assert list(SearchTally.objects.order_by("query").values_list("query", "n")) == [
        ("s" * 60, 1),
        ("老人送餐", 2),
    ]
    topics.group_nightly(now=timezone.now() + timedelta(days=1))
    assert not SearchAsker.objects.exists()


def test_nobody_publishes_a_sentence_by_searching_for_it(cast: Cast) -> None:
    spoken(14, cast)
    topics.group(now=timezone.now())
    term = VoiceTopic.objects.get(people=14).terms[0]
    for query in ("陈局长收了别人的钱", term):
        SearchTally.objects.create(day=timezone.localdate(), query=query, n=12)
    anybody = browser().get("/needs/").content.decode()
    assert "陈局长" not in anybody
    assert f"{term}</span> 12 times" in anybody
    assert "陈局长" in browser(cast.accounts["li"]).get("/needs/").content.decode()


def test_channels_are_tested_by_lot_and_the_shares_are_published(cast: Cast) -> None:
    with_ledger()
    chen = browser(cast.accounts["chen"])
    today = timezone.localdate()
    lines = ["channel,department,text,words"]
    lines += [f"web,health,门诊第{n}号窗口几点开门？,八点;8点" for n in range(8)]
    lines += [f"phone,housing,公租房第{n}次申请要什么材料？,身份证" for n in range(8)]
    given = {
        "file": SimpleUploadedFile("pool.csv", "\n".join(lines).encode()),
        "source": "Lottery",
        "source_day": (today + timedelta(days=1)).isoformat(),
        "ends": (today + timedelta(days=7)).isoformat(),
        "weekly": "on",
    }
    assert chen.post("/channels/", given).status_code == 302
    round_ = ChannelRound.objects.get()
    path = f"/channels/{round_.code}/"
    assert f'action="{path}do/stop/"' in chen.get(path).content.decode()
    chen.post(f"{path}do/stop/")
    assert f'action="{path}do/stop/"' not in chen.get(path).content.decode()
    chen.post(f"{path}do/draw/", {"announced": "3 11"})
    assert not round_.tests.exists()
    Draw.objects.update(source_day=today)
    chen.post(f"{path}do/draw/", {"announced": "3 11"})
    assert [round_.tests.filter(channel=c).count() for c in ("web", "phone")] == [5, 5]
    for test in round_.tests.all():
        sent = {"send": "1"} if test.channel == "web" else {"receipt": ""}
        assert chen.post(f"{path}{test.pk}/", sent).status_code == 302
    assert Voice.objects.filter(test=True).count() == 5
    Voice.objects.update(department=cast.places["health"], reply="八点开门。")
    Voice.objects.filter(pk=Voice.objects.first().pk).update(department=cast.places["housing"])
    chen.post(f"{path}do/publish/")
    round_.refresh_from_db()
    assert round_.state == "drawn"
    ChannelRound.objects.update(ends=today - timedelta(days=1))
    chen.post(f"{path}do/publish/")
    round_.refresh_from_db()
    assert round_.state == "published"
    page = browser().get("/voice/channels/").content.decode()
    assert "100% (57" in page  # five of five on the phone were lost
    assert "20% (4" in page  # one of five on the web was misrouted
    assert topics.group(now=timezone.now()) == 0


BAD = (
    {"kind": "need", "text": "灯\x00\ud800不亮", "number": "1\x00\ud800"},
    {"kind": "need", "text": "灯", "number": "9" * 500, "place": "路" * 900, "group": "老" * 90},
    {"kind": "need", "text": "𬺓𠮷😀<b>http://a.b</b>", "service": "\x00", "contact": "\ud83d@x"},
    {"kind": "rating", "level": True},
    {"kind": "rating", "level": 9},
    {"kind": [], "text": "灯"},
    {"kind": "need", "text": "灯" * 10_001},
    [],
)


def test_whatever_a_program_sends_has_an_answer_row_by_row(cast: Cast) -> None:
    now = timezone.now()
    actor = cast.actor("chu", today=timezone.localdate())
    _, token = tokens.make_token(
        name="app", scopes=["voices"], expires=now + timedelta(days=1), actor=actor, at=now
    )
    program = Client(headers={"host": "localhost", "authorization": f"Bearer {token}"})
    for times in (1, 2):
        answer = program.post("/api/voices", json.dumps(BAD), content_type="application/json")
        states = [row["state"] for row in answer.json()["rows"]]
        known = "taken" if times == 1 else "again"
        assert states == [known, known, "taken", *["refused"] * 5]
        assert all(row["text"] for row in answer.json()["rows"][3:])


def test_a_bad_version_or_an_unknown_verb_is_answered_and_changes_nothing(cast: Cast) -> None:
    row, query = bring(Entry("need", "web", LAMP), Came(timezone.now()))
    li = browser(cast.accounts["li"])
    bad = {"department": "health", "seen": "x" * 30}
    assert li.post(f"/matters/{row.code}/accept/", bad).status_code == 409
    mine = {"number": row.code, "code": query, "verb": "delete"}
    assert browser().post("/voice/say/", mine).status_code == 404
    row.refresh_from_db()
    assert row.state == "received"


def test_lists_take_as_many_queries_for_many_rows_as_for_one(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        bring(Entry("need", "web", f"{LAMP}{n}"), Came(timezone.now()))
    Voice.objects.update(state="assigned", department=cast.places["health"])
    zhao = browser(cast.accounts["zhao"])
    with django_assert_max_num_queries(20):
        zhao.get("/matters/?queue=handle")
