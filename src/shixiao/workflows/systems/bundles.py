"""Bundles of vulnerabilities: brought by the page or placed in a folder, believed by their key.

A bundle is public knowledge and may be large, so it lies as it came in ``osv/`` of the data
folder. Whose signature is believed the operator says (``SHIXIAO_OSV_KEYS``). It is held against its
signature when it comes, and again whenever it is used.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction

from shixiao.records.models import Account, OsvBundle
from shixiao.seals import VerifyKey
from shixiao.security.components import Bundle, read_bundle
from shixiao.security.components.bundle import UNSIGNED
from shixiao.security.components.matching import AHEAD, FUTURE, OLD
from shixiao.terms import BadInput, Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in

RULE = "SEC-29"
FOLDER, KEPT = "osv", "kept"
SETTLED = timedelta(minutes=1)  # a file that is still being copied into the folder is left alone
PART = 1 << 20
MOST_PLACED = 50
NO_KEYS = Text(
    "运维人员没有写明信任谁签的漏洞库（SHIXIAO_OSV_KEYS），无从比对。",
    "The operator has not said whose bundles of vulnerabilities are believed (SHIXIAO_OSV_KEYS).",
)
WRONG_KEY = Text(
    "SHIXIAO_OSV_KEYS 里有读不出的公钥。", "SHIXIAO_OSV_KEYS holds a key that cannot be read."
)
NONE = Text("还没有导入漏洞库，无从比对。", "No bundle of vulnerabilities was imported yet.")
REFUSED = Text("最新的漏洞库没有收下：{why}", "The newest bundle was refused: {why}")


def folder() -> Path:
    """Return the folder into which an operator places bundles."""
    return Path(settings.SITE.data) / FOLDER


def path_of(row: OsvBundle) -> Path:
    """Return where a bundle lies that was taken in."""
    return folder() / KEPT / f"{row.sha256}.zip"


def bring(parts: Iterable[bytes], *, name: str, actor: Actor, at: datetime) -> OsvBundle:
    """Take a bundle from a person; it is checked by the worker. The same file is taken once.

    Args:
        parts: its bytes, as they come.
        name: of its file.
        actor: who brings it.
        at: when.

    Raises:
        Forbidden: the person may not.
    """
    check(actor, "bundle.bring")
    beside = folder() / KEPT / f".{secrets.token_hex(8)}"
    beside.parent.mkdir(parents=True, exist_ok=True)
    try:
        with beside.open("xb") as target:
            for part in parts:
                target.write(part)
        return _kept(beside, name, by=signed_in(actor), at=at)
    finally:
        beside.unlink(missing_ok=True)


def take_placed(*, now: datetime) -> int:
    """Take what an operator placed in the folder; return how many files there were."""
    placed = sorted(folder().glob("*.zip"))[:MOST_PLACED] if folder().is_dir() else []
    taken = 0
    for path in placed:
        if path.is_file() and path.stat().st_mtime <= (now - SETTLED).timestamp():
            (folder() / KEPT).mkdir(parents=True, exist_ok=True)
            _kept(path, path.name, by=None, at=now)
            path.unlink(missing_ok=True)
            taken += 1
    return taken


def check_waiting(*, now: datetime) -> int:
    """Hold what came against its signature; return how many bundles were believed."""
    known = keys()
    if isinstance(known, Text):
        return 0
    believed = 0
    for row in OsvBundle.objects.filter(made__isnull=True, problem__isnull=True):
        try:
            bundle, key = _read(row, known, frozenset())
        except BadInput as error:
            _refuse(row, error.text, now)
            continue
        row.made, row.ecosystems = bundle.made, sorted(bundle.ecosystems)
        row.records, row.exploited = bundle.records, len(bundle.exploited)
        row.fingerprint = key.fingerprint
        with transaction.atomic():
            row.save()
            _put(row, "taken", now)
        believed += 1
    return believed


def candidate(*, now: datetime) -> OsvBundle | None:
    """Return the newest bundle that is young enough; None without one."""
    oldest = now - timedelta(days=pack().number(RULE, "age"))
    rows = OsvBundle.objects.filter(problem__isnull=True, made__gte=oldest, made__lte=now + AHEAD)
    return rows.first()


def newest(wanted: frozenset[tuple[str, str]], *, now: datetime) -> tuple[OsvBundle, Bundle] | Text:
    """Return the newest bundle that holds now, or why there is none.

    Args:
        wanted: ecosystem and name of the packages that are asked for.
        now: when.
    """
    known = keys()
    if isinstance(known, Text):
        return known
    while (row := candidate(now=now)) is not None:
        try:
            return row, _read(row, known, wanted)[0]
        except BadInput as error:
            _refuse(row, error.text, now)
    return _why_none(now)


def keys() -> tuple[VerifyKey, ...] | Text:
    """Return the keys that are believed, or why there are none."""
    try:
        found = tuple(VerifyKey.parse(each.encode()) for each in settings.SITE.osv_keys)
    except BadInput:
        return WRONG_KEY
    return found or NO_KEYS


def _why_none(now: datetime) -> Text:
    last = OsvBundle.objects.order_by("-taken", "-id").first()
    if last is None:
        return NONE
    if last.problem is not None:
        return REFUSED.format(why=last.problem)
    made = OsvBundle.objects.filter(problem__isnull=True, made__isnull=False).first()
    if made is None or made.made is None:
        return NONE
    day = made.made.date().isoformat()
    if made.made > now + AHEAD:
        return FUTURE.format(made=day)
    return OLD.format(made=day, days=int(pack().number(RULE, "age")))


def _read(
    row: OsvBundle, known: tuple[VerifyKey, ...], wanted: frozenset[tuple[str, str]]
) -> tuple[Bundle, VerifyKey]:
    """Return what a bundle says, and whose it is.

    Raises:
        BadInput: it is damaged, or of none of the keys.
    """
    for key in known:
        try:
            return read_bundle(path_of(row), key, only=wanted), key
        except BadInput as error:
            if error.text != UNSIGNED:
                raise
    raise BadInput(UNSIGNED)


def _kept(path: Path, name: str, *, by: Account | None, at: datetime) -> OsvBundle:
    """Move a file to its place and note it; one that is known already changes nothing."""
    hashed, size = sha256(), 0
    for part in _parts(path):
        hashed.update(part)
        size += len(part)
    digest = hashed.hexdigest()
    row, made = OsvBundle.objects.get_or_create(
        sha256=digest, defaults={"name": name[:200], "size": size, "taken": at, "by": by}
    )
    if made or (row.problem is None and not path_of(row).exists()):
        path.replace(path_of(row))
    return row


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(PART):
            yield part


def _refuse(row: OsvBundle, problem: Text, now: datetime) -> None:
    """Note why a bundle is not used; its file goes, its hash stays."""
    row.problem = problem
    with transaction.atomic():
        row.save(update_fields=["problem"])
        _put(row, "refused", now)
    path_of(row).unlink(missing_ok=True)


def _put(row: OsvBundle, outcome: str, at: datetime) -> None:
    facts = {"sha256": row.sha256, "outcome": outcome, "records": row.records}
    put("system.bundled", row.code, at=at, facts=facts, sealed={"actor": row.by} if row.by else {})
