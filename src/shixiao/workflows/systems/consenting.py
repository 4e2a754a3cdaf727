"""Consenting: the head of a department agrees in writing to what may be sent where, and how fast.

Without a consent in force nothing is probed. The site itself only goes where its operator lets it
(``SHIXIAO_PROBE_NETWORKS``), so that a consent opens no way into the inside of another's network.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from shixiao.records.models import ProbeConsent, System
from shixiao.seals import sha256_of
from shixiao.security.probing import Consent, Target
from shixiao.terms import BadInput, Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete, Stale
from shixiao.workflows.systems.registering import begin, keep

NOT_ITS_OWN = Text(
    "主机 {host} 不在这个系统登记的地址里。", "The host {host} is no address of this system."
)
CLOSED = Text(
    "网段 {network} 不在本站可以测试的范围内（由运维人员设定）；请在目标近旁测试后登记结果。",
    "The network {network} is out of this site's reach, as its operator set it; probe it from near"
    " the target and enter the result.",
)
WITHDRAWN = Text("这份同意已经撤回。", "This consent was withdrawn already.")


@transaction.atomic
def consent(
    system: System, terms: Mapping[str, Any], *, actor: Actor, at: datetime
) -> ProbeConsent:
    """Enter a consent to probe a system.

    Args:
        system: which.
        terms: as in a file of consent (``Consent.of``), moments in ISO 8601.
        actor: who consents.
        at: when.

    Raises:
        Forbidden: the person does not act for the department.
        Incomplete: something is missing, too wide, or not of this system.
    """
    held = begin(system, seen=None, actor=actor, right="system.consent")
    try:
        found = Consent.of(terms)
    except BadInput as error:
        raise Incomplete(error.text) from None
    own = {Target.parse(each["address"]).host for each in held.addresses}
    foreign = sorted(found.hosts - own)
    if foreign:
        raise Incomplete(NOT_ITS_OWN.format(host=foreign[0]), field="hosts")
    made = ProbeConsent.objects.create(
        system=held,
        reference=found.reference[:200],
        terms=dict(terms),
        starts=found.starts,
        ends=found.ends,
        at=at,
        by=signed_in(actor),
    )
    facts = {"part": made.code, "outcome": "given", "sha256": sha256_of(dict(terms))}
    put("system.consented", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    keep(held, "consent", at=at, actor=actor, reason=made.reference)
    return made


@transaction.atomic
def withdraw(consent: ProbeConsent, *, actor: Actor, at: datetime) -> ProbeConsent:
    """Withdraw a consent; a run that is under way notices before its next probe.

    Raises:
        Forbidden: the person does not act for the department.
        Stale: it was withdrawn before.
    """
    held = moving.locked(consent)
    check(actor, "system.consent", held)
    if held.withdrawn is not None:
        raise Stale(WITHDRAWN)
    held.withdrawn, held.withdrawn_by = at, signed_in(actor)
    held.save(update_fields=["withdrawn", "withdrawn_by"])
    facts = {"part": held.code, "outcome": "withdrawn", "sha256": sha256_of(dict(held.terms))}
    put("system.consented", held.system.code, at=at, facts=facts, sealed={"actor": actor.account})
    keep(held.system, "withdraw_consent", at=at, actor=actor, reason=held.reference)
    return held


def in_force(system: System, at: datetime) -> ProbeConsent | None:
    """Return the newest consent in force; None without one."""
    rows = system.consents.filter(withdrawn__isnull=True, starts__lte=at, ends__gt=at)
    return rows.first()


def out_of_reach(terms: Consent) -> Text | None:
    """Say which network of a consent the site itself may not enter; None where it may."""
    for network in terms.networks:
        if not any(
            network.version == each.version and network.subnet_of(each)  # type: ignore[arg-type]
            for each in map(ipaddress.ip_network, settings.SITE.probe_networks)
        ):
            return CLOSED.format(network=str(network))
    return None
