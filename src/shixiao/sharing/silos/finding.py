"""Silos: what is the public asked for that government already holds, and what is in the way?

Data that can be had by sharing may not be collected again (Decree 809 art. 19). Whether they can be
had follows from the attribute: unconditional, conditional, or not shared on a law, an
administrative regulation or a State Council decision; on anything less they are not lawfully
withheld (arts. 14 and 15). Where such a provision demands the original of the applicant, sharing
does not take its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shixiao.sharing.catalogue.basis import Basis, cited
from shixiao.sharing.silos.facts import Grant, Holding, Need, Sharing

InForce = dict[tuple[str, str], list[Grant]]  # dataset, department
ENOUGH = frozenset({Basis.LAW, Basis.ADMINISTRATIVE_REGULATION, Basis.STATE_COUNCIL_DECISION})


class Way(StrEnum):
    """How the department that asks could have the data, easiest first."""

    OWN = "own"  # it holds them itself; this may be where they come from
    GRANTED = "granted"  # a grant is in force
    FREE = "free"  # shared without condition; nobody has a grant yet
    ON_CONDITION = "on_condition"  # shared on condition; a request has to be made
    WITHHELD = "withheld"  # not shared, and what is cited is not enough
    CLOSED = "closed"  # not shared, on a basis that the decree accepts
    DEMANDED = "demanded"  # a law demands the original of the applicant, whoever holds the data


#: what another department holds and could share, if somebody asked
OPEN = frozenset({Way.GRANTED, Way.FREE, Way.ON_CONDITION, Way.WITHHELD})


@dataclass(frozen=True, slots=True)
class Silo:
    """Something asked for that a department already holds.

    Attributes:
        need: what is asked for.
        holding: the dataset that could be used with the least trouble.
        way: how the asking department could have it.
        grant_id: the grant in force, if there is one.
        others: datasets that hold the element too, in order of id.
    """

    need: Need
    holding: Holding
    way: Way
    grant_id: str | None
    others: tuple[str, ...]

    @property
    def again(self) -> bool:
        """Whether data are collected that the department may already fetch (art. 19).

        A service of the department that holds them may be the one that first writes them down, so
        its own holding proves nothing.
        """
        return self.way is Way.GRANTED


def find_silos(
    needs: Iterable[Need], holdings: Iterable[Holding], grants: Iterable[Grant], *, on: date
) -> list[Silo]:
    """Return every need that some dataset answers, in the order of the needs.

    Args:
        needs: what services ask for.
        holdings: the catalogue.
        grants: who may use what.
        on: the day on which a grant has to be in force.
    """
    by_element: dict[str, list[Holding]] = {}
    for holding in sorted(holdings, key=lambda each: each.dataset_id):
        for element in holding.elements:
            by_element.setdefault(element, []).append(holding)
    in_force: InForce = {}
    for grant in sorted(grants, key=lambda each: each.grant_id):
        if grant.holds_on(on):
            in_force.setdefault((grant.dataset_id, grant.to_department), []).append(grant)
    found = []
    for need in needs:
        held = by_element.get(need.element_id, []) if need.element_id else []
        ways = [(_way(need, holding, in_force), holding) for holding in held]
        if not ways:
            continue
        way, best = min(ways, key=lambda each: _EASE[each[0]])
        others = tuple(holding.dataset_id for _, holding in ways if holding is not best)
        grant_id = _grant(need, best, in_force) if way is Way.GRANTED else None
        found.append(Silo(need, best, way, grant_id, others))
    return found


def on_a_law(provision: str) -> bool:
    """Say whether a law, an administrative regulation or a State Council decision is cited."""
    return cited(provision).basis in ENOUGH


def withheld(holdings: Iterable[Holding]) -> list[tuple[Holding, Basis]]:
    """Return datasets that are not shared without a proper basis, with what was cited."""
    closed = [each for each in holdings if each.sharing is Sharing.NOT_SHARED]
    read = [(holding, cited(holding.basis).basis) for holding in closed]
    return [(holding, basis) for holding, basis in read if basis not in ENOUGH]


_EASE = {way: place for place, way in enumerate(Way)}


def _grant(need: Need, holding: Holding, in_force: InForce) -> str | None:
    """Return the first grant under which the department may have the element."""
    mine = in_force.get((holding.dataset_id, need.department_id), [])
    return next((grant.grant_id for grant in mine if grant.covers(need.element_id)), None)


def _way(need: Need, holding: Holding, in_force: InForce) -> Way:
    if on_a_law(need.original_basis):
        return Way.DEMANDED
    if holding.department_id == need.department_id:
        return Way.OWN
    if _grant(need, holding, in_force) is not None:
        return Way.GRANTED
    if holding.sharing is Sharing.UNCONDITIONAL:
        return Way.FREE
    if holding.sharing is Sharing.CONDITIONAL:
        return Way.ON_CONDITION
    return Way.CLOSED if on_a_law(holding.basis) else Way.WITHHELD
