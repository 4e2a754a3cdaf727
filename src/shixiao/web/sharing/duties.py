"""Duties in words: what is owed, by whom, to whom, by which article, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import (
    CatalogueItem,
    Correction,
    Dispute,
    Grant,
    Organisation,
    Resolution,
    SharingRequest,
)
from shixiao.rules import Kind, Rule
from shixiao.sharing.duties import Status
from shixiao.terms import Text
from shixiao.workflows.clock import days_left, rule
from shixiao.workflows.duties.owing import Row
from shixiao.workflows.duties.standing import Matter, owed_in

TONES = {Status.MET: "green", Status.DUE: "plain", Status.BREACHED: "red"}
ADDRESSES: Mapping[type[Row], str] = {
    CatalogueItem: "dataset",
    SharingRequest: "request",
    Correction: "correction",
    Dispute: "dispute",
    Grant: "grant",
    Resolution: "resolution",
}
MOST_TITLE = 40


def of_row(row: Row) -> list[dict[str, Any]]:
    """Return the duties in the matter of a record as ``sharing/parts.html.j2`` takes them."""
    return lines(owed_in(row, timezone.localdate()), timezone.localdate())


def lines(matters: Iterable[Matter], today: date) -> list[dict[str, Any]]:
    """Return duties as lines, with the names of those who owe them."""
    found = list(matters)
    codes = {each.owed.holder for each in found}
    names = dict(Organisation.objects.filter(code__in=codes).values_list("code", "name"))
    return [_line(each, names, today) for each in found]


def article(of: Rule) -> Text:
    """Return where a rule stands: the law with its articles, or that it is local policy."""
    if of.kind is Kind.POLICY:
        return Text(f"本地规定 {of.id}", f"Local policy {of.id}")
    source = of.sources[0]
    zh = "、".join(f"第{each}条" for each in source.articles)
    return Text(
        f"《{source.title.zh}》{zh}",
        f"{source.title.en}, art. {', '.join(source.articles)}",
    )


def _line(matter: Matter, names: Mapping[str, Any], today: date) -> dict[str, Any]:
    owed, duty = matter.owed, matter.owed.duty
    return {
        "name": duty.name,
        "holder": names.get(owed.holder) or duty.holder.text,
        "claimant": duty.claimant.text,
        "article": article(rule(owed.rule)),
        "status": matter.status.text,
        "tone": TONES[matter.status],
        "when": _when(matter, today),
        "title": title_of(matter.row),
        "to": reverse(ADDRESSES[type(matter.row)], args=[matter.row.code]),
    }


def title_of(row: Row) -> Text:
    """Return what a record is called: the dataset that it is about, or what was decided."""
    if isinstance(row, Resolution):
        said = row.text[:MOST_TITLE] + ("…" if len(row.text) > MOST_TITLE else "")
        return Text(said, said)
    if isinstance(row, CatalogueItem):
        return Text.of(row.name)
    item = row.request.item if isinstance(row, Dispute) else row.item
    return Text.of(item.name)


def _when(matter: Matter, today: date) -> Text | None:
    """Say until when it is owed, and how far it is beyond; None where no period runs."""
    owed = matter.owed
    if owed.due is None:
        return None
    day, left = both_days(owed.due), days_left(owed.due, owed.done or today)
    text = Text(f"截止 {day.zh}", f"Due {day.en}")
    if left < 0:
        late = Text(f"，超期 {-left} 个工作日", f", {_working(-left)} late")
        return Text(text.zh + late.zh, text.en + late.en)
    if owed.done is None:
        rest = Text(f"，剩 {left} 个工作日", f", {_working(left)} left")
        return Text(text.zh + rest.zh, text.en + rest.en)
    return text


def _working(days: int) -> str:
    return f"{days} working day" if days == 1 else f"{days} working days"
