"""Photographs to answers: kept by their hash, which the signed sheet names."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shixiao.effect.fieldtests.answers import MOST_PHOTOS
from shixiao.records.models import Assignment, Photo, Sheet
from shixiao.terms import Text
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

LARGEST = files.LARGEST_ATTACHMENT
PICTURES = ("image/png", "image/jpeg")
NONE = Text("没有收到照片。", "No photograph came.")
NO_PICTURE = Text("照片须是 JPEG 或 PNG。", "A photograph is a JPEG or a PNG.")
NOT_HERE = Text("这一问不附照片。", "This question takes no photograph.")
TOO_MANY = Text("这一问最多 {most} 张照片。", "This question takes {most} photographs at most.")


@transaction.atomic
def add(
    assignment: Assignment,
    *,
    question: str,
    name: str,
    data: bytes,
    actor: Actor,
    at: datetime,
) -> Photo:
    """Add a photograph to an answer that is not signed yet; the same one again is one.

    Raises:
        Stale: there is no draft that it could belong to.
        Incomplete: it is no picture, or the question takes none or no more.
    """
    check(actor, "fieldwork.do", assignment)
    held = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    draft = held.sheets.filter(state=Sheet.State.DRAFT).first()
    if draft is None or held.item.commission.state != "testing":
        raise Stale(CHANGED)
    known = protocol_for(held.item).all_questions.get(question)
    if known is None or not known.photo:
        raise Incomplete(NOT_HERE, field="photo")
    media_type = files.media_type_of(name or "photo.jpg", data)
    if media_type not in PICTURES:
        raise Incomplete(NO_PICTURE, field="photo")
    kept = files.store(data, at=at)
    same = draft.photos.filter(question=question, file=kept).first()
    if same is not None:
        return same
    if draft.photos.filter(question=question).count() >= MOST_PHOTOS:
        raise Incomplete(TOO_MANY.format(most=MOST_PHOTOS), field="photo")
    draft.document = ""
    draft.save(update_fields=["document"])
    return Photo.objects.create(
        sheet=draft, question=question, file=kept, media_type=media_type, added=at
    )
