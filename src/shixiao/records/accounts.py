"""Accounts of people, who they proved to be, the posts they hold and relations they declared."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from shixiao.records.base import uuid7
from shixiao.records.fields import EncryptedText
from shixiao.records.organisations import Organisation


class Accounts(BaseUserManager["Account"]):
    """Makes accounts."""

    def create_user(self, login: str, password: str | None = None, **fields: Any) -> Account:
        """Make an account; without a password it can only sign on elsewhere."""
        account = self.model(login=login, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A person who can sign in. Name, mail and telephone are encrypted at rest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    login = models.CharField(max_length=64, unique=True)
    name = EncryptedText()
    email = EncryptedText()
    phone = EncryptedText()
    language = models.CharField(max_length=8, default="zh")
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Accounts] = Accounts()
    USERNAME_FIELD = "login"

    def __str__(self) -> str:
        return str(self.name) or self.login


class Post(models.Model):
    """A role that a person has in an organisation, for a time; or stands in for, during leave."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="posts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=32)
    starts = models.DateField()
    ends = models.DateField(null=True)
    stands_in_for = models.ForeignKey("self", models.PROTECT, null=True, related_name="deputies")
    given_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        """Looked up at every request."""

        indexes = (models.Index(fields=["account", "role"]),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("starts")),
                name="post_ends_after_it_starts",
            ),
        )


class Relation(models.Model):
    """A relation to an organisation that a person declared: he handles no case of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="relations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    explanation = EncryptedText()
    declared = models.DateTimeField()
    ended = models.DateTimeField(null=True)


class Identity(models.Model):
    """That a person is who registers know under a number: proven by sign-on or by a document.

    The number is encrypted; ``mark`` is a keyed digest of it, so that no number stands for two
    accounts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.OneToOneField(Account, models.CASCADE, related_name="identity")
    number = EncryptedText()
    mark = models.CharField(max_length=64, unique=True)
    how = models.CharField(max_length=16)
    proven = models.DateTimeField()
    proven_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
