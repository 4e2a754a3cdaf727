"""Replying: every group of opinion is told whether it is adopted, and why; only then it goes on.

Source: Decree 713 arts. 18 (opinions are sorted, studied and used), 29 (how they were used is
reported before the discussion) and 32 (and published).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from shixiao.records.models import DecisionEvent, DecisionMatter, DraftComment, OpinionGroup
from shixiao.terms import Text
from shixiao.voice.decree713 import Article, Changed
from shixiao.workflows import moving
from shixiao.workflows.consultations.grouping import group_all
from shixiao.workflows.consultations.making import consulted_draft
from shixiao.workflows.consultations.membership import recount
from shixiao.workflows.consultations.moving import begin, go, next_number
from shixiao.workflows.consultations.taking import forget_sources, many_codes
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

OUTCOMES = {
    "adopted": Text("采纳", "Adopted"),
    "partly": Text("部分采纳", "Adopted in part"),
    "not": Text("不采纳", "Not adopted"),
}
NO_OUTCOME = Text("请选择是否采纳。", "Choose whether it is adopted.")
NO_ARTICLE = Text("现在的草案没有这一条。", "The draft as it stands has no such article.")
UNJUDGED = Text(
    "还有 {n} 条表态句没有审核；审核以后才能公布采纳情况。",
    "{n} statements were not looked at yet; how opinions were used is published after that.",
)
WHERE = Text(
    "采纳或者部分采纳的，请写明体现在草案的哪一条；需要改的，先修改草案。",
    "Where it is adopted, name the articles that hold it; revise the draft first where need be.",
)
SINGLE = Text("单列的第 {n} 号意见", "Comment {n}, by itself")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to a group: whether it is adopted, why, and which articles changed for it."""

    outcome: str
    reason: str
    articles: tuple[str, ...] = ()


@transaction.atomic
def reply(group: OpinionGroup, act: Act, given: Reply) -> OpinionGroup:
    """Reply to a group; until the replies are published it may be put otherwise.

    ``act.seen`` is the version of the group.

    Raises:
        Forbidden: it is another department's.
        Stale: the group was replied to since, or the replies are published.
        Incomplete: no outcome, no reason, or no article though it is adopted.
    """
    matter = moving.locked(group.matter)
    held = moving.locked(group)
    check(act.actor, "consultation.manage", held)
    events = set(matter.events.values_list("event", flat=True))
    if act.seen != held.version or "close" not in events or "settle" in events:
        raise Stale(CHANGED)
    if given.outcome not in OUTCOMES:
        raise Incomplete(NO_OUTCOME, field="outcome")
    reason = needed(given.reason, field="reason")
    newest = matter.drafts.first()
    labels = {each["label"] for each in newest.articles} if newest else set()
    if not {*given.articles} <= labels:
        raise Incomplete(NO_ARTICLE, field="articles")
    if given.outcome != "not" and not given.articles:
        raise Incomplete(WHERE, field="articles")
    held.outcome, held.reason = given.outcome, reason
    held.articles = [] if given.outcome == "not" else list(given.articles)
    held.replied, held.replied_by = act.at, signed_in(act.actor)
    held.version += 1
    held.save()
    facts = {"concerns": str(held.number), "outcome": held.outcome}
    sealed = {"actor": act.actor.account, "reason": reason}
    put("consultation.replied", matter.code, at=act.at, facts=facts, sealed=sealed)
    return held


@transaction.atomic
def take_out(comment: DraftComment, act: Act) -> OpinionGroup:
    """Take a comment out of its group, for a reply of its own.

    Raises:
        Forbidden: it is another department's.
        Stale: the replies are published, it has no group, or stands by itself.
    """
    matter = moving.locked(comment.matter)
    held = moving.locked(comment)
    check(act.actor, "consultation.manage", held)
    group = held.group
    settled = matter.events.filter(event="settle").exists()
    if settled or group is None or group.comments.count() < 2:
        raise Stale(CHANGED)
    group = moving.locked(group)
    made = OpinionGroup.objects.create(
        matter=matter,
        number=next_number(matter.groups),
        kind=OpinionGroup.Kind.SINGLE,
        title=SINGLE.format(n=held.number),
        size=1,
    )
    held.group = made
    held.save(update_fields=["group"])
    recount(group)
    facts = {"comment": str(held.number), "size": matter.groups.count()}
    put("consultation.split", matter.code, at=act.at, facts=facts,
        sealed={"actor": act.actor.account})  # fmt: skip
    return made


def settle(matter: DecisionMatter, act: Act, *, text: str) -> DecisionEvent:
    """Publish how opinions were used; sources of codes are forgotten.

    Raises:
        Forbidden: it is another department's.
        Stale: it moved on, a statement was not looked at, or a group or the hearing is open.
        Incomplete: no summary of how opinions were used.
    """
    check(act.actor, "consultation.manage", matter)
    if matter.events.filter(event="close").exists():
        group_all(matter, at=act.at)  # what was entered since the last grouping is owed a reply too
    with transaction.atomic():
        held = begin(matter, "settle", act)
        if waiting := held.statements.filter(state="waiting").count():
            raise Stale(UNJUDGED.format(n=waiting))
        open_ = owed(held).count()
        made = go(
            held, "settle", act, {"text": text, "unanswered": open_, "many": many_codes(held)}
        )
        forget_sources(held)
    return made


def owed(*matters: DecisionMatter) -> QuerySet[OpinionGroup]:
    """Return the groups that have no reply; none is owed to one that everybody left."""
    return OpinionGroup.objects.filter(matter__in=matters, outcome="", size__gt=0)


def what_changed(matter: DecisionMatter) -> list[tuple[Changed, list[OpinionGroup]]]:
    """Return old and new text of each article that changed, with the groups for which it did."""
    old, new = consulted_draft(matter), matter.drafts.first()
    revised = matter.events.filter(event="revise").last()
    if old is None or new is None or old.pk == new.pk or revised is None:
        return []
    before, after = ({a["label"]: Article.of(a) for a in one.articles} for one in (old, new))
    groups = [each for each in matter.groups.all() if each.articles]
    pairs = [Changed(before.get(b), after.get(a)) for b, a in (revised.kept or {})["changed"]]
    return [
        (each, [g for g in groups if each.new is not None and each.new.label in g.articles])
        for each in pairs
    ]
