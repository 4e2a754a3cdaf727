"""Which wordings of which runs a decision settles: a person decides once, in every list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shixiao.records.models import MatchDecision, MatchItem, MatchRun, Organisation
from shixiao.seals import sha256_of
from shixiao.sharing.matching import ToldCandidate, ToldItem, folded_name, wording_of

BATCH = 500


@dataclass(frozen=True, slots=True)
class Offered:
    """A candidate of an item as it was kept."""

    element: str
    name: str
    department: str
    score: float
    reasons: list[dict[str, str]]


def key_of(wording: str) -> str:
    """Return the hash of a wording without what does not change its meaning."""
    return sha256_of({"wording": wording_of(wording)})


def kept(item: ToldItem) -> dict[str, Any]:
    """Return the columns of a wording that a matching told."""
    return {
        "name": item.name,
        "key": key_of(item.name),
        "places": [list(place) for place in item.places],
        "none": item.none,
        "offered": bool(item.candidates),
        "candidates": [
            [each.element, each.name, each.department, each.score, _said(each)]
            for each in item.candidates
        ],
    }


def _said(candidate: ToldCandidate) -> list[dict[str, str]]:
    return [reason.to_json() for reason in candidate.reasons]


def offered(item: MatchItem) -> list[Offered]:
    """Return what is offered for an item, best first."""
    return [Offered(*each) for each in item.candidates]


def chosen(item: MatchItem, decision: MatchDecision | None) -> Offered | None:
    """Return the candidate that a confirmation names: by id and name, else by a name that is one's.

    In another list the same element may have another id, and the same id may be another element.
    """
    if decision is None or decision.kind != MatchDecision.Kind.CONFIRMED:
        return None
    name = folded_name(decision.element_name)
    alike = [each for each in offered(item) if folded_name(each.name) == name]
    exact = [each for each in alike if each.element == decision.element]
    found = exact or (alike if len(alike) == 1 else [])
    return found[0] if found else None


def settles(decision: MatchDecision, item: MatchItem) -> bool:
    """Say whether a decision leaves nothing to decide about an item of the same wording."""
    if not item.candidates:
        return False
    if decision.kind == MatchDecision.Kind.CONFIRMED:
        return chosen(item, decision) is not None
    refused = {(element, name) for element, name in decision.refused}
    return item.none or all((each.element, each.name) in refused for each in offered(item))


def settle_by_what_stands(run: MatchRun) -> None:
    """Let what a department decided before settle the items of a new run."""
    standing = MatchDecision.objects.filter(department=run.department, ended__isnull=True)
    decided = set(standing.values_list("key", flat=True))
    settle(run.department, decided & set(run.items.values_list("key", flat=True)))


def settle(department: Organisation, keys: Iterable[str]) -> None:
    """Let the standing decisions of a department settle its items of some wordings."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        standing = MatchDecision.objects.filter(
            department=department, key__in=some, ended__isnull=True
        )
        _settle(department, some, {each.key: each for each in standing})


def _settle(
    department: Organisation, keys: list[str], standing: Mapping[str, MatchDecision]
) -> None:
    changed = []
    for item in MatchItem.objects.filter(run__department=department, key__in=keys):
        found = standing.get(item.key)
        decision = found if found is not None and settles(found, item) else None
        if item.decision_id != (None if decision is None else decision.pk):
            item.decision = decision
            changed.append(item)
    MatchItem.objects.bulk_update(changed, ["decision"], batch_size=BATCH)
