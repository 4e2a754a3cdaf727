"""Topics of what people bring, searches in vain, and proposals made from them."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.organisations import Organisation


class VoiceTopic(Record):
    """A topic, which keeps its code from night to night as long as its messages do.

    ``signs`` are the kinds of need that it shows (``voice.needs``) with how many people each;
    ``weight`` is people × harm × under-reporting. ``seen`` is the run that last found it.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    terms = models.JSONField()
    people = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    heat = models.FloatField()
    trend = models.CharField(max_length=16, default="")
    stability = models.FloatField()
    places = models.JSONField(default=list)
    harm = models.FloatField(default=1)
    factor = models.FloatField(default=1)
    weight = models.FloatField(default=0)
    signs = models.JSONField(default=dict)
    nearest = models.CharField(max_length=200, default="")
    likeness = models.FloatField(null=True)
    department = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="topics")
    first = models.DateTimeField()
    seen = models.DateTimeField()

    class Meta:
        """The weightiest first."""

        ordering = ("-weight", "-id")
        indexes = (models.Index(fields=["seen", "weight"]),)

    @property
    def owner(self) -> UUID | None:
        """The department that most of its matters are with."""
        return self.department_id


class SearchTally(models.Model):
    """How often a query found nothing on a day; without who asked."""

    day = models.DateField()
    query = models.CharField(max_length=60)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        """One row a day and query."""

        constraints = (models.UniqueConstraint(fields=["day", "query"], name="one_tally_a_query"),)


class SearchAsker(models.Model):
    """That an address asked in vain on a day, so that it counts once; gone with the day.

    ``source`` is a keyed hash of the address and the day.
    """

    day = models.DateField()
    source = models.CharField(max_length=64)
    query = models.CharField(max_length=60)

    class Meta:
        """One row a day, address and query."""

        constraints = (
            models.UniqueConstraint(fields=["day", "source", "query"], name="one_asker_a_query"),
        )


class NeedProposal(Record):
    """A proposal (精准施策) that a department has to answer; its life is ``proposals.yaml``.

    ``people`` is how many stood behind it when it was made. ``before`` and ``after`` count matters
    of the topic in equally many days before and after the change.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    topic = models.ForeignKey(VoiceTopic, models.PROTECT, related_name="proposals")
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="proposals")
    text = models.TextField()
    people = models.PositiveIntegerField()
    made = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    late = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, default="")
    answer = models.TextField(default="")
    answered = models.DateTimeField(null=True)
    promised = models.DateField(null=True)
    change = models.TextField(default="")
    changed = models.DateField(null=True)
    before = models.PositiveIntegerField(null=True)
    after = models.PositiveIntegerField(null=True)
    told = models.PositiveIntegerField(default=0)

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")

    @property
    def owner(self) -> UUID | None:
        """The department that answers."""
        return self.department_id
