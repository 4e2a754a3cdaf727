"""Matters, groups and hearings in words, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import (
    DecisionEvent,
    DecisionMatter,
    Hearing,
    OpinionGroup,
    OpinionRun,
)
from shixiao.terms import Text
from shixiao.voice.decree713 import Happened, stages, standing, table
from shixiao.web.results.clocks import clock
from shixiao.web.shell.pages import mixed
from shixiao.workflows.consultations.grouping import FEWEST_SHOWN
from shixiao.workflows.consultations.hearings import registering
from shixiao.workflows.consultations.moving import ENDED
from shixiao.workflows.consultations.replying import OUTCOMES
from shixiao.workflows.consultations.taking import VOTES

MOST_OF = 0.5  # of a group agree: more than half
FEW = Text("少于 11", "fewer than 11")
TONES = {"adopted": "green", "partly": "amber", "not": "grey", "": "plain"}
OPEN = Text("征求意见中", "Open for opinions")
HEARING = Text("听证会：{name}", "Hearing: {name}")
HELD = Text("{department} · {day}举行", "{department} · on {day}")
REGISTERING, COMING = Text("报名中", "Registration open"), Text("待举行", "To be held")
OVER = Text("程序已结束", "The procedure has ended")
WORDS = {
    "text": Text("说明", "What was done"),
    "reason": Text("理由", "Reason"),
    "basis": Text("法律依据", "Legal basis"),
    "how": Text("途径", "By which way"),
    "until": Text("截止", "Until"),
    "day": Text("日期", "Day"),
    "place": Text("地点和时间", "Place and time"),
    "assessor": Text("评估单位", "Assessor"),
    "assessors": Text("专家单位", "Institutions of the experts"),
    "heard": Text("听取意见的部门", "Departments heard"),
    "measures": Text("防范措施", "Measures"),
    "number": Text("文号", "Number"),
    "opinions": Text("专家意见", "Opinions of experts"),
}
ALWAYS = {"decline", "withhold", "stop", "suspend", "resume"}
HOW = Text("参加人怎样产生", "How participants are chosen")
REFUSED = {
    "vote": Text("截止以后的表态", "votes after the end"),
    "comment": Text("截止以后的意见", "comments after the end"),
    "statement": Text("截止以后的表态句", "statements after the end"),
    "register": Text("截止以后的听证报名", "registrations after the deadline"),
    "flood": Text("同一地址提交过多", "too much from one address"),
    "enough": Text("一个参与码提交过多", "too much under one code"),
}


def shown_count(n: int) -> str | Text:
    """Return a count of people as pages show it: fewer than 11 are not told."""
    return FEW if 0 < n < FEWEST_SHOWN else f"{n:,}"


def line(matter: DecisionMatter, today: date) -> dict[str, Any]:
    """Return a matter as a row of a list."""
    open_ = is_open(matter, today)
    step = table().steps.get(matter.state)
    return {
        "title": matter.name,
        "to": reverse("consultation", args=[matter.code]),
        "about": matter.department.name,
        "from": matter.code,
        "tag": OPEN if open_ else step.name if step else OVER,
        "tone": "amber" if open_ else "plain" if step else "grey",
        "clock": clock(matter.until, "", today) if open_ else None,
    }


def hearing_line(hearing: Hearing, today: date) -> dict[str, Any]:
    """Return a hearing as ``parts.inbox_row`` takes it: its day, and until when to register."""
    open_, matter = registering(hearing, today), hearing.matter
    return {
        "title": HEARING.format(name=matter.name),
        "to": reverse("hearing", args=[matter.code]),
        "about": mixed(hearing.place),
        "from": HELD.format(department=matter.department.name, day=both_days(hearing.day)),
        "tag": REGISTERING if open_ else COMING,
        "tone": "amber" if open_ else "plain",
        "clock": clock(hearing.until, "", today) if open_ else None,
    }


def is_open(matter: DecisionMatter, today: date) -> bool:
    """Say whether people may comment and vote today."""
    return matter.until is not None and today <= matter.until and matter.state != ENDED


def log_of(events: Iterable[DecisionEvent]) -> list[Happened]:
    """Return what has happened, from events that were read already."""
    return [Happened(each.event, each.on, each.facts) for each in events]


def steps_of(events: Sequence[DecisionEvent], *, public: bool) -> list[dict[str, Any]]:
    """Return the steps of the course with what was done in each.

    ``public`` says whether what was said may be told: not before the draft was put to everybody,
    and never of what is not public by law; why it was not started or not put to the public is.
    """
    found = []
    for stage in stages(log_of(events)):
        own = [e for e in events if table().events[e.event].step == stage.step.id]
        found.append(
            {
                "step": stage.step,
                "state": stage.state,
                "on": stage.on,
                "events": [told(each, public=public or each.event in ALWAYS) for each in own],
            }
        )
    return found


def told(event: DecisionEvent, *, public: bool) -> dict[str, Any]:
    """Return an event in words: its name, articles, and what was said in public."""
    if not public:
        entry = table().events[event.event]
        return {"name": entry.name, "articles": entry.articles, "at": event.at, "facts": []}
    entry = table().events[event.event]
    facts: list[tuple[Text, Any]] = []
    for name, word in WORDS.items():
        value = event.facts.get(name)
        if value in (None, "", []):
            continue
        if name in {"until", "day"}:
            value = date.fromisoformat(value)
        elif isinstance(value, list):
            value = "、".join(map(str, value))
        facts.append((HOW if (event.event, name) == ("announce", "how") else word, value))
    for part, name in (("meetings", "meeting"), ("triggers", "trigger")):
        if event.facts.get(name) in table().words[part]:
            facts.append((entry.name, table().words[part][event.facts[name]]))
    counts: Mapping[str, int] = event.facts.get("says") or {}
    facts += [(table().words["says"][name], n) for name, n in counts.items()]
    return {"name": entry.name, "articles": entry.articles, "at": event.at, "facts": facts}


def group_line(group: OpinionGroup, *, shown: bool, inside: bool) -> dict[str, Any]:
    """Return a group of opinion with its reply.

    ``shown`` says whether one of its comments was looked at and shown: only then may its template
    be read outside.
    """
    return {
        "group": group,
        "size": f"{group.size:,}" if inside else shown_count(group.size),
        "template": group.template if shown or inside else "",
        "outcome": OUTCOMES.get(group.outcome),
        "tone": TONES[group.outcome],
    }


def opinion_view(
    run: OpinionRun | None, texts: Mapping[str, str], *, inside: bool
) -> dict[str, Any] | None:
    """Return the newest computation of opinion groups, without counts of too few people.

    Args:
        run: the newest; None before the first.
        texts: statements that are shown, by number.
        inside: whether the reader may see small counts.
    """
    if run is None:
        return None
    found = run.result
    sizes = [group["size"] for group in found["groups"]]
    hidden = not inside and any(size < FEWEST_SHOWN for size in sizes)
    consensus = [
        {
            "text": texts[each["statement_id"]],
            "score": each["score"],
            "agree": [] if hidden else [f"{share:.0%}" for share in each["agree"]],
        }
        for each in found["consensus"]
        if each["statement_id"] in texts and min(each["agree"]) > MOST_OF
    ]
    groups = [
        {
            "name": f"{int(group['id']) + 1}",
            "size": f"{group['size']:,}" if inside else shown_count(group["size"]),
            "speaks": [
                {
                    "text": texts[said["statement_id"]],
                    "vote": VOTES[said["vote"]],
                    "share": "" if hidden else f"{said['share']:.0%}",
                    "elsewhere": "" if hidden else f"{said['elsewhere']:.0%}",
                }
                for said in group["speaks"]
                if said["statement_id"] in texts
            ],
        }
        for group in found["groups"]
    ]
    return {
        "at": run.at,
        "final": run.final,
        "why": Text.of(found["why"]),
        "clear": found["clear"],
        "stability": found["stability"],
        "voters": f"{found['voters']:,}" if inside else shown_count(found["voters"]),
        "groups": groups if found["clear"] else [],
        "consensus": consensus[:10],
        "suspect": [
            {
                "size": f"{each['size']:,}" if inside else shown_count(each["size"]),
                "identical": each["kind"] == "identical",
                "burst": each["burst"],
            }
            for each in found["suspect"]
        ],
        "hash": run.votes_sha256,
    }


def stands(events: Iterable[DecisionEvent]) -> frozenset[str]:
    """Return what stands of a matter, from events that were read already."""
    return standing(log_of(events))
