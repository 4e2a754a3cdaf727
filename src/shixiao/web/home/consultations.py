"""Lines of consultations and hearings in the inbox: what is owed now, until when, and by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet
from django.urls import reverse

from shixiao.records.models import DecisionMatter, DraftComment, VoteStatement
from shixiao.rules import load_calendar
from shixiao.terms import Text
from shixiao.voice.decree713 import standing, table, waiting
from shixiao.web.results.clocks import clock
from shixiao.web.shell.pages import day
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.consultations.moving import ENDED, doable, log_of
from shixiao.workflows.consultations.replying import owed
from shixiao.workflows.permissions import may
from shixiao.workflows.roles import Scope
from shixiao.workflows.roles import table as roles

MOST = 100
RIGHTS = (
    "consultation.manage", "consultation.decide", "consultation.review",
    "consultation.moderate", "hearing.convene",
)  # fmt: skip
# What takes a matter on. All else of the course (to postpone, to skip, to send back, to revise) is
# done for a reason of its own and owed to nobody.
OWED = frozenset({
    "study", "start", "draft", "open", "choose", "deliver", "hold", "confirm", "conclude",
    "settle", "argue", "assess", "submit", "clear", "adopt", "report", "publish", "archive",
})  # fmt: skip
# Where an act has more than one outcome, what is owed is the step, not one of them.
BY_STEP = frozenset({"argue", "assess", "clear", "adopt"})
NAMES = {
    "choose": Text("冻结听证报名名册、抽签", "freeze the pool of the hearing, and draw"),
    "confirm": Text("请参加人确认听证记录", "have the participants confirm the record"),
}
REPLY = Text("答复 {n} 组意见", "groups of opinion to reply to: {n}")
JUDGE = Text("审核 {n} 条意见和表态句", "comments and statements to judge: {n}")
FROM = Text("{name}（{day} 起）", "{name} (from {day})")
BY = Text("{who}办理", "by {who}")


def to_do(actor: Actor, today: date) -> list[dict[str, Any]]:
    """Return lines of the matters in which something waits for the person, by days left.

    Five queries, however many matters there are.
    """
    rows = list(_visible(actor))
    waits = _Waits.of(rows)
    lines = [line for row in rows if (line := _line(row, actor, today, waits))]
    return sorted(lines, key=lambda line: line["clock"].get("due") or today.max)


def _visible(actor: Actor) -> QuerySet[DecisionMatter]:
    """Return matters in which the person has any part, with what waits counted."""
    scopes = {actor.reach(right) for right in RIGHTS} if actor.account else set()
    rows = DecisionMatter.objects.exclude(state=ENDED).select_related("department")
    if Scope.ANY not in scopes:
        rows = rows.filter(department__in=actor.below if Scope.OWN in scopes else ())
    ordered = rows.order_by(F("until").asc(nulls_last=True), "made")
    return ordered.prefetch_related("events")[:MOST]


@dataclass(frozen=True, slots=True)
class _Waits:
    """By matter: groups without a reply, and comments and statements that nobody has judged."""

    unreplied: Mapping[UUID, int]
    unjudged: Mapping[UUID, int]

    @classmethod
    def of(cls, rows: Sequence[DecisionMatter]) -> _Waits:
        unreplied = _counted(owed(*rows))
        comments = _counted(DraftComment.objects.filter(matter__in=rows, state="waiting"))
        statements = _counted(VoteStatement.objects.filter(matter__in=rows, state="waiting"))
        return cls(unreplied, Counter(comments) + Counter(statements))


def _counted(rows: QuerySet[Any]) -> dict[UUID, int]:
    return dict(rows.order_by().values_list("matter").annotate(n=Count("pk")))


def _line(row: DecisionMatter, actor: Actor, today: date, waits: _Waits) -> dict[str, Any] | None:
    now = list(_owed(row, actor, today, waits))
    if not now:
        return None
    due = min((last for _, last, _ in now if last is not None), default=None)
    step = table().steps.get(row.state)
    rights = dict.fromkeys(right for _, _, right in now)
    return {
        "title": row.name,
        "to": reverse("consultation", args=[row.code]),
        "about": _joined([name for name, _, _ in now], "；", "; "),
        "from": Text(
            f"{row.code} · {row.department.name.zh} · {_who(rights).zh}",
            f"{row.code} · {row.department.name.en} · {_who(rights).en}",
        ),
        "tag": step.name if step else None,
        "tone": "amber",
        "clock": clock(due, "", today),
    }


def _owed(
    row: DecisionMatter, actor: Actor, today: date, waits: _Waits
) -> Iterator[tuple[Text, date | None, str]]:
    """Give what is owed: its name, its last day or the day on which it is held, and the right."""
    log, unreplied = log_of(row), waits.unreplied.get(row.pk, 0)
    stands = standing(log)
    for each in doable(row, actor, today):
        event = each.event
        if event.id not in OWED or event.id in stands or (event.id == "settle" and unreplied):
            continue
        limits = waiting(log, event.id, rules=pack(), calendar=load_calendar("cn"))
        step = table().steps[event.step].name
        name = step if event.id in BY_STEP else NAMES.get(event.id, event.name)
        if each.first is not None:
            name = FROM.format(name=name, day=day(each.first))
        last = limits.last or (limits.first if event.id == "hold" else None)
        yield name, last, event.right
    if "close" in stands and unreplied and may(actor, "consultation.manage", row):
        yield REPLY.format(n=unreplied), None, "consultation.manage"
    judges = may(actor, "consultation.moderate", row) and row.department_id not in actor.below
    unjudged = waits.unjudged.get(row.pk, 0)
    if unjudged and judges:
        yield JUDGE.format(n=unjudged), row.until, "consultation.moderate"


def _who(rights: dict[str, None]) -> Text:
    """Return the roles that may do it."""
    known = roles()
    names = dict.fromkeys(role for right in rights for role in known.verbs[right].rights)
    return BY.format(who=_joined([known.roles[name].name for name in names], "、", ", "))


def _joined(texts: list[Text], zh: str, en: str) -> Text:
    return Text(zh.join(each.zh for each in texts), en.join(each.en for each in texts))
