"""Deciding: studies, experts, risks, legality review, collective discussion, publication, archive.

Each is an event of the course; what belongs to one alone is gathered here and checked there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from shixiao.records.models import DecisionEvent, DecisionMatter, ExpertOpinion
from shixiao.terms import BadInput, Text
from shixiao.voice.decree713 import read_speakers, standing, table
from shixiao.workflows import moving
from shixiao.workflows.consultations.moving import begin, go, log_of
from shixiao.workflows.consultations.taking import forget_sources, many_codes
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed, touch
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

SAYS = {
    "for": Text("赞成", "In favour"),
    "against": Text("反对", "Against"),
    "changes": Text("修改后赞成", "In favour with changes"),
}
NO_NAME = Text("请写明专家姓名和单位。", "Name the expert and the institution.")
INTEREST = Text(
    "与决策事项有直接利害关系的，不得参加论证（条例第二十条）。",
    "Who has a direct interest may not argue it (Decree 713, art. 20).",
)
UNSIGNED = Text(
    "书面论证意见应当署名（条例第十九条）。", "It has to be signed (Decree 713, art. 19)."
)
OWN = {
    "propose", "draft", "open", "close", "announce", "postpone", "choose", "hold", "confirm",
    "conclude", "revise", "settle",
}  # fmt: skip
# What belongs into the file, by the events that make it (arts. 29 and 33).
FILE = (
    (("study",), Text("研究论证材料", "the study")),
    (("draft",), Text("决策草案", "the draft")),
    (("settle", "withhold"), Text("公众意见研究采纳情况", "how opinions of the public were used")),
    (("argue", "skip_experts"), Text("专家论证意见", "the opinions of experts")),
    (("assess", "skip_risk"), Text("风险评估报告", "the assessment of risks")),
    (("clear", "warn"), Text("合法性审查意见", "the legality review")),
    (("adopt",), Text("集体讨论记录", "the record of the discussion")),
    (("report",), Text("请示报告", "the report to the Party committee")),
    (("publish",), Text("公布文本", "the decision as published")),
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an expert says, of the matter as a whole."""

    name: str
    institution: str
    says: str
    text: str
    interest: bool
    signed: bool
    used: str = ""


@transaction.atomic
def enter_opinion(matter: DecisionMatter, act: Act, given: Opinion) -> ExpertOpinion:
    """Enter the signed opinion of an expert without direct interest; it stays as it is.

    Raises:
        Forbidden: it is another department's.
        Stale: it moved on, or experts are not asked now.
        Incomplete: no name, no text, an interest, or no signature.
    """
    held = moving.locked(matter)
    check(act.actor, "consultation.manage", held)
    stands = standing(log_of(held))
    if (
        act.seen != held.version
        or "draft" not in stands
        or stands & {"argue", "skip_experts", "stop"}
    ):
        raise Stale(CHANGED)
    if not given.name.strip() or not given.institution.strip():
        raise Incomplete(NO_NAME, field="name")
    if given.interest:
        raise Incomplete(INTEREST, field="interest")
    if not given.signed:
        raise Incomplete(UNSIGNED, field="signed")
    made = ExpertOpinion.objects.create(
        matter=held,
        name=given.name.strip()[:100],
        institution=given.institution.strip()[:200],
        interest=False,
        signed=True,
        says=given.says if given.says in SAYS else "changes",
        text=needed(given.text, field="text"),
        used=given.used.strip()[:5_000],
        at=act.at,
        by=signed_in(act.actor),
    )
    touch(held)
    sealed = {"person": made.name, "statement": made.text, "actor": act.actor.account}
    facts = {"outcome": made.says}
    put("consultation.argued", held.code, at=act.at, facts=facts, sealed=sealed)
    return made


@transaction.atomic
def step(matter: DecisionMatter, event: str, act: Act, given: Mapping[str, Any]) -> DecisionEvent:
    """Carry out an event that needs nothing but what is given with it.

    Raises:
        Forbidden, Stale: the person may not; it is out of order, or before its clock.
        Incomplete: something is missing, or is not as the Decree asks.
        ValueError: the event has an act of its own.
    """
    if event in OWN:
        raise ValueError(f"{event} has an act of its own")
    held = begin(matter, event, act)
    said = dict(given) | _known(held, event, act)
    kept = None
    if event in {"adopt", "defer", "reject"}:
        said, kept = _discussed(said)
    over = {"due": None, "due_rule": ""} if table().events[event].ends else {}
    made = go(held, event, act, said, kept=kept, **over)
    if event == "stop":
        forget_sources(held)
    return made


def _known(held: DecisionMatter, event: str, act: Act) -> dict[str, Any]:
    """Return what the records know beside what was given."""
    if event == "argue":
        opinions = list(held.expert_opinions.all())
        return {
            "opinions": len(opinions),
            "assessors": sorted({each.institution for each in opinions}),
        }
    if event in {"return", "unlawful", "clear", "warn"}:
        submitted = held.events.filter(event="submit").last()
        mine = submitted is not None and submitted.by == act.actor.account
        return {"same_unit": mine or held.department_id in act.actor.below}
    if event == "stop":
        return {"many": many_codes(held)}
    if event == "archive":
        stands = standing(log_of(held))
        return {"lacking": [name.to_json() for made, name in FILE if not stands & {*made}]}
    return {}


def _discussed(said: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is public of a discussion, by counts, and what is kept: who said what."""
    try:
        speakers = read_speakers(str(said.get("speakers") or ""))
    except BadInput as refused:
        raise Incomplete(refused.text, field="speakers") from None
    counts: dict[str, int] = {}
    for each in speakers:
        counts[each.says] = counts.get(each.says, 0) + 1
    kept = {
        "speakers": [[each.name, each.post, each.says, each.words] for each in speakers],
        "head": said.get("head", ""),
    }
    return said | {"says": counts}, kept
