"""The life of a dataset: who answers for each control, what proves it, its copies and their end."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.catalogue import CatalogueItem
from shixiao.records.fields import BothField, EncryptedText
from shixiao.records.files import StoredFile
from shixiao.records.grants import Grant
from shixiao.records.organisations import Organisation


class Custody(Record):
    """Who answers for a stage of a dataset's life, or for one control of it.

    ``part`` is the id of the stage (``store``) or of the control (``store.backups``).
    """

    item = models.ForeignKey(CatalogueItem, models.CASCADE, related_name="custodies")
    part = models.CharField(max_length=40)
    office = models.CharField(max_length=200)
    person = EncryptedText()
    named = models.DateTimeField()
    named_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """One office answers for a part."""

        constraints = (
            models.UniqueConstraint(fields=["item", "part"], name="one_custodian_a_part"),
        )


class ControlProof(Record):
    """What was seen of a control of a dataset; nothing is changed, the newest counts.

    ``origin`` says whether a person entered it or a run told it. ``valid_until`` is the last day of
    the document itself, where it names one.
    """

    class Origin(models.TextChoices):
        """Where it comes from."""

        ENTERED = "entered"
        RUN = "run"

    item = models.ForeignKey(CatalogueItem, models.CASCADE, related_name="proofs")
    control = models.CharField(max_length=40)
    day = models.DateField()
    passed = models.BooleanField()
    said = BothField()
    reference = models.CharField(max_length=200, default="")
    valid_until = models.DateField(null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200, default="")
    media_type = models.CharField(max_length=100, default="")
    origin = models.CharField(max_length=8, choices=Origin)
    entered = models.DateTimeField()
    entered_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """In the order of time."""

        ordering = ("day", "entered", "id")


class DataCopy(Record):
    """A copy of a dataset and until when it may be kept; ``holder`` is whoever keeps it.

    Its end takes two people: one proposes it and says how, another confirms. ``sha256`` is that of
    the certificate. The state goes by ``workflows/data/copies.yaml``.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    item = models.ForeignKey(CatalogueItem, models.PROTECT, related_name="copies")
    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="copies")
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="copies")
    name = models.CharField(max_length=200)
    place = EncryptedText()
    keep_until = models.DateField()
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    how = models.TextField(default="")
    proposed = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    confirmed = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, default="")

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")
        indexes = (models.Index(fields=["state", "due"]),)

    @property
    def owner(self) -> UUID | None:
        """The department that keeps the copy and has to destroy it."""
        return self.holder_id


class LifeStanding(Record):
    """How many controls of a dataset are gaps, as last counted.

    It is counted anew when something is entered, when the grade has changed, and on ``changes_on``,
    the first day on which time alone changes it. A dataset without a standing has nothing entered:
    every control of its grade is a gap.
    """

    item = models.OneToOneField(CatalogueItem, models.CASCADE, related_name="life")
    grade = models.CharField(max_length=20)
    gaps = models.PositiveSmallIntegerField()
    required = models.PositiveSmallIntegerField()
    counted = models.DateTimeField()
    changes_on = models.DateField(null=True)

    class Meta:
        """Looked up by the day on which it changes."""

        indexes = (models.Index(fields=["changes_on"]),)
