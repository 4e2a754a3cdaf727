"""Inspections in one go: admitted systems of two departments, a plan that is frozen, and drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shixiao.records.models import Admission, InspectionPlan, Organisation, System
from shixiao.terms import Text
from shixiao.workflows.draws import Public
from shixiao.workflows.inspections import drawing, planning
from shixiao.workflows.inspections.planning import Period
from shixiao.workflows.moving import Act
from tests import systems
from tests.cast import NOW, TODAY, Cast
from tests.rounds import with_ledger

DAY = timedelta(days=1)
VALUE = "03 09 17 22 28 31 + 07"
PUBLIC = Public("双色球 2026-03-04 开奖号码", TODAY + 2 * DAY)
STARTS = TODAY + 3 * DAY
PERIOD = Period(STARTS, TODAY + 90 * DAY, 3)
LATER = NOW + 4 * DAY


@dataclass
class Inspecting:
    """A plan, and who acts on it."""

    cast: Cast
    plan: InspectionPlan

    def act(self, name: str = "li", *, at: datetime = LATER, seen: int | None = None) -> Act:
        self.plan.refresh_from_db()
        return Act(self.cast.actor(name), at, self.plan.version if seen is None else seen)


def more_inspectors(cast: Cast, n: int = 4) -> None:
    """Let there be more who may be drawn: ``zu0`` and so on."""
    for number in range(n):
        name = f"zu{number}"
        account = type(cast.accounts["chen"]).objects.create_user(name, name=name)
        account.posts.create(
            organisation=cast.places["inspectorate"], role="inspector", starts="2026-01-01"
        )
        cast.accounts[name] = account


def admitted(
    cast: Cast, identifier: str, department: Organisation, *, days: int = 30, **changed: object
) -> System:
    """Put an admitted system into the register, admitted so many days ago."""
    given = {
        "kind": "app",
        "name": Text(f"系统 {identifier}", f"System {identifier}"),
        "about": "办理事项。",
        "exposure": "internet",
        "grade": "general_2",
        "decides": False,
        "signs_in": True,
        "interface": False,
        "responsible": "王五",
        "contact": "0571",
        "state": "admitted",
        "entered": NOW,
        "registered": NOW,
        "registered_by": cast.accounts["wei"],
    }
    made = System.objects.create(identifier=identifier, department=department, **(given | changed))
    release = made.releases.create(
        label="1.0", sha256=systems.HASH, change="first", at=NOW, by=cast.accounts["wei"]
    )
    at = NOW - days * DAY
    Admission.objects.create(
        system=made,
        release=release,
        detail={},
        dossier_sha256="0" * 64,
        rules_sha256="0" * 64,
        score=90,
        conditional=False,
        until=NOW + 90 * DAY,
        reason="齐全",
        proposed=at,
        proposed_by=cast.accounts["li"],
        answered=at,
        answered_by=cast.accounts["chen"],
        confirmed=True,
    )
    return made


def register(cast: Cast, n: int = 8, **changed: object) -> list[System]:
    """Put so many admitted systems into the register, of two departments."""
    places = [cast.places["health"], cast.places["housing"]]
    return [admitted(cast, f"s{number}", places[number % 2], **changed) for number in range(n)]


def planned(cast: Cast, n: int = 8, **changed: object) -> Inspecting:
    """Freeze a plan over so many systems."""
    more_inspectors(cast)
    register(cast, n, **changed)
    with_ledger()
    made = planning.plan(PERIOD, public=PUBLIC, actor=cast.actor("li"), at=NOW)
    return Inspecting(cast, made)


def drawn(cast: Cast, n: int = 8, **changed: object) -> Inspecting:
    """Draw a plan."""
    going = planned(cast, n, **changed)
    drawing.draw(going.plan, going.act(), announced=VALUE)
    going.plan.refresh_from_db()
    return going
