"""An example to look at: a city evaluated and published, one account a role, cases on their way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from shixiao.effect.fieldtests import source_of
from shixiao.records.models import Account, Attachment, Case, Evaluation, Finding, Organisation
from shixiao.terms import BadInput, Text
from shixiao.workflows import evaluations, evidence, files, gate, people
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.cases import checking, correcting, opening, pairs
from shixiao.workflows.cases.moving import Act
from shixiao.workflows.commissions import inviting, making
from shixiao.workflows.commissions.making import Terms
from shixiao.workflows.duties import standing as duties
from shixiao.workflows.example_algorithms import enter
from shixiao.workflows.example_consultations import consult
from shixiao.workflows.example_finds import look_into
from shixiao.workflows.example_lives import live
from shixiao.workflows.example_matches import match
from shixiao.workflows.example_sharing import share
from shixiao.workflows.example_standards import measure, standardise
from shixiao.workflows.example_systems import oversee
from shixiao.workflows.example_voices import speak
from shixiao.workflows.moving import Act as RoundAct
from shixiao.workflows.roles import table

Progress = Callable[[Text], None]

# Code → kind, name. Two evaluating bodies, so that the evaluators of an item can be of both.
PLACES = {
    "bureau": ("bureau", Text("市数据局", "City Data Bureau")),
    "inspectorate": ("inspectorate", Text("市督查室", "City Inspectorate")),
    "evaluator": ("evaluator", Text("第三方评估中心", "Evaluation Centre")),
    "university": ("evaluator", Text("大学评估课题组", "University Evaluation Group")),
    "panel": ("panel", Text("市专家库", "City Expert Panel")),
}
# Login name → role, where, name for people. Some acts take two people, a panel takes three experts.
PEOPLE = {
    "analyst": ("analyst", "bureau", "李敏"),
    "analyst2": ("analyst", "bureau", "孙悦"),
    "inspector": ("inspector", "inspectorate", "陈立"),
    "inspector2": ("inspector", "inspectorate", "钱进"),
    "officer": ("officer", "department", "赵宁"),
    "head": ("head", "department", "周全"),
    "head2": ("head", "department2", "韦一"),
    "data-officer": ("data_officer", "department", "褚文"),
    "system-owner": ("system_owner", "department", "卫东"),
    "evaluator": ("evaluator", "evaluator", "郑和"),
    "evaluator2": ("evaluator", "university", "王珂"),
    "evaluator3": ("evaluator", "university", "吴桐"),
    "expert": ("expert", "panel", "冯远"),
    "expert2": ("expert", "panel", "杨帆"),
    "expert3": ("expert", "panel", "许诺"),
    "auditor": ("auditor", "inspectorate", "蒋正"),
    "administrator": ("administrator", "bureau", "沈清"),
    "citizen": ("citizen", "bureau", "韩梅"),
}
ACTING = ("analyst", "inspector", "head", "head2", "data-officer", "system-owner")
REPORT = "核查报告（样例）\n逐条核对了线索所列的记录，情况属实。\n"
LETTER = "委托书（样例）\n兹委托第三方评估机构以普通办事人的身份体验所列服务。\n"
PLAN = "整改方案（样例）\n一、取消重复提交。二、由系统带入已有材料。\n"


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in as somebody; the password is told this once."""

    login: str
    password: str
    role: Text


def prepare(package: Path, *, now: datetime, progress: Progress) -> list[SignIn]:
    """Fill an empty site: take in the package, evaluate and publish it, make accounts and cases.

    Raises:
        BadInput: the package cannot be evaluated; the site then has accounts but no result.
    """
    places = {code: _organisation(code) for code in PLACES}
    signs = [_person(login, places, now) for login in PEOPLE if PEOPLE[login][1] in places]
    analyst = _actor("analyst", now)
    progress(Text("评估", "Evaluating"))
    received = evidence.take_folder(
        package, organisation=places["bureau"], actor=analyst, at=timezone.now()
    )
    gate.run_waiting()
    asked = evaluations.ask(received, actor=analyst, at=timezone.now())
    evaluations.run_waiting()
    asked.refresh_from_db()
    if asked.state != Evaluation.State.DONE:
        raise BadInput(asked.problem or evaluations.ENDED)
    evaluations.publish(asked, actor=analyst, at=timezone.now())
    progress(Text("登记账号和案件", "Making accounts and cases"))
    places["department"] = _department(places["bureau"])
    places["department2"] = _other_department(places["department"])
    late = ("department", "department2")
    signs += [_person(login, places, now) for login in PEOPLE if PEOPLE[login][1] in late]
    _cases(places["department"], now)
    _commission(places, now)
    acting = {login: _actor(login, now) for login in ACTING}
    share(places["department"], places["department2"], acting, now)
    live(places["department"], acting, now)
    standardise(places["department"], places["department2"], acting, now)
    measure(places["department"], acting, now)
    look_into(places["department"], acting, now)
    match(places["department"], places["department2"], acting, now)
    oversee(places["department"], acting, now)
    enter("allowance-sample", acting, now)
    progress(Text("登记群众的诉求和征求意见", "Entering what people say"))
    speak(places["department"], acting, now)
    consult(places["department"], places["department2"], acting, now)
    duties.count_all(now=now)
    return signs


