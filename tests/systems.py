"""Systems under oversight, made in one go: registered, wanted, with every paper and a clean run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from shixiao.records.models import Admission, Probing, System, SystemPaper
from shixiao.security.assessing import (
    BASELINE,
    Need,
    Question,
    asked_of,
    library,
)
from shixiao.terms import Text
from shixiao.workflows.example_systems import sample_run
from shixiao.workflows.registered import about_of
from shixiao.workflows.systems import admitting, filing, probing, registering
from shixiao.workflows.systems.filing import Pledge
from shixiao.workflows.systems.registering import Told
from tests.cast import NOW, TODAY, Cast

ADDRESS = "https://booking.example.gov.cn"
HASH = "ab" * 32
TOLD = Told(
    kind="app",
    exposure="internal",
    name=Text("会议室预约", "Booking of rooms"),
    about="预约会议室，不处理群众的事项。",
    supplier="",
    grade="general_1",
    people=300,
    rights=(),
    decides=False,
    signs_in=False,
    interface=False,
    services=(),
    depends=(),
    addresses=(("production", ADDRESS),),
    manual="https://www.example.gov.cn/by-hand",
    responsible="王五",
    post="科长",
    contact="0571-0000000",
)
NEED = Need(
    300,
    ("12345-2026-118",),
    {"会议室": 41},
    ("办公室统计 2026-01",),
    dict.fromkeys(Question, (True, "已核实")),
)
PLEDGE = Pledge("elapsed_median", "S1", 3.0, 1.0, 60, date(2027, 1, 15), "窗口台账 2025")


def made(cast: Cast, identifier: str = "booking", at: datetime = NOW, **changed: object) -> System:
    """Register a system of the health department."""
    return registering.register(
        identifier,
        replace(TOLD, **changed),  # type: ignore[arg-type]
        department=cast.places["health"],
        actor=cast.actor("wei"),
        at=at,
    )


def complete(cast: Cast, system: System, *, at: datetime = NOW) -> System:
    """Give a system a release, a need, a pledge, every paper and a clean run."""
    registering.release(
        system, label="1.0", sha256=HASH, change="first", actor=cast.actor("wei"), at=at
    )
    filing.file_need(system, NEED, actor=cast.actor("wei"), at=at)
    filing.pledge(system, PLEDGE, actor=cast.actor("wei"), at=at)
    papers(cast, system, at=at)
    probed(cast, system, at=at)
    system.refresh_from_db()
    return system


def papers(
    cast: Cast,
    system: System,
    *,
    at: datetime = NOW,
    day: date = TODAY,
    but: Collection[str] = (),
    holds: bool = True,
) -> None:
    """Enter a record of every criterion that is asked of a system."""
    SystemPaper.objects.bulk_create(
        SystemPaper(
            system=system,
            criterion=name,
            number=f"文号 {name}",
            said="已核对原件。",
            holds=holds,
            day=day,
            at=at,
            by=cast.accounts["wei"],
        )
        for name in sorted(wanted(system) & set(library().criteria) - {BASELINE} - set(but))
    )


def wanted(system: System) -> set[str]:
    """Return everything that is asked of a system."""
    return set().union(*asked_of(about_of(system)).values())


def probed(
    cast: Cast,
    system: System,
    *,
    at: datetime = NOW,
    failing: Iterable[str] = (),
    blind: Collection[str] = (),
) -> Probing:
    """Take in a run of every probe that is asked of a system; ``blind`` ones could not tell."""
    known = library().probes
    names = [name for name in known if name in wanted(system)]
    data = run_of(names, at=at, failing=failing, blind=blind)
    return probing.take_in(system, data, file="run.json", actor=cast.actor("wei"), at=at)


def run_of(
    names: Iterable[str], *, at: datetime = NOW, target: str = ADDRESS, **given: Any
) -> bytes:
    """Return a run of probes at the address of the system."""
    return sample_run(names, target=target, at=at, **given)


def proposed(cast: Cast, system: System, *, who: str = "li", at: datetime = NOW) -> Admission:
    """Propose to admit a system."""
    system.refresh_from_db()
    return admitting.propose(
        system, reason="材料齐全，测试通过。", seen=system.version, actor=cast.actor(who), at=at
    )


def admitted(cast: Cast, system: System, *, at: datetime = NOW) -> System:
    """Admit a system by two people."""
    admitting.confirm(proposed(cast, system, at=at), actor=cast.actor("chen"), at=at)
    system.refresh_from_db()
    return system
