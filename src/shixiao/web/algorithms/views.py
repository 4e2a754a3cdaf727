"""Pages of the register of algorithms: list, entry, history, exports, amended articles, drafts."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.exports import delimited
from shixiao.fairness.algorithms.exporting import as_json, as_sheet, exported
from shixiao.fairness.algorithms.fields import STANDARDS, form
from shixiao.fairness.algorithms.history import changes
from shixiao.fairness.algorithms.scoring import NAMES
from shixiao.records.models import Algorithm, AlgorithmEdition, LeafRow
from shixiao.terms import Text
from shixiao.web.algorithms import showing
from shixiao.web.algorithms.acting import DOINGS, found
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import language, say, words
from shixiao.web.systems.acting import found as found_system
from shixiao.workflows.actors import Actor
from shixiao.workflows.algorithms import amending, drafting, privacy, publishing
from shixiao.workflows.algorithms.standing import all_published, authorities, published, standing
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.reviews import convening

PUBLISHED = Text("已公布。", "Published.")
SENT_BACK = Text("已退回。", "Sent back.")
CONFIRMED = Text("已确认。", "Confirmed.")
BEGUN = Text("请逐项填写，公布须两人。", "Fill it in part by part; two people publish it.")
MOST, DRAFTS = 5_000, 200
TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


class Filter(forms.Form):
    """What is looked for among the entries."""

    level = forms.ChoiceField(label=words("影响等级", "Level of impact"), required=False)
    q = forms.CharField(label=words("名称或机关", "Name or office"), required=False, max_length=100)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        levels = [(str(level), say(text)) for level, text in NAMES.items()]
        fields["level"].choices = [("", say(Text("全部", "All"))), *levels]


class Article(forms.Form):
    """Which article of which law was amended."""

    law = forms.CharField(label=words("法律名称", "Name of the law"), max_length=200)
    article = forms.CharField(label=words("第几条", "Article"), max_length=40)


def listing(request: HttpRequest) -> HttpResponse:
    """List the entries: those that are published, and the drafts that the person may see."""
    actor, filters = actor_on(request), Filter(request.GET)
    asked = filters.cleaned_data if filters.is_valid() else {}
    rows = Algorithm.objects.select_related("system__department").filter(level__isnull=False)
    if asked.get("level"):
        rows = rows.filter(level=int(asked["level"]))
    known, wanted = list(rows[:MOST]), asked.get("q", "").strip()
    if wanted:
        all_of = all_published(known)
        known = [row for row in known if _speaks_of(row, all_of.get(row.pk), wanted)]
    page = page_of(request, known)
    newest = all_published(page)
    waiting = AlgorithmEdition.objects.filter(answered__isnull=True)
    drafts = Algorithm.objects.filter(level__isnull=True).select_related("system__department")
    context = {
        "page": page,
        "filters": filters,
        "rows": [showing.line(row, newest.get(row.pk)) for row in page],
        "waiting": [
            showing.line(each.algorithm, each)
            for each in _seen_by(
                actor,
                publishing.PUBLISH,
                waiting.select_related("algorithm__system__department"),
                100,
            )
        ],
        "calendar": [
            showing.due_line(row)
            for row in convening.calendar(today=timezone.localdate(timezone.now()))[:100]
        ]
        if may(actor, convening.CONVENE)
        else [],
        "drafts": [
            showing.line(row, None) for row in _seen_by(actor, "algorithm.read", drafts, DRAFTS)
        ],
    }
    return render(request, "algorithms/list.html.j2", context)


def _seen_by(actor: Actor, verb: str, rows: QuerySet[Any], most: int) -> list[Any]:
    """Return so many rows at most of those that the person may do something with."""
    if not may(actor, verb):
        return []
    return list(islice((row for row in rows[:MOST] if may(actor, verb, row)), most))


def _speaks_of(row: Algorithm, edition: AlgorithmEdition | None, wanted: str) -> bool:
    """Say whether an entry has words in its names; databases find no Chinese within JSON."""
    entry = edition.content["fields"] if edition else {}
    named = [
        row.system.name,
        row.system.department.name,
        entry.get("name", ""),
        entry.get("summary", ""),
    ]
    told = [row.system.identifier, *entry.get("keywords", ())]
    told += [each for text in named if text for each in Text.of(text).to_json().values()]
    return wanted.strip().casefold() in "\n".join(told).casefold()


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show an entry as everybody may read it.

    Raises:
        Missing: it is not published, and the person may not see drafts.
    """
    actor, row, now = actor_on(request), found(code), timezone.now()
    edition = published(row)
    inside = may(actor, "algorithm.read", row)
    if edition is None:
        if not inside:
            raise Missing(NOT_FOUND)
        return HttpResponseRedirect(reverse("algorithm_draft", args=[row.code]))
    entry = edition.content["fields"]
    today = timezone.localdate(now)
    at_present = standing(row, edition.content, today=today, exact=inside)
    assessments = row.system.privacy_assessments.filter(confirmed=True)[:1]
    context = {
        "row": row,
        "edition": edition,
        "name": Text.of(entry["name"]),
        "summary": Text.of(entry["summary"]),
        "role": form().choices["role"][entry["role"]],
        "level": NAMES[at_present.score.level],
        "tone": showing.TONES[at_present.score.level],
        "moved": at_present.score.level != edition.level,
        "sections": showing.sections(entry),
        "chain": showing.chain(authorities(edition.content)),
        "found": at_present,
        "score": at_present.score,
        "mitigations": showing.mitigations(at_present),
        "answers": showing.answered(edition.content, at_present),
        "findings": showing.findings(at_present),
        "log": at_present.log,
        "privacy": [showing.privacy(each) for each in assessments],
        "reviews": showing.reviews(row, actor),
        "objections": showing.objections(row.system),
        "papers": edition.content.get("papers", {}),
        "standards": form().standards,
        "inside": inside,
        "leaves": LeafRow.objects.filter(subject=row.code).order_by("-at")[:1],
    }
    return render(request, "algorithms/one.html.j2", context)


