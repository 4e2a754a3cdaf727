"""Data assets on the books: the card, and everything that was entered in its book."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.catalogue import CatalogueItem
from shixiao.records.fields import BothField
from shixiao.records.organisations import Organisation


class DataAsset(Record):
    """The card of a data asset (资产卡片).

    ``answers`` are the checklist as it was answered: question → [holds, reason]. ``placement``
    follows from them. How the cost is spread is fixed when the asset comes into use.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="assets")
    item = models.ForeignKey(CatalogueItem, models.PROTECT, null=True, related_name="assets")
    name = BothField()
    regime = models.CharField(max_length=16)
    answers = models.JSONField()
    placement = models.CharField(max_length=16)
    origin = models.CharField(max_length=12)
    method = models.CharField(max_length=16)
    months = models.PositiveSmallIntegerField(default=0)
    units = models.PositiveIntegerField(default=0)
    residual = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    in_use = models.DateField(null=True)
    version = models.PositiveIntegerField(default=0)
    recognised = models.DateTimeField()
    recognised_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-recognised", "-id")

    @property
    def owner(self) -> UUID | None:
        """The organisation on whose books it stands."""
        return self.organisation_id


class AssetEntry(Record):
    """One entry of a book; nothing is changed, a wrong entry is cancelled with its reason.

    ``detail`` holds what the kind needs: voucher number and component, units, share and proceeds,
    parties and shares.
    """

    class Kind(models.TextChoices):
        """What was entered."""

        COST = "cost"
        USE = "use"
        IMPAIRMENT = "impairment"
        DISPOSAL = "disposal"
        INCOME = "income"

    asset = models.ForeignKey(DataAsset, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind)
    day = models.DateField()
    amount = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    detail = models.JSONField(default=dict)
    entered = models.DateTimeField()
    entered_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    cancelled = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    cancel_reason = models.TextField(default="")

    class Meta:
        """In the order of time."""

        ordering = ("day", "id")
