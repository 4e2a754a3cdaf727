"""Pages of inspections by lot: what they show before and after the seal, and forms that act."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Draw, Inspection, InspectionPlan
from shixiao.workflows.draws import Public
from shixiao.workflows.inspections import carrying, drawing, planning
from shixiao.workflows.inspections.drawing import team
from shixiao.workflows.inspections.planning import Period
from shixiao.workflows.moving import Act
from tests.cast import Cast, make_cast
from tests.inspecting import VALUE, more_inspectors, register
from tests.rounds import with_ledger
from tests.web.browsing import Reader
from tests.web.looking import Look, faults

SHOTS = os.environ.get("SHOTS_OF_SHARING")  # a folder, to look at the pages
MADE_UP = {"系统", "开奖号码", "备份没有加密"}
DAY = timedelta(days=1)
SCREENS = [
    ("en", "desktop", ""),
    ("zh", "desktop", ""),
    ("zh", "phone", "largest"),
    ("en", "phone", "on"),
]


def running(cast: Cast) -> InspectionPlan:
    """Draw a plan whose period is now: one inspection is sealed, one reported, one found a lot."""
    more_inspectors(cast)
    register(cast, 6)
    with_ledger()
    now = timezone.now()
    today = timezone.localdate(now)
    then = now - 5 * DAY
    period, public = Period(today - DAY, today + 60 * DAY, 3), Public("开奖号码", today - 2 * DAY)
    plan = planning.plan(period, public=public, actor=cast.actor("li", today=today), at=then)
    drawing.draw(plan, Act(cast.actor("li", today=today), now - DAY, 0), announced=VALUE)
    for number in (2, 3):
        made = plan.inspections.get(number=number)
        first, second = (Act(inspector(cast, one.account_id), now, 0) for one in team(made))
        carrying.start(made, first)
        said = {"outcome": "faulty", "report": "备份没有加密。"}
        carrying.report(made, Act(first.actor, now, 1), **said)
        if number == 3:
            made.refresh_from_db()
            carrying.confirm(made, Act(second.actor, now, 2))
    plan.refresh_from_db()
    return plan


def inspector(cast: Cast, account: object):  # type: ignore[no-untyped-def]
    return cast.actor(named(cast, account), today=timezone.localdate())


def named(cast: Cast, account: object) -> str:
    return next(name for name, one in cast.accounts.items() if one.pk == account)


def filled(cast: Cast) -> list[tuple[str, str]]:
    """Return the pages that show a plan, each with who looks."""
    plan = running(cast)
    mine = f"inspector:{named(cast, team(plan.inspections.get(number=1))[0].account_id)}"
    other = plan.inspections.get(number=2)
    left = next(o for o in team(other) if o.account_id != other.reported_by_id)
    second = f"inspector:{named(cast, left.account_id)}"
    page = reverse("inspection_plan", args=[plan.code])
    new = planning.plan(
        Period(plan.starts + 3 * DAY, plan.ends, 2),
        public=Public("开奖号码", timezone.localdate() + DAY),
        actor=cast.actor("li", today=timezone.localdate()),
        at=timezone.now(),
    )
    draw = Draw.objects.get(subject=plan.code, tag="systems")
    return [
        ("/inspections/", "analyst:li"),
        ("/inspections/add/", "analyst:li"),
        (page, ""),
        (page, mine),
        (reverse("inspection", args=[plan.code, 1]), ""),
        (reverse("inspection_act", args=[plan.code, 1, "start"]), mine),
        (reverse("inspection", args=[plan.code, 2]), second),
        (reverse("inspection_act", args=[plan.code, 2, "confirm"]), second),
        (reverse("inspection", args=[plan.code, 3]), ""),
        (reverse("inspection_plan_act", args=[plan.code, "excuse"]), "analyst:li"),
        (reverse("inspection_plan_act", args=[new.code, "draw"]), "analyst:li"),
        (reverse("draw", args=[draw.code]), ""),
    ]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "screen", "elder"),
    [
        ("en", "desktop", ""),
        ("zh", "desktop", ""),
        ("zh", "phone", "largest"),
        ("en", "phone", "on"),
    ],
)
def test_the_pages_break_no_rule_fit_the_screen_and_keep_to_their_language(
    reader: Reader, place: Path, language: str, screen: str, elder: str
) -> None:
    some = enumerate(filled(make_cast()))
    look = Look(language, screen, elder)
    assert faults(reader, some, look, made_up=MADE_UP, shots=SHOTS, prefix="lot-") == []


def client(cast: Cast, name: str = "") -> Client:
    made = Client(headers={"host": "localhost"})
    if name:
        made.force_login(cast.accounts[name])
    return made


@pytest.mark.django_db
def test_a_plan_is_made_drawn_and_carried_out_by_forms(cast: Cast, place: Path) -> None:
    more_inspectors(cast)
    register(cast, 4)
    with_ledger()
    today = timezone.localdate()
    given = {"source": "开奖号码", "source_day": today + DAY, "size": 2}
    given |= {"starts": today + 2 * DAY, "ends": today + 20 * DAY}
    analyst = client(cast, "li")
    assert analyst.post("/inspections/add/", given | {"size": 9}).status_code == 422
    assert analyst.post("/inspections/add/", given).status_code == 302
    plan = InspectionPlan.objects.get()
    draw = reverse("inspection_plan_act", args=[plan.code, "draw"])
    assert analyst.post(draw, {"seen": 0, "announced": VALUE}).status_code == 422  # too early
    InspectionPlan.objects.update(source_day=today - DAY, starts=today)
    Draw.objects.update(source_day=today - DAY)
    assert analyst.post(draw, {"seen": 0, "announced": VALUE}).status_code == 302
    made = Inspection.objects.get(number=1)
    first, second = (client(cast, named(cast, one.account_id)) for one in team(made))
    page = reverse("inspection", args=[plan.code, 1])
    seen = client(cast).get(page).content.decode()
    assert made.commitment in seen
    assert made.sealed["system"] not in seen
    assert client(cast, "jiang").get(page.replace("/1/", "/9/")).status_code == 404

    def act(who: Client, verb: str, **said: object) -> int:
        made.refresh_from_db()
        address = reverse("inspection_act", args=[plan.code, 1, verb])
        return who.post(address, {"seen": made.version} | said).status_code

    assert (
        page in client(cast, named(cast, team(made)[0].account_id)).get("/inbox/").content.decode()
    )
    assert page not in client(cast, "jiang").get("/inbox/").content.decode()
    assert act(client(cast, "wei"), "start") == 403
    assert act(first, "report") == 409
    assert act(first, "start") == 302
    assert made.nonce in client(cast).get(page).content.decode()
    assert act(first, "report", outcome="clean", report="没有。") == 422
    assert act(first, "report", outcome="faulty", report="备份没有加密。") == 302
    assert "备份没有加密" not in client(cast).get(page).content.decode()  # not confirmed yet
    assert act(first, "confirm") == 409
    assert act(second, "send_back", reason="写明哪一台") == 302
    assert act(second, "report", outcome="faulty", report="三号机备份没有加密。") == 302
    assert act(first, "confirm") == 302
    assert "三号机备份没有加密" in client(cast).get(page).content.decode()


@pytest.mark.django_db
def test_not_even_the_auditor_sees_a_sealed_draw(cast: Cast, place: Path) -> None:
    plan = running(cast)
    sealed = plan.inspections.get(number=1).sealed["system"]
    for each in Draw.objects.filter(subject=plan.code, about=""):
        for name in ("jiang", "li", ""):
            page = reverse("draw", args=[each.code])
            assert f">{sealed}<" not in client(cast, name).get(page).content.decode()
            file = reverse("draw_transcript", args=[each.code])
            assert client(cast, name).get(file).status_code == 404
