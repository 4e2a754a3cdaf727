"""Pages of consultations for everybody: what is open, a matter with its course, results, data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import (
    DecisionMatter,
    DraftComment,
    Hearing,
    LeafRow,
    OpinionGroup,
)
from shixiao.terms import Text
from shixiao.voice.decree713 import table
from shixiao.web.consultations.showing import (
    REFUSED,
    group_line,
    hearing_line,
    is_open,
    line,
    opinion_view,
    shown_count,
    stands,
    steps_of,
)
from shixiao.web.results.clocks import clock
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.limits import limit
from shixiao.web.shell.lists import page_of
from shixiao.workflows.actors import Actor
from shixiao.workflows.consultations import exporting
from shixiao.workflows.consultations.grouping import FEWEST_SHOWN
from shixiao.workflows.consultations.hearings import newest_draw, registering
from shixiao.workflows.consultations.judging import grounds
from shixiao.workflows.consultations.making import consulted_draft
from shixiao.workflows.consultations.moving import ENDED, PERIOD, doable
from shixiao.workflows.consultations.replying import owed, what_changed
from shixiao.workflows.consultations.taking import VOTES, many_codes
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Missing

DAY = timedelta(days=1)
MOST_SHOWN, MOST_GROUPS, MOST_COMMENTS, MOST_ADDED = 50, 500, 50, 2_000
MOST_FILES = 120  # an hour from one address
TOO_MANY = Text(
    "一小时内下载得太多，请稍后再来。",
    "Too many files were asked for within an hour. Come again later.",
)
EXPERT = Text("登记一名专家的论证意见", "Enter the opinion of an expert")
FREEZE = Text("冻结听证报名名册", "Freeze the pool of the hearing")
ENTER = Text("录入来信和窗口意见", "Enter letters and notes of counters")
JUDGE = Text("审核意见和表态句（{n} 条待审）", "Judge comments and statements ({n} wait)")
REPLY = Text("答复各组意见（{n} 组未答复）", "Reply to groups of opinion ({n} are open)")


def listing(request: HttpRequest) -> HttpResponse:
    """List what is open to everybody first, then all matters."""
    today = timezone.localdate()
    rows = DecisionMatter.objects.select_related("department")
    open_ = rows.filter(until__gte=today).exclude(state=ENDED).order_by("until", "id")[:MOST_SHOWN]
    hearings = Hearing.objects.filter(day__gte=today).exclude(matter__state=ENDED)
    hearings = hearings.select_related("matter__department")
    page = page_of(request, rows)
    context = {
        "open": [line(row, today) for row in open_],
        "hearings": [
            hearing_line(each, today) for each in hearings.order_by("day", "id")[:MOST_SHOWN]
        ],
        "page": page,
        "rows": [line(row, today) for row in page],
        "may_add": may(actor_on(request), "consultation.manage"),
    }
    return render(request, "consultations/list.html.j2", context)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a matter: its course as steps, the draft by article, and what can be done now."""
    row, actor, today = found(code), actor_on(request), timezone.localdate()
    events = list(row.events.all())
    standing, open_ = stands(events), is_open(row, today)
    public = "open" in standing or inside(actor, row)
    draft = row.drafts.first() if public else None
    consulted = consulted_draft(row) if "open" in standing else None
    hearing = Hearing.objects.filter(matter=row).first()
    context = {
        "row": row,
        "steps": steps_of(events, public=public),
        "public": public,
        "open": open_,
        "now": table().steps.get(row.state),
        "clock": clock(row.until, PERIOD) if open_ else None,
        "draft": consulted if open_ else draft or consulted,
        "revised": bool(draft and consulted and draft.number > consulted.number),
        "kind": table().words["kinds"].get(row.kind),
        "origin": table().words["origins"].get(row.origin),
        "hearing": hearing,
        "registering": hearing is not None and registering(hearing, today),
        "verbs": _verbs(row, actor, standing, hearing),
        "may_vote": open_ and row.statements.filter(state="shown").exists(),
        "experts": row.expert_opinions.all() if public else (),
        "leaf": LeafRow.objects.filter(subject=row.code).order_by("-at").first(),
        "settled": "settle" in standing,
        "withheld": "withhold" in standing,
        "suspended": "suspend" in standing,
    }
    return render(request, "consultations/one.html.j2", context)


