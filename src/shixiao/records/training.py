"""Training: warning cases told without names, and sessions whose start a lot decides."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.cases import Case
from shixiao.records.fields import BothField, EncryptedJSON, EncryptedText
from shixiao.records.leaves import LeafRow
from shixiao.records.organisations import Organisation


class WarningCase(Record):
    """A closed case told so that nobody can be recognised; public once a second person approved it.

    ``replaced`` and ``doubts`` are what was taken out and what a person has to look at; they are
    for the approver alone. ``refused`` says why the second person sent it back.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    case = models.OneToOneField(Case, models.PROTECT, related_name="warning")
    topic = models.CharField(max_length=40)
    title = BothField()
    text = BothField()
    questions = models.JSONField()
    replaced = EncryptedJSON(default=list)
    doubts = EncryptedJSON(default=list)
    sha256 = models.CharField(max_length=64)
    drafted = models.DateTimeField()
    drafted_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    approved = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    refused = EncryptedText()
    leaf = models.ForeignKey(LeafRow, models.PROTECT, null=True, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-drafted", "-id")


class Training(Record):
    """A course, briefing or warning session on one kind of finding, over some departments.

    ``begins`` is the first day of the first month that is watched. ``plan`` has which month each
    department starts in and when the effect is read; it is fixed by the draw. ``effect`` is the one
    figure that is ever shown.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    session = models.CharField(max_length=12)
    topic = models.CharField(max_length=40)
    name = BothField()
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    begins = models.DateField()
    source = models.CharField(max_length=200, default="")
    source_day = models.DateField(null=True)
    plan = models.JSONField(null=True)
    effect = models.JSONField(null=True)
    warnings = models.ManyToManyField(WarningCase, related_name="trainings")
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")


class Seat(Record):
    """One post of a department that a training is for; ``person`` is who was named to take it."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="seats")
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    post = models.CharField(max_length=20)
    name = BothField()
    person = EncryptedText()
    named = models.DateTimeField(null=True)
    named_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """Leaders first."""

        ordering = ("department__code", "post", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["training", "department", "post"], name="one_seat_a_post"
            ),
        )

    @property
    def owner(self) -> UUID | None:
        """The department, which names the person."""
        return self.department_id
