"""The page of silos: what people are asked for although it is held, and one click to a request."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shixiao.records.models import Organisation
from shixiao.sharing.silos import Way
from shixiao.terms import Estimate, Text
from shixiao.web.results.filters import OfDepartment, departments
from shixiao.web.results.reading import actor_on, chosen
from shixiao.web.shell.lists import page_of
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.permissions import may
from shixiao.workflows.silos import SiloFound, silos_of

WAYS = {
    Way.GRANTED: (Text("已有授权，不必再要", "A grant is in force"), "amber"),
    Way.FREE: (Text("无条件共享，申请即可得", "Shared without condition"), "plain"),
    Way.ON_CONDITION: (Text("有条件共享，说明用途即可申请", "Shared on condition"), "plain"),
    Way.WITHHELD: (Text("所引依据不足以不予共享", "Withheld without a proper basis"), "red"),
}


def listing(request: HttpRequest) -> HttpResponse:
    """List silos of the newest published evaluation, those that cost people most first."""
    actor, evaluation = actor_on(request), chosen(request)
    form = OfDepartment(request.GET, departments=departments())
    asking = form.asked().get("department", "")
    found, why = silos_of(evaluation) if evaluation is not None else ([], None)
    rows = [each for each in found if asking in {"", each.department, each.holder}]
    page = page_of(request, rows)
    whole = evaluation is not None and may(actor, "evaluation.read", evaluation)
    names = dict(Organisation.objects.values_list("code", "name"))
    mine = _asking_for(actor)
    context = {
        "evaluation": evaluation,
        "why": why,
        "filters": form,
        "page": page,
        "rows": [_line(each, names, whole=whole, mine=mine) for each in page],
    }
    return render(request, "sharing/silos.html.j2", context)


def _asking_for(actor: Actor) -> set[str]:
    """Return the codes of departments for which the person may write requests."""
    rows = Organisation.objects.filter(kind="department", active=True)
    return {row.code for row in rows if may(actor, "request.draft", row)}


def _line(silo: SiloFound, names: dict[str, Any], *, whole: bool, mine: set[str]) -> dict[str, Any]:
    """Return a silo as the page shows it; few people have no number but for those inside."""
    way, tone = WAYS[Way(silo.way)]
    draft = silo.item is not None and silo.way != Way.GRANTED and silo.department in mine
    return {
        "silo": silo,
        "asker": names.get(silo.department, silo.department),
        "holder": silo.holder_name,
        "dataset": silo.item.name if silo.item else None,
        "to": reverse("dataset", args=[silo.item.code]) if silo.item else "",
        "way": way,
        "tone": tone,
        "hours": _hours(silo.hours, silo.cases) if whole or _enough(silo.cases) else None,
        "draft": drafting(silo) if draft else "",
    }


def drafting(silo: SiloFound) -> str:
    """Return the address at which a request for the dataset is written, filled in by the silo."""
    code = silo.item.code if silo.item else ""
    return f"{reverse('request_add', args=[code])}?{urlencode({'silo': silo.key})}"


def _enough(cases: Estimate | None) -> bool:
    """Say whether enough people stand behind a number to make it public (rule E-16)."""
    return cases is not None and (cases.n or 0) >= pack().number("E-16")


def _hours(hours: Estimate | None, cases: Estimate | None) -> Text | None:
    """Say what would be saved, with its interval and the cases that it is worked out for."""
    if hours is None or cases is None:
        return None
    numbers = [n for n in (hours.value, hours.low, hours.high, cases.value) if n is not None]
    if len(numbers) < 4:
        return None
    value, low, high, n = (f"{number:,.0f}" for number in numbers)
    return Text(
        f"每年约 {value} 小时（{low}–{high}），按每年约 {n} 件计",
        f"about {value} hours a year ({low}–{high}), from about {n} cases a year",
    )
