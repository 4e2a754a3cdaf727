"""The question put to the evidence: everything that decides the answer's bytes, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from shixiao.effect import Comparison
from shixiao.evidence import ColumnMapping
from shixiao.terms import Period

DEFAULT_SEED = 20260101


@dataclass(frozen=True, slots=True)
class Question:
    """What to evaluate and how.

    Attributes:
        paths: one evidence package, or one or several bare logs.
        comparison: two arms of a case column.
        periods: (earlier, later), when the arms are periods of opening.
        by: case column whose values are compared with each other and ranked.
        adjust: case columns by which a comparison levels case mix.
        mapping: columns of bare logs.
        activity_map: a table of that form which stands in for the one that came with the evidence;
            it is cited among the inputs.
        left_out: a list (CSV with ``case_id``) of cases that count nowhere, such as those that
            field tests brought about; it is cited among the inputs.
        site_rows: a folder with tables that a site wrote of its own records, which are laid over
            those of the evidence; they are cited among the inputs.
        engine: URL of the engine.
        packs: rule packs, national first.
        seed: of every random draw.
        zone: time zone that overrides the package's.
        calendar: working-day calendar that overrides the package's.
        findings_only: leave out measures, rankings, journeys and the index: no finding rests on
            them, and they take a third of the time.
        window: look only at what began in these days: cases opened, ratings of such cases, messages
            sent, accounts opened, days of use. Registers have no dates and stay whole. Only with
            ``findings_only``: maps and journeys speak of everything.
    """

    paths: tuple[Path, ...]
    comparison: Comparison | None = None
    periods: tuple[Period, Period] | None = None
    by: str | None = None
    adjust: tuple[str, ...] = ()
    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    activity_map: Path | None = None
    left_out: Path | None = None
    site_rows: Path | None = None
    engine: str = "duckdb"
    packs: tuple[str, ...] = ("cn-2026",)
    seed: int = DEFAULT_SEED
    zone: str | None = None
    calendar: str | None = None
    findings_only: bool = False
    window: Period | None = None

    def __post_init__(self) -> None:
        if self.window is not None and not self.findings_only:
            raise ValueError("A window is for findings only")

    @property
    def grouping(self) -> tuple[str, ...]:
        """Case columns that the question names: they are kept even where they are unusual."""
        named = [self.by, *self.adjust]
        if self.comparison is not None and self.periods is None:
            named.append(self.comparison.column)
        return tuple(dict.fromkeys(name for name in named if name and name not in ALIASES))


# Words for subjects that are no columns of cases.
ALIASES = {"service": "service_id", "department": "department_id", "log": "source"}
