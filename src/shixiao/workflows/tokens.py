"""Tokens: a program acts in a person's name, for named purposes and at most a year."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shixiao.records.models import Token
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, check_self, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

SCOPES: Mapping[str, Text] = {
    "results": Text("评估结果、对象和线索", "evaluations, subjects and findings"),
    "cases": Text("案件", "cases"),
    "metrics": Text("运行指标", "metrics of the running site"),
    "probes": Text("近旁测试机", "a runner near the target"),
    "decisions": Text("报送系统的决定", "delivering the decisions of systems"),
    "voices": Text("报送诉求", "delivering matters that people bring"),
}
PREFIX = "shixiao_"  # by which a leaked token is recognised
LONGEST = timedelta(days=366)
MOST = 20
USED_EVERY = timedelta(minutes=1)  # the last use is kept to the minute: reading is not writing
NO_NAME = Text("请写明令牌给什么程序用。", "Say which program the token is for.")
NO_SCOPE = Text("请至少选择一项用途。", "Choose at least one purpose.")
TOO_LONG = Text(
    "有效期从明天起，最长一年。",
    "A token expires tomorrow at the earliest, in a year at the latest.",
)
TOO_MANY = Text(
    "您已有 {n} 个有效令牌，请先撤销不用的。",
    "You have {n} tokens in use; revoke those that you no longer need.",
)


@transaction.atomic
def make_token(
    *, name: str, scopes: Collection[str], expires: datetime, actor: Actor, at: datetime
) -> tuple[Token, str]:
    """Make a token of one's own and return it with its text, which is told once and not kept.

    Raises:
        Incomplete: no name, no purpose, a time that is too short or too long, too many tokens.
    """
    check(actor, "token.manage")
    account = signed_in(actor)
    if not name.strip():
        raise Incomplete(NO_NAME, field="name")
    if not scopes or set(scopes) - set(SCOPES):
        raise Incomplete(NO_SCOPE, field="scopes")
    if not at < expires <= at + LONGEST:
        raise Incomplete(TOO_LONG, field="expires")
    if in_use(account.pk, at=at) >= MOST:
        raise Incomplete(TOO_MANY.format(n=MOST))
    text = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        account=account,
        name=name.strip()[:100],
        digest=_digest(text),
        scopes=sorted(scopes),
        made=at,
        expires=expires,
    )
    facts = {"scopes": sorted(scopes), "due": timezone.localdate(expires).isoformat()}
    put("token.made", str(token.pk), at=at, facts=facts, sealed={"actor": account})
    return token, text


@transaction.atomic
def revoke_token(token: Token, *, actor: Actor, at: datetime) -> None:
    """Revoke a token of one's own.

    Raises:
        Stale: it is revoked already.
    """
    check(actor, "token.manage")
    held = Token.objects.select_for_update(of=("self",)).get(pk=token.pk)
    check_self(actor, held.account_id)
    if held.revoked is not None:
        raise Stale(CHANGED)
    held.revoked = at
    held.save(update_fields=["revoked"])
    put("token.revoked", str(held.pk), at=at, sealed={"actor": actor.account})


def known_token(text: str, *, at: datetime) -> Token | None:
    """Return the token of a text where it is in use today, and note the use; else None."""
    if not text.startswith(PREFIX):
        return None
    rows = Token.objects.filter(digest=_digest(text), revoked__isnull=True, expires__gt=at)
    found = rows.filter(account__is_active=True).select_related("account").first()
    if found is not None:
        late = Q(used__isnull=True) | Q(used__lt=at - USED_EVERY)
        Token.objects.filter(late, pk=found.pk).update(used=at)
    return found


def in_use(account: UUID, *, at: datetime) -> int:
    """Return how many tokens of an account work now."""
    rows = Token.objects.filter(account=account, revoked__isnull=True, expires__gt=at)
    return rows.count()


def _digest(text: str) -> str:
    """Return what is kept of a token; 256 random bits need no slow hash."""
    return sha256(text.encode()).hexdigest()
