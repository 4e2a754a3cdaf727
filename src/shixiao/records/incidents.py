"""Security incidents: what happened, who has to be told by when, and whose data it touched."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.fields import EncryptedJSON, EncryptedText
from shixiao.records.gateways import Gateway
from shixiao.records.organisations import Organisation
from shixiao.records.systems import System


class Incident(Record):
    """An incident, or the drill of one: a drill tells nobody outside and shuts nothing.

    ``known`` is when it was found or told of; every clock begins then. ``scope`` names the grants,
    datasets and the time whose exchanges it touches; ``listed`` is when the persons in them were
    listed, ``silent`` which gateways did not answer. ``notice`` holds the items of art. 57 of the
    law on personal information; ``spared`` why persons are not notified.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    kind = models.CharField(max_length=12)
    title = models.CharField(max_length=200)
    story = EncryptedText()
    system = models.ForeignKey(System, models.PROTECT, null=True, related_name="incidents")
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="incidents")
    drill = models.BooleanField()
    known = models.DateTimeField()
    reported = models.DateTimeField()
    reported_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")

    grade = models.CharField(max_length=12, default="")
    operator = models.CharField(max_length=24, default="")
    personal = models.BooleanField(null=True)
    public = models.BooleanField(default=False)
    contained = models.TextField(default="")
    shut = models.BooleanField(default=False)
    scope = models.JSONField(null=True)
    listed = models.DateTimeField(null=True)
    silent = models.JSONField(default=list)
    notice = models.JSONField(null=True)
    notified = models.DateTimeField(null=True)
    spared = models.TextField(default="")
    cause = models.TextField(default="")
    handled = models.DateTimeField(null=True)
    lessons = models.TextField(default="")
    criteria = models.JSONField(default=list)
    open_asked = models.DateTimeField(null=True)
    open_asked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    opened = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-reported", "-id")

    @property
    def owner(self) -> UUID | None:
        """The department whose incident it is."""
        return self.department_id


class IncidentClock(Record):
    """A duty to tell somebody, by a rule, until a moment; ``met`` is when that was done.

    ``reference`` is the number under which it was reported.
    """

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="clocks")
    duty = models.CharField(max_length=12)
    rule = models.CharField(max_length=20)
    part = models.CharField(max_length=30, default="")
    begins = models.DateTimeField()
    due = models.DateTimeField()
    met = models.DateTimeField(null=True)
    reference = models.CharField(max_length=200, default="")
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """The most pressing first."""

        ordering = ("due", "id")
        constraints = (
            models.UniqueConstraint(fields=["incident", "duty"], name="one_clock_a_duty"),
        )


class IncidentPerson(Record):
    """A person whose data an incident touches, by the pseudonym of a gateway alone.

    ``receipts`` are those of the exchanges in which the data left. ``proven`` says whether each is
    proven to be about this person by the log of the gateway.
    """

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="persons")
    gateway = models.ForeignKey(Gateway, models.PROTECT, related_name="+")
    pseudonym = EncryptedText()
    receipts = EncryptedJSON()
    proven = models.BooleanField()
    place = models.PositiveIntegerField()

    class Meta:
        """As they were listed."""

        ordering = ("place", "id")


class IncidentReceipt(models.Model):
    """A receipt of an exchange that an incident touches, so that its person can be told."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="receipts")
    receipt = models.CharField(max_length=32, db_index=True)

    class Meta:
        """Each once."""

        constraints = (
            models.UniqueConstraint(fields=["incident", "receipt"], name="one_receipt_an_incident"),
        )
