"""Silos on the site: what services ask for although another department holds it, and the draft.

They come from the newest published evaluation; whether the dataset stands in the catalogue, and
what became of requests for it, comes from the records.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from shixiao.records.models import CatalogueItem, Evaluation
from shixiao.terms import Estimate, Text
from shixiao.workflows.catalogue.keeping import LISTED
from shixiao.workflows.evaluations import folder_of

NONE = Text(
    "这次评估没有可供查找孤岛的表（事项要件、数据集）。",
    "This evaluation had no tables to find silos in (requirements, datasets).",
)


@dataclass(frozen=True, slots=True)
class SiloFound:
    """One thing that a service asks for although another department holds it.

    Attributes:
        key: its name in addresses: service and item.
        service, name: names of the service and of what it asks for.
        department, holder: codes of who asks and who holds it.
        holder_name: name of who holds it.
        dataset: identifier of the dataset.
        element: data element that answers it.
        way: how it could be had, an id of ``sharing.silos.Way``.
        cases: cases a year; None where they are not known.
        hours: hours that people would save in a year; None where cases are not known.
        item: the entry of the catalogue; None where it is not listed on the site.
    """

    key: str
    service: Text
    name: Text
    department: str
    holder: str
    holder_name: Text
    dataset: str
    element: str
    way: str
    cases: Estimate | None
    hours: Estimate | None
    item: CatalogueItem | None = None


def silos_of(evaluation: Evaluation) -> tuple[list[SiloFound], Text | None]:
    """Return the silos of an evaluation, the dearest first, and why there are none."""
    try:
        told = _told(folder_of(evaluation) / "result.json")
    except FileNotFoundError:
        return [], NONE
    rows = told.get("silos")
    if rows is None:
        reason = (told.get("not_assessable") or {}).get("silos")
        return [], NONE if reason is None else Text.of(reason)
    return _listed([_found(row) for row in rows]), None


def fields_of(silo: SiloFound) -> list[str]:
    """Return the names of data items of the dataset that answer what is asked."""
    items = silo.item.listed["items"] if silo.item is not None else []
    return [name for name, element, *_ in items if element == silo.element]


@lru_cache(maxsize=4)
def _told(path: Path) -> dict[str, Any]:
    """Return what a result says of sharing; a result never changes, and is long."""
    told: dict[str, Any] = json.loads(path.read_text("utf-8")).get("sharing") or {}
    return told


def _found(row: dict[str, Any]) -> SiloFound:
    cases, saving = row["cases"], row["saving"]
    return SiloFound(
        key=f"{row['service']}:{row['item']}",
        service=Text.of(row["service_name"]),
        name=Text.of(row["name"]),
        department=row["department"],
        holder=row["holder"],
        holder_name=Text.of(row["holder_name"]),
        dataset=row["dataset"],
        element=row["element"],
        way=row["way"],
        cases=None if cases is None else Estimate.from_json(cases),
        hours=None if saving is None else Estimate.from_json(saving["hours"]),
    )


def _listed(found: Sequence[SiloFound]) -> list[SiloFound]:
    """Return silos with the entry that the holder lists for the dataset."""
    rows = CatalogueItem.objects.filter(
        identifier__in={each.dataset for each in found}, state__in=LISTED
    ).select_related("department")
    items = {(row.department.code, row.identifier): row for row in rows}
    return [replace(each, item=items.get((each.holder, each.dataset))) for each in found]
