"""Cases: one problem, one case, one accountable handling, step by step."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.fields import BothField, EncryptedJSON, EncryptedText
from shixiao.records.files import StoredFile
from shixiao.records.findings import Finding
from shixiao.records.leaves import LeafRow
from shixiao.records.organisations import Organisation


class Matter(Record):
    """What several cases have in common: one cause, one accountability."""

    code = models.CharField(max_length=16, unique=True, default=code)
    name = BothField()
    made = models.DateTimeField()


class Case(Record):
    """A case. Its states, and who may do what in each, are data of the workflows.

    ``due`` is the last day of the present state's period, by the rule ``due_rule``.
    ``version`` counts the steps, so that a form made before the last one is noticed.
    ``query_hash`` is of the code by which a citizen follows a complaint of his own.
    """

    class Origin(models.TextChoices):
        """Where a case comes from."""

        FINDING = "finding"
        COMPLAINT = "complaint"
        OBSERVATION = "observation"

    class Outcome(models.TextChoices):
        """What the check established."""

        SUBSTANTIATED = "substantiated"
        PARTLY = "partly"
        UNSUBSTANTIATED = "unsubstantiated"

    code = models.CharField(max_length=16, unique=True, default=code)
    origin = models.CharField(max_length=12, choices=Origin)
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="cases")
    name = BothField()
    story = EncryptedText()
    subject_kind = models.CharField(max_length=12, default="")
    subject = models.CharField(max_length=200, default="")
    department = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="cases")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="cases")
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    handler = models.ForeignKey(Account, models.PROTECT, null=True, related_name="handled")
    responsible = EncryptedText()
    responsible_post = models.CharField(max_length=100, default="")
    outcome = models.CharField(max_length=16, choices=Outcome, default="")
    corrected = models.DateField(null=True)
    opened = models.DateTimeField()
    closed = models.DateTimeField(null=True)
    published = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    contact = EncryptedText()
    query_hash = models.CharField(max_length=64, default="")

    class Meta:
        """An inbox lists by due day."""

        ordering = ("-opened", "-id")
        indexes = (
            models.Index(fields=["state", "due"]),
            models.Index(fields=["department", "state"]),
            models.Index(fields=["handler", "state"]),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["finding"],
                condition=models.Q(closed__isnull=True),
                name="one_open_case_a_finding",
            ),
            models.UniqueConstraint(
                fields=["query_hash"],
                condition=~models.Q(query_hash=""),
                name="one_case_a_query_code",
            ),
        )

    @property
    def owner(self) -> UUID | None:
        """The department concerned, by which rights are limited."""
        return self.department_id

    @property
    def keeper(self) -> UUID | None:
        """The handler, by whom rights are limited."""
        return self.handler_id


class Step(Record):
    """One step of a case: who did what when, why, and under which number of the ledger."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    verb = models.CharField(max_length=20)
    from_state = models.CharField(max_length=16, default="")
    state = models.CharField(max_length=16)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    second = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    reason = EncryptedText()
    due = models.DateField(null=True)
    in_time = models.BooleanField(null=True)
    leaf = models.ForeignKey(LeafRow, models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")


class Attachment(Record):
    """A file that was put to a case with a step; ``kind`` says what it is required as."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="attachments")
    step = models.ForeignKey(Step, models.CASCADE, null=True, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    name = EncryptedText()
    media_type = models.CharField(max_length=100)
    added = models.DateTimeField()
    added_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order of time."""

        ordering = ("added", "id")


class Proposal(Record):
    """What one person proposes and another has to confirm before it is done."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="proposals")
    verb = models.CharField(max_length=20)
    detail = EncryptedJSON(null=True)
    reason = EncryptedText()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answered = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    confirmed = models.BooleanField(null=True)
    answer = EncryptedText()

    class Meta:
        """One proposal of a kind is open at a time."""

        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["case", "verb"],
                condition=models.Q(answered__isnull=True),
                name="one_open_proposal",
            ),
        )


class Contest(Record):
    """What the department states against a finding, and how that was answered."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="contests")
    statement = EncryptedText()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, default="")
    answer = EncryptedText()
    answered = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")


class Decision(Record):
    """The accountability decision on a case, or on a matter; there is one and never a second."""

    class Kind(models.TextChoices):
        """What may be decided; none is a decision too."""

        NONE = "none"
        REMINDER = "reminder"
        TALK = "talk"
        NOTICE = "notice"
        REFERRAL = "referral"

    case = models.OneToOneField(Case, models.PROTECT, related_name="decision")
    matter = models.OneToOneField(Matter, models.PROTECT, null=True, related_name="decision")
    kind = models.CharField(max_length=12, choices=Kind)
    basis = models.CharField(max_length=300)
    person = EncryptedText()
    statement = EncryptedText()
    reason = EncryptedText()
    compared = models.JSONField(default=list)
    decider = models.ForeignKey(Account, models.PROTECT, related_name="+")
    second = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()


class Plan(Record):
    """How a case will be closed by numbers, fixed when it was opened."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="plan")
    detail = models.JSONField()
    day = models.DateField(null=True)
    minimum = models.PositiveIntegerField(null=True)
    by_field_test = models.BooleanField(default=False)
    fixed = models.DateTimeField()


class Measurement(Record):
    """A re-measurement on its day, whatever it says."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="measurements")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12)
    result_sha256 = models.CharField(max_length=64)
    detail = models.JSONField()

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")
