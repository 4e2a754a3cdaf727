"""Raw evidence: what the readers found at a path, before any value is checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from shixiao.terms import Text


@dataclass(slots=True)
class RawTable:
    """One table as it stands in a file: its rows are read once, in file order.

    Attributes:
        name: table of the evidence package (``events``, ``cases``, …).
        file: name of the file for messages; never an absolute path.
        source: name of the log or package that the rows belong to.
        parquet: where the rows already lie as Parquet and the engine scans them; else None.
        batches: the rows as Arrow batches of one schema when ``parquet`` is None. Text formats
            give string columns with empty cells as null; typed formats keep their types.
        rename: column in the file → column of the evidence package, as mapped or detected.
    """

    name: str
    file: str
    source: str
    parquet: Path | None = None
    batches: Iterator[pa.RecordBatch] | None = None
    rename: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InputFile:
    """An input as it is cited in results: its name, its SHA-256 and how many rows it gave."""

    name: str
    sha256: str
    rows: int


@dataclass(slots=True)
class RawEvidence:
    """Everything found at the given paths.

    Attributes:
        name: what to call the whole (package title, or the file names); ``name_en`` in English.
        kind: ``package`` or ``log`` (one or more bare event logs).
        zone: IANA time zone in which naive times are read and days are counted.
        calendar: working-day calendar named by the package (``cn``), or ``none``.
        tables: the tables found; a bare log gives ``events`` and, where it can, ``cases``.
        files: (name, path on disk) of every input, for hashing.
        group_columns: group columns that a package descriptor names, by table.
        notes: what the user should know of how the evidence was taken.
    """

    name: str
    kind: str
    zone: str
    calendar: str
    tables: list[RawTable]
    files: list[tuple[str, Path]]
    group_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)
    name_en: str | None = None
