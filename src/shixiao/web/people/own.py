"""What a person declares and lends: relations to organisations, and tokens for programs."""

from __future__ import annotations

from datetime import datetime, time

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Organisation, Relation, Token
from shixiao.web.people.forms import NewRelation, NewToken
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.workflows import people, tokens
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing


def relations(request: HttpRequest) -> HttpResponse:
    """Show the own relations, and declare one."""
    actor = actor_on(request)
    form = NewRelation(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        of = Organisation.objects.get(pk=given["organisation"])
        try:
            people.declare_relation(
                of, explanation=given["explanation"], actor=actor, at=timezone.now()
            )
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            return HttpResponseRedirect(reverse("relations"))
    rows = Relation.objects.filter(account=actor.account).select_related("organisation")
    context = {"form": form, "rows": rows.order_by("-declared")}
    status = 422 if request.method == "POST" else 200
    return render(request, "people/relations.html.j2", context, status=status)


def end_relation(request: HttpRequest, relation: str) -> HttpResponse:
    """Say that a relation is no more."""
    actor = actor_on(request)
    found = Relation.objects.filter(pk=relation, account=actor.account).first()
    if found is None:
        raise Missing(NOT_FOUND)
    people.end_relation(found, actor=actor, at=timezone.now())
    return HttpResponseRedirect(reverse("relations"))


def own_tokens(request: HttpRequest) -> HttpResponse:
    """Show the own tokens, and make one; the answer shows its text, once."""
    actor, now = actor_on(request), timezone.now()
    form, text = NewToken(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        end = timezone.make_aware(datetime.combine(given["expires"], time()))
        try:
            _, text = tokens.make_token(
                name=given["name"], scopes=given["scopes"], expires=end, actor=actor, at=now
            )
            form = NewToken()
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
    rows = Token.objects.filter(account=actor.account)
    context = {"form": form, "rows": rows, "text": text, "scopes": tokens.SCOPES, "now": now}
    status = 422 if request.method == "POST" and not text else 200
    answer = render(request, "people/tokens.html.j2", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def revoke(request: HttpRequest, token: str) -> HttpResponse:
    """Revoke a token of one's own."""
    actor = actor_on(request)
    found = Token.objects.filter(pk=token, account=actor.account).first()
    if found is None:
        raise Missing(NOT_FOUND)
    tokens.revoke_token(found, actor=actor, at=timezone.now())
    return HttpResponseRedirect(reverse("tokens"))
