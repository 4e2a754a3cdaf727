"""Use: which grants run empty, and which exchanges went beyond what was granted?

Data had by sharing are used within the scope and for the purpose that were agreed (Decree 809
art. 25); what is no longer needed is given up (art. 27).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shixiao.sharing.silos.facts import Grant, Use


class Beyond(StrEnum):
    """In which respect an exchange went beyond a grant."""

    NO_GRANT = "no_grant"  # none is named, and none would have covered it
    OTHER_HANDS = "other_hands"  # the grant is another department's
    OTHER_DATASET = "other_dataset"  # the grant is for another dataset
    OUT_OF_TIME = "out_of_time"  # before it began or after it ended
    OTHER_PURPOSE = "other_purpose"  # for something else than was granted


@dataclass(frozen=True, slots=True)
class Overstep:
    """An exchange that no grant covers, and in which respect."""

    use: Use
    beyond: Beyond


def unused(
    grants: Iterable[Grant], uses: Iterable[Use], *, on: date, idle_days: int
) -> list[Grant]:
    """Return grants that have been in force for some days and were never used.

    Args:
        grants: the grants; those that have ended are left out.
        uses: exchanges up to that day.
        on: the day of the look.
        idle_days: calendar days for which a grant must have been in force (SIL-01).
    """
    used = [use for use in uses if use.day <= on]
    named = {use.grant_id for use in used}
    unnamed = {(use.dataset_id, use.to_department) for use in used if not use.grant_id}
    return [
        grant
        for grant in sorted(grants, key=lambda each: each.grant_id)
        if grant.holds_on(on)
        and grant.starts + timedelta(days=idle_days) <= on
        and grant.grant_id not in named
        and (grant.dataset_id, grant.to_department) not in unnamed
    ]


def overstepped(grants: Iterable[Grant], uses: Iterable[Use]) -> list[Overstep]:
    """Return exchanges that no grant covers, in the order of exchanges.

    Where an exchange names no grant, any grant of that dataset to that department may cover it. A
    purpose that is not stated is no other purpose.
    """
    known = {grant.grant_id: grant for grant in grants}
    theirs: dict[tuple[str, str], list[Grant]] = {}
    for grant in known.values():
        theirs.setdefault((grant.dataset_id, grant.to_department), []).append(grant)
    found = []
    for use in uses:
        if use.grant_id:
            named = known.get(use.grant_id)
            candidates = [named] if named is not None else []
        else:
            candidates = theirs.get((use.dataset_id, use.to_department), [])
        faults = [_fault(use, grant) for grant in candidates]
        if None not in faults:
            # The fault that is nearest to being covered is the one to tell.
            nearest = max(filter(None, faults), key=list(Beyond).index, default=Beyond.NO_GRANT)
            found.append(Overstep(use, nearest))
    return found


def _fault(use: Use, grant: Grant) -> Beyond | None:
    """Return the first respect in which a grant does not cover an exchange."""
    if grant.to_department != use.to_department:
        return Beyond.OTHER_HANDS
    if grant.dataset_id != use.dataset_id:
        return Beyond.OTHER_DATASET
    if not grant.holds_on(use.day):
        return Beyond.OUT_OF_TIME
    stated = _plain(use.purpose)
    if stated and stated != _plain(grant.purpose):
        return Beyond.OTHER_PURPOSE
    return None


def _plain(purpose: str) -> str:
    """Return the letters of a purpose: blanks, full stops and widths make no other purpose."""
    folded = unicodedata.normalize("NFKC", purpose).casefold()
    return "".join(sign for sign in folded if sign.isalnum())
