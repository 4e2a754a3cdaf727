"""Hearings of a decision matter: the notice, who registered, who was drawn, and who signed."""

from __future__ import annotations

from django.db import models

from shixiao.records.base import code
from shixiao.records.consultations import DecisionMatter, OfMatter
from shixiao.records.fields import BothField, EncryptedText


class Hearing(OfMatter):
    """The hearing of a matter; its course is that of the matter.

    ``sides`` are the sides that have to be heard, each with its name and at least how many seats;
    ``minutes`` are encrypted until every participant has confirmed them or objected.
    """

    matter = models.OneToOneField(DecisionMatter, models.CASCADE, related_name="hearing")
    day = models.DateField()
    place = models.CharField(max_length=200)
    how = models.TextField()
    until = models.DateField()
    size = models.PositiveIntegerField()
    sides = models.JSONField()
    announced = models.DateTimeField()
    minutes = EncryptedText()
    minutes_sha256 = models.CharField(max_length=64, default="")
    outcome = models.TextField(default="")


class HearingSeat(OfMatter):
    """Who registered for a hearing; under ``code`` in the draw, followed by a query code.

    ``ground`` says why he cannot be drawn. The name of whoever is drawn is published (art. 16),
    which the form says; of all others it stays encrypted. ``contact_mark`` is a keyed hash of how
    he is reached, so that nobody registers many times; of who came to the counter it is by chance,
    for families share a telephone. ``signed`` is ``signed``, ``objected`` or
    ``refused`` once the record was put to him.
    """

    matter = models.ForeignKey(DecisionMatter, models.CASCADE, related_name="seats")
    code = models.CharField(max_length=16, unique=True, default=code)
    query_hash = models.CharField(max_length=64, unique=True)
    name = EncryptedText()
    contact = EncryptedText()
    contact_mark = models.CharField(max_length=32)
    side = models.CharField(max_length=16)
    statement = EncryptedText()
    civil_servant = models.BooleanField(default=False)
    at = models.DateTimeField()
    ground = BothField(null=True)
    drawn = models.DateTimeField(null=True)
    withdrew = models.DateTimeField(null=True)
    absent = models.BooleanField(default=False)
    signed = models.CharField(max_length=8, default="")
    signed_at = models.DateTimeField(null=True)
    objection = EncryptedText()

    class Meta:
        """By code, as they are drawn; one way to be reached registers once."""

        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=["matter", "contact_mark"], name="one_seat_a_contact"),
        )
