"""Checking a design: from a package to verdicts and findings, with no log at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shixiao.checkup.design.asking import App, Design, Required
from shixiao.checkup.design.finding import Written, findings_of
from shixiao.checkup.design.holding import Holdings
from shixiao.checkup.design.judging import (
    BETTER,
    COPIED,
    LITTLE,
    PARTLY,
    SAME,
    UNKNOWN,
    WORSE,
    Judged,
    judge,
    listed,
)
from shixiao.checkup.design.promising import Promise, State, promises
from shixiao.checkup.design.reading import TABLES, read_design, unread
from shixiao.checkup.design.wording import texts
from shixiao.evidence import ColumnMapping, Request, StoreMeta, connect, prepare
from shixiao.evidence.raw import InputFile
from shixiao.evidence.readers import Kind, sniff
from shixiao.rules import RulePack
from shixiao.settings import Settings
from shixiao.terms import BadInput, Finding, Text, Verdict

# What an app with several services is called by: the worst of them.
WORST_FIRST = (COPIED, WORSE, SAME, PARTLY, LITTLE, BETTER)
NO_PACKAGE = Text(
    "设计体检需要证据包（文件夹或 .zip，内有 requirements 表），而不是单个文件。",
    "a design check needs an evidence package: a folder or .zip with a table requirements, not a "
    "single file",
)


@dataclass(frozen=True, slots=True)
class DesignCheck:
    """What was found of a design.

    Attributes:
        meta: of the evidence.
        inputs: the files that were read; a .zip is one.
        notes: what the reader of the result should know of the evidence.
        rules: thresholds and law.
        design: what is planned.
        judged: every service with its verdict, in order of id.
        promises: registered targets.
        verdicts: of services and apps, as results give them.
        findings: kind by kind.
    """

    meta: StoreMeta
    inputs: tuple[InputFile, ...]
    notes: tuple[Text, ...]
    rules: RulePack
    design: Design
    judged: tuple[Judged, ...]
    promises: tuple[Promise, ...]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]


def check_design(
    path: Path, *, rules: RulePack, settings: Settings, progress: Callable[[Text], None]
) -> DesignCheck:
    """Check the design that a package describes.

    Raises:
        BadInput: it is no package, says of no service what it asks for, or has cells that cannot be
            read where they must be.
    """
    if sniff(path, file=path.name or str(path)) is not Kind.PACKAGE:
        raise BadInput(NO_PACKAGE, file=path.name)
    request = Request(paths=(path,), mapping=ColumnMapping(), tables=TABLES)
    store = prepare(request, settings=settings, progress=progress)
    with connect("duckdb", settings=settings) as engine:
        design = read_design(store, engine)
    progress(Text("核对政府已有的数据", "Looking up what government holds"))
    holdings = Holdings(design, rules)
    progress(Text("逐项比较网上与窗口", "Comparing online with the counter, item by item"))
    judged = tuple(judge(design, service, holdings, rules) for service in design.services)
    promised = promises(design, rules)
    read = tuple(i for i in store.meta.inputs if i.rows) or store.meta.inputs
    written = Written(rules, read)
    return DesignCheck(
        meta=store.meta,
        inputs=read,
        notes=(*(Text.of(note) for note in store.meta.notes), *unread(store)),
        rules=rules,
        design=design,
        judged=judged,
        promises=promised,
        verdicts=(
            *(_of_service(one, promised) for one in judged),
            *(_of_app(app, judged, promised) for app in design.apps),
        ),
        findings=findings_of(design, judged, promised, holdings, written),
    )


def _of_service(one: Judged, promised: Sequence[Promise]) -> Verdict:
    grounds, missing = _targets(one.service.subject.id, promised)
    return Verdict(
        subject=one.service.subject,
        verdict=one.verdict,
        text=texts("verdicts")[one.verdict],
        grounds=(*one.grounds, *grounds),
        missing=(*one.missing, *missing),
        details=_details(one),
    )


def _of_app(app: App, judged: Sequence[Judged], promised: Sequence[Promise]) -> Verdict:
    """Give an app the worst verdict of the services that it carries."""
    mine = [one for one in judged if one.service.subject.id in app.services]
    names = {one.service.subject.id for one in mine}
    unknown = [Text.of(key) for key in app.services if key not in names]
    said, lacking = texts("grounds"), texts("missing")
    found = {one.verdict for one in mine}
    verdict = next((name for name in WORST_FIRST if name in found), UNKNOWN)
    grounds, missing = _targets(app.subject.id, promised)
    if mine:
        told = (
            said["service"].format(
                name=one.service.subject.name, verdict=texts("short")[one.verdict]
            )
            for one in mine
        )
        grounds = (said["services"].format(n=str(len(mine)), listed=listed(told)), *grounds)
    if not app.services:
        missing = (lacking["no_services"], *missing)
    if unknown:
        missing = (lacking["unknown_services"].format(listed=listed(unknown)), *missing)
    return Verdict(app.subject, verdict, texts("verdicts")[verdict], grounds, missing)


def _targets(identifier: str, promised: Sequence[Promise]) -> tuple[tuple[Text, ...], ...]:
    """Return what is promised for a subject, and what is missing of it."""
    mine = [promise for promise in promised if promise.subject.id == identifier]
    said = texts("grounds")["target"]
    grounds = tuple(
        said.format(
            measure=target.measure.name,
            baseline=f"{target.baseline:g}",
            target=f"{target.target:g}",
            due=target.due.isoformat(),
            least=f"{target.least_n:,}",
        )
        for promise in mine
        if (target := promise.target) is not None
    )
    missing = [why for promise in mine for why in promise.why]
    if not any(promise.state is State.REGISTERED for promise in mine):
        missing.append(texts("missing")["no_target"])
    return grounds, tuple(missing)


def _details(one: Judged) -> dict[str, Any]:
    """Return the numbers behind a verdict."""
    compared = one.burden
    return {
        "compared": one.compared,
        "kept": one.kept,
        "counter": {k.value: n for k, n in compared.counter.items()} if compared else None,
        "online": {k.value: n for k, n in compared.online.items()} if compared else None,
        "ratio": compared.ratio.to_json() if compared else None,
        "visits": len(one.visits),
        "signatures": len(one.signatures),
        "data_asked": one.asked,
        "held": [
            {
                "item_id": held.item.item_id,
                "name": held.item.name.to_json(),
                "kind": held.item.kind.value,
                "element_id": held.element.id,
                "departments": list(held.holders),
                "chance": held.chance,
                "confirmed": held.confirmed,
            }
            for held in one.held
        ],
        "items": [
            {
                "fate": pair.fate.value,
                "kind": pair.item.kind.value,
                "counter": _item(pair.counter),
                "online": _item(pair.online),
            }
            for pair in one.pairs
        ],
    }


def _item(item: Required | None) -> dict[str, Any] | None:
    return None if item is None else {"item_id": item.item_id, "name": item.name.to_json()}
