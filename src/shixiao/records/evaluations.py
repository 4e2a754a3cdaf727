"""Evaluations of evidence, and where each subject stands in them."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import code
from shixiao.records.evidence import Evidence
from shixiao.records.fields import BothField
from shixiao.records.queued import Queued


class Evaluation(Queued):
    """One evaluation of one evidence: a job at first, then a result that never changes."""

    code = models.CharField(max_length=16, unique=True, default=code)
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="evaluations")
    question = models.JSONField(default=dict)
    seed = models.BigIntegerField()
    asked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    rules_pack = models.CharField(max_length=100, default="")
    rules_sha256 = models.CharField(max_length=64, default="")
    code_version = models.CharField(max_length=40, default="")
    inputs_sha256 = models.CharField(max_length=64, default="")
    result_sha256 = models.CharField(max_length=64, default="")
    bundle_sha256 = models.CharField(max_length=64, default="")
    cases = models.BigIntegerField(default=0)
    events = models.BigIntegerField(default=0)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)

    published = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    withdrawn = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(default="")

    class Meta:
        """The newest first."""

        ordering = ("-asked", "-id")
        indexes = (models.Index(fields=["published", "withdrawn"]),)

    @property
    def owner(self) -> UUID | None:
        """The organisation whose evidence it rests on."""
        return self.evidence.organisation_id


class Standing(models.Model):
    """Where a subject stands in an evaluation: what lists sort by and pages begin with.

    Scores are points out of 100. ``rank_low`` to ``rank_high`` of ``rank_of`` is the interval of
    the rank; subjects of one ``band`` cannot be told apart. ``slug`` is the subject's id where that
    is safe in an address, else made from it. ``words`` are names and id, to be searched. ``hours``
    is what could be saved for people in a year.
    """

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="standings")
    kind = models.CharField(max_length=12)
    subject = models.CharField(max_length=200)
    slug = models.CharField(max_length=60)
    name = BothField()
    words = models.TextField(default="")
    department = models.CharField(max_length=200, default="")
    verdict = models.CharField(max_length=40, default="")
    cases = models.BigIntegerField(default=0)
    findings = models.PositiveIntegerField(default=0)
    score = models.FloatField(null=True)
    score_low = models.FloatField(null=True)
    score_high = models.FloatField(null=True)
    usefulness = models.FloatField(null=True)
    convenience = models.FloatField(null=True)
    benefit = models.FloatField(null=True)
    rank_low = models.PositiveIntegerField(null=True)
    rank_high = models.PositiveIntegerField(null=True)
    rank_of = models.PositiveIntegerField(null=True)
    band = models.PositiveIntegerField(null=True)
    hours = models.FloatField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        """One row a subject; lists sort by score, hours, findings or name."""

        constraints = (
            models.UniqueConstraint(
                fields=["evaluation", "kind", "subject"], name="one_standing_a_subject"
            ),
        )
        indexes = (
            models.Index(fields=["evaluation", "kind", "band"]),
            models.Index(fields=["evaluation", "kind", "slug"]),
            models.Index(fields=["evaluation", "kind", "department"]),
        )
