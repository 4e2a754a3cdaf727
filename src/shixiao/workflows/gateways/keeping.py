"""Which gateways there are: each is run by a department and asked by the site at its address."""

from __future__ import annotations

import ssl
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

import httpx
from django.db import IntegrityError, transaction

from shixiao.gateway.client import Client
from shixiao.gateway.telling import BUREAU
from shixiao.records.models import Gateway, Organisation
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.grants.publishing import exchange_key
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

PATIENCE = 10.0  # seconds that a gateway may take
LOCAL = {"127.0.0.1", "::1", "localhost"}
NO_ADDRESS = Text(
    "请填写网关的对外地址，如 https://data.example.gov.cn，不带路径；除本机外须用 https。",
    "Give the address by which the gateway knows itself, such as https://data.example.org, without"
    " a path; https everywhere but on this machine.",
)
TAKEN = Text("这个地址已经登记。", "This address is registered already.")
WHY_END = Text("请写明停用的理由。", "Say why it is no longer asked.")


@transaction.atomic
def register(department: Organisation, address: str, *, actor: Actor, at: datetime) -> Gateway:
    """Register a gateway that a department runs.

    Raises:
        Forbidden: the person does not keep the register.
        Incomplete: it is no address, or a known one.
    """
    check(actor, "gateway.manage")
    plain = _address(address)
    if plain is None:
        raise Incomplete(NO_ADDRESS, field="address")
    try:
        with transaction.atomic():
            made = Gateway.objects.create(
                department=department,
                address=plain,
                registered=at,
                registered_by=signed_in(actor),
            )
    except IntegrityError:
        raise Incomplete(TAKEN, field="address") from None
    facts = {"department": department.code, "origin": plain}
    put("gateway.registered", made.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


@transaction.atomic
def end(gateway: Gateway, *, reason: str, actor: Actor, at: datetime) -> None:
    """Ask a gateway no longer; what its logs proved stays.

    Raises:
        Forbidden: the person does not keep the register.
        Incomplete: no reason is given.
        Stale: it is ended already.
    """
    check(actor, "gateway.manage")
    why = needed(reason, field="reason", missing=WHY_END)
    held = Gateway.objects.select_for_update(of=("self",)).get(pk=gateway.pk)
    if held.ended is not None:
        raise Stale(CHANGED)
    held.ended = at
    held.save(update_fields=["ended"])
    sealed = {"reason": why, "actor": actor.account}
    put("gateway.ended", held.code, at=at, sealed=sealed)


def client_of(gateway: Gateway, transport: httpx.BaseTransport | None = None) -> Client:
    """Return a client that asks a gateway in the name of the bureau.

    Args:
        gateway: which.
        transport: of httpx; None goes by the network.
    """
    return Client(
        gateway.address,
        exchange_key(),
        BUREAU,
        transport=transport or httpx.HTTPTransport(verify=_trust()),
        patience=PATIENCE,
    )


@cache
def _trust() -> ssl.SSLContext:
    """Trust what the machine trusts; ``SSL_CERT_FILE`` adds an authority of the city's own."""
    return ssl.create_default_context()


def _address(text: str) -> str | None:
    """Return an address as gateways state their own; None where it is none."""
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
        bare = not (parts.path or parts.query or parts.fragment or parts.username)
        port = parts.port
    except ValueError:
        return None
    if not (secure and bare and parts.hostname) or len(parts.netloc) > 180:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"
