"""Search by pairs of neighbouring signs: finds 社保 in a name on SQLite and PostgreSQL alike.

Few entries hold the rare pairs of a query, and many the common ones (信息). Candidates come from
the rarest pairs, as many as ``BUDGET`` postings pay for, and are then judged by all pairs: so a
query over 100,000 names costs what its rare pairs cost.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Count

from shixiao.records.models import Entry, Evaluation, Gram, GramCount, Standing
from shixiao.terms import Text

LONGEST_QUERY = 60
SERVICE, DATASET = "service", "dataset"
BUDGET = 6_000  # postings read in search of candidates
CANDIDATES = 300  # judged by all pairs
BATCH = 2_000


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
    old = list(Entry.objects.filter(kind=SERVICE).values_list("key", flat=True))
    services = Standing.objects.filter(evaluation=evaluation, kind=SERVICE) if evaluation else ()
    found = [
        Entry(
            kind=SERVICE,
            key=standing.subject,
            name=standing.name,
            link=f"/services/{standing.slug}/",
            weight=standing.cases,
        )
        for standing in services
    ]
    index(found, replaced=old, kind=SERVICE)


@transaction.atomic
def index(entries: Sequence[Entry], *, replaced: Sequence[str] = (), kind: str = DATASET) -> None:
    """Index entries of one kind; those with the ``replaced`` keys leave the index first."""
    touched: set[str] = set()
    for start in range(0, len(replaced), BATCH):
        keys = replaced[start : start + BATCH]
        old = Entry.objects.filter(kind=kind, key__in=keys)
        touched |= set(Gram.objects.filter(entry__in=old).values_list("gram", flat=True).distinct())
        old.delete()
    for start in range(0, len(entries), BATCH):
        made = Entry.objects.bulk_create(entries[start : start + BATCH], batch_size=500)
        postings = _all_grams(made)
        touched |= {posting.gram for posting in postings}
        Gram.objects.bulk_create(postings, batch_size=BATCH)
    _count(kind, sorted(touched))


def _count(kind: str, touched: Sequence[str]) -> None:
    """Count anew in how many entries of a kind these pairs stand."""
    for start in range(0, len(touched), 500):
        grams = touched[start : start + 500]
        GramCount.objects.filter(kind=kind, gram__in=grams).delete()
        rows = Gram.objects.filter(kind=kind, gram__in=grams)
        counts = rows.order_by().values_list("gram").annotate(n=Count("id"))
        GramCount.objects.bulk_create(
            GramCount(kind=kind, gram=gram, entries=n) for gram, n in counts
        )


def _all_grams(entries: Iterable[Entry]) -> list[Gram]:
    return [
        Gram(gram=gram, entry=entry, kind=entry.kind, weight=entry.weight)
        for entry in entries
        for gram in sorted(_of(entry))
    ]


def _of(entry: Entry) -> set[str]:
    """Return the pairs of an entry: of its name, and of a key that people know."""
    name: Text = entry.name
    found = grams(name.zh) | grams(name.en)
    return found | grams(entry.key) if entry.kind == SERVICE else found


def search(query: str, *, kind: str = SERVICE, most: int = 20) -> list[Entry]:
    """Return what fits a query best: the share of its pairs that a name holds, then use."""
    wanted = grams(query[:LONGEST_QUERY])
    if not wanted:
        return []
    found = _candidates(wanted, kind)
    hits = (
        Gram.objects.filter(gram__in=wanted, entry__in=found)
        .values_list("entry")
        .annotate(hits=Count("gram", distinct=True))
    )
    least = max(1, (len(wanted) + 1) // 2)
    enough = {entry: n for entry, n in hits if n >= least}
    entries = Entry.objects.in_bulk(list(enough))
    # Of names that hold as many pairs the weightier comes first, then the one with less beside.
    return sorted(
        entries.values(),
        key=lambda e: (-enough[e.pk], -e.weight, len(e.name.zh), e.pk),
    )[:most]


def _candidates(wanted: set[str], kind: str) -> list[int]:
    """Return entries that hold rare pairs of a query, those that hold most of them first."""
    known = GramCount.objects.filter(kind=kind, gram__in=wanted).order_by("entries", "gram")
    left, hits = BUDGET, dict[int, int]()
    for gram, n in known.values_list("gram", "entries"):
        postings = Gram.objects.filter(kind=kind, gram=gram).order_by("-weight", "entry")
        for entry in postings.values_list("entry", flat=True)[:left]:
            hits[entry] = hits.get(entry, 0) + 1
        left -= n
        if left <= 0:
            break
    return sorted(hits, key=lambda entry: -hits[entry])[:CANDIDATES]
