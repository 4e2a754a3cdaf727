"""What goes wrong with evaluators: late withdrawals, and ties that come to light afterwards.

Who withdraws is replaced by the next in rank. A tie that was not declared marks the round for every
reader; what the evaluator scored of that department is void, and its items are drawn anew.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shixiao.records.models import Assignment, Commission, Draw, Evaluator, Organisation, Sheet
from shixiao.terms import Text
from shixiao.workflows import draws
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions.drawing import assign, deal_of, give
from shixiao.workflows.commissions.framing import EVALUATORS
from shixiao.workflows.commissions.moving import begin
from shixiao.workflows.commissions.sealing import results_of, signed_sheets
from shixiao.workflows.commissions.seeing import SEALED
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed, touch
from shixiao.workflows.notices import tell
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

WHY = Text("请写明退出的理由。", "Give the reason for withdrawing.")
NOBODY_LEFT = Text(
    "没有可以接替的评估员，请与数据局联系增加评估机构。",
    "Nobody is left to take over; ask the bureau to engage another body.",
)
NOT_EVALUATED = Text("请选择这次的被评部门。", "Choose one of the evaluated departments.")
NO_EVALUATOR = Text("请选择评估员。", "Choose the evaluator.")
TAKEN_OVER = Text(
    "一名评估员退出，按抽签次序由您接替体验：{item}。",
    "An evaluator withdrew; by the order of the draw you test in his place: {item}.",
)
FOUND = Text(
    "评估员 {code} 与“{department}”有关系而没有申报；其评分作废，所涉项目已重抽。",
    "Evaluator {code} had a tie to “{department}” that was not declared. What he scored is void,"
    " and the items were drawn anew.",
)
FOUND_AFTER = Text(
    "评估员 {code} 与“{department}”有关系而没有申报；其评分作废，结果已按其余评分重算。",
    "Evaluator {code} had a tie to “{department}” that was not declared. What he scored is void,"
    " and results were taken again without it.",
)


@transaction.atomic
def withdraw(assignment: Assignment, *, reason: str, actor: Actor, at: datetime) -> Assignment:
    """Withdraw from an item; the next in rank takes it over.

    Raises:
        Stale: it is signed, or not the evaluator's any more.
        Incomplete: no reason, or nobody is left.
    """
    check(actor, "fieldwork.do", assignment)
    held = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if held.state != Assignment.State.OPEN or held.item.commission.state != "testing":
        raise Stale(CHANGED)
    written = needed(reason, field="reason", missing=WHY)
    held.state, held.why = Assignment.State.WITHDRAWN, written
    held.save(update_fields=["state", "why"])
    held.sheets.filter(state=Sheet.State.DRAFT).update(state=Sheet.State.VOID)
    put(
        "evaluator.withdrew",
        held.evaluator.code,
        at=at,
        facts={"commission": held.item.commission.code},
        sealed={"person": held.evaluator.account, "reason": written, "item": held.item.code},
    )
    return _next_in_rank(held, written, actor, at)


def _next_in_rank(gone: Assignment, reason: str, actor: Actor, at: datetime) -> Assignment:
    """Give the item to the next whom the draw ranked, and amend its transcript."""
    item = gone.item
    drawn = last_draw(item.commission, item.code)
    came = draws.replace(drawn, gone.evaluator.code, actor=actor, at=at, reason=reason)
    if came is None:
        raise Incomplete(NOBODY_LEFT)
    evaluator = Evaluator.objects.select_related("account").get(
        commission=item.commission, code=came
    )
    text = TAKEN_OVER.format(item=item.name)
    tell([evaluator.account], "commission.replace", text, link="/fieldwork/", at=at)
    return give(item, evaluator, Act(actor, at, item.commission.version))


@transaction.atomic
def mark(
    commission: Commission,
    act: Act,
    *,
    evaluator: Evaluator | None,
    department: Organisation | None,
    reason: str,
) -> Commission:
    """Enter a tie that an evaluator had not declared.

    Raises:
        Incomplete: no evaluator, department or reason.
    """
    held = begin(commission, "mark", act)
    if evaluator is None or evaluator.commission_id != held.pk:
        raise Incomplete(NO_EVALUATOR, field="evaluator")
    if department is None or not held.evaluated.filter(department=department).exists():
        raise Incomplete(NOT_EVALUATED, field="department")
    written = needed(reason, field="reason")
    evaluator.ties = sorted({*evaluator.ties, str(department.pk)})
    evaluator.found_later = act.at
    evaluator.save(update_fields=["ties", "found_later"])
    void = _void(held, evaluator, department, act)
    text = FOUND_AFTER if held.state in SEALED else FOUND
    if held.state in SEALED:
        held.results = results_of(held, signed_sheets(held))
    elif held.state == "testing":
        _redraw(held, void, written, act)
    facts = {"evaluator": evaluator.code, "department": department.code}
    if held.results:
        facts["result_sha256"] = held.results["sha256"]
    sealed = {"actor": act.actor.account, "reason": written}
    put("commission.marked", held.code, at=act.at, facts=facts, sealed=sealed)
    said = text.format(code=evaluator.code, department=department.name)
    touch(held, marks=[*held.marks, {"at": act.at.isoformat(), "text": said.to_json()}])
    return held


def last_draw(commission: Commission, about: str) -> Draw:
    """Return the draw that now decides who tests an item."""
    return Draw.objects.filter(
        subject=commission.code, tag=EVALUATORS, about=about, later__isnull=True
    ).get()


def _void(
    held: Commission, evaluator: Evaluator, department: Organisation, act: Act
) -> list[Assignment]:
    """Make void what the evaluator has of the department's items."""
    rows = Assignment.objects.filter(
        evaluator=evaluator,
        item__commission=held,
        item__department=department,
        state__in=(Assignment.State.OPEN, Assignment.State.SIGNED),
    )
    found = list(rows.select_related("item__commission", "item__department"))
    rows.update(state=Assignment.State.VOID, why=f"tie {act.at:%Y-%m-%d}")
    live = (Sheet.State.DRAFT, Sheet.State.SIGNED)
    for sheet in Sheet.objects.filter(assignment__in=found, state__in=live):
        if sheet.state == Sheet.State.SIGNED:
            facts = {"outcome": "tie", "sha256": sheet.sha256}
            put("sheet.refused", sheet.code, at=act.at, facts=facts)
        sheet.state = Sheet.State.VOID
        sheet.save(update_fields=["state"])
    return found


def _redraw(held: Commission, void: list[Assignment], reason: str, act: Act) -> None:
    """Draw the places that became free from those without ties."""
    deal = deal_of(held, held.items.count())
    above = Draw.objects.get(subject=held.code, tag=EVALUATORS, about="")
    for gone in void:
        former = last_draw(held, gone.item.code)
        for made in assign(gone.item, deal, above, act, former=former, reason=reason):
            text = TAKEN_OVER.format(item=gone.item.name)
            account = made.evaluator.account
            tell([account], "commission.replace", text, link="/fieldwork/", at=act.at)
