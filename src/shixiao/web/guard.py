"""The guard: every address stands in ``access.yaml``; what does not is answered to nobody.

An entry names, for each method, who may ask: ``everyone``, ``signed in``, or a verb of the
permission table. Programs (``/api/``, ``/metrics``) come with a token and never with a cookie.
Whether a person may see or change *this* record is asked again by the view and
the act, by the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from shixiao.datafiles import load_yaml
from shixiao.terms import Text
from shixiao.web.api.bearer import actor_behind, token_on
from shixiao.web.shell.problems import is_program, problem
from shixiao.workflows.actors import NOBODY, actor_of
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_YOURS, WrongToken

EVERYONE, SIGNED_IN = "everyone", "signed in"
WRONG_WAY = Text(
    "这个网址不能这样打开；请从页面上的链接或按钮进入。",
    "This address is not opened this way; use the links and buttons of the pages.",
)


@cache
def access() -> Mapping[str, Mapping[str, str]]:
    """Return name of the address → method → who may ask."""
    text = files("shixiao.web").joinpath("access.yaml").read_text("utf-8")
    found: Mapping[str, Mapping[str, str]] = load_yaml(text)
    return found


class Guard:
    """Puts the actor on the request, and asks before any view does anything."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, knowing who asks."""
        if is_program(request):
            try:
                request.token = token_on(request)  # type: ignore[attr-defined]
            except WrongToken as error:
                return unknown_token(request, error)
            request.actor = actor_behind(request.token)  # type: ignore[attr-defined]
            return self._answer(request)
        user = request.user
        request.actor = (  # type: ignore[attr-defined]
            actor_of(user, today=timezone.localdate()) if user.is_authenticated else NOBODY
        )
        return self._answer(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse what the table does not allow."""
        del view, args, kwargs
        match = request.resolver_match
        name = match.view_name if match else ""
        allowed = access().get(name)
        if allowed is None:
            raise ImproperlyConfigured(f"access.yaml does not name the address {name!r}")
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in allowed:
            response = problem(request, HTTPStatus.METHOD_NOT_ALLOWED, WRONG_WAY)
            response["Allow"] = ", ".join(allowed)
            return response
        wanted, actor = allowed[method], request.actor  # type: ignore[attr-defined]
        if wanted == EVERYONE or (wanted == SIGNED_IN and actor.account is not None):
            return None
        if actor.account is None:
            return _to_sign_in(request)
        if wanted != SIGNED_IN and may(actor, wanted):
            return None
        return problem(request, HTTPStatus.FORBIDDEN, NOT_YOURS)


def unknown_token(request: HttpRequest, error: WrongToken) -> HttpResponse:
    """Answer a token that is not in use, and say what kind is."""
    response = problem(request, HTTPStatus.UNAUTHORIZED, error.text)
    response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if is_program(request):
        return problem(request, HTTPStatus.FORBIDDEN, NOT_YOURS)
    back = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': back})}")
