"""What inventories of databases found, table by table, with the dataset that each is."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.catalogue import CatalogueItem
from shixiao.records.files import StoredFile
from shixiao.records.organisations import Organisation


class Inventory(Record):
    """What ``shixiao sharing inventory`` found at one address of a department.

    ``compared`` is the number of datasets that tables were compared with; None for no catalogue.
    Of an address the newest is ``current``, and is what is counted.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="inventories")
    source = models.CharField(max_length=300)
    compared = models.PositiveIntegerField(null=True)
    current = models.BooleanField(default=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    entered = models.DateTimeField()
    entered_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first; a result counts once for a department."""

        ordering = ("-entered", "-id")
        constraints = (
            models.UniqueConstraint(fields=["department", "file"], name="one_inventory_a_file"),
        )

    @property
    def owner(self) -> UUID | None:
        """The department whose database it is."""
        return self.department_id


class FoundTable(Record):
    """A table that was found, without any value of it.

    ``item`` is the dataset that it is, or the draft that was opened from it. ``counts`` says that a
    catalogue should list it: it is no copy, log or empty table. ``columns`` are name, comment,
    type, kind, element and suggested grade of each.
    """

    inventory = models.ForeignKey(Inventory, models.CASCADE, related_name="tables")
    name = models.CharField(max_length=200)
    comment = models.CharField(max_length=500, default="")
    rows = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=12)
    counts = models.BooleanField()
    catalogued = models.BooleanField()
    grade = models.CharField(max_length=20)
    why = models.JSONField(default=list)
    remarks = models.JSONField(default=list)
    columns = models.JSONField()
    item = models.ForeignKey(CatalogueItem, models.SET_NULL, null=True, related_name="found")

    class Meta:
        """By name."""

        ordering = ("name", "id")

    @property
    def missing(self) -> bool:
        """Whether a catalogue should list it and nobody has begun to."""
        return self.counts and not self.catalogued and self.item_id is None
