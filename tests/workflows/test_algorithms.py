"""The register of algorithms: drafts, editions by two, logs, the gate, amended articles, PIA."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shixiao.fairness.algorithms.authority import Authority, Power
from shixiao.records.models import Algorithm, LeafRow, SystemPaper
from shixiao.security.assessing import Layer
from shixiao.terms import BadInput
from shixiao.workflows import example_algorithms
from shixiao.workflows.algorithms import amending, drafting, logs, privacy, publishing
from shixiao.workflows.algorithms.standing import against, standing
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.systems import admitting, reviewing
from shixiao.workflows.systems.dossier import judge
from tests import algorithms, systems
from tests.cast import NOW, TODAY, Cast
from tests.fairness.algorithms.made import ENTRY

DAY = timedelta(days=1)


@pytest.fixture
def row(cast: Cast) -> Algorithm:
    return algorithms.begun(cast, systems.made(cast, "allowance", kind="algorithm", decides=True))


def layers(row: Algorithm, at=NOW) -> set[Layer]:  # type: ignore[no-untyped-def]
    return {each.layer for each in judge(row.system, now=at)[0].layers if not each.holds}


# ── drafts and editions ──────────────────────────────────────────────────────────────────────────


def test_an_edition_is_proposed_by_one_and_published_by_another(cast: Cast, row: Algorithm) -> None:
    edition = algorithms.published(cast, row)
    assert (edition.number, edition.level, row.level) == (1, 1, 1)
    events = set(LeafRow.objects.values_list("event", flat=True))
    assert {"algorithm.proposed", "algorithm.published"} <= events
    row = drafting.save_fields(row, {"volume": 12_500}, seen=row.version, actor=cast.actor("wei"))
    assert algorithms.published(cast, row).number == 2
    assert [each.number for each in row.editions.all()] == [2, 1]
    assert edition.content["fields"]["volume"] == 12_000


def test_who_proposed_does_not_confirm_and_others_neither(cast: Cast, row: Algorithm) -> None:
    waits = publishing.propose(
        row, reason="首次登记。", seen=row.version, actor=cast.actor("zhou"), at=NOW
    )
    for who in ("zhou", "wei", "wu", "feng", "chen"):
        with pytest.raises(Forbidden):
            publishing.confirm(waits, actor=cast.actor(who), at=NOW)
    with pytest.raises(Stale, match="waits"):
        publishing.propose(row, reason="再", seen=row.version, actor=cast.actor("wei"), at=NOW)
    publishing.confirm(waits, actor=cast.actor("li"), at=NOW)
    with pytest.raises(Stale, match="answered"):
        publishing.confirm(waits, actor=cast.actor("sun"), at=NOW)
    with pytest.raises(Stale, match="does not differ"):
        publishing.propose(row, reason="再", seen=row.version, actor=cast.actor("wei"), at=NOW)


def test_what_the_bureau_approves_is_not_confirmed_by_the_department(cast: Cast) -> None:
    system = systems.made(cast, "grave", kind="algorithm", decides=True)
    row = algorithms.begun(cast, system, entry=ENTRY | {"discretions": ["幅度"]}, highest=True)
    waits = publishing.propose(
        row, reason="首次登记。", seen=row.version, actor=cast.actor("wei"), at=NOW
    )
    assert waits.level >= 3
    with pytest.raises(Forbidden, match="the bureau confirms"):
        publishing.confirm(waits, actor=cast.actor("zhou"), at=NOW)
    assert not publishing.may_confirm(waits, cast.actor("zhou"))
    assert publishing.confirm(waits, actor=cast.actor("li"), at=NOW).number == 1


def test_whoever_left_has_proposed_nothing(cast: Cast, row: Algorithm) -> None:
    waits = publishing.propose(
        row, reason="首次登记。", seen=row.version, actor=cast.actor("wei"), at=NOW
    )
    cast.accounts["wei"].posts.all().delete()
    with pytest.raises(Forbidden, match="no longer"):
        publishing.confirm(waits, actor=cast.actor("zhou"), at=NOW)
    publishing.send_back(waits, reason="已离岗。", actor=cast.actor("zhou"), at=NOW)
    assert not row.editions.filter(answered__isnull=True).exists()


@pytest.mark.parametrize("missing", ["appeals", "inputs", "risks", "versions"])
def test_what_is_lacking_cannot_be_published(cast: Cast, row: Algorithm, missing: str) -> None:
    row = drafting.save_fields(row, {missing: ""}, seen=row.version, actor=cast.actor("wei"))
    with pytest.raises(Incomplete, match="not filled in"):
        algorithms.published(cast, row)


def test_an_unanswered_question_cannot_be_published(cast: Cast, row: Algorithm) -> None:
    few = algorithms.answers() | {"rights": ()}
    row = drafting.save_answers(row, few, {}, seen=row.version, actor=cast.actor("wei"))
    with pytest.raises(Incomplete, match="1 questions"):
        algorithms.published(cast, row)
    with pytest.raises(Incomplete):
        drafting.save_answers(
            row, {"rights": ("worst",)}, {}, seen=row.version, actor=cast.actor("wei")
        )


def test_what_the_questionnaire_says_of_discretion_stands_in_the_entry(
    cast: Cast, row: Algorithm
) -> None:
    wei = cast.actor("wei")
    told = algorithms.answers() | {"discretion": ("bound",)}
    row = drafting.save_answers(row, told, {}, seen=row.version, actor=wei)
    with pytest.raises(Incomplete, match="does not say which"):
        algorithms.published(cast, row)
    row = drafting.save_fields(row, {"discretions": ["补贴档次"]}, seen=row.version, actor=wei)
    assert algorithms.published(cast, row).number == 1


def test_questions_with_many_answers_are_owed_and_none_stands_alone(
    cast: Cast, row: Algorithm
) -> None:
    wei = cast.actor("wei")
    few = algorithms.answers() | {"matters": ()}
    row = drafting.save_answers(row, few, {}, seen=row.version, actor=wei)
    with pytest.raises(Incomplete, match="1 questions"):
        algorithms.published(cast, row)
    both = few | {"matters": ("none", "penalty")}
    with pytest.raises(Incomplete):
        drafting.save_answers(row, both, {}, seen=row.version, actor=wei)


def test_the_role_of_the_score_is_that_of_the_entry(cast: Cast, row: Algorithm) -> None:
    told = row.draft | {"answers": row.draft["answers"] | {"role": ["prepares"]}}
    assert standing(row, told, today=TODAY).score.points["role"] == 2  # it advises, says the entry
    told["fields"] = row.draft["fields"] | {"role": "automatic"}
    assert standing(row, told, today=TODAY).score.points["role"] == 4


def test_one_language_is_kept_in_a_draft_and_not_published(cast: Cast, row: Algorithm) -> None:
    wei = cast.actor("wei")
    half = {"name": {"zh": "补贴资格预审", "en": ""}}
    row = drafting.save_fields(row, half, seen=row.version, actor=wei)
    assert row.draft["fields"]["name"] == half["name"]
    with pytest.raises(Incomplete, match="lacks its English"):
        algorithms.published(cast, row)


def test_a_draft_is_the_departments_own_and_is_not_overwritten_unseen(
    cast: Cast, row: Algorithm
) -> None:
    with pytest.raises(Forbidden):
        drafting.save_fields(row, {"team": "x"}, seen=row.version, actor=cast.actor("wu"))
    with pytest.raises(Stale):
        drafting.save_fields(row, {"team": "x"}, seen=row.version - 1, actor=cast.actor("wei"))
    with pytest.raises(Stale, match="entry already"):
        drafting.begin_entry(row.system, actor=cast.actor("wei"), at=NOW)


# ── logs ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_is_held_against_its_log(cast: Cast, row: Algorithm) -> None:
    algorithms.logged(cast, row)
    found = standing(row, row.draft, today=TODAY)
    assert found.findings == ()
    assert found.score.points["versions_kept"] == 3
    assert found.score.points["agrees"] == 3
    unlike = algorithms.COUNTS.replace("2.0,algorithm,1", "2.1,algorithm,0")
    algorithms.logged(cast, row, counts=unlike, factors=None)
    found = standing(row, row.draft, today=TODAY)
    assert {f.measure for f in found.findings} == {"version_unregistered", "role", "human_share"}
    assert found.score.points["agrees"] == 0
    assert found.gaps  # it advises, it says; nobody decided


@pytest.mark.parametrize(
    ("counts", "factors"),
    [
        (b"", None),
        (b"version,n\n2.0,-3\n", None),
        (b"version,human,n,tn\n2.0,perhaps,3,3\n", None),
        (b"version,n,tn,fn\n2.0,3,9,0\n", None),
        (algorithms.COUNTS.encode(), b"name,n\nx,1\n"),
        (algorithms.COUNTS.encode(), b"factor,n\nx,many\n"),
        (b"PK\x03\x04nonsense", None),
        (bytes(range(256)) * 4, None),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_a_sentence(
    cast: Cast, row: Algorithm, counts: bytes, factors: bytes | None
) -> None:
    with pytest.raises(BadInput):
        logs.take_in(
            row,
            ("../counts.csv", counts),
            ("factors.csv", factors) if factors else None,
            first=algorithms.FIRST,
            last=algorithms.LAST,
            actor=cast.actor("wei"),
            at=NOW,
        )
    assert not row.logs.exists()


def test_few_decisions_are_few_to_everybody_and_a_number_to_those_who_read_drafts(
    cast: Cast, row: Algorithm
) -> None:
    few = algorithms.COUNTS.replace("1,880,", "1,873,").replace(",880,60,9,880", ",873,60,9,873")
    few += "2.0,algorithm,0,7,0,0,0,0,0,7,0,0,7,0,0,0\n"
    algorithms.logged(cast, row, counts=few)
    for exact, word in ((False, "fewer than 11 decisions"), (True, "7 decisions")):
        found = standing(row, row.draft, today=TODAY, exact=exact)
        assert word in found.gaps[0].en
        assert word in next(f.text.en for f in found.findings if f.measure == "role")
    algorithms.published(cast, row)
    vetoes, _ = against(row.system, today=TODAY)
    assert "fewer than 11" in vetoes[0].en


def test_what_was_not_compared_or_is_old_is_no_agreement(cast: Cast, row: Algorithm) -> None:
    head = algorithms.COUNTS.splitlines()[0]
    few = "2.0,random,1,20,5,14,1,3,2,20,1,0,20,0,0,0"
    factors = algorithms.FACTORS.replace("1000", "20")
    row = drafting.save_fields(row, {"volume": 252}, seen=row.version, actor=cast.actor("wei"))
    algorithms.logged(cast, row, counts=f"{head}\n{few}\n", factors=factors)
    found = standing(row, row.draft, today=TODAY)
    assert (found.findings, found.score.points["agrees"]) == ((), 0)
    assert len(found.silent) == 2
    row = drafting.save_fields(row, {"volume": 12_000}, seen=row.version, actor=cast.actor("wei"))
    algorithms.logged(cast, row)
    assert standing(row, row.draft, today=TODAY).score.points["agrees"] == 3
    later = standing(row, row.draft, today=TODAY + 60 * DAY)
    assert (later.findings, later.score.points["agrees"]) == ((), 0)
    assert "too long ago" in later.silent[0].en


def test_a_day_does_not_take_the_place_of_a_month(cast: Cast, row: Algorithm) -> None:
    def entered(first: date) -> None:
        logs.take_in(
            row,
            ("counts.csv", algorithms.COUNTS.encode()),
            None,
            first=first,
            last=TODAY,
            actor=cast.actor("wei"),
            at=NOW,
        )

    entered(TODAY)  # the first may be short
    algorithms.logged(cast, row)
    with pytest.raises(Incomplete, match="28 days"):
        entered(TODAY)
    with pytest.raises(Incomplete, match="28 days"):
        entered(TODAY - 26 * DAY)
    entered(TODAY - 27 * DAY)


def test_a_period_that_lies_ahead_is_refused(cast: Cast, row: Algorithm) -> None:
    with pytest.raises(Incomplete):
        algorithms.logged(cast, row, at=NOW - 30 * DAY)


# ── the gate ─────────────────────────────────────────────────────────────────────────────────────


def test_a_system_that_decides_is_not_admitted_without_an_entry(cast: Cast, row: Algorithm) -> None:
    assert Layer.DUTIES in layers(row)
    algorithms.published(cast, row)
    assert Layer.DUTIES not in layers(row)
    plain = systems.made(cast, "plain")
    assert against(plain, today=TODAY) == ((), ())


def test_automated_discretion_without_authority_is_a_veto(cast: Cast, row: Algorithm) -> None:
    told = {"role": "automatic", "human_share": 0, "discretions": ["补贴金额"]}
    row = drafting.save_fields(row, told, seen=row.version, actor=cast.actor("wei"))
    algorithms.published(cast, row)
    assert Layer.VETO in layers(row)
    vetoes, _ = against(row.system, today=TODAY)
    assert [text.en for text in vetoes][1].startswith("the system exercises the discretion")


def test_an_admitted_system_that_turns_out_to_decide_alone_is_shut(cast: Cast) -> None:
    system = systems.admitted(cast, systems.complete(cast, systems.made(cast)))
    row = algorithms.begun(cast, system)
    algorithms.published(cast, row)
    assert not reviewing.review(system, now=NOW)
    alone = algorithms.COUNTS.replace("2.0,algorithm,1", "2.0,algorithm,0")
    algorithms.logged(cast, row, counts=alone)
    assert reviewing.review(system, now=NOW)
    system.refresh_from_db()
    assert system.state == "suspended"
    assert "没有写明哪部法律允许" in system.ended.zh or "没有人参与" in system.ended.zh


@pytest.mark.parametrize(("paper", "lacks"), [("", True), ("卫健〔2026〕1 号", False)])
def test_the_gate_says_which_duty_is_lacking(
    cast: Cast, row: Algorithm, paper: str, lacks: bool
) -> None:
    papers = {"approval": paper}
    row = drafting.save_papers(row, papers, seen=row.version, actor=cast.actor("wei"))
    algorithms.published(cast, row)
    systems.complete(cast, row.system)
    _, owed = against(row.system, today=TODAY)
    assert bool(owed) is lacks
    if lacks:
        decision, _ = judge(row.system, now=NOW)
        held = next(each for each in decision.layers if each.layer is Layer.DUTIES)
        assert "批准使用" in held.against[0].zh
        with pytest.raises(Incomplete):
            admitting.refuse(decision)


def test_the_gravest_level_owes_review_human_hearing_and_more(cast: Cast) -> None:
    system = systems.made(cast, "grave", kind="algorithm", decides=True)
    told: dict[str, Any] = ENTRY | {
        "role": "automatic",
        "human_share": 0,
        "discretions": ["罚款幅度"],
    }
    bound = Authority(
        Power.DISCRETION, "罚款幅度", "行政处罚法", "第三十四条", "规范行使", "市裁量基准 2025"
    )
    chain = (*algorithms.CHAIN, bound)
    row = algorithms.begun(cast, system, entry=told, chain=chain, highest=True)
    assert algorithms.published(cast, row).level == 4
    vetoes, owed = against(system, today=TODAY)
    assert vetoes == ()
    assert len(owed) == 4  # review, human, hearing; and no log proves the explanations


def test_evidence_that_grows_old_raises_the_level(cast: Cast, row: Algorithm) -> None:
    algorithms.logged(cast, row)
    before = standing(row, row.draft, today=TODAY).score.mitigation
    later = standing(row, row.draft, today=TODAY + 60 * DAY).score.mitigation
    assert later < before


# ── amended articles, and personal data ──────────────────────────────────────────────────────────


def test_an_amended_article_lists_what_hangs_on_it(cast: Cast) -> None:
    system = systems.made(cast, "camera", kind="algorithm", decides=True)
    row = algorithms.begun(cast, system, chain=algorithms.CHAIN)
    assert amending.hanging("行政处罚法", "41") == ()  # a draft is nobody's yet
    algorithms.published(cast, row)
    (found,) = amending.hanging("《中华人民共和国行政处罚法》", "第41条")
    assert found.algorithm == row
    assert amending.hanging("行政处罚法", "42") == ()
    assert amending.hanging("", "") == ()
    for article in ("24", "第二十四条"):
        assert {r.id for r in amending.rules_on("个人信息保护法", article)} >= {"ADM-EXP"}


def test_an_impact_assessment_is_confirmed_by_another_and_becomes_a_record(
    cast: Cast, row: Algorithm
) -> None:
    made = privacy.assess(row.system, algorithms.PIA, actor=cast.actor("wei"), at=NOW)
    assert made.kept == date(2029, 12, 31)  # three years after it ends
    with pytest.raises(Forbidden):
        privacy.confirm(made, actor=cast.actor("wei"), at=NOW)
    with pytest.raises(Stale):
        privacy.assess(row.system, algorithms.PIA, actor=cast.actor("wei"), at=NOW)
    privacy.confirm(made, actor=cast.actor("zhou"), at=NOW)
    paper = SystemPaper.objects.get(system=row.system, criterion="pia")
    assert (paper.number, paper.holds, paper.until) == (made.code, True, date(2026, 12, 31))
    personal = row.draft["answers"] | {"personal": ["general"]}
    content = row.draft | {"answers": personal}
    assert standing(row, content, today=TODAY).score.points["assessed"] == 4
    assert standing(row, content, today=date(2027, 1, 1)).score.points["assessed"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"triggers": ()},
        {"triggers": ("none",)},
        {"processing": " "},
        {"until": TODAY},
        {"until": TODAY + 400 * DAY},
        {"findings": {"effect_and_risk": (True, "可以")}},
    ],
)
def test_an_impact_assessment_without_its_contents_is_refused(
    cast: Cast, row: Algorithm, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Incomplete):
        privacy.assess(
            row.system, replace(algorithms.PIA, **wrong), actor=cast.actor("wei"), at=NOW
        )


def test_an_assessment_that_does_not_hold_is_on_record_and_counts_for_nothing(
    cast: Cast, row: Algorithm
) -> None:
    told = replace(algorithms.PIA, findings=dict.fromkeys(privacy.CONTENTS, (False, "风险过大。")))
    made = privacy.assess(row.system, told, actor=cast.actor("wei"), at=NOW)
    privacy.confirm(made, actor=cast.actor("li"), at=NOW)
    assert not SystemPaper.objects.get(system=row.system, criterion="pia").holds
    content = row.draft | {"answers": row.draft["answers"] | {"personal": ["general"]}}
    assert standing(row, content, today=TODAY).score.points["assessed"] == 0


def test_the_example_shows_an_entry_that_its_log_disagrees_with(cast: Cast) -> None:
    system = systems.made(cast, "sample", kind="algorithm", decides=True)
    people = {"system-owner": cast.actor("wei"), "head": cast.actor("zhou")}
    example_algorithms.enter("sample", people, NOW)
    row = Algorithm.objects.get(system=system)
    found = standing(row, row.draft, today=TODAY)
    measures = [finding.measure for finding in found.findings]
    assert measures == ["version_unregistered", "role", "input_unregistered"]
    assert found.score.points["assessed"] == 4
    assert found.score.level == row.level == 2
