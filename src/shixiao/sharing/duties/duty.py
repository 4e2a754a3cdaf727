"""Duties as predicates: each has a holder, an article, a clock, and a status that is computed.

A duty of one side is the right of the other, so one list serves both. Whether a duty is met is not
entered by anybody: it follows from what happened and by when it should have.

Source: Decree 809 arts. 13–29; where it sets no days, rules SHR of the pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml
from shixiao.terms import Text


class Side(StrEnum):
    """Who stands where in sharing."""

    PROVIDER = "provider"
    REQUESTER = "requester"
    AUTHORITY = "authority"
    GOVERNMENT = "government"
    EVERYONE = "everyone"
    NAMED = "named"

    @property
    def text(self) -> Text:
        """Its name."""
        return SIDES[self]


SIDES = {
    Side.PROVIDER: Text("提供部门", "The provider"),
    Side.REQUESTER: Text("需求部门", "The requester"),
    Side.AUTHORITY: Text("主管部门", "The sharing authority"),
    Side.GOVERNMENT: Text("本级人民政府", "The government of that level"),
    Side.EVERYONE: Text("各部门", "Every department"),
    Side.NAMED: Text("会议指定的部门", "The department that the meeting named"),
}


class Status(StrEnum):
    """How a duty stands, the worst first."""

    BREACHED = "breached"
    DUE = "due"
    MET = "met"

    @property
    def text(self) -> Text:
        """Its name."""
        return STATUSES[self]


STATUSES = {
    Status.BREACHED: Text("违反", "Breached"),
    Status.DUE: Text("待履行", "Due"),
    Status.MET: Text("已履行", "Met"),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """What one side owes another.

    Attributes:
        id: its name in the records.
        name: what holds when it is met.
        rule: id of the rule that sets it.
        holder: who has to act.
        claimant: whose right it is.
    """

    id: str
    name: Text
    rule: str
    holder: Side
    claimant: Side


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty in one matter.

    Attributes:
        duty: which duty.
        holder: code of the department that has to act.
        rule: rule whose period runs here; usually that of the duty.
        due: last day of the period; None where the rule sets none.
        done: day on which it was done; None while it is not.
        broken: whether what is forbidden was done, or what is required is wrong.
    """

    duty: Duty
    holder: str
    rule: str
    due: date | None = None
    done: date | None = None
    broken: bool = False

    def status(self, on: date) -> Status:
        """Return how it stands on a day: breached also where it was done, but too late."""
        late = self.due is not None and (self.done or on) > self.due
        if self.broken or late:
            return Status.BREACHED
        return Status.DUE if self.done is None else Status.MET


@cache
def duties() -> Mapping[str, Duty]:
    """Return the duties by id, in the order in which sharing meets them."""
    path = files("shixiao.sharing.duties").joinpath("data/duties.yaml")
    read = load_yaml(path.read_text("utf-8"))
    return {
        name: Duty(
            name,
            Text.of(entry["name"]),
            entry["rule"],
            Side(entry["holder"]),
            Side(entry["claimant"]),
        )
        for name, entry in read.items()
    }
