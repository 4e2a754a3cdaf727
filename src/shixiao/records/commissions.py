"""Commissions: third parties are asked to evaluate services, and who of them may."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.evaluations import Evaluation
from shixiao.records.fields import BothField, EncryptedJSON, EncryptedText
from shixiao.records.files import StoredFile
from shixiao.records.organisations import Organisation


class Commission(Record):
    """A commissioned evaluation. Its states, and who may do what in each, are data.

    ``protocol`` is the YAML text of the questions as it was when the commission was made, and
    ``case_protocol`` that for drawn cases. Services are drawn with a chance in proportion to their
    cases (``by_cases``) or all with the same. ``source`` names the public value that will decide
    the draw, and ``source_day`` the day on which it becomes known. ``marks`` are what a reader has
    to know of the round, such as a tie that was found later.
    """

    class Kind(models.TextChoices):
        """Whether it comes round."""

        PERIODIC = "periodic"
        OCCASIONAL = "occasional"

    code = models.CharField(max_length=16, unique=True, default=code)
    kind = models.CharField(max_length=12, choices=Kind)
    name = BothField()
    aim = BothField(null=True)
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    starts = models.DateField()
    ends = models.DateField()
    budget = models.PositiveBigIntegerField(null=True)
    letter = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    letter_name = EncryptedText()
    letter_type = models.CharField(max_length=100)
    protocol = models.TextField()
    case_protocol = models.TextField(default="")
    protocol_sha256 = models.CharField(max_length=64)
    modes = models.JSONField()
    audiences = models.JSONField()
    services = models.PositiveSmallIntegerField()
    cases_each = models.PositiveSmallIntegerField(default=0)
    testers = models.PositiveSmallIntegerField(default=2)
    by_cases = models.BooleanField(default=True)
    evaluation = models.ForeignKey(Evaluation, models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=200, default="")
    source_day = models.DateField(null=True)
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    published = models.DateTimeField(null=True)
    results = models.JSONField(null=True)
    marks = models.JSONField(default=list)
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="followed")

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")


class Evaluated(Record):
    """A department that a commission evaluates, and what it says to the result."""

    commission = models.ForeignKey(Commission, models.CASCADE, related_name="evaluated")
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="evaluated")
    comment = models.TextField(default="")
    commented = models.DateTimeField(null=True)
    commented_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """One row a department."""

        ordering = ("department__code",)
        constraints = (
            models.UniqueConstraint(
                fields=["commission", "department"], name="one_row_an_evaluated_department"
            ),
        )

    @property
    def owner(self) -> UUID | None:
        """The department, by which rights are limited."""
        return self.department_id


class Engagement(Record):
    """An evaluating body in a commission; why it is left out, where it is."""

    commission = models.ForeignKey(Commission, models.CASCADE, related_name="engagements")
    body = models.ForeignKey(Organisation, models.PROTECT, related_name="engagements")
    leads = models.BooleanField(default=False)
    excluded = BothField(null=True)

    class Meta:
        """The leading body first."""

        ordering = ("-leads", "body__code")
        constraints = (
            models.UniqueConstraint(fields=["commission", "body"], name="one_engagement_a_body"),
            models.UniqueConstraint(
                fields=["commission"],
                condition=models.Q(leads=True, excluded__isnull=True),
                name="one_leading_body",
            ),
        )


class Evaluator(Record):
    """A person who evaluates in a commission; to all but the auditor he is ``code`` alone.

    ``ties`` are the evaluated departments, by id, to which he declared a relation or to which one
    was found later; ``found_later`` says when.
    """

    class State(models.TextChoices):
        """Whether he declared: who did not is not drawn."""

        ASKED = "asked"
        DECLARED = "declared"

    code = models.CharField(max_length=16, unique=True, default=code)
    commission = models.ForeignKey(Commission, models.CASCADE, related_name="evaluators")
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="evaluators")
    account = models.ForeignKey(Account, models.PROTECT, related_name="evaluates")
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    ties = EncryptedJSON(default=list)
    explanation = EncryptedText()
    declared = models.DateTimeField(null=True)
    found_later = models.DateTimeField(null=True)

    class Meta:
        """One row a person."""

        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=["commission", "account"], name="one_row_an_evaluator"),
        )

    @property
    def owner(self) -> UUID | None:
        """The body for which he evaluates."""
        return self.engagement.body_id

    @property
    def keeper(self) -> UUID | None:
        """The person, by whom rights are limited."""
        return self.account_id
