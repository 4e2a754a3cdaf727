"""The register of an evaluation: every subject with its department, and where it stands.

This is what a site keeps in its tables: short rows to sort, filter and search by. The whole answer
stays in result.json and the pages.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from shixiao.checkup.findings import PEOPLE
from shixiao.checkup.index import OVERALL
from shixiao.checkup.report.addresses import addresses
from shixiao.checkup.report.lookup import Lookup
from shixiao.evidence import Store
from shixiao.terms import Subject, SubjectKind

# Kind of subject → table and id column from which its department is known.
TABLES = {
    SubjectKind.SERVICE: ("services", "service_id"),
    SubjectKind.APP: ("apps", "app_id"),
    SubjectKind.SYSTEM: ("systems", "system_id"),
    SubjectKind.DATASET: ("datasets", "dataset_id"),
}
DEPARTMENT = ("name", "name_en", "parent_id", "tier", "region")

# measure → estimate; None where the number is not public, or there are too few cases for one
Told = dict[str, dict[str, Any] | None]


def departments(store: Store) -> list[dict[str, str]]:
    """Return the departments of the package: id, names, parent, tier, region; "" where unknown."""
    if not store.has("departments", "department_id"):
        return []
    return [
        {"id": row["department_id"], **{name: row.get(name) or "" for name in DEPARTMENT}}
        for row in _rows(store, "departments")
    ]


def period(store: Store) -> tuple[date, date] | None:
    """Return the first and the last day on which a case was opened; None where there is none."""
    if not store.meta.cases:
        return None
    local = "opened_local" if store.meta.utc_offset is None else "opened"
    opened = pq.read_table(store.folder / "cases.parquet", columns=[local]).column(0)
    ends = pc.min_max(opened).as_py()
    if ends["min"] is None:
        return None
    first, last = (_day(ends[end] + (store.meta.utc_offset or 0)) for end in ("min", "max"))
    return first, last


def subjects(lookup: Lookup) -> Iterator[dict[str, Any]]:
    """Give a row for every subject that was scored, measured or found wanting."""
    owners = _owners(lookup.evaluation.store)
    found = {(f.subject.kind, f.subject.id): f.subject for f in lookup.findings}
    found |= {(s.subject.kind, s.subject.id): s.subject for s in lookup.index.scores}
    found |= {(s.kind, s.id): s for s in lookup.all_subjects()}
    if lookup.city:
        found[lookup.whole.kind, lookup.whole.id] = lookup.whole
    # People have no page, and nobody finds them by searching.
    found = {key: subject for key, subject in found.items() if subject.kind not in PEOPLE}
    counts = Counter((f.subject.kind, f.subject.id) for f in lookup.findings)
    slugs, people = _slugs(found), people_like(lookup)
    for key in sorted(found):
        row = _row(lookup, found[key], owners, counts[key])
        yield {"slug": slugs[key]} | row | {"people": people.get(key, {})}


def people_like(
    lookup: Lookup,
) -> dict[tuple[SubjectKind, str], dict[str, dict[str, Told]]]:
    """Return what a service, and the city, does for whom: column → value → measures.

    Columns are the channel and attributes of applicants, as far as services were split by them; all
    cases stand under the empty column and value. Asked of a published lookup, a number that may not
    be shown is None; what was never measured is not there.
    """
    names = {"completion", lookup.time_measure() or ""}
    columns = {
        item.arm.column if item.arm else ""
        for item in lookup.evaluation.measured
        if item.subject.kind is SubjectKind.SERVICE
    }
    found: dict[tuple[SubjectKind, str], dict[str, dict[str, Told]]] = defaultdict(dict)
    for item in lookup.evaluation.measured:
        subject, arm, estimate = item.subject, item.arm, item.estimate
        known = subject.kind is SubjectKind.SERVICE or (lookup.city and subject == lookup.whole)
        column, value = (arm.column, arm.value) if arm is not None else ("", "")
        if not known or item.measure not in names or column not in columns:
            continue
        told = found[subject.kind, subject.id].setdefault(column, {}).setdefault(value, {})
        told[item.measure] = estimate.to_json() if estimate.ok else None
    return found


def _slugs(found: Collection[tuple[SubjectKind, str]]) -> dict[tuple[SubjectKind, str], str]:
    """Return a name that is safe in an address for each subject, unique within its kind."""
    slugs = {}
    for kind in {kind for kind, _ in found}:
        ids = sorted(identifier for of, identifier in found if of is kind)
        for identifier, page in addresses(ids).items():
            slugs[kind, identifier] = page.removesuffix(".html")
    return slugs


def _row(
    lookup: Lookup, subject: Subject, owners: Mapping[tuple[str, str], str], findings: int
) -> dict[str, Any]:
    scores = lookup.scores(subject)
    verdict = lookup.verdict(subject)
    overall = scores.get(OVERALL)
    saved = lookup.savings.get(subject.id) if subject.kind is SubjectKind.SERVICE else None
    department = (
        subject.id
        if subject.kind is SubjectKind.DEPARTMENT
        else owners.get((subject.kind, subject.id), "")
    )
    return {
        "kind": str(subject.kind),
        "id": subject.id,
        "name": subject.name.to_json(),
        "department": department,
        "page": lookup.page(subject),
        "verdict": verdict.verdict if verdict else "",
        "cases": lookup.size(subject),
        "findings": findings,
        "scores": {name: score.score.to_json() for name, score in scores.items()},
        "rank": None
        if overall is None
        else {
            "low": overall.place.low,
            "high": overall.place.high,
            "of": overall.place.of,
            "band": overall.place.band,
        },
        "cap": list(overall.cap) if overall else [],
        "hours": saved.people.to_json() if saved else None,
    }


def _owners(store: Store) -> dict[tuple[str, str], str]:
    owners = {}
    for kind, (table, key) in TABLES.items():
        if store.has(table, key, "department_id"):
            for row in _rows(store, table, (key, "department_id")):
                owners[str(kind), row[key]] = row["department_id"] or ""
    return owners


def _rows(store: Store, table: str, columns: tuple[str, ...] | None = None) -> list[dict[str, Any]]:
    path = store.folder / f"{table}.parquet"
    return list(pq.read_table(path, columns=list(columns) if columns else None).to_pylist())


def _day(micros: int) -> date:
    return date(1970, 1, 1) + timedelta(microseconds=micros)
