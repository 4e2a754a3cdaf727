"""Things of one's own department and of another, by which addresses are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import get_resolver, reverse

from shixiao.records.models import (
    Appraisal,
    Attachment,
    Case,
    Evaluation,
    Finding,
    LeafRow,
    Proposal,
)
from shixiao.workflows import files
from shixiao.workflows.cases.opening import observe
from tests.appraising import appraised
from tests.cast import NOW, Cast, make_evaluation, make_finding

OWN, FOREIGN = "own", "foreign"
PLACE = {OWN: "health", FOREIGN: "housing"}
NONE = "00000000-0000-7000-8000-000000000000"


@dataclass
class Things:
    """What there is, once of each department."""

    public: Evaluation
    cases: dict[str, Case] = field(default_factory=dict)
    drafts: dict[str, Evaluation] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    appraisals: dict[str, Appraisal] = field(default_factory=dict)
    leaf: LeafRow | None = None

    def path(self, name: str, whose: str) -> str:
        """Return the address of that name for a thing of one's own or of others."""
        given = {argument: self._value(name, argument, whose) for argument in arguments(name)}
        return reverse(name, kwargs=given)

    def _value(self, name: str, argument: str, whose: str) -> Any:
        if name.startswith(("case", "attachment", "api_case")) and argument == "code":
            return self.cases[whose].code
        if name.startswith("appraisal") and argument in {"code", "verb", "name"}:
            return {"code": self.appraisals[whose].code, "verb": "contest", "name": "scheme"}[
                argument
            ]
        drafts = ("evaluation", "api_evaluation", "api_standings")
        if name.startswith(drafts) and argument in {"code", "other"}:
            return self.drafts[whose].code
        known = {
            "code": {
                "finding": self.findings[whose].code,
                "api_finding": self.findings[whose].code,
                "api_receipt": self.leaf.code if self.leaf else "",
                "finding_case": self.findings[whose].code,
                "language": "en",
                "receipt": self.leaf.code if self.leaf else "",
                "receipt_proof": self.leaf.code if self.leaf else "",
            }.get(name),
            "proposal": self.proposals[whose].pk,
            "attachment": self.attachments[whose].pk,
            "evidence": self.drafts[whose].evidence_id,
            "verb": "drop",
            "how": "confirm",
            "kind": "service",
            "state": "on",
            "slug": "S1",
            "name": "result.json",
            "file": "checkpoint",
            "provider_id": "government",
        }
        return known.get(argument) or NONE


def arguments(name: str) -> list[str]:
    """Return what an address of that name is made from."""
    possible, _, given, _ = get_resolver().reverse_dict.getlist(name)[0]
    ((_, names),) = possible[:1]
    return [n for n in names if n not in given]


def make_things(cast: Cast) -> Things:
    """Make one of everything for each of two departments, and one evaluation that is public."""
    things = Things(make_evaluation(cast, published=NOW, published_by=cast.accounts["sun"]))
    for n, (whose, place) in enumerate(PLACE.items(), 1):
        case = observe(
            name="取号",
            story="核对。",
            department=cast.places[place],
            actor=cast.actor("chen"),
            at=NOW,
        )
        Case.objects.filter(pk=case.pk).update(state="proposed", handler=cast.accounts["li"])
        things.cases[whose] = case
        things.drafts[whose] = make_evaluation(cast, place)
        things.findings[whose] = make_finding(cast, things.public, place, n)
        things.proposals[whose] = Proposal.objects.create(
            case=case, verb="drop", reason="不受理", by=cast.accounts["chen"], at=NOW
        )
        things.attachments[whose] = Attachment.objects.create(
            case=case,
            file=files.store(f"paper {n}".encode(), at=NOW),
            kind="other",
            name="paper.txt",
            media_type="text/plain",
            added=NOW,
        )
        things.appraisals[whose] = appraised(cast, departments=[cast.places[place]]).appraisal
    things.leaf = LeafRow.objects.first()
    return things
