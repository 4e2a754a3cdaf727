"""The register of algorithms: drafts, editions that stay for good, logs as counts, PIA."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.systems import OfSystem, System


class Algorithm(Record):
    """The entry of a system in the register of algorithms.

    ``draft`` is what the department works on: ``fields`` (``fairness.algorithms.fields``),
    ``authorities``, ``answers`` and ``references`` of the questionnaire, ``papers`` (numbers of the
    documents of duties). ``level`` is that of the newest edition as it stands today,
    ``due`` the day by which the next periodic review has to be signed; None where it is due before
    the admission.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    system = models.OneToOneField(System, models.PROTECT, related_name="algorithm")
    draft = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(null=True)
    due = models.DateField(null=True)
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """As the systems are looked up."""

        ordering = ("system__identifier",)

    @property
    def owner(self) -> UUID | None:
        """The department that answers for the system."""
        return self.system.department_id


class OfAlgorithm(Record):
    """Something that belongs to an entry, and so to the department of its system."""

    algorithm: models.ForeignKey[Algorithm, Algorithm]

    class Meta:
        """Every kind has a table of its own."""

        abstract = True

    @property
    def owner(self) -> UUID | None:
        """The department that answers for the system."""
        return self.algorithm.owner


class AlgorithmEdition(OfAlgorithm):
    """An edition: proposed by one person, confirmed by another, and never changed afterwards.

    ``number`` counts confirmed editions from 1. ``score`` is the score as it was then, with why
    each mitigation counted.
    """

    algorithm = models.ForeignKey(Algorithm, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField(null=True)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    score = models.JSONField()
    level = models.PositiveSmallIntegerField()
    rules_sha256 = models.CharField(max_length=64)
    reason = models.TextField()
    proposed = models.DateTimeField()
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    answered = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    confirmed = models.BooleanField(null=True)
    answer = models.TextField(default="")

    class Meta:
        """The newest first; one waits for an answer at a time."""

        ordering = ("-proposed", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["algorithm"],
                condition=models.Q(answered__isnull=True),
                name="one_edition_waits",
            ),
            models.UniqueConstraint(fields=["algorithm", "number"], name="one_edition_a_number"),
        )


class AlgorithmLog(OfAlgorithm):
    """What a log of decisions said, as counts (``fairness.algorithms.seen``); no person is in it.

    ``sent`` tells whether it was counted from the decisions that the system sent, by nobody; else
    somebody entered it. ``sha256`` is the hash of the files that were delivered, or of the counts;
    the newest counts, those of decisions sent first (``workflows.algorithms.standing.log_of``).
    """

    algorithm = models.ForeignKey(Algorithm, models.CASCADE, related_name="logs")
    seen = models.JSONField()
    sha256 = models.CharField(max_length=64)
    first = models.DateField()
    last = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    sent = models.BooleanField(default=False)

    class Meta:
        """The newest first, by what it covers."""

        ordering = ("-last", "-at", "-id")


class PrivacyAssessment(OfSystem):
    """个人信息保护影响评估 (PIPL 55-56): made by one person, confirmed by another.

    ``triggers`` are parts of rule PIA-TRG; ``findings`` is part of PIA-CNT → [holds, why]. It
    speaks of the processing until ``until``, and is kept until ``kept`` at least (PIA-RET).
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    system = models.ForeignKey(System, models.PROTECT, related_name="privacy_assessments")
    triggers = models.JSONField()
    processing = models.TextField()
    findings = models.JSONField()
    until = models.DateField()
    kept = models.DateField()
    sha256 = models.CharField(max_length=64)
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    answered = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    confirmed = models.BooleanField(null=True)
    answer = models.TextField(default="")

    class Meta:
        """The newest first; one waits for an answer at a time."""

        ordering = ("-made", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["system"],
                condition=models.Q(answered__isnull=True),
                name="one_privacy_assessment_waits",
            ),
        )
