"""A third-party evaluation on its way: bodies, evaluators with keys, a commission at any step."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from shixiao.effect.fieldtests import Audience, Kind, Mode, source_of
from shixiao.records.models import (
    Account,
    Assignment,
    Commission,
    Evaluation,
    Evaluator,
    Organisation,
    Sheet,
    Standing,
)
from shixiao.seals.signing import SigningKey
from shixiao.seals.signing import sign as sign_bytes
from shixiao.terms import Text
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.commissions import (
    declaring,
    drawing,
    framing,
    inviting,
    making,
    publishing,
    sealing,
)
from shixiao.workflows.commissions.framing import frame_path
from shixiao.workflows.commissions.making import Terms
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.draws import Public
from shixiao.workflows.fieldwork import answering, keys, signing
from shixiao.workflows.fieldwork.answering import Said, Sent
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act
from shixiao.workflows.sequencer import sequencer
from tests.cast import NOW, TODAY, Cast, make_evaluation

SERVICES = ("health", "housing")  # of each department, so many services
EACH = 6
ENDED = 5  # cases of each service that have ended
LETTER = ("委托书.pdf", b"%PDF-1.7\nletter of authority")
POINTS = {"value": 70.0, "low": 66.0, "high": 74.0, "n": 800, "level": 0.95}


def with_ledger() -> None:
    """Let the ledger have a checkpoint, which a draw needs."""
    with transaction.atomic():
        facts = {"sha256": "a" * 64, "department": "D1", "rows": 1}
        put("evidence.received", "E", at=NOW, facts=facts)
    with sequencer() as opened:
        while opened.integrate():
            pass


def evaluated_city(cast: Cast) -> Evaluation:
    """Publish an evaluation in which each department has some services, of very unequal size."""
    evaluation = make_evaluation(cast, published=NOW, published_by=cast.accounts["sun"])
    scores = {
        name: POINTS | {"status": "ok", "reason": None}
        for name in ("usefulness", "convenience", "benefit", "overall")
    }
    for place in SERVICES:
        for n in range(1, EACH + 1):
            Standing.objects.create(
                evaluation=evaluation,
                kind="service",
                subject=f"{place}-{n}",
                slug=f"{place}-{n}",
                name=Text(f"{place} 事项 {n}", f"{place} service {n}"),
                department=place,
                cases=10**n // 10,
                detail={"scores": scores, "page": "", "rank": None, "cap": [], "hours": None},
            )
    return evaluation


def case_ids(service: str) -> list[str]:
    """Return the numbers of a service's cases that have ended."""
    return [f"{service}-YZ2026{n:03d}" for n in range(ENDED)]


def write_frame(evaluation: Evaluation) -> None:
    """Leave the list of cases that an evaluation leaves."""
    services = sorted(row.subject for row in evaluation.standings.filter(kind="service"))
    rows = [(service, case) for service in services for case in case_ids(service)]
    columns = {
        "service_id": [service for service, _ in rows],
        "case_id": [case for _, case in rows],
        "closed": pa.array([TODAY] * len(rows), pa.date32()),
    }
    path = frame_path(evaluation)
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table(columns), path)


@dataclass
class Round:
    """A commission with its people."""

    cast: Cast
    commission: Commission
    keys: dict[str, SigningKey] = field(default_factory=dict)
    at: datetime = NOW

    def actor(self, account: Account | str) -> Actor:
        known = self.cast.accounts[account] if isinstance(account, str) else account
        return actor_of(known, today=self.at.date())

    def act(self, who: Account | str = "li") -> Act:
        self.commission.refresh_from_db()
        return Act(self.actor(who), self.at, self.commission.version)

    @property
    def assignments(self) -> list[Assignment]:
        rows = Assignment.objects.filter(item__commission=self.commission, state="open")
        return list(rows.select_related("item__commission", "evaluator__account").order_by("id"))

    def answer(self, assignment: Assignment, *, good: bool = True, **given: Any) -> Sheet:
        """Answer everything that is asked, well or badly, one answer a minute."""
        sent = self.sent(assignment, good=good, **given)
        actor = self.actor(assignment.evaluator.account)
        return answering.save(assignment, sent, actor=actor, at=self.at)

    def sent(self, assignment: Assignment, *, good: bool = True, cases: Iterable[str] = ()) -> Sent:
        started = self.at - timedelta(hours=2)
        said = [
            Said(question, value, started + timedelta(minutes=n))
            for n, (question, value) in enumerate(answers(assignment, good=good).items(), 1)
        ]
        return Sent(f"device-{assignment.pk}", started, tuple(said), tuple(cases))

    def sign(self, assignment: Assignment) -> Sheet:
        """Sign what was answered, with the evaluator's own key."""
        account = assignment.evaluator.account
        actor = self.actor(account)
        key = self.keys.setdefault(account.login, SigningKey.new())
        if keys.key_of(account) is None:
            keys.register(key.public.base64, actor=actor, at=self.at)
        draft = signing.prepare(assignment, actor=actor, at=self.at)
        signature = sign_bytes(_document(draft), key)
        return signing.sign(
            assignment, sha256=draft.sha256, signature=signature, actor=actor, at=self.at
        )

    def test_everything(self, *, good: bool = True) -> None:
        """Have every open item answered and signed."""
        for assignment in self.assignments:
            self.answer(assignment, good=good)
            self.sign(assignment)

    def seal(self) -> Commission:
        return sealing.seal(self.commission, self.act())

    def publish(self) -> Commission:
        for name in ("zhou", "wu"):
            publishing.comment(self.commission, self.act(name), text="已逐项核对，将改进。")
        return publishing.publish(self.commission, self.act())


