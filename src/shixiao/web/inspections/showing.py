"""Plans and inspections in words, as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Draw, Inspection, InspectionPlan, Organisation
from shixiao.seals import canonical_json
from shixiao.terms import Text
from shixiao.web.requests.showing import ledger_of
from shixiao.workflows.actors import Actor
from shixiao.workflows.inspections.carrying import is_drawn, life
from shixiao.workflows.inspections.drawing import team
from shixiao.workflows.inspections.planning import plan_life
from shixiao.workflows.permissions import may

TONES = {
    "frozen": "amber",
    "drawn": "amber",
    "ended": "green",
    "dropped": "grey",
    "sealed": "plain",
    "running": "amber",
    "reported": "amber",
    "clean": "green",
    "faulty": "red",
    "missed": "red",
    "gone": "grey",
}
VERBS = {"running": ("report",), "reported": ("confirm", "send_back"), "sealed": ("start",)}
NAMES = {
    "start": Text("启封并开始检查", "Break the seal and start"),
    "report": Text("提出结果", "Report the result"),
    "confirm": Text("确认结果", "Confirm the result"),
    "send_back": Text("退回", "Send back"),
}


def called(plan: InspectionPlan) -> Text:
    """Return what a plan is called: by its period."""
    starts, ends = both_days(plan.starts), both_days(plan.ends)
    return Text(f"{starts.zh}至{ends.zh}的抽查", f"Inspections from {starts.en} to {ends.en}")


def numbered(row: Inspection) -> Text:
    """Return what an inspection is called: by its number, and its system once that is known."""
    if row.system is None:
        return Text(f"第 {row.number} 次抽查（封存）", f"Inspection {row.number} (sealed)")
    return Text(
        f"第 {row.number} 次抽查：{row.system.name.zh}",
        f"Inspection {row.number}: {row.system.name.en}",
    )


def plan_line(row: InspectionPlan) -> dict[str, Any]:
    """Return a plan as a line of a list."""
    state = plan_life().states[row.state]
    certain = sum(each["certain"] for each in row.systems)
    return {
        "title": called(row),
        "to": reverse("inspection_plan", args=[row.code]),
        "about": Text(
            f"{len(row.systems):,} 个系统，抽 {row.size:,} 个，必查 {certain:,} 个",
            f"{len(row.systems):,} systems; {row.size:,} drawn, {certain:,} in any case",
        ),
        "from": row.code,
        "tag": state.name,
        "tone": TONES[row.state],
    }


def inspection_line(row: Inspection) -> dict[str, Any]:
    """Return an inspection as a line of a list; of a sealed one nothing but its commitment."""
    sealed = format_html('<span class="hash">SHA-256 {}</span>', row.commitment)
    about = row.system.department.name if row.system else sealed
    return {
        "title": numbered(row),
        "to": reverse("inspection", args=[row.plan.code, row.number]),
        "about": about,
        "tag": life().states[row.state].name,
        "tone": TONES[row.state],
    }


def chances(plan: InspectionPlan) -> list[dict[str, Any]]:
    """Return the table of a plan, the likeliest first, with the departments by name."""
    names = dict(Organisation.objects.values_list("code", "name"))
    rows = [
        row
        | {
            "name": Text.of(row["name"]),
            "department": Text.of(names.get(row["department"], row["department"])),
        }
        for row in plan.systems
    ]
    return sorted(rows, key=lambda row: (-row["chance"], row["system"]))


def plan_shown(plan: InspectionPlan, actor: Actor) -> dict[str, Any]:
    """Return what the page of a plan shows."""
    rows = list(plan.inspections.select_related("plan", "system__department"))
    mine = [row for row in rows if row.state in VERBS and is_drawn(row, actor)]
    return {
        "plan": plan,
        "title": called(plan),
        "state": plan_life().states[plan.state],
        "tone": TONES[plan.state],
        "chances": chances(plan),
        "rows": [inspection_line(row) for row in rows],
        "mine": [inspection_line(row) for row in mine],
        "verbs": plan_verbs(plan, actor),
        "people": plan.inspectors.count(),
        "draws": Draw.objects.filter(subject=plan.code, about="").order_by("tag"),
        "leaves": ledger_of(plan.code),
    }


def plan_verbs(plan: InspectionPlan, actor: Actor) -> list[tuple[str, Text]]:
    """Return what the person can do with a plan now."""
    found = []
    if plan.state == "frozen" and may(actor, "inspection.plan"):
        verbs = plan_life().verbs
        found = [(name, verbs[name].name) for name in ("draw", "drop")]
    if plan.state == "drawn" and may_excuse(plan, actor):
        found = [("excuse", Text("有人退出", "Excuse an inspector"))]
    return found


def may_excuse(plan: InspectionPlan, actor: Actor) -> bool:
    """Say whether the person may excuse somebody: who plans, and everybody himself."""
    if may(actor, "inspection.plan"):
        return True
    rows = plan.inspectors.filter(account=actor.account, excused__isnull=True)
    return actor.account is not None and rows.exists()


def verbs_of(row: Inspection, actor: Actor) -> list[tuple[str, Text]]:
    """Return what the person can do with an inspection now: only those who were drawn can."""
    if row.state not in VERBS or not is_drawn(row, actor):
        return []
    own = row.state == "reported" and actor.account is not None
    if own and row.reported_by_id == actor.account.pk:  # type: ignore[union-attr]
        return []
    return [(name, NAMES[name]) for name in VERBS[row.state]]


def inspection_shown(row: Inspection, actor: Actor) -> dict[str, Any]:
    """Return what the page of an inspection shows."""
    people = team(row)
    return {
        "row": row,
        "plan": row.plan,
        "title": numbered(row),
        "above": called(row.plan),
        "state": life().states[row.state],
        "tone": TONES[row.state],
        "verbs": verbs_of(row, actor),
        "team": _names(row, people, actor),
        "content": canonical_json(row.sealed).decode() if row.system else "",
        "leaves": ledger_of(row.code),
    }


def _names(row: Inspection, people: Sequence[Any], actor: Actor) -> list[str]:
    """Return who inspects: by code for everybody, by name for those who read the system's files."""
    if row.system is None:
        return []
    inside = may(actor, "system.read", row.system)
    return [f"{one.account} · {one.code}" if inside else one.code for one in people]
