"""An appraisal in words: what the scheme rewards, what was said of it, who stands where."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shixiao.checkup.report.speech import capitalised
from shixiao.checkup.schemes import IndicatorClass, class_name, percent, sentence
from shixiao.ledger import Leaf, vocabulary
from shixiao.records.models import Appraisal, AppraisalComment, AppraisalContest, LeafRow
from shixiao.terms import Text
from shixiao.web.appraisals.picture import picture
from shixiao.workflows.actors import Actor
from shixiao.workflows.appraisals.indicators import Line, lines_of, names_of, weight_by_class
from shixiao.workflows.appraisals.life import life
from shixiao.workflows.appraisals.moving import doable
from shixiao.workflows.appraisals.seeing import inside, may_see_results, newest
from shixiao.workflows.appraisals.weighing import tied
from shixiao.workflows.clock import days_left, pack, rule, soon
from shixiao.workflows.permissions import may

TONES = {"published": "green", "withdrawn": "grey", "open": "amber", "contesting": "amber"}
CLASS_TONES = {IndicatorClass.VANITY: "amber", IndicatorClass.BANNED: "red"}
OUTCOME_TONES = {"adopted": "green", "upheld": "green", "partly": "amber"}
WEIGHTS_SHOWN = ("contesting", "published")
CHINESE = re.compile(r"[\u3400-\u9fff]")
ORDER = ("drafted", "open", "weighing", "measured", "contesting", "published")


def line(appraisal: Appraisal) -> dict[str, Any]:
    """Return an appraisal as a line of a list, as ``parts.inbox_row`` takes it."""
    state = life().states[appraisal.state]
    return {
        "title": appraisal.name,
        "to": reverse("appraisal", args=[appraisal.code]),
        "about": answer_of(appraisal),
        "from": f"{appraisal.code} · {appraisal.starts.isoformat()} – {appraisal.ends.isoformat()}",
        "tag": state.name,
        "tone": TONES.get(appraisal.state, "plain"),
        "clock": clock_of(appraisal),
    }


def answer_of(appraisal: Appraisal) -> Text:
    """Say in one sentence how much of the scheme rewards show, by the classes that count now."""
    banned = weight_by_class(lines_of(appraisal))[IndicatorClass.BANNED]
    said = sentence(appraisal.weight_on_show, banned)
    return Text(f"{said.zh}。", f"{said.en}.")


def clock_of(appraisal: Appraisal) -> dict[str, Any] | None:
    """Return the clock of the present state, as ``parts.deadline`` takes it; None for none."""
    due = appraisal.due
    if due is None:
        return None
    left = days_left(due, timezone.localdate())
    if left < 0:  # a period in which others may act is over, and nobody is late for that
        return None
    state = "soon" if left <= soon() else "running"
    return {"state": state, "days": left, "due": due, "article": rule(appraisal.due_rule).name}


def front_figure() -> dict[str, Any] | None:
    """Return the one figure of the front page: how much of the newest scheme rewards show."""
    appraisal = newest()
    if appraisal is None:
        return None
    return {
        "name": appraisal.name,
        "to": reverse("appraisal", args=[appraisal.code]),
        "share": unbroken(appraisal.weight_on_show),
        "state": life().states[appraisal.state].name,
        "tone": TONES.get(appraisal.state, "plain"),
        "frozen": appraisal.frozen,
    }


def unbroken(share: float) -> str:
    """Return a share in per cent that stays on one line."""
    return percent(share).replace(" ", "\u00a0")


def tongue(words: str) -> str:
    """Return the language of words that somebody wrote, for those who hear the page."""
    return "zh-Hans" if CHINESE.search(words) else "en"


def shown(appraisal: Appraisal, actor: Actor) -> dict[str, Any]:
    """Return all that the page of an appraisal shows to this person."""
    lines, within = lines_of(appraisal), inside(actor)
    comments = list(appraisal.comments.select_related("department", "leaf"))
    weighed = appraisal.results is not None and (within or appraisal.state in WEIGHTS_SHOWN)
    sees = may_see_results(actor, appraisal)
    clock = clock_of(appraisal)
    return {
        "appraisal": appraisal,
        "state": life().states[appraisal.state],
        "tone": TONES.get(appraisal.state, "plain"),
        "answer": answer_of(appraisal),
        "clock": clock,
        "over": appraisal.due is not None and clock is None,
        "share": unbroken(appraisal.weight_on_show),
        "picture": picture(appraisal, lines, weighed=weighed),
        "classes": _classes(lines),
        "doable": _doable(appraisal, actor),
        "waiting": _waiting(appraisal, comments, actor),
        "recused": "weigh" in _ids(appraisal, actor) and tied(actor, appraisal),
        "inside": within,
        "may_comment": appraisal.state == "open" and clock and not may(actor, "appraisal.manage"),
        "scope": life().words["scopes"][appraisal.scope],
        "appraised": list(appraisal.appraised.select_related("department")),
        "rows": _rows(appraisal, lines, comments, weighed=weighed),
        "weighed": weighed,
        "breaches": _breaches(appraisal, lines),
        "panel": appraisal.weights.count(),
        "needed": int(pack().number("APS-07")),
        "members": list(appraisal.weights.all()) if weighed else [],
        "comments": [_comment(row, names_of(appraisal), actor, appraisal) for row in comments],
        "answered": sum(row.answered is not None for row in comments),
        "results": _results(appraisal) if sees else None,
        "own": _own(appraisal, lines, actor) if sees else [],
        "contests": _contests(appraisal, actor) if sees else [],
        "notes": [Text.of(note) for note in appraisal.notes],
        "leaves": LeafRow.objects.filter(subject=appraisal.code).order_by("id"),
        "events": vocabulary().events,
        "tongue": tongue,
        "steps": _steps(appraisal),
    }


def quoted(appraisal: Appraisal, *, comment: str, contest: str) -> dict[str, Any] | None:
    """Return the comment or the contest of that code, as a form quotes what it answers."""
    names = names_of(appraisal)
    said = appraisal.comments.filter(code=comment, hidden="").select_related("department").first()
    if said is not None:
        on = names[said.row] if said.row is not None else ""
        return {"who": _voice(said), "on": on, "words": said.text}
    found = appraisal.contests.filter(code=contest).select_related("department").first()
    if found is None:
        return None
    return {"who": found.department.name, "on": names[found.row], "words": found.reason}


def _voice(row: AppraisalComment) -> Text:
    return Text.of(row.department.name if row.department else life().words["voices"][row.voice])


def _ids(appraisal: Appraisal, actor: Actor) -> set[str]:
    return {verb.id for verb in doable(appraisal, actor)}


def _waiting(
    appraisal: Appraisal, comments: list[AppraisalComment], actor: Actor
) -> dict[str, int]:
    """Return how many comments and contests wait for this person's answer."""
    verbs = _ids(appraisal, actor)
    unanswered = sum(row.answered is None for row in comments) if "answer" in verbs else 0
    contests = appraisal.contests.filter(answered__isnull=True)
    return {"comments": unanswered, "contests": contests.count() if "rule" in verbs else 0}


