"""Amending: an article was amended; which algorithms hang on it, and by which rules of the pack?"""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.fairness.algorithms.authority import Authority, hangs_on, plain_article
from shixiao.records.models import Algorithm, AlgorithmEdition
from shixiao.rules import Rule
from shixiao.workflows.algorithms.standing import all_published, authorities
from shixiao.workflows.clock import pack

MOST = 5_000


@dataclass(frozen=True, slots=True)
class Hanging:
    """An algorithm whose published chain of authority cites an article."""

    algorithm: Algorithm
    edition: AlgorithmEdition
    cited: tuple[Authority, ...]


def hanging(law: str, article: str) -> tuple[Hanging, ...]:
    """Return the published entries that hang on an article, by the id of their system."""
    if not law.strip() or not article.strip():
        return ()
    found = []
    rows = Algorithm.objects.filter(level__isnull=False).select_related("system__department")
    known = list(rows[:MOST])
    newest = all_published(known)
    for row in known:
        edition = newest.get(row.pk)
        cited = hangs_on(authorities(edition.content), law, article) if edition else ()
        if edition and cited:
            found.append(Hanging(row, edition, cited))
    return tuple(found)


def rules_on(law: str, article: str) -> tuple[Rule, ...]:
    """Return the rules of the pack that cite the same article."""
    if not law.strip() or not article.strip():
        return ()
    return pack().citing(law, plain_article(article))
