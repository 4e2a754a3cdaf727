"""Consultations: drafts, codes, comments, votes, groups, replies; what comes late is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from shixiao.records.models import (
    DraftComment,
    LeafRow,
    OpinionGroup,
    SealedValue,
    StatementVote,
    System,
)
from shixiao.terms import BadInput
from shixiao.voice import read_ballots, read_moderated
from shixiao.voice.decree713 import articles
from shixiao.workflows.consultations import (
    deciding,
    exporting,
    grouping,
    hearings,
    judging,
    making,
    replying,
    taking,
)
from shixiao.workflows.consultations.deciding import Opinion
from shixiao.workflows.consultations.making import Draft, Proposal
from shixiao.workflows.consultations.moving import doable
from shixiao.workflows.consultations.replying import Reply
from shixiao.workflows.consultations.standing import consulted, heard
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale, TooOften
from shixiao.workflows.systems import dossier, registering
from tests import consulting as way
from tests import systems
from tests.cast import NOW, TODAY, Cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
RARE = "𠮷𬭎㐂🙂👩‍👩‍👧 <script>alert(1)</script> https://example.com"


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


def test_a_matter_goes_from_the_proposal_to_the_published_decision(cast: Cast) -> None:
    matter = way.through(cast)
    assert [each.event for each in matter.events.all()] == [
        "propose", "study", "start", "draft", "open", "argue", "assess", "close", "revise",
        "settle", "submit", "clear", "adopt", "report", "publish",
    ]  # fmt: skip
    assert matter.state == "archive"
    deciding.step(matter, "archive", way.act(cast, "zhao", matter, way.on(NOW, 60)), {})
    adopt = matter.events.get(event="adopt")
    assert adopt.facts["says"] == {"for": 2, "against": 1}
    assert adopt.kept["speakers"][1] == ["孙二", "委员", "against", "窗口人手不够"]
    assert "speakers" not in adopt.facts
    assert LeafRow.objects.filter(event="consultation.moved").count() == 16


def test_who_drafts_neither_starts_nor_reviews_nor_decides(cast: Cast) -> None:
    matter = way.proposed(cast)
    deciding.step(matter, "study", way.act(cast, "zhao", matter, NOW), {"text": "x"})
    for who in ("zhao", "zhou", "wu", "han"):
        with pytest.raises(Forbidden):
            deciding.step(matter, "start", way.act(cast, who, matter, NOW), {"text": "x"})
    assert [each.event.id for each in doable(matter, cast.actor("zhao"), TODAY)] == []
    assert {e.event.id for e in doable(matter, cast.actor("li"), TODAY)} == {"start", "decline"}


def test_the_head_of_the_drafting_department_may_not_review_its_legality(cast: Cast) -> None:
    matter = way.through(cast)
    matter.events.filter(number__gt=11).delete()  # back to the review
    at = way.on(NOW, 90)
    with pytest.raises(Stale, match="drafting unit"):
        deciding.step(matter, "clear", way.act(cast, "zhou", matter, at), {"text": "合法"})
    deciding.step(matter, "clear", way.act(cast, "chen", matter, at), {"text": "合法"})


def test_fewer_than_thirty_days_need_a_reason_that_is_public(cast: Cast) -> None:
    matter = way.drafted(cast)
    until = TODAY + 10 * DAY
    with pytest.raises(Incomplete) as short:
        making.open_up(matter, way.act(cast, "zhao", matter, NOW), until=until, how="网站")
    assert short.value.field == "reason"
    making.open_up(
        matter, way.act(cast, "zhao", matter, NOW), until=until, how="网站", reason="汛期。"
    )
    assert matter.events.get(event="open").facts["reason"] == "汛期。"


def test_comments_are_taken_with_rare_signs_and_marks_as_they_are(cast: Cast) -> None:
    matter = way.opened(cast)
    one, code = taking.join(matter, source="10.0.0.1", at=NOW)
    assert taking.participant_of(matter, code.lower()) == one
    made = taking.comment(one, RARE, article="第三条", once="a" * 32, at=NOW)
    assert taking.comment(one, RARE, article="第三条", once="a" * 32, at=NOW).pk == made.pk
    made.refresh_from_db()
    assert (made.text, made.state) == (RARE, "waiting")
    long = taking.comment(one, "长" * 10_000, at=NOW)
    assert len(long.text) == 10_000
    assert "\u202e" not in taking.comment(one, "a\u202eb\x00c", at=NOW).text
    assert SealedValue.objects.filter(field="statement").count() == 3


@pytest.mark.parametrize(
    ("text", "article", "field"),
    [(" ", "", "text"), ("长" * 10_001, "", "text"), ("x", "第九条", "article")],
)
def test_comments_that_say_nothing_or_too_much_are_refused(
    cast: Cast, text: str, article: str, field: str
) -> None:
    matter = way.opened(cast)
    (one,) = way.joined(matter)
    with pytest.raises(Incomplete) as refused:
        taking.comment(one, text, article=article, at=NOW)
    assert refused.value.field == field


def test_one_code_writes_so_many_comments_and_one_address_takes_so_many_codes(cast: Cast) -> None:
    matter = way.opened(cast)
    (one,) = way.joined(matter)
    DraftComment.objects.bulk_create(
        DraftComment(matter=matter, number=n, participant=one, text="x", channel="web", at=NOW)
        for n in range(20)
    )
    with pytest.raises(Incomplete, match="under one code"):
        taking.comment(one, "又一条", at=NOW)
    for _ in range(20):
        taking.join(matter, source="10.9.9.9", at=NOW)
    with pytest.raises(TooOften):
        taking.join(matter, source="10.9.9.9", at=NOW)
    taking.join(matter, source="10.9.9.9", at=NOW + timedelta(hours=2))
    assert taking.many_codes(matter) == 21


def test_votes_change_until_the_end_and_never_after(cast: Cast) -> None:
    matter = way.opened(cast)
    (statement,) = way.stated(cast, matter, 1)
    (one,) = way.joined(matter)
    taking.vote(one, statement, 1, at=NOW)
    assert taking.vote(one, statement, -1, at=NOW).value == -1
    assert statement.votes.count() == 1
    with pytest.raises(Stale) as late:
        taking.vote(one, statement, 1, at=way.on(NOW, 32))
    assert "2026-04-02" in late.value.text.zh
    taking.refused(matter, "vote", at=NOW)
    taking.refused(matter, "vote", at=NOW)
    assert matter.refused.get().count == 2
    with pytest.raises(Stale):
        taking.comment(one, "晚了", at=way.on(NOW, 32))


def test_statements_are_voted_on_once_shown_by_another_than_who_drafts(cast: Cast) -> None:
    matter = way.opened(cast)
    (one,) = way.joined(matter)
    row = taking.state(one, "应当保留窗口。", at=NOW)
    with pytest.raises(Incomplete):
        taking.vote(one, row, 1, at=NOW)
    for who in ("zhao", "jiang"):
        with pytest.raises(Forbidden):
            judging.judge(row, ground="", actor=cast.actor(who), at=NOW)
    judging.judge(row, ground="hate", actor=cast.actor("li"), at=NOW)
    row.refresh_from_db()
    assert (row.state, row.ground) == ("hidden", "hate")
    judging.judge(row, ground="", actor=cast.actor("chen"), at=NOW)
    row.refresh_from_db()
    taking.vote(one, row, 1, at=NOW)
    with pytest.raises(Incomplete):
        judging.judge(row, ground="dislike", actor=cast.actor("li"), at=NOW)


def two_camps(cast: Cast, people: int = 24):  # type: ignore[no-untyped-def]
    """Have two camps vote on ten statements: the first five one way, the rest the other."""
    matter = way.opened(cast)
    statements = way.stated(cast, matter, 10)
    StatementVote.objects.bulk_create(
        StatementVote(
            statement=statement,
            participant=person,
            value=0 if (n * 7 + k * 3) % 11 == 0 else 1 if (n % 2 == 0) == (k < 5) else -1,
            first=NOW + n * timedelta(hours=1),
            at=NOW + n * timedelta(hours=1),
        )
        for n, person in enumerate(way.joined(matter, people))
        for k, statement in enumerate(statements)
    )
    return matter


def test_groups_of_opinion_and_of_comments_are_each_owed_a_reply(cast: Cast) -> None:
    matter = two_camps(cast)
    people = list(matter.participants.all())
    template = "我们强烈要求保留人工窗口，老年人不会使用手机预约，请不要取消现场号源。"
    for n in range(6):
        taking.comment(people[n], template + ("" if n else "我母亲七十八岁。"), at=NOW)
    taking.comment(people[7], "第三条处罚太重，建议改成一个月。", article="第三条", at=NOW)
    advert = taking.comment(people[8], "买房找我 https://ads.example", at=NOW)
    judging.judge(advert, ground="advert", actor=cast.actor("li"), at=NOW)
    after = way.closed(cast, matter)
    kinds = list(matter.groups.values_list("kind", flat=True))
    assert kinds == ["votes", "votes", "copies", "article"]
    copies = matter.groups.get(kind="copies")
    assert (copies.size, "人工窗口" in copies.template) == (6, True)
    assert "七十八岁" in "".join(row.added for row in copies.comments.all())
    advert.refresh_from_db()
    assert advert.group is None
    with pytest.raises(Stale, match="4 groups"):
        replying.settle(matter, way.act(cast, "zhao", matter, after), text="x")
    way.replied(cast, matter, after)
    replying.settle(matter, way.act(cast, "zhao", matter, after), text="总体采纳。")
    assert set(matter.participants.values_list("source", flat=True)) == {""}
    changes = replying.what_changed(matter)
    assert [(c.new.label, len(groups)) for c, groups in changes] == [("第二条", 4), ("第三条", 0)]


def test_a_brigade_is_shown_and_nothing_is_deleted(cast: Cast) -> None:
    matter = two_camps(cast)
    statements = list(matter.statements.all())
    for person in way.joined(matter, 6):
        for k, statement in enumerate(statements):
            taking.vote(person, statement, (1, -1, 0)[k % 3], at=NOW)
    run = grouping.run(matter, at=NOW)
    # People of one camp vote so alike here that some count as copies too; the planted six stand by.
    assert (6, "identical") in [(s["size"], s["kind"]) for s in run.result["suspect"]]
    assert run.result["voters"] == 30
    assert matter.participants.filter(votes__isnull=False).distinct().count() == 30
    assert not any("participants" in each for each in run.result["suspect"])


def test_few_votes_make_no_groups_and_one_reply_is_owed(cast: Cast) -> None:
    matter = way.opened(cast)
    (statement,) = way.stated(cast, matter, 1)
    for person in way.joined(matter, 3):
        taking.vote(person, statement, 1, at=NOW)
    way.closed(cast, matter)
    (group,) = matter.groups.all()
    assert (group.kind, group.size) == (OpinionGroup.Kind.VOTES, 3)
    run = matter.opinion_runs.first()
    assert run is not None
    assert not run.result["clear"]
    assert run.result["why"]["zh"]


def test_replies_give_reasons_and_name_the_article_that_holds_what_is_adopted(cast: Cast) -> None:
    matter = way.opened(cast)
    (one,) = way.joined(matter)
    taking.comment(one, "老人不会用手机。", at=NOW)
    after = way.closed(cast, matter)
    (group,) = matter.groups.all()
    zhao = cast.actor("zhao")
    for wrong in (Reply("", "x"), Reply("not", " "), Reply("adopted", "x"),
                  Reply("partly", "x", ("第九条",))):  # fmt: skip
        with pytest.raises(Incomplete):
            replying.reply(group, Act(zhao, after, 0), wrong)
    with pytest.raises(Forbidden):
        replying.reply(group, Act(cast.actor("wu"), after, 0), Reply("not", "x"))
    replying.reply(group, Act(zhao, after, 0), Reply("not", "窗口已经保留。"))
    with pytest.raises(Stale):
        replying.reply(group, Act(zhao, after, 0), Reply("not", "又说。"))


def test_a_comment_is_taken_out_of_its_group_for_a_reply_of_its_own(cast: Cast) -> None:
    matter = way.opened(cast)
    one, two = way.joined(matter, 2)
    taking.comment(one, "第三条处罚太重。", article="第三条", at=NOW)
    taking.comment(two, "爽约的定义不清楚。", article="第三条", at=NOW)
    after = way.closed(cast, matter)
    row = DraftComment.objects.filter(participant=two).get()
    made = replying.take_out(row, Act(cast.actor("zhao"), after, 0))
    assert sorted(matter.groups.values_list("kind", "size")) == [("article", 1), ("single", 1)]
    row.refresh_from_db()
    assert row.group == made
    with pytest.raises(Stale):
        replying.take_out(row, Act(cast.actor("zhao"), after, 0))


def test_a_group_counts_people_once_however_often_they_write_and_whoever_is_taken_out(
    cast: Cast,
) -> None:
    matter = way.opened(cast)
    one, two = way.joined(matter, 2)
    for person, said in ((one, "第三条处罚太重。"), (one, "三个月太长。"), (two, "定义不清楚。")):
        taking.comment(person, said, article="第三条", at=NOW)
    after = way.closed(cast, matter)
    (group,) = matter.groups.all()
    assert group.size == 2
    zhao = cast.actor("zhao")
    letter = taking.enter(matter, "来信：太重。", channel="letter", article="第三条", actor=zhao,
                          at=after)  # fmt: skip
    DraftComment.objects.filter(pk=letter.pk).update(participant=two)
    grouping.group_all(matter, at=after)
    group.refresh_from_db()
    assert group.size == 2
    first = matter.comments.filter(participant=one).first()
    assert first is not None
    replying.take_out(first, Act(zhao, after, 0))
    group.refresh_from_db()
    assert group.size == 2


def test_a_topic_is_named_by_words_of_shown_comments_alone(cast: Cast) -> None:
    matter = way.opened(cast)
    said = (
        "医院门口停车太难，停车场收费还高，转了半天",
        "停车场收费高，医院门口停车难，周末根本没有车位",
        "去医院看病，门口停车难，停车场收费也高得离谱",
        "医院停车难不是一天两天，停车场门口收费高，请管管",
    )
    rows = [
        taking.comment(person, f"{text}，找欧阳建国", at=NOW)
        for person, text in zip(way.joined(matter, 4), said, strict=True)
    ]
    for person, other in zip(way.joined(matter, 2), ("处罚太重", "字体太小"), strict=True):
        judging.judge(taking.comment(person, other, at=NOW), ground="empty", actor=cast.actor("li"),
                      at=NOW)  # fmt: skip
    after = way.closed(cast, matter)
    group = matter.groups.get(kind="topic")
    assert group.title.en == f"Topic {group.number}"
    assert group.size == 4
    li = cast.actor("li")
    DraftComment.objects.filter(pk=rows[0].pk).update(text=said[0])
    judging.judge(rows[0], ground="", actor=li, at=after)
    judging.judge(rows[1], ground="personal", actor=li, at=after)
    judging.judge(rows[2], ground="advert", actor=li, at=after)
    group.refresh_from_db()
    assert "停车场" in group.title.zh
    assert "欧阳" not in group.title.zh
    assert group.size == 3
    judging.judge(rows[0], ground="hate", actor=li, at=after)
    group.refresh_from_db()
    assert group.title.en == f"Topic {group.number}"
    for row in (rows[1], rows[3]):
        judging.judge(row, ground="hate", actor=li, at=after)
    replying.settle(matter, way.act(cast, "zhao", matter, after), text="没有意见。")


def test_a_statement_that_nobody_could_vote_on_is_owed_a_reply_like_a_comment(cast: Cast) -> None:
    matter = way.opened(cast)
    (one,) = way.joined(matter)
    li = cast.actor("li")
    said = ("应当保留窗口。", "张三不该管预约。", "买房找我。", "电话也要能约。", "急诊不限。")
    late, personal, advert, waits, voted = (taking.state(one, each, at=NOW) for each in said)
    for row, ground in ((late, ""), (personal, "personal"), (advert, "advert"), (voted, "")):
        judging.judge(row, ground=ground, actor=li, at=NOW)
    voted.refresh_from_db()
    taking.vote(one, voted, 1, at=NOW)
    after = way.closed(cast, matter)
    carried = matter.comments.exclude(group=None)
    assert [each.text for each in carried] == [said[0], said[1]]
    assert [each.state for each in carried] == ["shown", "hidden"]
    way.replied(cast, matter, after)
    with pytest.raises(Stale, match="1 statements"):
        replying.settle(matter, way.act(cast, "zhao", matter, after), text="x")
    judging.judge(waits, ground="unclear", actor=li, at=after)
    with pytest.raises(Stale, match="1 groups"):
        replying.settle(matter, way.act(cast, "zhao", matter, after), text="x")
    assert carried.all().count() == 3
    judging.judge(personal, ground="hate", actor=li, at=after)
    assert carried.all().count() == 2
    way.replied(cast, matter, after)
    replying.settle(matter, way.act(cast, "zhao", matter, after), text="x")


def test_votes_that_were_replied_to_stay_those_that_are_counted_whatever_is_hidden_later(
    cast: Cast, tmp_path: Path
) -> None:
    matter = two_camps(cast)
    one, other = list(matter.statements.all())[:2]
    li = cast.actor("li")
    judging.judge(other, ground="unclear", actor=li, at=NOW)
    after = way.closed(cast, matter)
    run = matter.opinion_runs.first()
    judging.judge(one, ground="personal", actor=li, at=after)
    for row in (one, other):
        with pytest.raises(Stale, match="can only be hidden"):
            judging.judge(row, ground="", actor=li, at=after)
    grouping.run_daily(now=way.on(after, 1))
    assert matter.opinion_runs.first() == run
    for name in ("votes.csv", "comments.csv"):
        (tmp_path / name).write_bytes(exporting.export(matter, name))
    assert read_ballots(tmp_path / "votes.csv").votes.shape == (24, 9)
    assert read_moderated(tmp_path / "comments.csv") == {"2"}
    assert one.text not in (tmp_path / "comments.csv").read_text("utf-8-sig")


def test_letters_are_entered_once_and_late_ones_are_owed_a_reply_too(
    cast: Cast, tmp_path: Path
) -> None:
    matter = way.opened(cast)
    path = tmp_path / "letters.csv"
    path.write_bytes("编号,内容\n1,请保留窗口。\n2,𠮷安路太远。\n".encode("gb18030"))
    zhao = cast.actor("zhao")
    assert taking.enter_file(matter, path, channel="letter", actor=zhao, at=NOW) == (2, 0)
    assert taking.enter_file(matter, path, channel="letter", actor=zhao, at=NOW) == (0, 2)
    with pytest.raises(Forbidden):
        taking.enter_file(matter, path, channel="letter", actor=cast.actor("wu"), at=NOW)
    long = tmp_path / "long.csv"
    long.write_text(f"编号,内容\nA7,短。\n,\nA9,{'长' * 10_001}\n", "utf-8")
    with pytest.raises(Incomplete, match="Row 3: The text is too long"):
        taking.enter_file(matter, long, channel="letter", actor=zhao, at=NOW)
    after = way.closed(cast, matter)
    way.replied(cast, matter, after)
    taking.enter(matter, "电话里说：爽约怎么算？", channel="phone", article="第三条", actor=zhao,
                 at=after)  # fmt: skip
    with pytest.raises(Stale):
        replying.settle(matter, way.act(cast, "zhao", matter, after), text="x")
    path.write_text("金额\n3\n")
    with pytest.raises(BadInput):
        taking.enter_file(matter, path, channel="letter", actor=zhao, at=after)


def test_exports_hold_no_person_and_are_read_back(cast: Cast, tmp_path: Path) -> None:
    matter = two_camps(cast)
    (one,) = way.joined(matter)
    hidden = matter.statements.first()
    assert hidden is not None
    shown = taking.comment(one, "=1+1 保留窗口", at=NOW)
    judging.judge(shown, ground="", actor=cast.actor("li"), at=NOW)
    taking.comment(one, "我是张三，电话 13800000000", at=NOW + timedelta(hours=15))
    files = {name: tmp_path / name for name in ("votes.csv", "comments.csv", "opinions.csv")}
    judging.judge(hidden, ground="repeated", actor=cast.actor("li"), at=NOW)
    for name, path in files.items():
        path.write_bytes(exporting.export(matter, name))
    ballots = read_ballots(files["votes.csv"])
    assert ballots.votes.shape == (24, 9)
    assert (ballots.votes == grouping.ballots_of(matter).votes).all()
    assert read_moderated(files["comments.csv"]) == {"1"}
    said = files["opinions.csv"].read_text("utf-8-sig")
    assert "'=1+1" in said
    assert "张三" not in said
    assert [day in said for day in ("2026-03-02", "2026-03-03")] == [True, True]  # Chinese days
    assert "comment-body" in files["comments.csv"].read_text("utf-8-sig")


def test_few_voters_are_not_exported(cast: Cast) -> None:
    matter = way.opened(cast)
    (statement,) = way.stated(cast, matter, 1)
    for person in way.joined(matter, 10):
        taking.vote(person, statement, 1, at=NOW)
    assert len(exporting.export(matter, "votes.csv").splitlines()) == 1
    assert b",10," not in exporting.export(matter, "comments.csv")


def test_experts_with_an_interest_or_without_signature_are_refused(cast: Cast) -> None:
    matter = way.drafted(cast)
    good = {"name": "王", "institution": "大学", "says": "against", "text": "反对。"}
    for wrong in ({"interest": True, "signed": True}, {"interest": False, "signed": False}):
        with pytest.raises(Incomplete):
            deciding.enter_opinion(
                matter, way.act(cast, "zhao", matter, NOW), Opinion(**good, **wrong)
            )  # type: ignore[arg-type]
    with pytest.raises(Stale):
        deciding.step(matter, "argue", way.act(cast, "zhao", matter, NOW), {"text": "x"})


def test_the_gate_of_a_system_opens_once_everybody_was_replied_to_and_it_was_decided(
    cast: Cast,
) -> None:
    system = systems.complete(cast, systems.made(cast, "benefit", people=2_000_000))
    assert dossier.dossier_of(system, now=NOW).consulted is None
    matter = way.opened(cast, system)
    assert consulted(system) is False
    way.argued(cast, matter, NOW)
    (one,) = way.joined(matter)
    taking.comment(one, "请保留窗口。", at=NOW)
    after = way.closed(cast, matter)
    way.replied(cast, matter, after)
    replying.settle(matter, way.act(cast, "zhao", matter, after), text="x")
    assert consulted(system) is False
    way.decided(cast, matter, after)
    assert consulted(system) is True
    assert dossier.dossier_of(system, now=NOW).consulted is True
    assert heard(system) == ""
    wei = cast.actor("wei")
    registering.release(system, label="1.1", sha256="cd" * 32, change="version", actor=wei, at=NOW)
    assert consulted(system) is True
    registering.release(system, label="2.0", sha256="ef" * 32, change="use", actor=wei, at=NOW)
    assert consulted(system) is None


def test_a_changed_register_needs_a_new_consultation(cast: Cast) -> None:
    system = systems.complete(cast, systems.made(cast, "benefit", people=2_000_000))
    way.through(cast, system)
    assert consulted(system) is True
    System.objects.filter(pk=system.pk).update(people=3_000_000)
    system.refresh_from_db()
    assert consulted(system) is None


def test_while_a_decision_is_suspended_no_system_is_admitted_by_it(cast: Cast) -> None:
    system = systems.complete(cast, systems.made(cast, "benefit", people=2_000_000))
    matter = way.through(cast, system)
    later = matter.events.last().at + timedelta(days=1)  # type: ignore[union-attr]
    with pytest.raises(Forbidden):
        deciding.step(matter, "suspend", way.act(cast, "zhao", matter, later), {"reason": "汛情"})
    for event, counts in (("suspend", False), ("resume", True)):
        with pytest.raises(Incomplete):
            deciding.step(matter, event, way.act(cast, "li", matter, later), {"reason": " "})
        deciding.step(matter, event, way.act(cast, "li", matter, later), {"reason": "汛情。"})
        assert consulted(system) is counts


def test_a_system_of_another_department_is_no_matter_of_ones_own(cast: Cast) -> None:
    system = systems.made(cast, "other")
    system.department = cast.places["housing"]
    system.save()
    with pytest.raises(Incomplete):
        making.propose(
            Proposal(system.name, "policy", "people", "x", system),
            department=cast.places["health"],
            actor=cast.actor("zhao"),
            at=NOW,
        )


def test_a_stopped_procedure_takes_nothing_more_and_says_why_and_forgets_sources(
    cast: Cast,
) -> None:
    matter = way.opened(cast)
    people = [taking.join(matter, source="10.9.9.9", at=NOW)[0] for _ in range(6)]
    reason = {"reason": "上级已经另作规定。"}
    with pytest.raises(Forbidden):
        deciding.step(matter, "stop", way.act(cast, "zhao", matter, NOW), reason)
    deciding.step(matter, "stop", way.act(cast, "li", matter, NOW), reason)
    matter.refresh_from_db()
    assert (matter.state, matter.due) == ("ended", None)
    assert set(matter.participants.values_list("source", flat=True)) == {""}
    assert taking.many_codes(matter) == 6
    with pytest.raises(Stale):
        taking.comment(people[0], "还想说。", at=NOW)
    with pytest.raises(Stale):
        taking.enter(matter, "来信", channel="letter", actor=cast.actor("zhao"), at=NOW)
    after = way.on(NOW, 40)
    assert (grouping.close_due(now=after), grouping.run_daily(now=after)) == (0, 0)
    assert doable(matter, cast.actor("li"), TODAY) == []


def test_how_many_codes_came_from_one_place_is_told_after_the_sources_are_forgotten(
    cast: Cast,
) -> None:
    matter = way.opened(cast)
    for _ in range(7):
        taking.join(matter, source="10.9.9.9", at=NOW)
    after = way.closed(cast, matter)
    replying.settle(matter, way.act(cast, "zhao", matter, after), text="没有意见。")
    assert set(matter.participants.values_list("source", flat=True)) == {""}
    assert taking.many_codes(matter) == 7


def test_two_drafts_are_compared_once_and_not_for_everybody_who_looks(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = way.opened(cast)
    after = way.closed(cast, matter)
    asked = []
    ratio = articles._ratio
    monkeypatch.setattr(articles, "_ratio", lambda *two: asked.append(two) or ratio(*two))
    revised = Draft(way.REVISED + "第四条 本办法自公布之日起施行。\n", way.SUMMARY)
    making.lay_down(matter, way.act(cast, "zhao", matter, after), revised)
    assert asked
    asked.clear()
    labels = [
        (one.old and one.old.label, one.new and one.new.label)
        for one, _ in replying.what_changed(matter)
    ]
    assert labels == [("第二条", "第二条"), ("第三条", "第三条"), (None, "第四条")]
    assert asked == []


def test_a_draft_cannot_change_while_people_speak_on_it(cast: Cast) -> None:
    matter = way.opened(cast)
    with pytest.raises(Stale):
        making.lay_down(matter, way.act(cast, "zhao", matter, NOW), Draft(way.TEXT, "x"))
    assert hearings.newest_draw(matter) is None
