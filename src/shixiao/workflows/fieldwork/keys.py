"""Signing keys: the public half is registered; the private one stays on the evaluator's device."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shixiao.records.models import Account, SigningKey
from shixiao.seals.signing import VerifyKey
from shixiao.terms import BadInput, Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, check_self, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

TAKEN = Text(
    "这把公钥已经登记过。请在这台设备上另生成一把。",
    "This public key is registered already. Make another one on this device.",
)


def key_of(account: Account) -> SigningKey | None:
    """Return the key by which a person signs today; None before he registered one."""
    return account.signing_keys.filter(ended__isnull=True).first()


@transaction.atomic
def register(public: str, *, actor: Actor, at: datetime) -> SigningKey:
    """Register a public key of one's own; the one before ends.

    Raises:
        Incomplete: it is no public key, or known already.
    """
    check(actor, "fieldwork.do")
    account = Account.objects.select_for_update(of=("self",)).get(pk=signed_in(actor).pk)
    try:
        key = VerifyKey.parse(public.encode())
    except BadInput as error:
        raise Incomplete(error.text, field="public") from None
    if SigningKey.objects.filter(public=key.base64).exists():
        raise Incomplete(TAKEN, field="public")
    account.signing_keys.filter(ended__isnull=True).update(ended=at)
    made = SigningKey.objects.create(
        account=account, public=key.base64, fingerprint=key.fingerprint, registered=at
    )
    facts = {"fingerprint": made.fingerprint}
    put("evaluator.keyed", str(made.pk), at=at, facts=facts, sealed={"person": account})
    return made


@transaction.atomic
def end(key: SigningKey, *, actor: Actor, at: datetime) -> None:
    """End a key of one's own, such as when the device was lost.

    Raises:
        Stale: it has ended.
    """
    check(actor, "fieldwork.do")
    held = SigningKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    check_self(actor, held.account_id)
    if held.ended is not None:
        raise Stale(CHANGED)
    held.ended = at
    held.save(update_fields=["ended"])
    facts = {"fingerprint": held.fingerprint, "state": "ended"}
    put("evaluator.keyed", str(held.pk), at=at, facts=facts, sealed={"person": held.account})
