"""Permissions: ``check`` refuses and ``may`` asks, by one rule for pages and for acts."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from shixiao.records.models import Account
from shixiao.workflows.actors import Actor
from shixiao.workflows.refusals import NOT_YOURS, Forbidden
from shixiao.workflows.roles import Scope


class Thing(Protocol):
    """What a right may be limited to: things that belong to an organisation."""

    @property
    def owner(self) -> UUID | None:
        """The organisation that it belongs to; None where to none."""

    @property
    def keeper(self) -> UUID | None:
        """The account that it is assigned to; None where to nobody."""


def may(actor: Actor, verb: str, thing: Thing | None = None) -> bool:
    """Say whether the person may do this; without a thing, whether to anything at all."""
    scope = actor.reach(verb)
    if scope is None or actor.account is None:
        return False
    if scope is Scope.ANY or thing is None:
        return True
    if scope is Scope.OWN:
        return thing.owner in actor.below
    return thing.keeper == actor.account.pk


def signed_in(actor: Actor) -> Account:
    """Return the account of who acts.

    Raises:
        Forbidden: nobody has signed in.
    """
    if actor.account is None:
        raise Forbidden(NOT_YOURS)
    return actor.account


def check_self(actor: Actor, account: UUID) -> None:
    """Refuse what everybody does for himself alone.

    Raises:
        Forbidden: it is another person's.
    """
    if signed_in(actor).pk != account:
        raise Forbidden(NOT_YOURS)


def check(actor: Actor, verb: str, thing: Thing | None = None) -> None:
    """Refuse what the person may not do.

    Raises:
        Forbidden: always when ``may`` says no.
    """
    if not may(actor, verb, thing):
        raise Forbidden(NOT_YOURS)
