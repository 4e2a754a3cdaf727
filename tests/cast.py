"""The cast: one person a role, a department of their own each side, and an outsider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from shixiao.records.models import Account, Evaluation, Evidence, Finding, Organisation, Sighting
from shixiao.terms import Estimate, Severity, Subject, SubjectKind, Text
from shixiao.terms import Finding as FindingTerm
from shixiao.workflows.actors import Actor, actor_of

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning in Shanghai
TODAY = date(2026, 3, 2)
PLACES = {
    "bureau": ("bureau", "数据局", "Data Bureau"),
    "inspectorate": ("inspectorate", "督查室", "Inspectorate"),
    "health": ("department", "卫生健康局", "Health Department"),
    "housing": ("department", "住房局", "Housing Department"),
    "institute": ("evaluator", "评估中心", "Evaluation Centre"),
    "panel": ("panel", "专家库", "Expert Panel"),
}
# Name in tests → role, organisation.
PEOPLE = {
    "li": ("analyst", "bureau"),
    "sun": ("analyst", "bureau"),
    "chen": ("inspector", "inspectorate"),
    "qian": ("inspector", "inspectorate"),
    "zhao": ("officer", "health"),
    "zhou": ("head", "health"),
    "wu": ("officer", "housing"),
    "zheng": ("evaluator", "institute"),
    "feng": ("expert", "panel"),
    "chu": ("data_officer", "health"),
    "wei": ("system_owner", "health"),
    "jiang": ("auditor", "inspectorate"),
    "shen": ("administrator", "bureau"),
    "han": ("citizen", "bureau"),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, by name."""

    accounts: dict[str, Account]
    places: dict[str, Organisation]

    def actor(self, name: str, *, today: date = TODAY) -> Actor:
        return actor_of(self.accounts[name], today=today)


def make_cast() -> Cast:
    """Make everybody; passwords cannot be used, tests sign in by force."""
    places = {
        code: Organisation.objects.create(kind=kind, code=code, name=Text(zh, en))
        for code, (kind, zh, en) in PLACES.items()
    }
    accounts = {}
    for name, (role, place) in PEOPLE.items():
        account = Account.objects.create_user(name, name=name.capitalize())
        account.posts.create(organisation=places[place], role=role, starts=date(2026, 1, 1))
        accounts[name] = account
    return Cast(accounts, places)


def make_evaluation(cast: Cast, place: str = "bureau", **fields: object) -> Evaluation:
    """Make an evaluation that is done, without files."""
    evidence = Evidence.objects.create(
        name="package",
        organisation=cast.places[place],
        received=NOW,
        folder="evidence/none",
        state=Evidence.State.ACCEPTED,
        sha256="0" * 64,
    )
    given = {"seed": 1, "asked": NOW, "state": Evaluation.State.DONE, "result_sha256": "1" * 64}
    return Evaluation.objects.create(evidence=evidence, **(given | fields))


def make_finding(cast: Cast, evaluation: Evaluation, place: str = "health", n: int = 1) -> Finding:
    """Make a breach of fact on a service of a department."""
    finding = Finding.objects.create(
        code=f"{n:016x}",
        kind="bans",
        measure="unfiled",
        subject_kind="app",
        subject=f"A{n}",
        subject_name=Text("健康码助手", "Health Code Assistant"),
        department=cast.places[place],
        lead=False,
        severity="high",
        gravity=1,
        text=Text("应用没有备案。", "The app is not filed."),
        public_text=Text("应用没有备案。", "The app is not filed."),
        first_seen=evaluation,
        last_seen=evaluation,
        said_in=evaluation,
    )
    detail = _detail(finding)
    Sighting.objects.create(
        finding=finding, evaluation=evaluation, severity="high", detail=detail, public=detail
    )
    return finding


def _detail(finding: Finding) -> dict[str, object]:
    """Return the finding as result.json has it."""
    subject = Subject(SubjectKind.APP, finding.subject, finding.subject_name)
    seen = FindingTerm(
        kind=finding.kind,
        measure=finding.measure,
        subject=subject,
        locator="",
        severity=Severity.HIGH,
        estimate=Estimate.fact(1, 1),
        rule="APP-FIL",
        lead=False,
        name=Text("五禁与备案", "The five bans and filing"),
        text=finding.text,
        disproof=Text("出示备案号。", "Show the filing number."),
    )
    return seen.to_json() | {"id": finding.code}