def _breaches(appraisal: Appraisal, lines: list[Line]) -> list[Line]:
    """Return what keeps a draft from being frozen."""
    return [line for line in lines if line.breach] if appraisal.state == "drafted" else []


def _doable(appraisal: Appraisal, actor: Actor) -> list[Any]:
    """Return what can be done from the page as a whole; the rest stands where it belongs."""
    out = {"answer", "hide", "rule"}
    if _breaches(appraisal, lines_of(appraisal)):
        out.add("freeze")
    if tied(actor, appraisal):
        out.add("weigh")
    waiting = appraisal.contests.filter(outcome__in=("upheld", "partly"), corrected__isnull=True)
    if not waiting.exists():
        out.add("correct")
    early = appraisal.due is not None and timezone.localdate() <= appraisal.due
    verbs = [verb for verb in doable(appraisal, actor) if verb.id not in out]
    return [verb for verb in verbs if not (verb.after_due and early)]


def _classes(lines: list[Line]) -> list[dict[str, Any]]:
    found = weight_by_class(lines)
    return [
        {
            "name": capitalised(class_name(kind)),
            "share": unbroken(share),
            "tone": CLASS_TONES.get(kind, "plain"),
        }
        for kind, share in found.items()
        if share
    ]


def _rows(
    appraisal: Appraisal, lines: list[Line], comments: list[AppraisalComment], *, weighed: bool
) -> list[dict[str, Any]]:
    given = {w["row"]: w for w in (appraisal.results or {}).get("weights", ())} if weighed else {}
    return [
        {
            "line": each,
            "share": unbroken(each.share) if each.share else "0",
            "kind": capitalised(class_name(each.kind)),
            "machine": class_name(each.machine),
            "tone": CLASS_TONES.get(each.kind, "plain"),
            "weight": _weight(given.get(each.row)),
            "comments": sum(row.row == each.row for row in comments),
        }
        for each in lines
    ]