def _organisation(code: str) -> Organisation:
    kind, name = PLACES[code]
    found, _ = Organisation.objects.get_or_create(code=code, defaults={"kind": kind, "name": name})
    return found


def _commission(places: dict[str, Organisation], now: datetime) -> None:
    """Commission an evaluation of the department, and ask the evaluators: they are to declare."""
    today, analyst = timezone.localdate(now), _actor("analyst", now)
    made = making.make(
        Terms(
            kind="occasional",
            name=Text("办事体验（样例）", "Field tests (example)"),
            aim=Text("照指南办，办得成吗？", "Can it be done as the guide says?"),
            starts=today + timedelta(days=7),
            ends=today + timedelta(days=37),
            budget=None,
            letter=("委托书.txt", LETTER.encode()),
            protocol=source_of("service"),
            modes=["online", "counter"],
            audiences=["everybody"],
            departments=[places["department"]],
            services=2,
        ),
        actor=analyst,
        at=now,
    )
    bodies = [places["evaluator"], places["university"]]
    act = RoundAct(analyst, now, made.version)
    inviting.invite(made, act, bodies=bodies, leads=places["evaluator"])


def _department(bureau: Organisation) -> Organisation:
    """Return the department with most findings, where the example's officers work."""
    departments = Organisation.objects.filter(kind="department")
    counted = departments.annotate(n=Count("findings")).order_by("-n", "code")
    return counted.first() or bureau


def _other_department(department: Organisation) -> Organisation:
    """Return another department, which shares data with the first."""
    others = Organisation.objects.filter(kind="department").exclude(pk=department.pk)
    return others.order_by("code").first() or department


@transaction.atomic
def _person(login: str, places: dict[str, Organisation], now: datetime) -> SignIn:
    role, place, name = PEOPLE[login]
    account, password = people.make_account(login=login, name=name)
    people.make_post(account, places[place], role, starts=timezone.localdate(now), at=now)
    return SignIn(login, password, table().roles[role].name)


def _actor(login: str, now: datetime) -> Actor:
    account = Account.objects.get(login=login)
    return actor_of(account, today=timezone.localdate(now))


def _cases(department: Organisation, now: datetime) -> None:
    """Open cases on the gravest findings of the department, the gravest the furthest on its way."""
    findings = Finding.objects.filter(department=department).order_by("gravity", "code")
    for n, finding in enumerate(findings[: len(STEPS) + 1]):
        case = opening.open_on_finding(finding, actor=_actor("analyst", now), at=now)
        for step in STEPS[: len(STEPS) - n]:
            step(case, now)
            case.refresh_from_db()


def _act(case: Case, login: str, now: datetime, *, reason: str = "", **papers: str) -> Act:
    attached = [
        Attachment(
            case=case,
            file=files.store(text.encode(), at=now),
            kind=kind,
            name=f"{kind}.txt",
            media_type="text/plain",
            added=now,
            added_by=Account.objects.get(login=login),
        )
        for kind, text in papers.items()
    ]
    return Act(_actor(login, now), now, case.version, {"reason": reason}, attached)


def _file(case: Case, now: datetime) -> None:
    opening.file_case(
        case,
        _act(case, "analyst2", now),
        department=None,
        handler=Account.objects.get(login="analyst"),
        responsible="周全",
        responsible_post="处长",
    )


def _begin(case: Case, now: datetime) -> None:
    checking.begin(case, _act(case, "analyst", now))


def _propose(case: Case, now: datetime) -> None:
    act = _act(case, "analyst", now, reason="逐条核对，情况属实。", report=REPORT)
    checking.propose(case, act, outcome="substantiated")


def _accept(case: Case, now: datetime) -> None:
    checking.accept(case, _act(case, "head", now, reason="认可。"))


def _correct(case: Case, now: datetime) -> None:
    detail = {
        "decision": "reminder",
        "basis": "一事一问责办理规程",
        "person": "周全，处长",
        "statement": "本人认可，无异议。",
        "compared": [],
    }
    act = _act(case, "inspector", now, reason="首次发生，主动认可，予以提醒。")
    proposal = pairs.propose_pair(case, "decide", act, detail)
    pairs.confirm(proposal, actor=_actor("inspector2", now), at=now)
    case.refresh_from_db()
    correcting.correct(case, _act(case, "head", now, reason="一个月内完成。", plan=PLAN))


STEPS = (_file, _begin, _propose, _accept, _correct)
