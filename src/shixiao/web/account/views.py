"""Signing in with its lock, the own account, and its sessions."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.views import LoginView, PasswordChangeView
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.providers.openid_connect.views import login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from requests import RequestException

from shixiao.records.models import Account, Post
from shixiao.terms import Text, Unavailable
from shixiao.web.account.adapters import LOCKED
from shixiao.web.account.forms import Language
from shixiao.web.account.sessions import elsewhere, end_elsewhere, signed_in_at
from shixiao.web.shell.pages import say
from shixiao.workflows.refusals import Forbidden
from shixiao.workflows.roles import table

SIGNS_ON_ELSEWHERE = Text(
    "您用政务统一身份认证登录，密码请在认证系统修改。",
    "You use government single sign-on: change your password there.",
)
SIGN_ON_IS_DOWN = Text(
    "政务统一身份认证暂时连不上。请稍后再试，或者用登录名和密码登录。",
    "Government single sign-on cannot be reached for now. Try again later, or sign in with login"
    " name and password.",
)
LANGUAGE_KEPT = Text(
    "以后的通知用中文写给您。", "From now on notices to you are written in English."
)
SIGNED_OUT = Text("已退出其他 {n} 处登录。", "{n} other sign-ins have been ended.")


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class SignIn(LoginView):
    """Sign in; an account that rests after wrong passwords answers 429."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Answer with the form and what is wrong."""
        response: HttpResponse = super().form_invalid(form)
        if form.has_error("__all__", LOCKED):
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return response


class ChangePassword(PasswordChangeView):
    """Change the password, where the account has one here."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer.

        Raises:
            Forbidden: the person signs on elsewhere and has no password here.
        """
        if not _account(request).has_usable_password():
            raise Forbidden(SIGNS_ON_ELSEWHERE)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


def single_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the person to the government's sign-on service.

    Raises:
        Unavailable: the service does not answer.
    """
    try:
        answer: HttpResponse = login(request, provider_id)
    except RequestException as down:
        raise Unavailable(SIGN_ON_IS_DOWN) from down
    return answer


def account(request: HttpRequest) -> HttpResponse:
    """Show the own account, and keep the language of notices."""
    known = _account(request)
    form = Language(request.POST or None, initial={"language": known.language})
    if form.is_valid():
        known.language = form.cleaned_data["language"]
        known.save(update_fields=["language"])
        messages.success(request, LANGUAGE_KEPT.in_language(known.language))
        return HttpResponseRedirect(reverse("account"))
    posts = Post.objects.filter(account=known).select_related(
        "organisation", "stands_in_for__account"
    )
    context = {
        "known": known,
        "form": form,
        "posts": posts.order_by("-starts"),
        "roles": table().roles,
        "second_factor": is_mfa_enabled(known),
        "has_password": known.has_usable_password(),
        "since": signed_in_at(request.session),
        "elsewhere": sum(1 for _ in elsewhere(known, request.session.session_key)),
    }
    return render(request, "account/account.html.j2", context)


def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    ended = end_elsewhere(_account(request), request.session.session_key)
    messages.success(request, say(SIGNED_OUT.format(n=ended)))
    return HttpResponseRedirect(reverse("account"))


def _account(request: HttpRequest) -> Account:
    """Return who has signed in; the guard let nobody else come here."""
    actor = request.actor  # type: ignore[attr-defined]
    found: Account = actor.account
    return found