def _weight(given: dict[str, Any] | None) -> tuple[str, str] | None:
    if given is None:
        return None
    return f"{given['mean']:.1f}", f"{given['least']}–{given['most']}"


def _comment(
    row: AppraisalComment, names: dict[int, str], actor: Actor, appraisal: Appraisal
) -> dict[str, Any]:
    verbs = _ids(appraisal, actor) if actor.account else set()
    return {
        "row": row,
        "voice": _voice(row),
        "about": names[row.row] if row.row is not None else "",
        "outcome": life().words["adopted"].get(row.outcome),
        "tone": OUTCOME_TONES.get(row.outcome, "grey"),
        "name": row.name if may(actor, "appraisal.audit") else "",
        "answer": "answer" in verbs and row.answered is None,
        "hide": "hide" in verbs and not row.hidden,
    }


def _contests(appraisal: Appraisal, actor: Actor) -> list[dict[str, Any]]:
    names, verbs = names_of(appraisal), _ids(appraisal, actor)
    return [
        {
            "row": row,
            "about": names[row.row],
            "outcome": life().words["rulings"].get(row.outcome),
            "tone": OUTCOME_TONES.get(row.outcome, "grey"),
            "rule": "rule" in verbs and row.answered is None,
            "waits": _waits(row),
        }
        for row in appraisal.contests.select_related("department")
    ]


def _waits(row: AppraisalContest) -> bool:
    """True where it was upheld and nothing was measured again yet."""
    return row.outcome in {"upheld", "partly"} and row.corrected is None


def _results(appraisal: Appraisal) -> dict[str, Any]:
    """Return who stands where: before, after, and in the index of effect."""
    found = appraisal.results or {}
    places = {entry["zh"]: place for place, entry in enumerate(found["before"], 1)}
    after = [
        {
            "name": Text.of(entry["name"]),
            "before": places.get(entry["name"]["zh"]),
            "low": entry["low"],
            "high": entry["high"],
            "band": entry["band"],
        }
        for entry in found["after"]
    ]
    return {
        "after": after,
        "bands": len({entry["band"] for entry in after}),
        "moved": sum(not entry["low"] <= entry["before"] <= entry["high"] for entry in after),
        "effect": [{**entry, "name": Text.of(entry["name"])} for entry in found["effect"]],
        "evaluation": found["evaluation"],
        "notes": [Text.of(note) for note in found["notes"]],
        "sha256": found["sha256"],
    }


def _own(appraisal: Appraisal, lines: list[Line], actor: Actor) -> list[dict[str, Any]]:
    """Return the values of the departments that the person speaks for, by indicator."""
    if appraisal.scope != Appraisal.Scope.DEPARTMENT:
        return []
    rows = appraisal.appraised.filter(department__in=actor.below).select_related("department")
    values = {v["name"]["zh"]: v["scores"] for v in (appraisal.results or {})["values"]}
    found = []
    for row in rows:
        scores = values.get(row.department.name.zh)
        if scores is not None:
            pairs = [(x, f"{s:g}") for x, s in zip(lines, scores, strict=True) if x.scored]
            found.append({"name": row.department.name, "values": pairs})
    return found


def _steps(appraisal: Appraisal) -> list[dict[str, Any]]:
    """Return the way of a round as ``parts.timeline`` takes it, with what is still to come."""
    states = life().states
    done: list[dict[str, Any]] = [{"title": states["drafted"].name, "at": appraisal.made}]
    reached = {"drafted"}
    moves = LeafRow.objects.filter(subject=appraisal.code, event="appraisal.moved").order_by("id")
    for leaf in moves:
        state = Leaf.from_bytes(bytes(leaf.entry)).facts["state"]
        reached.add(state)
        done.append({"title": states[state].name, "at": leaf.at, "receipt": leaf.code})
    if appraisal.state == "withdrawn":
        done[-1]["text"] = appraisal.reason
    if appraisal.state in life().ended:
        return done
    done[-1]["state"] = "now"
    coming = [name for name in ORDER if name not in reached]
    return done + [{"title": states[name].name, "state": "coming"} for name in coming]
