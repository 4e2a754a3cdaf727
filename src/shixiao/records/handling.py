"""Figures on those who handle cases, each with the answer of the person they are about."""

from __future__ import annotations

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.fields import EncryptedJSON, EncryptedText
from shixiao.records.leaves import LeafRow


class HandlerFigures(Record):
    """Figures on one handler over the days from ``since`` to before ``until``.

    The person sees them at once and inspectors later, so they are kept as they were first shown.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    account = models.ForeignKey(Account, models.PROTECT, related_name="figures")
    since = models.DateField()
    until = models.DateField()
    made = models.DateTimeField()
    detail = EncryptedJSON()
    sha256 = models.CharField(max_length=64)
    answer = EncryptedText()
    answered = models.DateTimeField(null=True)
    leaf = models.ForeignKey(LeafRow, models.PROTECT, null=True, related_name="+")

    class Meta:
        """The newest first; one set of figures for a person and a period."""

        ordering = ("-until", "account")
        constraints = (
            models.UniqueConstraint(fields=["account", "until"], name="one_set_of_figures"),
        )
