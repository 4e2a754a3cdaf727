"""Pages of people: who holds which post, and making, changing and closing accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Account, Identity, LeafRow, Organisation, Post
from shixiao.terms import Text
from shixiao.web.people.forms import Document, NewAccount, NewPost, Search
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import ROWS
from shixiao.web.shell.pages import say
from shixiao.workflows import identities, people
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.roles import table

GIVEN = Text("岗位已登记，写入存证账本。", "The post is entered, and goes on record in the ledger.")
PROVEN = Text("身份已核验，号码加密保存。", "The identity is proven; its number is kept encrypted.")
ENDED = Text("岗位到今天为止，写入存证账本。", "The post ends today; this goes on record.")
CLOSED = Text(
    "账号已停用：不能再登录，岗位到今天为止，令牌已撤销。",
    "The account is closed: nobody signs in with it, its posts end today, its tokens are revoked.",
)


def listing(request: HttpRequest) -> HttpResponse:
    """List accounts with their posts; names are encrypted, so they are searched here."""
    form = Search(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    posts = Post.objects.select_related("organisation").order_by("-starts")
    rows = Account.objects.order_by("login").prefetch_related(Prefetch("posts", posts))
    if asked.get("role"):
        rows = rows.filter(posts__role=asked["role"]).distinct()
    words = str(asked.get("q", "")).strip().casefold()
    found = [row for row in rows if words in row.login or words in str(row.name).casefold()]
    context = {
        "filters": form,
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")),
        "roles": table().roles,
        "today": timezone.localdate(),
    }
    return render(request, "people/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Make an account; the answer shows its password, once."""
    form = NewAccount(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, password = people.add_account(**given, actor=actor_on(request), at=timezone.now())
        except (Incomplete, Stale) as error:
            form.add_error("login", say(error.text))
        else:
            return _told(request, made, password)
    status = 422 if request.method == "POST" else 200
    return render(request, "people/add.html.j2", {"form": form}, status=status)


def one(request: HttpRequest, account: str) -> HttpResponse:
    """Show an account with its posts; an administrator gives posts here."""
    return _page(request, _found(account), None)


def give_post(request: HttpRequest, account: str) -> HttpResponse:
    """Give a person a post."""
    known = _found(account)
    form = NewPost(request.POST, account=known, today=timezone.localdate())
    if form.is_valid():
        given = form.cleaned_data
        try:
            people.give_post(
                known,
                Organisation.objects.get(pk=given["organisation"]),
                given["role"],
                starts=given["starts"],
                ends=given["ends"],
                instead_of=_stood_in_for(given["instead_of"]),
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            return _back(request, known, GIVEN)
    return _page(request, known, form)


def end_post(request: HttpRequest, post: str) -> HttpResponse:
    """End a post from today on."""
    held = Post.objects.filter(pk=post).select_related("account").first()
    if held is None:
        raise Missing(NOT_FOUND)
    people.end_post(held, actor=actor_on(request), at=timezone.now())
    return _back(request, held.account, ENDED)


def close(request: HttpRequest, account: str) -> HttpResponse:
    """Close an account."""
    known = _found(account)
    people.close_account(known, actor=actor_on(request), at=timezone.now())
    return _back(request, known, CLOSED)


def new_password(request: HttpRequest, account: str) -> HttpResponse:
    """Give a person a new password; the answer shows it, once."""
    known = _found(account)
    password = people.reset_password(known, actor=actor_on(request), at=timezone.now())
    return _told(request, known, password)


def prove_identity(request: HttpRequest, account: str) -> HttpResponse:
    """Keep the number of a person's document."""
    known = _found(account)
    form = Document(request.POST)
    if form.is_valid():
        number = form.cleaned_data["number"]
        try:
            identities.prove(known, number, actor=actor_on(request), at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            return _back(request, known, PROVEN)
    return _page(request, known, None, document=form)


def _stood_in_for(pk: str) -> Post | None:
    return Post.objects.filter(pk=pk).first() if pk else None


def _found(pk: str) -> Account:
    found = Account.objects.filter(pk=pk).first()
    if found is None:
        raise Missing(NOT_FOUND)
    return found


def _page(
    request: HttpRequest,
    known: Account,
    form: NewPost | None,
    *,
    document: Document | None = None,
) -> HttpResponse:
    actor, today = actor_on(request), timezone.localdate()
    posts = known.posts.select_related("organisation", "stands_in_for__account", "given_by")
    manages = may(actor, "people.manage") and known.is_active
    keys = [str(known.pk), *(str(post.pk) for post in posts)]
    context: dict[str, Any] = {
        "known": known,
        "posts": posts.order_by("-starts"),
        "roles": table().roles,
        "today": today,
        "manages": manages,
        "own": actor.account is not None and actor.account.pk == known.pk,
        "form": form or (NewPost(account=known, today=today) if manages else None),
        "document": document or Document(),
        "identified": Identity.objects.filter(account=known).first(),
        "leaves": LeafRow.objects.filter(subject__in=keys).order_by("id"),
    }
    return render(request, "people/one.html.j2", context, status=422 if form or document else 200)


def _told(request: HttpRequest, account: Account, password: str) -> HttpResponse:
    context = {"known": account, "password": password}
    answer = render(request, "people/password.html.j2", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _back(request: HttpRequest, account: Account, said: Text) -> HttpResponse:
    messages.success(request, say(said))
    return HttpResponseRedirect(reverse("person", args=[account.pk]))
