"""Appraisal rounds: a scheme that is frozen, criticised in public, weighed, measured, contested."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.evaluations import Evaluation
from shixiao.records.fields import BothField, EncryptedText
from shixiao.records.files import StoredFile
from shixiao.records.leaves import LeafRow
from shixiao.records.organisations import Organisation


class Appraisal(Record):
    """A round of appraisal. Its states, and who may do what in each, are data.

    ``scheme`` is the file as it was uploaded; ``scheme_sha256`` covers what people contest in it:
    names, descriptions and shares. ``indicators`` are those of ``appraisal_json``, with what was
    decided since: ``ruled`` (a class that the inspectorate set, and why) and ``dropped`` (no longer
    scored, after criticism). ``notes`` are what was left out while reading. ``scores`` is the table
    of measured values; ``evaluation`` the published one that stood beside it. ``reason`` says why
    a round was withdrawn.
    """

    class Scope(models.TextChoices):
        """Who is ranked: the departments, or their services."""

        DEPARTMENT = "department"
        SERVICE = "service"

    code = models.CharField(max_length=16, unique=True, default=code)
    name = BothField()
    appraiser = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    scope = models.CharField(max_length=12, choices=Scope)
    starts = models.DateField()
    ends = models.DateField()
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    scheme = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    scheme_name = models.CharField(max_length=200)
    scheme_sha256 = models.CharField(max_length=64)
    indicators = models.JSONField()
    notes = models.JSONField(default=list)
    training = models.CharField(max_length=64)
    rules_pack = models.CharField(max_length=100)
    rules_sha256 = models.CharField(max_length=64)
    weight_on_show = models.FloatField()
    evaluation = models.ForeignKey(Evaluation, models.PROTECT, null=True, related_name="+")
    scores = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    scores_name = models.CharField(max_length=200, default="")
    results = models.JSONField(null=True)
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    frozen = models.DateTimeField(null=True)
    measured = models.DateTimeField(null=True)
    published = models.DateTimeField(null=True)
    reason = models.TextField(default="")

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")
        indexes = (models.Index(fields=["state", "frozen"]),)


class Appraised(Record):
    """A department that an appraisal is about."""

    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="appraised")
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="appraised")

    class Meta:
        """One row a department."""

        ordering = ("department__code",)
        constraints = (
            models.UniqueConstraint(
                fields=["appraisal", "department"], name="one_row_an_appraised_department"
            ),
        )


class AppraisalComment(Record):
    """Criticism of a scheme, with what the bureau answered.

    ``row`` is that of the indicator; null for the whole. ``name`` is what somebody without an
    account calls himself; only the auditor sees it. ``once`` is of one form: sent twice, it is one
    comment. ``hidden`` is why the inspectorate took the words off the page.
    """

    class Voice(models.TextChoices):
        """Who speaks."""

        PUBLIC = "public"
        DEPARTMENT = "department"
        EXPERT = "expert"

    class Outcome(models.TextChoices):
        """What the bureau makes of it."""

        ADOPTED = "adopted"
        PARTLY = "partly"
        NOT_ADOPTED = "not_adopted"

    code = models.CharField(max_length=16, unique=True, default=code)
    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="comments")
    row = models.PositiveIntegerField(null=True)
    voice = models.CharField(max_length=12, choices=Voice)
    department = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    name = EncryptedText()
    text = models.TextField()
    once = models.CharField(max_length=64, null=True, unique=True)
    at = models.DateTimeField()
    leaf = models.ForeignKey(LeafRow, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome, default="")
    answer = models.TextField(default="")
    answered = models.DateTimeField(null=True)
    hidden = models.TextField(default="")

    class Meta:
        """In the order in which they came."""

        ordering = ("at", "id")


class AppraisalWeight(Record):
    """How a member of the panel shares 100 points out; on pages he is ``code`` alone.

    ``points`` are whole points by the row of the indicator, as text.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="weights")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    points = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        """One row a member."""

        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=["appraisal", "account"], name="one_row_a_panel_member"),
        )


class AppraisalContest(Record):
    """A department contests a value that was measured, and what the inspectorate answers.

    ``row`` is that of the indicator. ``corrected`` says when the bureau measured again after it was
    upheld.
    """

    class Outcome(models.TextChoices):
        """What the inspectorate finds."""

        UPHELD = "upheld"
        PARTLY = "partly"
        REFUSED = "refused"

    code = models.CharField(max_length=16, unique=True, default=code)
    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="contests")
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    row = models.PositiveIntegerField()
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome, default="")
    answer = models.TextField(default="")
    answered = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    corrected = models.DateTimeField(null=True)

    class Meta:
        """In the order in which they came."""

        ordering = ("at", "id")

    @property
    def owner(self) -> UUID | None:
        """The department, by which rights are limited."""
        return self.department_id
