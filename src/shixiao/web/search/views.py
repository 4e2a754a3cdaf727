"""The search page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.workflows.search import LONGEST_QUERY, search
from shixiao.workflows.voices.topics import tally_search


def find(request: HttpRequest) -> HttpResponse:
    """Show what fits best."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    entries = search(query)
    if query and not entries:
        tally_search(query, timezone.localdate(), address=request.META.get("REMOTE_ADDR", ""))
    return render(request, "search/found.html.j2", {"query": query, "entries": entries})
