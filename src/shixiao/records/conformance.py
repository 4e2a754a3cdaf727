"""How far the tables of a dataset follow the standards, report by report."""

from __future__ import annotations

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record
from shixiao.records.catalogue import CatalogueItem
from shixiao.records.files import StoredFile


class ConformanceReport(Record):
    """What ``shixiao sharing conform`` measured of one delivery of a dataset.

    The answer itself is ``file``; the columns are what a trend is drawn from. ``kept`` counts the
    rows that keep every rule. The same file counts once for a dataset.
    """

    item = models.ForeignKey(CatalogueItem, models.CASCADE, related_name="conformance")
    name = models.CharField(max_length=200)
    day = models.DateField()
    rows = models.BigIntegerField()
    kept = models.BigIntegerField()
    conforms = models.BooleanField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    entered = models.DateTimeField()
    entered_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """In the order of time."""

        ordering = ("day", "entered", "id")
        constraints = (models.UniqueConstraint(fields=["item", "file"], name="one_report_a_file"),)

    @property
    def percent(self) -> str:
        """Rows that keep every rule, of a hundred; cut, so that only all rows are 100.0%."""
        return f"{self.hundredths:.1f}%" if self.rows else "—"

    @property
    def hundredths(self) -> float:
        """The same as a number; to be asked of a report with rows."""
        return 1000 * self.kept // self.rows / 10
