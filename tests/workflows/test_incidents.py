"""Incidents: clocks from when it was known, drills that touch nothing, persons from receipts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from shixiao.records.models import Incident, LeafRow, Notice, Retest, System
from shixiao.terms import Unavailable
from shixiao.workflows import identities
from shixiao.workflows.gateways import persons, reading
from shixiao.workflows.incidents import affected, ending, reporting, telling
from shixiao.workflows.incidents.affected import Scope
from shixiao.workflows.incidents.moving import doable, visible
from shixiao.workflows.incidents.reporting import Judgement, Report
from shixiao.workflows.incidents.telling import PersonalNotice
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.systems.dossier import judge
from tests import systems
from tests.cast import NOW, Cast
from tests.dealing import dealing
from tests.exchanging import HE, LIN, Exchanging, exchanging, granted, register

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LEAK = Report("leak", "名册外泄", "网上出现了名册。", NOW - HOUR, None, None, False)
JUDGED = Judgement("larger", "other", True, False, 300)
NOTICE = PersonalNotice(
    "姓名、住址", "账号被盗用", "可能接到诈骗电话", "已停用账号", "不要透露验证码", "0571-0000000"
)


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


def act(cast: Cast, who: str, incident: Incident, at: datetime = NOW) -> Act:
    incident.refresh_from_db()
    return Act(cast.actor(who), at, incident.version)


def reported(cast: Cast, *, drill: bool = False, system: System | None = None) -> Incident:
    told = replace(LEAK, drill=drill, system=system, department=cast.places["health"])
    return reporting.report(told, actor=cast.actor("wei" if drill else "wu"), at=NOW)


def test_anybody_with_a_post_reports_and_sees_what_became_of_it(cast: Cast) -> None:
    made = reported(cast)
    for who, sees in {"wu": 1, "zhou": 1, "li": 1, "jiang": 1, "feng": 0, "zheng": 0}.items():
        assert visible(cast.actor(who)).count() == sees, who
    told = set(Notice.objects.filter(kind="incident.reported").values_list("account__login"))
    assert told == {("zhou",), ("wei",), ("li",), ("sun",)}
    assert "网上出现了名册" not in bytes(LeafRow.objects.get().entry).decode()
    with pytest.raises(Forbidden):
        reporting.report(LEAK, actor=cast.actor("han"), at=NOW)
    with pytest.raises(Forbidden):  # a drill is begun by those who handle it
        told_drill = replace(LEAK, drill=True, department=cast.places["health"])
        reporting.report(told_drill, actor=cast.actor("wu"), at=NOW)
    with pytest.raises(Forbidden):
        reporting.contain(made, act(cast, "wu", made), contained="停用账号", shut=False)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "rumour"}, "kind"),
        ({"title": " "}, "title"),
        ({"story": ""}, "story"),
        ({"known": NOW + HOUR}, "known"),
        ({"department": None}, "department"),
    ],
)
def test_a_report_that_lacks_something_is_refused(
    cast: Cast, changed: dict[str, object], field: str
) -> None:
    told = replace(LEAK, department=cast.places["health"])
    with pytest.raises(Incomplete) as refused:
        reporting.report(replace(told, **changed), actor=cast.actor("wu"), at=NOW)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_clocks_run_from_when_it_was_known_and_what_was_told_stays_told(cast: Cast) -> None:
    made = reported(cast)
    reporting.classify(made, act(cast, "zhou", made), JUDGED)
    due = {clock.duty: clock.due for clock in made.clocks.all()}
    assert due == {
        "cyberspace": NOW + 3 * HOUR,
        "authority": NOW + 23 * HOUR,
        "persons": datetime(2026, 3, 5, 16, tzinfo=UTC),  # the end of Thursday in Shanghai
    }
    late = act(cast, "zhou", made, NOW + 4 * HOUR)
    telling.inform(made, late, duty="cyberspace", reference="省网信办值班室 王某")
    told = LeafRow.objects.get(event="incident.informed")
    assert '"outcome":"late"' in bytes(told.entry).decode()
    with pytest.raises(Incomplete):
        telling.inform(made, act(cast, "zhou", made), duty="cyberspace", reference="再报")
    less = replace(JUDGED, grade="general", personal=False)
    reporting.classify(made, act(cast, "zhou", made), less)
    assert set(made.clocks.values_list("duty", flat=True)) == {"cyberspace", "authority"}
    with pytest.raises(Incomplete, match="at least"):
        many = replace(less, persons=2_000_000)
        reporting.classify(made, act(cast, "zhou", made), many)


def test_an_incident_shuts_the_system_forces_a_test_and_its_lessons_count_against_it(
    cast: Cast,
) -> None:
    system = systems.admitted(cast, systems.complete(cast, systems.made(cast)))
    made = reported(cast, system=system)
    with pytest.raises(Forbidden):  # heads do not decide on admissions
        reporting.contain(made, act(cast, "zhou", made), contained="关停", shut=True)
    reporting.contain(made, act(cast, "li", made), contained="关停", shut=True)
    reporting.classify(made, act(cast, "li", made), JUDGED)
    system.refresh_from_db()
    made.refresh_from_db()
    assert (system.state, made.shut) == ("suspended", True)
    assert Retest.objects.get().reference == made.code
    with pytest.raises(Incomplete, match="still to be made"):
        ending.settle(made, act(cast, "li", made), cause="口令太弱")
        ending.close(made, act(cast, "li", made), lessons="改用双因素", criteria=["drill"])
    finish(cast, made)
    assert made.state == "closed"
    layers = {layer.layer: layer for layer in judge(system, now=NOW)[0].layers}
    assert system.papers.first().holds is False  # type: ignore[union-attr]
    assert not all(layer.holds for layer in layers.values())


def finish(cast: Cast, made: Incident) -> None:
    for duty in ("authority", "cyberspace", "summary"):
        telling.inform(made, act(cast, "li", made), duty=duty, reference="已报")
    telling.notify(made, act(cast, "li", made), NOTICE)
    ending.close(made, act(cast, "li", made), lessons="改用双因素", criteria=["drill"])
    made.refresh_from_db()


def test_a_drill_goes_the_same_way_and_touches_nothing(cast: Cast) -> None:
    system = systems.admitted(cast, systems.complete(cast, systems.made(cast)))
    made = reported(cast, drill=True, system=system)
    reporting.contain(made, act(cast, "li", made), contained="关停", shut=True)
    reporting.classify(made, act(cast, "li", made), JUDGED)
    ending.settle(made, act(cast, "li", made), cause="口令太弱")
    finish(cast, made)
    system.refresh_from_db()
    assert (made.state, made.shut, system.state) == ("closed", False, "admitted")
    assert not Retest.objects.exists()
    assert not system.papers.filter(holds=False).exists()
    assert all("演练" in n.text.zh for n in Notice.objects.filter(kind__startswith="incident."))
    leaves = LeafRow.objects.filter(subject=made.code).exclude(event="incident.moved")
    assert all('"mode":"drill"' in bytes(leaf.entry).decode() for leaf in leaves)


def test_a_notice_says_every_item_of_the_law_or_is_spared_with_a_reason(cast: Cast) -> None:
    made = reported(cast)
    reporting.classify(made, act(cast, "zhou", made), JUDGED)
    for item in telling.ITEMS:
        with pytest.raises(Incomplete) as refused:
            telling.notify(made, act(cast, "zhou", made), replace(NOTICE, **{item: " "}))
        assert refused.value.field == item
    reporting.contain(made, act(cast, "zhou", made), contained="停用", shut=False)
    with pytest.raises(Forbidden):
        telling.spare(made, act(cast, "zhou", made), reason="已加密")
    telling.spare(made, act(cast, "chen", made), reason="数据已加密，密钥未失")
    assert made.clocks.get(duty="persons").met == NOW
    with pytest.raises(Stale):
        telling.notify(made, act(cast, "zhou", made), NOTICE)
    assert "notify" not in {verb.id for verb in doable(made, cast.actor("zhou"))}


# ── persons, from the receipts of a gateway that runs ────────────────────────────────────────────


@pytest.fixture
def running(cast: Cast, tmp_path: Path) -> Iterator[Exchanging]:
    deal = dealing(cast)
    with exchanging(deal, granted(deal), tmp_path / "gateway") as asked:
        register(deal)
        yield asked


def exchanged(running: Exchanging, cast: Cast) -> Incident:
    """Let data of one person leave, and a look-up of another be refused; then report a leak."""
    running.ask(LIN, "GZF-1")
    running.ask(LIN, "GZF-1")
    gateway = running.grant.item.department.gateways.get()
    for _ in range(200):
        reading.read(gateway, now=timezone.now(), client=running.bureau(gateway))
        if reading.proven().count() >= 2:
            break
    made = reported(cast)
    reporting.classify(made, act(cast, "zhou", made), JUDGED)
    return made


def scope(running: Exchanging, **changed: object) -> Scope:
    now = timezone.now()
    given = Scope((running.grant.code,), (), now - HOUR, now + HOUR)
    return replace(given, **changed)  # type: ignore[arg-type]


def test_exactly_the_persons_of_the_receipts_are_listed_and_told(
    running: Exchanging, cast: Cast
) -> None:
    made = exchanged(running, cast)
    affected.trace(made, act(cast, "zhou", made), scope(running), client=running.bureau)
    (person,) = made.persons.all()
    assert (len(person.receipts), person.proven) == (2, True)
    assert LIN not in str(affected.listed(made))
    with pytest.raises(Stale):
        affected.consent(made, act(cast, "li", made))
    affected.ask_open(made, act(cast, "zhou", made), reason="逐人电话通知")
    with pytest.raises(Forbidden):
        affected.consent(made, act(cast, "zhou", made))
    affected.consent(made, act(cast, "li", made))
    told = [person.receipts[0]]
    assert affected.touched(told) == {}
    telling.notify(made, act(cast, "zhou", made), NOTICE)
    assert affected.touched(told) == {told[0]: made}
    identities.prove(cast.accounts["han"], LIN, actor=cast.actor("shen"), at=NOW)
    uses = persons.uses_of(cast.accounts["han"], client=running.bureau).uses
    assert {use.receipt for use in uses} == set(affected.touched(u.receipt for u in uses))
    identities.prove(cast.accounts["feng"], HE, actor=cast.actor("shen"), at=NOW)
    assert persons.uses_of(cast.accounts["feng"], client=running.bureau).uses == ()


def test_nobody_is_listed_out_of_scope_and_a_silent_gateway_is_named(
    running: Exchanging, cast: Cast
) -> None:
    made = exchanged(running, cast)
    early = scope(running, until=timezone.now() - HOUR / 2)
    affected.trace(made, act(cast, "zhou", made), early, client=running.bureau)
    assert not made.persons.exists()
    for wrong in (scope(running, grants=()), scope(running, until=NOW - 9_999 * HOUR)):
        with pytest.raises(Incomplete):
            affected.trace(made, act(cast, "zhou", made), wrong, client=running.bureau)

    class Silent:
        def persons(self, receipts: object) -> object:
            raise Unavailable(telling.NO_CLOCK)

        def close(self) -> None:
            """Nothing is open."""

    affected.trace(
        made,
        act(cast, "zhou", made),
        scope(running),
        client=lambda gateway: Silent(),  # type: ignore[arg-type,return-value]
    )
    made.refresh_from_db()
    assert len(made.silent) == 1
    assert not made.persons.exists()