def results(request: HttpRequest, code: str) -> HttpResponse:
    """Show what was said: groups of opinion, what all agree on, copies, and the replies."""
    row, actor = found(code), actor_on(request)
    within = inside(actor, row)
    statements = {str(s.number): s.text for s in row.statements.filter(state="shown")}
    shown = DraftComment.objects.filter(group=OuterRef("pk"), state="shown")
    groups = list(row.groups.filter(size__gt=0).annotate(shown=Exists(shown))[:MOST_GROUPS])
    comments = row.comments.filter(state="shown").exclude(group__kind="copies")
    added = _added(row)
    page = page_of(request, comments.order_by("-number"), each=MOST_COMMENTS)
    voted = row.participants.filter(votes__isnull=False).distinct().count()
    kinds = row.refused.order_by().values("kind").annotate(n=Sum("count"))
    refused = dict(kinds.values_list("kind", "n"))
    unshown = row.comments.filter(state="hidden").order_by().values("ground")
    hidden = dict(unshown.annotate(n=Count("id")).values_list("ground", "n"))
    run = row.opinion_runs.first()
    context = {
        "row": row,
        "inside": within,
        "view": opinion_view(run, statements, inside=within),
        "groups": [
            group_line(g, shown=g.shown, inside=within)
            | {"added": added.get(g.pk, []), "speaks": _speaks(g, statements)}
            for g in groups
        ],
        "may_reply": may(actor, "consultation.manage", row),
        "page": page,
        "comments": list(page),
        "counts": {
            "comments": f"{row.comments.count():,}",
            "waiting": row.comments.filter(state="waiting").count(),
            "voters": shown_count(voted),
            "many": shown_count(many_codes(row)),
        },
        "hidden": [(grounds()[name].name, n) for name, n in sorted(hidden.items())],
        "refused": [(REFUSED[kind], n) for kind, n in sorted(refused.items()) if kind in REFUSED],
        "data": exporting.FILES,
        "enough": voted >= FEWEST_SHOWN,
    }
    return render(request, "consultations/results.html.j2", context)


def changes(request: HttpRequest, code: str) -> HttpResponse:
    """Show what changed because of what people said: old and new text by article."""
    row = found(code)
    context = {"row": row, "changes": what_changed(row) if row.until else []}
    return render(request, "consultations/changes.html.j2", context)


def data(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Give a file of open data."""
    limit(request, "consultation-data", MOST_FILES, TOO_MANY)
    row = found(code)
    if name not in exporting.FILES:
        raise Missing(NOT_FOUND)
    response = HttpResponse(exporting.export(row, name), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.code}-{name}"'
    return response


def found(code: str) -> DecisionMatter:
    """Return the matter of that code.

    Raises:
        Missing: there is none.
    """
    row = DecisionMatter.objects.select_related("department", "system").filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def inside(actor: Actor, row: DecisionMatter) -> bool:
    """Say whether the person reads what is not public of a matter."""
    return may(actor, "consultation.read", row)


def _added(row: DecisionMatter) -> dict[UUID, list[str]]:
    """Return what people added to each template, where it is shown, by the group."""
    found: dict[UUID, list[str]] = {}
    copies = row.comments.filter(state="shown", group__kind="copies")
    for each in copies[:MOST_ADDED]:
        if each.added and each.group_id is not None:
            found.setdefault(each.group_id, []).append(each.added)
    return found


def _speaks(group: OpinionGroup, texts: Mapping[str, str]) -> list[tuple[Text, str]]:
    """Return what sets a group of opinion apart; nothing of one that is too small to be told."""
    if group.size < FEWEST_SHOWN:
        return []
    said = group.details.get("speaks", ())
    return [
        (VOTES[each["vote"]], texts[each["statement_id"]])
        for each in said
        if each["statement_id"] in texts
    ]


def _verbs(
    row: DecisionMatter, actor: Actor, standing: frozenset[str], hearing: Hearing | None
) -> list[dict[str, Any]]:
    """Return what the person can do, with its address and the first day on which it can be done."""
    today, found_ = timezone.localdate(), []
    for each in doable(row, actor, today):
        to = reverse("consultation_act", args=[row.code, each.event.id])
        first = each.first
        if each.event.id == "choose" and newest_draw(row) is None:
            continue
        found_.append({"name": each.event.name, "to": to, "first": first})
    manages = may(actor, "consultation.manage", row)
    if manages and "draft" in standing and not standing & {"argue", "skip_experts", "stop"}:
        to = reverse("consultation_expert", args=[row.code])
        found_.append({"name": EXPERT, "to": to, "first": None})
    if manages and "open" in standing and not standing & {"settle", "stop"}:
        to = reverse("consultation_enter", args=[row.code])
        found_.append({"name": ENTER, "to": to, "first": None})
    open_ = owed(row).count() if manages and "close" in standing and "stop" not in standing else 0
    if open_:
        to = reverse("consultation_results", args=[row.code]) + "#groups"
        found_.append({"name": REPLY.format(n=open_), "to": to, "first": None})
    if may(actor, "consultation.moderate", row) and row.department_id not in actor.below:
        waiting = sum(
            rows.filter(state="waiting").count() for rows in (row.comments, row.statements)
        )
        to = reverse("consultation_judge", args=[row.code])
        if waiting:
            found_.append({"name": JUDGE.format(n=waiting), "to": to, "first": None})
    convenes = may(actor, "hearing.convene", row) and "stop" not in standing
    if convenes and hearing is not None and newest_draw(row) is None:
        to = reverse("consultation_act", args=[row.code, "freeze"])
        after = hearing.until + DAY
        found_.append(
            {"name": FREEZE, "to": to, "first": after if today <= hearing.until else None}
        )
    return found_
