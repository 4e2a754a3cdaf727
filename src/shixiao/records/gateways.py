"""Gateways: where datasets lie behind them, and what their logs say that was exchanged."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.catalogue import CatalogueItem
from shixiao.records.grants import Grant
from shixiao.records.organisations import Organisation


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


class Gateway(Record):
    """A gateway that a department runs; the site asks it what its logs say.

    ``fault`` is the code of what was wrong when it was asked last, empty where nothing was.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="gateways")
    address = models.CharField(max_length=200, unique=True)
    registered = models.DateTimeField()
    registered_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    ended = models.DateTimeField(null=True)
    asked = models.DateTimeField(null=True)
    heard = models.DateTimeField(null=True)
    fault = models.CharField(max_length=20, default="")

    class Meta:
        """By department."""

        ordering = ("department__code", "address")

    @property
    def owner(self) -> UUID | None:
        """The department that runs it."""
        return self.department_id


class GatewayLog(Record):
    """The log of one worker, as far as it was read and as far as it is proven.

    ``vkey`` is the key that signed its checkpoint when it was first seen. ``rows`` is the right
    edge of the tree over the ``taken`` entries, in hex; the first ``size`` of them make up the
    signed ``root``. What lies between was read and waits for its checkpoint. The first ``counted``
    stand in the totals.
    """

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="logs")
    number = models.PositiveIntegerField()
    vkey = models.CharField(max_length=200)
    taken = models.PositiveBigIntegerField(default=0)
    rows = models.JSONField(default=list)
    size = models.PositiveBigIntegerField(default=0)
    counted = models.PositiveBigIntegerField(default=0)
    root = models.CharField(max_length=64, default="")
    note = models.TextField(default="")
    proven = models.DateTimeField(null=True)
    diverged = models.DateTimeField(null=True)

    class Meta:
        """One for each worker."""

        ordering = ("gateway", "number")
        constraints = (
            models.UniqueConstraint(fields=["gateway", "number"], name="one_log_of_a_worker"),
        )


class Exchange(models.Model):
    """One entry of a gateway's log: data that were given, or a request that was refused.

    The id is that of the receipt. ``outcome`` is the code of the refusal, empty where data were
    given; ``fields`` are columns; ``caller`` is the department, or the system of a request without
    a grant. An entry counts once a checkpoint covers it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    log = models.ForeignKey(GatewayLog, models.CASCADE, related_name="exchanges")
    ordinal = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="exchanges")
    item = models.ForeignKey(CatalogueItem, models.PROTECT, null=True, related_name="exchanges")
    caller = models.CharField(max_length=100)
    purpose = models.CharField(max_length=100, default="")
    mode = models.CharField(max_length=20, default="")
    outcome = models.CharField(max_length=30, default="")
    records = models.PositiveBigIntegerField(default=0)
    case = models.CharField(max_length=200, default="")
    fields = models.JSONField(default=list)

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["grant", "at"]),
            models.Index(fields=["item", "at"]),
            models.Index(fields=["grant", "case"]),
        )
        constraints = (
            models.UniqueConstraint(fields=["log", "ordinal"], name="one_exchange_of_an_entry"),
        )


class ExchangeTotal(models.Model):
    """How often one thing came of requests of one log on one day, under one grant.

    Counted are proven entries alone. ``records`` were in the answers; ``cases`` are the matters
    that data of the grant were given for here for the first time.
    """

    log = models.ForeignKey(GatewayLog, models.CASCADE, related_name="totals")
    day = models.DateField()
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="totals")
    item = models.ForeignKey(CatalogueItem, models.PROTECT, null=True, related_name="totals")
    outcome = models.CharField(max_length=30, default="")
    n = models.PositiveBigIntegerField(default=0)
    records = models.PositiveBigIntegerField(default=0)
    cases = models.PositiveBigIntegerField(default=0)
    first = models.DateTimeField()
    last = models.DateTimeField()

    class Meta:
        """Whoever counts a log holds it, so that no row is made twice."""

        indexes = (models.Index(fields=["log", "day"]), models.Index(fields=["grant", "day"]))
