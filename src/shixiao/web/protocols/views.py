"""Pages of the protocols that ship."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shixiao.effect.fieldtests import protocols, source_of
from shixiao.effect.fieldtests.kinds import (
    AUDIENCE_NAMES,
    DIMENSION_NAMES,
    KIND_NAMES,
    MODE_NAMES,
    UNIT_NAMES,
)
from shixiao.workflows.refusals import NOT_FOUND, Missing


def listing(request: HttpRequest) -> HttpResponse:
    """List the protocols."""
    return render(request, "protocols/list.html.j2", {"rows": list(protocols().values())})


def one(request: HttpRequest, protocol: str) -> HttpResponse:
    """Show the questions of a protocol, and how each answer is scored."""
    found = protocols().get(protocol)
    if found is None:
        raise Missing(NOT_FOUND)
    context = {
        "protocol": found,
        "modes": MODE_NAMES,
        "audiences": AUDIENCE_NAMES,
        "dimensions": DIMENSION_NAMES,
        "kinds": KIND_NAMES,
        "units": UNIT_NAMES,
    }
    return render(request, "protocols/one.html.j2", context)


def source(request: HttpRequest, protocol: str) -> HttpResponse:
    """Give a protocol as the YAML file from which a bureau makes its own."""
    del request
    if protocol not in protocols():
        raise Missing(NOT_FOUND)
    response = HttpResponse(source_of(protocol), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{protocol}.yaml"'
    return response
