"""Open data of a consultation: votes and statements with the columns of Pol.is, and opinions.

No personal data: people are numbers by chance, times are cut to the minute, votes of fewer than 11
people are withheld, and only what was looked at and shown is there. ``shixiao voice groups`` reads
``votes.csv`` and ``comments.csv`` back.
"""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils import timezone

from shixiao.exports import Sheet, delimited
from shixiao.records.models import DecisionMatter, StatementVote
from shixiao.terms import Text
from shixiao.workflows.consultations.grouping import FEWEST_SHOWN
from shixiao.workflows.consultations.judging import counted, grounds
from shixiao.workflows.consultations.replying import OUTCOMES
from shixiao.workflows.consultations.taking import CHANNELS

MOST = 5_000_000
FILES = ("votes.csv", "comments.csv", "opinions.csv")


def export(matter: DecisionMatter, name: str) -> bytes:
    """Return a file of open data by its name."""
    made = {"votes.csv": votes, "comments.csv": statements, "opinions.csv": opinions}
    return delimited(made[name](matter))


def votes(matter: DecisionMatter) -> Sheet:
    """Return every vote on statements that are shown; none where too few people voted."""
    heads = _heads("timestamp", "datetime", "comment-id", "voter-id", "vote")
    rows = StatementVote.objects.filter(statement__in=counted(matter))
    found = []
    if _enough(matter):
        values = rows.order_by("first", "id").values_list(
            "first", "statement__number", "participant__number", "value"
        )
        for at, statement, person, value in values[:MOST].iterator(chunk_size=10_000):
            minute = at.replace(second=0, microsecond=0)
            found.append((int(minute.timestamp()), minute.isoformat(), statement, person, value))
    return Sheet("votes", heads, found)


def statements(matter: DecisionMatter) -> Sheet:
    """Return the statements with how they were judged and, where enough voted, with counts."""
    heads = _heads(
        "timestamp", "datetime", "comment-id", "agrees", "disagrees", "moderated", "comment-body"
    )
    enough = _enough(matter)
    rows = matter.statements.annotate(
        agrees=Count("votes", Q(votes__value=1)), disagrees=Count("votes", Q(votes__value=-1))
    )
    tallied = set(counted(matter).values_list("pk", flat=True))
    found = []
    for row in rows:
        at = row.at.replace(second=0, microsecond=0)
        counts = (row.agrees, row.disagrees) if enough and row.pk in tallied else (None, None)
        moderated = 1 if row.pk in tallied else {"hidden": -1}.get(row.state, 0)
        found.append((int(at.timestamp()), at.isoformat(), row.number, *counts, moderated,
                      row.text if row.state == "shown" else ""))  # fmt: skip
    return Sheet("comments", heads, found)


def opinions(matter: DecisionMatter) -> Sheet:
    """Return every comment: its text where it is shown, else the ground; and the reply."""
    heads = (
        Text("编号", "number"),
        Text("条", "article"),
        Text("渠道", "channel"),
        Text("日期", "day"),
        Text("内容", "text"),
        Text("不展示的理由", "ground"),
        Text("意见组", "group"),
        Text("采纳情况", "outcome"),
        Text("理由", "reason"),
    )
    known = grounds()
    found = []
    for row in matter.comments.select_related("group"):
        group = row.group
        found.append(
            (
                row.number,
                row.article,
                CHANNELS[row.channel].zh,
                timezone.localdate(row.at).isoformat(),
                row.text if row.state == "shown" else "",
                known[row.ground].name.zh if row.ground else "",
                group.number if group else None,
                OUTCOMES[group.outcome].zh if group and group.outcome else "",
                group.reason if group else "",
            )
        )
    return Sheet("opinions", heads, found)


def _enough(matter: DecisionMatter) -> bool:
    """Say whether enough people voted for their votes to be shown one by one."""
    voted = matter.participants.filter(votes__isnull=False).distinct()
    return voted.count() >= FEWEST_SHOWN


def _heads(*names: str) -> tuple[Text, ...]:
    return tuple(Text(name, name) for name in names)
