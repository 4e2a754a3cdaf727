"""The national pack: complete, typed, cited, and true to the texts."""

import re
from pathlib import Path

import pytest

from shixiao.rules import Checked, Kind, affected, load_pack, rules_page
from shixiao.terms import BadInput

LAW = Path(__file__).resolve().parents[3] / "shared" / "data" / "law"
PACK = load_pack()

# Read off the articles by hand: (rule, part, number the article states).
STATED = [
    ("GDS-17u", "days", 10),
    ("GDS-17u", "days_extension", 5),
    ("GDS-17r", None, 2),
    ("GDS-21u", "days", 1),
    ("GDS-21c", "days", 10),
    ("GDS-22", None, 20),
    ("GDS-26", None, 10),
    ("GDS-29", None, 3),
    ("DEC-30", "days", 30),
    ("DEC-H7", None, 7),
    ("DEC-LR", None, 7),
    ("FOI-T", "reply", 20),
    ("REV-D", "ordinary_extension", 30),
    ("LOG-6", None, 6),
    ("NDR-10", None, 24),
]


@pytest.mark.parametrize(("rule_id", "part", "number"), STATED)
def test_a_parameter_is_the_number_its_article_states(rule_id, part, number):
    assert PACK.value(rule_id, part) == number


@pytest.mark.parametrize(
    ("rule_id", "part", "threshold"),
    [
        ("E-01", None, 50),
        ("E-02", None, 300),
        ("E-03", None, 0.85),
        ("E-04", None, 0.9),
        ("E-05", None, 1.1),
        ("E-06", None, 2),
        ("E-07", None, 30),
        ("E-10", "block", 0.05),
        ("E-14", "cases", 20),
        ("E-16", None, 11),
    ],
)
def test_a_threshold_of_our_own_is_policy_and_a_number(rule_id, part, threshold):
    assert PACK.number(rule_id, part) == threshold
    assert PACK.rule(rule_id).kind is Kind.POLICY


def test_nothing_from_memory_is_called_law():
    law = [rule for rule in PACK.rules.values() if rule.kind is Kind.LAW]
    assert law
    assert not [rule.id for rule in law if "M" in rule.confidence]


def test_a_rule_checked_in_a_text_quotes_it():
    checked = [rule for rule in PACK.rules.values() if rule.checked is Checked.TEXT]
    assert len(checked) > 40
    assert all(rule.quote and rule.sources[0].articles for rule in checked)


def test_an_amended_article_lists_every_rule_that_hangs_on_it():
    rules = {rule.id for rule in PACK.citing("政务数据共享条例", 21)}
    assert rules == {"GDS-21u", "GDS-21c", "GDS-21m"}


@pytest.mark.parametrize(
    ("title", "article", "found"),
    [
        ("《中华人民共和国网络安全法》", "第23条", {"LOG-6"}),
        ("Cybersecurity Law", 23, {"LOG-6"}),
        ("国务院令第716号", 7, {"SVC-INF"}),
        ("Cybersecurity Law", 2, set()),
        ("行政复议法", 88, {"REV-A", "REV-S", "REV-R", "OBJ-02"}),
    ],
)
def test_a_law_is_found_by_either_title_or_its_number(title, article, found):
    assert {rule.id for rule in PACK.citing(title, article)} == found


def test_an_amended_article_lists_the_matters_that_stand_on_it():
    matters = [("m1", ["GDS-22", "GDS-21c"]), ("m2", ["GDS-22"]), ("m3", ["GDS-21u"])]
    assert affected(PACK, "政务数据共享条例", 21, matters) == (
        ("m1", ("GDS-21c",)),
        ("m3", ("GDS-21u",)),
    )


def test_the_hash_is_the_same_for_the_same_content():
    assert load_pack("cn-2026").hash == PACK.hash
    assert re.fullmatch(r"[0-9a-f]{64}", PACK.hash)


def test_what_no_locality_has_set_is_no_number():
    assert PACK.value("APP-IDLE") is None
    with pytest.raises(BadInput, match="APP-IDLE"):
        PACK.number("APP-IDLE")


@pytest.mark.parametrize(("rule_id", "part"), [("X-1", None), ("GDS-22", "days")])
def test_an_unknown_rule_or_part_is_named(rule_id, part):
    with pytest.raises(BadInput, match=rule_id):
        PACK.value(rule_id, part)


def test_the_page_shows_every_rule_in_both_languages():
    page = rules_page(PACK)
    assert PACK.hash in page
    for rule in PACK.rules.values():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{rule.id}` |")]
        assert rule.name.zh in row
        assert rule.name.en in row
        assert len(re.findall(r"(?<!\\)\|", row)) == 7


@pytest.mark.shared_data
@pytest.mark.skipif(not LAW.exists(), reason="the law texts are not on this machine")
def test_every_quotation_stands_in_its_article():
    texts = {path.name: path.read_text(encoding="utf-8") for path in LAW.glob("texts/*.md")}
    for rule in PACK.rules.values():
        if rule.checked is Checked.TEXT:
            title = rule.sources[0].title.zh.removeprefix("中华人民共和国")
            alias = {"网络安全法": "网安法2025"}.get(title, title)
            (text,) = [text for name, text in texts.items() if name.startswith(alias)]
            articles = [chapter(text, article) for article in rule.sources[0].articles]
            assert any(rule.quote in article for article in articles), rule.id


@pytest.mark.shared_data
@pytest.mark.skipif(not LAW.exists(), reason="the law table is not on this machine")
def test_every_row_of_the_law_table_is_a_rule():
    rows = (LAW / "rules.csv").read_text(encoding="utf-8").splitlines()[1:]
    ids = [row.split(",")[0] for row in rows]
    assert len(ids) == 81
    assert set(ids) <= set(PACK.rules)


def chapter(text, article):
    """Return the words of one article; ``23(3)`` is looked up in article 23."""
    number = int(article.split("(")[0])
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    chinese = ("" if tens < 1 else digits[tens] * (tens > 1) + "十") + digits[ones] * (ones > 0)
    start = re.search(rf"^\**第{chinese}条\**\s", text, re.MULTILINE).start()
    following = re.search(
        r"^\**第[一二三四五六七八九十百]+条\**\s", text[start + 3 :], re.MULTILINE
    )
    return text[start : start + 3 + following.start()] if following else text[start:]
