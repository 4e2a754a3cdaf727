"""The search page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shixiao.workflows.search import LONGEST_QUERY, search


def find(request: HttpRequest) -> HttpResponse:
    """Show what fits best."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    return render(request, "search/found.html.j2", {"query": query, "entries": search(query)})
