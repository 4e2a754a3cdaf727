"""The worker that keeps the pages of fieldwork on the device, from the address that it serves."""

from __future__ import annotations

from importlib.resources import files

from django.http import HttpRequest, HttpResponse


def script(request: HttpRequest) -> HttpResponse:
    """Give the script; it may only reach what lies below its own address."""
    del request
    data = files("shixiao.web").joinpath("static/fieldwork-worker.js").read_bytes()
    return HttpResponse(data, content_type="text/javascript; charset=utf-8")
