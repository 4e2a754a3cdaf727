"""Standards of data elements, edition by edition, and what people remark on them."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.fields import BothField
from shixiao.records.organisations import Organisation


class Standard(Record):
    """One edition of a data element (GB/T 18391.3), or a department's own definition of one.

    ``element`` is the element as plain values (``sharing.standards.registry.Element``) without
    state and edition, which stand beside it. A draft has no edition yet. ``former`` is the edition
    that it is to replace. The state goes by ``sharing/standards/registry/data/standards.yaml``.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="standards")
    identifier = models.CharField(max_length=100)
    edition = models.CharField(max_length=20, default="")
    name = BothField()
    element = models.JSONField()
    sha256 = models.CharField(max_length=64)
    former = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    adopted = models.DateTimeField(null=True)
    handled = models.TextField(default="")

    class Meta:
        """By identifier, the newest edition first."""

        ordering = ("identifier", "-made", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["department", "identifier", "edition"], name="one_row_an_edition"
            ),
        )
        indexes = (models.Index(fields=["state", "identifier"]),)

    @property
    def owner(self) -> UUID | None:
        """The department that drafts it."""
        return self.department_id


class StandardRemark(Record):
    """What somebody remarks while a standard is open to comments."""

    standard = models.ForeignKey(Standard, models.CASCADE, related_name="remarks")
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    text = models.TextField()

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")
