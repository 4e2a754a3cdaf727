"""The store: immutable Parquet that was built once from an input and is reused by its hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from shixiao.evidence.engines import Engine, Table
from shixiao.evidence.leaving_out import LISTED
from shixiao.evidence.overlay import CONFIRMED
from shixiao.evidence.raw import InputFile
from shixiao.evidence.site_rows import PLACE, SiteRows
from shixiao.terms import Text

# Raise when a build writes other bytes for the same input: older stores are then built anew.
STORE_VERSION = 4
META = "store.json"


@dataclass(frozen=True, slots=True)
class StoreMeta:
    """What the build knows about its input: all that a report needs besides the tables.

    ``utc_offset`` is the zone's offset in µs where it is one throughout; None where cases carry
    their own wall-clock columns ``opened_local`` and ``closed_local``. ``left_out`` is how many
    cases were left out by a list; None where there is no list. ``site_rows`` is what a site laid
    over it of its own records; None where nothing was. ``group_columns`` are columns beyond the
    package's own that a descriptor calls groups of persons, by table; they lie beside the others.
    """

    key: str
    name: str
    name_en: str
    kind: str
    zone: str
    calendar: str
    utc_offset: int | None
    inputs: tuple[InputFile, ...]
    sources: tuple[str, ...]
    tables: dict[str, tuple[str, ...]]
    event_columns: tuple[str, ...]
    case_columns: tuple[str, ...]
    events: int
    cases: int
    quality: dict[str, Any]
    notes: tuple[dict[str, str], ...] = ()
    left_out: int | None = None
    site_rows: SiteRows | None = None
    group_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def title(self) -> Text:
        """What to call the whole, in both languages."""
        return Text(self.name, self.name_en)

    @property
    def received(self) -> tuple[InputFile, ...]:
        """The inputs without what was made here: a confirmed map, a list of cases, own records."""
        made = (CONFIRMED, LISTED)
        return tuple(
            item
            for item in self.inputs
            if item.name not in made and not item.name.startswith(f"{PLACE}/")
        )

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``store.json``."""
        return {
            "version": STORE_VERSION,
            "key": self.key,
            "name": self.name,
            "name_en": self.name_en,
            "kind": self.kind,
            "zone": self.zone,
            "calendar": self.calendar,
            "utc_offset": self.utc_offset,
            "inputs": [[i.name, i.sha256, i.rows] for i in self.inputs],
            "sources": list(self.sources),
            "tables": {name: list(columns) for name, columns in sorted(self.tables.items())},
            "event_columns": list(self.event_columns),
            "case_columns": list(self.case_columns),
            "events": self.events,
            "cases": self.cases,
            "quality": self.quality,
            "notes": list(self.notes),
            # Said only where there is a list: stores from before it stay the same, byte for byte.
            **({} if self.left_out is None else {"left_out": self.left_out}),
            **({} if self.site_rows is None else {"site_rows": asdict(self.site_rows)}),
            **({"group_columns": dict(self.group_columns)} if self.group_columns else {}),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> StoreMeta:
        """Read the content of ``store.json``."""
        return cls(
            key=data["key"],
            name=data["name"],
            name_en=data["name_en"],
            kind=data["kind"],
            zone=data["zone"],
            calendar=data["calendar"],
            utc_offset=data["utc_offset"],
            inputs=tuple(InputFile(*entry) for entry in data["inputs"]),
            sources=tuple(data["sources"]),
            tables={name: tuple(columns) for name, columns in data["tables"].items()},
            event_columns=tuple(data["event_columns"]),
            case_columns=tuple(data["case_columns"]),
            events=data["events"],
            cases=data["cases"],
            quality=data["quality"],
            notes=tuple(data["notes"]),
            left_out=data.get("left_out"),
            site_rows=_site_rows(data.get("site_rows")),
            group_columns={n: tuple(c) for n, c in data.get("group_columns", {}).items()},
        )


def _site_rows(data: Mapping[str, Any] | None) -> SiteRows | None:
    if data is None:
        return None
    own = {name: tuple(columns) for name, columns in data["own"].items()}
    return SiteRows(data["day"], dict(data["rows"]), own)


@dataclass(frozen=True, slots=True)
class Store:
    """A built store on disk.

    ``events`` has one row per event, sorted by (case_no, ts, seq): case_no, pos, activity (code),
    ts and next_ts (µs since 1970, UTC), seq, next_activity, occurrence, resource_changes,
    department_id_changes, and the optional columns that the input has. ``cases`` has one row per
    case; ``variants`` and ``sequences`` the distinct activity sequences; ``activities`` the names.
    Other tables of the package lie beside them as they came, checked and typed.
    """

    folder: Path
    meta: StoreMeta

    @classmethod
    def load(cls, folder: Path) -> Store:
        """Open a store that was built before."""
        data = json.loads((folder / META).read_text("utf-8"))
        return cls(folder, StoreMeta.from_json(data))

    def table(self, engine: Engine, name: str) -> Table:
        """Return one table of the store on an engine."""
        return engine.parquet(self.folder / f"{name}.parquet")

    def has(self, table: str, *columns: str) -> bool:
        """True when the package holds this table with these columns."""
        present = self.meta.tables.get(table)
        return present is not None and all(column in present for column in columns)
