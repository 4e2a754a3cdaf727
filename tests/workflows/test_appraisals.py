"""Appraisals: frozen, criticised in public, weighed by a panel, measured, contested, published."""

from __future__ import annotations

from pathlib import Path

import pytest

from shixiao.checkup.report.speech import both_days
from shixiao.checkup.schemes import Round
from shixiao.records.models import AppraisalComment, LeafRow, Notice, Relation, Standing
from shixiao.terms import BadInput, Text
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.appraisals import (
    commenting,
    contesting,
    freezing,
    making,
    measuring,
    weighing,
)
from shixiao.workflows.appraisals.indicators import lines_of, scored
from shixiao.workflows.appraisals.life import life
from shixiao.workflows.appraisals.moving import doable
from shixiao.workflows.appraisals.rounds import round_of
from shixiao.workflows.appraisals.seeing import may_see_results, newest, visible
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests.appraising import BANNED, LINES, appraised, scheme, scores, terms
from tests.cast import NOW, Cast, make_evaluation

pytestmark = pytest.mark.django_db
SHOW = 3  # the row of the vanity indicator


def test_a_round_goes_from_the_scheme_to_the_published_ranks(cast: Cast, place: Path) -> None:
    going = appraised(cast)
    said = going.say(row=SHOW)
    going.answer(said, outcome="adopted", reason="已知悉。", who="sun")
    commenting.ask_panel(going.appraisal, going.later().act())
    going.weigh()
    measured = going.later().measure()
    assert measured.state == "measured"
    names = [entry["name"]["zh"] for entry in measured.results["after"]]
    assert [entry["zh"] for entry in measured.results["before"]] == ["卫生健康局", "住房局"]
    assert names == ["住房局", "卫生健康局"]  # what was first by show falls behind
    measuring.disclose(going.appraisal, going.act())
    assert contesting.publish(going.appraisal, going.later().act()).state == "published"
    events = list(LeafRow.objects.filter(subject=measured.code).values_list("event", flat=True))
    for event, n in {
        "appraisal.made": 1,
        "appraisal.frozen": 1,
        "appraisal.criticised": 1,
        "appraisal.answered": 1,
        "appraisal.weighed": 3,
        "appraisal.measured": 1,
        "appraisal.moved": 5,
    }.items():
        assert events.count(event) == n, event


def test_the_machine_says_how_much_rewards_show(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="drafted")
    assert going.appraisal.weight_on_show == pytest.approx(0.4)
    assert [str(line.kind) for line in lines_of(going.appraisal)] == [
        "outcome",
        "burden",
        "vanity",
        "output",
    ]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (scheme(("办成率", "", "很多")), "第 1 行"),
        (scheme(("办成率", "", 50), ("办成率 ", "", 50)), "第 2 行"),
        (scheme(("办成率", "", 0)), "权重"),
        (scheme(name="考核办法.txt"), "XLSX"),
    ],
)
def test_a_scheme_that_cannot_be_read_is_refused_with_its_place(
    cast: Cast, place: Path, file: object, words: str
) -> None:
    with pytest.raises((BadInput, Incomplete)) as refused:
        making.make(terms(cast, scheme=file), actor=cast.actor("li"), at=NOW)
    error = refused.value
    said = error.in_language("zh") if isinstance(error, BadInput) else error.text.zh
    assert words in said


def test_what_the_rules_forbid_stops_the_freeze_until_it_is_out(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="drafted", scheme=scheme(*LINES, BANNED))
    with pytest.raises(Stale) as refused:
        freezing.freeze(going.appraisal, going.act())
    assert "第 5 行" in refused.value.text.zh
    assert "APP下载量" in refused.value.text.en
    making.replace(going.appraisal, going.act(), scheme=scheme())
    assert freezing.freeze(going.appraisal, going.act()).state == "open"


def test_a_banned_indicator_without_weight_stops_nothing(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="drafted", scheme=scheme(*LINES, (*BANNED[:2], 0)))
    assert freezing.freeze(going.appraisal, going.act()).state == "open"


def test_a_scheme_of_show_alone_is_not_frozen(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="drafted", scheme=scheme(LINES[2]))
    with pytest.raises(Stale):
        freezing.freeze(going.appraisal, going.act())


