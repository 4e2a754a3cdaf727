"""Who a person is to registers: proven by single sign-on, or by a document that somebody saw.

An account alone proves nothing: whoever asks what was done with a person's data has to be that
person. The number stays encrypted; no two accounts stand for the same one.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from shixiao.records.models import Account, Identity
from shixiao.seals import key_file
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

SIGN_ON, DOCUMENT = "sign_on", "document"
LONGEST = 40
RESIDENT = 18  # digits of a citizen's number, the last of which checks the others
NO_NUMBER = Text(
    "请填写证件上的号码；居民身份证号码为 18 位，末位是校验码。",
    "Enter the number on the document; that of a resident's card has 18 signs, the last of which"
    " checks the others.",
)
TAKEN = Text(
    "这个号码已经属于另一个账号，请核对证件。",
    "The number belongs to another account; check the document.",
)
ALREADY = Text("身份已经核验，不能改为另一个号码。", "Who this is was proven, and stays so.")
NOT_OWN = Text("不能核验自己的身份。", "You cannot prove your own identity.")


@transaction.atomic
def prove(account: Account, number: str, *, actor: Actor, at: datetime) -> Identity:
    """Keep the number of a document that the actor saw.

    Raises:
        Forbidden: the person does not keep accounts.
        Incomplete: it is no number, another's, or the actor's own account.
    """
    check(actor, "people.manage")
    by = signed_in(actor)
    if by.pk == account.pk:
        raise Incomplete(NOT_OWN, field="number")
    return _keep(account, number, how=DOCUMENT, by=by, at=at)


@transaction.atomic
def prove_by_sign_on(account: Account, number: str, *, at: datetime) -> Identity:
    """Keep the number that single sign-on vouches for.

    Raises:
        Incomplete: it is no number, or another account's.
    """
    return _keep(account, number, how=SIGN_ON, by=None, at=at)


def number_of(account: Account) -> str:
    """Return the number under which registers know a person; "" where that is not proven."""
    found = Identity.objects.filter(account=account).first()
    return str(found.number) if found else ""


def _keep(account: Account, number: str, *, how: str, by: Account | None, at: datetime) -> Identity:
    plain = _checked(number)
    known = Identity.objects.filter(account=account).first()
    if known is not None:
        if known.number != plain:
            raise Incomplete(ALREADY, field="number")
        return known
    try:
        with transaction.atomic():
            made = Identity.objects.create(
                account=account, number=plain, mark=_mark(plain), how=how, proven=at, proven_by=by
            )
    except IntegrityError:
        raise Incomplete(TAKEN, field="number") from None
    people = {"person": account, "actor": by}
    put("account.identified", str(account.pk), at=at, facts={"kind": how}, sealed=people)
    return made


def _checked(number: str) -> str:
    """Return a number as registers write it.

    Raises:
        Incomplete: it is none.
    """
    plain = "".join(number.split()).upper()
    if not plain.isascii() or not plain.isalnum() or not 4 <= len(plain) <= LONGEST:
        raise Incomplete(NO_NUMBER, field="number")
    if len(plain) == RESIDENT:
        try:
            ric.validate(plain)
        except ValidationError:
            raise Incomplete(NO_NUMBER, field="number") from None
    return plain


def _mark(number: str) -> str:
    key = key_file(Path(settings.SITE.data) / "keys" / "identity")
    return hmac.digest(key, number.encode(), "sha256").hex()
