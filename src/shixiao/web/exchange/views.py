"""The index of grants for gateways, and the public key of whoever publishes it.

Both are public: what a grant allows stands on its page, and the index is signed, so that nobody can
put another in its place. A gateway asks several times a second with the tag of what it has.
"""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from shixiao.workflows.grants.publishing import exchange_key, read_published
from shixiao.workflows.refusals import NOT_FOUND, Missing


def grants(request: HttpRequest) -> HttpResponse:
    """Give the index, or say that it has not changed."""
    return signed_file(request, read_published())


def signed_file(request: HttpRequest, data: bytes | None) -> HttpResponse:
    """Give a file that doors obey, or say that it has not changed since they asked.

    Raises:
        Missing: none was published yet.
    """
    if data is None:
        raise Missing(NOT_FOUND)
    tag = f'"{sha256(data).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(data, content_type="application/json")
    response["ETag"] = tag
    response["Cache-Control"] = "no-cache"
    return response


def key(request: HttpRequest) -> HttpResponse:
    """Give the public key in base64: gateways hold the index against it."""
    del request
    return HttpResponse(exchange_key().public.base64 + "\n", content_type="text/plain")
