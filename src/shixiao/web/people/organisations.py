"""Organisations in their tree, and entering those that do not come with evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Organisation
from shixiao.terms import Text
from shixiao.web.people.forms import KINDS, NewOrganisation
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.workflows.organisations import enter_organisation
from shixiao.workflows.refusals import Incomplete


def listing(request: HttpRequest) -> HttpResponse:
    """Show the tree: each organisation under the one above it."""
    rows = Organisation.objects.annotate(held=Count("posts")).order_by("kind", "code")
    context = {"rows": list(_tree(rows)), "kinds": KINDS}
    return render(request, "people/organisations.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Enter an organisation."""
    form = NewOrganisation(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        above = given["parent"]
        try:
            enter_organisation(
                kind=given["kind"],
                code=given["code"],
                name=Text(given["name_zh"], given["name_en"]),
                parent=Organisation.objects.filter(pk=above).first() if above else None,
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            return HttpResponseRedirect(reverse("organisations"))
    status = 422 if request.method == "POST" else 200
    return render(request, "people/organisation_add.html.j2", {"form": form}, status=status)


def _tree(rows: Iterable[Organisation]) -> Iterator[tuple[int, Organisation]]:
    """Give each organisation after the one above it, with its depth."""
    below: dict[UUID | None, list[Organisation]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    waiting = [(0, row) for row in reversed(below.get(None, []))]
    while waiting:
        depth, row = waiting.pop()
        yield depth, row
        waiting += [(depth + 1, child) for child in reversed(below.get(row.pk, []))]
