"""Reviews: figures are taken once a month, answered by the person, and then seen by inspectors."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Account, HandlerFigures
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.cases.moving import LONGEST, TOO_LONG
from shixiao.workflows.clock import due_day, pack
from shixiao.workflows.handlers.figures import as_json, figures
from shixiao.workflows.leaves import put
from shixiao.workflows.notices import tell
from shixiao.workflows.permissions import check, check_self
from shixiao.workflows.refusals import Incomplete, Stale

LINK = "/account/handling/"
READY = Text(
    "您的办理情况统计已经作出。{day}以前督查员看不到；您可以先作说明。",
    "Figures on your handling of cases are there. Inspectors do not see them before {day}; you may"
    " answer first.",
)
EMPTY = Text("请写下您的说明。", "Write your answer.")
ONCE = Text("这一期您已经作过说明。", "You have answered these figures already.")


def take(*, now: datetime) -> int:
    """Take the figures of the months before this one, once; return on how many people."""
    until = timezone.localdate(now).replace(day=1)
    if HandlerFigures.objects.filter(until=until).exists():
        return 0
    since = _months_before(until, int(pack().number("CASE-26")))
    found = figures(since, until)
    with transaction.atomic():
        for account in Account.objects.filter(pk__in=found).order_by("pk"):
            _keep(account, since, until, as_json(found[account.pk]), now)
    return len(found)


def _keep(account: Account, since: date, until: date, detail: object, now: datetime) -> None:
    sha256 = sha256_of({"figures": detail, "since": str(since), "until": str(until)})
    made = HandlerFigures(
        account=account, since=since, until=until, made=now, detail=detail, sha256=sha256
    )
    facts = {"result_sha256": sha256, "rules_sha256": pack().hash}
    made.leaf = put("handler.measured", made.code, at=now, facts=facts, sealed={"person": account})
    made.save()
    text = READY.format(day=str(hidden_until(made)))
    tell([account], "handler.measured", text, link=LINK, at=now)


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def hidden_until(made: HandlerFigures) -> date:
    """Return the last day on which figures without an answer are the person's alone."""
    last = due_day("CASE-25", timezone.localdate(made.made))
    if last is None:
        raise RuntimeError("CASE-25 is a period")
    return last


def is_open(made: HandlerFigures, *, today: date) -> bool:
    """Say whether inspectors may see figures: answered, or the time to answer is over."""
    return made.answered is not None or today > hidden_until(made)


def newest(account: Account) -> HandlerFigures | None:
    """Return the newest figures on a person."""
    return HandlerFigures.objects.filter(account=account).select_related("leaf").first()


def for_inspectors(actor: Actor, *, today: date) -> list[HandlerFigures]:
    """Return for each person the newest figures that inspectors may see, by name.

    Raises:
        Forbidden: the person is no inspector.
    """
    check(actor, "handlers.supervise")
    seen: dict[object, HandlerFigures] = {}
    since = _months_before(today.replace(day=1), int(pack().number("CASE-26")))
    for made in HandlerFigures.objects.filter(until__gte=since).select_related("account", "leaf"):
        if made.account_id not in seen and is_open(made, today=today):
            seen[made.account_id] = made
    return sorted(seen.values(), key=lambda made: (str(made.account), made.account.login))


@transaction.atomic
def answer(made: HandlerFigures, *, text: str, actor: Actor, at: datetime) -> HandlerFigures:
    """Answer the figures on oneself; the answer stands beside them from then on.

    Raises:
        Forbidden: they are on somebody else.
        Incomplete: nothing is written, or too much.
        Stale: they were answered already.
    """
    held = HandlerFigures.objects.select_for_update(of=("self",)).get(pk=made.pk)
    check_self(actor, held.account_id)
    if held.answered is not None:
        raise Stale(ONCE)
    if not text.strip():
        raise Incomplete(EMPTY, field="answer")
    if len(text) > LONGEST:
        raise Incomplete(TOO_LONG, field="answer")
    held.answer, held.answered = text.strip(), at
    held.save(update_fields=["answer", "answered"])
    sealed = {"actor": actor.account, "statement": held.answer}
    put("handler.answered", held.code, at=at, facts={"result_sha256": held.sha256}, sealed=sealed)
    return held
