"""Runs of matching: what was matched with what, what was offered, and what people decided."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.files import StoredFile
from shixiao.records.organisations import Organisation
from shixiao.records.queued import Queued


class MatchRun(Queued):
    """One matching of a department: a job at first, then a result that never changes.

    What goes in and what comes out are files named by their hash: both lists, the dictionary as it
    was when the run was asked for, the result. A result that was made elsewhere has no lists.
    ``former`` is the run whose lists are matched again, ``edition`` how often they were.
    """

    class Kind(models.TextChoices):
        """What it was made of: two lists, a list and the registry of the site, or a result."""

        LISTS = "lists"
        REGISTRY = "registry"
        RESULT = "result"

    code = models.CharField(max_length=16, unique=True, default=code)
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="matchings")
    kind = models.CharField(max_length=12, choices=Kind)
    source = models.CharField(max_length=200)
    compared = models.CharField(max_length=200, default="")
    requirements = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    elements = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    learned = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    result = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    former = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")
    edition = models.PositiveIntegerField(default=1)

    asked_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    rows = models.PositiveIntegerField(default=0)
    threshold = models.FloatField(null=True)
    rules_sha256 = models.CharField(max_length=64, default="")
    code_version = models.CharField(max_length=40, default="")

    class Meta:
        """The newest first."""

        ordering = ("-asked", "-id")
        indexes = (models.Index(fields=["state", "asked"]),)

    @property
    def owner(self) -> UUID | None:
        """The department whose requirements they are."""
        return self.department_id


class MatchDecision(Record):
    """One person's word on a wording: an element answers it, or none of those offered does.

    ``key`` is the hash of the wording without what does not change its meaning; of a department
    one decision on it stands at a time, and ``previous`` is what stood before. ``refused`` are id
    and name of the elements that were offered and are not meant. ``ended`` is when it was withdrawn
    or another took its place.
    """

    class Kind(models.TextChoices):
        """What was decided."""

        CONFIRMED = "confirmed"
        NONE = "none"

    run = models.ForeignKey(MatchRun, models.PROTECT, related_name="decisions")
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    wording = models.CharField(max_length=500)
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=Kind)
    element = models.CharField(max_length=200, default="")
    element_name = models.CharField(max_length=500, default="")
    refused = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")
    ended = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order of time; one stands for a wording of a department."""

        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["department", "key"],
                condition=models.Q(ended__isnull=True),
                name="one_standing_decision_a_wording",
            ),
        )
        indexes = (models.Index(fields=["department", "key"]),)

    @property
    def owner(self) -> UUID | None:
        """The department whose word it is."""
        return self.department_id


class MatchItem(Record):
    """A wording of a run, the places where it stands, and what is offered for it.

    ``places`` are id of the item, service and channel of each row; ``candidates`` are id, name,
    department, score and reasons of each element, best first; without any nothing is ``offered``,
    as for signatures. ``none`` says that no candidate is likely enough. ``decision`` is the
    standing one of the department that settles it.
    """

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="items")
    place = models.PositiveIntegerField()
    name = models.CharField(max_length=500)
    key = models.CharField(max_length=64)
    places = models.JSONField()
    none = models.BooleanField()
    offered = models.BooleanField()
    candidates = models.JSONField()
    decision = models.ForeignKey(MatchDecision, models.SET_NULL, null=True, related_name="items")

    class Meta:
        """As they come in the list."""

        ordering = ("place", "id")
        indexes = (
            models.Index(fields=["key"]),
            models.Index(fields=["run", "place"]),
            # What lists count, without reading the candidates.
            models.Index(fields=["run", "offered", "decision"]),
        )

    @property
    def owner(self) -> UUID | None:
        """The department whose requirement it is."""
        return self.run.department_id
