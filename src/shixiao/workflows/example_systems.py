"""Systems in the example: one admitted, one with weaknesses, one that waits for a consultation.

Their runs are samples and say so by their address: nothing was probed.
"""

from __future__ import annotations

import json
import string
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from shixiao.records.models import Organisation, System
from shixiao.rules import load_pack
from shixiao.security.assessing import BASELINE, Need, Question, asked_of, library
from shixiao.security.probing import Assessed, Check, ProbeReport, Seen, Target
from shixiao.security.told import all_described
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.registered import about_of
from shixiao.workflows.systems import admitting, filing, probing, registering
from shixiao.workflows.systems.filing import Paper, Pledge
from shixiao.workflows.systems.registering import Told

UNREACHED = Text("连不上。", "It cannot be reached.")
QUEUE = Told(
    kind="app",
    exposure="internal",
    name=Text("窗口排号（样例）", "Queue at the counter (example)"),
    about="按次序叫号，不存个人信息。",
    supplier="",
    grade="general_1",
    people=3_000,
    rights=(),
    decides=False,
    signs_in=False,
    interface=False,
    services=(),
    depends=(),
    addresses=(("production", "https://queue.example"),),
    manual="https://www.example/by-hand",
    responsible="王某",
    post="信息科科长",
    contact="0000-0000000",
)
FORMS = replace(
    QUEUE,
    name=Text("表单填报（样例）", "Forms (example)"),
    about="在线填写和提交申请表。",
    exposure="internet",
    grade="general_3",
    signs_in=True,
    interface=True,
    addresses=(("staging", "https://forms.example"),),
)
ALLOWANCE = replace(
    FORMS,
    kind="algorithm",
    name=Text("补贴资格预审（样例）", "Pre-check of allowances (example)"),
    about="按规则给出补贴资格的初步意见，由人审定。",
    people=120_000,
    rights=("benefit",),
    decides=True,
    addresses=(("staging", "https://allowance.example"),),
)
NEED = Need(
    3_000,
    ("12345-样例-1",),
    {"排号": 410},
    ("窗口台账（样例）",),
    dict.fromkeys(Question, (True, "已核实（样例）")),
)
FAULTS = ("headers.csp", "cookies.samesite", "exposed.listing")


def oversee(department: Organisation, people: dict[str, Actor], now: datetime) -> None:
    """Register three systems, and bring each as far as it comes.

    Args:
        department: whose they are.
        people: ``system-owner`` of the department, ``analyst``, ``inspector``.
        now: when.
    """
    queue = _registered("queue-sample", QUEUE, department, people, now)
    _complete(queue, people, now)
    _admitted(queue, people, now)
    forms = _registered("forms-sample", FORMS, department, people, now)
    _complete(forms, people, now, failing=FAULTS, blind=("fuzz", "slow"))
    _registered("allowance-sample", ALLOWANCE, department, people, now)


def sample_run(
    names: Iterable[str],
    *,
    target: str,
    at: datetime,
    failing: Iterable[str] = (),
    blind: Collection[str] = (),
    **changed: object,
) -> bytes:
    """Return what ``shixiao probe --json`` prints where all checks hold but those that fail.

    Args:
        names: of the probes.
        target: that would have been looked at.
        at: when.
        failing: names of checks, ``probe.check``.
        blind: probes that could not tell.
        changed: keys that are put in the place of what would stand there.
    """
    wrong, described = set(failing), all_described()
    assessed = [
        Assessed(described[name], None, UNREACHED)
        if name in blind
        else Assessed(
            described[name],
            tuple(
                Seen(check.id, f"{name}.{check.id}" not in wrong, values=_filled(check))
                for check in described[name].checks.values()
            ),
        )
        for name in names
    ]
    report = ProbeReport(Target.parse(target), "web", tuple(assessed), at, at, (), ())
    return json.dumps(report.to_json(load_pack()) | changed, ensure_ascii=False).encode()


def _filled(check: Check) -> dict[str, object]:
    """Return something for every place in the text of a check."""
    wording = check.says.zh + check.says.en
    return {name: "—" for _, name, _, _ in string.Formatter().parse(wording) if name}


def _registered(
    identifier: str,
    told: Told,
    department: Organisation,
    people: dict[str, Actor],
    now: datetime,
) -> System:
    owner = people["system-owner"]
    system = registering.register(identifier, told, department=department, actor=owner, at=now)
    registering.release(
        system, label="1.0", sha256=f"{system.pk.int:064x}", change="first", actor=owner, at=now
    )
    return system


def _complete(
    system: System,
    people: dict[str, Actor],
    now: datetime,
    *,
    failing: Collection[str] = (),
    blind: Collection[str] = (),
) -> None:
    """Give a system its need, its pledge, its records and a run."""
    owner, today = people["system-owner"], timezone.localdate(now)
    filing.file_need(system, NEED, actor=owner, at=now)
    day = today + timedelta(days=180)
    pledge = Pledge("elapsed_median", "S1", 3.0, 1.0, 100, day, "窗口台账（样例）")
    filing.pledge(system, pledge, actor=owner, at=now)
    wanted = frozenset().union(*asked_of(about_of(system)).values())
    for name in sorted(wanted & set(library().criteria) - {BASELINE}):
        paper = Paper(name, "样例", "样例材料，不含真实内容。", True, today)
        filing.enter_paper(system, paper, actor=owner, at=now)
    data = sample_run(
        [name for name in library().probes if name in wanted],
        target=system.addresses[0]["address"],
        at=now,
        failing=failing,
        blind=blind,
    )
    probing.take_in(system, data, file="sample.json", actor=owner, at=now)


def _admitted(system: System, people: dict[str, Actor], now: datetime) -> None:
    system.refresh_from_db()
    proposal = admitting.propose(
        system,
        reason="样例：材料齐全，测试通过。",
        seen=system.version,
        actor=people["analyst"],
        at=now,
    )
    admitting.confirm(proposal, actor=people["inspector"], at=now)
