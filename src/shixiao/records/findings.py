"""Findings by their key: a later evaluation updates them, and their history stays."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.base import Record
from shixiao.records.evaluations import Evaluation
from shixiao.records.fields import BothField
from shixiao.records.organisations import Organisation


class Finding(Record):
    """A finding, known by (measure, subject, locator); ``code`` is made from that key.

    ``public_text`` is what everybody may read of it: without numbers where they tell of too few.
    ``said_in`` is the evaluation whose words these are, ``last_seen`` the newest that saw it: they
    differ while a draft sees what is public already.
    """

    class State(models.TextChoices):
        """Where it stands."""

        LEAD = "lead"
        CASE = "case"
        DISMISSED = "dismissed"
        GONE = "gone"
        FIXED = "fixed"

    code = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=40)
    measure = models.CharField(max_length=60)
    locator = models.CharField(max_length=300, default="")
    subject_kind = models.CharField(max_length=12)
    subject = models.CharField(max_length=200)
    subject_name = BothField()
    department = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="findings")
    lead = models.BooleanField()
    severity = models.CharField(max_length=8)
    gravity = models.PositiveSmallIntegerField()
    text = BothField()
    public_text = BothField()
    state = models.CharField(max_length=12, choices=State, default=State.LEAD)
    returned = models.PositiveSmallIntegerField(default=0)
    first_seen = models.ForeignKey(Evaluation, models.PROTECT, related_name="+")
    last_seen = models.ForeignKey(Evaluation, models.PROTECT, related_name="findings")
    said_in = models.ForeignKey(Evaluation, models.PROTECT, related_name="+")

    class Meta:
        """Gravest first; ``gravity`` 0 is the gravest."""

        ordering = ("gravity", "kind", "code")
        indexes = (
            models.Index(fields=["state", "gravity", "kind", "code"]),
            models.Index(fields=["subject_kind", "subject"]),
            models.Index(fields=["kind", "gravity"]),
        )

    @property
    def owner(self) -> UUID | None:
        """The department it is about."""
        return self.department_id


class Sighting(models.Model):
    """What one evaluation says of a finding, in the form of ``findings`` of result.json.

    ``public`` is the same as everybody may see it.
    """

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="sightings")
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="sightings")
    severity = models.CharField(max_length=8)
    detail = models.JSONField()
    public = models.JSONField()

    class Meta:
        """An evaluation speaks of a finding once."""

        ordering = ("-evaluation_id",)
        constraints = (
            models.UniqueConstraint(
                fields=["finding", "evaluation"], name="one_sighting_an_evaluation"
            ),
        )
