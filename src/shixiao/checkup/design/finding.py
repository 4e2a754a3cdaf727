"""Findings of a design check: facts of full counts, so that none has a p."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from shixiao.checkup.articles import articles
from shixiao.checkup.design.asking import Design, FormField, Required
from shixiao.checkup.design.holding import Held, Holdings
from shixiao.checkup.design.judging import COPIED, WORSE, Judged, held_name, listed
from shixiao.checkup.design.pairing import Fate
from shixiao.checkup.design.promising import Promise, State
from shixiao.checkup.design.wording import finding_texts
from shixiao.checkup.scene import masked
from shixiao.evidence.raw import InputFile
from shixiao.rules import RulePack
from shixiao.terms import Estimate, EvidenceReference, Finding, Subject, SubjectKind, Text


@dataclass(frozen=True, slots=True)
class Written:
    """What every finding of a run is written with: rules, and the files that it can cite."""

    rules: RulePack
    inputs: Sequence[InputFile]

    def finding(
        self,
        kind: str,
        subject: Subject,
        estimate: Estimate,
        keys: tuple[str, Iterable[str]],
        **words: Text | str,
    ) -> Finding:
        """Return a finding; ``keys`` are a table and what names its rows."""
        text = finding_texts()[kind]
        table, names = keys
        limit = int(self.rules.number("F-03"))
        shown = tuple(masked(name) for name in names)[:limit]
        return Finding(
            kind=kind,
            measure=text.measure,
            subject=subject,
            locator="",
            severity=text.severity,
            estimate=estimate,
            rule=text.rule,
            lead=False,
            name=text.name,
            text=text.says.format(name=subject.name, **words),
            disproof=text.disproof,
            articles=tuple(articles(text.law, self.rules)),
            evidence=(EvidenceReference(table, shown, self._hash(table)),),
        )

    def _hash(self, table: str) -> str:
        fitting = (i.sha256 for i in self.inputs if i.name.rsplit("/", 1)[-1].startswith(table))
        return next(fitting, self.inputs[0].sha256)


def findings_of(
    design: Design,
    judged: Sequence[Judged],
    promises: Sequence[Promise],
    holdings: Holdings,
    written: Written,
) -> tuple[Finding, ...]:
    """Return all findings, kind by kind in the order of reports."""
    found = [finding for one in judged for finding in _of_service(one, design, written)]
    found += _of_forms(design, holdings, written)
    found += _of_promises(promises, written)
    order = list(finding_texts())
    return tuple(sorted(found, key=lambda f: (order.index(f.kind), f.subject.kind, f.subject.id)))


def _of_service(one: Judged, design: Design, written: Written) -> Iterator[Finding]:
    subject = one.service.subject
    others = one.elsewhere
    words: dict[str, Text | str] = {
        "n": str(one.compared),
        "kept": str(one.kept),
        "of": str(one.asked),
        "visits": str(len(one.visits)),
        "signatures": str(len(one.signatures)),
        "held": str(len(others)),
    }

    def keys(items: Iterable[Required]) -> tuple[str, list[str]]:
        return "requirements", [f"{subject.id} · {item.item_id}" for item in items]

    if one.verdict == COPIED:
        stayed = [p.online for p in one.pairs if p.online and p.counter and not p.online.basis]
        share = Estimate.fact(one.kept / one.compared, one.compared)
        yield written.finding(COPIED, subject, share, keys(stayed), **words)
    if one.verdict == WORSE and one.burden is not None:
        ratio, added = one.burden.ratio, one.count[Fate.ADDED]
        ends = {"value": ratio.value, "low": ratio.low, "high": ratio.high}
        shown = {key: f"{value:.2f}" for key, value in ends.items()}
        new = [p.online for p in one.pairs if p.online and p.fate is Fate.ADDED]
        yield written.finding(WORSE, subject, ratio, keys(new), added=str(added), **shown)
    if others:
        names = listed(held_name(held, design) for held in others)
        estimate = Estimate.fact(len(others), one.asked)
        items = keys(held.item for held in others)
        yield written.finding("held_data", subject, estimate, items, listed=names, **words)
    for kind, remains in (
        ("remaining_visit", one.visits),
        ("remaining_signature", one.signatures),
    ):
        if remains:
            names = listed(item.name for item in remains)
            estimate = Estimate.fact(len(remains), len(remains))
            yield written.finding(kind, subject, estimate, keys(remains), listed=names, **words)


def _of_forms(design: Design, holdings: Holdings, written: Written) -> Iterator[Finding]:
    """Speak of departments whose forms ask the public for what others hold."""
    fields = _grouped(design.fields, lambda field: field.department)
    for department, mine in sorted(fields.items()):
        found = (holdings.of(field.item, department) for field in mine)
        others: list[Held] = [held for held in found if held is not None and held.holders]
        if others:
            name = design.departments.get(department, Text.of(department))
            yield written.finding(
                "held_data",
                Subject(SubjectKind.DEPARTMENT, department, name),
                Estimate.fact(len(others), len(mine)),
                ("forms", [held.item.item_id for held in others]),
                of=str(len(mine)),
                held=str(len(others)),
                listed=listed(held_name(held, design) for held in others),
            )


def _grouped(
    fields: Iterable[FormField], key: Callable[[FormField], str]
) -> dict[str, list[FormField]]:
    found: dict[str, list[FormField]] = defaultdict(list)
    for field in fields:
        found[key(field)].append(field)
    return found


def _of_promises(promises: Sequence[Promise], written: Written) -> Iterator[Finding]:
    by_subject: dict[Subject, list[Promise]] = defaultdict(list)
    for promise in promises:
        by_subject[promise.subject].append(promise)
    for subject, mine in by_subject.items():
        refused = [promise for promise in mine if promise.state is State.REFUSED]
        if refused:
            yield written.finding(
                "vanity_target",
                subject,
                Estimate.fact(len(refused), len(mine)),
                ("targets", [f"{subject.id} · {p.registered.measure}" for p in refused]),
                listed=listed(Text.of(p.registered.measure) for p in refused),
            )
