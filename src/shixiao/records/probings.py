"""Probings of systems: what was asked for, what each probe saw, and what became of its findings."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.fields import BothField, EncryptedJSON
from shixiao.records.files import StoredFile
from shixiao.records.queued import Queued
from shixiao.records.runners import Runner
from shixiao.records.systems import OfSystem, ProbeConsent, Release, System


class Probing(Queued):
    """One run of probes against a system: a job at first, then a report that never changes.

    A job for near the target waits for a ``runner`` of the department, which names its ``claim``
    and whose ``signature`` stands under what it sent.

    ``lent`` is what the probes are lent, such as test accounts; it goes when the run has ended.
    ``report`` is what ``shixiao probe --json`` prints, ``log`` everything that was sent. ``n`` and
    ``of`` are how far it is.
    """

    class Origin(models.TextChoices):
        """Where it ran: by a worker of the site, by a runner near the target, or there by hand.

        ``DAILY`` is the site's own match of components, of which there is one a day.
        """

        SITE = "site"
        DAILY = "daily"
        RUNNER = "runner"
        NEAR = "near"

    code = models.CharField(max_length=16, unique=True, default=code)
    system = models.ForeignKey(System, models.PROTECT, related_name="probings")
    release = models.ForeignKey(Release, models.PROTECT, related_name="probings")
    consent = models.ForeignKey(ProbeConsent, models.PROTECT, null=True, related_name="probings")
    origin = models.CharField(max_length=8, choices=Origin)
    profile = models.CharField(max_length=12)
    target = models.CharField(max_length=500)
    lent = EncryptedJSON(null=True)
    asked_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    runner = models.ForeignKey(Runner, models.PROTECT, null=True, related_name="runs")
    claim = models.CharField(max_length=40, default="")
    signature = models.CharField(max_length=100, default="")
    n = models.PositiveSmallIntegerField(default=0)
    of = models.PositiveSmallIntegerField(default=0)

    report = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    log = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    begun = models.DateTimeField(null=True)
    assessed = models.PositiveSmallIntegerField(default=0)
    mandatory = models.PositiveSmallIntegerField(default=0)
    score = models.FloatField(null=True)
    vetoes = models.PositiveSmallIntegerField(default=0)
    faults = models.PositiveSmallIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    rules_sha256 = models.CharField(max_length=64, default="")
    code_version = models.CharField(max_length=40, default="")

    class Meta:
        """The newest first."""

        ordering = ("-asked", "-id")
        indexes = (models.Index(fields=["origin", "state", "asked"]),)

    @property
    def owner(self) -> UUID | None:
        """The department that answers for the system."""
        return self.system.department_id


class ProbeOutcome(Record):
    """What one probe of a run saw: its checks as [check, severity, passed, place], or why none.

    ``checks`` is None where the probe could not tell; ``reason`` says why, and where both stand,
    what of it could not be told.
    """

    probing = models.ForeignKey(Probing, models.CASCADE, related_name="outcomes")
    probe = models.CharField(max_length=40)
    name = BothField()
    kind = models.CharField(max_length=20)
    checks = models.JSONField(null=True)
    reason = BothField(null=True)
    place = models.PositiveSmallIntegerField()

    class Meta:
        """As they ran."""

        ordering = ("place", "id")


class Weakness(OfSystem):
    """A finding of a probe, known by (system, check, place); a later run updates it.

    ``returned`` counts how often it came back after it was mended.
    """

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open"
        FIXED = "fixed"

    code = models.CharField(max_length=16, unique=True, default=code)
    system = models.ForeignKey(System, models.CASCADE, related_name="weaknesses")
    check_id = models.CharField(max_length=100)
    locator = models.CharField(max_length=500, default="")
    severity = models.CharField(max_length=8)
    gravity = models.PositiveSmallIntegerField()
    text = BothField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    returned = models.PositiveSmallIntegerField(default=0)
    first_seen = models.ForeignKey(Probing, models.PROTECT, related_name="+")
    last_seen = models.ForeignKey(Probing, models.PROTECT, related_name="+")
    opened = models.DateTimeField()
    fixed = models.DateTimeField(null=True)

    class Meta:
        """The gravest first; ``gravity`` 0 is the gravest."""

        ordering = ("gravity", "check_id", "locator")
        constraints = (
            models.UniqueConstraint(
                fields=["system", "check_id", "locator"], name="one_weakness_a_place"
            ),
        )


class WeaknessTurn(models.Model):
    """One turn in the history of a weakness: a run opened it, mended, or saw it come back."""

    class Turn(models.TextChoices):
        """What happened."""

        OPENED = "opened"
        FIXED = "fixed"
        RETURNED = "returned"

    weakness = models.ForeignKey(Weakness, models.CASCADE, related_name="turns")
    probing = models.ForeignKey(Probing, models.CASCADE, related_name="+")
    turn = models.CharField(max_length=8, choices=Turn)
    at = models.DateTimeField()

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")


class Waiver(OfSystem):
    """A weakness that is borne for a while (``security.assessing.waiver``): asked for, and granted.

    ``expires`` is never empty. ``former`` is the waiver that it renews.
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="waivers")
    weakness = models.ForeignKey(Weakness, models.CASCADE, related_name="waivers")
    bearer = models.CharField(max_length=100)
    reason = models.TextField()
    control = models.TextField()
    asked = models.DateTimeField()
    asked_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    expires = models.DateField()
    former = models.OneToOneField("self", models.PROTECT, null=True, related_name="later")
    renewals = models.PositiveSmallIntegerField(default=0)
    answered = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    granted = models.BooleanField(null=True)
    answer = models.TextField(default="")

    class Meta:
        """The newest first."""

        ordering = ("-asked", "-id")