def test_an_inspector_corrects_the_machine_in_public(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="drafted", scheme=scheme(*LINES, BANNED))
    freed = freezing.reclass(
        going.appraisal, going.act("chen"), row=5, kind="output", reason="考的是应急预案下载。"
    )
    line = lines_of(freed)[4]
    assert (str(line.machine), str(line.kind), line.ruled) == (
        "banned",
        "output",
        "考的是应急预案下载。",
    )
    assert freed.weight_on_show == pytest.approx(40 / 120)
    assert freezing.freeze(going.appraisal, going.act()).state == "open"
    with pytest.raises(Incomplete):
        freezing.reclass(going.appraisal, going.act("chen"), row=5, kind="output", reason="同上")


def test_a_frozen_scheme_is_never_replaced(cast: Cast, place: Path) -> None:
    going = appraised(cast)
    with pytest.raises(Stale):
        making.replace(going.appraisal, going.act(), scheme=scheme(LINES[0]))


def test_the_hash_on_record_is_that_of_the_scheme(cast: Cast, place: Path) -> None:
    going = appraised(cast)
    saved_again = making.make(
        terms(cast, scheme=scheme(name="另存.csv")), actor=cast.actor("li"), at=NOW
    )
    assert saved_again.scheme_sha256 == going.appraisal.scheme_sha256
    other = making.make(terms(cast, scheme=scheme(*LINES[:3])), actor=cast.actor("li"), at=NOW)
    assert other.scheme_sha256 != going.appraisal.scheme_sha256


# Criticism


@pytest.mark.parametrize(
    ("who", "voice", "department"),
    [
        ("", "public", None),
        ("han", "public", None),
        ("zheng", "public", None),
        ("zhao", "department", "health"),
        ("feng", "expert", None),
    ],
)
def test_anybody_may_criticise_and_is_named_by_what_he_is(
    cast: Cast, place: Path, who: str, voice: str, department: str | None
) -> None:
    made = appraised(cast).say(who=who, row=SHOW, name="老王")
    assert made.voice == voice
    assert (made.department.code if made.department else None) == department
    assert made.leaf is not None


def test_the_bureau_does_not_criticise_its_own_scheme(cast: Cast, place: Path) -> None:
    with pytest.raises(Forbidden):
        appraised(cast).say(who="sun")


def test_the_same_form_sent_twice_is_one_comment(cast: Cast, place: Path) -> None:
    going = appraised(cast)
    first, second = going.say(once="a" * 32), going.say(once="a" * 32)
    assert first.pk == second.pk
    assert LeafRow.objects.filter(event="appraisal.criticised").count() == 1


