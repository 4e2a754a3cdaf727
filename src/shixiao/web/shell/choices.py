"""What a reader chooses for his own eyes: the language, and large print for elders."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

ELDER_COOKIE = "elder"
# Size of text in CSS px by state; the specification for elders asks for 18 to 30.
SIZES = {"off": 0, "on": 20, "larger": 24, "largest": 30}
CODES = {"zh": "zh-hans", "en": "en"}
YEAR = 31_536_000


class ChosenLanguage:
    """Speaks Chinese until a reader chooses otherwise: browsers ask for English unasked."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language of the cookie."""
        asked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        code = asked if asked in CODES.values() else settings.LANGUAGE_CODE
        with translation.override(code):
            response = self._answer(request)
        patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", code)
        return response


def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language and go back to the page."""
    if code not in CODES:
        raise Http404
    response = _back(request)
    _remember(response, settings.LANGUAGE_COOKIE_NAME, CODES[code])
    return response


def choose_elder(request: HttpRequest, state: str) -> HttpResponse:
    """Choose large print and its size, or ordinary print, and go back to the page."""
    if state not in SIZES:
        raise Http404
    response = _back(request)
    _remember(response, ELDER_COOKIE, state)
    return response


def _back(request: HttpRequest) -> HttpResponse:
    """Return the way back; never to another site."""
    to = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(
        to, {request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(to if safe else "/")


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR, secure=settings.SITE.tls, httponly=True, samesite="Lax"
    )
