"""What a gateway needs to know: where a dataset lies behind it, and the recipient's key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import CatalogueItem, GatewaySource
from shixiao.terms import Text
from shixiao.web.catalogue.views import found as found_dataset
from shixiao.web.grants.views import found as found_grant
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say, words
from shixiao.workflows.grants import publishing
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import Incomplete

KEPT = Text(
    "已保存，网关在一秒之内按新的索引放行。",
    "Kept; gateways go by the new index within a second.",
)


class Source(forms.Form):
    """The system, table and columns that hold a dataset."""

    system = forms.CharField(
        label=words("系统编号", "Id of the system"),
        max_length=100,
        help_text=words(
            "准入名单里的编号，例如 people-db。", "As on the list of admitted systems: people-db."
        ),
    )
    table = forms.CharField(label=words("表名", "Table"), max_length=63)
    key = forms.CharField(
        label=words("按哪一列查询", "Column that is asked by"),
        max_length=63,
        help_text=words(
            "标识数据所指的人或单位的列。", "The column that says whom the data are about."
        ),
    )

    def __init__(
        self, item: CatalogueItem, source: GatewaySource | None, *args: Any, **given: Any
    ) -> None:
        super().__init__(*args, **given)
        columns = source.columns if source else {}
        if source:
            for name in ("system", "table", "key"):
                self.fields[name].initial = getattr(source, name)
        self.names = [each[0] for each in item.listed["items"]]
        for n, name in enumerate(self.names):
            self.fields[f"column_{n}"] = forms.CharField(
                label=words(f"“{name}”的列名", f"Column of “{name}”"),
                max_length=63,
                required=False,
                initial=columns.get(name, ""),
            )

    @property
    def columns(self) -> dict[str, str]:
        """Data item → column, for those that were filled in."""
        given = ((name, self.cleaned_data[f"column_{n}"]) for n, name in enumerate(self.names))
        return {name: column for name, column in given if column}


class KeyForm(forms.Form):
    """The system that asks, and the key by which it signs."""

    caller = forms.CharField(
        label=words("系统编号", "Id of the system"),
        max_length=100,
        help_text=words("本部门用来查询的系统。", "The department's system that will ask."),
    )
    public = forms.CharField(
        label=words("公钥（base64）", "Public key (base64)"),
        max_length=100,
        help_text=words(
            "Ed25519，32 字节；私钥不要交给任何人。",
            "Ed25519, 32 bytes; the private key is given to nobody.",
        ),
    )


def place(request: HttpRequest, code: str) -> HttpResponse:
    """Say where a dataset lies behind the gateway of its department."""
    actor = actor_on(request)
    item = found_dataset(actor, code)
    check(actor, "dataset.manage", item)
    form = Source(item, publishing.source_of(item), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            publishing.place_source(
                item,
                system=given["system"],
                table=given["table"],
                key=given["key"],
                columns=form.columns,
                actor=actor,
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(KEPT))
            return HttpResponseRedirect(reverse("dataset", args=[code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "grants/source.html.j2", {"form": form, "item": item}, status=status)


def key(request: HttpRequest, code: str) -> HttpResponse:
    """Register the key of the recipient's system."""
    actor = actor_on(request)
    row = found_grant(code)
    check(actor, "grant.use", row)
    form = KeyForm(request.POST or None, initial={"caller": row.caller, "public": row.key})
    if request.method == "POST" and form.is_valid():
        try:
            publishing.register_key(row, **form.cleaned_data, actor=actor, at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field, say(error.text))
        else:
            messages.success(request, say(KEPT))
            return HttpResponseRedirect(reverse("grant", args=[code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "grants/key.html.j2", {"form": form, "row": row}, status=status)
