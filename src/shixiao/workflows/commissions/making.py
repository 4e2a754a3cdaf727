"""Commissioning: scope, period, budget, protocol and the letter of authority come first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any

from django.db import transaction

from shixiao.effect.fieldtests import Audience, Mode, Protocol, read_protocol
from shixiao.effect.fieldtests.kinds import AUDIENCE_NAMES, MODE_NAMES
from shixiao.records.models import Commission, Evaluated, Organisation
from shixiao.terms import Text
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

MOST_SERVICES, MOST_CASES, MOST_EVALUATORS = 500, 50, 5
# What one round can hold: agreement over more is no longer worked out while somebody waits.
MOST_SHEETS = 1000
NO_LETTER = Text(
    "请附上委托书（PDF 或 Word）：评估员凭它办事，没有委托书不能开展。",
    "Attach the letter of authority (PDF or Word): evaluators act by it, and nothing begins"
    " without it.",
)
BACKWARDS = Text("结束日期早于开始日期。", "The end lies before the beginning.")
NOBODY = Text("请选择被评部门。", "Choose the departments to be evaluated.")
NO_MODE = Text("请选择体验的方式。", "Choose the ways in which it is tested.")
NO_AUDIENCE = Text("请选择以谁的身份体验。", "Choose as whom it is tested.")
NO_QUESTIONS = Text(
    "评估方案“{name}”没有适用于“{mode}”和“{audience}”的问题，请改选。",
    "The protocol “{name}” has no question for “{mode}” and “{audience}”; choose others.",
)
TOO_MANY = Text(
    "这样最多会有 {n} 张评分表，一轮不超过 {most} 张；请少抽一些，或分几轮委托。",
    "This makes up to {n} score sheets, and a round takes {most}. Draw fewer, or commission several"
    " rounds.",
)
OUT_OF_RANGE = Text("须在 {least} 和 {most} 之间。", "It must lie between {least} and {most}.")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is commissioned.

    Attributes:
        kind: periodic or occasional.
        name: what it is called.
        aim: what is to be learnt; None where nothing is said.
        starts: first day of the tests.
        ends: last day of the tests.
        budget: in yuan; None where it costs nothing.
        letter: name and content of the letter of authority.
        protocol: the YAML text of the questions.
        modes: online, phone, counter.
        audiences: as whom it is tested.
        departments: whose services.
        services: how many services are drawn.
        cases_each: how many cases of each are drawn to be looked at; 0 for none.
        testers: evaluators per item.
        case_protocol: the YAML text of the questions on a case; "" where none are drawn.
        by_cases: True where the chance of a service goes by its cases.
        follows: the round before; None for the first.
    """

    kind: str
    name: Text
    aim: Text | None
    starts: date
    ends: date
    budget: int | None
    letter: tuple[str, bytes]
    protocol: str
    modes: Sequence[str]
    audiences: Sequence[str]
    departments: Sequence[Organisation]
    services: int
    cases_each: int = 0
    case_protocol: str = ""
    testers: int = 2
    by_cases: bool = True
    follows: Commission | None = None


@transaction.atomic
def make(terms: Terms, *, actor: Actor, at: datetime) -> Commission:
    """Commission an evaluation.

    Raises:
        BadInput: the protocol is malformed.
        Incomplete: something is missing or cannot be.
    """
    check(actor, "commission.manage")
    protocol = read_protocol(terms.protocol.encode(), "protocol.yaml")
    if terms.cases_each:
        read_protocol(terms.case_protocol.encode(), "case-protocol.yaml")
    _check(terms, protocol)
    name, data = terms.letter
    kept = files.store(data, at=at)
    made = Commission.objects.create(
        kind=terms.kind,
        name=terms.name,
        aim=terms.aim,
        state="drafted",
        entered=at,
        starts=terms.starts,
        ends=terms.ends,
        budget=terms.budget,
        letter=kept,
        letter_name=name,
        letter_type=files.media_type_of(name, data),
        protocol=terms.protocol,
        case_protocol=terms.case_protocol if terms.cases_each else "",
        protocol_sha256=protocol.sha256,
        modes=list(terms.modes),
        audiences=list(terms.audiences),
        services=terms.services,
        cases_each=terms.cases_each,
        testers=terms.testers,
        by_cases=terms.by_cases,
        follows=terms.follows,
        made=at,
        made_by=signed_in(actor),
    )
    Evaluated.objects.bulk_create(
        Evaluated(commission=made, department=department) for department in terms.departments
    )
    facts = {"kind": made.kind, "sha256": kept.sha256, "protocol_sha256": made.protocol_sha256}
    put("commission.made", made.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


def _check(terms: Terms, protocol: Protocol) -> None:
    """Refuse terms that cannot be carried out."""
    _given(terms.departments, NOBODY, "departments")
    _given(terms.modes, NO_MODE, "modes")
    _given(terms.audiences, NO_AUDIENCE, "audiences")
    _given(terms.letter[1], NO_LETTER, "letter")
    if terms.ends < terms.starts:
        raise Incomplete(BACKWARDS, field="ends")
    least = int(pack().number("EVA-04"))
    for field, value, low, most in (
        ("services", terms.services, 1, MOST_SERVICES),
        ("cases_each", terms.cases_each, 0, MOST_CASES),
        ("testers", terms.testers, least, MOST_EVALUATORS),
    ):
        if not low <= value <= most:
            raise Incomplete(OUT_OF_RANGE.format(least=low, most=most), field=field)
    ways = len(terms.modes) * len(terms.audiences) + terms.cases_each
    sheets = terms.services * ways * terms.testers
    if sheets > MOST_SHEETS:
        raise Incomplete(TOO_MANY.format(n=sheets, most=MOST_SHEETS), field="services")
    for mode, audience in product(terms.modes, terms.audiences):
        if not protocol.questions(Mode(mode), Audience(audience)):
            names = {
                "name": protocol.name,
                "mode": MODE_NAMES[Mode(mode)],
                "audience": AUDIENCE_NAMES[Audience(audience)],
            }
            raise Incomplete(NO_QUESTIONS.format(**names), field="modes")


def _given(value: Any, missing: Text, field: str) -> None:
    if not value:
        raise Incomplete(missing, field=field)
