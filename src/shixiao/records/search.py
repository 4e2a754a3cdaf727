"""The search index: pairs of neighbouring signs of every name, for Chinese and Latin alike."""

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
    """A pair of signs and an entry whose name holds it."""

    gram = models.CharField(max_length=4)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="grams")

    class Meta:
        """Looked up by pair."""

        indexes = (models.Index(fields=["gram", "entry"]),)
