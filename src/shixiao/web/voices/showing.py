"""Matters in words: timeline, lines of lists, tones, and counts that tell of nobody."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from shixiao.records.models import Voice, VoiceStep
from shixiao.terms import Text
from shixiao.voice.handling.entering import hidden
from shixiao.voice.wording import readable
from shixiao.web.results.clocks import clock
from shixiao.web.shell.pages import say
from shixiao.workflows.voices.moving import life

SHOWN = 60
FEWEST = 11
TONES = {
    "received": "amber",
    "assigned": "plain",
    "escalated": "red",
    "paused": "grey",
    "appealed": "amber",
    "replied": "green",
    "closed": "grey",
    "declined": "grey",
    "withdrawn": "grey",
}
MARKS = {
    "urgent": (Text("紧急", "Urgent"), "red"),
    "insult": (Text("含辱骂", "Insults"), "amber"),
    "link": (Text("含链接", "Has links"), "grey"),
    "markup": (Text("含代码", "Has markup"), "grey"),
    "number": (Text("含证件号", "Has an identity number"), "amber"),
}
OTHER_STEPS = {
    "link": Text("并组", "Linked"),
    "part": Text("分开", "Taken apart"),
    "time": Text("到期", "Time passed"),
    "proposal": Text("施策建议", "Proposal"),
}
RECEIVED = Text("收到", "Received")
INSULTS = Text("（内容可能含辱骂，点开查看）", "(it may contain insults; open to read)")
FEW = Text("少于 11", "fewer than 11")
BY_NAME = Text("本人认为应由{name}办理", "The person thinks it is for {name}")
SURE = Text(
    "建议{name}，把握 {share}；依据：{why}", "Suggested: {name}, sure by {share}; for {why}"
)
NO_SUGGESTION = Text("没有建议，请人工分派", "No suggestion; route it by hand")
UNKNOWN = Text("没有部门与类别“{label}”对应", "no department fits the class “{label}”")


def few(n: int) -> str:
    """Return a count as everybody may see it: one under eleven tells of people."""
    return f"{n:,}" if n >= FEWEST or n == 0 else say(FEW)


def way_of(row: Voice, steps: list[VoiceStep]) -> list[dict[str, Any]]:
    """Return the timeline of a matter: what its person was told, step by step."""
    verbs = life().verbs
    first = {"title": RECEIVED, "at": row.received, "receipt": row.code}
    return [
        first,
        *(
            {
                "title": verbs[each.verb].name if each.verb in verbs else OTHER_STEPS[each.verb],
                "at": each.at,
                "text": Text.of(each.told),
                "receipt": each.leaf,
            }
            for each in steps
        ),
    ]


def shown(row: Voice) -> dict[str, Any]:
    """Return what every page of a matter shows."""
    state = life().states[row.state]
    return {
        "row": row,
        "state": state,
        "tone": TONES[row.state],
        "clock": clock(row.due, row.due_rule) if row.due else {"state": _stopped(row)},
        "kind": life().words["kinds"][row.kind],
        "channel": life().words["channels"][row.channel],
        "level": life().words["levels"].get(str(row.level)),
    }


def line(row: Voice, names: dict[str, Text]) -> dict[str, Any]:
    """Return the line of a matter in the list of those who handle it."""
    state = life().states[row.state]
    marks = row.marks.split(",") if row.marks else []
    said = readable(row.title or row.text)
    title = say(INSULTS) if "insult" in marks else hidden(said)[:SHOWN]
    kinds = life().words["kinds"]
    about = say(kinds[row.kind])
    if row.department is not None:
        about += f" · {say(row.department.name)}"
    return {
        "row": row,
        "title": title or say(life().words["levels"].get(str(row.level)) or kinds[row.kind]),
        "to": reverse("matter", args=[row.code]),
        "about": about,
        "tag": state.name,
        "tone": TONES[row.state],
        "marks": [MARKS[each] for each in marks if each in {"urgent", "insult"}],
        "clock": clock(row.due, row.due_rule) if row.due else None,
        "suggestion": suggestion(row, names) if row.state == "received" else None,
        "accept": (row.suggested or {}).get("department") if row.state == "received" else "",
    }


def suggestion(row: Voice, names: dict[str, Text]) -> Text:
    """Return what routing says of a matter, how sure it is, and why."""
    found = row.suggested
    if not found:
        return NO_SUGGESTION
    name = names.get(found["department"])
    if found.get("named"):
        return BY_NAME.format(name=name or found["department"])
    if name is None:
        name = UNKNOWN.format(label=found["label"])
    share = f"{round(100 * found['confidence'])} %"
    why = "、".join(found["why"]) or "—"
    return SURE.format(name=name, share=share, why=why)


def _stopped(row: Voice) -> str:
    return "paused" if row.state == "paused" else "none"
