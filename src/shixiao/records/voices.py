"""What people bring: matters, their steps, links, deliveries, and by what they are routed."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.fields import EncryptedJSON, EncryptedText
from shixiao.records.files import StoredFile
from shixiao.records.organisations import Organisation
from shixiao.records.topics import VoiceTopic


class VoiceDelivery(Record):
    """Matters that came together: a file of the hotline, a batch of a program.

    ``problems`` are rows that were refused: [number, zh, en].
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    name = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    taken = models.PositiveIntegerField(default=0)
    again = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")
    problems = models.JSONField(default=list)

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")


class Voice(Record):
    """A matter that somebody brings, under the number of its receipt.

    Its course (``voice.handling.Course``) stands in ``kind``, ``state`` and ``entered`` to
    ``solved``. ``sealed`` has what was said and by whom: title, text, place, contact, and the salt
    of the leaf's commitment; it can be erased and the leaf stays. ``source`` is a keyed hash of the
    network address of that day, ``person`` one of the contact. ``outer`` is its number in the
    source, or what tells a form from others: nothing is taken twice. ``suggested`` is what routing
    says; ``label`` the department's code once a person confirmed it. ``lead`` is the head of the
    group that it is handled with, and ``size`` how many these are. Test contacts leave all
    measures.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    kind = models.CharField(max_length=12)
    channel = models.CharField(max_length=8)
    level = models.PositiveSmallIntegerField(default=0)
    service = models.CharField(max_length=200, default="")
    group = models.CharField(max_length=20, default="")
    sealed = EncryptedJSON()
    person = models.CharField(max_length=32, default="")
    source = models.CharField(max_length=32, default="")
    query_hash = models.CharField(max_length=64)
    outer = models.CharField(max_length=120, null=True, unique=True)
    delivery = models.ForeignKey(
        VoiceDelivery, models.PROTECT, null=True, related_name="voices", db_index=False
    )
    received = models.DateTimeField()
    received_by = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", db_index=False
    )
    named = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    test = models.BooleanField(default=False)

    department = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="voices")
    version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12)
    entered = models.DateField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    left = models.SmallIntegerField(default=0)
    began = models.DateField(null=True)
    transfers = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    extended = models.BooleanField(default=False)
    settled = models.BooleanField(default=False)
    overdue = models.BooleanField(default=False)
    late = models.BooleanField(default=False)
    disputed = models.BooleanField(default=False)
    solved = models.BooleanField(null=True)
    reply = EncryptedText()
    replied = models.DateTimeField(null=True)
    called = models.DateTimeField(null=True)
    excluded = models.BooleanField(default=False)

    suggested = models.JSONField(null=True)
    looked = models.BooleanField(default=False)
    label = models.CharField(max_length=200, default="")
    marks = models.CharField(max_length=60, default="")
    urgent = models.BooleanField(default=False)
    compared = models.BooleanField(default=False)
    lead = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="members", db_index=False
    )
    size = models.PositiveIntegerField(default=1)
    topic = models.ForeignKey(
        VoiceTopic, models.SET_NULL, null=True, related_name="voices", db_index=False
    )

    class Meta:
        """Taking a matter in keeps few indexes: most of them hold what waits, not what was."""

        indexes = (
            models.Index(fields=["received"]),
            models.Index(fields=["source", "received"]),
            models.Index(fields=["state", "due"]),
            models.Index(
                fields=["received"], name="voice_unlooked", condition=models.Q(looked=False)
            ),
            models.Index(
                fields=["lead"], name="voice_linked", condition=models.Q(lead__isnull=False)
            ),
            models.Index(fields=["person"], name="voice_of_person", condition=~models.Q(person="")),
            models.Index(
                fields=["topic"], name="voice_of_topic", condition=models.Q(topic__isnull=False)
            ),
        )

    @property
    def owner(self) -> UUID | None:
        """The department in charge."""
        return self.department_id

    @property
    def title(self) -> str:
        """Its subject; may be empty."""
        return str((self.sealed or {}).get("title", ""))

    @property
    def text(self) -> str:
        """What was said; "" once it was erased."""
        return str((self.sealed or {}).get("text", ""))

    @property
    def place(self) -> str:
        """Where, in the person's words."""
        return str((self.sealed or {}).get("place", ""))

    @property
    def contact(self) -> str:
        """How the person is reached; "" for not at all."""
        return str((self.sealed or {}).get("contact", ""))


