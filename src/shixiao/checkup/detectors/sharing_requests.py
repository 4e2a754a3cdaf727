"""Requests for data: who was asked for what, when it was answered and delivered, and how.

The decision is read by its words in either language; one that was withdrawn is no answer and leaves
nothing to answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from shixiao.checkup.detectors.sharing_tables import holdings, sheet
from shixiao.checkup.scene import Scene
from shixiao.evidence.site_rows import AS_OF
from shixiao.sharing.silos import Holding, Sharing

REFUSED = re.compile(
    r"不予|[不未](?:予|获|被)?(?:同意|准予|批准|通过)|拒绝|驳回"
    r"|refus|reject|declin|den(?:y|ied)|disa(?:gree|pprov)"
    r"|\bnot\s+(?:\w+\s+)?(?:grant|approv|agree|consent)",
    re.IGNORECASE,
)
WITHDRAWN = re.compile(r"撤回|撤销申请|withdrawn", re.IGNORECASE)
GRANTED = re.compile(r"同意|准予|批准|通过|grant|approv|agree|consent", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a dataset of the catalogue.

    Attributes:
        request_id: the request.
        asker: the department that asks.
        holding: what was asked for.
        opened: day of the request.
        answered: day of the answer, None while there is none.
        granted: its sense, None while there is none or where it cannot be read.
        delivered: day on which the data came, None while they have not.
        reason: as stated.
        basis: provision cited.
        extension: working days by which the time to answer was extended.
        consented: day on which the authority consented to the extension.
        excused: whether a proper reason for being late is on record.
        notified: of an incomplete application, whether all that was missing was named once before
            the answer; None where nothing was missing or nobody says so.
        until: last day up to which the request is known; None where nothing has a date.
        tells: columns about which an empty cell of it says that there is nothing.
    """

    request_id: str
    asker: str
    holding: Holding
    opened: date
    answered: date | None
    granted: bool | None
    delivered: date | None
    reason: str
    basis: str
    extension: int
    consented: date | None
    excused: bool
    notified: bool | None
    until: date | None
    tells: frozenset[str]

    @property
    def provider(self) -> str:
        """The department that was asked."""
        return self.holding.department_id


TELLING = ("delivered", "reason")  # columns whose silence may be held against the provider
COLUMNS = (
    *("request_id", "dataset_id", "from_department", "opened", "answered", "decision"),
    *("delivered", "reason", "basis", "extension", "consented", "excuse", "notified"),
    *("sharing", AS_OF),
)


def asked_for(scene: Scene) -> list[Asked]:
    """Return the requests up to the last day that were not withdrawn, in order of id.

    What came after the last day of the evidence had not come then.
    """
    known = holdings(scene)
    found = []
    for row in sheet(scene, "requests", *COLUMNS):
        decision = row["decision"] or ""
        holding = known.get(row["dataset_id"])
        until = scene.known_until(row)
        if holding is None or WITHDRAWN.search(decision) or _later(until, row["opened"]):
            continue
        if not scene.tells("requests", row, "answered", "decision"):
            continue
        if row["sharing"]:
            holding = replace(holding, sharing=Sharing(row["sharing"]))
        answered = None if _later(until, row["answered"]) else row["answered"]
        found.append(
            Asked(
                row["request_id"],
                row["from_department"],
                holding,
                row["opened"],
                answered,
                None if answered is None else _sense(decision),
                None if _later(until, row["delivered"]) else row["delivered"],
                (row["reason"] or "").strip(),
                row["basis"] or "",
                row["extension"] or 0,
                row["consented"],
                bool((row["excuse"] or "").strip()),
                row["notified"],
                until,
                frozenset(name for name in TELLING if scene.tells("requests", row, name)),
            )
        )
    return found


def _later(until: date | None, day: date | None) -> bool:
    return day is not None and until is not None and day > until


def _sense(decision: str) -> bool | None:
    if REFUSED.search(decision):
        return False
    return True if GRANTED.search(decision) else None
