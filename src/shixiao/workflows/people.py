"""Accounts, posts and relations: who may act, since when, in whose place."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from shixiao.records.models import Account, Organisation, Post, Relation
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import CHANGED, NOT_YOURS, Forbidden, Incomplete, Stale
from shixiao.workflows.roles import table

TAKEN = Text("登录名“{login}”已有人使用。", "The login name “{login}” is taken.")
NO_LOGIN = Text(
    "登录名由 3 至 64 个小写字母、数字、点、横线组成。",
    "A login name has 3 to 64 small letters, digits, dots and dashes.",
)
NO_ROLE = Text("请选择岗位。", "Choose a role.")
ENDS_FIRST = Text("结束日期不能早于开始日期。", "The last day cannot be before the first.")
SIGNS = set("abcdefghijklmnopqrstuvwxyz0123456789.-_")
NOT_OWN = Text("不能停用自己的账号。", "You cannot close your own account.")
DECLARED = Text(
    "您已申报过与该单位的关系。", "You have declared a relation to this organisation already."
)
DEPUTY_ENDS = Text("代理岗位须写明结束日期。", "Standing in for somebody needs a last day.")
OTHERS_POST = Text(
    "代理的应是别人在同一单位、同一岗位的任职。",
    "One stands in for the post of somebody else: of the same role, in the same organisation.",
)


def new_password() -> str:
    """Return a password of 80 random bits that can be read out."""
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _ in range(4)) for _ in range(4))


@transaction.atomic
def add_account(
    *, login: str, name: str, email: str = "", phone: str = "", actor: Actor, at: datetime
) -> tuple[Account, str]:
    """Make an account and return it with its password, which is told once."""
    check(actor, "people.manage")
    account, password = make_account(login=login, name=name, email=email, phone=phone)
    people = {"person": account, "actor": actor.account}
    put("account.made", str(account.pk), at=at, sealed=people)
    return account, password


def make_account(*, login: str, name: str, email: str = "", phone: str = "") -> tuple[Account, str]:
    """Make an account without asking who does it; for commands of the operator."""
    plain = login.strip().lower()
    if not 3 <= len(plain) <= 64 or set(plain) - SIGNS:
        raise Incomplete(NO_LOGIN, field="login")
    password = new_password()
    try:
        with transaction.atomic():
            account = Account.objects.create_user(
                plain, password, name=name.strip(), email=email.strip(), phone=phone.strip()
            )
    except IntegrityError:
        raise Stale(TAKEN.format(login=plain)) from None
    return account, password


@transaction.atomic
def close_account(account: Account, *, actor: Actor, at: datetime) -> None:
    """Close an account: nobody signs in with it any more, its posts and its tokens end.

    Raises:
        Stale: it is closed already.
        Incomplete: it is one's own.
    """
    check(actor, "people.manage")
    if actor.account is not None and account.pk == actor.account.pk:
        raise Incomplete(NOT_OWN)
    held = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if not held.is_active:
        raise Stale(CHANGED)
    held.is_active = False
    held.save(update_fields=["is_active"])
    today = timezone.localdate(at)
    for post in held.posts.filter(Q(ends__isnull=True) | Q(ends__gt=today)):
        end_post(post, actor=actor, at=at)
    held.tokens.filter(revoked__isnull=True).update(revoked=at)
    people = {"person": held, "actor": actor.account}
    put("account.closed", str(held.pk), at=at, sealed=people)


@transaction.atomic
def reset_password(account: Account, *, actor: Actor, at: datetime) -> str:
    """Give a person a new password and return it, to be told once.

    Raises:
        Stale: the account is closed.
    """
    check(actor, "people.manage")
    held = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if not held.is_active:
        raise Stale(CHANGED)
    password = new_password()
    held.set_password(password)
    held.save(update_fields=["password"])
    people = {"person": held, "actor": actor.account}
    put("account.reset", str(held.pk), at=at, sealed=people)
    return password


@transaction.atomic
def give_post(
    account: Account,
    organisation: Organisation,
    role: str,
    *,
    starts: date,
    ends: date | None = None,
    instead_of: Post | None = None,
    actor: Actor,
    at: datetime,
) -> Post:
    """Give a person a role in an organisation, for a time or in another's place."""
    check(actor, "people.manage")
    return make_post(
        account,
        organisation,
        role,
        starts=starts,
        ends=ends,
        instead_of=instead_of,
        by=actor.account,
        at=at,
    )


def make_post(
    account: Account,
    organisation: Organisation,
    role: str,
    *,
    starts: date,
    ends: date | None = None,
    instead_of: Post | None = None,
    by: Account | None = None,
    at: datetime,
) -> Post:
    """Give a role without asking who does it; for commands of the operator."""
    if role not in table().roles:
        raise Incomplete(NO_ROLE, field="role")
    if ends is not None and ends < starts:
        raise Incomplete(ENDS_FIRST, field="ends")
    if instead_of is not None:
        if ends is None:
            raise Incomplete(DEPUTY_ENDS, field="ends")
        same = (instead_of.role, instead_of.organisation_id) == (role, organisation.pk)
        if not same or instead_of.account_id == account.pk:
            raise Incomplete(OTHERS_POST, field="instead_of")
    post = Post.objects.create(
        account=account,
        organisation=organisation,
        role=role,
        starts=starts,
        ends=ends,
        stands_in_for=instead_of,
        given_by=by,
    )
    facts = {"role": role, "department": organisation.code}
    facts |= {"due": ends.isoformat() if ends else ""}
    people = {"person": account, "actor": by or account}
    put("role.given", str(post.pk), at=at, facts=facts, sealed=people)
    return post


@transaction.atomic
def end_post(post: Post, *, actor: Actor, at: datetime) -> None:
    """End a role from today on."""
    check(actor, "people.manage")
    today = timezone.localdate(at)
    held = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if held.ends is not None and held.ends < today:
        raise Stale(CHANGED)
    held.ends = max(today, held.starts)
    held.save(update_fields=["ends"])
    people = {"person": held.account, "actor": actor.account}
    put("role.ended", str(held.pk), at=at, facts={"role": held.role}, sealed=people)


@transaction.atomic
def declare_relation(
    organisation: Organisation, *, explanation: str, actor: Actor, at: datetime
) -> Relation:
    """Declare a relation of one's own: from now on one handles no case of that organisation."""
    check(actor, "relation.declare")
    if actor.account is None:
        raise Stale(CHANGED)
    if organisation.pk in actor.related:
        raise Incomplete(DECLARED, field="organisation")
    made = Relation.objects.create(
        account=actor.account,
        organisation=organisation,
        explanation=explanation.strip(),
        declared=at,
    )
    facts = {"department": organisation.code}
    sealed = {"person": actor.account, "statement": explanation.strip()}
    put("relation.declared", str(made.pk), at=at, facts=facts, sealed=sealed)
    return made


@transaction.atomic
def end_relation(relation: Relation, *, actor: Actor, at: datetime) -> None:
    """Say that a relation of one's own is no more.

    Raises:
        Stale: it has ended already.
    """
    check(actor, "relation.declare")
    held = Relation.objects.select_for_update(of=("self",)).get(pk=relation.pk)
    if actor.account is None or held.account_id != actor.account.pk:
        raise Forbidden(NOT_YOURS)
    if held.ended is not None:
        raise Stale(CHANGED)
    held.ended = at
    held.save(update_fields=["ended"])
    facts = {"department": held.organisation.code}
    put("relation.ended", str(held.pk), at=at, facts=facts, sealed={"person": held.account})