@pytest.mark.parametrize(("given", "field"), [({"text": "  "}, ""), ({"row": 99}, "indicator")])
def test_an_empty_comment_or_one_on_nothing_is_refused(
    cast: Cast, place: Path, given: dict, field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        appraised(cast).say(**given)
    assert refused.value.field in {field, "text"}


def test_criticism_is_taken_in_its_time_alone(cast: Cast, place: Path) -> None:
    drafted = appraised(cast, upto="drafted")
    with pytest.raises(Stale):
        drafted.say()
    freezing.freeze(drafted.appraisal, drafted.act())
    with pytest.raises(Stale):
        drafted.later().say()


def test_nothing_goes_on_before_the_time_is_over_and_all_is_answered(
    cast: Cast, place: Path
) -> None:
    going = appraised(cast)
    said = going.say()
    with pytest.raises(Stale) as early:
        commenting.ask_panel(going.appraisal, going.act())
    assert both_days(going.appraisal.due).zh in early.value.text.zh
    going.later()
    with pytest.raises(Stale) as waiting:
        commenting.ask_panel(going.appraisal, going.act())
    assert "1 条" in waiting.value.text.zh
    with pytest.raises(Incomplete) as bare:
        going.answer(said, outcome="not_adopted", reason=" ")
    assert bare.value.field == "reason"
    going.answer(said, outcome="not_adopted", reason="理由如下。")
    assert commenting.ask_panel(going.appraisal, going.act()).state == "weighing"


def test_an_answer_stands_once_given(cast: Cast, place: Path) -> None:
    going = appraised(cast)
    said = going.say()
    going.answer(said, outcome="adopted", reason="好。")
    with pytest.raises(Incomplete):
        going.answer(said, outcome="not_adopted", reason="改主意。")


def test_adopted_criticism_takes_an_indicator_out_of_the_scoring(cast: Cast, place: Path) -> None:
    going = appraised(cast)
    frozen = going.appraisal.scheme_sha256
    whole, one = going.say(), going.say(row=4)
    with pytest.raises(Incomplete) as refused:
        going.answer(whole, outcome="adopted", reason="好。", drop=True)
    assert refused.value.field == "drop"
    going.answer(one, outcome="adopted", reason="好。", drop=True)
    going.appraisal.refresh_from_db()
    assert [line.row for line in scored(going.appraisal)] == [1, 2]
    assert going.appraisal.scheme_sha256 == frozen  # what was criticised stays as it was


def test_words_are_taken_off_by_the_inspectorate_with_a_reason(cast: Cast, place: Path) -> None:
    going = appraised(cast)
    said = going.say("某某的电话是……")
    with pytest.raises(Forbidden):
        commenting.hide(going.appraisal, going.act("li"), comment=said.code, reason="不爱听")
    commenting.hide(going.appraisal, going.act("chen"), comment=said.code, reason="含他人电话。")
    assert AppraisalComment.objects.get().hidden == "含他人电话。"


# Weights


@pytest.mark.parametrize(
    ("points", "field"),
    [
        ({1: 50, 2: 30, 4: 19}, "points"),
        ({1: 50, 2: 30, 4: 21}, "points"),
        ({1: 60, SHOW: 40}, f"points_{SHOW}"),
        ({1: 120, 2: -20}, "points_1"),
        ({1: 60, 9: 40}, "points_9"),
        ({}, "points"),
    ],
)
def test_points_come_to_100_and_show_gets_none(
    cast: Cast, place: Path, points: dict[int, int], field: str
) -> None:
    going = appraised(cast, upto="weighing")
    with pytest.raises(Incomplete) as refused:
        going.weigh(points)
    assert refused.value.field == field
    assert not going.appraisal.weights.exists()


def test_weights_are_the_mean_with_least_and_most(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="weighing")
    going.weigh({1: 100}, {1: 40, 2: 60}, {1: 70, 2: 20, 4: 10})
    found = {w.row: (w.mean, w.least, w.most) for w in weighing.weights_of(going.appraisal)}
    assert found[1] == (pytest.approx(70), 40, 100)
    assert found[2] == (pytest.approx(80 / 3), 0, 60)
    assert found[4] == (pytest.approx(10 / 3), 0, 10)
    assert SHOW not in found


def test_a_member_may_think_again_until_the_time_is_over(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="weighing")
    going.weigh({1: 100}, {1: 100}, {1: 100})
    going.weigh({2: 100})
    assert {row.points["2"] for row in going.appraisal.weights.all()} == {0, 100}
    assert going.appraisal.weights.count() == 3
    going.later()
    with pytest.raises(Stale):
        going.weigh({4: 100})


def test_a_panel_that_is_too_small_may_still_grow_after_its_time(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="weighing")
    going.weigh({1: 100}, {1: 100})
    going.later()
    with pytest.raises(Stale) as refused:
        going.measure()
    assert "2 位" in refused.value.text.zh
    weighing.weigh(going.appraisal, going.act(going.panel[2]), points={1: 100})
    assert going.measure().state == "measured"


def test_the_panel_is_not_cut_short(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="weighing")
    going.weigh()
    with pytest.raises(Stale):
        going.measure()


def test_an_expert_with_ties_to_the_appraised_takes_no_part(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="weighing")
    Relation.objects.create(
        account=going.panel[0],
        organisation=cast.places["health"],
        explanation="配偶在该局任职",
        declared=NOW,
    )
    with pytest.raises(Forbidden):
        going.weigh()


# Measuring


def test_the_interval_covers_what_each_expert_alone_would_give(cast: Cast, place: Path) -> None:
    """Two indicators that turn the order round: one expert of three looks at the other alone."""
    table = scores(("卫生健康局", 90, 10, 0, 50), ("住房局", 50, 60, 0, 50))
    going = appraised(cast, upto="weighing")
    going.weigh({1: 100}, {1: 100}, {1: 100})
    found = going.later().measure(table).results["after"]
    assert [(e["low"], e["high"], e["band"]) for e in found] == [(1, 1, 1), (2, 2, 2)]
    other = going.appraisal.weights.filter(account=going.panel[0])
    other.update(points={"1": 0, "2": 100, "4": 0})
    found = going.measure(table).results["after"]
    assert [(e["low"], e["high"], e["band"]) for e in found] == [(1, 2, 1), (1, 2, 1)]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["卫生健康局"], "住房局"),
        (["卫生健康局", "住房局", "教育局"], "教育局"),
        (["卫生健康局", "health", "住房局"], "卫生健康局"),
        (["health", "HEALTH", "住房局"], "HEALTH"),
    ],
)
def test_scores_fit_the_departments_that_are_appraised(
    cast: Cast, place: Path, names: list[str], words: str
) -> None:
    going = appraised(cast, upto="weighing")
    going.weigh()
    with pytest.raises(Incomplete) as refused:
        going.later().measure(scores(*((name, 1, 1, 1, 1) for name in names)))
    assert refused.value.field == "scores"
    assert words in refused.value.text.zh


