"""Walks through the course of Decree 713, held to what the Decree demands.

The demands are written here once more by article, without the table: a table that forgot one would
fail. Walks go in order, out of order, before their clocks, and with things left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from shixiao.rules import load_calendar, load_pack
from shixiao.terms import BadInput
from shixiao.voice.decree713 import Happened, check, possible, standing, table, waiting

CALENDAR, RULES = load_calendar("cn"), load_pack()
DAY = timedelta(days=1)
KEPT = ("until", "day", "reason", "assessor", "assessors", "waiting", "unanswered", "opinions",
        "same_unit", "speakers", "head", "lacking", "measures", "basis")  # fmt: skip
FOR, AGAINST = "{}|委员|赞成|可行", "{}|委员|反对|成本不清"
Log = Sequence[Happened]


def working_days(start: date, end: date) -> int:
    """Count working days after the start up to the end, walking."""
    count = 0
    while start < end:
        start += DAY
        count += CALENDAR.between(start - DAY, start)
    return count


def given(random: Random, on: date) -> dict[str, Any]:
    """Make up what is given with an event; each part is now and then missing or wrong."""
    wrong = random.random() < 0.15

    def odd(p: float = 0.08) -> bool:
        return wrong and random.random() < max(p, 0.4)

    names = ["甲", "乙", "丙", "丁"][: 4 if not odd() else 2]
    lines = [(FOR if random.random() < 0.75 else AGAINST).format(n) for n in names]
    if odd():
        lines[0] = f"{names[0]}|委员|反对"
    until = on + random.choice([31, 40, 12] if not odd() else [-1, 5]) * DAY
    return {
        "text": "" if odd() else "已写明",
        "reason": random.choice(["", "情况紧急"]),
        "basis": "" if odd() else "保密法",
        "how": "政府网站",
        "place": "会议中心",
        "measures": "" if odd() else "分步实施",
        "heard": "公安局",
        "minutes": "记录",
        "number": "〔2026〕1 号",
        "meeting": "standing",
        "trigger": "needed",
        "announced": "01 02 03",
        "until": until,
        "day": on + random.choice([70, 90, 60] if not odd() else [20, 35]) * DAY,
        "size": 15 if not odd() else 2,
        "assessor": random.choice(["评估公司", "研究院", "评 估公司"]),
        "assessors": ["大学"],
        "waiting": 0 if not odd() else 2,
        "unanswered": 0 if not odd() else 1,
        "opinions": 3 if not odd() else 1,
        "same_unit": odd(),
        "speakers": "\n".join(lines),
        "head": names[-1] if not odd() else names[0],
        "lacking": [{"zh": "专家意见", "en": "opinions"}] if odd() else [],
    }


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def walk(random: Random, steps: int = 60) -> tuple[list[Happened], list[str]]:
    """Walk at random; return what was let through, and every demand that was missed."""
    day = date(2026, 1, 5) + random.randrange(200) * DAY
    log = [Happened("propose", day)]
    missed: list[str] = []
    shortened = random.choice([frozenset(), frozenset({"withhold"}), frozenset({"announce"})])
    events = [*table().events]
    for _ in range(steps):
        ends = {"decline", "reject", "stop"} if random.random() < 0.9 else set[str]()
        names = [e.id for e in possible(standing(log)) if e.id not in ends]
        names = [n for n in names if n not in shortened or random.random() < 0.1] or names
        any_ = random.random() < 0.25 or not names
        event = random.choice(events) if any_ else random.choice(names)
        wait = waiting(log, event, rules=RULES, calendar=CALENDAR)
        on = day + random.choice([0, 0, 0, 1, 3, -1]) * DAY
        if wait.first is not None and random.random() < 0.7:
            on = max(on, wait.first)
        said = given(random, on)
        try:
            check(log, event, on, said, rules=RULES, calendar=CALENDAR)
        except BadInput:
            continue
        facts = {name: plain(said[name]) for name in KEPT}
        missed += faults(log, Happened(event, on, facts))
        log.append(Happened(event, on, facts))
        day = on
    return log, missed


def faults(log: Log, new: Happened) -> Iterator[str]:
    """Give every demand that an event which was let through misses."""
    names = [each.event for each in log]
    if {"decline", "reject", "stop"} & {*names}:
        yield f"{new.event}: the matter had ended"
    if log and new.on < log[-1].on:
        yield f"{new.event}: dated before the step before it"
    once = {*table().events} - {"draft", "revise", "postpone", "submit", "return", "unlawful",
            "clear", "warn", "defer", "risky", "evaluate", "suspend", "resume"}  # fmt: skip
    if new.event in once and new.event in names:
        yield f"{new.event}: a second time"
    demand = DEMANDS.get(new.event)
    if demand is not None:
        yield from (f"{new.event}: {each}" for each in demand(log, new.on, new.facts))


def had(log: Log, *names: str) -> bool:
    return any(each.event in names for each in log)


def last(log: Log, *names: str) -> Happened:
    return next((e for e in reversed(log) if e.event in names), Happened("", date.max))


def hearing_day(log: Log) -> date:
    return date.fromisoformat(last(log, "announce", "postpone").facts["day"])


def until_of(log: Log, *names: str) -> date:
    return date.fromisoformat(last(log, *names).facts["until"])


Facts = Mapping[str, Any]


def after(*names: str) -> Callable[[Log, date, Facts], Iterator[str]]:
    def demand(log: Log, _on: date, _facts: Facts) -> Iterator[str]:
        for name in names:
            if not had(log, *name.split("|")):
                yield f"before {name}"

    return demand


def stopped(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("start")(log, on, facts)
    if had(log, "adopt") or not facts["reason"]:
        yield "decided already, or no reason (art. 10)"


def opened(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("draft")(log, on, facts)
    if had(log, "withhold"):
        yield "withheld by law"
    if (date.fromisoformat(facts["until"]) - on).days > 180:
        yield "a period that is a slip of the year"
    if (date.fromisoformat(facts["until"]) - on).days < 30 and not facts["reason"]:
        yield "fewer than 30 days and no reason (art. 15)"


def withheld(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("draft")(log, on, facts)
    if had(log, "open") or not facts["basis"] or not facts["reason"]:
        yield "open already, or no basis and reason (art. 14)"


def closed(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("open")(log, on, facts)
    if on <= until_of(log, "open"):
        yield "the period was not over (art. 15)"


def announced(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("open")(log, on, facts)
    if (date.fromisoformat(facts["day"]) - on).days < 30 or had(log, "settle"):
        yield "not announced in time (art. 16)"


def chosen(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("announce")(log, on, facts)
    if on <= until_of(log, "announce", "postpone"):
        yield "registration was not over"
    if (hearing_day(log) - on).days < 15:
        yield "the list came late (art. 16)"


def delivered(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("choose")(log, on, facts)
    if (hearing_day(log) - on).days < 7:
        yield "materials less than 7 days before (art. 16)"


def held(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("deliver")(log, on, facts)
    if on < hearing_day(log):
        yield "before its day"
    if (hearing_day(log) - last(log, "deliver").on).days < 7:
        yield "materials less than 7 days before (art. 16)"


def confirmed(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("hold")(log, on, facts)
    if facts["waiting"]:
        yield "participants had not confirmed (art. 17)"


def settled(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("close")(log, on, facts)
    if facts["unanswered"]:
        yield "groups without reply (arts. 18, 29)"
    if had(log, "announce") and not had(log, "conclude"):
        yield "a hearing was announced and its use not published (art. 18)"


def argued(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("draft")(log, on, facts)
    if facts["opinions"] < 3 or had(log, "skip_experts"):
        yield "too few experts, or declared unneeded"


def skipped_risk(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("draft")(log, on, facts)
    if had(log, "risky", "assess") or not facts["reason"]:
        yield "an assessment was there, or no reason (art. 22)"


def skipped_experts(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("draft")(log, on, facts)
    if had(log, "argue") or not facts["reason"]:
        yield "experts had argued, or no reason (art. 19)"


def submitted(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("settle|withhold", "argue|skip_experts")(log, on, facts)
    if last(log, "assess", "risky", "skip_risk").event in {"", "risky"}:
        yield "risks not assessed, or not to be controlled (art. 24)"
    if last(log, "submit", "return", "unlawful", "defer").event == "submit":
        yield "submitted already"


def reviewed(log: Log, _on: date, facts: Facts) -> Iterator[str]:
    if last(log, "submit", "return", "unlawful", "defer").event != "submit":
        yield "nothing was submitted (art. 26)"
    if facts["same_unit"]:
        yield "by the unit that drafted"


def cleared(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from reviewed(log, on, facts)
    if working_days(last(log, "submit").on, on) < 7:
        yield "fewer than 7 working days (art. 26)"


def discussed(log: Log, _on: date, facts: Facts) -> Iterator[str]:
    newest = last(log, "clear", "warn", "submit", "return", "unlawful", "defer", "adopt").event
    if newest not in {"clear", "warn"}:
        yield "not found lawful (art. 25)"
    lines = [line.split("|") for line in facts["speakers"].split("\n")]
    if lines[-1][0] != facts["head"] or len(lines) < 3:
        yield "the head did not speak last among others (art. 30)"
    if any(line[2] == "反对" and len(line) < 4 for line in lines):
        yield "dissent without its words (art. 30)"


def adopted(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from discussed(log, on, facts)
    says = [line.split("|")[2] for line in facts["speakers"].split("\n")]
    if 2 * says.count("赞成") <= len(says) and not facts["reason"]:
        yield "against most members without a reason (art. 30)"


def filed(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("publish")(log, on, facts)
    if facts["lacking"]:
        yield "the file lacks something (art. 33)"


def evaluated(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("publish")(log, on, facts)
    bare = facts["assessor"].replace(" ", "")
    first = {e.facts["assessor"].replace(" ", "") for e in log if e.event in {"assess", "risky"}}
    if bare in first:
        yield "by the assessor of before (art. 36)"


def suspended(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("publish")(log, on, facts)
    if last(log, "suspend", "resume").event == "suspend" or not facts["reason"]:
        yield "suspended already, or no reason (art. 37)"


def resumed(log: Log, _on: date, facts: Facts) -> Iterator[str]:
    if last(log, "suspend", "resume").event != "suspend" or not facts["reason"]:
        yield "not suspended, or no reason (art. 37)"


def measures(log: Log, on: date, facts: Facts) -> Iterator[str]:
    yield from after("draft")(log, on, facts)
    if not facts["measures"]:
        yield "no measures (art. 23)"


DEMANDS: Mapping[str, Callable[[Log, date, Facts], Iterator[str]]] = {
    "study": after("propose"), "start": after("study"), "decline": after("study"),
    "stop": stopped,
    "draft": after("start"), "open": opened, "withhold": withheld, "close": closed,
    "announce": announced, "postpone": after("announce"), "choose": chosen,
    "deliver": delivered, "hold": held, "confirm": confirmed, "conclude": after("confirm"),
    "revise": after("close|withhold"), "settle": settled, "argue": argued,
    "skip_experts": skipped_experts, "assess": measures, "risky": after("draft"),
    "skip_risk": skipped_risk, "submit": submitted, "return": reviewed, "unlawful": reviewed,
    "clear": cleared, "warn": cleared, "adopt": adopted, "defer": discussed,
    "reject": discussed, "report": after("adopt"), "publish": after("report"),
    "archive": filed, "evaluate": evaluated, "suspend": suspended, "resume": resumed,
}  # fmt: skip


def every_order(most: int = 1_000_000) -> tuple[int, int, list[str]]:
    """Go through everything that can stand; return states, steps, and demands of order missed."""
    start: frozenset[str] = frozenset()
    seen, waiting_, steps, missed = {start}, [start], 0, []
    while waiting_ and len(seen) < most:
        stands = waiting_.pop()
        for event in possible(stands):
            if event.id in stands and not event.again:
                continue
            steps += 1
            missed += [f"{event.id}: {each}" for each in order_faults(event.id, stands)]
            then = frozenset((stands - {*event.undoes}) | {event.id})
            if then not in seen:
                seen.add(then)
                waiting_.append(then)
    return len(seen), steps, missed


BEFORE = {  # what the Decree puts before what; alternatives joined by |
    "study": "propose", "start": "study", "stop": "start", "draft": "start", "open": "draft",
    "close": "open", "settle": "close", "choose": "announce", "deliver": "choose",
    "hold": "deliver", "confirm": "hold", "conclude": "confirm", "clear": "submit",
    "warn": "submit", "report": "adopt", "publish": "report", "archive": "publish",
    "evaluate": "publish", "suspend": "publish", "resume": "suspend",
    "adopt": "clear|warn", "reject": "clear|warn", "defer": "clear|warn",
}  # fmt: skip
BEFORE_LEGALITY = ("settle|withhold", "argue|skip_experts", "assess|skip_risk")


def order_faults(event: str, stands: frozenset[str]) -> Iterator[str]:
    wanted = BEFORE_LEGALITY if event == "submit" else (BEFORE.get(event, ""),)
    for one in filter(None, wanted):
        if not stands & {*one.split("|")}:
            yield f"before {one}"
    if event == "settle" and "announce" in stands and "conclude" not in stands:
        yield "before the hearing was used"
    if stands & {"decline", "reject", "stop"}:
        yield "after the end"
    if event == "submit" and "risky" in stands:
        yield "with risks that cannot be controlled"
