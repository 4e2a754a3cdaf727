"""Where a dataset lies behind the gateway of its department."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record
from shixiao.records.catalogue import CatalogueItem


class GatewaySource(Record):
    """The table behind a gateway, as the department that runs it says.

    ``columns`` gives for each data item of the catalogue the column that holds it; ``system`` is
    the system that holds the data, as the list of admitted systems knows it.
    """

    item = models.OneToOneField(CatalogueItem, models.CASCADE, related_name="source_place")
    system = models.CharField(max_length=100)
    table = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    columns = models.JSONField()
    placed = models.DateTimeField()
    placed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    @property
    def owner(self) -> UUID | None:
        """The department that provides the dataset."""
        return self.item.department_id
