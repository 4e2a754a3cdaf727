"""Drawing: which services and cases are tested, and by whom, all from one public value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product
from math import ceil

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import transaction

from shixiao.checkup.report.speech import both_days
from shixiao.draw import Pool, Quota, token_of
from shixiao.records.models import (
    Assignment,
    Commission,
    Draw,
    Evaluator,
    Item,
    Organisation,
    Standing,
)
from shixiao.seals import short_code
from shixiao.terms import Text
from shixiao.workflows import draws
from shixiao.workflows.commissions.framing import (
    CASES,
    EVALUATORS,
    SERVICES,
    declared,
    frozen_frame,
)
from shixiao.workflows.commissions.moving import begin, move
from shixiao.workflows.commissions.protocols import case_protocol_of, protocol_of
from shixiao.workflows.draws import Lot
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import tell

DRAWN = Text(
    "抽签分给您 {n} 项体验任务（{name}），请在 {ends} 前完成并签字。",
    "{n} items were drawn for you ({name}): test and sign them by {ends}.",
)
TIED = Text("与该部门有关系", "has ties to the department")
HAS = Text("已在体验这一项", "tests this item already")
LEFT = Text("已退出这一项", "has left this item")
FULL = Text("已分到 {n} 项", "has {n} items already")

LIVE = (Assignment.State.OPEN, Assignment.State.SIGNED)


@dataclass(slots=True)
class Deal:
    """How items are dealt out: who may test what, and how many each has so far."""

    people: Mapping[str, Evaluator]
    ties: Mapping[str, set[str]]
    most: int
    load: Counter[str] = field(default_factory=Counter)


@transaction.atomic
def draw(commission: Commission, act: Act, *, announced: str) -> Commission:
    """Draw services, cases, and who tests each, and tell those who were drawn.

    Raises:
        Incomplete: the value is missing or cannot be known yet.
        Stale: the list of cases is no longer the one that was frozen.
    """
    held = begin(commission, "draw", act)
    above = _above(held)
    value = draws.check_value(above[SERVICES], announced, act.at)
    drawn = {
        tag: draws.make(each, announced=value, actor=act.actor, at=act.at)
        for tag, each in above.items()
    }
    services = drawn[SERVICES]
    cases: dict[str, dict[str, str]] = {}
    if CASES in above:
        salt = above[CASES].pool["salt"]
        ids = _draw_cases(held, above[CASES], services, act)
        cases = {of: {case: token_of(case, salt) for case in each} for of, each in ids.items()}
    items = list(_items(held, above[SERVICES], services, cases))
    deal = deal_of(held, len(items))
    for item in items:
        assign(item, deal, above[EVALUATORS], act)
    _tell(held, act)
    return move(held, "draw", act)


def _above(held: Commission) -> dict[str, Draw]:
    """Return the draws of services, evaluators and cases, from which all others follow."""
    return {each.tag: each for each in Draw.objects.filter(subject=held.code, about="")}


def assign(
    item: Item, deal: Deal, above: Draw, act: Act, *, former: Draw | None = None, reason: str = ""
) -> list[Assignment]:
    """Draw who tests an item, from those without ties; bodies are mixed where there are several.

    ``above`` is the draw of evaluators whose value decides. A repeated draw names its ``former``
    and says why; it fills the places that became free.
    """
    had = dict(item.assignments.values_list("evaluator__code", "state"))
    live = [code for code, state in had.items() if state in LIVE]
    excluded = _excluded(item, deal, had)
    able = sorted(deal.people)
    need = min(item.commission.testers - len(live), len(able) - len(excluded))
    if need < 1:
        return []
    bodies = [deal.people[code].engagement.body.code for code in able]
    lot = Lot(
        tag=EVALUATORS,
        about=item.code,
        pool=Pool(tuple(able), {"body": tuple(bodies)}),
        size=need,
        algorithm="leximin",
        quotas=_mixed(able, bodies, excluded, need),
        excluded=excluded,
    )
    frozen = draws.freeze_below(lot, above, at=act.at, former=former)
    drawn = draws.make(frozen, announced=above.announced, actor=act.actor, at=act.at, reason=reason)
    deal.load.update(drawn)
    return [give(item, deal.people[code], act) for code in drawn]


def _excluded(item: Item, deal: Deal, had: Mapping[str, str]) -> dict[str, str]:
    """Return who cannot be drawn for an item, and why."""
    need = item.commission.testers
    excluded = {}
    for code in deal.people:
        if code in had:
            excluded[code] = (HAS if had[code] in LIVE else LEFT).zh
        elif str(item.department_id) in deal.ties[code]:
            excluded[code] = TIED.zh
    full = {
        code: FULL.format(n=deal.load[code]).zh
        for code in deal.people
        if code not in excluded and deal.load[code] >= deal.most
    }
    # Rather more items for one than an item that nobody tests.
    free = len(deal.people) - len(excluded) - len(full)
    return excluded | (full if free >= need else {})


def give(item: Item, evaluator: Evaluator, act: Act) -> Assignment:
    """Give an evaluator an item to test."""
    return Assignment.objects.create(item=item, evaluator=evaluator, given=act.at)


def _mixed(
    able: list[str], bodies: list[str], excluded: Mapping[str, str], need: int
) -> list[Quota]:
    """Return quotas by which the testers of an item come from as many bodies as can be."""
    free = Counter(body for code, body in zip(able, bodies, strict=True) if code not in excluded)
    most = next(m for m in range(1, need + 1) if sum(min(n, m) for n in free.values()) >= need)
    return [Quota("body", body, 0, most) for body in sorted(set(bodies))]


def _draw_cases(
    held: Commission, above: Draw, services: tuple[str, ...], act: Act
) -> dict[str, tuple[str, ...]]:
    """Draw cases of each drawn service, each with the same chance."""
    path = frozen_frame(held, above)
    if path is None:
        return {}
    table = pq.read_table(path, filters=pc.field("service_id").isin(list(services)))
    known: dict[str, list[str]] = {}
    for service, case in zip(*(column.to_pylist() for column in table.columns[:2]), strict=True):
        known.setdefault(service, []).append(case)
    found = {}
    for service in services:
        ids = tuple(sorted(known.get(service, ())))
        if not ids:
            continue
        lot = Lot(
            tag=CASES,
            about=service,
            pool=Pool(ids),
            size=min(held.cases_each, len(ids)),
            algorithm="plain",
            replacements=0,
        )
        frozen = draws.freeze_below(lot, above, at=act.at)
        found[service] = draws.make(frozen, announced=above.announced, actor=act.actor, at=act.at)
    return found


def _items(
    held: Commission,
    above: Draw,
    services: tuple[str, ...],
    cases: Mapping[str, Mapping[str, str]],
) -> Iterator[Item]:
    """Make the items; their codes follow from the draw, as does all that is drawn of them.

    ``cases`` are those of each service, each with the salted hash that stands for it: the code of
    an item is public in the end, and nobody may find out by trying of which case it is.
    """
    standings = Standing.objects.filter(evaluation=held.evaluation, kind="service")
    known = {s.subject: s for s in standings.filter(subject__in=services)}
    departments = {o.code: o for o in Organisation.objects.filter(evaluated__commission=held)}
    protocol, review = protocol_of(held), case_protocol_of(held)
    for service in services:
        ways = [
            (mode, audience, "", "")
            for mode, audience in product(held.modes, held.audiences)
            if protocol.questions(mode, audience)
        ]
        if review is not None:
            first = (review.modes[0].value, review.audiences[0].value)
            ways += [(*first, *case) for case in cases.get(service, {}).items()]
        for mode, audience, case, token in ways:
            key = f"{above.seed}/{service}/{mode}/{audience}/{token}"
            yield Item.objects.create(
                code=short_code(sha256(key.encode()).digest()[:5]),
                commission=held,
                service=service,
                name=known[service].name,
                department=departments[known[service].department],
                mode=mode,
                audience=audience,
                case_id=case,
            )


def deal_of(held: Commission, items: int) -> Deal:
    """Return who may test the items of a commission; all get about the same number."""
    people = declared(held)
    most = ceil(items * held.testers / len(people)) + 1
    return Deal(
        {person.code: person for person in people},
        {person.code: ties for person, ties in people.items()},
        most,
    )


def _tell(held: Commission, act: Act) -> None:
    rows = Assignment.objects.filter(item__commission=held).select_related("evaluator__account")
    counts = Counter(row.evaluator.account for row in rows)
    for account, n in counts.items():
        text = DRAWN.format(n=n, name=held.name, ends=both_days(held.ends))
        tell([account], "commission.draw", text, link="/fieldwork/", at=act.at)
