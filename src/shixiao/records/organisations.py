"""Organisations: departments in their tree, evaluating bodies, panels, the inspectorate."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.base import Record
from shixiao.records.fields import BothField


class Organisation(Record):
    """An organisation that people act for.

    ``code`` of a department is its ``department_id`` in evidence packages.
    """

    class Kind(models.TextChoices):
        """What an organisation is to the platform."""

        BUREAU = "bureau"
        DEPARTMENT = "department"
        EVALUATOR = "evaluator"
        PANEL = "panel"
        INSPECTORATE = "inspectorate"

    kind = models.CharField(max_length=16, choices=Kind)
    code = models.CharField(max_length=200, unique=True)
    name = BothField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    tier = models.CharField(max_length=20, default="")
    region = models.CharField(max_length=100, default="")
    active = models.BooleanField(default=True)

    class Meta:
        """Departments are listed by code."""

        ordering = ("code",)

    @property
    def owner(self) -> UUID:
        """Itself: what is done for it belongs to it."""
        return self.pk
