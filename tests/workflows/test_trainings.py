"""Training: drawn starts, one figure on its day; warning cases that name nobody, taken by two."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shixiao.checkup.training import lessons
from shixiao.draw import verify
from shixiao.records.models import (
    Case,
    Draw,
    Evaluation,
    Finding,
    LeafRow,
    Organisation,
    Seat,
    Standing,
    Training,
    WarningCase,
)
from shixiao.terms import Text
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.trainings import making, running, warnings
from shixiao.workflows.trainings.counting import counts, months_between
from tests.cast import NOW, Cast, make_evaluation, make_finding
from tests.rounds import with_ledger

pytestmark = pytest.mark.django_db
BEGINS = date(2026, 5, 1)
DEPARTMENTS = 12
TOPIC = "bans"


def month(n: int) -> date:
    """Return the last week of a month, counted from the first that is watched."""
    years, number = divmod(BEGINS.month - 1 + n, 12)
    return date(BEGINS.year + years, number + 1, 25)


@pytest.fixture
def departments(cast: Cast) -> list[Organisation]:
    return [
        Organisation.objects.create(
            kind="department",
            code=f"D{n:02d}",
            name=Text(f"部门{n}", f"Department {n}"),
            tier="city",
        )
        for n in range(DEPARTMENTS)
    ]


def evaluated(cast: Cast, n: int, findings: dict[str, int]) -> Evaluation:
    """Publish the evaluation of a month, with so many new findings of each department."""
    made = make_evaluation(cast, published=NOW + timedelta(days=30 * n), last_day=month(n))
    for d in range(DEPARTMENTS):
        code = f"D{d:02d}"
        for s in range(8):
            Standing.objects.create(
                evaluation=made,
                kind="service",
                subject=f"{code}-{s}",
                slug=f"{code}-{s}",
                name=Text("事项", "Service"),
                department=code,
            )
        cast.places.setdefault(code, Organisation.objects.get(code=code))
        for f in range(findings.get(code, 0)):
            make_finding(cast, made, code, int(f"{n + 100}{d:02d}{f:02d}"))
    return made


def planned(cast: Cast, departments: list[Organisation], **given: object) -> Training:
    fields = {
        "session": "course",
        "topic": TOPIC,
        "name": Text("五禁专题培训", "The five bans"),
        "begins": BEGINS,
        "departments": departments,
        "actor": cast.actor("li"),
        "at": NOW,
    }
    return making.make(**(fields | given))


def act(cast: Cast, training: Training, at: datetime = NOW) -> Act:
    training.refresh_from_db()
    return Act(cast.actor("li"), at, training.version)


def running_training(cast: Cast, departments: list[Organisation]) -> Training:
    for n in range(-12, 0, 3):
        evaluated(cast, n, {f"D{d:02d}": 2 for d in range(DEPARTMENTS)})
    with_ledger()
    training = planned(cast, departments)
    public = Public("双色球", date(2026, 4, 20))
    running.freeze(training, act(cast, training), public=public)
    later = datetime(2026, 4, 21, 2, tzinfo=UTC)
    return running.draw(training, act(cast, training, later), announced="03 09 17")


def test_a_training_is_drawn_and_its_figure_read_on_the_day_that_was_fixed(
    cast: Cast, place: Path, departments: list[Organisation]
) -> None:
    training = running_training(cast, departments)
    plan = training.plan
    assert set(plan["starts"]) == {d.code for d in departments}
    assert len(set(plan["days"].values())) > 1
    draw = Draw.objects.get(subject=training.code)
    assert draw.revealed is not None
    assert verify(draw.transcript).valid
    assert plan["read_on"], plan["says"]
    read_on = date.fromisoformat(plan["read_on"])
    for n in range(plan["periods"]):
        new = {d: 0 if n >= plan["starts"][d] else 2 for d in plan["starts"]}
        evaluated(cast, 3 * n, new)
    day_before = datetime(read_on.year, read_on.month, 1, 2, tzinfo=UTC) - timedelta(days=1)
    assert running.read_due(now=day_before) == 0
    assert running.read_due(now=day_before + timedelta(days=1)) == 1
    training.refresh_from_db()
    assert training.state == "read"
    assert training.effect["outcome"] == "fell"
    assert training.effect["ratio"]["high"] < 1
    assert running.read_due(now=day_before + timedelta(days=60)) == 0
    assert LeafRow.objects.filter(event="training.read", subject=training.code).count() == 1


def test_what_did_not_fall_is_not_said_to(
    cast: Cast, place: Path, departments: list[Organisation]
) -> None:
    training = running_training(cast, departments)
    for n in range(training.plan["periods"]):
        evaluated(cast, 3 * n, dict.fromkeys(training.plan["starts"], 2))
    assert running.read_due(now=datetime(2040, 1, 1, tzinfo=UTC)) == 1
    training.refresh_from_db()
    assert training.effect["outcome"] != "fell"


def test_every_department_has_its_posts_and_leaders_are_among_them(
    cast: Cast, place: Path, departments: list[Organisation]
) -> None:
    for topic in lessons():
        for session in ("briefing", "warning"):
            made = planned(cast, departments, topic=topic, session=session)
            for department in departments:
                posts = set(
                    Seat.objects.filter(training=made, department=department).values_list(
                        "post", flat=True
                    )
                )
                assert "leader" in posts, (topic, session)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"topic": "nonsense"}, "topic"),
        ({"begins": date(2026, 5, 2)}, "begins"),
        ({"begins": date(2026, 1, 1)}, "begins"),
    ],
)
def test_what_cannot_be_is_refused(
    cast: Cast, place: Path, departments: list[Organisation], changed: dict, field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        planned(cast, departments, **changed)
    assert refused.value.field == field


def test_too_few_departments_cannot_show_an_effect(
    cast: Cast, place: Path, departments: list[Organisation]
) -> None:
    with pytest.raises(Incomplete) as refused:
        planned(cast, departments[:2])
    assert refused.value.field == "departments"


def test_the_value_has_to_be_known_before_the_first_start(
    cast: Cast, place: Path, departments: list[Organisation]
) -> None:
    with_ledger()
    training = planned(cast, departments)
    with pytest.raises(Incomplete) as refused:
        running.freeze(training, act(cast, training), public=Public("x", BEGINS))
    assert refused.value.field == "source_day"


def test_only_the_bureau_sets_up_trainings_and_only_heads_name_people(
    cast: Cast, place: Path, departments: list[Organisation]
) -> None:
    for name in ("chen", "zhou", "zheng", "jiang"):
        with pytest.raises(Forbidden):
            planned(cast, departments, actor=cast.actor(name))
    training = planned(cast, [*departments, cast.places["health"]])
    seat = training.seats.filter(department=cast.places["health"]).first()
    with pytest.raises(Forbidden):
        making.name_person(seat, "周某", actor=cast.actor("li"), at=NOW)
    named = making.name_person(seat, "周某，处长", actor=cast.actor("zhou"), at=NOW)
    assert named.person == "周某，处长"
    leaf = LeafRow.objects.get(event="training.named")
    assert "周某" not in bytes(leaf.entry).decode()
    with pytest.raises(Incomplete):
        making.name_person(seat, " ", actor=cast.actor("zhou"), at=NOW)


def test_new_findings_add_up_over_the_months_of_a_period(
    cast: Cast, place: Path, departments: list[Organisation]
) -> None:
    evaluated(cast, 0, {"D00": 3, "D01": 1})
    evaluated(cast, 2, {"D00": 1})
    evaluated(cast, 6, {"D01": 2})
    asked = {"first": BEGINS, "periods": 3, "months": 3}
    found = counts(TOPIC, {"D00", "D01"}, **asked)
    assert found.findings == {("D00", 0): 4, ("D01", 0): 1, ("D01", 2): 2}
    assert set(found.judged) == {(d, p) for d in ("D00", "D01") for p in (0, 2)}
    assert set(found.judged.values()) == {8.0}
    assert months_between(date(2025, 11, 1), date(2026, 2, 1)) == 3


@pytest.fixture
def closed(cast: Cast, place: Path) -> Case:
    evaluation = make_evaluation(cast, published=NOW)
    finding = make_finding(cast, evaluation)
    case = Case.objects.create(
        origin="finding",
        finding=finding,
        name=finding.subject_name,
        department=cast.places["health"],
        state="closed",
        entered=NOW,
        opened=NOW,
        closed=NOW,
        handler=cast.accounts["li"],
        responsible="周建国",
        responsible_post="信息处处长",
    )
    Finding.objects.filter(pk=finding.pk).update(kind="bans", measure="not_filed")
    case.refresh_from_db()
    return case


def drafted(cast: Cast, case: Case, name: str = "li") -> WarningCase:
    return warnings.draft(
        case,
        facts=Text(
            "2026年3月2日，卫生健康局信息处处长周建国（电话13800138000）让健康码助手未备案就上线。",
            "On 2 March 2026 Zhou Jianguo of the Health Department put the Health Code Assistant"
            " online without filing.",
        ),
        correction=Text("两周内补办备案。", "It was filed within two weeks."),
        actor=cast.actor(name),
        at=NOW,
    )


def test_a_warning_case_names_nobody_and_takes_two(cast: Cast, closed: Case) -> None:
    draft = drafted(cast, closed)
    for name in ("周建国", "卫生健康局", "13800138000", "健康码助手", "3月2日", closed.code):
        assert name not in draft.text.zh, name
    for name in ("Health Department", "Health Code Assistant", "2 March"):
        assert name not in draft.text.en, name
    assert draft.approved is None
    assert draft.questions
    with pytest.raises(Forbidden):
        warnings.approve(draft, sha256=draft.sha256, actor=cast.actor("li"), at=NOW)
    with pytest.raises(Stale):
        warnings.approve(draft, sha256="0" * 64, actor=cast.actor("chen"), at=NOW)
    public = warnings.approve(draft, sha256=draft.sha256, actor=cast.actor("chen"), at=NOW)
    assert public.approved == NOW
    with pytest.raises(Stale):
        drafted(cast, closed)
    with pytest.raises(Stale):
        warnings.refuse(draft, reason="晚了", actor=cast.actor("qian"), at=NOW)


def test_a_draft_that_is_sent_back_is_drafted_anew(cast: Cast, closed: Case) -> None:
    draft = drafted(cast, closed)
    with pytest.raises(Incomplete):
        warnings.refuse(draft, reason=" ", actor=cast.actor("chen"), at=NOW)
    warnings.refuse(draft, reason="还能认出是哪家医院", actor=cast.actor("chen"), at=NOW)
    again = drafted(cast, closed)
    assert again.pk == draft.pk
    assert again.refused == ""
    assert WarningCase.objects.count() == 1


def test_only_a_closed_case_becomes_a_warning(cast: Cast, closed: Case) -> None:
    Case.objects.filter(pk=closed.pk).update(state="checking")
    closed.refresh_from_db()
    with pytest.raises(Incomplete):
        drafted(cast, closed)


def test_a_training_uses_approved_warning_cases_alone(
    cast: Cast, closed: Case, departments: list[Organisation]
) -> None:
    draft = drafted(cast, closed)
    with pytest.raises(Incomplete) as refused:
        planned(cast, departments, warnings=[draft])
    assert refused.value.field == "warnings"
    public = warnings.approve(draft, sha256=draft.sha256, actor=cast.actor("chen"), at=NOW)
    made = planned(cast, departments, warnings=[public])
    assert list(made.warnings.all()) == [public]
