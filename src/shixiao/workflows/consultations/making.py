"""Making: a matter is proposed, its draft laid down by article, opened to the public, revised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import DecisionMatter, DraftEdition, Organisation, System
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text
from shixiao.voice.decree713 import Article, changed, split, standing, table
from shixiao.workflows.actors import Actor
from shixiao.workflows.consultations.moving import PERIOD, begin, go, link, log_of
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.registered import about_sha256, latest

LONGEST_SUMMARY = 3_000
NO_NAME = Text("请填写名称。", "Give it a name.")
NO_KIND = Text("请选择。", "Choose one.")
NO_SUMMARY = Text(
    "请用通俗的话写一段说明（3 千字以内）：改变什么，影响谁，花多少钱。",
    "Say in plain words, in 3,000 characters, what changes, for whom, and at what cost.",
)
NOT_THEIRS = Text("系统属于别的部门。", "The system belongs to another department.")
MADE = Text("“{name}”提出了决策建议。", "“{name}” was proposed for a decision.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed: name, kind (art. 3), origin (art. 10), about, and the system, if any."""

    name: Text
    kind: str
    origin: str
    about: str
    system: System | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it was pasted, a summary in plain words, and the explanation of its reasons."""

    text: str
    summary: str
    explanation: str = ""


@transaction.atomic
def propose(
    given: Proposal, *, department: Organisation, actor: Actor, at: datetime
) -> DecisionMatter:
    """Propose a matter for a decision.

    Raises:
        Forbidden: it is another department's.
        Incomplete: something is missing, or the system is another department's.
    """
    matter = DecisionMatter(
        name=given.name,
        kind=given.kind,
        origin=given.origin,
        about=needed(given.about, field="about"),
        department=department,
        system=given.system,
        state="start",
        entered=at,
        made=at,
        made_by=signed_in(actor),
    )
    check(actor, "consultation.manage", matter)
    if not given.name.zh.strip() or not given.name.en.strip():
        raise Incomplete(NO_NAME, field="name_zh")
    for field, value in (("kind", given.kind), ("origin", given.origin)):
        if value not in table().words[f"{field}s"]:
            raise Incomplete(NO_KIND, field=field)
    if given.system is not None and given.system.department_id != department.pk:
        raise Incomplete(NOT_THEIRS, field="system")
    matter.save()
    go(matter, "propose", Act(actor, at, 0), {})
    people = holders("analyst", today=timezone.localdate(at))
    text = MADE.format(name=given.name)
    tell(people, "consultation.proposed", text, link=link(matter), at=at)
    return matter


@transaction.atomic
def lay_down(matter: DecisionMatter, act: Act, draft: Draft) -> DraftEdition:
    """Lay the draft down, or revise it once the consultation is over.

    Raises:
        Forbidden, Stale: it is another department's; it is not the time.
        Incomplete: no text, no summary, or no articles can be found.
    """
    closed = bool(standing(log_of(matter)) & {"close", "withhold"})
    event = "revise" if closed else "draft"
    held = begin(matter, event, act)
    try:
        articles = [each.to_json() for each in split(draft.text)]
    except BadInput as refused:
        raise Incomplete(refused.text, field="draft") from None
    summary = draft.summary.strip()
    if not summary or len(summary) > LONGEST_SUMMARY:
        raise Incomplete(NO_SUMMARY, field="summary")
    newest = held.drafts.first()
    made = DraftEdition.objects.create(
        matter=held,
        number=newest.number + 1 if newest else 1,
        articles=articles,
        summary=summary,
        explanation=draft.explanation.strip()[:20_000],
        sha256=sha256_of([articles, summary, draft.explanation.strip()[:20_000]]),
        at=act.at,
        by=signed_in(act.actor),
    )
    facts = {"version": str(made.number), "sha256": made.sha256, "records": len(articles)}
    put("consultation.drafted", held.code, at=act.at, facts=facts,
        sealed={"actor": act.actor.account})  # fmt: skip
    go(held, event, act, {}, kept=_compared(held, made) if closed else None)
    return made


def _compared(held: DecisionMatter, made: DraftEdition) -> dict[str, Any]:
    """Return the labels of the articles that changed since the draft was put to the public.

    Comparing two long drafts takes seconds: it is done once, when somebody lays one down, and not
    for everybody who looks.
    """
    before = consulted_draft(held)
    old = [Article.of(each) for each in before.articles] if before else []
    pairs = changed(old, [Article.of(each) for each in made.articles])
    return {
        "changed": [[each.old and each.old.label, each.new and each.new.label] for each in pairs]
    }


@transaction.atomic
def open_up(
    matter: DecisionMatter, act: Act, *, until: date, how: str, reason: str = ""
) -> DecisionMatter:
    """Open the consultation on the newest draft; a system is fixed as it is now.

    Raises:
        Forbidden, Stale: it is another department's; it is not the time.
        Incomplete: fewer than 30 days without a reason (art. 15), or no way to be heard.
    """
    held = begin(matter, "open", act)
    given = {"until": until, "how": how, "reason": reason}
    fixed: dict[str, Any] = {"until": until, "due": until, "due_rule": PERIOD}
    if held.system is not None:
        release = latest(held.system)
        fixed |= {
            "release": release.sha256 if release else "",
            "about_sha256": about_sha256(held.system),
        }
    go(held, "open", act, given, **fixed)
    return held


def consulted_draft(matter: DecisionMatter) -> DraftEdition | None:
    """Return the edition that was opened to the public; the newest before that."""
    opened = matter.events.filter(event="open").first()
    rows = matter.drafts.all()
    return (rows.filter(at__lte=opened.at) if opened else rows).first()
