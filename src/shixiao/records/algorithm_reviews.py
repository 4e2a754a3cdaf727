"""定期审查: reviews of an algorithm by drawn experts, each with an opinion of their own."""

from __future__ import annotations

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.algorithms import Algorithm, OfAlgorithm
from shixiao.records.base import Record, code
from shixiao.records.fields import BothField, EncryptedText


class AlgorithmReview(OfAlgorithm):
    """One review, from the frozen pool of experts to the published opinions.

    ``criterion`` is the fairness criterion that governs, fixed with its reason before the figures
    are on the table; ``audit`` is what was audited then: leads, not-assessable metrics, and how
    each criterion stands, with ``audit_sha256`` of the counts. ``answers`` is the key of a lead or
    of a metric → what the panel says of it. ``abandoned`` says why it ended without an
    outcome. The state goes by ``workflows/data/algorithm_reviews.yaml``.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    algorithm = models.ForeignKey(Algorithm, models.PROTECT, related_name="reviews")
    level = models.PositiveSmallIntegerField()
    size = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    source = models.CharField(max_length=200)
    source_day = models.DateField()
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    criterion = models.CharField(max_length=20, default="")
    criterion_reason = models.TextField(default="")
    criterion_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    criterion_at = models.DateTimeField(null=True)
    audit = models.JSONField(null=True)
    audit_sha256 = models.CharField(max_length=64, default="")
    audited = models.DateTimeField(null=True)
    answers = models.JSONField(default=dict)
    outcome = models.CharField(max_length=12, default="")
    abandoned = models.TextField(default="")
    done = models.DateTimeField(null=True)
    opened = models.DateTimeField()
    opened_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first; one is under way at a time."""

        ordering = ("-opened", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["algorithm"],
                condition=models.Q(done__isnull=True),
                name="one_review_under_way",
            ),
        )


class ReviewSeat(Record):
    """An expert who may be drawn, under a code of the review; with the opinion of those drawn.

    ``excluded`` says why somebody cannot be drawn. ``lead`` is who writes for the panel.
    """

    class Outcome(models.TextChoices):
        """What an expert thinks should become of the algorithm."""

        KEEP = "keep"
        CORRECT = "correct"
        HUMAN = "human"
        SUSPEND = "suspend"

    code = models.CharField(max_length=16, unique=True, default=code)
    review = models.ForeignKey(AlgorithmReview, models.CASCADE, related_name="seats")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    excluded = BothField(null=True)
    drawn = models.BooleanField(default=False)
    lead = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, choices=Outcome, default="")
    opinion = EncryptedText()
    sha256 = models.CharField(max_length=64, default="")
    signed = models.DateTimeField(null=True)

    class Meta:
        """By code, as they are drawn."""

        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=["review", "account"], name="one_seat_a_review"),
        )
