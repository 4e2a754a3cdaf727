"""Things of one's own department and of another, by which addresses are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import get_resolver, reverse

from shixiao.records.models import (
    Appraisal,
    Attachment,
    Case,
    ChannelRound,
    DecisionDelivery,
    DecisionMatter,
    Draw,
    Evaluation,
    Finding,
    Hearing,
    Incident,
    InspectionPlan,
    LeafRow,
    NeedProposal,
    Objection,
    Organisation,
    Proposal,
    Seat,
    Training,
    Voice,
    VoiceTopic,
    WarningCase,
)
from shixiao.terms import Text
from shixiao.voice.handling import Entry
from shixiao.workflows import files
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.cases.opening import observe
from shixiao.workflows.objections import filing
from shixiao.workflows.objections.filing import Said
from shixiao.workflows.voices.taking import Came, bring
from tests.appraising import appraised
from tests.cast import NOW, TODAY, Cast, make_evaluation, make_finding
from tests.deals import Deals, make_deals
from tests.fieldwork import Field, make_field

OWN, FOREIGN = "own", "foreign"
PLACE = {OWN: "health", FOREIGN: "housing"}
WARNINGS = ("warning", "warning_approve", "warning_refuse", "warning_questions")
FIXED = {
    ("algorithm_act", "doing"): "authority",
    ("review_act", "verb"): "draw",
    ("consultation_act", "event"): "announce",
    ("consultation_data", "name"): "votes.csv",
    ("matter_act", "verb"): "reply",
    ("proposal_act", "verb"): "decline",
    ("channel_round_act", "verb"): "draw",
}
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
    departments: dict[str, Organisation] = field(default_factory=dict)
    training_code: str = ""
    warning_code: str = ""
    seats: dict[str, Seat] = field(default_factory=dict)
    fieldwork: Field = field(default_factory=Field)
    deals: Deals = field(default_factory=Deals)
    plans: dict[str, InspectionPlan] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    deliveries: dict[str, DecisionDelivery] = field(default_factory=dict)
    objections: dict[str, Objection] = field(default_factory=dict)
    consultations: dict[str, DecisionMatter] = field(default_factory=dict)
    voices: dict[str, Voice] = field(default_factory=dict)
    topics: dict[str, VoiceTopic] = field(default_factory=dict)
    need_proposals: dict[str, NeedProposal] = field(default_factory=dict)
    rounds: dict[str, ChannelRound] = field(default_factory=dict)

    def path(self, name: str, whose: str) -> str:
        """Return the address of that name for a thing of one's own or of others."""
        given = {argument: self._value(name, argument, whose) for argument in arguments(name)}
        return reverse(name, kwargs=given)

    def _value(self, name: str, argument: str, whose: str) -> Any:
        made, deals = self.fieldwork, self.deals
        codes = {
            # What is asked for belongs to another department than the one that asks.
            "request_add": deals.elsewhere,
            "correction_add": deals.elsewhere,
            "dataset_import": deals.imports,
            "dataset": deals.items,
            "request": deals.requests,
            "dispute": deals.disputes,
            "correction": deals.corrections,
            "meeting": deals.meetings,
            "resolution": deals.resolutions,
            "sharing_department": self.departments,
            "grant": deals.grants,
            "gateway": deals.gateways,
            "account_use": deals.gateways,
            "asset": deals.assets,
            "copy": deals.copies,
            "standard": deals.standards,
            "inventory": deals.inventories,
            "match": deals.matchings,
            "registered": deals.systems,
            "algorithm": deals.algorithms,
            "review": deals.reviews,
            "decisions_": deals.systems,
            "workbench": deals.systems,
            "objection_sheet": deals.systems,
            "objection": self.objections,
            "consultation": self.consultations,
            "hearing": self.consultations,
            "matter": self.voices,
            "need": self.topics,
            "proposal_": self.need_proposals,
            "channel": self.rounds,
            "probing": deals.probings,
            "weakness": deals.weaknesses,
            "waiver": deals.weaknesses,
            "inspection": self.plans,
            "incident": self.incidents,
            "case": self.cases,
            "appraisal": self.appraisals,
            "attachment": self.cases,
            "api_case": self.cases,
            "commission": made.commissions,
            "sheet": made.sheets,
            "draw": made.draws,
        }
        if argument == "code":
            for start, things in codes.items():
                if name.startswith(start):
                    return things[whose].code
        own = {
            "identifier": deals.systems[whose].identifier,
            "delivery": self.deliveries[whose].code,
            "alike": NONE,
            "seat": NONE if name == "hearing_note" else self.seats[whose].pk,
            "measure": "faithfulness",
            "case": self.cases[whose].code,
        }
        if argument in own:
            return own[argument]
        if (name, argument) in FIXED:
            return FIXED[name, argument]
        if name.startswith("appraisal") and argument in {"verb", "name"}:
            return {"verb": "contest", "name": "scheme"}[argument]
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
                "body": "institute",
                **dict.fromkeys(("training", "training_act", "seat_name"), self.training_code),
                **dict.fromkeys(WARNINGS, self.warning_code),
                "receipt": self.leaf.code if self.leaf else "",
                "receipt_proof": self.leaf.code if self.leaf else "",
            }.get(name),
            "item": made.items[whose].code,
            "key": made.keys[whose].pk,
            "protocol": "service",
            "proposal": self.proposals[whose].pk,
            "attachment": self.attachments[whose].pk,
            "evidence": self.drafts[whose].evidence_id,
            "verb": "drop",
            "doing": "edit",
            "standard": "asvs",
            "how": "confirm",
            "kind": "service",
            "state": "on",
            "slug": "S1",
            "month": "2026-03",
            "name": "result.json",
            "file": "checkpoint",
            "provider_id": "government",
            "entry": NONE,
            "receipt": deals.exchanges[whose].pk,
            "asked": deals.asked[whose].pk,
            "number": 1,
        }
        return known.get(argument) or NONE


