"""Admissions: what two people decided of a system, the certificates, and what forces a new test."""

from __future__ import annotations

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.systems import OfSystem, Release, System


class Admission(OfSystem):
    """A decision that a release may be used: proposed by one person, answered by another.

    ``detail`` holds the layers as they were judged (``security.assessing.decide``), and
    ``dossier_sha256`` all that they rest on: the second person confirms the very same or nothing.
    ``until`` is when the first evidence runs out.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    system = models.ForeignKey(System, models.PROTECT, related_name="admissions")
    release = models.ForeignKey(Release, models.PROTECT, related_name="admissions")
    detail = models.JSONField()
    dossier_sha256 = models.CharField(max_length=64)
    rules_sha256 = models.CharField(max_length=64)
    score = models.FloatField()
    conditional = models.BooleanField()
    until = models.DateTimeField()
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
                fields=["system"],
                condition=models.Q(answered__isnull=True),
                name="one_admission_waits",
            ),
        )


class Certificate(Record):
    """A certificate of an admission (JWS, Ed25519): short-lived, renewed while evidence holds."""

    admission = models.ForeignKey(Admission, models.PROTECT, related_name="certificates")
    serial = models.CharField(max_length=16, unique=True, default=code)
    jws = models.TextField()
    issued = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    class Meta:
        """The newest first."""

        ordering = ("-issued", "-id")


class Retest(OfSystem):
    """Something that forces a new test before the evidence runs out; done by a new admission.

    Evidence of security that is older does not count any more. Past ``due`` the system is
    suspended.
    """

    class Cause(models.TextChoices):
        """What forces it."""

        RELEASE = "release"
        CERTIFICATE = "certificate"
        COMPONENT = "component"
        INCIDENT = "incident"
        OBJECTION = "objection"
        COMPLAINTS = "complaints"
        LOT = "lot"
        EFFECT = "effect"
        FINDING = "finding"

    system = models.ForeignKey(System, models.CASCADE, related_name="retests")
    cause = models.CharField(max_length=12, choices=Cause)
    reference = models.CharField(max_length=200)
    at = models.DateTimeField()
    due = models.DateField()
    done = models.DateTimeField(null=True)
    admission = models.ForeignKey(Admission, models.PROTECT, null=True, related_name="retests")

    class Meta:
        """The newest first; one cause forces one test."""

        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["system", "cause", "reference"], name="one_retest_a_cause"
            ),
        )


class SystemStep(OfSystem):
    """One step of a system: who did what, when, and why; what everybody may read of its history."""

    system = models.ForeignKey(System, models.CASCADE, related_name="steps")
    verb = models.CharField(max_length=20)
    left = models.CharField(max_length=16, default="")
    state = models.CharField(max_length=16)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    second = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(default="")

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")
