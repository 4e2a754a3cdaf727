"""Headers that narrow what a browser may do with our pages."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]

# Pages consist of our own files alone: no inline script or style, no frame, no foreign address.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)


class RealAddress:
    """Takes the reader's address from our proxy, which replaces whatever a reader claims."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, knowing where the request comes from: attempts are counted by it."""
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if settings.SITE.proxied and told:
            request.META["REMOTE_ADDR"] = told
        return self._answer(request)


class SecurityHeaders:
    """Adds the content security policy and forbids devices that no page of ours needs."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers."""
        response = self._answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        return response
