"""Grouping: votes fall into groups of opinion, comments into copies, topics and articles.

Votes are grouped daily while people vote, and a last time after the end; comments after the end.
Each group then is owed one reply. Brigades and campaigns are shown, weighed openly, never deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from shixiao.records.models import (
    DecisionMatter,
    DraftComment,
    OpinionGroup,
    OpinionRun,
    StatementVote,
    VoteStatement,
)
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text
from shixiao.voice import Ballots, Message, duplicates, opinions, topics
from shixiao.voice.ballots import UNSEEN
from shixiao.voice.wording import bare, clauses, readable
from shixiao.workflows import moving
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.clock import pack
from shixiao.workflows.consultations.judging import as_comment, counted, no_opinions
from shixiao.workflows.consultations.membership import UNNAMED, recount
from shixiao.workflows.consultations.moving import ENDED, go, link, next_number
from shixiao.workflows.consultations.taking import WEB
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import holders, tell

FEWEST_SHOWN = 11
CLOSED = Text(
    "“{name}”征求意见期满，有 {n} 组意见要答复。",
    "The consultation on “{name}” is over; {n} groups of opinion are owed a reply.",
)
EVERYBODY = Text("全体表态者", "Everybody who voted")
NO_VOTES = Text("还没有人表态。", "Nobody has voted yet.")
GROUP = Text("第 {n} 组意见", "Group of opinion {n}")
COPIES = Text("内容相同的意见", "Comments of the same words")
ARTICLE = Text("对{what}的其他意见", "Other comments on {what}")
WHOLE = Text("对整个草案的其他意见", "Other comments on the whole draft")


def ballots_of(matter: DecisionMatter) -> Ballots:
    """Return the votes on statements that are shown, under the numbers of exports."""
    rows = list(
        StatementVote.objects.filter(statement__in=counted(matter))
        .order_by("participant__number", "statement__number")
        .values_list("participant__number", "statement__number", "value", "first")
    )
    persons = sorted({row[0] for row in rows})
    statements = sorted({row[1] for row in rows})
    who = {number: place for place, number in enumerate(persons)}
    what = {number: place for place, number in enumerate(statements)}
    votes = np.full((len(persons), len(statements)), UNSEEN, np.int8)
    first = np.full(len(persons), np.inf)
    for person, statement, value, at in rows:
        votes[who[person], what[statement]] = value
        first[who[person]] = min(first[who[person]], at.timestamp())
    return Ballots(tuple(map(str, persons)), tuple(map(str, statements)), votes, first)


def run(matter: DecisionMatter, *, final: bool = False, at: datetime) -> OpinionRun:
    """Group the votes as they stand, and fix their hash on the ledger."""
    ballots = ballots_of(matter)
    digest = sha256_of([list(ballots.persons), list(ballots.statements), ballots.votes.tolist()])
    newest = matter.opinion_runs.first()
    if newest is not None and newest.votes_sha256 == digest and newest.final >= final:
        return newest
    result, members = _found(ballots)
    with transaction.atomic():
        made = OpinionRun.objects.create(
            matter=matter,
            at=at,
            final=final,
            votes_sha256=digest,
            result=result,
            members=members,
        )
        facts = {
            "records": int((ballots.votes != UNSEEN).sum()),
            "sha256": digest,
            "result_sha256": sha256_of(result),
        }
        put("consultation.grouped", matter.code, at=at, facts=facts)
    return made


def _found(ballots: Ballots) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is public of the groups, and who stands in which."""
    if not ballots.persons:
        return _nothing(NO_VOTES, 0), {}
    try:
        found = opinions(ballots, rules=pack())
    except BadInput as few:
        return _nothing(few.text, len(ballots.persons)), {}
    told = found.to_json()
    members = {p: group.id for group in found.groups for p in group.participants}
    for group in told["groups"]:
        del group["participants"]
    told["suspect"] = [
        {name: value for name, value in each.items() if name != "participants"}
        for each in told["suspect"]
    ]
    return told, members


def _nothing(why: Text, voters: int) -> dict[str, Any]:
    return {"k": 1 if voters else 0, "clear": False, "why": why.to_json(), "stability": None,
            "silhouette": None, "voters": voters, "participants": 0, "groups": [],
            "consensus": [], "suspect": []}  # fmt: skip


def close_due(*, now: datetime) -> int:
    """Close consultations whose last day is over, and group what was said; return how many."""
    today, done = timezone.localdate(now), 0
    over = DecisionMatter.objects.filter(until__lt=today).exclude(state=ENDED)
    over = over.exclude(events__event="close")
    for matter in over:
        with transaction.atomic():
            held = moving.locked(matter)
            events = set(held.events.values_list("event", flat=True))
            if events & {"close", "stop"}:
                continue
            go(held, "close", Act(NOBODY, now, held.version), {}, due=None, due_rule="")
        groups = group_all(held, at=now)
        text = CLOSED.format(name=held.name, n=groups)
        people = holders("officer", today=today, organisation=held.department_id)
        tell(people, "consultation.closed", text, link=link(held), at=now)
        done += 1
    return done


def run_daily(*, now: datetime) -> int:
    """Group the votes of open consultations anew, and comments that came late; return how many."""
    today, done = timezone.localdate(now), 0
    going = DecisionMatter.objects.exclude(until=None).exclude(state=ENDED)
    for matter in going.exclude(events__event="settle"):
        events = set(matter.events.values_list("event", flat=True))
        if matter.until is not None and today <= matter.until:
            run(matter, at=now)
            done += 1
        elif "close" in events:
            group_all(matter, at=now)
            done += 1
    return done


