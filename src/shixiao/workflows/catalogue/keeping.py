"""Keeping an entry: the row holds what is counted by, and the search finds what is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shixiao.records.models import CatalogueItem, Entry, Organisation
from shixiao.sharing import catalogue
from shixiao.sharing.catalogue import Dataset
from shixiao.workflows import search
from shixiao.workflows.clock import pack

LISTED = CatalogueItem.LISTED


def columns_of(dataset: Dataset, departments: Mapping[str, Organisation]) -> dict[str, Any]:
    """Return the columns of an entry; the person's name is kept apart, encrypted."""
    listed = dataset.to_json()
    listed["person"] = ""
    return {
        "department": departments[dataset.provider],
        "lead": departments.get(dataset.lead),
        "name": dataset.name,
        "listed": listed,
        "sha256": dataset.sha256,
        "person": dataset.person,
        "sharing": dataset.sharing[:20],
        "domain": dataset.domain[:100],
        "tier": dataset.tier[:20],
        "grade": dataset.grade[:20],
        "updated": dataset.updated,
        "fresh_until": dataset.fresh_until,
        "faults": len(catalogue.faults(dataset, pack())),
    }


def dataset_of(item: CatalogueItem) -> Dataset:
    """Return an entry as it is listed, the person's name included."""
    return Dataset.from_json({**item.listed, "person": item.person})


def index(item: CatalogueItem) -> None:
    """Let an entry be found while it is published, and not otherwise."""
    found = [entry_of(item)] if item.state in LISTED else []
    search.index(found, replaced=[item.code])


def entry_of(item: CatalogueItem) -> Entry:
    """Return the entry of the search index."""
    return Entry(
        kind=search.DATASET,
        key=item.code,
        name=item.name,
        link=f"/catalogue/{item.code}/",
        weight=0.0,
    )


def departments() -> dict[str, Organisation]:
    """Return department code → department, for those in being."""
    kinds = ("department", "bureau")
    return {row.code: row for row in Organisation.objects.filter(kind__in=kinds, active=True)}


def entered(at: datetime) -> dict[str, Any]:
    """Return the columns of an entry that begins its life."""
    return {"made": at, "entered": at}
