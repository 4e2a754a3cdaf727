"""Major decisions and their consultations: events, drafts, comments, statements, votes, replies."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.fields import BothField, EncryptedJSON, EncryptedText
from shixiao.records.organisations import Organisation
from shixiao.records.systems import System


class DecisionMatter(Record):
    """A major administrative decision on its way through Decree 713.

    ``kind`` and ``origin`` are of arts. 3 and 10; ``department`` drafts it. A matter may be about
    a ``system``: ``release`` and ``about_sha256`` are what the system was when it was opened to the
    public. ``state`` is the first step that is not done; ``due`` the day that runs now, ``until``
    the last day of the consultation and ``hearing_day`` that of the hearing.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    name = BothField()
    kind = models.CharField(max_length=12)
    origin = models.CharField(max_length=12)
    about = models.TextField()
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="decision_matters")
    system = models.ForeignKey(System, models.PROTECT, null=True, related_name="decision_matters")
    release = models.CharField(max_length=64, default="")
    about_sha256 = models.CharField(max_length=64, default="")
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    until = models.DateField(null=True)
    hearing_day = models.DateField(null=True)
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")
        indexes = (models.Index(fields=["state", "until"]),)

    @property
    def owner(self) -> UUID | None:
        """The department that drafts it."""
        return self.department_id


class OfMatter(Record):
    """Something that belongs to a matter, and so to the department that drafts it."""

    matter: models.ForeignKey[DecisionMatter, DecisionMatter]

    class Meta:
        """Every kind has a table of its own."""

        abstract = True

    @property
    def owner(self) -> UUID | None:
        """The department that drafts it."""
        return self.matter.department_id


class DecisionEvent(OfMatter):
    """An event of the course: which, when, what was said in public, and what is kept inside."""

    matter = models.ForeignKey(DecisionMatter, models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=16)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    kept = EncryptedJSON(null=True)

    class Meta:
        """In the order in which they happened."""

        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["matter", "number"], name="one_event_a_number"),
        )


class DraftEdition(OfMatter):
    """An edition of the draft, by article, with a summary in plain words and its explanation."""

    matter = models.ForeignKey(DecisionMatter, models.CASCADE, related_name="drafts")
    number = models.PositiveIntegerField()
    articles = models.JSONField()
    summary = models.TextField()
    explanation = models.TextField(default="")
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["matter", "number"], name="one_draft_a_number"),
        )


class Participant(OfMatter):
    """Who takes part under a code, of which a hash is kept; nobody is asked for a name.

    ``number`` is by chance and stands in exports. ``source`` is a keyed hash of the network
    address, kept until the replies are public or the procedure is stopped, by which many codes from
    one place are seen.
    """

    matter = models.ForeignKey(DecisionMatter, models.CASCADE, related_name="participants")
    number = models.PositiveIntegerField()
    query_hash = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=64, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order in which they came."""

        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=["matter", "number"], name="one_participant_a_number"),
        )


class OpinionGroup(OfMatter):
    """People of one opinion, or comments of one kind, to whom one reply is owed.

    ``kind`` says how it was found; ``outcome``, ``reason`` and the articles that changed are the
    reply.
    """

    class Kind(models.TextChoices):
        """How it was found."""

        VOTES = "votes"
        COPIES = "copies"
        TOPIC = "topic"
        ARTICLE = "article"
        SINGLE = "single"

    matter = models.ForeignKey(DecisionMatter, models.CASCADE, related_name="groups")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    title = BothField()
    template = EncryptedText()
    size = models.PositiveIntegerField()
    details = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8, default="")
    reason = models.TextField(default="")
    articles = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=0)
    replied = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """By number."""

        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["matter", "number"], name="one_group_a_number"),
        )


class Judged(OfMatter):
    """What people wrote, shown once somebody other than the drafting department has looked at it.

    ``ground`` says in a word why it is not shown; it is never deleted.
    """

    class State(models.TextChoices):
        """Whether it is shown."""

        WAITING = "waiting"
        SHOWN = "shown"
        HIDDEN = "hidden"

    text = EncryptedText()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    ground = models.CharField(max_length=12, default="")
    at = models.DateTimeField()
    judged = models.DateTimeField(null=True)

    class Meta:
        """Every kind has a table of its own."""

        abstract = True


class DraftComment(Judged):
    """A comment on an article or, where ``article`` is empty, on the whole draft.

    ``channel`` says how it came; ``outer`` is its number in an imported list, so that the same list
    is taken in once; ``once`` keeps a form that is sent twice, or a statement that is carried over
    as a comment, from being two; ``added`` is what it says beside the template of its group.
    """

    matter = models.ForeignKey(DecisionMatter, models.CASCADE, related_name="comments")
    number = models.PositiveIntegerField()
    participant = models.ForeignKey(Participant, models.PROTECT, null=True, related_name="comments")
    article = models.CharField(max_length=40, default="")
    channel = models.CharField(max_length=8)
    outer = models.CharField(max_length=80, null=True)
    once = models.CharField(max_length=64, null=True)
    group = models.ForeignKey(OpinionGroup, models.SET_NULL, null=True, related_name="comments")
    added = EncryptedText()
    entered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order in which they came."""

        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["matter", "number"], name="one_comment_a_number"),
            models.UniqueConstraint(fields=["matter", "outer"], name="one_comment_an_import"),
            models.UniqueConstraint(fields=["matter", "once"], name="one_comment_a_form"),
        )


class VoteStatement(Judged):
    """A sentence on which people vote; ``proposed_by`` is empty where the department wrote it."""

    matter = models.ForeignKey(DecisionMatter, models.CASCADE, related_name="statements")
    number = models.PositiveIntegerField()
    proposed_by = models.ForeignKey(
        Participant, models.PROTECT, null=True, related_name="statements"
    )

    class Meta:
        """In the order in which they were proposed."""

        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["matter", "number"], name="one_statement_a_number"),
        )


class StatementVote(Record):
    """A vote: 1 agrees, -1 disagrees, 0 passes; it may be changed until the consultation closes."""

    statement = models.ForeignKey(VoteStatement, models.CASCADE, related_name="votes")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="votes")
    value = models.SmallIntegerField()
    first = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=["statement", "participant"], name="one_vote_each"),
        )


class OpinionRun(OfMatter):
    """What a computation of opinion groups found; ``members`` is group by number of participant."""

    matter = models.ForeignKey(DecisionMatter, models.CASCADE, related_name="opinion_runs")
    at = models.DateTimeField()
    final = models.BooleanField(default=False)
    votes_sha256 = models.CharField(max_length=64)
    result = models.JSONField()
    members = EncryptedJSON(null=True)

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")


class ExpertOpinion(OfMatter):
    """The opinion of an expert, signed, with the interest that was declared; dissent stays."""

    matter = models.ForeignKey(DecisionMatter, models.CASCADE, related_name="expert_opinions")
    name = models.CharField(max_length=100)
    institution = models.CharField(max_length=200)
    interest = models.BooleanField()
    signed = models.BooleanField()
    says = models.CharField(max_length=8)
    text = models.TextField()
    used = models.TextField(default="")
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """In the order in which they were entered."""

        ordering = ("at", "id")


class RefusedAct(OfMatter):
    """How often something was refused on a day: floods, late votes, late registrations."""

    matter = models.ForeignKey(DecisionMatter, models.CASCADE, related_name="refused")
    kind = models.CharField(max_length=16)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        """The newest day first."""

        ordering = ("-day", "kind")
        constraints = (
            models.UniqueConstraint(fields=["matter", "kind", "day"], name="one_refusal_a_day"),
        )
