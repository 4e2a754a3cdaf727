"""Measuring: every request gets an id, is counted, timed and logged by the name of its address.

Nothing personal is in it: no address of a reader, no account, no code of a case.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from shixiao.web.shell.logs import request_id

logger = logging.getLogger("shixiao.access")
SAFE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
REQUESTS = Counter("shixiao_requests_total", "Requests answered.", ("address", "method", "status"))
SECONDS = Histogram(
    "shixiao_request_seconds",
    "Time that an answer took.",
    ("address",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Measured:
    """Counts and times requests; the first of all that sees one."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and note how."""
        marked = request_id.set(_id(request))
        began = time.perf_counter()
        try:
            response = self._answer(request)
            self._note(request, response, time.perf_counter() - began)
            response.headers["X-Request-Id"] = request_id.get()
        finally:
            request_id.reset(marked)
        return response

    def _note(self, request: HttpRequest, response: HttpResponse, took: float) -> None:
        match = request.resolver_match
        address = (match.url_name if match else None) or "none"
        method = request.method if request.method in METHODS else "other"
        status = str(response.status_code)
        REQUESTS.labels(address, method, status).inc()
        SECONDS.labels(address).observe(took)
        fields = {"address": address, "method": method, "status": response.status_code}
        fields["ms"] = round(took * 1000)
        logger.info("answered", extra={"fields": fields})


def _id(request: HttpRequest) -> str:
    """Return the id that our proxy gave, or a new one."""
    given = request.headers.get("X-Request-Id", "") if settings.SITE.proxied else ""
    return given if SAFE_ID.fullmatch(given) else secrets.token_hex(8)