def group_all(matter: DecisionMatter, *, at: datetime) -> int:
    """Make the groups to which replies are owed; return how many there are.

    Run again it adds groups of comments that came since; groups that are there stay as they are.
    """
    final = run(matter, final=True, at=at)
    _carry(matter)
    rows = [each for each in matter.comments.filter(group=None) if each.ground not in no_opinions()]
    plan = _comment_groups(rows)
    with transaction.atomic():
        held = moving.locked(matter)
        free = set(held.comments.filter(group=None).values_list("pk", flat=True))
        if not {row.pk for row in rows} <= free:  # another did it meanwhile
            return held.groups.count()
        if not held.groups.filter(kind=OpinionGroup.Kind.VOTES).exists():
            _vote_groups(held, final)
        for each in plan:
            _make(held, each, [rows[i] for i in each.members])
    return held.groups.count()


@transaction.atomic
def _carry(matter: DecisionMatter) -> None:
    """Have a statement that nobody voted on count as a comment of who proposed it.

    It was shown too late, or on such a ground that it is an opinion all the same, and is owed a
    reply. What still waits to be looked at is carried once it was.
    """
    held = moving.locked(matter)
    known = set(held.comments.exclude(once=None).values_list("once", flat=True))
    waits, number = VoteStatement.State.WAITING, next_number(held.comments)
    for each in held.statements.filter(votes=None).exclude(proposed_by=None).exclude(state=waits):
        if each.ground in no_opinions() or as_comment(each) in known:
            continue
        DraftComment.objects.create(
            matter=held,
            number=number,
            participant=each.proposed_by,
            text=each.text,
            state=each.state,
            ground=each.ground,
            channel=WEB,
            once=as_comment(each),
            at=each.at,
            judged=each.judged,
        )
        number += 1


@dataclass(frozen=True, slots=True)
class Planned:
    """A group of comments that is to be made; ``added`` is by the place among its members.

    ``terms`` are words of all its comments, looked at or not: they stay inside.
    """

    kind: str
    title: Text
    members: tuple[int, ...]
    template: str = ""
    added: Mapping[int, str] = field(default_factory=dict)
    terms: tuple[str, ...] = ()


def _comment_groups(rows: Sequence[DraftComment]) -> list[Planned]:
    """Return groups of comments: copies first, then topics of the rest, then what is left."""
    messages = [
        Message(
            str(row.number),
            row.text,
            time=timezone.make_naive(row.at),
            person=str(row.participant_id or row.number),
        )
        for row in rows
    ]
    found: list[Planned] = []
    free = set(range(len(rows)))
    for group in duplicates(messages, rules=pack()) if len(rows) > 1 else ():
        members = tuple(i for i in group.members if i in free)
        if len(members) < 2:
            continue
        free -= {*members}
        added = {
            place: group.added.get(i, "") or _beside(messages[i].text, group.template)
            for place, i in enumerate(members)
        }
        found.append(Planned("copies", COPIES, members, group.template, added))
    left = sorted(free)
    for topic in topics([messages[i] for i in left], rules=pack()) if len(left) > 3 else ():
        members = tuple(left[i] for i in topic.members)
        free -= {*members}
        found.append(Planned("topic", UNNAMED, members, terms=topic.terms))
    for label in sorted({rows[i].article for i in free}):
        members = tuple(i for i in sorted(free) if rows[i].article == label)
        title = ARTICLE.format(what=label) if label else WHOLE
        found.append(Planned("article", title, members))
    return found


def _beside(text: str, template: str) -> str:
    """Return the clauses of a text that its template does not hold."""
    whole = bare(template)
    return "，".join(part for part in clauses(readable(text)) if bare(part) not in whole)


def _make(held: DecisionMatter, plan: Planned, rows: Sequence[DraftComment]) -> None:
    known = held.groups.filter(kind="article", outcome="") if plan.kind == "article" else None
    group = next((g for g in known or () if g.title == plan.title), None)
    if group is None:
        group = OpinionGroup.objects.create(
            matter=held,
            number=next_number(held.groups),
            kind=plan.kind,
            title=plan.title,
            template=plan.template,
            size=0,
            details={"terms": list(plan.terms)} if plan.terms else {},
        )
    for place, row in enumerate(rows):
        row.group, row.added = group, plan.added.get(place, "")
    DraftComment.objects.bulk_update(rows, ["group", "added"], batch_size=500)
    recount(group)


def _vote_groups(held: DecisionMatter, final: OpinionRun) -> None:
    result = final.result
    groups = result["groups"] if result["clear"] else []
    if not result["voters"]:
        return
    if not groups:
        OpinionGroup.objects.create(
            matter=held,
            number=next_number(held.groups),
            kind=OpinionGroup.Kind.VOTES,
            title=EVERYBODY,
            size=result["voters"],
            details={"why": result["why"]},
        )
    for group in groups:
        OpinionGroup.objects.create(
            matter=held,
            number=next_number(held.groups),
            kind=OpinionGroup.Kind.VOTES,
            title=GROUP.format(n=int(group["id"]) + 1),
            size=group["size"],
            details={"group": group["id"], "speaks": group["speaks"]},
        )
