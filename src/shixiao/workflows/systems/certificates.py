"""Certificates: what a system shows as its admission: short-lived, renewed while evidence holds.

A certificate is a JSON Web Signature (RFC 7515) with Ed25519 (RFC 8037), by the key that signs the
list of systems: who issued it, which system and release, from when to when. It never outlives the
evidence. Gates go by the list; the certificate is for whoever asks the system itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings

from shixiao.records.base import code
from shixiao.records.models import Admission, Certificate, System
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.systems.listing import admission_key

ALGORITHM, TYPE = "EdDSA", "JWT"
FORGED = Text("证书不是本站签发的。", "The certificate was not issued by this site.")
EXPIRED = Text("证书已过期。", "The certificate has expired.")


def issue(admission: Admission, *, at: datetime) -> Certificate:
    """Issue a certificate of an admission; within the transaction that confirms or renews it."""
    system = admission.system
    until = system.until or admission.until
    expires = min(at + timedelta(days=int(pack().number("SEC-27", "days"))), until)
    made = Certificate(admission=admission, serial=code(), issued=at, expires=expires)
    made.jws = jwt.encode(
        {
            "iss": settings.SITE.origin,
            "sub": system.identifier,
            "jti": made.serial,
            "iat": int(at.timestamp()),
            "nbf": int(at.timestamp()),
            "exp": int(expires.timestamp()),
            "release": admission.release.sha256,
            "version": admission.release.label,
            "admission": admission.code,
            "dossier": admission.dossier_sha256,
            "rules": admission.rules_sha256,
        },
        admission_key().pem(),
        algorithm=ALGORITHM,
        headers={"typ": TYPE},
    )
    made.save(force_insert=True)
    _put(made, "issued", at)
    return made


def read(jws: str, *, now: datetime) -> dict[str, Any]:
    """Return what a certificate of this site says.

    Raises:
        BadInput: it was issued by somebody else, was changed, or has expired.
    """
    try:
        told: dict[str, Any] = jwt.decode(
            jws,
            admission_key().public.pem,
            algorithms=[ALGORITHM],
            issuer=settings.SITE.origin,
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError:
        raise BadInput(FORGED) from None
    if not told["nbf"] <= now.timestamp() < told["exp"]:
        raise BadInput(EXPIRED)
    return told


def standing(system: System) -> Certificate | None:
    """Return the newest certificate of a system that was not revoked; None without one."""
    rows = Certificate.objects.filter(admission__system=system, revoked__isnull=True)
    return rows.select_related("admission__release", "admission__system").first()


def renew(system: System, *, at: datetime) -> Certificate | None:
    """Renew the certificate of an admitted system where few of its days are left.

    None where it still has days enough, or the evidence is over.
    """
    held = standing(system)
    days = timedelta(days=int(pack().number("SEC-27", "renew")))
    if held is None or system.until is None or system.until <= at:
        return None
    if held.expires - at > days or held.expires >= system.until:
        return None
    return issue(held.admission, at=at)


def revoke(system: System, *, at: datetime) -> int:
    """Revoke every certificate of a system; return how many."""
    rows = Certificate.objects.filter(admission__system=system, revoked__isnull=True)
    found = list(rows)
    rows.update(revoked=at)
    for each in found:
        _put(each, "revoked", at)
    return len(found)


def _put(made: Certificate, outcome: str, at: datetime) -> None:
    facts = {
        "outcome": outcome,
        "sha256": sha256_of(made.jws),
        "due": made.expires.isoformat(),
    }
    put("admission.certified", made.serial, at=at, facts=facts, sealed={})
