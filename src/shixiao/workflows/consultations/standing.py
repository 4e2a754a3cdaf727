"""What the gate asks: was a system consulted on, as it is now, and was a hearing held on it?

A consultation counts for the release that it was about, and for later ones that changed the version
alone while nothing of the register changed; another use, or another register, needs a new one.
"""

from __future__ import annotations

from shixiao.records.models import DecisionMatter, Release, System
from shixiao.voice.decree713 import complete
from shixiao.workflows.consultations.moving import log_of
from shixiao.workflows.registered import about_sha256


def consulted(system: System) -> bool | None:
    """Say whether the consultation on a system is complete; None where there is none.

    A hearing that the level of its algorithm owes is a duty of its own (ALG-08), met by ``heard``.
    """
    matters = [each for each in system.decision_matters.all() if _same(each, system)]
    if not matters:
        return None
    return any(complete(log_of(each), hearing=False) for each in matters)


def heard(system: System) -> str:
    """Return the code of a complete matter with a hearing on the system; "" where there is none."""
    for each in system.decision_matters.all():
        if _same(each, system) and complete(log_of(each), hearing=True):
            return each.code
    return ""


def _same(matter: DecisionMatter, system: System) -> bool:
    """Say whether a matter is about the system as it is now."""
    if matter.until is None or matter.about_sha256 != about_sha256(system):
        return False
    releases = list(system.releases.all())  # the newest first
    newer = []
    for each in releases:
        if each.sha256 == matter.release:
            break
        newer.append(each)
    else:
        return not matter.release and all(r.change == Release.Change.FIRST for r in releases)
    return all(each.change == Release.Change.VERSION for each in newer)