def test_a_score_out_of_range_is_told_by_its_place(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="weighing")
    going.weigh()
    with pytest.raises(BadInput) as refused:
        going.later().measure(scores(("卫生健康局", 40, 300, 100, 50), ("住房局", 1, 1, 1, 1)))
    assert "第 1 行，“平均跑动次数”列" in refused.value.in_language("zh")
    going.appraisal.refresh_from_db()
    assert going.appraisal.state == "weighing"


def test_without_scores_the_published_evaluation_speaks(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="weighing")
    going.weigh()
    going.later()
    with pytest.raises(Incomplete):
        measuring.measure(going.appraisal, going.act(), scores=None)
    evaluation = make_evaluation(cast, published=NOW, published_by=cast.accounts["sun"])
    for n, code in enumerate(("health", "housing", "elsewhere"), 1):
        Standing.objects.create(
            evaluation=evaluation,
            kind="department",
            subject=code,
            slug=code,
            name=Text(code, code),
            rank_low=n,
            rank_high=n + 1,
            rank_of=3,
            band=1,
        )
    held = measuring.measure(going.appraisal, going.act(), scores=None)
    assert [(e["subject"], e["low"], e["high"]) for e in held.results["effect"]] == [
        ("health", 1, 2),
        ("housing", 2, 3),
    ]
    assert held.results["after"] == []
    assert held.evaluation == evaluation


def test_services_are_ranked_by_their_own_table(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="weighing", scope="service")
    going.weigh()
    head = "服务," + ",".join(name for name, *_ in LINES)
    table = scores(("社保卡申领", 90, 90, 0, 90), ("公房租赁", 10, 10, 100, 10), head=head)
    found = going.later().measure(table).results["after"]
    assert [e["name"]["zh"] for e in found] == ["社保卡申领", "公房租赁"]


def test_the_same_input_gives_the_same_result(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="measured")
    first = going.appraisal.results["sha256"]
    assert going.measure().results["sha256"] == first


# Contests


def test_an_upheld_contest_is_answered_by_an_inspector_and_followed(
    cast: Cast, place: Path
) -> None:
    going = appraised(cast, upto="contesting")
    with pytest.raises(Stale):
        measuring.correct(going.appraisal, going.act(), scores=scores())
    (found,) = contesting.contest(
        going.appraisal, going.act("zhou"), row=1, reason="办成率漏计了网办件。"
    )
    assert found.department.code == "health"
    assert Notice.objects.filter(account=cast.accounts["chen"], kind="appraisal.contest").exists()
    with pytest.raises(Stale):
        contesting.publish(going.appraisal, going.later().act())
    going.rule(found, outcome="upheld", reason="属实。")
    with pytest.raises(Stale):
        contesting.publish(going.appraisal, going.act())
    with pytest.raises(Incomplete):
        measuring.correct(going.appraisal, going.act(), scores=None)
    table = scores(("卫生健康局", 95, 96, 100, 99), ("住房局", 90, 95, 10, 60))
    held = measuring.correct(going.appraisal, going.act(), scores=table)
    assert held.results["after"][0]["name"]["zh"] == "卫生健康局"
    found.refresh_from_db()
    assert found.corrected is not None
    assert contesting.publish(going.appraisal, going.act()).state == "published"


def test_a_contest_that_is_not_upheld_changes_nothing(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="contesting")
    (found,) = contesting.contest(going.appraisal, going.act("wu"), row=2, reason="偏低。")
    going.rule(found, outcome="refused", reason="核对无误。", who="qian")
    with pytest.raises(Incomplete):
        going.rule(found, outcome="upheld", reason="改主意。", who="qian")
    assert contesting.publish(going.appraisal, going.later().act()).state == "published"


def test_departments_contest_in_time_and_with_a_reason(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="contesting")
    with pytest.raises(Incomplete) as bare:
        contesting.contest(going.appraisal, going.act("zhou"), row=1, reason="")
    assert bare.value.field == "reason"
    with pytest.raises(Incomplete) as unknown:
        contesting.contest(going.appraisal, going.act("zhou"), row=99, reason="有误")
    assert unknown.value.field == "value"
    with pytest.raises(Stale):
        contesting.contest(going.appraisal, going.later().act("zhou"), row=1, reason="有误")


