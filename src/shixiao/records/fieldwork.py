"""Fieldwork: what is tested, by whom, what he answered, and his signature."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.commissions import Commission, Evaluator
from shixiao.records.fields import BothField, EncryptedJSON, EncryptedText
from shixiao.records.files import StoredFile
from shixiao.records.leaves import LeafRow
from shixiao.records.organisations import Organisation


class Item(Record):
    """What evaluators test: a service, by one way, as one kind of person; or a case of it."""

    code = models.CharField(max_length=16, unique=True, default=code)
    commission = models.ForeignKey(Commission, models.CASCADE, related_name="items")
    service = models.CharField(max_length=200)
    name = BothField()
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    mode = models.CharField(max_length=12)
    audience = models.CharField(max_length=20)
    case_id = EncryptedText()

    class Meta:
        """By service."""

        ordering = ("service", "mode", "audience", "id")


class Assignment(Record):
    """One evaluator's task to test one item."""

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open"
        SIGNED = "signed"
        WITHDRAWN = "withdrawn"
        VOID = "void"

    item = models.ForeignKey(Item, models.CASCADE, related_name="assignments")
    evaluator = models.ForeignKey(Evaluator, models.PROTECT, related_name="assignments")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    given = models.DateTimeField()
    why = models.TextField(default="")

    class Meta:
        """An item is tested by a person once."""

        ordering = ("given", "id")
        constraints = (
            models.UniqueConstraint(fields=["item", "evaluator"], name="one_assignment_a_person"),
        )

    @property
    def keeper(self) -> UUID | None:
        """The evaluator, by whom rights are limited."""
        return self.evaluator.account_id


class SigningKey(Record):
    """A public key of an evaluator's own; the private one never leaves his device."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="signing_keys")
    public = models.CharField(max_length=64, unique=True)
    fingerprint = models.CharField(max_length=64)
    registered = models.DateTimeField()
    ended = models.DateTimeField(null=True)

    class Meta:
        """The newest first."""

        ordering = ("-registered",)


class Sheet(Record):
    """What an evaluator answered to an assignment, and the score sheet that he signed.

    ``once`` is made on the device, so that a form sent twice is one. ``document`` is the text that
    the signature covers, byte by byte. ``shopper_cases`` are numbers of cases that the test itself
    brought about: they are left out of measures.
    """

    class State(models.TextChoices):
        """What counts."""

        DRAFT = "draft"
        SIGNED = "signed"
        VOID = "void"
        LATE = "late"

    code = models.CharField(max_length=16, unique=True, default=code)
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="sheets")
    once = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=8, default="form")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    answers = EncryptedJSON(default=dict)
    shopper_cases = EncryptedJSON(default=list)
    started = models.DateTimeField()
    received = models.DateTimeField()
    document = EncryptedText()
    sha256 = models.CharField(max_length=64, default="")
    signature = models.CharField(max_length=100, default="")
    key = models.ForeignKey(SigningKey, models.PROTECT, null=True, related_name="+")
    signed = models.DateTimeField(null=True)
    leaf = models.ForeignKey(LeafRow, models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order of time; one signed sheet an assignment."""

        ordering = ("received", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["assignment"],
                condition=models.Q(state="signed"),
                name="one_signed_sheet",
            ),
            models.UniqueConstraint(
                fields=["assignment"],
                condition=models.Q(state="draft"),
                name="one_draft_sheet",
            ),
        )


class Photo(Record):
    """A photograph that belongs to an answer; the signed sheet names its hash."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="photos")
    question = models.CharField(max_length=60)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    media_type = models.CharField(max_length=100)
    added = models.DateTimeField()

    class Meta:
        """In the order of time."""

        ordering = ("added", "id")


class Pressure(Record):
    """An evaluator's report that somebody put pressure on him; only the auditor reads it."""

    code = models.CharField(max_length=16, unique=True, default=code)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="pressures")
    story = EncryptedText()
    at = models.DateTimeField()
    once = models.CharField(max_length=64, unique=True)

    class Meta:
        """The newest first."""

        ordering = ("-at",)
