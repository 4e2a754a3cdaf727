"""Search by pairs of neighbouring signs: finds 社保 in a name on SQLite and PostgreSQL alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.db.models import Count

from shixiao.records.models import Entry, Evaluation, Gram, Standing
from shixiao.terms import Text

LONGEST_QUERY = 60
SERVICE = "service"


def grams(text: str) -> set[str]:
    """Return the pairs of neighbouring signs of a text, width and case folded.

    A single sign is a gram of its own, so that names and queries of one sign meet.
    """
    found = set()
    for word in unicodedata.normalize("NFKC", text).casefold().split():
        plain = "".join(sign for sign in word if sign.isalnum())
        found |= {plain[i : i + 2] for i in range(len(plain) - 1)} or {plain}
        found |= set(plain[:1])
    return found - {""}


def index_standings(evaluation: Evaluation | None) -> None:
    """Index the services of the evaluation that is public now; the caller holds the transaction.

    Everybody searches, so nothing of a draft may be found.
    """
    Entry.objects.filter(kind=SERVICE).delete()
    if evaluation is None:
        return
    services = Standing.objects.filter(evaluation=evaluation, kind=SERVICE)
    entries = Entry.objects.bulk_create(
        [
            Entry(
                kind=SERVICE,
                key=standing.subject,
                name=standing.name,
                link=f"/services/{standing.slug}/",
                weight=standing.cases,
            )
            for standing in services
        ],
        batch_size=500,
    )
    Gram.objects.bulk_create(_all_grams(entries), batch_size=2000)


def _all_grams(entries: Iterable[Entry]) -> list[Gram]:
    return [
        Gram(gram=gram, entry=entry)
        for entry in entries
        for gram in sorted(_of_name(entry.name) | grams(entry.key))
    ]


def _of_name(name: Text) -> set[str]:
    return grams(name.zh) | grams(name.en)


def search(query: str, *, most: int = 20) -> list[Entry]:
    """Return what fits a query best: the share of its pairs that a name holds, then use."""
    wanted = grams(query[:LONGEST_QUERY])
    if not wanted:
        return []
    hits = (
        Gram.objects.filter(gram__in=wanted)
        .values("entry")
        .annotate(hits=Count("gram", distinct=True))
        .order_by("-hits", "-entry__weight", "entry")[:most]
    )
    least = max(1, (len(wanted) + 1) // 2)
    ids = [row["entry"] for row in hits if row["hits"] >= least]
    found = Entry.objects.in_bulk(ids)
    return [found[each] for each in ids]
