"""Publishing: what is granted becomes one signed index that every gateway obeys within a second.

The index is written anew whenever a grant moves, a key is registered or a source is placed, and by
the worker from time to time, so that it never grows older than gateways allow. A grant that cannot
bind (no key, no column for an item, no kind of case) is left out and says why: what is not in the
index does not pass.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import CatalogueItem, GatewaySource, Grant
from shixiao.seals import SigningKey, sha256_of
from shixiao.sharing import grants as binding
from shixiao.sharing.catalogue import cited
from shixiao.sharing.grants import Key, Mode, Person, Shape
from shixiao.terms import Text
from shixiao.workflows import exchange_files, moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

MODES = {"interface": Mode.LOOKUP, "batch": Mode.BATCH}
HIDDEN = "hidden"
OVER = ("ended", "terminated")
COLUMN = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w$]{0,62}")
SYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
NO_SOURCE = Text(
    "提供部门还没有写明数据在网关后面的位置。",
    "The provider has not said where the data lie behind its gateway.",
)
NO_KEY = Text(
    "使用部门还没有登记其系统的公钥。",
    "The recipient has not registered the public key of its system.",
)
NO_COLUMN = Text("数据项“{name}”没有对应的列。", "There is no column for the data item “{name}”.")
BY_FILE = Text("以文件方式提供，不经过网关。", "It is given as a file and does not pass a gateway.")
NOT_IN_FORCE = Text("授权现在不生效。", "The grant is not in force now.")
WRONG_KEY = Text(
    "公钥应为 32 字节的 base64（Ed25519）。", "A public key is 32 bytes in base64 (Ed25519)."
)
WRONG_SYSTEM = Text(
    "系统编号只用字母、数字、点、横线和下划线。",
    "An id of a system has letters, digits, dots, dashes and underscores.",
)
OTHERS = Text(
    "这个系统编号是另一个部门登记的，请填写本部门自己的系统。",
    "Another department registered this system; give one of your own.",
)
WRONG_COLUMN = Text("“{name}”不是列名。", "“{name}” is no name of a column.")
LOOKED_UP = Text("查询所用的列须是其中一列。", "The column that is asked by is one of the columns.")


def exchange_key() -> SigningKey:
    """Return the key that signs the index; it is made when it is first needed."""
    return exchange_files.signing_key("exchange")


def index_path() -> Path:
    """Return where the index lies."""
    return exchange_files.path_of("grants.json")


@transaction.atomic
def place_source(
    item: CatalogueItem,
    *,
    system: str,
    table: str,
    key: str,
    columns: Mapping[str, str],
    actor: Actor,
    at: datetime,
) -> GatewaySource:
    """Say where a dataset lies behind the gateway of its department.

    Raises:
        Forbidden: it is another department's.
        Incomplete: a name is none, or the key is not one of the columns.
    """
    check(actor, "dataset.manage", item)
    if not SYSTEM.fullmatch(system.strip()):
        raise Incomplete(WRONG_SYSTEM, field="system")
    for name in (table, key, *columns.values()):
        if not COLUMN.fullmatch(name.strip()):
            raise Incomplete(WRONG_COLUMN.format(name=name[:60]), field="columns")
    plain = {name: column.strip() for name, column in columns.items()}
    if key.strip() not in plain.values():
        raise Incomplete(LOOKED_UP, field="key")
    made, _ = GatewaySource.objects.update_or_create(
        item=item,
        defaults={
            "system": system.strip(),
            "table": table.strip(),
            "key": key.strip(),
            "columns": plain,
            "placed": at,
            "placed_by": signed_in(actor),
        },
    )
    facts = {"dataset": item.identifier, "sha256": sha256_of([made.system, made.table, plain])}
    put("gateway.placed", item.code, at=at, facts=facts, sealed={"actor": actor.account})
    later()
    return made


@transaction.atomic
def register_key(grant: Grant, *, caller: str, public: str, actor: Actor, at: datetime) -> Grant:
    """Register the key by which the recipient's system signs what it asks.

    Raises:
        Forbidden: the person does not act for the recipient.
        Incomplete: it is no key, or no system, or one of another department.
    """
    held = moving.locked(grant)
    check(actor, "grant.use", held)
    plain = needed(public, field="public", missing=WRONG_KEY)
    others = Grant.objects.filter(caller=caller.strip()).exclude(recipient=held.recipient_id)
    if others.exclude(caller="").exclude(state__in=OVER).exists():
        raise Incomplete(OTHERS, field="caller")
    with suppress(ValueError):
        if len(base64.b64decode(plain, validate=True)) == 32 and SYSTEM.fullmatch(caller.strip()):
            moving.touch(held, key=plain, caller=caller.strip())
            facts = {"sha256": sha256_of([plain, held.caller])}
            put("grant.keyed", held.code, at=at, facts=facts, sealed={"actor": actor.account})
            later()
            return held
    wrong = WRONG_KEY if SYSTEM.fullmatch(caller.strip()) else WRONG_SYSTEM
    raise Incomplete(wrong, field="public" if wrong is WRONG_KEY else "caller")


def later() -> None:
    """Publish once what was done holds."""
    transaction.on_commit(lambda: publish(timezone.now()))


def publish(at: datetime) -> int:
    """Write the index of all grants that bind now; return how many there are."""
    path = index_path()
    with exchange_files.next_version(path) as version:
        found, shapes = _binding(at)
        document = binding.compile_index(found, shapes, zone=timezone.get_default_timezone())
        binding.write_index(path, document, exchange_key(), version=version, issued=at)
    return len(found)


def _binding(at: datetime) -> tuple[list[binding.Grant], dict[str, Shape]]:
    """Return the grants that bind now, and the shapes of their datasets."""
    rows = Grant.objects.filter(state="active").select_related(
        "item__department", "item__source_place", "recipient"
    )
    found: list[binding.Grant] = []
    shapes: dict[str, Shape] = {}
    for row in rows:
        bound = bound_or_why(row, at)
        source = source_of(row.item)
        if isinstance(bound, binding.Grant) and source is not None:
            found.append(bound)
            shapes[bound.dataset] = _shape(source)
    return found, shapes


def source_of(item: CatalogueItem) -> GatewaySource | None:
    """Return where a dataset lies behind its gateway; None while nobody has said."""
    found: GatewaySource | None = getattr(item, "source_place", None)
    return found


def bound_or_why(grant: Grant, at: datetime) -> binding.Grant | Text:
    """Return a grant as gateways take it, or why none lets it through."""
    source = source_of(grant.item)
    if grant.state != "active" or timezone.localdate(at) > grant.ends:
        return NOT_IN_FORCE
    if grant.mode not in MODES:
        return BY_FILE
    if source is None:
        return NO_SOURCE
    if not grant.key:
        return NO_KEY
    missing = next((name for name in grant.fields if name not in source.columns), None)
    if missing is not None:
        return NO_COLUMN.format(name=missing)
    bound = _bound(grant, source)
    wrong = binding.faults(bound, _shape(source))
    return wrong[0] if wrong else bound


def _bound(grant: Grant, source: GatewaySource) -> binding.Grant:
    basis = cited(grant.basis)
    per_minute = int(grant.terms.get("rate") or 60)
    masked = {source.columns[name] for name in grant.terms.get("masked", ())}
    return binding.Grant(
        id=grant.code,
        provider=grant.item.department.code,
        recipient=grant.recipient.code,
        source=source.system,
        caller=grant.caller,
        dataset=grant.item.code,
        purpose=grant.code,
        purpose_text=grant.purpose,
        law=basis.title,
        article=basis.article,
        fields=tuple(source.columns[name] for name in grant.fields),
        mode=MODES[grant.mode],
        rate=max(1, round(per_minute / 60)),
        burst=per_minute,
        max_rows=int(pack().number("SHR-08")),
        starts=grant.starts,
        ends=grant.ends,
        reassess_on=grant.reassess_on,
        case_types=tuple(grant.case_types),
        provider_person=_person(grant.provider_person, grant.item.listed.get("office", "")),
        recipient_person=_person(grant.recipient_person, grant.recipient.name.zh),
        keys=(Key(grant.code, "ed25519", grant.key),) if grant.key else (),
        masks=dict.fromkeys(masked, HIDDEN),
    )


def _person(name: str, office: str) -> Person:
    return Person(name, office or name)


def _shape(source: GatewaySource) -> Shape:
    return Shape(source.table, source.key, tuple(sorted(set(source.columns.values()))))


def read_published() -> bytes | None:
    """Return the index as it lies; None where none was published yet."""
    return exchange_files.read_file(index_path())
