"""Taking in what an evaluation found: departments, standings, findings by their key.

What is public of a finding changes when an evaluation is published, and not before: a draft that
sees it again leaves words, severity and state alone. Nor does the ledger, which everybody reads,
name findings of a draft; the hash of the draft's result is in it, and commits to them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from shixiao.records.models import Evaluation, Finding, LeafRow, Organisation, Sighting, Standing
from shixiao.terms import Severity, Text
from shixiao.workflows.actors import with_children
from shixiao.workflows.leaves import put

GRAVITY = {str(severity): place for place, severity in enumerate(Severity)}
OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Taken:
    """What an evaluation left to be taken in: of register.json and of result.json.

    ``public`` has every finding by its id, as everybody may read it.
    """

    departments: Sequence[Mapping[str, str]]
    subjects: Sequence[Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]
    public: Mapping[str, Mapping[str, Any]]


def read(folder: Path) -> Taken:
    """Read what is to be taken in; before the transaction, for others wait while it lasts."""
    register = json.loads((folder / "register.json").read_text("utf-8"))
    findings = json.loads((folder / "result.json").read_text("utf-8"))["findings"]
    public = register["findings"]
    # What may never be public, findings on single people, stays in the files of the draft.
    taken = [finding for finding in findings if finding["id"] in public]
    return Taken(register["departments"], register["subjects"], taken, public)


def take_in(evaluation: Evaluation, found: Taken, *, at: datetime) -> None:
    """Write the rows that lists and pages need; the caller holds the transaction."""
    departments = take_departments(found.departments, evaluation, at=at)
    rows = [_standing(evaluation, entry) for entry in found.subjects]
    Standing.objects.bulk_create(rows, batch_size=500)
    _take_findings(evaluation, found, departments)


def take_departments(
    entries: Sequence[Mapping[str, str]], evaluation: Evaluation, *, at: datetime
) -> dict[str, Organisation]:
    """Add departments that are new, renew those that are known, and return all by code.

    The tree decides who sees what. Evidence of a department therefore moves nobody in it: it adds
    what is new without a place, and renews the names of itself and of what stands below it. Nor
    does any evidence change what was entered by hand.
    """
    source = evaluation.evidence.organisation
    everywhere = source.kind != Organisation.Kind.DEPARTMENT
    own = with_children({source.pk})
    known = {o.code: o for o in Organisation.objects.select_related("parent")}
    moved = [entry["id"] for entry in entries if entry["id"] not in known]
    for entry in entries:
        found = known.get(entry["id"])
        if found is None:
            found = Organisation(kind=Organisation.Kind.DEPARTMENT, code=entry["id"])
        elif found.kind != Organisation.Kind.DEPARTMENT or not (everywhere or found.pk in own):
            continue
        found.name = Text(entry["name"], entry["name_en"] or entry["name"])
        found.tier, found.region = entry["tier"], entry["region"]
        found.save()
        known[found.code] = found
    for entry in entries if everywhere else ():
        parent, child = known.get(entry["parent_id"]), known[entry["id"]]
        if parent is None or child.kind != Organisation.Kind.DEPARTMENT:
            continue
        if parent.pk not in {child.pk, child.parent_id}:
            child.parent = parent
            child.save(update_fields=["parent"])
            moved.append(child.code)
    for code in dict.fromkeys(moved):
        _entered(known[code], evaluation, at)
    return known


def _entered(department: Organisation, evaluation: Evaluation, at: datetime) -> None:
    parent = department.parent
    facts = {"kind": department.kind, "department": parent.code if parent else ""}
    sealed = {"actor": evaluation.asked_by or evaluation.evidence.received_by}
    put("organisation.entered", department.code, at=at, facts=facts, sealed=sealed)


def _standing(evaluation: Evaluation, entry: Mapping[str, Any]) -> Standing:
    scores = {name: score["value"] for name, score in entry["scores"].items()}
    overall, rank, hours = entry["scores"].get(OVERALL), entry["rank"], entry["hours"]
    return Standing(
        evaluation=evaluation,
        kind=entry["kind"],
        subject=entry["id"],
        slug=entry["slug"],
        name=Text.of(entry["name"]),
        words=" ".join((entry["id"], *entry["name"].values())).casefold(),
        department=entry["department"],
        verdict=entry["verdict"],
        cases=entry["cases"],
        findings=entry["findings"],
        score=scores.get(OVERALL),
        score_low=overall["low"] if overall else None,
        score_high=overall["high"] if overall else None,
        usefulness=scores.get("usefulness"),
        convenience=scores.get("convenience"),
        benefit=scores.get("benefit"),
        rank_low=rank["low"] if rank else None,
        rank_high=rank["high"] if rank else None,
        rank_of=rank["of"] if rank else None,
        band=rank["band"] if rank else None,
        hours=hours["value"] if hours and hours["status"] == "ok" else None,
        detail={
            "page": entry["page"],
            "scores": entry["scores"],
            "rank": rank,
            "cap": entry["cap"],
            "hours": hours,
            "people": entry.get("people", {}),
        },
    )


def _take_findings(
    evaluation: Evaluation,
    taken: Taken,
    departments: Mapping[str, Organisation],
) -> None:
    """Add new findings, update those that are not public, and mark which of these are gone."""
    entries, public = taken.findings, taken.public
    owners = {(entry["kind"], entry["id"]): entry["department"] for entry in taken.subjects}
    known = {f.code: f for f in Finding.objects.filter(code__in=[e["id"] for e in entries])}
    settled = set(_public().filter(pk__in=[f.pk for f in known.values()]).values_list("pk"))
    for entry in entries:
        found = known.get(entry["id"])
        kind, subject = entry["subject"]["kind"], entry["subject"]["id"]
        owner = subject if kind == "department" else owners.get((kind, subject), "")
        if found is None:
            found = known[entry["id"]] = _new(evaluation, entry)
            _say(found, evaluation, entry, public[entry["id"]])
        elif (found.pk,) not in settled:
            _changed(found, entry)
            _say(found, evaluation, entry, public[entry["id"]])
        found.department, found.last_seen = departments.get(owner), evaluation
        found.save()
    Sighting.objects.bulk_create(
        (
            Sighting(
                finding=known[entry["id"]],
                evaluation=evaluation,
                severity=entry["severity"],
                detail=entry,
                public=public[entry["id"]],
            )
            for entry in entries
        ),
        batch_size=500,
    )
    _gone(evaluation).exclude(pk__in=_public()).update(state=Finding.State.GONE)


def tell_published(evaluation: Evaluation, *, at: datetime) -> None:
    """Let findings say what an evaluation says that has just been published."""
    leaves = LeafRow.objects.filter(event="finding.opened")
    opened = set(leaves.filter(subject__in=_codes(evaluation)).values_list("subject", flat=True))
    for sighting in evaluation.sightings.select_related("finding__said_in"):
        found = sighting.finding
        said = found.said_in
        public = said != evaluation and said.published is not None and said.withdrawn is None
        if public and said.asked > evaluation.asked:
            continue
        if not public and found.state == Finding.State.GONE:
            found.state = Finding.State.LEAD  # it was a draft that did not see it
        changed = _changed(found, sighting.detail)
        _say(found, evaluation, sighting.detail, sighting.public)
        found.save()
        if found.code not in opened:
            rule = sighting.detail["rule"]
            _on_record("finding.opened", found, evaluation, at, rule=rule)
        elif changed:
            _on_record("finding.updated", found, evaluation, at)
    for found in _gone(evaluation).filter(pk__in=_public()):
        found.state = Finding.State.GONE
        found.save(update_fields=["state"])
        _on_record("finding.updated", found, evaluation, at)


def tell_before(evaluation: Evaluation, *, at: datetime) -> None:
    """Let findings say what the newest public evaluation says, now that one was withdrawn."""
    left = Sighting.objects.filter(finding=OuterRef("pk"), evaluation__in=_published())
    newest = left.order_by("-evaluation__asked").values("pk")[:1]
    rows = Finding.objects.filter(said_in=evaluation).annotate(newest=Subquery(newest))
    pairs = {found.newest: found for found in rows if found.newest is not None}
    for sighting in Sighting.objects.filter(pk__in=pairs).select_related("evaluation"):
        found = pairs[sighting.pk]
        changed = _changed(found, sighting.detail)
        _say(found, sighting.evaluation, sighting.detail, sighting.public)
        found.save()
        if changed:
            _on_record("finding.updated", found, sighting.evaluation, at)
    of = evaluation.evidence.organisation_id
    present = _published().filter(evidence__organisation=of).order_by("-asked")[:1]
    seen = Sighting.objects.filter(evaluation__in=present.values("pk")).values("finding")
    for back in Finding.objects.filter(state=Finding.State.GONE, pk__in=seen):
        back.state = Finding.State.LEAD
        back.save(update_fields=["state"])
        _on_record("finding.updated", back, back.said_in, at)


def is_public(finding: Finding) -> bool:
    """Say whether everybody sees a finding."""
    return _public().filter(pk=finding.pk).exists()


def _codes(evaluation: Evaluation) -> QuerySet[Sighting, str]:
    return evaluation.sightings.values_list("finding__code", flat=True)


def _published() -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(published__isnull=False, withdrawn__isnull=True)


def _public() -> QuerySet[Finding]:
    """Return the findings that everybody sees."""
    return Finding.objects.filter(sightings__evaluation__in=_published()).distinct()


def _say(
    found: Finding, evaluation: Evaluation, entry: Mapping[str, Any], public: Mapping[str, Any]
) -> None:
    """Let a finding say what an evaluation says of it."""
    found.severity, found.gravity = entry["severity"], GRAVITY[entry["severity"]]
    found.text, found.subject_name = Text.of(entry["text"]), Text.of(entry["subject"]["name"])
    found.public_text, found.said_in = Text.of(public["text"]), evaluation


def _new(evaluation: Evaluation, entry: Mapping[str, Any]) -> Finding:
    return Finding(
        code=entry["id"],
        kind=entry["kind"],
        measure=entry["measure"],
        locator=entry["locator"],
        subject_kind=entry["subject"]["kind"],
        subject=entry["subject"]["id"],
        lead=entry["lead"],
        severity=entry["severity"],
        first_seen=evaluation,
    )


def _changed(found: Finding, entry: Mapping[str, Any]) -> bool:
    """Note what a later evaluation changes; True when the ledger should know."""
    if found.state == Finding.State.GONE:
        found.state, found.returned = Finding.State.LEAD, found.returned + 1
        return True
    return bool(found.severity != entry["severity"])


def _gone(evaluation: Evaluation) -> QuerySet[Finding]:
    """Return leads of the same organisation's evidence that this evaluation no longer shows."""
    before = Finding.objects.filter(
        state=Finding.State.LEAD,
        said_in__evidence__organisation=evaluation.evidence.organisation_id,
        said_in__asked__lte=evaluation.asked,
    )
    return before.exclude(sightings__evaluation=evaluation)


def _on_record(
    event: str, found: Finding, evaluation: Evaluation, at: datetime, *, rule: str = ""
) -> None:
    facts: dict[str, Any] = {"result_sha256": evaluation.result_sha256, "severity": found.severity}
    if event == "finding.opened":
        facts |= {"kind": found.kind, "measure": found.measure, "rule": rule}
    else:
        facts |= {"state": found.state}
    put(event, found.code, at=at, facts=facts)
