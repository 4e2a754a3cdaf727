"""A registry that exists is read in: what is in force there is in force here, the rest are drafts.

An element is found again by department and identifier; what has the same content is left alone, so
a second reading of the same registry changes nothing. A file is read whole or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from shixiao.records.models import Organisation, Standard
from shixiao.seals import sha256_of
from shixiao.sharing.standards.registry import Element
from shixiao.terms import BadInput, Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue.keeping import departments
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.standards.deciding import replace_former
from shixiao.workflows.standards.drafting import columns_of

MOST = 20_000
FIRST_EDITION = "1"
ADOPTED = {"adopted", "已发布", "发布", "现行", "standard", "标准"}
TOO_MANY = Text(
    "一次最多导入 {most} 个数据元；请分成几个文件。", "{most} elements at once; split the file."
)
OTHERS = Text(
    "“{id}”的主责部门“{department}”不在您可以办理的部门中；没有导入任何数据元。",
    "“{id}” is of “{department}”, for which you do not act; nothing was imported.",
)
SAME_EDITION = Text(
    "“{id}”第 {edition} 版已经发布，内容却不同；发布了的不能改，请换版本号。没有导入任何内容。",
    "Edition {edition} of “{id}” is adopted already and reads otherwise; what is adopted does not"
    " change, so number it anew. Nothing was imported.",
)


OPEN = Text(
    "“{id}”正在征求意见，内容与文件不同；请先撤回修改。没有导入任何内容。",
    "“{id}” is open to comments and reads otherwise than in the file; take it back first. Nothing"
    " was imported.",
)
AT_ONCE = 5_000  # identifiers in one query
Held = dict[tuple[UUID, str], dict[str, Standard]]
"""Standards by edition, by department and identifier."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a reading changed."""

    seen: int
    added: int
    changed: int


@transaction.atomic
def import_elements(
    elements: Sequence[Element], *, file: str, own: Organisation, actor: Actor, at: datetime
) -> Imported:
    """Read a registry in.

    Args:
        elements: of the file.
        file: its name, for what is wrong with it.
        own: whose the elements are that name no department.
        actor: who imports; only who may adopt standards brings in what is in force.
        at: when.

    Raises:
        BadInput: there are too many, one is of a department for which the person does not act, one
            has no name, or an adopted edition reads otherwise.
    """
    if len(elements) > MOST:
        raise BadInput(TOO_MANY.format(most=MOST), file=file)
    known, added, changed = _departments(), 0, 0
    held = _held(elements)
    act = Act(actor, at, 0)
    for row, element in enumerate(elements, 1):
        of = known.get(element.department) if element.department else own
        if of is None or not may(actor, "standard.manage", of):
            said = OTHERS.format(id=element.id[:60], department=element.department[:60] or "—")
            raise BadInput(said, file=file, row=row)
        try:
            outcome = _one(element, of, act, held)
        except Incomplete as error:
            raise BadInput(error.text, file=file, row=row) from None
        added += outcome == "added"
        changed += outcome == "changed"
    if added or changed:
        digest = sha256_of([each.to_json() for each in elements])
        facts = {"origin": file[:200], "rows": len(elements), "sha256": digest}
        sealed = {"actor": signed_in(actor)}
        put("standard.imported", own.code, at=at, facts=facts, sealed=sealed)
    return Imported(len(elements), added, changed)


def _departments() -> Mapping[str, Organisation]:
    """Return code, and Chinese or English name → department."""
    found = dict(departments())
    for each in list(found.values()):
        found |= {each.name.zh: each, each.name.en: each}
    return found


def _held(elements: Sequence[Element]) -> Held:
    """Return what there is already of the elements, locked; some queries for all of them."""
    names = sorted({element.id.strip() for element in elements})
    found: Held = defaultdict(dict)
    rows = Standard.objects.select_for_update(of=("self",))
    for start in range(0, len(names), AT_ONCE):
        for row in rows.filter(identifier__in=names[start : start + AT_ONCE]):
            found[row.department_id, row.identifier][row.edition] = row
    return found


def _one(element: Element, of: Organisation, act: Act, held: Held) -> str:
    """Keep one element; return whether it was added, changed or left alone."""
    adopts = element.status.strip().lower() in ADOPTED and may(act.actor, "standard.adopt", of)
    edition = (element.version.strip() or FIRST_EDITION)[:20] if adopts else ""
    columns = columns_of(element)
    editions = held[of.pk, columns["identifier"]]
    kept = editions.get(edition)
    if kept is not None and kept.sha256 == columns["sha256"]:
        return "same"
    if kept is not None and kept.state == "comment":
        raise Incomplete(OPEN.format(id=element.id[:60]))
    if kept is not None and kept.state != "draft":
        raise Incomplete(SAME_EDITION.format(id=element.id[:60], edition=edition or "—"))
    if kept is not None:
        for name, value in columns.items():
            setattr(kept, name, value)
        kept.version += 1
        kept.save()
        return "changed"
    made = Standard(department=of, edition=edition, entered=act.at, made=act.at, **columns)
    made.state, made.made_by = ("adopted" if adopts else "draft"), signed_in(act.actor)
    made.adopted = act.at if adopts else None
    if adopts:
        check(act.actor, "standard.adopt", made)
        if any(each.state == "adopted" for each in editions.values()):
            replace_former(made, edition, act)
    made.save(force_insert=True)
    editions[edition] = made
    return "added"