def history(request: HttpRequest, code: str) -> HttpResponse:
    """Show all editions, and what changed between two of them."""
    row = found(code)
    editions = list(row.editions.filter(confirmed=True).order_by("-number"))
    if not editions:
        raise Missing(NOT_FOUND)
    numbers = {str(each.number): each for each in editions}
    after = numbers.get(request.GET.get("to", ""), editions[0])
    earlier = [each for each in editions if (each.number or 0) < (after.number or 0)]
    before = numbers.get(request.GET.get("from", ""), earlier[0] if earlier else None)
    old = before.content["fields"] if before else {}
    new = after.content["fields"]
    context = {
        "row": row,
        "name": Text.of(editions[0].content["fields"]["name"]),
        "editions": editions,
        "before": before,
        "after": after,
        "changes": changes(old, new, language=language()) if before else (),
        "rest": before is not None and _rest(before) != _rest(after),
    }
    return render(request, "algorithms/history.html.j2", context)


def _rest(edition: AlgorithmEdition) -> dict[str, Any]:
    """Return what an edition holds beside its fields."""
    return {name: value for name, value in edition.content.items() if name != "fields"}


def export(request: HttpRequest, code: str, standard: str, kind: str) -> HttpResponse:
    """Give an edition in the form of a standard.

    Raises:
        Missing: there is no such standard, form or edition.
    """
    row = found(code)
    rows = row.editions.filter(confirmed=True)
    asked = request.GET.get("edition", "")
    numbered = asked.isascii() and asked.isdecimal() and len(asked) < 6
    edition = rows.filter(number=int(asked)).first() if numbered else published(row)
    if standard not in STANDARDS or kind not in TYPES or edition is None:
        raise Missing(NOT_FOUND)
    derived = {
        "organisation": Text.of(row.system.department.name).in_language(language()),
        "number": row.code,
        "edition": edition.number,
        "published": timezone.localdate(edition.answered).isoformat() if edition.answered else "",
        "level": edition.level,
        "url": request.build_absolute_uri(reverse("algorithm", args=[row.code])),
    }
    told = exported(edition.content["fields"], derived, standard, language=language())
    name = f"{row.code}-{standard}"
    data = as_json(told) if kind == "json" else delimited(as_sheet(told, name))
    response = HttpResponse(data, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def articles(request: HttpRequest) -> HttpResponse:
    """Show which entries and rules hang on an article of a law."""
    asked = Article(request.GET if "law" in request.GET else None)
    given = asked.cleaned_data if asked.is_bound and asked.is_valid() else None
    hanging = amending.hanging(given["law"], given["article"]) if given else ()
    context = {
        "form": asked,
        "given": given,
        "hanging": [
            {"line": showing.line(each.algorithm, each.edition), "cited": each.cited}
            for each in hanging
        ],
        "rules": amending.rules_on(given["law"], given["article"]) if given else (),
    }
    return render(request, "algorithms/articles.html.j2", context)


def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin the entry of a system."""
    actor = actor_on(request)
    system = found_system(actor, code)
    try:
        row = drafting.begin_entry(system, actor=actor, at=timezone.now())
        messages.success(request, say(BEGUN))
    except Stale as error:
        messages.warning(request, say(error.text))
        known = Algorithm.objects.filter(system=system).first()
        if known is None:
            return HttpResponseRedirect(reverse("registered", args=[system.code]))
        row = known
    return HttpResponseRedirect(reverse("algorithm_draft", args=[row.code]))


def draft(request: HttpRequest, code: str) -> HttpResponse:
    """Show a draft: what is there, what is lacking, and how it would stand."""
    actor, row = actor_on(request), found(code)
    check(actor, "algorithm.read", row)
    today = timezone.localdate(timezone.now())
    at_present = standing(row, row.draft, today=today, exact=True)
    assessments = row.system.privacy_assessments.all()[:5]
    waiting = row.editions.filter(answered__isnull=True).first()
    context = {
        "row": row,
        "name": row.system.name,
        "edition": published(row),
        "waiting": waiting,
        "may_confirm": waiting is not None and publishing.may_confirm(waiting, actor),
        "papers": row.draft.get("papers", {}),
        "doings": DOINGS if may(actor, drafting.MANAGE, row) else {},
        "may_publish": may(actor, publishing.PUBLISH, row),
        "lacks": publishing.lacking(row.draft, at_present),
        "found": at_present,
        "score": at_present.score,
        "level": NAMES[at_present.score.level],
        "tone": showing.TONES[at_present.score.level],
        "mitigations": showing.mitigations(at_present),
        "findings": showing.findings(at_present),
        "log": at_present.log,
        "privacy": [showing.privacy(each) for each in assessments],
        "sections": showing.sections(row.draft.get("fields", {})),
        "chain": showing.chain(authorities(row.draft)),
    }
    return render(request, "algorithms/draft.html.j2", context)


def answer(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Publish the edition that waits, or send it back."""
    actor, row = actor_on(request), found(code)
    edition = row.editions.filter(pk=entry).first()
    if edition is None:
        raise Missing(NOT_FOUND)
    try:
        if request.POST.get("confirmed") == "yes":
            publishing.confirm(edition, actor=actor, at=timezone.now())
            messages.success(request, say(PUBLISHED))
        else:
            reason = request.POST.get("reason", "")
            publishing.send_back(edition, reason=reason, actor=actor, at=timezone.now())
            messages.success(request, say(SENT_BACK))
    except (Incomplete, Stale) as error:
        messages.warning(request, say(error.text))
    return HttpResponseRedirect(reverse("algorithm_draft", args=[row.code]))


def answer_privacy(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Confirm the impact assessment that waits, or send it back."""
    actor, row = actor_on(request), found(code)
    made = row.system.privacy_assessments.filter(pk=entry).first()
    if made is None:
        raise Missing(NOT_FOUND)
    try:
        if request.POST.get("confirmed") == "yes":
            privacy.confirm(made, actor=actor, at=timezone.now())
            messages.success(request, say(CONFIRMED))
        else:
            reason = request.POST.get("reason", "")
            privacy.send_back(made, reason=reason, actor=actor, at=timezone.now())
            messages.success(request, say(SENT_BACK))
    except (Incomplete, Stale) as error:
        messages.warning(request, say(error.text))
    return HttpResponseRedirect(reverse("algorithm_draft", args=[row.code]))
