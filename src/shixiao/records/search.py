"""The search index: pairs of neighbouring signs of every name, for Chinese and Latin alike.

The postings of a pair lie in the order of weight, so that the weightiest are read first of a pair
that stands in half of all names.
"""

from __future__ import annotations

from django.db import models

from shixiao.records.fields import BothField


class Entry(models.Model):
    """Something that can be found; ``link`` leads to it."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    name = BothField()
    link = models.CharField(max_length=300)
    weight = models.FloatField(default=0.0)

    class Meta:
        """A thing is indexed once."""

        constraints = (models.UniqueConstraint(fields=["kind", "key"], name="one_entry_a_thing"),)


class Gram(models.Model):
    """A pair of signs and an entry whose name holds it; kind and weight are those of the entry."""

    gram = models.CharField(max_length=4)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="grams")
    kind = models.CharField(max_length=20)
    weight = models.FloatField(default=0.0)

    class Meta:
        """Looked up by pair, and by entry and pair."""

        indexes = (
            models.Index("kind", "gram", models.F("weight").desc(), "entry", name="postings"),
            models.Index(fields=["entry", "gram"]),
        )


class GramCount(models.Model):
    """In how many entries of a kind a pair stands."""

    kind = models.CharField(max_length=20)
    gram = models.CharField(max_length=4)
    entries = models.PositiveIntegerField(default=0)

    class Meta:
        """One row a pair and kind."""

        constraints = (models.UniqueConstraint(fields=["kind", "gram"], name="one_count_a_pair"),)
