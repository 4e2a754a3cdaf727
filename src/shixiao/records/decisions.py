"""Decisions of systems: what departments lay down, what they send, the count cube, and checks."""

from __future__ import annotations

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import code
from shixiao.records.fields import EncryptedJSON
from shixiao.records.systems import OfSystem, System


class DecisionScheme(OfSystem):
    """What is laid down for the decisions of a system (``fairness.decisions.Scheme``).

    The newest counts; those before stay.
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="decision_schemes")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")


class DecisionTable(OfSystem):
    """The decision table of a version, registered once and never changed."""

    system = models.ForeignKey(System, models.CASCADE, related_name="decision_tables")
    version = models.CharField(max_length=100)
    content = models.JSONField()
    rules = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first; one table a version."""

        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(fields=["system", "version"], name="one_table_a_version"),
        )


class DecisionDelivery(OfSystem):
    """One delivery of decisions, and how many of its rows were taken, known or refused.

    ``sha256`` is the hash over the content hashes of what was taken, in order.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    system = models.ForeignKey(System, models.CASCADE, related_name="decision_deliveries")
    name = models.CharField(max_length=200)
    taken = models.PositiveIntegerField(default=0)
    again = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")


class DecisionCell(OfSystem):
    """A cell of the count cube: how many decisions of a version, month, arm and groups were what.

    ``counts`` has the names of ``fairness.COUNTS``, ``bin…`` of the sketch of processing days, and
    ``with_person`` and ``alone``: who had a part, as far as it is told.
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="decision_cells")
    key = models.CharField(max_length=64)
    version = models.CharField(max_length=100)
    period = models.CharField(max_length=7)
    arm = models.CharField(max_length=20)
    groups = models.JSONField()
    counts = models.JSONField()

    class Meta:
        """One row a cell."""

        constraints = (models.UniqueConstraint(fields=["system", "key"], name="one_row_a_cell"),)


class DecisionUses(OfSystem):
    """Which facts the decisions of a version and month rest on, and how many rest on each.

    ``uses`` is a list of name, source, article and decisions; ``first`` the day of the earliest of
    these decisions.
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="decision_uses")
    version = models.CharField(max_length=100)
    period = models.CharField(max_length=7)
    first = models.DateField()
    uses = models.JSONField()

    class Meta:
        """One row a version and month."""

        constraints = (
            models.UniqueConstraint(
                fields=["system", "version", "period"], name="uses_once_a_version_and_month"
            ),
        )


class LoggedDecision(OfSystem):
    """One decision. What speaks of the person is encrypted; what checks group by is not.

    ``code`` is the number on the person's receipt; it is made from a key, as the query code is, so
    that sending twice gives the same answer. ``turn`` counts the query codes that were given out.
    ``result`` is what the system said, ``corrected`` what stands instead of ``final``.
    """

    system = models.ForeignKey(System, models.PROTECT, related_name="decisions")
    number = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    version = models.CharField(max_length=100)
    result = models.CharField(max_length=100)
    final = models.CharField(max_length=100)
    inputs_hash = models.CharField(max_length=64)
    rules_key = models.CharField(max_length=64)
    missing = models.CharField(max_length=200)
    replayed = models.CharField(max_length=12, default="")
    at = models.DateTimeField()
    received = models.DateTimeField()
    late = models.BooleanField()
    code = models.CharField(max_length=16, db_index=True)
    turn = models.PositiveSmallIntegerField(default=0)
    cell = models.ForeignKey(DecisionCell, models.PROTECT, related_name="decisions")
    delivery = models.ForeignKey(DecisionDelivery, models.PROTECT, related_name="decisions")
    sealed = EncryptedJSON()
    suspended = models.BooleanField(default=False)
    corrected = models.CharField(max_length=100, default="")
    corrected_at = models.DateTimeField(null=True)

    class Meta:
        """The newest first; a number stands for one decision of a system."""

        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(fields=["system", "number"], name="one_decision_a_number"),
        )
        indexes = (
            models.Index(fields=["system", "version", "inputs_hash"]),
            models.Index(fields=["system", "version", "rules_key"]),
            models.Index(fields=["system", "replayed"]),
        )


class DecisionConflict(OfSystem):
    """What came under a number that stands for another content: refused, and kept as said."""

    system = models.ForeignKey(System, models.CASCADE, related_name="decision_conflicts")
    decision = models.ForeignKey(LoggedDecision, models.CASCADE, related_name="conflicts")
    sha256 = models.CharField(max_length=64)
    sealed = EncryptedJSON()
    at = models.DateTimeField()
    delivery = models.ForeignKey(DecisionDelivery, models.PROTECT, related_name="conflicts")

    class Meta:
        """In the order of time; the same content is kept once."""

        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=["decision", "sha256"], name="one_conflict_a_content"),
        )


class DecisionCheck(OfSystem):
    """What a check of a system's decisions found, and what made it run.

    ``detail`` holds estimates, findings and, where the cube was audited, the leads of the audit.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    system = models.ForeignKey(System, models.CASCADE, related_name="decision_checks")
    cause = models.CharField(max_length=20)
    reference = models.CharField(max_length=40, default="")
    n = models.PositiveIntegerField()
    detail = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")
