"""The facts of sharing as plain values: what is asked for, held, requested, granted and used.

They are the rows of the evidence tables ``requirements``, ``datasets``, ``requests``, ``grants``
and ``exchanges``; whoever has tables turns them into these.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Sharing(StrEnum):
    """Attribute under which a dataset is listed (Decree 809 art. 14)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NOT_SHARED = "not_shared"


@dataclass(frozen=True, slots=True)
class Need:
    """What a service asks an applicant for.

    Attributes:
        service_id: the service.
        department_id: whose service it is.
        item_id: the item, unique in service and channel.
        name: its wording.
        element_id: the data element that answers it, as the table says or as it was matched.
        channel: where it is asked.
        field: whether it is a field to fill in; else it is a document.
        original_basis: provision that demands the original of the applicant; "" for none.
    """

    service_id: str
    department_id: str
    item_id: str
    name: str
    element_id: str
    channel: str = ""
    field: bool = False
    original_basis: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """A dataset, who provides it, on what terms, and the elements in it."""

    dataset_id: str
    department_id: str
    elements: frozenset[str]
    sharing: Sharing
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a dataset.

    Attributes:
        request_id: the request.
        dataset_id: what is wanted.
        from_department: who asks.
        opened: day of the request.
        answered: day of the answer, None while there is none.
        granted: what the answer was, None while there is none.
        reason: why it was refused.
        basis: provision cited for a refusal.
        due: last day for the answer, with what was added to the time; None where it goes by the
            attribute of the dataset alone.
    """

    request_id: str
    dataset_id: str
    from_department: str
    opened: date
    answered: date | None = None
    granted: bool | None = None
    reason: str = ""
    basis: str = ""
    due: date | None = None

    def __post_init__(self) -> None:
        if (self.answered is None) != (self.granted is None):
            raise ValueError("A request has both the day and the sense of its answer, or neither")


@dataclass(frozen=True, slots=True)
class Grant:
    """A right to use a dataset for a purpose.

    ``ends`` is its last day, None without one; ``fields`` are the elements that it covers, all of
    the dataset where none is named.
    """

    grant_id: str
    dataset_id: str
    to_department: str
    purpose: str
    starts: date
    ends: date | None = None
    fields: frozenset[str] = frozenset()

    def covers(self, element: str) -> bool:
        """Say whether an element of its dataset may be had under it."""
        return not self.fields or element in self.fields

    def holds_on(self, day: date) -> bool:
        """Say whether the grant is in force on a day."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Use:
    """An exchange that delivered data.

    Attributes:
        exchange_id: the exchange.
        day: when.
        dataset_id: what was delivered.
        to_department: to whom.
        grant_id: the grant that was named; "" for none.
        purpose: as it was stated; "" where nothing was.
        count: how many exchanges that are alike it stands for.
    """

    exchange_id: str
    day: date
    dataset_id: str
    to_department: str
    grant_id: str = ""
    purpose: str = ""
    count: int = 1
