"""How the duties of sharing of each department stood when they were last counted."""

from __future__ import annotations

from django.db import models

from shixiao.records.organisations import Organisation


class DutyTotals(models.Model):
    """Counts over a year; they follow from the records and are only kept to be read quickly.

    ``cut`` says that there were more records than are read, so that the counts are too low.
    """

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="duties")
    breached = models.PositiveIntegerField()
    due = models.PositiveIntegerField()
    met = models.PositiveIntegerField()
    cut = models.BooleanField(default=False)
    counted = models.DateTimeField()
