"""Systems under oversight: admitted by two people on evidence, or not at all; shut when it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from shixiao.records.models import Certificate, LeafRow, Retest, System, Weakness
from shixiao.security.assessing import Layer, Question
from shixiao.sharing.admission import Status, read_statuses
from shixiao.terms import BadInput, Estimate, Text
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.evaluations import folder_of
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.systems import (
    admitting,
    certificates,
    checklists,
    consenting,
    filing,
    interest,
    judging,
    listing,
    probing,
    registering,
    reviewing,
    weaknesses,
)
from shixiao.workflows.systems.admitting import Retirement
from shixiao.workflows.systems.dossier import judge
from shixiao.workflows.systems.retesting import force
from shixiao.workflows.systems.weaknesses import Asking
from tests import systems
from tests.cast import NOW, TODAY, Cast, make_evaluation

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


@pytest.fixture
def ready(cast: Cast) -> System:
    return systems.complete(cast, systems.made(cast))


def listed(at=NOW):  # type: ignore[no-untyped-def]
    listing.publish(at)
    data = listing.list_path().read_bytes()
    key = listing.admission_key().public
    return read_statuses(data, key=key, now=at, max_age=60, zone=ZoneInfo("Asia/Shanghai"))


def against(system: System, at=NOW) -> list[Layer]:  # type: ignore[no-untyped-def]
    return [each.layer for each in judge(system, now=at)[0].layers if not each.holds]


def test_a_system_with_everything_is_admitted_by_two_and_gates_know(
    cast: Cast, ready: System
) -> None:
    held = systems.admitted(cast, ready)
    assert (held.state, against(held)) == ("admitted", [])
    found = listed().systems["booking"]
    assert (found.status, found.manual) == (Status.ADMITTED, systems.TOLD.manual)
    certificate = certificates.standing(held)
    assert certificate is not None
    told = certificates.read(certificate.jws, now=NOW)
    assert (told["sub"], told["release"]) == ("booking", systems.HASH)
    assert {"admission.proposed", "admission.answered", "admission.certified"} <= set(
        LeafRow.objects.values_list("event", flat=True)
    )


@pytest.mark.parametrize(
    ("left_out", "layer"),
    [
        ("need", Layer.NEED),
        ("public", Layer.CONSULTATION),
        ("veto", Layer.VETO),
        ("blind", Layer.COVERAGE),
        ("paper", Layer.COVERAGE),
        ("failing", Layer.SCORE),
        ("old", Layer.VALIDITY),
    ],
)
def test_what_is_missing_refuses_and_says_which_layer(
    cast: Cast, left_out: str, layer: Layer
) -> None:
    people = 50_000 if left_out == "public" else 300
    system = systems.made(cast, people=people)
    systems.complete(cast, system)
    at = NOW
    if left_out == "need":
        answers = {**systems.NEED.answers, Question.UNIQUE: (False, "已有同类")}
        need = replace(systems.NEED, answers=answers)
        filing.file_need(system, need, actor=cast.actor("wei"), at=NOW)
    elif left_out == "veto":
        systems.probed(cast, system, at=NOW + DAY / 24, failing=["certificate.expired"])
        at = NOW + DAY / 12
    elif left_out == "blind":
        systems.probed(cast, system, at=NOW + DAY / 24, blind=["headers"])
        at = NOW + DAY / 12
    elif left_out == "paper":
        system.papers.filter(criterion="drill").delete()
    elif left_out == "failing":
        systems.papers(cast, system, holds=False)
    elif left_out == "old":
        at = NOW + 8 * DAY
    assert layer in against(system, at)
    with pytest.raises(Incomplete) as refused:
        systems.proposed(cast, system, at=at)
    assert refused.value.text.zh.startswith("还不能准入：")


def test_one_person_alone_admits_nothing(cast: Cast, ready: System) -> None:
    proposal = systems.proposed(cast, ready)
    with pytest.raises(Forbidden, match="Another person"):
        admitting.confirm(proposal, actor=cast.actor("li"), at=NOW)
    for who in ("wei", "zhou", "zhao", "feng", "jiang", "shen"):
        with pytest.raises(Forbidden):
            admitting.confirm(proposal, actor=cast.actor(who), at=NOW)
    with pytest.raises(Stale, match="waits"):
        systems.proposed(cast, ready, who="sun")
    ready.refresh_from_db()
    assert ready.state == "planned"


def test_a_proposal_is_confirmed_on_the_very_same_evidence_or_not_at_all(
    cast: Cast, ready: System
) -> None:
    proposal = systems.proposed(cast, ready)
    systems.papers(cast, ready, but=["drill"])
    with pytest.raises(Stale, match="evidence changed"):
        admitting.confirm(proposal, actor=cast.actor("chen"), at=NOW)
    admitting.send_back(proposal, reason="材料有更新", actor=cast.actor("chen"), at=NOW)
    assert systems.admitted(cast, ready).state == "admitted"
    with pytest.raises(Stale, match="answered"):
        admitting.confirm(proposal, actor=cast.actor("chen"), at=NOW)


def test_who_proposed_must_still_hold_the_post_when_another_confirms(
    cast: Cast, ready: System
) -> None:
    proposal = systems.proposed(cast, ready)
    cast.accounts["li"].posts.update(ends=TODAY - DAY)
    with pytest.raises(Forbidden, match="no longer"):
        admitting.confirm(proposal, actor=cast.actor("chen"), at=NOW)


def test_a_new_release_must_be_admitted_anew_and_evidence_of_the_old_one_counts_no_more(
    cast: Cast, ready: System
) -> None:
    held = systems.admitted(cast, ready)
    later = NOW + DAY
    registering.release(
        held, label="1.1", sha256="cd" * 32, change="version", actor=cast.actor("wei"), at=later
    )
    retest = Retest.objects.get(system=held)
    assert (retest.cause, retest.due) == ("release", date(2026, 3, 17))
    assert Layer.COVERAGE in against(held, later)
    assert reviewing.review_all(now=later) == 0
    assert reviewing.review_all(now=NOW + 16 * DAY) == 1
    held.refresh_from_db()
    assert (held.state, listed().systems["booking"].status) == ("suspended", Status.SUSPENDED)
    assert certificates.standing(held) is None
    systems.probed(cast, held, at=NOW + 17 * DAY)
    assert systems.admitted(cast, held, at=NOW + 17 * DAY).state == "admitted"
    retest.refresh_from_db()
    assert retest.done is not None


def test_a_veto_that_a_later_run_finds_shuts_the_system_at_once(cast: Cast, ready: System) -> None:
    held = systems.admitted(cast, ready)
    later = NOW + DAY / 2
    systems.probed(cast, held, at=later, failing=["certificate.expired"])
    assert reviewing.review_all(now=later) == 1
    held.refresh_from_db()
    assert held.state == "suspended"
    assert held.ended is not None
    assert "certificate" in held.ended.en.lower()
    assert not any(event == "x" for event in LeafRow.objects.values_list("event", flat=True))


def test_evidence_that_runs_out_shuts_the_system_after_the_days_of_grace(
    cast: Cast, ready: System
) -> None:
    held = systems.admitted(cast, ready)
    assert held.until == NOW + DAY  # the list of components holds for a day
    assert reviewing.review_all(now=NOW + 2 * DAY) == 0
    assert listed(NOW + 2 * DAY).systems["booking"].until == TODAY + 8 * DAY
    systems.probed(cast, held, at=NOW + 3 * DAY)
    assert reviewing.review_all(now=NOW + 3 * DAY) == 0
    held.refresh_from_db()
    assert held.until == NOW + 4 * DAY
    assert reviewing.review_all(now=NOW + 12 * DAY) == 1


def test_a_certificate_is_renewed_while_evidence_holds_and_never_outlives_it(
    cast: Cast, ready: System
) -> None:
    held = systems.admitted(cast, ready)
    first = certificates.standing(held)
    assert first is not None
    assert first.expires == held.until
    systems.probed(cast, held, at=NOW + DAY / 2)
    reviewing.review_all(now=NOW + DAY / 2)
    second = certificates.standing(held)
    assert second is not None
    assert second.pk != first.pk
    assert second.expires == NOW + 3 * DAY / 2
    with pytest.raises(BadInput, match="expired"):
        certificates.read(second.jws, now=NOW + 3 * DAY)
    head, body, signature = second.jws.split(".")
    with pytest.raises(BadInput, match="not issued"):
        certificates.read(f"{head}.{body[:-4]}AAAA.{signature}", now=NOW)
    assert Certificate.objects.count() == 2


def test_what_is_admitted_anywhere_else_in_time_can_be_shut_by_one(
    cast: Cast, ready: System
) -> None:
    held = systems.admitted(cast, ready)
    why = Text("有人报告泄露。", "A leak was reported.")
    with pytest.raises(Forbidden):
        admitting.suspend(held, reason=why, seen=held.version, actor=cast.actor("wei"), at=NOW)
    with pytest.raises(Forbidden):  # whoever has not signed in is not the site itself
        admitting.suspend(held, reason=why, seen=None, actor=NOBODY, at=NOW)
    admitting.suspend(held, reason=why, seen=held.version, actor=cast.actor("chen"), at=NOW)
    with pytest.raises(Stale):
        admitting.shut(held, reason=why, at=NOW)


def test_weaknesses_are_mended_return_and_keep_their_history(cast: Cast) -> None:
    system = systems.complete(cast, systems.made(cast))
    runs = [
        systems.probed(cast, system, at=NOW + n * DAY / 24, failing=failing, blind=blind)
        for n, failing, blind in (
            (1, ["headers.csp"], ()),
            (2, ["headers.csp"], ()),
            (3, [], ["headers"]),
            (4, [], ()),
            (5, ["headers.csp"], ()),
        )
    ]
    weakness = Weakness.objects.get(system=system)
    assert (weakness.state, weakness.returned) == ("open", 1)
    assert [(turn.turn, turn.probing_id) for turn in weakness.turns.all()] == [
        ("opened", runs[0].pk),
        ("fixed", runs[3].pk),
        ("returned", runs[4].pk),
    ]
    again = probing.take_in(
        system,
        systems.run_of(["headers"], at=NOW + DAY, failing=["headers.csp"]),
        file="x.json",
        actor=cast.actor("wei"),
        at=NOW + 2 * DAY,
    )
    same = probing.take_in(
        system,
        systems.run_of(["headers"], at=NOW + DAY, failing=["headers.csp"]),
        file="x.json",
        actor=cast.actor("wei"),
        at=NOW + 2 * DAY,
    )
    assert (again.pk, weakness.turns.count()) == (same.pk, 3)


def test_an_older_run_that_is_entered_late_neither_mends_nor_opens(cast: Cast) -> None:
    system = systems.complete(cast, systems.made(cast))
    systems.probed(cast, system, at=NOW + DAY / 12, failing=["headers.csp"])
    data = systems.run_of(["headers"], at=NOW + DAY / 24, failing=["headers.sniffing"])
    late = {"file": "late.json", "actor": cast.actor("wei"), "at": NOW + DAY}
    probing.take_in(system, data, **late)
    (known,) = Weakness.objects.filter(system=system)
    assert (known.check_id, known.state) == ("headers.csp", "open")


def test_a_system_that_becomes_more_than_was_assessed_has_to_be_admitted_anew(
    cast: Cast, ready: System
) -> None:
    held = systems.admitted(cast, ready)
    told = replace(systems.TOLD, signs_in=True)
    registering.change(held, told, seen=held.version, actor=cast.actor("wei"), at=NOW)
    assert reviewing.review_all(now=NOW + DAY / 24) == 0
    assert held.retests.get().cause == "finding"
    assert reviewing.review_all(now=NOW + 16 * DAY) == 1


def test_a_waiver_is_granted_by_another_ends_and_covers_no_veto(cast: Cast) -> None:
    system = systems.complete(cast, systems.made(cast))
    failing = ["headers.csp", "certificate.expired"]
    systems.probed(cast, system, at=NOW + DAY / 24, failing=failing)
    csp, veto = (Weakness.objects.get(check_id=name) for name in failing)
    asked = Asking("王五", "下个版本修", "WAF 规则", TODAY + 30 * DAY)
    with pytest.raises(Incomplete, match="cannot be waived"):
        weaknesses.ask_waiver(veto, asked, actor=cast.actor("wei"), at=NOW)
    with pytest.raises(Incomplete, match="within 90 days"):
        weaknesses.ask_waiver(
            csp, replace(asked, expires=TODAY + 91 * DAY), actor=cast.actor("wei"), at=NOW
        )
    waiver = weaknesses.ask_waiver(csp, asked, actor=cast.actor("wei"), at=NOW)
    with pytest.raises(Forbidden):
        weaknesses.answer_waiver(
            waiver, granted=True, answer="同意", actor=cast.actor("wei"), at=NOW
        )
    weaknesses.answer_waiver(waiver, granted=True, answer="同意", actor=cast.actor("li"), at=NOW)
    at = NOW + DAY / 12
    assert [one.check for one in judge(system, now=at)[0].waived] == ["headers.csp"]
    assert judge(system, now=NOW + 31 * DAY)[0].waived == ()
    for _ in range(2):
        renewed = weaknesses.ask_waiver(csp, asked, actor=cast.actor("wei"), at=NOW)
        weaknesses.answer_waiver(
            renewed, granted=True, answer="再宽限一次", actor=cast.actor("li"), at=NOW
        )
        if renewed.renewals == 1:
            break
    with pytest.raises(Incomplete, match="renewed 1 time"):
        weaknesses.ask_waiver(csp, asked, actor=cast.actor("wei"), at=NOW)


def test_public_interest_is_computed_and_ruled_otherwise_by_two_until_contested(
    cast: Cast,
) -> None:
    system = systems.made(cast, people=20_000)
    systems.complete(cast, system)
    assert interest.interest(system).public
    ruling = interest.propose(system, reason="只预约会议室。", actor=cast.actor("li"), at=NOW)
    with pytest.raises(Forbidden):
        interest.confirm(ruling, actor=cast.actor("li"), at=NOW)
    interest.confirm(ruling, actor=cast.actor("chen"), at=NOW)
    assert not interest.interest(system).public
    contest = interest.contest(ruling, statement="排队的人受影响。", actor=NOBODY, at=NOW)
    assert interest.interest(system).public
    with pytest.raises(Forbidden):
        interest.answer(contest, upheld=False, text="不影响", actor=cast.actor("chen"), at=NOW)
    interest.answer(contest, upheld=False, text="不影响", actor=cast.actor("qian"), at=NOW)
    assert not interest.interest(system).public
    registering.change(
        system,
        replace(systems.TOLD, people=90_000),
        seen=system.version,
        actor=cast.actor("wei"),
        at=NOW,
    )
    system.refresh_from_db()
    assert interest.interest(system).public


def test_an_upheld_contest_ends_the_ruling(cast: Cast) -> None:
    system = systems.made(cast, rights=("credit",))
    ruling = interest.propose(system, reason="不影响。", actor=cast.actor("li"), at=NOW)
    interest.confirm(ruling, actor=cast.actor("sun"), at=NOW)
    contest = interest.contest(ruling, statement="影响信用。", actor=NOBODY, at=NOW)
    interest.answer(contest, upheld=True, text="成立", actor=cast.actor("qian"), at=NOW)
    assert interest.standing(system) is None
    assert interest.interest(system).public


CONSENT = {
    "hosts": ["booking.example.gov.cn"],
    "starts": "2026-03-01T00:00:00+08:00",
    "ends": "2026-04-01T00:00:00+08:00",
    "rate": 5,
    "most": 5000,
    "contact": "0571-0000000",
    "reference": "卫健函〔2026〕3号",
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hosts": ["elsewhere.example"]}, "no address of this system"),
        ({"ends": "2028-04-01T00:00:00+08:00"}, "within a year"),
        ({"rate": 0}, "rate"),
        ({"heavy": ["everything"]}, "heavy"),
        ({"contact": ""}, "contact"),
    ],
)
def test_a_consent_that_is_too_wide_is_refused(
    cast: Cast, changed: dict[str, object], said: str
) -> None:
    system = systems.made(cast)
    with pytest.raises(Incomplete, match=said):
        consenting.consent(system, CONSENT | changed, actor=cast.actor("zhou"), at=NOW)
    with pytest.raises(Forbidden):
        consenting.consent(system, CONSENT, actor=cast.actor("wei"), at=NOW)


def test_nothing_is_probed_without_a_consent_in_force_or_out_of_reach(cast: Cast) -> None:
    system = systems.complete(cast, systems.made(cast))
    asking = {"target": systems.ADDRESS, "profile": "web", "lent": {}}

    def ask() -> None:
        probing.ask(system, **asking, actor=cast.actor("wei"), at=NOW)

    with pytest.raises(Stale, match="no written consent"):
        ask()
    inside = CONSENT | {"networks": ["10.0.0.0/8"]}
    wide = consenting.consent(system, inside, actor=cast.actor("zhou"), at=NOW)
    with pytest.raises(Stale, match=r"10\.0\.0\.0/8"):
        ask()
    consenting.withdraw(wide, actor=cast.actor("zhou"), at=NOW)
    consenting.consent(system, CONSENT, actor=cast.actor("zhou"), at=NOW)
    ask()
    with pytest.raises(Stale, match="being probed"):
        ask()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (b"{", "is no result"),
        (b"[]", "is no result"),
        (systems.run_of(["headers"], schema="other/1"), "another kind"),
        (systems.run_of(["headers"], target="https://other.example"), "no address"),
        (systems.run_of(["headers"], at=NOW + DAY), "of the future"),
        (systems.run_of(["headers"], at=NOW - DAY), "older than the newest"),
        (systems.run_of(["headers"], failing=["headers.csp"], checks=[]), "do not agree"),
        (systems.run_of(["headers"], failing=["headers.csp"], findings=[]), "do not agree"),
    ],
)
def test_a_run_that_is_none_is_refused_and_nothing_is_kept(
    cast: Cast, broken: bytes, said: str
) -> None:
    system = systems.complete(cast, systems.made(cast))
    before = system.probings.count()
    with pytest.raises(BadInput, match=said), transaction.atomic():
        probing.take_in(system, broken, file="r.json", actor=cast.actor("wei"), at=NOW)
    assert system.probings.count() == before


def test_a_system_retires_once_all_is_said_and_no_grant_runs_through_it(
    cast: Cast, ready: System
) -> None:
    held = systems.admitted(cast, ready)
    said = Retirement("改到政务服务网", "数据移交档案馆", "浙备 2026-9 注销")
    with pytest.raises(Incomplete, match="data are destroyed"):
        admitting.retire(
            held,
            replace(said, disposal=" "),
            seen=held.version,
            actor=cast.actor("wei"),
            at=NOW,
        )
    admitting.retire(held, said, seen=held.version, actor=cast.actor("wei"), at=NOW)
    held.refresh_from_db()
    assert (held.state, listed().systems["booking"].status) == ("retired", Status.RETIRED)
    with pytest.raises(Stale, match="retired"):
        systems.proposed(cast, held)


def measured(cast: Cast, low: float, high: float, n: int, day: date) -> None:
    """Publish an evaluation that says so of the online cases of S1."""
    made = make_evaluation(cast, published=NOW, last_day=day)
    estimate = Estimate((low + high) / 2, low, high, n=n).to_json()
    row = {"subject": {"kind": "service", "id": "S1"}, "measure": "elapsed_median"}
    rows = [row | {"arm": "counter", "estimate": estimate | {"low": 0.0, "high": 0.1}}]
    rows += [row | {"arm": "online", "estimate": estimate}]
    folder_of(made).mkdir(parents=True)
    (folder_of(made) / "result.json").write_text(json.dumps({"measures": rows}), "utf-8")


@pytest.mark.parametrize(
    ("low", "high", "n", "outcome", "forced"),
    [
        (0.5, 0.9, 500, "met", False),
        (1.2, 2.0, 500, "missed", True),
        (0.8, 1.2, 500, "insufficient", False),
        (0.5, 0.9, 20, "insufficient", False),
    ],
)
def test_a_pledge_is_judged_on_its_day_by_an_interval_and_missed_means_a_new_assessment(
    cast: Cast, ready: System, low: float, high: float, n: int, outcome: str, forced: bool
) -> None:
    held = systems.admitted(cast, ready)
    day = systems.PLEDGE.day
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    measured(cast, low, high, n, day - DAY)
    assert judging.judge_due(now=at) == 0
    measured(cast, low, high, n, day + DAY)
    assert judging.judge_due(now=at - DAY) == 0
    assert judging.judge_due(now=at) == 1
    assert judging.judge_due(now=at) == 0
    pledge = held.pledges.get()
    assert pledge.outcome == outcome
    assert held.retests.filter(cause="effect").exists() == forced


@pytest.mark.parametrize("changed", [{"target": 3.0}, {"target": 4.0}, {"measure": "visitors"}])
def test_a_pledge_that_promises_nothing_is_refused(cast: Cast, changed: dict[str, object]) -> None:
    with pytest.raises(Incomplete):
        filing.pledge(
            systems.made(cast),
            replace(systems.PLEDGE, **changed),  # type: ignore[arg-type]
            actor=cast.actor("wei"),
            at=NOW,
        )


@pytest.mark.parametrize("cause", ["incident", "certificate", "component", "complaints"])
def test_what_forces_a_test_makes_earlier_runs_count_no_more(
    cast: Cast, ready: System, cause: str
) -> None:
    held = systems.admitted(cast, ready)
    with transaction.atomic():
        first = force(held, cause, "N-1", at=NOW + DAY / 24)
        assert force(held, cause, "N-1", at=NOW + DAY) == first
    assert Layer.COVERAGE in against(held, NOW + DAY / 12)


def test_of_another_department_nothing_is_changed(cast: Cast) -> None:
    system = systems.made(cast)
    for who in ("wu", "zhao", "li", "jiang"):
        with pytest.raises(Forbidden):
            registering.change(system, systems.TOLD, seen=0, actor=cast.actor(who), at=NOW)
    with pytest.raises(Incomplete, match="is registered"):
        systems.made(cast)


@pytest.mark.parametrize("standard", ["asvs", "mlps", "crypto"])
def test_one_set_of_evidence_feeds_the_checklist_of_each_standard(
    cast: Cast, standard: str
) -> None:
    system = systems.complete(cast, systems.made(cast))
    clean = checklists.lines(system, standard, now=NOW)
    assert clean
    assert {line.result for line in clean} == {"holds"}
    at = NOW + DAY / 24
    systems.probed(cast, system, at=at, failing=["protocols.encrypted"], blind=["headers"])
    told = {line.result for line in checklists.lines(system, standard, now=at)}
    assert told >= ({"holds", "fails", "missing"} if standard != "crypto" else {"holds"})
    assert {line.result for line in checklists.lines(system, standard, now=NOW + 9 * DAY)} >= {
        "over"
    }
    book = checklists.sheet(system, standard, chinese=True, now=at)
    assert all(len(row) == len(book.heads) for row in book.rows)
    assert checklists.paper(system, standard, chinese=False, now=at)[:2] == b"PK"
