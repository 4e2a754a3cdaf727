"""Actors: a person with the roles he holds today, his own and those he stands in for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from shixiao.records.models import Account, Organisation, Post, Relation
from shixiao.workflows.roles import Scope, table


@dataclass(frozen=True, slots=True)
class Held:
    """A role held in an organisation; ``deputy`` where the person stands in for another."""

    role: str
    organisation: UUID
    deputy: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and what decides whether he may.

    Attributes:
        account: the person; None for whoever has not signed in.
        held: his roles today.
        below: organisations he belongs to, with all that stand below them in the tree.
        related: organisations to which he declared a relation.
    """

    account: Account | None
    held: tuple[Held, ...] = ()
    below: frozenset[UUID] = frozenset()
    related: frozenset[UUID] = frozenset()

    @property
    def roles(self) -> frozenset[str]:
        """The ids of all roles held."""
        return frozenset(held.role for held in self.held)

    def reach(self, verb: str) -> Scope | None:
        """Return how far the person may do this; None where not at all."""
        rights = table().verbs[verb].rights
        scopes = {rights[role] for role in self.roles if role in rights}
        return next((scope for scope in Scope if scope in scopes), None)


NOBODY = Actor(None)


def actor_of(account: Account, *, today: date) -> Actor:
    """Return the actor that an account is today; four queries at most."""
    if not account.is_active:
        return NOBODY
    in_time = Q(starts__lte=today) & (Q(ends__isnull=True) | Q(ends__gte=today))
    posts = list(Post.objects.filter(in_time, account=account))
    if not posts:
        return Actor(account)
    related = Relation.objects.filter(account=account, ended__isnull=True)
    return Actor(
        account,
        tuple(
            Held(post.role, post.organisation_id, post.stands_in_for_id is not None)
            for post in posts
        ),
        with_children({post.organisation_id for post in posts}),
        frozenset(related.values_list("organisation_id", flat=True)),
    )


def with_children(tops: Iterable[UUID]) -> frozenset[UUID]:
    """Return organisations with all below them; the tree has some dozen rows."""
    found = set(tops)
    parents = dict(Organisation.objects.values_list("id", "parent_id"))
    grew = True
    while grew:
        more = {child for child, parent in parents.items() if parent in found} - found
        found |= more
        grew = bool(more)
    return frozenset(found)
