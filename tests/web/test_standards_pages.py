"""Pages of standards and of what departments upload, with rows on them."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import DataCopy, FoundTable, MatchRun, Standard
from shixiao.terms import Text
from shixiao.workflows.conformance import report
from shixiao.workflows.example_standards import INCOME, OTHER_INCOME, _adopted
from shixiao.workflows.inventories import take_in
from shixiao.workflows.lifecycle import copying, proving
from shixiao.workflows.lifecycle.proving import Seen
from shixiao.workflows.matches import asking, deciding, running
from shixiao.workflows.matches.asking import Upload
from shixiao.workflows.moving import Act
from shixiao.workflows.standards import drafting, importing
from tests import answers
from tests.cast import NOW, TODAY, Cast, make_cast
from tests.dealing import dealing, published
from tests.web.browsing import Reader
from tests.web.looking import Look, faults

SHOTS = os.environ.get("SHOTS_OF_SHARING")  # a folder, to look at the pages
MADE_UP = {"月收入", "女", "男", "，", INCOME.definition, *"中性别", "户籍人口", "公民身份号码"}
Pages = list[tuple[str, str]]
WRONG_FILES = (("x,y\n1,2\n", "a.csv"), ("not a list", "a.yaml"), (b"\xff\xfe\x00", "a.xlsx"))


def standards(cast: Cast) -> Pages:
    """Make a standard in every state, and return the pages that show them, each with who looks."""
    health, chu = cast.places["health"], cast.actor("chu")
    importing.import_elements(
        [_adopted(INCOME)], file="f", own=health, actor=cast.actor("li"), at=NOW
    )
    adopted = Standard.objects.get()
    revised = drafting.revise(adopted, actor=chu, at=NOW)
    opened = drafting.draft(
        OTHER_INCOME, department=cast.places["housing"], actor=cast.actor("li"), at=NOW
    )
    drafting.put_to_comments(opened, Act(cast.actor("li"), NOW, opened.version))
    drafting.remark(opened, "单位不一致", actor=chu, at=NOW)
    opened.refresh_from_db()
    return [
        ("/standards/", "data_officer:chu"),
        ("/standards/conflicts/", ""),
        (reverse("standard", args=[opened.code]), "head:zhou"),
        (reverse("standard", args=[adopted.code]), "data_officer:chu"),
        (reverse("standard", args=[revised.code]), "data_officer:chu"),
        (reverse("standard_edit", args=[revised.code]), "data_officer:chu"),
        (reverse("standard_act", args=[opened.code, "adopt"]), "analyst:li"),
        (reverse("standard_remark", args=[opened.code]), "head:zhou"),
        ("/standards/import/", "analyst:li"),
    ]


def lives(cast: Cast) -> Pages:
    """Make evidence and copies of a dataset, and return the pages that show them."""
    deal, chu = dealing(cast), cast.actor("chu")
    proving.name_custodian(deal.item, "store", office="信息中心", person="周某", actor=chu, at=NOW)
    seen = Seen("store.backups", TODAY, False, "备份没有加密", None, ("证.txt", b"x"))
    proving.prove(deal.item, seen, actor=chu, at=NOW)
    given = {"holder": cast.places["health"], "name": "三月批量文件", "place": "机房"}
    kept, gone = (
        copying.register(deal.item, **given, keep_until=TODAY, actor=chu, at=NOW) for _ in range(2)
    )
    for copy in (kept, gone):
        copying.propose(copy, deal.act("chu", copy), how="粉碎")
    copying.confirm(gone, deal.act("zhou", gone))
    return [
        (reverse("dataset_life", args=[deal.item.code]), "data_officer:chu"),
        ("/life/", "analyst:li"),
        *(
            (reverse(name, args=[deal.item.code]), "data_officer:chu")
            for name in ("dataset_custody", "dataset_proof", "dataset_run", "dataset_copy_add")
        ),
        (reverse("copy", args=[kept.code]), "head:zhou"),
        (reverse("copy_act", args=[kept.code, "confirm"]), "head:zhou"),
        (reverse("copy", args=[gone.code]), "data_officer:chu"),
    ]


def conformance(cast: Cast) -> Pages:
    """Enter two reports of a dataset, and return the pages that show them."""
    item, given = published(cast), {"file": "a.json", "actor": cast.actor("chu"), "at": NOW}
    for clean, days in ((900, 30), (990, 0)):
        data = answers.file_of(answers.conformance(clean=clean))
        made, _ = report(item, data, day=TODAY - timedelta(days=days), **given)
    return [
        (reverse("dataset_conformance", args=[item.code]), "data_officer:chu"),
        (reverse("dataset_conformance_one", args=[item.code, made.pk]), "data_officer:chu"),
        (reverse("dataset_conformance_add", args=[item.code]), "data_officer:chu"),
        (reverse("dataset", args=[item.code]), "data_officer:chu"),
    ]


def found(cast: Cast) -> Pages:
    """Take an inventory in, and return the pages that show it."""
    item, chu = published(cast), cast.actor("chu")
    data = answers.file_of(answers.inventory("t_hj", "t_new", "t_log", dataset=item.identifier))
    health = cast.places["health"]
    made, _ = take_in(data, file="a.json", department=health, actor=chu, at=NOW)
    table = made.tables.get(name="t_new")
    return [
        (reverse("inventory", args=[made.code]), "data_officer:chu"),
        (f"{reverse('inventory', args=[made.code])}?show=all", "analyst:li"),
        (reverse("inventory_table", args=[made.code, table.pk]), "data_officer:chu"),
        ("/inventories/", "analyst:li"),
        ("/inventories/add/", "data_officer:chu"),
        ("/catalogue/statistics/?down=department&across=grade", "analyst:li"),
    ]


def matched(cast: Cast) -> Pages:
    """Decide about some wordings of a matching, and return the pages that show them."""
    health, chu = cast.places["health"], cast.actor("chu")
    data = answers.file_of(answers.matches("房产证", "爱人姓名", "配偶姓名"))
    made, _ = asking.take_in(Upload("a.json", data), department=health, actor=chu, at=NOW)
    house, spouse = made.items.get(name="房产证"), made.items.get(name="爱人姓名")
    first = deciding.confirm(house, "R2", seen="", actor=cast.actor("zhou"), at=NOW)
    deciding.confirm(house, "R1", seen=str(first.pk), actor=chu, at=NOW)
    deciding.reject(spouse, seen="", actor=chu, at=NOW)
    waiting = MatchRun.objects.create(
        department=health,
        kind="registry",
        source="b.csv",
        progress=Text("读取清单", "Reading the lists"),
        asked=NOW,
        asked_by=cast.accounts["chu"],
    )
    failed = MatchRun.objects.create(
        department=health,
        kind="lists",
        source="b.csv",
        compared="e.csv",
        state="failed",
        problem=running.ENDED,
        asked=NOW,
        asked_by=cast.accounts["chu"],
    )
    return [
        (reverse("match", args=[made.code]), "data_officer:chu"),
        (reverse("match_item", args=[made.code, house.pk]), "data_officer:chu"),
        (reverse("match", args=[made.code]), "analyst:li"),
        (reverse("match", args=[waiting.code]), "data_officer:chu"),
        (reverse("match", args=[failed.code]), "data_officer:chu"),
        ("/matches/learned/", "analyst:li"),
        ("/matches/", "data_officer:chu"),
        ("/matches/add/", "data_officer:chu"),
        ("/matches/enter/", "data_officer:chu"),
    ]


MAKERS = {
    "conformance": conformance,
    "found": found,
    "lives": lives,
    "matched": matched,
    "standards": standards,
}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize(
    ("language", "screen", "elder", "everything"),
    [
        ("en", "desktop", "", False),
        pytest.param("en", "desktop", "", True, marks=pytest.mark.slow),
        pytest.param("zh", "phone", "largest", True, marks=pytest.mark.slow),
        pytest.param("zh", "desktop", "", True, marks=pytest.mark.slow),
        pytest.param("en", "phone", "on", True, marks=pytest.mark.slow),
    ],
)
def test_the_pages_break_no_rule_fit_the_screen_and_keep_to_their_language(
    reader: Reader,
    place: Path,
    maker: str,
    language: str,
    screen: str,
    elder: str,
    everything: bool,
) -> None:
    pages = MAKERS[maker](make_cast())
    some, look = enumerate(pages if everything else pages[:1]), Look(language, screen, elder)
    found = faults(reader, some, look, made_up=MADE_UP, shots=SHOTS, prefix=f"{maker}-")
    assert found == []


# ── without a browser ────────────────────────────────────────────────────────────────────────────


def client(cast: Cast, name: str = "") -> Client:
    made = Client(headers={"host": "localhost"})
    if name:
        made.force_login(cast.accounts[name])
    return made


def upload(data: str | bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)


@pytest.mark.django_db
def test_the_way_of_a_standard_is_walked_by_forms(cast: Cast) -> None:
    chu, han = client(cast, "chu"), client(cast, "han")
    given = {"id": "DE1", "name": "姓名", "synonyms": "名字；称呼"}
    assert chu.post("/standards/add/", given).status_code == 302
    row = Standard.objects.get()
    opens = reverse("standard_act", args=[row.code, "open"])
    assert chu.post(opens, {"seen": row.version}).status_code == 422  # it has no definition
    edit = reverse("standard_edit", args=[row.code])
    given = {"name": "姓名", "definition": "自然人的姓名", "seen": row.version}
    assert chu.post(edit, given).status_code == 302
    row.refresh_from_db()
    assert row.element["synonyms"] == []
    assert han.get(reverse("standard", args=[row.code])).status_code == 404
    assert chu.post(opens, {"seen": row.version}).status_code == 302
    assert han.get(reverse("standard", args=[row.code])).status_code == 200
    remark = reverse("standard_remark", args=[row.code])
    assert han.post(remark, {"text": ""}).status_code == 422
    assert han.post(remark, {"text": "同意"}).status_code == 302
    assert client(cast).post(remark, {"text": "匿名"}).status_code == 302  # to sign in
    assert row.remarks.count() == 1
    adopt = reverse("standard_act", args=[row.code, "adopt"])
    assert client(cast, "li").get(adopt).status_code == 409  # the time is not over
    Standard.objects.update(due=NOW.date() - timedelta(days=1))
    row.refresh_from_db()
    answer = client(cast, "li").post(adopt, {"seen": row.version, "edition": "1.0"})
    assert answer.status_code == 422  # the comment is not answered
    given = {"seen": row.version, "edition": "1.0", "handled": "采纳"}
    assert client(cast, "li").post(adopt, given).status_code == 302
    revise = reverse("standard_revise", args=[row.code])
    assert chu.post(revise).status_code == 302
    assert Standard.objects.count() == 2


@pytest.mark.django_db
def test_a_registry_goes_in_and_out_as_a_file(cast: Cast) -> None:
    li = client(cast, "li")
    table = "标识符,名称,定义,状态,版本,主责部门\nDE1,姓名,自然人的姓名,adopted,1.0,housing\n"
    given = {"own": "health", "file": upload(table, "registry.csv")}
    assert li.post("/standards/import/", given).status_code == 302
    assert (Standard.objects.get().state, Standard.objects.get().edition) == ("adopted", "1.0")
    out = client(cast).get("/standards/?form=csv").content.decode("utf-8-sig")
    assert "DE1" in out
    assert "housing" in out
    for data, name in WRONG_FILES:
        given = {"own": "health", "file": upload(data, name)}
        answer = li.post("/standards/import/", given)
        assert answer.status_code == 422, name
    assert Standard.objects.count() == 1


@pytest.mark.django_db
def test_a_result_is_entered_by_a_form_and_its_mapping_is_had_as_a_file(
    cast: Cast, place: Path
) -> None:
    item, chu = published(cast), client(cast, "chu")
    add = reverse("dataset_conformance_add", args=[item.code])
    data = answers.file_of(answers.conformance())
    day = timezone.localdate()
    for wrong in ({"day": day}, {"day": day, "file": upload("{}", "a.json")}):
        assert chu.post(add, wrong).status_code == 422
    later = {"day": day + timedelta(days=1), "file": upload(data, "a.json")}
    assert chu.post(add, later).status_code == 422
    assert client(cast, "wu").get(add).status_code == 403
    assert chu.post(add, {"day": day, "file": upload(data, "a.json")}).status_code == 302
    row = item.conformance.get()
    page = reverse("dataset_conformance_one", args=[item.code, row.pk])
    assert client(cast, "wu").get(page).status_code == 200  # whoever uses the data wants to know
    assert "女" in chu.get(f"{page}?form=csv").content.decode("utf-8-sig")


@pytest.mark.django_db
def test_a_result_of_many_rules_comes_in_pages(cast: Cast, place: Path) -> None:
    item, chu = published(cast), client(cast, "chu")
    answer = answers.conformance()
    answer["rules"] *= 120
    answer["mapping"] *= 101
    given = {"file": "a.json", "day": TODAY, "actor": cast.actor("chu"), "at": NOW}
    row, _ = report(item, answers.file_of(answer), **given)
    page = reverse("dataset_conformance_one", args=[item.code, row.pk])
    shown = [
        chu.get(f"{page}?page={n}").content.decode().count('<span class="sub">性别') for n in (1, 3)
    ]
    assert shown == [50, 20]
    first = chu.get(page).content.decode()
    assert "120" in first
    assert first.count("没有代码的行") - 1 == 100  # a head, and one a column of the mapping
    assert chu.get(f"{page}?form=csv").content.decode("utf-8-sig").count("女") == 101


@pytest.mark.django_db
def test_a_found_table_becomes_a_draft_by_one_click(cast: Cast, place: Path) -> None:
    chu = client(cast, "chu")
    wrong = {"department": "health", "file": upload("{}", "a.json")}
    assert chu.post("/inventories/add/", wrong).status_code == 422
    data = answers.file_of(answers.inventory("t_hj_ry"))
    given = {"department": "health", "file": upload(data, "a.json")}
    assert chu.post("/inventories/add/", given).status_code == 302
    table = FoundTable.objects.get()
    page = reverse("inventory_table", args=[table.inventory.code, table.pk])
    assert client(cast, "wu").get(page).status_code == 404
    assert client(cast, "li").get(page).status_code == 200
    answer = chu.post(f"{page}draft/")
    table.refresh_from_db()
    assert table.item is not None
    assert answer.headers["Location"] == reverse("dataset_edit", args=[table.item.code])
    assert chu.get(answer.headers["Location"]).status_code == 200
    assert chu.post(f"{page}draft/").status_code == 409


def matching(cast: Cast, name: str, **given: object) -> MatchRun:
    """Match two small lists by the form, as a worker would."""
    lists = {
        "department": "health",
        "requirements": upload(
            "item_id,item_name\n1,房产证\n2,爱人姓名\n".encode("gb18030"), "要求.csv"
        ),
        "against": "list",
        "elements": upload("element_id,name\nR1,不动产权证书号\nM1,配偶姓名\n", "e.csv"),
    }
    answer = client(cast, name).post("/matches/add/", lists | given)
    assert answer.status_code == 302
    running.run_waiting()
    return MatchRun.objects.get(code=answer.headers["Location"].split("/")[-2])


@pytest.mark.django_db
def test_a_wording_is_confirmed_by_a_button_and_the_next_matching_knows_it(
    cast: Cast, place: Path, children_here: None
) -> None:
    chu, run = client(cast, "chu"), matching(cast, "chu")
    top = reverse("match", args=[run.code])
    item = run.items.get(name="房产证")
    page = chu.get(top).content.decode()
    assert page.index("房产证") < page.index("爱人姓名")
    decide = reverse("match_decide", args=[run.code, item.pk])
    given = {"element": "R1", "seen": "", "back": f"{top}?show=open"}
    assert client(cast, "wu").post(decide, given).status_code == 404
    assert client(cast, "li").post(decide, given).status_code == 403
    answer = chu.post(decide, given)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{top}?show=open")
    assert chu.post(decide, given).status_code == 409  # somebody has decided since
    page = chu.get(top).content.decode()
    assert page.index("爱人姓名</a>") < page.index("房产证</a>")
    assert "房产证</a>" not in chu.get(f"{top}?show=open").content.decode()
    out = chu.get(f"{top}?form=csv").content.decode("utf-8-sig").splitlines()
    assert out[1].startswith("1,房产证,,,R1,不动产权证书号,")
    learned = chu.get("/matches/learned/?form=yaml").content.decode()
    assert '"item": "房产证"' in learned
    assert "Chu" not in learned
    again = chu.post(reverse("match_again", args=[run.code])).headers["Location"]
    running.run_waiting()
    assert "有人于" in chu.get(again).content.decode()
    assert chu.post(reverse("match_again", args=[run.code])).headers["Location"] == top
    item.refresh_from_db()
    gone = {"verb": "withdraw", "seen": str(item.decision_id), "back": "https://evil.test/"}
    assert chu.post(decide, gone).headers["Location"] == top
    history = chu.get(reverse("match_item", args=[run.code, item.pk])).content.decode()
    assert [word in history for word in ("确认", "撤回", "不动产权证书号")] == [True] * 3


@pytest.mark.django_db
def test_a_list_or_a_result_that_cannot_be_used_is_refused_at_its_field(
    cast: Cast, place: Path
) -> None:
    chu = client(cast, "chu")
    rows = "item_id,item_name\n1,甲\n2,\n"
    given = {"department": "health", "requirements": upload(rows, "r.csv")}
    for more, said in (
        ({"against": "list"}, "请选择数据元清单"),
        ({"against": "registry"}, "r.csv"),
        ({"against": "list", "elements": upload("x\n1\n", "e.csv")}, "第 2 行"),
    ):
        given["requirements"].seek(0)
        answer = chu.post("/matches/add/", given | more)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    good = given | {"requirements": upload("item_id,item_name\n1,甲\n", "r.csv")}
    answer = chu.post("/matches/add/", good | {"against": "registry"})
    assert "还没有发布的数据元标准" in answer.content.decode()
    for data in ("{}", "[", ""):
        wrong = {"department": "health", "file": upload(data, "a.json")}
        assert chu.post("/matches/enter/", wrong).status_code == 422
    right = upload(answers.file_of(answers.matches()), "a.json")
    given = {"department": "health", "file": right}
    assert chu.post("/matches/enter/", given).status_code == 302
    assert MatchRun.objects.count() == 1


@pytest.mark.django_db
def test_a_life_is_entered_by_forms_and_seen_by_those_it_concerns(cast: Cast, place: Path) -> None:
    item = published(cast)
    chu, zhou = client(cast, "chu"), client(cast, "zhou")
    life = reverse("dataset_life", args=[item.code])
    assert {n: client(cast, n).get(life).status_code for n in ("zhao", "li", "wu", "han")} == {
        "zhao": 200,
        "li": 200,
        "wu": 403,
        "han": 403,
    }
    who = reverse("dataset_custody", args=[item.code])
    assert chu.post(who, {"part": "store", "office": ""}).status_code == 422
    assert chu.post(who, {"part": "store", "office": "信息中心"}).status_code == 302
    enter = reverse("dataset_proof", args=[item.code])
    given = {"control": "store.backups", "day": str(TODAY), "outcome": "yes"}
    assert chu.post(enter, given).status_code == 422  # nothing is said, and no file
    wrong = given | {"file": upload(b"MZ", "run.exe")}
    assert chu.post(enter, wrong).status_code == 422
    assert chu.post(enter, given | {"file": upload("演练记录", "drill.txt")}).status_code == 302
    proof = item.proofs.get()
    file = reverse("dataset_proof_file", args=[item.code, proof.pk])
    assert client(cast, "li").get(file).content.decode() == "演练记录"
    assert client(cast, "wu").get(file).status_code == 403
    run = reverse("dataset_run", args=[item.code])
    assert chu.post(run, {"file": upload("{}", "run.json")}).status_code == 422
    add = reverse("dataset_copy_add", args=[item.code])
    assert client(cast, "wu").get(add).status_code == 404  # without a grant
    day = timezone.localdate()
    given = {"name": "批量", "place": "机房", "keep_until": str(day)}
    assert chu.post(add, given).status_code == 302
    copy = DataCopy.objects.get()
    propose, confirm = (
        reverse("copy_act", args=[copy.code, verb]) for verb in ("propose", "confirm")
    )
    assert chu.post(propose, {"seen": copy.version, "how": "粉碎"}).status_code == 302
    copy.refresh_from_db()
    assert chu.post(confirm, {"seen": copy.version}).status_code == 403
    assert reverse("copy", args=[copy.code]) in zhou.get("/inbox/").content.decode()
    assert reverse("copy", args=[copy.code]) not in chu.get("/inbox/").content.decode()
    assert zhou.post(confirm, {"seen": copy.version}).status_code == 302
    page = zhou.get(reverse("copy", args=[copy.code])).content.decode()
    assert "销毁证明" in page
    assert DataCopy.objects.get().sha256 in page
    listed = client(cast, "li").get("/life/?form=csv").content.decode("utf-8-sig")
    assert item.identifier in listed
    assert "/life/?" in client(cast, "li").get("/life/?gaps=yes").content.decode()
