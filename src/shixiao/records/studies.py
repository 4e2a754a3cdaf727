"""Releases of counts: what experts may ask about a system's decisions in one closed quarter."""

from __future__ import annotations

from django.db import models

from shixiao.records.systems import OfSystem, System


class CountRelease(OfSystem):
    """The tables of one quarter (``fairness.Release``), made once and never again.

    ``n`` is how many decisions it has; None where they are too few to be told.
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="count_releases")
    quarter = models.CharField(max_length=7)
    n = models.PositiveIntegerField(null=True)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """The newest quarter first."""

        ordering = ("-quarter",)
        constraints = (
            models.UniqueConstraint(fields=["system", "quarter"], name="one_release_a_quarter"),
        )