def answers(assignment: Assignment, *, good: bool = True) -> dict[str, Any]:
    """Return an answer to everything that is asked of an item."""
    item = assignment.item
    protocol = protocol_for(item)
    mode, audience = Mode(item.mode), Audience(item.audience)
    values: dict[str, Any] = {}
    for _ in protocol.all_questions:  # what is asked depends on the answers before
        for question in protocol.asked(mode, audience, values):
            if question.id not in values and question.required:
                if question.kind is Kind.YES_NO:
                    values[question.id] = question.good if good else not question.good
                elif question.kind is Kind.SCALE:
                    values[question.id] = 4 if good else 0
                elif question.kind is Kind.TEXT:
                    values[question.id] = "按指南办理。"
                elif question.goalposts is not None:
                    posts = question.goalposts
                    values[question.id] = posts.target if good else posts.floor
    asked = {question.id for question in protocol.asked(mode, audience, values)}
    return {question: value for question, value in values.items() if question in asked}


def bodies(cast: Cast, n: int = 2, each: int = 3) -> list[Organisation]:
    """Make evaluating bodies, each with some evaluators."""
    made = []
    for b in range(n):
        body = Organisation.objects.create(
            kind="evaluator", code=f"B{b}", name=Text(f"评估机构 {b}", f"Body {b}")
        )
        for e in range(each):
            account = Account.objects.create_user(f"eva{b}{e}", name=f"Eva {b}{e}")
            account.posts.create(organisation=body, role="evaluator", starts=date(2026, 1, 1))
            cast.accounts[account.login] = account
        made.append(body)
    return made


def terms(cast: Cast, **given: Any) -> Terms:
    """Return the terms of a commission on two departments."""
    fields: dict[str, Any] = {
        "kind": "periodic",
        "name": Text("一季度窗口体验", "First quarter"),
        "aim": None,
        "starts": TODAY + timedelta(days=7),
        "ends": TODAY + timedelta(days=30),
        "budget": 50_000,
        "letter": LETTER,
        "protocol": source_of("service"),
        "modes": ["online"],
        "audiences": ["everybody"],
        "departments": [cast.places[place] for place in SERVICES],
        "services": 4,
    }
    return Terms(**(fields | given))


def commissioned(cast: Cast, *, upto: str = "testing", frame: bool = True, **given: Any) -> Round:
    """Return a commission that has come as far as this state, and its evaluators.

    ``frame``: whether the evaluation left a list of cases, which only a round that draws cases
    reads.
    """
    evaluation = evaluated_city(cast)
    if frame and given.get("cases_each"):
        write_frame(evaluation)
    with_ledger()
    made = bodies(cast)
    commission = making.make(terms(cast, **given), actor=cast.actor("li"), at=NOW)
    going = Round(cast, commission)
    for step in ("declaring", "frozen", "testing"):
        if commission.state != upto:
            STEPS[step](going, made)
            commission.refresh_from_db()
    return going


def _invite(going: Round, made: list[Organisation]) -> None:
    inviting.invite(going.commission, going.act(), bodies=made, leads=made[0])


def _freeze(going: Round, made: list[Organisation]) -> None:
    del made
    for evaluator in Evaluator.objects.filter(commission=going.commission):
        declaring.declare(
            evaluator,
            ties=(),
            explanation="",
            actor=going.actor(evaluator.account),
            at=going.at,
        )
    public = Public("福利彩票双色球第 2026025 期", TODAY + timedelta(days=2))
    framing.freeze(going.commission, going.act(), public=public)


def _draw(going: Round, made: list[Organisation]) -> None:
    del made
    going.at = NOW + timedelta(days=8)
    drawing.draw(going.commission, going.act(), announced="03 09 17 22 28 31 + 07")


STEPS = {"declaring": _invite, "frozen": _freeze, "testing": _draw}


def _document(draft: Sheet) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(draft.document)
    return found