class OfVoice(Record):
    """Something that belongs to a matter, and so to the department in charge."""

    voice: models.ForeignKey[Voice, Voice]

    class Meta:
        """Every kind has a table of its own."""

        abstract = True

    @property
    def owner(self) -> UUID | None:
        """The department in charge."""
        return self.voice.department_id


class VoiceStep(OfVoice):
    """One step of a matter and what its person was told of it."""

    voice = models.ForeignKey(Voice, models.CASCADE, related_name="steps")
    verb = models.CharField(max_length=12)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    due = models.DateField(null=True)
    told = EncryptedJSON(default=dict)
    leaf = models.CharField(max_length=16, default="")

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")


class VoiceFile(OfVoice):
    """A file that came with a matter."""

    voice = models.ForeignKey(Voice, models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = EncryptedText()
    media_type = models.CharField(max_length=100)


class VoiceLink(OfVoice):
    """That a matter is handled with another; it can be undone, and everything stays."""

    class State(models.TextChoices):
        """A suggestion waits for a person; a link can be undone."""

        SUGGESTED = "suggested"
        LINKED = "linked"
        UNDONE = "undone"

    voice = models.ForeignKey(Voice, models.CASCADE, related_name="links")
    lead = models.ForeignKey(Voice, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    likeness = models.FloatField()
    state = models.CharField(max_length=12, choices=State)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    undone = models.DateTimeField(null=True)
    reason = EncryptedText()

    class Meta:
        """The likest first."""

        ordering = ("-likeness", "id")
        constraints = (models.UniqueConstraint(fields=["voice", "lead"], name="one_link_a_pair"),)


class RoutingFile(Record):
    """A file of sorted messages that the bureau gave to learn from; the newest counts."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    rows = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")


class RoutingModel(Record):
    """What routing has learnt, and how sure it is; the newest is in use.

    ``labels`` is class → code of the department, "" where none fits.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    at = models.DateTimeField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    messages = models.PositiveIntegerField()
    confirmed = models.PositiveIntegerField()
    labels = models.JSONField()
    macro_f1 = models.FloatField()
    accuracy = models.FloatField()
    threshold = models.FloatField(null=True)
    coverage = models.FloatField()
    expected = models.FloatField(null=True)

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")


class VoicePolicy(Record):
    """Which preset of the clocks a place uses, and why; the newest counts."""

    preset = models.CharField(max_length=20)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")


class VoiceRefusal(models.Model):
    """How much was refused on a day, by channel and reason; nothing of what it was."""

    day = models.DateField()
    channel = models.CharField(max_length=8)
    why = models.CharField(max_length=16)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        """One row a day, channel and reason."""

        constraints = (
            models.UniqueConstraint(fields=["day", "channel", "why"], name="one_refused_voice"),
        )


class ChannelRound(Record):
    """Test contacts of a week: the pool is frozen, drawn by a public value, judged, published.

    ``pool`` has what could be drawn, by id of the pool; it stays sealed until it is published.
    After a ``weekly`` one the next is planned by itself.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    starts = models.DateField()
    ends = models.DateField()
    pool = EncryptedJSON()
    weekly = models.BooleanField(default=False)
    state = models.CharField(max_length=12)
    made = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    published = models.DateTimeField(null=True)

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")


class ChannelTest(Record):
    """One test contact: what to say, what should come of it, and what did."""

    round = models.ForeignKey(ChannelRound, models.CASCADE, related_name="tests")
    number = models.PositiveIntegerField()
    channel = models.CharField(max_length=8)
    told = EncryptedJSON()
    voice = models.OneToOneField(Voice, models.PROTECT, null=True, related_name="tested")
    carried = models.DateTimeField(null=True)
    carried_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=12, default="")

    class Meta:
        """In the order in which they were drawn."""

        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["round", "number"], name="one_contact_a_number"),
        )
