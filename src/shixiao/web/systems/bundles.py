"""Bundles of vulnerabilities: which there are, what became of each, and a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import OsvBundle
from shixiao.terms import Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say, words
from shixiao.workflows.jobs import queue_components
from shixiao.workflows.permissions import may
from shixiao.workflows.systems import bundles

SHOWN = 50
BROUGHT = Text(
    "已收到，正在核验签名；核验以后自动比对各系统的组件。",
    "It came and is held against its signature; then the components of every system are matched.",
)


class BundleForm(forms.Form):
    """A bundle that ``shixiao probe osv make`` wrote."""

    file = forms.FileField(
        label=words("漏洞库包", "Bundle of vulnerabilities"),
        help_text=words(
            "“shixiao probe osv make”写出的 zip。", "The zip that “shixiao probe osv make” wrote."
        ),
    )


def listing(request: HttpRequest) -> HttpResponse:
    """List the bundles, and take a new one."""
    actor, now = actor_on(request), timezone.now()
    form = BundleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        bundles.bring(file.chunks(), name=file.name, actor=actor, at=now)
        queue_components()
        messages.success(request, say(BROUGHT))
        return HttpResponseRedirect(reverse("bundles"))
    known, used = bundles.keys(), bundles.candidate(now=now)
    context: dict[str, Any] = {
        "rows": OsvBundle.objects.order_by("-taken", "-id")[:SHOWN],
        "used": used,
        "lacks": known if isinstance(known, Text) else None,
        "form": form if may(actor, "bundle.bring") else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "systems/bundles.html.j2", context, status=status)
