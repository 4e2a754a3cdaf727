"""Asking: two lists are read, checked and kept for a worker; a result made elsewhere goes in whole.

The element side is a list, or the data elements that are in force in the registry of the site.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

import shixiao
from shixiao.records.models import MatchRun, Organisation, Standard, StoredFile
from shixiao.sharing.matching import Bounds, read_elements, read_matches, read_requirements
from shixiao.terms import BadInput, Text
from shixiao.workflows import files, moving, queued
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.matches import dictionary
from shixiao.workflows.matches.taking import take
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete, Stale
from shixiao.workflows.roles import Scope

MOST, LARGEST, LONGEST, LONGEST_FILE = 20_000, 20 << 20, 500, 200
COLUMNS = (
    *("element_id", "name", "definition", "datatype", "format", "code_list", "unit"),
    "department_id",
)
TOO_LARGE = Text(
    "文件超过 {most} MB；请分成几个文件。", "The file exceeds {most} MB; split it into several."
)
NO_ROWS = Text(
    "没有一行可用的内容；请检查文件。", "There is no row that can be used; check the file."
)
NO_STANDARDS = Text(
    "本站还没有发布的数据元标准；请上传数据元清单。",
    "No standard of a data element is in force on this site yet; give a list of elements.",
)
TOO_MANY = Text(
    "已发布的数据元标准超过 {most} 个；请导出后分成几份清单，分别匹配。",
    "More than {most} standards are in force; export them and match parts of the list.",
)
ASKED = Text(
    "同样的清单已在等待或匹配中，不必再次提交。",
    "The same lists wait or are being matched already; they need not be given again.",
)
NOTHING_NEW = Text(
    "同样的清单已经匹配过，此后没有新的确认，结果不会改变。",
    "The same lists were matched already and nothing was learned since; the result would be the"
    " same.",
)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    name: str
    data: bytes


def visible(actor: Actor) -> QuerySet[MatchRun]:
    """Return the runs that the person may see."""
    rows = MatchRun.objects.select_related("department")
    if actor.reach("match.read") is Scope.ANY:
        return rows
    return rows.filter(department__in=actor.below)


@transaction.atomic
def ask(
    requirements: Upload,
    elements: Upload | None,
    *,
    department: Organisation,
    actor: Actor,
    at: datetime,
) -> MatchRun:
    """Ask for a matching of two lists; a worker runs it.

    Args:
        requirements: what services ask for.
        elements: what departments hold; None for the registry of the site.
        department: whose requirements they are.
        actor: who asks.
        at: when.

    Raises:
        Forbidden: it is another department's.
        BadInput: a list cannot be read or is too large; where.
        Incomplete: the registry has nothing in force.
        Stale: the very same is on its way, or nothing was learned since it was matched.
    """
    check(actor, "match.run", department)
    _checked(requirements, read_requirements)
    if elements is not None:
        _checked(elements, read_elements)
    moving.locked(department)
    given = MatchRun(
        department=department,
        kind=MatchRun.Kind.REGISTRY if elements is None else MatchRun.Kind.LISTS,
        source=name_of(requirements.name),
        compared="" if elements is None else name_of(elements.name),
        requirements=files.store(requirements.data, at=at),
        elements=_registry(at) if elements is None else files.store(elements.data, at=at),
    )
    return _queued(given, actor, at)


@transaction.atomic
def again(run: MatchRun, *, actor: Actor, at: datetime) -> MatchRun:
    """Match the lists of a run once more, with what was learned since.

    Raises:
        Forbidden: it is another department's.
        Stale: it has no lists, is on its way, or nothing was learned since.
    """
    check(actor, "match.run", run)
    moving.locked(run.department)
    if run.requirements is None:
        raise Stale(NOTHING_NEW)
    registry = run.kind == MatchRun.Kind.REGISTRY
    given = MatchRun(
        department=run.department,
        kind=run.kind,
        source=run.source,
        compared=run.compared,
        requirements=run.requirements,
        elements=_registry(at) if registry else run.elements,
        former=run,
    )
    return _queued(given, actor, at)


@transaction.atomic
def take_in(
    upload: Upload, *, department: Organisation, actor: Actor, at: datetime
) -> tuple[MatchRun, bool]:
    """Take in the result of a matching that was made elsewhere; return it, and whether it is new.

    Raises:
        Forbidden: it is another department's.
        BadInput: it is no such result.
    """
    check(actor, "match.run", department)
    name = name_of(upload.name)
    told = read_matches(upload.data, file=name)
    moving.locked(department)
    stored = files.store(upload.data, at=at)
    uploaded = MatchRun.objects.filter(department=department, kind=MatchRun.Kind.RESULT)
    known = uploaded.filter(result=stored).first()
    if known is not None:
        return known, False
    made = MatchRun.objects.create(
        department=department,
        kind=MatchRun.Kind.RESULT,
        source=name,
        asked=at,
        asked_by=signed_in(actor),
    )
    take(made, told, stored, at=at)
    return made, True


def _queued(given: MatchRun, actor: Actor, at: datetime) -> MatchRun:
    """Queue a run of lists, unless the same waits or would give the same."""
    given.learned = dictionary.keep(given.department, at=at)
    same = MatchRun.objects.filter(
        department=given.department, requirements=given.requirements, elements=given.elements
    )
    if same.filter(state__in=queued.UNDERWAY).exists():
        raise Stale(ASKED)
    # As it was matched now: by this version, by these rules, with this dictionary.
    alike = same.filter(
        state=MatchRun.State.DONE,
        learned=given.learned,
        rules_sha256=pack().hash,
        code_version=shixiao.__version__,
    )
    if alike.exists():
        raise Stale(NOTHING_NEW)
    earlier = MatchRun.objects.filter(
        department=given.department, requirements=given.requirements, kind=given.kind
    )
    given.edition = 1 + max(earlier.values_list("edition", flat=True), default=0)
    given.asked, given.asked_by, given.progress = at, signed_in(actor), queued.WAITING
    given.save(force_insert=True)
    return given


def _checked(upload: Upload, read: Callable[[Path, Bounds], Sequence[Row]]) -> None:
    """Read a list to its end, so that whatever is wrong is said while the person waits."""
    name = name_of(upload.name)
    if len(upload.data) > LARGEST:
        raise BadInput(TOO_LARGE.format(most=LARGEST >> 20), file=name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        path.write_bytes(upload.data)
        rows = read(path, Bounds(name, MOST, LONGEST))
    if not rows:
        raise BadInput(NO_ROWS, file=name)


def name_of(file: str) -> str:
    """Return the name of a file as a run keeps it and messages say it."""
    return Path(file).name[:LONGEST_FILE] or "list"


def _registry(at: datetime) -> StoredFile:
    """Keep the data elements in force as a list, so that the run can be repeated as it was."""
    rows = Standard.objects.filter(state="adopted").select_related("department")
    found = list(rows.order_by("identifier", "department__code")[: MOST + 1])
    if not found:
        raise Incomplete(NO_STANDARDS, field="elements")
    if len(found) > MOST:
        raise Incomplete(TOO_MANY.format(most=MOST), field="elements")
    often = Counter(row.identifier for row in found)
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for row in found:
        alone = often[row.identifier] == 1
        name = row.identifier if alone else f"{row.department.code}/{row.identifier}"
        said = (row.element.get(column) or "" for column in COLUMNS[2:-1])
        writer.writerow([name, row.name.zh, *said, row.department.code])
    return files.store(target.getvalue().encode(), at=at)
