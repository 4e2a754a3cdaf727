"""How allauth works here: nobody signs up by himself, and names are shown as we keep them."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from shixiao.records.fields import keyring
from shixiao.records.models import Account
from shixiao.terms import Text
from shixiao.web.account.lockout import opens_at
from shixiao.web.shell.pages import moment, say, words
from shixiao.workflows import identities
from shixiao.workflows.refusals import Incomplete

logger = logging.getLogger("shixiao.account")

LOCKED = "locked"
UNTIL = Text(
    "密码连续输错太多次，这个账号暂停登录。{at} 以后可以再试；忘记密码请联系系统管理员。",
    "Too many wrong passwords: this account rests. Try again after {at}; if you forgot the"
    " password, ask the administrator.",
)
CODE_LOCKED = words(
    "输错太多次，暂停验证。最迟 15 分钟后可以再试。",
    "Too many wrong attempts. Wait at most 15 minutes, then try again.",
)


class Accounts(DefaultAccountAdapter):
    """Accounts are made by an administrator."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": words("这个账号已停用。", "This account is closed."),
        "enter_current_password": words(
            "现在的密码不对，请重新输入。", "The present password is not right; enter it again."
        ),
        "incorrect_password": words("密码不对，请重新输入。", "Wrong password; enter it again."),
        "rate_limited": CODE_LOCKED,
        "too_many_login_attempts": CODE_LOCKED,
        "username_password_mismatch": words(
            "登录名或密码不对，请核对后重新输入。连续输错 5 次将暂停登录 15 分钟。",
            "Login name or password is not right; check and enter them again."
            " After 5 wrong attempts the account rests for 15 minutes.",
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: an account comes with a post."""
        del request
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return where a changed password leads: to the inbox, by way of signing in with it."""
        del request
        return reverse("inbox")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt.

        Raises:
            ValidationError: there were too many; it says when one may try again.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as too_many:
            key = self._get_login_attempts_cache_key(request, **credentials)
            at = moment(opens_at(request, key))
            raise ValidationError(say(UNTIL.format(at=at)), code=LOCKED) from too_many


class SignOn(DefaultSocialAccountAdapter):
    """Single sign-on leads to an account that exists under the same login name."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return False: the account has to be there."""
        del request, sociallogin
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Connect the identity to the account of that name when it first comes."""
        if sociallogin.is_existing:
            _identify(sociallogin.user, sociallogin)
            return
        login = str(sociallogin.account.extra_data.get("preferred_username") or "").lower()
        found = Account.objects.filter(login=login, is_active=True).first() if login else None
        if found is not None:
            sociallogin.connect(request, found)
            _identify(found, sociallogin)


def _identify(account: Account, sociallogin: SocialLogin) -> None:
    """Keep the number that single sign-on vouches for, where it tells one.

    One that does not fit is no reason to keep the person out: it is logged, and the identity stays
    unproven.
    """
    number = str(sociallogin.account.extra_data.get(settings.SITE.oidc_number) or "")
    if not number:
        return
    try:
        identities.prove_by_sign_on(account, number, at=timezone.now())
    except Incomplete as problem:
        logger.warning("sign-on of %s: %s", account.pk, problem.text.en)


class SecondFactor(DefaultMFAAdapter):
    """Secrets of one-time codes are encrypted under the site's data keys."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": words(
            "口令不对或已过期，请输入现在显示的 6 位数字。",
            "The code is wrong or has expired; enter the 6 digits shown now.",
        ),
    }

    def encrypt(self, text: str) -> str:
        """Return the secret as it is stored."""
        return keyring().seal(text.encode(), context="mfa").hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret."""
        return keyring().open(bytes.fromhex(encrypted_text), context="mfa").decode()

    def get_totp_label(self, user: Any) -> str:
        """Return what the authenticator shows."""
        return str(user.login)
