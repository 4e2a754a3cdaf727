"""Cases in words: state, clock, way, and what the person at the page can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from shixiao.records.models import Case, Step
from shixiao.terms import Text
from shixiao.web.results.clocks import clock
from shixiao.web.results.words import kind_name
from shixiao.web.shell.pages import say, t
from shixiao.workflows.actors import Actor
from shixiao.workflows.cases.deciding import decision_on
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import why_not
from shixiao.workflows.lives import Verb

TONES = {"closed": "green", "shown": "green", "dropped": "grey", "lead": "grey"}
OTHER_VERBS: Mapping[str, Text] = {
    "enter": Text("登记线索", "Lead entered"),
    "group": Text("并案", "Grouped"),
    "ungroup": Text("撤销并案", "Taken out of the group"),
}
BY = {
    "department": Text("部门", "the department"),
    "bureau": Text("数据局", "the bureau"),
    "inspectorate": Text("督查", "the inspectorate"),
    "evaluator": Text("第三方评估", "the evaluating body"),
    "panel": Text("专家", "an expert"),
}


def title_of(case: Case) -> Text:
    """Return what a case is about."""
    if case.finding is None:
        return Text.of(case.name)
    kind = kind_name(case.finding.kind)
    return Text(f"{kind.zh}：{case.name.zh}", f"{kind.en}: {case.name.en}")


def clock_of(case: Case, today: date | None = None) -> dict[str, Any]:
    """Return the clock of the present state, as ``parts.deadline`` takes it."""
    if case.state in life().ended:
        return {"state": "none"}
    return clock(case.due, case.due_rule, today)


def case_line(case: Case) -> dict[str, Any]:
    """Return a case as a line of a list, as ``parts.inbox_row`` takes it."""
    state = life().states[case.state]
    line: dict[str, Any] = {
        "title": title_of(case),
        "to": reverse("case", args=[case.code]),
        "from": t(f"{case.code} · ", f"{case.code} · ")
        + (say(case.department.name) if case.department else t("未指定部门", "no department yet")),
        "tag": state.name,
        "tone": TONES.get(state.id, "plain"),
    }
    if state.owner is not None and case.due is not None:
        line["clock"] = clock_of(case)
    return line


def verb_name(verb: str) -> Text:
    """Return what a step is called."""
    known = life().verbs.get(verb)
    return OTHER_VERBS[verb] if known is None else known.name


def way_of(case: Case, steps: list[Step], *, inside: bool) -> list[dict[str, Any]]:
    """Return the steps of a case as ``parts.timeline`` takes them.

    Outside, neither persons nor reasons are shown, except what has to be public: why numbers were
    overridden.
    """
    shown: list[dict[str, Any]] = []
    for step in steps:
        public = step.verb == "override"
        shown.append(
            {
                "title": verb_name(step.verb),
                "at": step.at,
                "by": _by(step) if inside else None,
                "text": step.reason if (inside or public) and step.reason else None,
                "receipt": step.leaf.code if step.leaf else "",
                "links": [
                    (attachment.name, reverse("attachment", args=[case.code, attachment.pk]))
                    for attachment in step.attachments.all()
                ]
                if inside
                else [],
            }
        )
    state = life().states[case.state]
    if state.owner is not None:
        shown.append({"title": _waiting(state.name, state.owner), "state": "now"})
    return shown


def _waiting(state: Text, owner: Text) -> Text:
    return Text(f"{state.zh}，等待{owner.zh}", f"{state.en}, waits for {owner.en}")


def _by(step: Step) -> Text:
    if step.by is None:
        return Text("系统", "the system")
    names = [str(step.by)] + ([str(step.second)] if step.second else [])
    return Text("、".join(names), " and ".join(names))


def doable(actor: Actor, case: Case, *, at: datetime) -> list[Verb]:
    """Return what the person can do with the case now, in documented order."""
    hidden = {"measure"}  # it is taken on its day, by nobody's hand
    if decision_on(case) is not None:
        hidden.add("decide")
    return [
        verb
        for verb in life().verbs_from(case.state)
        if verb.id not in hidden and why_not(actor, verb, case, today=at) is None
    ]


def place_of(case: Case) -> str:
    """Return where the case stands in the loop."""
    return life().states[case.state].place
