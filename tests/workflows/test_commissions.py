"""Third-party evaluations: drawn, tested by at least two, signed, sealed, commented, published."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.test import Client

from shixiao.draw import token_of, verify
from shixiao.effect.fieldtests import source_of
from shixiao.records.models import Assignment, Draw, Evaluator, LeafRow, Organisation, Sheet
from shixiao.seals import short_code
from shixiao.workflows import draws
from shixiao.workflows.commissions import (
    declaring,
    drawing,
    framing,
    inviting,
    making,
    marking,
    publishing,
)
from shixiao.workflows.commissions.bodies import rounds_of
from shixiao.workflows.commissions.framing import frame_path
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.commissions.seeing import may_see_answers, visible
from shixiao.workflows.draws import Public
from shixiao.workflows.leaving_out import shopper_cases
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests.cast import NOW, TODAY, Cast
from tests.rounds import LETTER, STEPS, Round, bodies, case_ids, commissioned, terms

pytestmark = pytest.mark.django_db


def test_a_round_goes_from_the_letter_to_the_published_result(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    assert len(going.assignments) == 8  # four services, two evaluators each
    going.test_everything()
    sealed = going.seal()
    assert sealed.state == "commenting"
    assert sealed.results["sheets"] == sealed.results["assigned"] == 8
    assert len(sealed.results["services"]) == 4
    assert going.publish().state == "published"
    events = list(LeafRow.objects.values_list("event", flat=True))
    for event, n in {
        "commission.made": 1,
        "evaluator.declared": 6,
        "draw.frozen": 6,  # services, evaluators, and one for each of four items
        "draw.made": 6,
        "sheet.signed": 8,
        "commission.sealed": 1,
        "draw.revealed": 6,
        "commission.commented": 2,
    }.items():
        assert events.count(event) == n, event


def test_every_item_is_tested_by_two_of_different_bodies(cast: Cast, place: Path) -> None:
    going = commissioned(cast, services=12)
    for item in going.commission.items.all():
        pair = list(item.assignments.select_related("evaluator__engagement"))
        assert len(pair) == 2
        assert len({each.evaluator.engagement.body_id for each in pair}) == 2
    loads = [e.assignments.count() for e in Evaluator.objects.all()]
    assert max(loads) - min(loads) <= 3


def test_every_draw_can_be_drawn_again_by_anybody(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    going.test_everything()
    going.seal()
    found = Draw.objects.filter(subject=going.commission.code)
    assert found.count() == 6
    for each in found:
        assert each.announced == each.transcript["seed"]["announced"] == "03 09 17 22 28 31 + 07"
        assert each.revealed is not None
        checked = verify(each.transcript)
        assert checked.valid, checked.why
        assert draws.lots.opens(each.commitment, each.transcript, each.nonce)


def test_every_draw_of_a_round_goes_by_the_value_that_became_known(cast: Cast, place: Path) -> None:
    going = with_cases(cast)
    found = Draw.objects.filter(subject=going.commission.code)
    assert {each.announced for each in found} == {"03 09 17 22 28 31 + 07"}
    assert found.count() == 3 + 4 + 12  # of each service its cases; of each item who tests it


def test_nobody_draws_before_the_value_is_known_nor_twice(cast: Cast, place: Path) -> None:
    going = commissioned(cast, upto="frozen")
    with pytest.raises(Incomplete) as refused:
        drawing.draw(going.commission, going.act(), announced="03 09")
    assert refused.value.field == "announced"
    going.at = NOW + timedelta(days=8)
    drawing.draw(going.commission, going.act(), announced="03 09")
    with pytest.raises(Stale):
        drawing.draw(going.commission, going.act(), announced="05 11")


def test_the_value_has_to_come_after_the_pool_is_frozen(cast: Cast, place: Path) -> None:
    going = commissioned(cast, upto="declaring")
    with pytest.raises(Incomplete) as refused:
        framing.freeze(going.commission, going.act(), public=Public("开奖号码", TODAY))
    assert refused.value.field == "source_day"


def test_who_has_a_tie_is_drawn_for_no_item_of_that_department(cast: Cast, place: Path) -> None:
    going = commissioned(cast, upto="declaring", services=12)
    for n, person in enumerate(Evaluator.objects.order_by("account__login")):
        tied = [cast.places["health"]] if n == 0 else []
        declaring.declare(
            person,
            ties=tied,
            explanation="配偶在该局任职" if tied else "",
            actor=going.actor(person.account),
            at=NOW,
        )
    framing.freeze(going.commission, going.act(), public=Public("x", TODAY + timedelta(days=1)))
    going.at = NOW + timedelta(days=2)
    drawing.draw(going.commission, going.act(), announced="1")
    tied = Evaluator.objects.order_by("account__login")[0]
    departments = {a.item.department.code for a in tied.assignments.select_related("item")}
    assert "health" not in departments
    for item in going.commission.items.select_related("department"):
        lot = Draw.objects.get(about=item.code, tag=drawing.EVALUATORS)
        why = lot.pool["excluded"].get(tied.code)
        assert (why == drawing.TIED.zh) is (item.department.code == "health")


def test_a_tie_takes_an_explanation(cast: Cast, place: Path) -> None:
    going = commissioned(cast, upto="declaring")
    person = Evaluator.objects.first()
    with pytest.raises(Incomplete) as refused:
        declaring.declare(
            person,
            ties=[cast.places["health"]],
            explanation=" ",
            actor=going.actor(person.account),
            at=NOW,
        )
    assert refused.value.field == "explanation"


def test_one_body_never_leads_three_times_in_a_row(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    first = going.commission.engagements.get(leads=True).body
    other = going.commission.engagements.get(leads=False).body
    for n, leads in enumerate((first, first, other, first)):
        made = making.make(terms(cast), actor=cast.actor("li"), at=NOW + timedelta(days=n + 1))
        going.commission = made
        if n == 1:
            with pytest.raises(Incomplete) as refused:
                inviting.invite(made, going.act(), bodies=[first, other], leads=first)
            assert refused.value.field == "leads"
            assert "轮换" in refused.value.text.zh
            continue
        inviting.invite(made, going.act(), bodies=[first, other], leads=leads)
        made.refresh_from_db()
        made.state, made.entered = "published", NOW + timedelta(days=n + 1)
        made.save()


def test_a_body_of_the_evaluated_is_left_out(cast: Cast, place: Path) -> None:
    going = commissioned(cast, upto="drafted")
    inside, outside, third = bodies_with_own()
    inside.parent = cast.places["health"]
    inside.save()
    inviting.invite(going.commission, going.act(), bodies=[inside, outside, third], leads=outside)
    row = going.commission.engagements.get(body=inside)
    assert row.excluded is not None
    assert not row.evaluators.exists()


def bodies_with_own() -> list[Organisation]:
    made = list(Organisation.objects.filter(kind="evaluator", code__startswith="B"))
    return [*made, Organisation.objects.get(code="institute")]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"departments": []}, "departments"),
        ({"modes": []}, "modes"),
        ({"letter": ("委托书.pdf", b"")}, "letter"),
        ({"ends": TODAY}, "ends"),
        ({"services": 0}, "services"),
        ({"testers": 1}, "testers"),
        ({"testers": 9}, "testers"),
    ],
)
def test_terms_that_cannot_be_carried_out_are_refused(
    cast: Cast, place: Path, changed: dict, field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        making.make(terms(cast, **changed), actor=cast.actor("li"), at=NOW)
    assert refused.value.field == field


def test_only_the_bureau_commissions(cast: Cast, place: Path) -> None:
    for name in ("zhou", "chen", "zheng", "jiang", "shen"):
        with pytest.raises(Forbidden):
            making.make(terms(cast), actor=cast.actor(name), at=NOW)


def test_who_withdraws_is_replaced_by_the_next_in_rank(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    gone = going.assignments[0]
    before = marking.last_draw(going.commission, gone.item.code)
    made = marking.withdraw(
        gone, reason="出差", actor=going.actor(gone.evaluator.account), at=going.at
    )
    gone.refresh_from_db()
    assert gone.state == "withdrawn"
    assert made.evaluator_id != gone.evaluator_id
    after = marking.last_draw(going.commission, gone.item.code)
    assert after.former == before
    assert verify(after.transcript).valid
    assert made.evaluator.code in draws.drawn_of(after)
    assert gone.evaluator.code not in draws.drawn_of(after)


def test_a_tie_found_later_marks_the_round_and_draws_anew(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    hidden = going.assignments[0]
    going.answer(hidden)
    going.sign(hidden)
    marking.mark(
        going.commission,
        going.act("chen"),
        evaluator=hidden.evaluator,
        department=hidden.item.department,
        reason="查明其配偶任该局办公室主任",
    )
    going.commission.refresh_from_db()
    assert len(going.commission.marks) == 1
    hidden.refresh_from_db()
    assert hidden.state == "void"
    assert Sheet.objects.get(assignment=hidden).state == "void"
    live = hidden.item.assignments.filter(state__in=("open", "signed"))
    assert live.count() == 2
    newest = marking.last_draw(going.commission, hidden.item.code)
    assert newest.reason
    assert verify(newest.transcript).valid
    going.test_everything()
    assert going.seal().results["sheets"] == 8


def test_a_tie_found_after_publication_marks_what_is_public(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    going.test_everything()
    going.seal()
    going.publish()
    sheet = Sheet.objects.select_related("assignment__item__department").first()
    before = dict(going.commission.results or {})
    marking.mark(
        going.commission,
        going.act("chen"),
        evaluator=sheet.assignment.evaluator,
        department=sheet.assignment.item.department,
        reason="查明有合同关系",
    )
    going.commission.refresh_from_db()
    assert going.commission.marks
    assert going.commission.results["sheets"] < 8
    assert going.commission.results != before


def test_the_evaluated_see_nothing_before_scores_are_sealed(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    going.test_everything()
    for name in ("zhou", "zhao", "wu", "han", "wei"):
        assert not visible(cast.actor(name)).exists()
    going.seal()
    assert visible(cast.actor("zhou")).exists()
    assert not visible(cast.actor("han")).exists()
    going.publish()
    assert visible(cast.actor("han")).exists()


def test_no_evaluator_sees_the_other_before_both_are_in(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    one, two = [a for a in going.assignments if a.item == going.assignments[0].item]
    for each in (one, two):
        going.answer(each)
    first = going.sign(one)
    assert may_see_answers(going.actor(one.evaluator.account), first)
    assert not may_see_answers(going.actor(two.evaluator.account), first)
    assert not may_see_answers(cast.actor("li"), first)
    assert may_see_answers(cast.actor("jiang"), first)
    second = going.sign(two)
    assert may_see_answers(going.actor(two.evaluator.account), first)
    assert may_see_answers(going.actor(one.evaluator.account), second)
    assert not may_see_answers(cast.actor("li"), first)


def test_scores_are_sealed_only_when_all_are_in_or_time_is_over(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    left, *others = going.assignments
    for each in others:
        going.answer(each)
        going.sign(each)
    with pytest.raises(Stale):
        going.seal()
    going.at = NOW + timedelta(days=40)
    sealed = going.seal()
    assert sealed.results["sheets"] == 7
    assert sealed.results["assigned"] == 8
    body = left.evaluator.engagement.body
    going.at += timedelta(days=30)
    publishing.publish(going.commission, going.act())
    (figures,) = rounds_of(body)
    assert figures.missing == 1


def test_a_result_waits_for_comments_until_their_time_is_over(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    going.test_everything()
    going.seal()
    publishing.comment(going.commission, going.act("zhou"), text="属实。")
    with pytest.raises(Stale):
        publishing.publish(going.commission, going.act())
    going.at += timedelta(days=30)
    assert publishing.publish(going.commission, going.act()).state == "published"
    rows = {r.department.code: r.comment for r in going.commission.evaluated.all()}
    assert rows == {"health": "属实。", "housing": ""}


def test_a_changed_score_does_not_count_and_shows(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    going.test_everything(good=False)
    sheet = Sheet.objects.first()
    document = json.loads(sheet.document)
    document["scores"]["overall"] = "1.0000"
    Sheet.objects.filter(pk=sheet.pk).update(document=json.dumps(document, ensure_ascii=False))
    assert going.seal().results["sheets"] == 7


def test_shopper_cases_are_known_once_scores_are_sealed(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    first, *others = going.assignments
    going.answer(first, cases=["YZ-1", "YZ-2"])
    going.sign(first)
    for each in others:
        going.answer(each)
        going.sign(each)
    assert shopper_cases() == []
    going.seal()
    assert shopper_cases() == ["YZ-1", "YZ-2"]


def test_a_letter_that_is_no_document_is_refused(cast: Cast, place: Path) -> None:
    with pytest.raises(Incomplete):
        making.make(terms(cast, letter=("委托书.exe", LETTER[1])), actor=cast.actor("li"), at=NOW)


def test_too_few_evaluators_without_ties_are_said_by_department(cast: Cast, place: Path) -> None:
    going = commissioned(cast, upto="declaring")
    for n, person in enumerate(Evaluator.objects.all()):
        if n < 5:
            declaring.declare(
                person,
                ties=[cast.places["health"]],
                explanation="供应商",
                actor=going.actor(person.account),
                at=NOW,
            )
    with pytest.raises(Incomplete) as refused:
        framing.freeze(going.commission, going.act(), public=Public("x", TODAY + timedelta(days=1)))
    assert "卫生健康局" in refused.value.text.zh


def test_a_cancelled_round_gives_its_reason(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    with pytest.raises(Incomplete):
        publishing.cancel(going.commission, going.act(), reason="")
    held = publishing.cancel(going.commission, going.act(), reason="经费取消")
    assert held.state == "cancelled"
    assert Assignment.objects.filter(state="signed").count() == 0


def test_everybody_may_be_asked_only_once(cast: Cast, place: Path) -> None:
    made = bodies(cast, n=1, each=2)
    assert len(inviting.evaluators_of(made[0], NOW)) == 2


def with_cases(cast: Cast, **given: object) -> Round:
    """A round in which two cases of each drawn service are looked at as well."""
    return commissioned(cast, cases_each=2, case_protocol=source_of("callback"), **given)


def drawn_cases(going: Round) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in going.commission.items.all():
        if item.case_id:
            found.setdefault(item.service, []).append(item.case_id)
    return found


def test_cases_of_each_drawn_service_are_drawn_with_equal_chances(cast: Cast, place: Path) -> None:
    going = with_cases(cast)
    found = drawn_cases(going)
    assert len(found) == 4
    assert len({tuple(place.split("-YZ")[1] for place in cases) for cases in found.values()}) > 1
    for service, cases in found.items():
        drawn = Draw.objects.get(tag="cases", about=service)
        assert sorted(drawn.pool["ids"]) == case_ids(service)
        assert drawn.transcript["inclusion"] == ["2/5"]
        assert sorted(draws.drawn_of(drawn)) == sorted(cases)
        assert verify(drawn.transcript).valid
    (frozen,) = Draw.objects.filter(tag="cases", about="")
    digest = sha256(frame_path(going.commission.evaluation).read_bytes()).hexdigest()
    assert frozen.pool["ids"] == [digest]


def test_a_service_with_few_cases_gives_what_it_has(cast: Cast, place: Path) -> None:
    going = with_cases(cast, upto="drafted")
    going.commission.cases_each = 9
    going.commission.save(update_fields=["cases_each"])
    made = list(Organisation.objects.filter(kind="evaluator", code__startswith="B"))
    for step in ("declaring", "frozen", "testing"):
        STEPS[step](going, made)
        going.commission.refresh_from_db()
    for service, cases in drawn_cases(going).items():
        assert sorted(cases) == case_ids(service)


def test_a_case_is_looked_at_by_the_questions_of_the_call_back(cast: Cast, place: Path) -> None:
    going = with_cases(cast)
    asked = {(bool(i.case_id), protocol_for(i).id) for i in going.commission.items.all()}
    assert asked == {(False, "service"), (True, "callback")}
    going.test_everything()
    results = going.seal().results
    assert results["cases"]["items"] == 8
    assert results["agreement"]["items"] == 4


def test_a_round_that_wants_cases_is_refused_where_none_are_listed(cast: Cast, place: Path) -> None:
    going = with_cases(cast, upto="declaring", frame=False)
    for person in Evaluator.objects.all():
        actor = going.actor(person.account)
        declaring.declare(person, ties=(), explanation="", actor=actor, at=NOW)
    with pytest.raises(Incomplete) as refused:
        framing.freeze(going.commission, going.act(), public=Public("x", TODAY + timedelta(days=1)))
    assert "没有留下办件名册" in refused.value.text.zh
    assert not Draw.objects.exists()


@pytest.mark.parametrize("change", ["other", "gone"])
def test_nothing_is_drawn_from_a_list_that_was_changed_after_it_was_frozen(
    cast: Cast, place: Path, change: str
) -> None:
    going = with_cases(cast, upto="frozen")
    path = frame_path(going.commission.evaluation)
    if change == "other":
        path.write_bytes(path.read_bytes() + b"\0")
    else:
        path.unlink()
    going.at = NOW + timedelta(days=8)
    with pytest.raises(Stale) as refused:
        drawing.draw(going.commission, going.act(), announced="03 09")
    assert "与冻结时不一致" in refused.value.text.zh
    assert not Draw.objects.filter(drawn__isnull=False).exists()


def test_the_number_of_a_case_is_for_its_evaluators_and_the_auditor(
    cast: Cast, place: Path, client: Client
) -> None:
    going = with_cases(cast)
    going.test_everything()
    going.seal()
    going.publish()
    item = next(item for item in going.commission.items.all() if item.case_id)
    drawn = Draw.objects.get(tag="cases", about=item.service)
    pages = [f"/fieldwork/{item.code}/", f"/commissions/{going.commission.code}/"]
    pages += [f"/draws/{each.code}/" for each in Draw.objects.all()]
    pages += [f"/draws/{drawn.code}/transcript.json"]
    sheets = Sheet.objects.filter(assignment__item=item)
    pages += [f"/sheets/{sheet.code}/{file}" for sheet in sheets for file in ("", "sheet.json")]
    mine = item.assignments.select_related("evaluator__account").first().evaluator.account
    codes = set(item.assignments.values_list("evaluator__account__login", flat=True))
    others = sorted(set(Evaluator.objects.values_list("account__login", flat=True)) - codes)
    told = {}
    for name in ("", mine.login, "jiang", "li", "zhou", "wu", "han", *others):
        client.logout()
        if name:
            client.force_login(cast.accounts[name])
        for page in pages:
            body = client.get(page).content.decode()
            if item.case_id in body or drawn.pool["salt"] in body:
                told.setdefault(name, set()).add(page)
    assert set(told) == {mine.login, "jiang"}
    assert told[mine.login] == {f"/fieldwork/{item.code}/"}
    client.logout()
    public = client.get(f"/draws/{drawn.code}/").content.decode()
    assert token_of(item.case_id, drawn.pool["salt"]) in public


def test_the_code_of_an_item_does_not_tell_its_case(cast: Cast, place: Path) -> None:
    """Seed, service and way are public in the end, and numbers of cases can be guessed."""
    going = with_cases(cast)
    seed = Draw.objects.get(tag="services").seed
    assert seed
    for item in going.commission.items.all():
        key = f"{seed}/{item.service}/{item.mode}/{item.audience}/{item.case_id}"
        guessed = short_code(sha256(key.encode()).digest()[:5])
        assert (item.code == guessed) == (not item.case_id)


def test_a_round_that_nobody_could_read_is_divided(cast: Cast, place: Path) -> None:
    modes, audiences = ["online", "phone", "counter"], ["everybody", "elders", "disabled"]
    with pytest.raises(Incomplete) as refused:
        making.make(
            terms(cast, services=100, modes=modes, audiences=audiences),
            actor=cast.actor("li"),
            at=NOW,
        )
    assert refused.value.field == "services"
    assert "1800" in refused.value.text.zh


def test_a_body_is_shown_with_the_agreement_that_was_sealed(cast: Cast, place: Path) -> None:
    going = commissioned(cast)
    for n, assignment in enumerate(going.assignments):
        going.answer(assignment, good=n % 3 > 0)
        going.sign(assignment)
    going.seal()
    going.publish()
    body = going.commission.engagements.get(leads=True).body
    (figures,) = rounds_of(body)
    assert figures.signed == figures.given > 0
    assert figures.agreement.value is not None
    assert figures.agreement.value < 1
