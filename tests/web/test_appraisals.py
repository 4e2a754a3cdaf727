"""Pages of appraisals: read by all, criticised without an account, refused with the place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shixiao.records.models import Appraisal, AppraisalComment
from shixiao.web.appraisals.comments import MOST
from shixiao.workflows.appraisals import freezing
from tests.appraising import BANNED, LINES, appraised_by_now, discussed, scheme, scores
from tests.cast import Cast, make_evaluation
from tests.web.browsing import Reader, overflow, violations
from tests.web.looking import CHINESE, ELSEWHERE, SMALL_TARGETS, SMALL_TEXT
from tests.web.people import NAMES

ONCE = "0123456789abcdef" * 2


def client(cast: Cast, name: str = "", language: str = "en") -> Client:
    made = Client(headers={"host": "localhost"})
    made.cookies["language"] = {"zh": "zh-hans", "en": "en"}[language]
    if name:
        made.force_login(cast.accounts[name])
    return made


def entered(cast: Cast, **changed: object) -> dict:
    upload = scheme()
    fields = {
        "name": "年度考核",
        "appraiser": str(cast.places["bureau"].pk),
        "departments": [str(cast.places["health"].pk)],
        "scope": "department",
        "starts": "2025-01-01",
        "ends": "2025-12-31",
        "scheme": SimpleUploadedFile(upload.name, upload.data),
    }
    return fields | changed


def test_a_scheme_is_read_on_the_page_and_its_critique_shown(cast: Cast, place: Path) -> None:
    analyst = client(cast, "li")
    sent = analyst.post("/appraisals/add/", entered(cast))
    assert sent.status_code == 302
    page = analyst.get(sent["Location"]).content.decode()
    assert "40 % of the weight of this scheme rewards show." in page
    assert "vanity" in page
    assert client(cast).get(sent["Location"]).status_code == 404  # drafts are not public


def test_a_malformed_scheme_is_told_at_its_field_by_row_and_column(cast: Cast, place: Path) -> None:
    bad = scheme(("办成率", "", 50), ("平均跑动次数", "", "很多"))
    file = SimpleUploadedFile(bad.name, bad.data)
    page = client(cast, "li", "zh").post("/appraisals/add/", entered(cast, scheme=file))
    assert page.status_code == 422
    text = page.content.decode()
    assert 'id="id_scheme_error"' in text
    assert "第 2 行" in text
    assert "“权重”列" in text
    assert not Appraisal.objects.exists()


@pytest.mark.parametrize(
    "name", ["长" * 300 + ".csv", "..\\..\\考核.csv", "../../etc/考核.csv", "😀" * 80 + ".csv"]
)
def test_a_file_of_any_name_is_read(cast: Cast, place: Path, name: str) -> None:
    file = SimpleUploadedFile("x.csv", scheme().data)
    file._name = name  # what a hostile client may send
    assert (
        client(cast, "li").post("/appraisals/add/", entered(cast, scheme=file)).status_code == 302
    )
    kept = Appraisal.objects.get().scheme_name
    assert kept.endswith(".csv")
    assert "/" not in kept
    assert len(kept) <= 60


def test_what_the_rules_forbid_is_said_before_and_stops_the_freeze(cast: Cast, place: Path) -> None:
    going = appraised_by_now(cast, upto="drafted", scheme=scheme(*LINES, BANNED))
    analyst = client(cast, "li")
    at = f"/appraisals/{going.appraisal.code}/"
    assert "Row 5: " in analyst.get(at).content.decode()
    refused = analyst.post(f"{at}do/freeze/", {"seen": going.appraisal.version})
    assert refused.status_code == 409
    assert "APP下载量" in refused.content.decode()


def test_anybody_criticises_without_an_account_and_gets_a_number(cast: Cast, place: Path) -> None:
    going = appraised_by_now(cast)
    at = f"/appraisals/{going.appraisal.code}/"
    given = {"once": ONCE, "indicator": "3", "text": "媒体报道多不等于办得好。", "name": "老王"}
    for _ in range(2):  # a double click
        sent = client(cast).post(f"{at}comment/", given)
        assert sent.status_code == 200
    made = AppraisalComment.objects.get()
    assert made.code in sent.content.decode()
    assert made.leaf.code in sent.content.decode()
    page = client(cast).get(at).content.decode()
    assert "媒体报道多不等于办得好。" in page
    assert "老王" not in page
    for who, reads in (("li", False), ("chen", False), ("jiang", True)):
        assert ("老王" in client(cast, who).get(at).content.decode()) is reads, who


def test_an_empty_comment_is_refused_and_kept_on_the_page(cast: Cast, place: Path) -> None:
    going = appraised_by_now(cast)
    sent = client(cast).post(
        f"/appraisals/{going.appraisal.code}/comment/",
        {"once": ONCE, "indicator": "3", "text": " "},
    )
    assert sent.status_code == 422
    assert '<option value="3" selected>' in sent.content.decode()
    assert not AppraisalComment.objects.exists()


def test_nobody_floods_a_scheme_with_comments(cast: Cast, place: Path) -> None:
    going = appraised_by_now(cast)
    at = f"/appraisals/{going.appraisal.code}/comment/"
    answers = [
        client(cast).post(at, {"once": f"{n:032x}", "text": f"第 {n} 条"}).status_code
        for n in range(MOST + 1)
    ]
    assert answers == [200] * MOST + [403]
    assert AppraisalComment.objects.count() == MOST


def test_what_somebody_writes_is_text_and_never_markup(cast: Cast, place: Path) -> None:
    going = appraised_by_now(cast)
    going.say("<script>alert(1)</script>")
    page = client(cast).get(f"/appraisals/{going.appraisal.code}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_hidden_words_leave_the_page_and_their_reason_stands_there(cast: Cast, place: Path) -> None:
    going = appraised_by_now(cast)
    said = going.say("张三的电话是 13800000000")
    at = f"/appraisals/{going.appraisal.code}/"
    sent = client(cast, "chen").post(
        f"{at}do/hide/",
        {"seen": going.appraisal.version, "comment": said.code, "reason": "含他人电话。"},
    )
    assert sent.status_code == 302
    for who in ("", "li", "jiang"):
        page = client(cast, who).get(at).content.decode()
        assert "13800000000" not in page
        assert "含他人电话。" in page


def test_the_points_of_an_expert_are_refused_unless_they_come_to_100(
    cast: Cast, place: Path
) -> None:
    going = appraised_by_now(cast, upto="weighing")
    at = f"/appraisals/{going.appraisal.code}/do/weigh/"
    expert = client(cast, "feng")
    form = expert.get(at).content.decode()
    assert "points_1" in form
    assert "points_3" not in form  # vanity
    sent = {"seen": going.appraisal.version, "points_1": 60, "points_2": 30, "points_4": 0}
    refused = expert.post(at, sent)
    assert refused.status_code == 422
    assert "The points come to 90" in refused.content.decode()
    assert expert.post(at, sent | {"points_4": 10}).status_code == 302
    assert going.appraisal.weights.get().points == {"1": 60, "2": 30, "4": 10}


def test_nobody_sees_the_weights_of_others_before_the_time_is_over(cast: Cast, place: Path) -> None:
    going = appraised_by_now(cast, upto="weighing")
    going.weigh({1: 77, 2: 23})
    at = f"/appraisals/{going.appraisal.code}/"
    for who in ("", "li", "feng", "jiang"):
        assert "Weight by panel" not in client(cast, who).get(at).content.decode()
        assert "77" not in visible_text(client(cast, who), at)
    assert ">77<" not in client(cast, "feng").get(f"{at}do/weigh/").content.decode()


def visible_text(reader: Client, at: str) -> str:
    """Return the words of a page without its markup, codes and hashes."""
    page = reader.get(at).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r'<span class="(hash|keys)">.*?</span>|<a [^>]*class="keys">.*?</a>', "", main)
    return re.sub(r"<[^>]+>", " ", main[main.index("</h1>") : main.index("<dl")])


def test_a_wrong_table_of_scores_is_told_by_row_and_column(cast: Cast, place: Path) -> None:
    going = appraised_by_now(cast, upto="measured")
    bad = scores(("卫生健康局", 40, 300, 100, 50), ("住房局", 1, 1, 1, 1))
    sent = client(cast, "li", "zh").post(
        f"/appraisals/{going.appraisal.code}/do/measure/",
        {"seen": going.appraisal.version, "scores": SimpleUploadedFile(bad.name, bad.data)},
    )
    assert sent.status_code == 422
    assert "第 1 行，“平均跑动次数”列" in sent.content.decode()


@pytest.mark.parametrize(
    ("state", "nobody", "zhao", "li"),
    [("measured", 404, 404, 200), ("contesting", 404, 200, 200), ("published", 200, 200, 200)],
)
def test_scores_are_downloaded_by_those_who_see_the_result(
    cast: Cast, place: Path, state: str, nobody: int, zhao: int, li: int
) -> None:
    going = appraised_by_now(cast, upto=state)
    at = f"/appraisals/{going.appraisal.code}/files/scores"
    assert client(cast).get(at).status_code == nobody
    assert client(cast, "zhao").get(at).status_code == zhao
    assert client(cast, "li").get(at).status_code == li
    document = f"/appraisals/{going.appraisal.code}/round.json"
    found = json.loads(client(cast).get(document).content)
    assert (found["results"] is not None) == (nobody == 200)


def test_the_scheme_is_downloaded_as_it_was_uploaded(cast: Cast, place: Path) -> None:
    going = appraised_by_now(cast)
    at = f"/appraisals/{going.appraisal.code}/files/"
    assert client(cast).get(f"{at}scheme").content == scheme().data
    assert client(cast).get(f"{at}anything").status_code == 404


def test_a_department_sees_its_own_values_and_contests_one(cast: Cast, place: Path) -> None:
    going = appraised_by_now(cast, upto="contesting")
    at = f"/appraisals/{going.appraisal.code}/"
    officer = client(cast, "zhao")
    assert "What was measured: Health Department" in officer.get(at).content.decode()
    sent = officer.post(
        f"{at}do/contest/",
        {"seen": going.appraisal.version, "value": "1", "reason": "漏计网办件。"},
    )
    assert sent.status_code == 302
    inspector = client(cast, "chen")
    page = inspector.get(at).content.decode()
    assert "漏计网办件。" in page
    found = going.appraisal.contests.get()
    ruled = inspector.post(
        f"{at}do/rule/?contest={found.code}",
        {
            "seen": going.appraisal.version,
            "contest": found.code,
            "ruling": "refused",
            "reason": "无误。",
        },
    )
    assert ruled.status_code == 302
    assert "Not upheld" in officer.get(at).content.decode()
    assert "漏计网办件。" not in client(cast).get(at).content.decode()  # not before publication


def test_the_front_page_shows_one_figure_of_the_newest_scheme_or_nothing(
    cast: Cast, place: Path
) -> None:
    assert "rewards show" not in client(cast).get("/").content.decode()
    going = appraised_by_now(cast, upto="drafted")
    assert "rewards show" not in client(cast).get("/").content.decode()
    freezing.freeze(going.appraisal, going.act())
    page = client(cast).get("/").content.decode()
    assert "<b>40\u00a0%</b>" in page
    assert f"/appraisals/{going.appraisal.code}/" in page
    make_evaluation(cast, published=going.at, published_by=cast.accounts["sun"])
    assert "<b>40\u00a0%</b>" in client(cast).get("/").content.decode()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("state", "role"),
    [("open", ""), ("weighing", "expert"), ("contesting", "analyst"), ("published", "")],
)
@pytest.mark.parametrize(("language", "screen"), [("zh", "phone"), ("en", "desktop")])
def test_a_round_breaks_no_rule_of_wcag_and_fits_the_screen(
    reader: Reader, cast: Cast, place: Path, state: str, role: str, language: str, screen: str
) -> None:
    code = discussed(cast, upto=state).appraisal.code
    seen = reader.at(f"/appraisals/{code}/", role=role, language=language, screen=screen)
    assert violations(seen) == []
    assert overflow(seen) <= 0
    if language == "en":
        assert set(CHINESE.findall(seen.evaluate(ELSEWHERE))) <= set(NAMES.values())


@pytest.mark.browser
@pytest.mark.parametrize(
    ("state", "role", "rest"),
    [
        ("open", "", ""),
        ("open", "", "comment/"),
        ("open", "analyst", "do/answer/"),
        ("weighing", "expert", "do/weigh/"),
        ("contesting", "inspector", "do/rule/"),
        ("published", "", ""),
    ],
)
def test_a_round_can_be_read_and_acted_on_in_large_print(
    reader: Reader, cast: Cast, place: Path, state: str, role: str, rest: str
) -> None:
    code = discussed(cast, upto=state).appraisal.code
    seen = reader.at(f"/appraisals/{code}/{rest}", role=role, screen="phone", elder="largest")
    assert seen.evaluate(SMALL_TEXT, 18) == []
    assert seen.evaluate(SMALL_TARGETS, 60) == []
    assert overflow(seen) <= 0
    assert violations(seen) == []
