"""Evidence that was received, and the daily hashes by which later edits of it show."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record
from shixiao.records.fields import BothField
from shixiao.records.organisations import Organisation
from shixiao.terms import Text


class Evidence(Record):
    """An evidence package or event log in the site's keeping.

    ``folder`` is its place below the data folder. ``sha256`` is that of the list of its files.
    ``name`` is that of what was delivered, ``title`` what it calls itself.
    ``files`` are those that were read, also inside an archive: name, sha256, rows. ``doubts`` is
    what the quality gate warns of: title, value, note. While it is checked, ``progress`` says what
    is being done, and ``beat`` that somebody does it.
    """

    class State(models.TextChoices):
        """Where the evidence stands at the gate."""

        CHECKING = "checking"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    name = models.CharField(max_length=200)
    title = BothField(null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="evidence")
    received = models.DateTimeField()
    received_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    folder = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=State, default=State.CHECKING)
    sha256 = models.CharField(max_length=64, default="")
    rows = models.BigIntegerField(default=0)
    tables = models.JSONField(default=dict)
    problem = BothField(null=True)
    files = models.JSONField(default=list)
    doubts = models.JSONField(default=list)
    progress = BothField(null=True)
    beat = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """The newest first."""

        ordering = ("-received", "-id")

    @property
    def called(self) -> Text:
        """What it is called on pages: its own title, or the name of the file."""
        return self.title or Text.of(self.name)

    @property
    def owner(self) -> UUID | None:
        """The organisation that it is of."""
        return self.organisation_id


class ActivityMap(Record):
    """A confirmed activity map of an evidence: a file beside it, which the next evaluation uses.

    What was received never changes: each saving is a new version. ``confirmed`` of ``rows`` are.
    """

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="maps")
    version = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    confirmed = models.PositiveIntegerField()
    saved = models.DateTimeField()
    saved_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first; two people who save at once do not overwrite each other."""

        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(fields=["evidence", "version"], name="one_map_a_version"),
        )


class DailyHash(Record):
    """What a source committed to: the hash of one of its tables as it stood on a day."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="daily_hashes")
    table = models.CharField(max_length=64)
    day = models.DateField()
    sha256 = models.CharField(max_length=64)
    rows = models.BigIntegerField(null=True)
    committed = models.DateTimeField()
    committed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """A day is committed to once; a second hash would be an edit."""

        ordering = ("-day", "table")
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "table", "day"], name="one_hash_a_table_a_day"
            ),
        )
