"""A grant: what one department may have of one dataset of another, and under which conditions.

What Decree 809 wants stated: basis, use, scope, mode and time (art. 20; modes also art. 22), whose
security it is (arts. 34, 35), and the office that answers (art. 11). The words of Bitol's Open
Access Agreement Standard are used where it has one (``oaas``); it names neither fields nor legal
basis, kinds of case, masking nor rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Value = str | int
OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "present", "absent")
ALGORITHMS = ("ed25519", "sm2")


class Mode(StrEnum):
    """How data are had under a grant."""

    LOOKUP = "lookup"
    VERIFY = "verify"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Person:
    """Who answers for a side of the grant.

    Attributes:
        name: of the person.
        office: the named office (Decree 809 art. 11).
    """

    name: str
    office: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on the rows that a grant covers; all of them must hold.

    Attributes:
        column: of the dataset; it need not be among the fields that are given.
        op: one of ``OPERATORS``.
        values: what is compared with: one, several for ``in``, none for ``present``, ``absent``.
    """

    column: str
    op: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A public key by which the recipient signs its requests.

    Attributes:
        id: by which requests name it; no two recipients share one.
        algorithm: ``ed25519`` or ``sm2``.
        public: in base64: 32 bytes, or the uncompressed point of 65.
    """

    id: str
    algorithm: str
    public: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What was agreed.

    Attributes:
        id: by which receipts name it.
        provider: id of the department that gives.
        recipient: id of the department that takes.
        source: id of the system that holds the data, as the list of admitted systems knows it.
        caller: id of the system that asks.
        dataset: id of the dataset.
        purpose: id of the purpose, as requests state it.
        purpose_text: the purpose in words, as the citizen reads it.
        law: title of the law or regulation that it rests on.
        article: of that law.
        fields: that are given, each by name.
        rows: conditions on rows; empty for all rows.
        masks: how a field is masked (``masking``), by field; others are given as they are.
        marks: how a field is written to tell recipients' copies apart (``fingerprints``), by field.
        mode: how the data are had.
        rate: requests a second that are served on the average.
        burst: requests that may come at once.
        max_rows: rows that one answer may hold.
        starts: first day.
        ends: last day.
        reassess_on: day by which both sides look again whether it is needed.
        case_types: kinds of case for which it may be used.
        provider_person: who answers for giving.
        recipient_person: who answers for using.
        keys: of the recipient.
    """

    id: str
    provider: str
    recipient: str
    source: str
    caller: str
    dataset: str
    purpose: str
    purpose_text: str
    law: str
    article: str
    fields: tuple[str, ...]
    mode: Mode
    rate: int
    burst: int
    max_rows: int
    starts: date
    ends: date
    reassess_on: date
    case_types: tuple[str, ...]
    provider_person: Person
    recipient_person: Person
    keys: tuple[Key, ...]
    rows: tuple[Condition, ...] = ()
    masks: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
