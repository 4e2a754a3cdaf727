"""Signing: answers become a score sheet, and the evaluator's own key signs its very bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from shixiao.effect.fieldtests import Answer, Audience, Mode, sheet, sheet_sha256, sheet_text
from shixiao.records.models import Assignment, Sheet, SigningKey
from shixiao.terms import BadInput, Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.commissions.signatures import fits
from shixiao.workflows.fieldwork.keys import key_of
from shixiao.workflows.leaves import put
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

NO_KEY = Text(
    "还没有登记签字公钥。请先在这台设备上生成一把密钥。",
    "No signing key is registered yet. Make one on this device first.",
)
NOTHING = Text(
    "这一项还没有作答；请先回去作答。", "Nothing is answered yet; go back and answer first."
)
FORGED = Text(
    "签名与评分表或您登记的公钥不符，没有收下，已记入存证账本。请用登记公钥的那台设备签字。",
    "The signature does not fit the score sheet or the key you registered. It was not taken, and"
    " that is on record. Sign on the device whose key you registered.",
)
FORGED_TOLD = Text(
    "评分表 {code} 收到一个不符的签名，没有计入。",
    "A signature that does not fit came for score sheet {code}; it does not count.",
)


@transaction.atomic
def prepare(assignment: Assignment, *, actor: Actor, at: datetime) -> Sheet:
    """Return the draft with the text that is to be signed.

    Raises:
        BadInput: nothing is answered yet, or an answer is missing or impossible; which.
        Stale: it is signed, or the tests have ended.
    """
    check(actor, "fieldwork.do", assignment)
    held = _open(assignment)
    draft = held.sheets.filter(state=Sheet.State.DRAFT).first()
    if draft is None:
        raise BadInput(NOTHING)
    given = answers_of(draft)
    item, started = held.item, min([draft.started, *(a.at for a in given)])
    document = sheet(
        protocol_for(item),
        mode=Mode(item.mode),
        audience=Audience(item.audience),
        commission=item.commission.code,
        item=item.code,
        evaluator=held.evaluator.code,
        started=started,
        finished=max([started, *(a.at for a in given)]),
        answers=given,
        now=at,
    )
    draft.document, draft.sha256 = sheet_text(document), sheet_sha256(document)
    draft.save(update_fields=["document", "sha256"])
    return draft


def answers_of(draft: Sheet) -> list[Answer]:
    """Return the answers of a draft in the order in which they were given.

    What is not asked after the other answers is left out.
    """
    photos: dict[str, list[str]] = {}
    for question, digest in draft.photos.values_list("question", "file__sha256"):
        photos.setdefault(question, []).append(digest)
    said = {
        question: Answer(
            question,
            entry["value"],
            datetime.fromisoformat(entry["at"]),
            tuple(dict.fromkeys(photos.get(question, ()))),
        )
        for question, entry in draft.answers.items()
        if entry["value"] is not None and entry["value"] != ""
    }
    item = draft.assignment.item
    values: Mapping[str, Any] = {question: answer.value for question, answer in said.items()}
    asked = protocol_for(item).asked(Mode(item.mode), Audience(item.audience), values)
    found = [said[question.id] for question in asked if question.id in said]
    return sorted(found, key=lambda answer: answer.at)


def sign(
    assignment: Assignment, *, sha256: str, signature: str, actor: Actor, at: datetime
) -> Sheet:
    """Take a signature, and with it the sheet: from now on nothing of it changes.

    Raises:
        Incomplete: no key is registered, or the signature does not fit.
        Stale: what was signed is not the sheet as it is now.
    """
    check(actor, "fieldwork.do", assignment)
    key = key_of(signed_in(actor))
    if key is None:
        raise Incomplete(NO_KEY, field="key")
    taken = _take(assignment, key, sha256, signature, at)
    if taken is None:
        _on_record_forged(assignment, key, at)
        raise Incomplete(FORGED, field="signature")
    return taken


@transaction.atomic
def _take(
    assignment: Assignment, key: SigningKey, sha256: str, signature: str, at: datetime
) -> Sheet | None:
    held = _open(assignment)
    draft = held.sheets.filter(state=Sheet.State.DRAFT).first()
    if draft is None or not draft.document or draft.sha256 != sha256:
        raise Stale(CHANGED)
    if not fits(json.loads(draft.document), signature, key):
        return None
    draft.state, draft.signature, draft.key, draft.signed = (
        Sheet.State.SIGNED,
        signature,
        key,
        at,
    )
    facts = {
        "sha256": draft.sha256,
        "signature": signature,
        "fingerprint": key.fingerprint,
        "origin": draft.source,
    }
    draft.leaf = put("sheet.signed", draft.code, at=at, facts=facts)
    draft.save()
    held.state = Assignment.State.SIGNED
    held.save(update_fields=["state"])
    return draft


@transaction.atomic
def _on_record_forged(assignment: Assignment, key: SigningKey, at: datetime) -> None:
    draft = assignment.sheets.filter(state=Sheet.State.DRAFT).first()
    code = draft.code if draft else str(assignment.pk)
    facts = {"outcome": "signature", "fingerprint": key.fingerprint}
    put("sheet.refused", code, at=at, facts=facts)
    auditors = holders("auditor", today=at.date())
    link = f"/commissions/{assignment.item.commission.code}/"
    tell(auditors, "sheet.refused", FORGED_TOLD.format(code=code), link=link, at=at)


def _open(assignment: Assignment) -> Assignment:
    """Return the assignment kept from others, as long as it can be worked on.

    Raises:
        Stale: it is signed or not the evaluator's any more, or the tests have ended.
    """
    held = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if held.state != Assignment.State.OPEN or held.item.commission.state != "testing":
        raise Stale(CHANGED)
    return held
