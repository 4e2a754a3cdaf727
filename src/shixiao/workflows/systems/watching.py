"""Watching: a certificate that changes without a new assessment forces one.

Who holds the key of a site answers for it; a new one may be a renewal or somebody else's. So
admitted systems are looked at by the clock, within their consents, by one handshake each in a child
process. What cannot be reached changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from shixiao.records.models import System
from shixiao.security.probing import Consent, Target
from shixiao.workflows import moving
from shixiao.workflows.children import run_child
from shixiao.workflows.evaluations import workshop
from shixiao.workflows.systems.consenting import in_force, out_of_reach
from shixiao.workflows.systems.retesting import force


def watch_all(*, now: datetime) -> int:
    """Look at the certificates of admitted systems; return how many had changed."""
    wanted = [
        (system, address, terms)
        for system in System.objects.filter(state="admitted")
        for address, terms in _watched(system, now)
    ]
    if not wanted:
        return 0
    place = Path(settings.SITE.data) / "probes" / "watch"
    with workshop(place, 1) as beside:
        job = {
            "kind": "watch",
            "each": [{"target": address, "consent": terms} for _, address, terms in wanted],
        }
        shown = run_child(job, folder=beside).get("watched") or []
    return sum(
        _compare(system, address, seen, now)
        for (system, address, _), seen in zip(wanted, shown, strict=False)
        if seen is not None
    )


def _watched(system: System, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """Return the addresses at which this site may look, each with the consent."""
    consent = in_force(system, now)
    if consent is None or out_of_reach(Consent.of(consent.terms)) is not None:
        return []
    terms = Consent.of(consent.terms)
    return [
        (each["address"], consent.terms)
        for each in system.addresses
        if (target := Target.parse(each["address"])).scheme != "http"
        and terms.why_not(target, now=now) is None
    ]


@transaction.atomic
def _compare(system: System, address: str, seen: str, now: datetime) -> bool:
    """Note what an address shows; True where it showed something else before."""
    held = moving.locked(system)
    before = held.certificates.get(address)
    if before == seen:
        return False
    held.certificates[address] = seen
    held.save(update_fields=["certificates"])
    if before is None or held.state != "admitted":
        return False
    force(held, "certificate", seen, at=now)
    return True
