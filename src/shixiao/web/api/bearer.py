"""Bearers: who asks with a token, for which purposes, and how often."""

from __future__ import annotations

import re

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from shixiao.records.models import Token
from shixiao.terms import Text
from shixiao.workflows import tokens
from shixiao.workflows.actors import NOBODY, Actor, actor_of
from shixiao.workflows.refusals import Forbidden, TooOften, WrongToken

BEARER = re.compile(r"[Bb]earer +(\S+)")
MINUTE = 60
MOST_BY_TOKEN, MOST_BY_ADDRESS = 300, 60  # requests a minute
WRONG_TOKEN = Text(
    "令牌不对、已过期或已撤销。请在“我的账号”的“接口令牌”另行生成。",
    "The token is wrong, expired or revoked. Make another under “API tokens” of your account.",
)
OUT_OF_SCOPE = Text(
    "这个令牌不能用于“{scope}”。请另行生成含此用途的令牌。",
    "This token may not be used for “{scope}”. Make one that may.",
)
TOO_OFTEN = Text(
    "每分钟最多 {most} 次，请稍后再试。", "At most {most} requests a minute; try again later."
)


def token_on(request: HttpRequest) -> Token | None:
    """Return the token that a request carries; None where it carries none.

    Raises:
        WrongToken: it carries one that is not in use.
    """
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    given = BEARER.fullmatch(header.strip())
    found = tokens.known_token(given[1], at=timezone.now()) if given else None
    if found is None:
        raise WrongToken(WRONG_TOKEN)
    return found


def actor_behind(token: Token | None) -> Actor:
    """Return in whose name a program asks; nobody without a token: what is public needs none."""
    return actor_of(token.account, today=timezone.localdate()) if token else NOBODY


def admit(request: HttpRequest, scope: str) -> None:
    """Let a request in, as often and for what its token allows.

    Raises:
        Forbidden: the token is not for this.
        TooOften: there were too many within a minute.
    """
    token: Token | None = request.token  # type: ignore[attr-defined]
    if token is not None and scope not in token.scopes:
        raise Forbidden(OUT_OF_SCOPE.format(scope=tokens.SCOPES[scope]))
    who = f"token:{token.pk}" if token else f"address:{request.META.get('REMOTE_ADDR', '')}"
    most = MOST_BY_TOKEN if token else MOST_BY_ADDRESS
    minute, second = divmod(int(timezone.now().timestamp()), MINUTE)
    key = f"api:{who}:{minute}"
    cache.add(key, 0, 2 * MINUTE)
    if cache.incr(key) > most:
        raise TooOften(TOO_OFTEN.format(most=most), seconds=MINUTE - second)
