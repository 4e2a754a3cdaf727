"""Objections to decisions and to systems: their course, notices, panels, alike decisions."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.decisions import DecisionCheck, LoggedDecision
from shixiao.records.fields import BothField, EncryptedText
from shixiao.records.systems import OfSystem, System


class Objection(OfSystem):
    """An objection to one decision, or to a system without any.

    Its course (``fairness.objections.Course``) stands in ``state`` to ``suspended``. ``voices`` is
    how many people object together. What people wrote and who they are is encrypted; they follow it
    by ``code`` and a query code, of which a hash is kept.
    """

    class Kind(models.TextChoices):
        """What it is against."""

        DECISION = "decision"
        SYSTEM = "system"

    code = models.CharField(max_length=16, unique=True, default=code)
    kind = models.CharField(max_length=8, choices=Kind)
    system = models.ForeignKey(System, models.PROTECT, related_name="objections")
    decision = models.ForeignKey(
        LoggedDecision, models.PROTECT, null=True, related_name="objections"
    )
    voices = models.PositiveIntegerField(default=1)
    statement = EncryptedText()
    contact = EncryptedText()
    helper = EncryptedText()
    query_hash = models.CharField(max_length=64, unique=True)
    filed = models.DateTimeField()
    filed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    track = models.CharField(max_length=12, default="")
    accepted = models.DateField(null=True)
    extended = models.BooleanField(default=False)
    overdue = models.BooleanField(default=False)
    outcome = models.CharField(max_length=16, default="")
    reason = EncryptedText()
    suspended = models.BooleanField(default=False)
    check_made = models.ForeignKey(DecisionCheck, models.PROTECT, null=True, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-filed", "-id")
        indexes = (models.Index(fields=["state", "due"]),)


class OfObjection(Record):
    """Something that belongs to an objection, and so to the department of its system."""

    objection: models.ForeignKey[Objection, Objection]

    class Meta:
        """Every kind has a table of its own."""

        abstract = True

    @property
    def owner(self) -> UUID | None:
        """The department that answers for the system."""
        return self.objection.system.department_id


class ObjectionNotice(OfObjection):
    """What whoever objected was told; ``remedies`` are rule and last day of each that it names."""

    objection = models.ForeignKey(Objection, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12)
    text = BothField()
    remedies = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")


class ObjectionVoice(OfObjection):
    """What somebody wrote who joined an objection to a system."""

    objection = models.ForeignKey(Objection, models.CASCADE, related_name="joined")
    statement = EncryptedText()
    at = models.DateTimeField()

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")


class PanelMember(OfObjection):
    """An expert who may be drawn for a panel, under a code of its pool.

    ``ground`` says why he was left out; ``drawn`` when he was drawn, ``withdrew`` when he left.
    The opinion is his own; dissent stays on record.
    """

    objection = models.ForeignKey(Objection, models.CASCADE, related_name="members")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    code = models.CharField(max_length=16, unique=True, default=code)
    ground = BothField(null=True)
    drawn = models.DateTimeField(null=True)
    withdrew = models.DateTimeField(null=True)
    upholds = models.BooleanField(null=True)
    outcome = models.CharField(max_length=16, default="")
    opinion = EncryptedText()
    given = models.DateTimeField(null=True)

    class Meta:
        """By code, as they are drawn."""

        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=["objection", "account"], name="one_member_a_panel"),
        )


class AlikeDecision(OfObjection):
    """A decision like the one that was wrong: looked at again, and kept or corrected."""

    class State(models.TextChoices):
        """What came of it."""

        OPEN = "open"
        KEPT = "kept"
        CORRECTED = "corrected"

    objection = models.ForeignKey(Objection, models.CASCADE, related_name="alike")
    decision = models.ForeignKey(LoggedDecision, models.PROTECT, related_name="alike")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    reason = EncryptedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order in which they were found."""

        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=["objection", "decision"], name="one_look_a_decision"),
        )
