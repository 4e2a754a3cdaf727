"""Inspections by lot (双随机): plans, who may be drawn to inspect, and what was found."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.cases import Case
from shixiao.records.fields import EncryptedJSON, EncryptedText
from shixiao.records.probings import Probing
from shixiao.records.systems import System


class InspectionPlan(Record):
    """A period in which systems are inspected: who can be drawn, with which chance, and when.

    ``systems`` is the table that is public from the freezing on: one row for each system, with the
    factors of its weight and its chance; ``certain`` ones are inspected whatever the draw says.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    starts = models.DateField()
    ends = models.DateField()
    size = models.PositiveIntegerField()
    each = models.PositiveSmallIntegerField()
    systems = models.JSONField()
    rules_sha256 = models.CharField(max_length=64)
    source = models.CharField(max_length=200)
    source_day = models.DateField()
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")


class Inspector(Record):
    """Somebody who may be drawn to inspect in a plan, under a code of that plan.

    ``ties`` are ids of departments whose systems he does not inspect, as they were when the plan
    was frozen. ``excused`` says since when he is not called any more.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    plan = models.ForeignKey(InspectionPlan, models.CASCADE, related_name="inspectors")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    ties = EncryptedJSON()
    excused = models.DateTimeField(null=True)

    class Meta:
        """By code, as they are drawn."""

        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=["plan", "account"], name="one_inspector_a_plan"),
        )


class Inspection(Record):
    """One inspection: sealed until it starts, then open to everybody.

    ``sealed`` says of which system; ``commitment``, on the ledger since the draw, is the hash of it
    with ``nonce``. ``system`` is empty until the seal is broken.
    """

    class Outcome(models.TextChoices):
        """What it found."""

        CLEAN = "clean"
        FAULTY = "faulty"

    code = models.CharField(max_length=16, unique=True, default=code)
    plan = models.ForeignKey(InspectionPlan, models.CASCADE, related_name="inspections")
    number = models.PositiveIntegerField()
    sealed = EncryptedJSON()
    nonce = EncryptedText()
    commitment = models.CharField(max_length=64)
    system = models.ForeignKey(System, models.PROTECT, null=True, related_name="inspections")
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    opened = models.DateTimeField(null=True)
    run = models.ForeignKey(Probing, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, default="")
    report = models.TextField(default="")
    reported_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    done = models.DateTimeField(null=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")

    class Meta:
        """By number within a plan."""

        ordering = ("plan", "number")
        constraints = (
            models.UniqueConstraint(fields=["plan", "number"], name="one_inspection_a_number"),
        )

    @property
    def owner(self) -> UUID | None:
        """The department that answers for the system; None while it is sealed."""
        return self.system.department_id if self.system else None
