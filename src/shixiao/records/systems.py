"""The register of systems: what technology there is, why it was wanted, and on which papers."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.fields import BothField, EncryptedJSON, EncryptedText
from shixiao.records.files import StoredFile
from shixiao.records.organisations import Organisation


class System(Record):
    """A platform, app, algorithm or data service, from its first plan to its end.

    ``identifier`` is its name in evidence, at gateways and gates. ``people`` is how many persons it
    concerns in a year, None where nobody has counted; ``grade`` that of its gravest data, empty
    where they are not graded. ``signs_in`` says whether people sign in to it, ``interface`` whether
    programs may call it. ``addresses`` are environment and address of each place where it
    runs. ``manual`` is the page that says how it is done by hand while the system is shut. The
    state goes by ``workflows/data/systems.yaml``.
    """

    class Kind(models.TextChoices):
        """What it is."""

        PLATFORM = "platform"
        APP = "app"
        ALGORITHM = "algorithm"
        SERVICE = "service"

    class Exposure(models.TextChoices):
        """From where it can be reached."""

        INTERNET = "internet"
        GOVERNMENT = "government"
        INTERNAL = "internal"

    code = models.CharField(max_length=16, unique=True, default=code)
    identifier = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    name = BothField()
    about = models.TextField()
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="systems")
    supplier = models.CharField(max_length=200, default="")
    exposure = models.CharField(max_length=12, choices=Exposure)
    grade = models.CharField(max_length=20, default="")
    people = models.PositiveBigIntegerField(null=True)
    rights = models.JSONField(default=list)
    decides = models.BooleanField()
    signs_in = models.BooleanField()
    interface = models.BooleanField()
    services = models.JSONField(default=list)
    depends = models.JSONField(default=list)
    addresses = models.JSONField(default=list)
    manual = models.CharField(max_length=300, default="")
    responsible = EncryptedText()
    responsible_post = models.CharField(max_length=100, default="")
    contact = EncryptedText()
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    registered = models.DateTimeField()
    registered_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    until = models.DateTimeField(null=True)
    ended = BothField(null=True)

    class Meta:
        """By name as it is looked up."""

        ordering = ("identifier",)
        indexes = (models.Index(fields=["state", "until"]),)

    @property
    def owner(self) -> UUID | None:
        """The department that answers for it."""
        return self.department_id


class OfSystem(Record):
    """Something that belongs to a system, and so to its department."""

    system: models.ForeignKey[System, System]

    class Meta:
        """Every kind has a table of its own."""

        abstract = True

    @property
    def owner(self) -> UUID | None:
        """The department that answers for the system."""
        return self.system.department_id


class Release(OfSystem):
    """A version of a system, known by the hash of what is delivered; the newest is assessed."""

    class Change(models.TextChoices):
        """Why it is assessed: all of it is new, or its version, or what it is used for."""

        FIRST = "first"
        VERSION = "version"
        USE = "use"

    system = models.ForeignKey(System, models.CASCADE, related_name="releases")
    label = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    change = models.CharField(max_length=12, choices=Change)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first; a hash is registered once."""

        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(fields=["system", "sha256"], name="one_release_a_hash"),
        )


class NeedFile(OfSystem):
    """Why a system is wanted (``security.assessing.need``); the newest counts.

    ``searches`` is words → how often; ``answers`` question → [yes, why].
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="needs")
    people = models.PositiveBigIntegerField(null=True)
    complaints = models.JSONField(default=list)
    searches = models.JSONField(default=dict)
    sources = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")


class EffectPledge(OfSystem):
    """What a system is to change for people: registered before it is built, judged on its day.

    ``baseline`` and ``target`` are values of ``measure``; ``least`` is the number of cases that are
    needed to judge. ``outcome`` is empty until it was judged.
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="pledges")
    measure = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    baseline = models.FloatField()
    target = models.FloatField()
    least = models.PositiveIntegerField()
    day = models.DateField()
    source = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, default="")
    judged = models.DateTimeField(null=True)
    detail = models.JSONField(null=True)

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")


class SystemPaper(OfSystem):
    """A record that speaks to one criterion of the library (``security.assessing.criteria``).

    Such are filings, reports of 等保 and 密评, plans, drills, contracts, tests with users.
    ``until`` is its own last day, where it names one; ``holds`` whether it bears the criterion out.
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="papers")
    criterion = models.CharField(max_length=40)
    number = models.CharField(max_length=200)
    said = models.TextField(default="")
    holds = models.BooleanField()
    day = models.DateField()
    until = models.DateField(null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200, default="")
    media_type = models.CharField(max_length=100, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-day", "-at", "-id")
        indexes = (models.Index(fields=["system", "criterion"]),)


class InterestRuling(OfSystem):
    """Two people's word that a system is not of public interest, with the reason for everybody.

    What was computed stands beside it (``reasons``). It holds for what the system was when it was
    given (``about_sha256``), and anybody may contest it.
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="rulings")
    reason = models.TextField()
    about_sha256 = models.CharField(max_length=64)
    proposed = models.DateTimeField()
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    confirmed = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    ended = models.DateTimeField(null=True)
    ended_why = models.TextField(default="")

    class Meta:
        """The newest first; one stands or waits at a time."""

        ordering = ("-proposed", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["system"],
                condition=models.Q(ended__isnull=True),
                name="one_ruling_a_system",
            ),
        )


class InterestContest(Record):
    """What somebody states against such a ruling; while it is open, the ruling does not hold."""

    ruling = models.ForeignKey(InterestRuling, models.CASCADE, related_name="contests")
    statement = EncryptedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    upheld = models.BooleanField(null=True)
    answer = models.TextField(default="")
    answered = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")

    @property
    def owner(self) -> UUID | None:
        """The department that answers for the system."""
        return self.ruling.system.department_id


class ProbeConsent(OfSystem):
    """A written consent to probe a system (``security.probing.consent``): scope, window, rate."""

    system = models.ForeignKey(System, models.CASCADE, related_name="consents")
    code = models.CharField(max_length=16, unique=True, default=code)
    reference = models.CharField(max_length=200)
    terms = EncryptedJSON()
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    withdrawn = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")