def test_who_drew_it_up_does_not_answer_contests_even_as_an_inspector(
    cast: Cast, place: Path
) -> None:
    going = appraised(cast, upto="contesting")
    cast.accounts["li"].posts.create(
        organisation=cast.places["inspectorate"], role="inspector", starts=NOW.date()
    )
    (found,) = contesting.contest(going.appraisal, going.act("zhou"), row=1, reason="有误。")
    with pytest.raises(Forbidden):
        going.rule(found, outcome="refused", reason="没有的事。", who="li")


def test_a_withdrawn_round_gives_its_reason(cast: Cast, place: Path) -> None:
    going = appraised(cast)
    with pytest.raises(Incomplete):
        contesting.withdraw(going.appraisal, going.act(), reason="")
    held = contesting.withdraw(going.appraisal, going.act(), reason="意见集中，重新拟定。")
    assert (held.state, held.reason) == ("withdrawn", "意见集中，重新拟定。")
    assert newest() is None


# Rights and sight

MAY = {  # state → verb → who may; nobody else may
    "drafted": {"freeze": {"li", "sun"}, "reclass": {"chen", "qian"}, "replace": {"li", "sun"}},
    "open": {"answer": {"li", "sun"}, "hide": {"chen", "qian"}, "panel": {"li", "sun"}},
    "weighing": {"weigh": {"feng"}, "measure": {"li", "sun"}, "withdraw": {"li", "sun"}},
    "contesting": {
        "contest": {"zhao", "zhou", "wu"},
        "rule": {"chen", "qian"},
        "publish": {"li", "sun"},
    },
    "published": {"hide": {"chen", "qian"}, "withdraw": set()},
}


@pytest.mark.parametrize("state", MAY)
def test_who_may_do_what_is_what_the_tables_say(cast: Cast, place: Path, state: str) -> None:
    going = appraised(cast, upto=state)
    found = {
        verb: {
            name
            for name in cast.accounts
            if any(v.id == verb for v in doable(going.appraisal, cast.actor(name)))
        }
        for verb in MAY[state]
    }
    assert found == MAY[state]
    assert doable(going.appraisal, NOBODY) == []


def test_a_draft_is_for_those_inside_and_what_is_frozen_for_all(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="drafted")
    seen = {name for name in cast.accounts if visible(cast.actor(name)).exists()}
    assert seen == {"li", "sun", "chen", "qian", "jiang"}
    assert not visible(NOBODY).exists()
    assert newest() is None
    freezing.freeze(going.appraisal, going.act())
    assert visible(NOBODY).exists()
    assert newest() == going.appraisal


@pytest.mark.parametrize(
    ("state", "outside", "department"),
    [("measured", False, False), ("contesting", False, True), ("published", True, True)],
)
def test_results_are_seen_in_turn(
    cast: Cast, place: Path, state: str, outside: bool, department: bool
) -> None:
    held = appraised(cast, upto=state).appraisal
    assert may_see_results(NOBODY, held) is outside
    assert may_see_results(cast.actor("han"), held) is outside
    assert may_see_results(cast.actor("zhao"), held) is department
    assert may_see_results(cast.actor("li"), held)


def test_a_page_that_was_open_before_is_old(cast: Cast, place: Path) -> None:
    going = appraised(cast, upto="drafted")
    old = going.act()
    making.replace(going.appraisal, going.act(), scheme=scheme(*LINES[:2]))
    with pytest.raises(Stale):
        freezing.freeze(going.appraisal, old)


def test_every_verb_leads_to_a_state_that_exists_and_is_done_by_somebody() -> None:
    for verb in life().verbs.values():
        assert verb.to in {"", *life().states}
        assert set(verb.sources) <= set(life().states)
    assert set(life().ended) == {"published", "withdrawn"}


@pytest.mark.parametrize("state", ["open", "measured", "contesting", "published"])
def test_a_round_is_read_by_the_command(cast: Cast, place: Path, state: str) -> None:
    going = appraised(cast, upto="contesting" if state == "contesting" else state)
    if state == "contesting":
        contesting.contest(going.appraisal, going.act("zhou"), row=1, reason="有误。")
        going.appraisal.refresh_from_db()
    value = round_of(going.appraisal, results=True).to_json()
    kept = Round.from_json(value, file="round.json")
    assert kept.scheme_hash == going.appraisal.scheme_sha256
    expected = {"open": "frozen", "contesting": "contested"}.get(state, state)
    assert str(kept.state) == expected
    hidden = round_of(going.appraisal, results=False)
    assert hidden.results is None
    assert str(hidden.state) == "frozen"
