"""Writing and filing a request: what Decree 809 art. 20 wants said, nothing more is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import CatalogueItem, Organisation, SharingRequest
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows import stepping
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue.keeping import LISTED
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.requests.clocks import answer_term

MOST_FIELDS = 500
NOT_LISTED = Text(
    "目录中没有这个已发布的数据集，不能申请。",
    "There is no published dataset of this name, so it cannot be asked for.",
)
OWN = Text(
    "这是本部门自己的数据，不需要申请。",
    "These are the department's own data; there is nothing to ask for.",
)
NO_FIELDS = Text(
    "请选择要用的数据项：只申请履行职责必需的。",
    "Choose the data items: ask only for what the duty needs.",
)
UNKNOWN_FIELD = Text(
    "数据项“{field}”不在目录条目里，请重新选择。",
    "The item “{field}” is not in the catalogue entry; choose again.",
)
WILDCARD = Text(
    "不能申请“全部字段”，请逐项选择。", "“All fields” cannot be asked for; choose them one by one."
)
BACKWARDS = Text("结束日期早于开始日期。", "The end lies before the beginning.")
LACKING = {
    "basis": Text("请写明使用依据（法律法规及条款）。", "Say by which law and article."),
    "scenario": Text("请写明使用场景。", "Say in what situation the data are used."),
    "purpose": Text("请写明用途。", "Say what for."),
    "mode": Text("请选择共享方式。", "Choose how the data are to be shared."),
}
NO_DAY = Text("期限内", "its due day")
FILED = Text(
    "{who}申请使用“{name}”，请在 {due} 前答复。", "{who} asks for “{name}”; answer by {due}."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        basis: law and article.
        scenario: in what situation the data are used.
        purpose: what for, in a few words.
        fields: names of data items.
        mode: interface, batch or file.
        starts: first day of use.
        ends: last day of use.
        scope: whose data, such as the residents of one district; "" for all.
        case_types: kinds of case in which the data may be used.
        kind: a request, or a return flow.
    """

    basis: str
    scenario: str
    purpose: str
    fields: Sequence[str]
    mode: str
    starts: date
    ends: date
    scope: str = ""
    case_types: Sequence[str] = ()
    kind: str = "share"


@transaction.atomic
def write(
    item: CatalogueItem, wanted: Wanted, *, requester: Organisation, actor: Actor, at: datetime
) -> SharingRequest:
    """Write a request for a dataset of another department.

    Raises:
        Forbidden: the person does not act for the department.
        Incomplete: something is missing or cannot be.
    """
    check(actor, "request.draft", requester)
    if item.state not in LISTED:
        raise Incomplete(NOT_LISTED)
    if item.department_id == requester.pk:
        raise Incomplete(OWN)
    texts = {
        field: needed(str(getattr(wanted, field)), field=field, missing=missing)
        for field, missing in LACKING.items()
    }
    _check(item, wanted)
    made = SharingRequest.objects.create(
        kind=wanted.kind,
        item=item,
        requester=requester,
        state="drafted",
        entered=at,
        fields=list(wanted.fields),
        case_types=[each.strip() for each in wanted.case_types if each.strip()],
        scope=wanted.scope.strip(),
        starts=wanted.starts,
        ends=wanted.ends,
        made=at,
        made_by=signed_in(actor),
        **texts,
    )
    facts = {
        "dataset": item.identifier,
        "from_department": item.department.code,
        "department": requester.code,
        "terms_sha256": sha256_of([texts, list(wanted.fields), made.case_types, made.scope]),
    }
    stepping.made(made, "request.made", Act(actor, at, 0), facts)
    return made


def _check(item: CatalogueItem, wanted: Wanted) -> None:
    if not wanted.fields:
        raise Incomplete(NO_FIELDS, field="fields")
    names = {each[0] for each in item.listed["items"]}
    for field in wanted.fields[:MOST_FIELDS]:
        if "*" in field or "%" in field:
            raise Incomplete(WILDCARD, field="fields")
        if field not in names:
            raise Incomplete(UNKNOWN_FIELD.format(field=field[:60]), field="fields")
    if wanted.ends < wanted.starts:
        raise Incomplete(BACKWARDS, field="ends")


@transaction.atomic
def file(request: SharingRequest, act: Act) -> SharingRequest:
    """File a request: the head of the sharing office consents, and the provider's clock starts."""
    held = stepping.begin(request, "file", act)
    held.sharing, held.filed = held.item.sharing, act.at
    term = answer_term(held)
    stepping.go(held, "file", act, event="request.moved", term=term)
    today = timezone.localdate(act.at)
    people = holders("head", today=today, organisation=held.item.department_id)
    due = both_days(held.due) if held.due else NO_DAY
    text = FILED.format(who=held.requester.name, name=held.item.name, due=due)
    tell(people, "request.moved", text, link=f"/requests/{held.code}/", at=act.at)
    return held
