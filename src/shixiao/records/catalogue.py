"""The catalogue of government data, and where each entry came from."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.fields import BothField, EncryptedText
from shixiao.records.files import StoredFile
from shixiao.records.organisations import Organisation
from shixiao.records.queued import Queued


class Harvest(Queued):
    """One reading of a catalogue that exists elsewhere: a job at first, then what it changed.

    ``source`` names the catalogue: entries are found again by source and identifier. It is read
    from ``file``, which was called ``name``, or from ``address``. Counts say what the reading
    changed; a second reading of the same thing changes nothing. While it runs, ``progress`` says
    what is being done, and ``beat`` that somebody does it.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    source = models.CharField(max_length=200)
    address = models.CharField(max_length=300, default="")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200, default="")
    asked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    seen = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")

    class Meta:
        """The newest first; a source is read by one job at a time."""

        ordering = ("-asked", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["source"],
                condition=models.Q(state__in=("queued", "running")),
                name="one_harvest_of_a_source",
            ),
        )


class CatalogueItem(Record):
    """An entry of the catalogue (目录条目): one dataset, its terms, and who answers for it.

    ``listed`` is the entry as plain values (``sharing.catalogue.Dataset``) without the person's
    name; the columns beside it are what is counted and filtered by. ``faults`` counts what Decree
    809 arts. 13–15 find missing. The state goes by ``workflows/data/datasets.yaml``; in those of
    ``LISTED`` everybody finds it.
    """

    LISTED = ("published", "updating")

    code = models.CharField(max_length=16, unique=True, default=code)
    source = models.CharField(max_length=200, default="")
    identifier = models.CharField(max_length=200)
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="datasets")
    lead = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="leads")
    name = BothField()
    listed = models.JSONField()
    sha256 = models.CharField(max_length=64)
    person = EncryptedText()
    sharing = models.CharField(max_length=20, default="")
    domain = models.CharField(max_length=100, default="")
    tier = models.CharField(max_length=20, default="")
    grade = models.CharField(max_length=20, default="")
    updated = models.DateField(null=True)
    fresh_until = models.DateField(null=True)
    faults = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    published = models.DateTimeField(null=True)
    changed_on = models.DateField(null=True)
    extended = models.BooleanField(default=False)

    class Meta:
        """In the order of time, newest first, which is the order of ids."""

        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=["source", "identifier"], name="one_row_a_dataset"),
        )
        indexes = (
            models.Index(fields=["state", "department"]),
            models.Index(fields=["state", "domain"]),
            models.Index(fields=["state", "sharing"]),
            models.Index(fields=["state", "grade"]),
        )

    @property
    def owner(self) -> UUID | None:
        """The department that provides it, by which rights are limited."""
        return self.department_id
