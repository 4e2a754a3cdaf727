"""Pages of matching: runs, two lists or a result taken in, one run, what was learned."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import LeafRow, MatchDecision, MatchRun, Organisation, Standard
from shixiao.terms import BadInput, Text
from shixiao.web.matches.forms import REGISTRY, Entering, Filter, Lists, Search
from shixiao.web.matches.showing import (
    SHOWN,
    STATES,
    TO_DECIDE,
    against,
    counts_of,
    entries,
    in_turn,
    line,
    names_of,
    pairs,
)
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, download, page_of
from shixiao.web.shell.pages import language, say
from shixiao.workflows.actors import Actor
from shixiao.workflows.jobs import queue_matching
from shixiao.workflows.matches import asking, dictionary
from shixiao.workflows.matches.asking import Upload, visible
from shixiao.workflows.organisations import offices_of
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale

EACH, LISTED = 20, 50  # wordings on a page, entries of the dictionary on a page
YAML = "application/yaml; charset=utf-8"
TAKEN = Text(
    "已登记：{rows} 项要求，{items} 种说法，其中 {open} 种等待确认。",
    "Entered: {rows} items in {items} wordings, {open} of them to decide.",
)
KNOWN = Text("这份结果此前已经登记。", "This result was entered before.")


def listing(request: HttpRequest) -> HttpResponse:
    """List the runs that the person may see, with how much waits for a person."""
    page = page_of(request, visible(actor_on(request)))
    counts = counts_of(page)
    rows = [(row, STATES[row.state], against(row), *counts.get(row.pk, (0, 0))) for row in page]
    return render(request, "matches/list.html.j2", {"page": page, "rows": rows})


def add(request: HttpRequest) -> HttpResponse:
    """Take two lists in, queue their matching, and go to its page."""
    actor = actor_on(request)
    known = offices_of(actor, "match.run")
    standards = Standard.objects.filter(state="adopted").count()
    given = (request.POST or None, request.FILES or None)
    form = Lists(*given, owners=known, standards=standards)
    if request.method == "POST" and form.is_valid():
        try:
            made = _asked(form.cleaned_data, known, actor)
        except BadInput as error:
            field = "requirements" if _is(error, form.cleaned_data["requirements"]) else "elements"
            form.add_error(field, error.in_language(language()))
        except Incomplete as error:
            form.add_error("against", say(error.text))
        except Stale as error:
            form.add_error(None, say(error.text))
        else:
            return HttpResponseRedirect(reverse("match", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "matches/add.html.j2", {"form": form}, status=status)


@transaction.atomic
def _asked(given: dict[str, Any], known: list[Organisation], actor: Actor) -> MatchRun:
    """Ask for the matching and queue it: both or neither."""
    registry = given["against"] == REGISTRY
    made = asking.ask(
        _upload(given["requirements"]),
        None if registry else _upload(given["elements"]),
        department=next(each for each in known if each.code == given["department"]),
        actor=actor,
        at=timezone.now(),
    )
    queue_matching(made)
    return made


def _is(error: BadInput, upload: Any) -> bool:
    return error.file == asking.name_of(upload.name)


def _upload(upload: Any) -> Upload:
    return Upload(upload.name, upload.read())


def enter(request: HttpRequest) -> HttpResponse:
    """Take in the result of a matching that was made elsewhere."""
    actor = actor_on(request)
    known = offices_of(actor, "match.run")
    form = Entering(request.POST or None, request.FILES or None, owners=known)
    if request.method == "POST" and form.is_valid():
        of = next(each for each in known if each.code == form.cleaned_data["department"])
        try:
            made, new = asking.take_in(
                _upload(form.cleaned_data["file"]), department=of, actor=actor, at=timezone.now()
            )
        except BadInput as error:
            form.add_error("file", error.in_language(language()))
        else:
            open_ = made.items.filter(TO_DECIDE).count()
            numbers = {"rows": made.rows, "items": made.items.count(), "open": open_}
            messages.success(request, say(TAKEN.format(**numbers) if new else KNOWN))
            return HttpResponseRedirect(reverse("match", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "matches/enter.html.j2", {"form": form}, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a run: its progress, then what is offered for each wording; or the pairs as a file."""
    actor = actor_on(request)
    row = found(actor, code)
    wanted = request.GET.get("form", "")
    if wanted in FORMATS:
        return download(pairs(row), wanted)
    form = Filter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    items = row.items.all()
    if asked.get("show"):
        items = items.filter(SHOWN[asked["show"]])
    if asked.get("q"):
        items = items.filter(name__icontains=asked["q"])
    page = page_of(request, in_turn(items), each=EACH)
    names = names_of({each[2] for item in page for each in item.candidates if each[2]})
    took = (row.finished or timezone.now()) - (row.started or timezone.now())
    context = {
        "row": row,
        "state": STATES[row.state],
        "against": against(row),
        "took": int(took.total_seconds()),
        "filters": form,
        "page": page,
        "lines": [line(each, names) for each in page],
        "counts": {name: row.items.filter(of).count() for name, of in SHOWN.items()},
        "all": row.items.count(),
        "may_decide": may(actor, "match.confirm", row),
        "may_run": row.kind != MatchRun.Kind.RESULT and may(actor, "match.run", row),
        "leaf": LeafRow.objects.filter(subject=row.code).first(),
    }
    return render(request, "matches/one.html.j2", context)


def again(request: HttpRequest, code: str) -> HttpResponse:
    """Match the lists of a run once more, with what was learned since."""
    actor = actor_on(request)
    row = found(actor, code)
    try:
        with transaction.atomic():
            made = asking.again(row, actor=actor, at=timezone.now())
            queue_matching(made)
    except (Stale, Incomplete) as error:
        messages.warning(request, say(error.text))
        made = row
    return HttpResponseRedirect(reverse("match", args=[made.code]))


def learned(request: HttpRequest) -> HttpResponse:
    """Show what was learned, or give it as the file that the command reads, or as a sheet."""
    rows = dictionary.known_to(actor_on(request))
    wanted = request.GET.get("form", "")
    if wanted == "yaml":
        response = HttpResponse(dictionary.file_of(rows), content_type=YAML)
        response["Content-Disposition"] = 'attachment; filename="learned.yaml"'
        return response
    if wanted in FORMATS:
        return download(entries(rows), wanted)
    form = Search(request.GET)
    sought = form.cleaned_data["q"] if form.is_valid() else ""
    kept = [each for each in reversed(rows) if sought in f"{each.wording} {each.element_name}"]
    page = page_of(request, kept, each=LISTED)
    context = {"filters": form, "page": page, "total": len(rows)}
    context |= {"rejected": MatchDecision.Kind.NONE}
    return render(request, "matches/learned.html.j2", context)


def found(actor: Actor, code: str) -> MatchRun:
    """Return a run that the person may see.

    Raises:
        Missing: there is none.
    """
    row = visible(actor).filter(code=code).select_related("former").first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
