"""Rows of a site: what its own records say stands over what a package says of the same thing.

A site that runs data sharing has on record what a package would report of it: requests, duties,
grants, exchanges. It writes them as tables in a folder, and here they are laid over those of the
package: a row of the site replaces the row with the same key, other rows stay, and departments are
added where the package has none. Rows of the site say until when they are known (``as_of``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from shixiao.evidence.conform import Conformed
from shixiao.evidence.raw import RawEvidence, RawTable
from shixiao.evidence.schema import load_schemas
from shixiao.evidence.sql import quote
from shixiao.terms import Text

PLACE = "site"
TABLES = ("departments", "datasets", "requests", "duties", "grants", "exchanges")
ADDED = frozenset({"departments"})  # the package knows better what it has
AS_OF = "as_of"
NOTE = Text(
    "用了本站自己的台账 {rows} 行（截至 {day}）：{tables}。与证据包编号相同的行以台账为准。",
    "{rows} rows come from the site's own records as of {day}: {tables}. They stand in for rows of"
    " the package with the same key.",
)
Laid = Sequence[tuple[RawTable, Conformed]]


@dataclass(frozen=True, slots=True)
class SiteRows:
    """What was laid over the package.

    Attributes:
        day: last day up to which the records are known, as ISO 8601; "" where no row says so.
        rows: table → rows that the site wrote.
        own: table → columns that the package has itself: where it lacks one, its rows say nothing
            about it, also where the rows of the site do.
    """

    day: str
    rows: dict[str, int]
    own: dict[str, tuple[str, ...]]

    @property
    def note(self) -> Text:
        """Say how many rows of which tables."""
        titles = {name: load_schemas()[name].title for name in self.rows}
        counts = [(titles[name], f"{n:,}") for name, n in self.rows.items()]
        listed = Text(
            "、".join(f"{title.zh} {n}" for title, n in counts),
            ", ".join(f"{title.en.lower()} {n}" for title, n in counts),
        )
        total = f"{sum(self.rows.values()):,}"
        return Text(
            NOTE.zh.format(rows=total, day=self.day, tables=listed.zh),
            NOTE.en.format(rows=total, day=self.day, tables=listed.en),
        )


def name_of(table: str) -> str:
    """Return the name under which a table of the site is cited among the inputs."""
    return f"{PLACE}/{table}.parquet"


def with_site_rows(raw: RawEvidence, folder: Path) -> None:
    """Add the tables that a site wrote; what was received stays among the inputs, unchanged.

    Args:
        raw: the evidence; it is changed.
        folder: ``TABLE.parquet`` for those of ``TABLES`` that have rows; cited by their hashes.
    """
    for name in TABLES:
        path = folder / f"{name}.parquet"
        if path.exists():
            raw.tables.append(RawTable(name, name_of(name), PLACE, parquet=path))
            raw.files = [*raw.files, (name_of(name), path)]


def of_site(table: RawTable) -> bool:
    """Say whether a table was written by the site."""
    return table.source == PLACE and table.file == name_of(table.name)


def laid_over(tables: Laid) -> dict[str, Conformed]:
    """Return the tables by name, the rows of the site in their places, in the order of the key."""
    named = {table.name: found for table, found in tables if not of_site(table)}
    for table, found in tables:
        if of_site(table):
            package = named.get(table.name)
            named[table.name] = found if package is None else _both(table.name, found, package)
    return named


def site_rows_of(connection: duckdb.DuckDBPyConnection, tables: Laid) -> SiteRows | None:
    """Return what was laid over; None where nothing was."""
    site = [(table, found) for table, found in tables if of_site(table)]
    if not site:
        return None
    names = {table.name for table, _ in site}
    days = [
        connection.execute(f"SELECT max({AS_OF})::VARCHAR FROM ({found.sql})").fetchone()
        for _, found in site
        if AS_OF in found.columns
    ]
    return SiteRows(
        day=max((row[0] for row in days if row and row[0]), default=""),
        rows={table.name: found.rows for table, found in site},
        own={t.name: f.columns for t, f in tables if t.name in names and not of_site(t)},
    )


def _both(name: str, site: Conformed, package: Conformed) -> Conformed:
    """Put the rows of both into one table: of two with the same key one alone stays."""
    schema = load_schemas()[name]
    over, under = (package, site) if name in ADDED else (site, package)
    columns = tuple(c for c in schema.names if c in {*site.columns, *package.columns})
    key = ", ".join(quote(column) for column in schema.key)
    kept = [
        f"SELECT {', '.join(quote(c) for c in ('__row', *each.columns))} FROM ({each.sql})"
        for each in (over, under)
    ]
    ordered = (
        f"SELECT * FROM ({kept[0]} UNION ALL BY NAME"
        f" {kept[1]} ANTI JOIN (SELECT {key} FROM ({over.sql})) USING ({key})) ORDER BY {key}"
    )
    problems = (*package.problems, *site.problems)
    return Conformed(ordered, ordered, columns, (), site.rows + package.rows, problems)
