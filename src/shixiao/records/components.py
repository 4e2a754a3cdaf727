"""Components: what each system is made of, and the bundles of vulnerabilities against it."""

from __future__ import annotations

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.fields import BothField
from shixiao.records.files import StoredFile
from shixiao.records.systems import OfSystem, Release, System


class OsvBundle(Record):
    """A bundle of vulnerabilities (``security.components``) that somebody brought.

    ``sha256`` is that of the file; ``made`` is None until it was checked, and ``problem`` says why
    it was refused. ``by`` is None where the operator placed it in the folder.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    taken = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    made = models.DateTimeField(null=True)
    ecosystems = models.JSONField(default=list)
    records = models.PositiveIntegerField(default=0)
    exploited = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, default="")
    problem = BothField(null=True)

    class Meta:
        """The newest vulnerabilities first."""

        ordering = (models.F("made").desc(nulls_last=True), "-taken", "-id")


class Sbom(OfSystem):
    """The list of components of a release (CycloneDX); the newest of a system counts.

    ``matched`` is when it was held against a bundle last, ``bundle`` which; None where none held.
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="sboms")
    release = models.ForeignKey(Release, models.PROTECT, related_name="sboms")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    components = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    matched = models.DateTimeField(null=True)
    bundle = models.ForeignKey(OsvBundle, models.PROTECT, null=True, related_name="+")

    class Meta:
        """The newest first; a file is entered once a release."""

        ordering = ("-at", "-id")
        constraints = (models.UniqueConstraint(fields=["release", "file"], name="one_sbom_a_file"),)
