"""Draws: what was drawn from what, by which seed, so that anybody can draw again."""

from __future__ import annotations

from django.db import models

from shixiao.records.base import Record, code
from shixiao.records.fields import EncryptedJSON, EncryptedText
from shixiao.records.leaves import LeafRow


class Draw(Record):
    """One draw: a pool that is frozen first, then drawn from by a value nobody could choose.

    ``subject`` is the code of the record it serves. ``tag`` says what is drawn (services, cases of
    a service, evaluators of an item), ``about`` of which service or item. ``pool`` is what it is
    drawn from, ``root`` the hash of that and of all else that the draw hangs on. Until it is
    revealed the ledger holds ``commitment`` alone, so that nobody is warned; ``nonce`` opens it. A
    draw is repeated, or amended when somebody withdraws, only as another one that names the
    ``former`` and says why.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    subject = models.CharField(max_length=40)
    tag = models.CharField(max_length=20)
    about = models.CharField(max_length=200, default="")
    root = models.CharField(max_length=64)
    pool = EncryptedJSON()
    source = models.CharField(max_length=200, default="")
    source_day = models.DateField(null=True)
    frozen_at = models.DateTimeField()
    seed = models.CharField(max_length=64, default="")
    announced = models.CharField(max_length=200, default="")
    head = models.CharField(max_length=64, default="")
    transcript = EncryptedJSON(null=True)
    commitment = models.CharField(max_length=64, default="")
    nonce = EncryptedText()
    drawn = models.DateTimeField(null=True)
    revealed = models.DateTimeField(null=True)
    former = models.OneToOneField("self", models.PROTECT, null=True, related_name="later")
    reason = models.TextField(default="")
    leaf = models.ForeignKey(LeafRow, models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order of time."""

        ordering = ("frozen_at", "id")
        indexes = (models.Index(fields=["subject", "tag"]),)
