"""Accounts, posts and relations: who may act, since when, in whose place."""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from shixiao.records.models import Account, Organisation, Post, Relation
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, check_self, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale
from shixiao.workflows.roles import table

TAKEN = Text("登录名“{login}”已有人使用。", "The login name “{login}” is taken.")
NO_LOGIN = Text(
    "登录名由 3 至 64 个小写字母、数字、点、横线组成。",
    "A login name has 3 to 64 small letters, digits, dots and dashes.",
)
NO_ROLE = Text("请选择岗位。", "Choose a role.")
ENDS_FIRST = Text("结束日期不能早于开始日期。", "The last day cannot be before the first.")
SIGNS = set("abcdefghijklmnopqrstuvwxyz0123456789.-_")
BAD_EMAIL = Text(
    "请填写正确的电子邮箱，如 li@example.cn。", "Enter a mail address, such as li@example.org."
)
BAD_PHONE = Text(
    "电话由数字、空格和横线组成，可用 + 开头。",
    "A telephone number has digits, spaces and dashes, and may begin with +.",
)
PHONE = re.compile(r"\+?[0-9][0-9 -]{2,30}")
NOT_FOR_ONESELF = Text(
    "不能给自己授予岗位，请由另一位系统管理员办理。",
    "You cannot give a post to yourself; another administrator has to.",
)
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
    _check_reachable(email.strip(), phone.strip())
    password = new_password()
    try:
        with transaction.atomic():
            account = Account.objects.create_user(
                plain, password, name=name.strip(), email=email.strip(), phone=phone.strip()
            )
    except IntegrityError:
        raise Stale(TAKEN.format(login=plain)) from None
    return account, password


def _check_reachable(email: str, phone: str) -> None:
    """Refuse what no notice could be sent to, or would be read as an option of a command."""
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise Incomplete(BAD_EMAIL, field="email") from None
    if phone and not PHONE.fullmatch(phone):
        raise Incomplete(BAD_PHONE, field="phone")


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
    """Give a person a role in an organisation, for a time or in another's place.

    Raises:
        Incomplete: it is for oneself, or something does not fit.
        Stale: the account is closed.
    """
    check(actor, "people.manage")
    if signed_in(actor).pk == account.pk:
        raise Incomplete(NOT_FOR_ONESELF, field="account")
    if not Account.objects.select_for_update(of=("self",)).get(pk=account.pk).is_active:
        raise Stale(CHANGED)
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
    """End a role with today; one that has not begun never begins."""
    check(actor, "people.manage")
    today = timezone.localdate(at)
    held = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if held.ends is not None and held.ends < today:
        raise Stale(CHANGED)
    people = {"person": held.account, "actor": actor.account}
    put("role.ended", str(held.pk), at=at, facts={"role": held.role}, sealed=people)
    if held.starts > today:
        held.deputies.all().delete()
        held.delete()
        return
    held.ends = today
    held.save(update_fields=["ends"])


@transaction.atomic
def declare_relation(
    organisation: Organisation, *, explanation: str, actor: Actor, at: datetime
) -> Relation:
    """Declare a relation of one's own: from now on one handles no case of that organisation."""
    check(actor, "relation.declare")
    account = Account.objects.select_for_update(of=("self",)).get(pk=signed_in(actor).pk)
    if account.relations.filter(organisation=organisation, ended__isnull=True).exists():
        raise Incomplete(DECLARED, field="organisation")
    made = Relation.objects.create(
        account=account,
        organisation=organisation,
        explanation=explanation.strip(),
        declared=at,
    )
    facts = {"department": organisation.code}
    sealed = {"person": account, "statement": explanation.strip()}
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
    check_self(actor, held.account_id)
    if held.ended is not None:
        raise Stale(CHANGED)
    held.ended = at
    held.save(update_fields=["ended"])
    facts = {"department": held.organisation.code}
    put("relation.ended", str(held.pk), at=at, facts=facts, sealed={"person": held.account})
