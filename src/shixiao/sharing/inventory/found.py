"""Tables as they were found, before anybody knows what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shixiao.terms import Text


@dataclass(frozen=True, slots=True)
class Limits:
    """What a scan may take.

    Attributes:
        rows: most rows of one table that are looked at, and held in memory.
        tables: most tables; more are refused, so that a scan ends.
        seconds: most time of one statement.
        seed: of the sample.
    """

    rows: int = 2_000
    tables: int = 20_000
    seconds: int = 30
    seed: int = 20260101


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column as the schema has it."""

    name: str
    type: str
    comment: str = ""
    nullable: bool = True
    key: bool = False


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table or view as it was found.

    Attributes:
        name: with its schema where that is not the usual one.
        columns: in their order.
        rows: how many there are; None where nobody could tell.
        estimated: whether that is the database's own estimate, for counting took too long.
        comment: what is written about it.
        view: whether it is a view, whose rows lie elsewhere.
        sample: column → values; all of one length. Personal data: never printed.
        complete: whether the sample is the whole table.
        first: whether it is its first rows, for drawing took too long.
        problem: why it could not be read; its columns are known, its content is not.
    """

    name: str
    columns: tuple[RawColumn, ...]
    rows: int | None
    comment: str = ""
    view: bool = False
    estimated: bool = False
    sample: Mapping[str, Sequence[Any]] = field(default_factory=dict, repr=False)
    complete: bool = False
    first: bool = False
    problem: Text | None = None