def make_training(cast: Cast, things: Things) -> None:
    """Make a training of both departments, and the draft of a warning case."""
    training = Training.objects.create(
        session="course",
        topic="bans",
        name=Text("培训", "Training"),
        state="running",
        entered=NOW,
        begins=TODAY,
        made=NOW,
        made_by=cast.accounts["li"],
    )
    for whose, place in PLACE.items():
        things.seats[whose] = Seat.objects.create(
            training=training,
            department=cast.places[place],
            post="leader",
            name=Text("负责人", "Head"),
        )
    warning = WarningCase.objects.create(
        case=things.cases[OWN],
        topic="bans",
        title=Text("警示案例", "Warning case"),
        text=Text("经过。", "Facts."),
        questions=[],
        sha256="0" * 64,
        drafted=NOW,
        drafted_by=cast.accounts["li"],
    )
    things.training_code, things.warning_code = training.code, warning.code


def make_inspections(cast: Cast, things: Things) -> None:
    """Make an incident of each, and a plan with a sealed inspection, which is nobody's yet."""
    for whose, place in PLACE.items():
        things.deliveries[whose] = DecisionDelivery.objects.create(
            system=things.deals.systems[whose], name="batch", at=NOW, by=cast.accounts["li"]
        )
        things.objections[whose], _ = filing.against_system(
            things.deals.systems[whose], Said("不好用。"), actor=NOBODY, at=NOW
        )
        things.incidents[whose] = Incident.objects.create(
            kind="leak",
            title="名册外泄",
            story="网上出现了名册。",
            department=cast.places[place],
            drill=False,
            known=NOW,
            reported=NOW,
            reported_by=cast.accounts["li"],
            state="reported",
            entered=NOW,
            opened=NOW,
        )
        plan = things.plans[whose] = InspectionPlan.objects.create(
            starts=TODAY,
            ends=TODAY,
            size=1,
            each=2,
            systems=[],
            rules_sha256="0" * 64,
            source="开奖号码",
            source_day=TODAY,
            state="drawn",
            entered=NOW,
            made=NOW,
            made_by=cast.accounts["li"],
        )
        plan.inspections.create(
            number=1, sealed={}, nonce="0" * 64, commitment="0" * 64, state="sealed", entered=NOW
        )
        Draw.objects.create(
            subject=plan.code,
            tag="inspectors",
            about="1",
            root="0" * 64,
            pool={"ids": [], "salt": "1" * 32},
            frozen_at=NOW,
            head="0" * 64,
        )


def make_consultations(cast: Cast, things: Things) -> None:
    """Make a matter of each that is open to opinions, with a comment and a hearing."""
    for whose, place in PLACE.items():
        matter = DecisionMatter.objects.create(
            name=Text("预约办法", "Rules for booking"),
            kind="policy",
            origin="people",
            about="排队太久。",
            department=cast.places[place],
            state="participation",
            until=TODAY,
            entered=NOW,
            made=NOW,
            made_by=cast.accounts["li"],
        )
        things.consultations[whose] = matter
        for number, event in enumerate(("propose", "study", "start", "draft", "open"), 1):
            matter.events.create(
                number=number, event=event, on=TODAY, at=NOW, facts={"until": TODAY.isoformat()}
            )
        article = {"label": "第一条", "heading": "", "text": "制定本办法。"}
        matter.drafts.create(number=1, articles=[article], summary="x", sha256="0" * 64, at=NOW,
                             by=cast.accounts["li"])  # fmt: skip
        group = matter.groups.create(number=1, kind="article", title=Text("x", "x"), size=1)
        matter.comments.create(number=1, text="x", channel="letter", at=NOW, group=group)
        Hearing.objects.create(matter=matter, day=TODAY, place="x", how="x", until=TODAY, size=5,
                               sides=[{"id": "s0", "name": "x", "least": 1}],
                               announced=NOW)  # fmt: skip


def make_voices(cast: Cast, things: Things) -> None:
    """Make a matter in the hands of each, a topic with a proposal, and a round of tests."""
    for whose, place in PLACE.items():
        row, _ = bring(Entry("need", "web", "路灯不亮，请修。"), Came(NOW))
        Voice.objects.filter(pk=row.pk).update(state="assigned", department=cast.places[place])
        things.voices[whose] = row
        topic = things.topics[whose] = VoiceTopic.objects.create(
            terms=["路灯"], people=12, size=12, heat=1, stability=1, first=NOW, seen=NOW
        )
        things.need_proposals[whose] = NeedProposal.objects.create(
            topic=topic,
            department=cast.places[place],
            text="修路灯。",
            people=12,
            made=NOW,
            by=cast.accounts["li"],
            state="proposed",
            entered=NOW,
        )
        things.rounds[whose] = ChannelRound.objects.create(
            starts=TODAY, ends=TODAY, pool={}, state="planned", made=NOW, by=cast.accounts["chen"]
        )


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
    things.fieldwork = make_field(cast)
    things.deals = make_deals(cast)
    things.departments = {whose: cast.places[place] for whose, place in PLACE.items()}
    make_training(cast, things)
    make_inspections(cast, things)
    make_consultations(cast, things)
    make_voices(cast, things)
    things.leaf = LeafRow.objects.first()
    return things
