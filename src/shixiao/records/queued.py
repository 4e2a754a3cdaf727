"""Queued: what a worker has to do, how far it is, and whether somebody is at work on it."""

from __future__ import annotations

from django.db import models

from shixiao.records.base import Record
from shixiao.records.fields import BothField


class Queued(Record):
    """A record that is a job at first. ``workflows.queued`` moves it.

    While it runs, ``progress`` says what is being done, and ``beat`` that somebody does it.
    ``attempts`` counts how often it was claimed: a claim stands as long as that does not change.
    """

    class State(models.TextChoices):
        """How far the job is."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    asked = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    progress = BothField(null=True)
    started = models.DateTimeField(null=True)
    beat = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = BothField(null=True)

    class Meta:
        """Every kind of job has a table of its own."""

        abstract = True
