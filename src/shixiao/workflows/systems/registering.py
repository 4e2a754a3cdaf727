"""Registering: what a system is, where it runs, and each release of it.

First introduction, a new version and a new use are releases alike: each starts an assessment, and a
system that is admitted already has so many days to be admitted anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from shixiao.records.models import Organisation, Release, System, SystemStep
from shixiao.security.assessing import Right
from shixiao.security.probing import Target
from shixiao.sharing.catalogue import words
from shixiao.terms import BadInput, Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale
from shixiao.workflows.registered import about_sha256
from shixiao.workflows.systems.retesting import force

FIRST = "planned"
RETIRED = "retired"
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
MOST_ADDRESSES, LONGEST_NAME = 20, 200
ENVIRONMENTS = {
    "production": Text("生产环境", "production"),
    "staging": Text("测试环境", "staging"),
}
WRONG_IDENTIFIER = Text(
    "系统编号只用字母、数字、点、横线和下划线，最长 100 个字符。",
    "An id of a system has letters, digits, dots, dashes and underscores, 100 at most.",
)
TAKEN = Text(
    "系统编号“{name}”已经登记，请换一个。", "The id “{name}” is registered; choose another."
)
NO_NAME = Text("请写明中文和英文名称。", "Give the name in Chinese and in English.")
NO_ABOUT = Text("请写明系统做什么。", "Say what the system does.")
NO_KIND = Text("请选择种类和暴露范围。", "Choose its kind and from where it is reached.")
NO_GRADE = Text("请从清单里选择数据级别。", "Choose the grade of its data from the list.")
NO_RIGHT = Text("请从清单里选择影响的权利。", "Choose the rights that it touches from the list.")
NO_RESPONSIBLE = Text("请写明责任人和职务。", "Name who answers for it, with the post.")
NO_CONTACT = Text("请写明联系方式。", "Say how that person is reached.")
WRONG_ENVIRONMENT = Text("环境应为生产或测试。", "An environment is production or staging.")
TOO_MANY = Text("地址最多 {most} 个。", "There are {most} addresses at most.")
WRONG_MANUAL = Text(
    "人工办理说明应为 https:// 开头的网址。",
    "The page about work by hand is an address that begins with https://.",
)
WRONG_HASH = Text(
    "版本的哈希应为 64 位十六进制的 SHA-256。",
    "The hash of a release is a SHA-256: 64 hexadecimal digits.",
)
KNOWN_HASH = Text("这个哈希的版本已经登记。", "A release with this hash is registered already.")
NO_LABEL = Text("请写明版本号。", "Give the version.")
OVER = Text("系统已停用，不再改变。", "The system is retired and changes no more.")


@dataclass(frozen=True, slots=True)
class Told:
    """What a department tells of a system.

    Attributes:
        kind, exposure: ids of ``System.Kind`` and ``System.Exposure``.
        name: in both languages.
        about: what it does.
        supplier: "" where the department builds it itself.
        grade: id of the gravest data; "" where they are not graded.
        people: whom it concerns in a year; None where nobody has counted.
        rights: ids of ``security.assessing.Right``.
        decides, signs_in, interface: see ``security.assessing.About``.
        services, depends: ids of services it serves, and of systems it needs.
        addresses: environment and address.
        manual: page that says how it is done by hand.
        responsible, post, contact: who answers for it.
    """

    kind: str
    exposure: str
    name: Text
    about: str
    supplier: str
    grade: str
    people: int | None
    rights: tuple[str, ...]
    decides: bool
    signs_in: bool
    interface: bool
    services: tuple[str, ...]
    depends: tuple[str, ...]
    addresses: tuple[tuple[str, str], ...]
    manual: str
    responsible: str
    post: str
    contact: str


def visible(actor: Actor) -> QuerySet[System]:
    """Return the register: whatever there is, everybody may know of."""
    del actor
    return System.objects.select_related("department")


def may_read(actor: Actor, system: System) -> bool:
    """Say whether the person may read the files of its assessment."""
    return may(actor, "system.read", system)


@transaction.atomic
def register(
    identifier: str, told: Told, *, department: Organisation, actor: Actor, at: datetime
) -> System:
    """Register a system.

    Raises:
        Forbidden: it is another department's.
        Incomplete: something is missing or cannot be.
    """
    check(actor, "system.manage", department)
    plain = identifier.strip()
    if not IDENTIFIER.fullmatch(plain):
        raise Incomplete(WRONG_IDENTIFIER, field="identifier")
    try:
        with transaction.atomic():
            made = System.objects.create(
                identifier=plain,
                department=department,
                state=FIRST,
                entered=at,
                registered=at,
                registered_by=signed_in(actor),
                **_fields(told),
            )
    except IntegrityError:
        raise Incomplete(TAKEN.format(name=plain), field="identifier") from None
    facts = {"department": department.code, "kind": made.kind, "sha256": about_sha256(made)}
    put("system.registered", made.code, at=at, facts=facts, sealed={"actor": actor.account})
    keep(made, "register", at=at, actor=actor)
    return made


@transaction.atomic
def change(system: System, told: Told, *, seen: int, actor: Actor, at: datetime) -> System:
    """Change what is registered.

    Raises:
        Forbidden: it is another department's.
        Stale: it changed since, or is retired.
        Incomplete: something is missing or cannot be.
    """
    held = begin(system, seen=seen, actor=actor)
    before = about_sha256(held)
    moving.touch(held, **_fields(told))
    facts = {"previous_sha256": before, "sha256": about_sha256(held)}
    put("system.changed", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    keep(held, "change", at=at, actor=actor)
    return held


@transaction.atomic
def release(
    system: System, *, label: str, sha256: str, change: str, actor: Actor, at: datetime
) -> Release:
    """Register a release; an admitted system has to be admitted anew for it.

    Raises:
        Forbidden: it is another department's.
        Stale: the system is retired.
        Incomplete: no version, no hash, or one that is registered.
    """
    held = begin(system, seen=None, actor=actor)
    digest = sha256.strip().lower()
    if not SHA256.fullmatch(digest):
        raise Incomplete(WRONG_HASH, field="sha256")
    if change not in Release.Change.values:
        raise Incomplete(NO_KIND, field="change")
    if held.releases.filter(sha256=digest).exists():
        raise Incomplete(KNOWN_HASH, field="sha256")
    made = Release.objects.create(
        system=held,
        label=needed(label, field="label", missing=NO_LABEL)[:100],
        sha256=digest,
        change=change,
        at=at,
        by=signed_in(actor),
    )
    facts = {"version": made.label, "sha256": digest, "kind": change}
    put("system.released", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    keep(held, "release", at=at, actor=actor, reason=made.label)
    if held.state == "admitted":
        force(held, "release", digest, at=at)
    return made


def begin(
    system: System, *, seen: int | None, actor: Actor, right: str = "system.manage"
) -> System:
    """Lock a system that somebody is about to change.

    Args:
        system: which.
        seen: version that the person saw; None where it does not matter.
        actor: who.
        right: that it takes.

    Raises:
        Forbidden: the person may not.
        Stale: it changed since, or is retired.
    """
    held = moving.locked(system)
    check(actor, right, held)
    if held.state == RETIRED:
        raise Stale(OVER)
    if seen is not None and seen != held.version:
        raise Stale(CHANGED)
    return held


def keep(
    system: System,
    verb: str,
    *,
    at: datetime,
    actor: Actor | None = None,
    second: Actor | None = None,
    left: str = "",
    reason: str = "",
) -> SystemStep:
    """Keep a step of a system's history."""
    return SystemStep.objects.create(
        system=system,
        verb=verb,
        left=left,
        state=system.state,
        at=at,
        by=actor.account if actor else None,
        second=second.account if second else None,
        reason=reason,
    )


def _fields(told: Told) -> Mapping[str, Any]:
    """Return what is registered, checked.

    Raises:
        Incomplete: something is missing or cannot be.
    """
    if told.kind not in System.Kind.values or told.exposure not in System.Exposure.values:
        raise Incomplete(NO_KIND, field="kind")
    if not told.name.zh.strip() or not told.name.en.strip():
        raise Incomplete(NO_NAME, field="name_zh")
    if told.grade and told.grade not in words("grades").names:
        raise Incomplete(NO_GRADE, field="grade")
    if not set(told.rights) <= {right.value for right in Right}:
        raise Incomplete(NO_RIGHT, field="rights")
    if told.manual.strip() and not told.manual.strip().startswith("https://"):
        raise Incomplete(WRONG_MANUAL, field="manual")
    return {
        "kind": told.kind,
        "exposure": told.exposure,
        "name": Text(told.name.zh.strip()[:LONGEST_NAME], told.name.en.strip()[:LONGEST_NAME]),
        "about": needed(told.about, field="about", missing=NO_ABOUT),
        "supplier": told.supplier.strip()[:LONGEST_NAME],
        "grade": told.grade,
        "people": told.people,
        "rights": sorted(set(told.rights)),
        "decides": told.decides,
        "signs_in": told.signs_in,
        "interface": told.interface,
        "services": _ids(told.services),
        "depends": _ids(told.depends),
        "addresses": _addresses(told.addresses),
        "manual": told.manual.strip()[:300],
        "responsible": needed(told.responsible, field="responsible", missing=NO_RESPONSIBLE),
        "responsible_post": needed(told.post, field="post", missing=NO_RESPONSIBLE)[:100],
        "contact": needed(told.contact, field="contact", missing=NO_CONTACT),
    }


def _ids(given: Iterable[str]) -> list[str]:
    return sorted({each.strip()[:LONGEST_NAME] for each in given if each.strip()})


def _addresses(given: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return addresses in their plain form.

    Raises:
        Incomplete: one is none.
    """
    found = []
    for environment, address in given:
        if environment not in ENVIRONMENTS:
            raise Incomplete(WRONG_ENVIRONMENT, field="addresses")
        try:
            found.append({"environment": environment, "address": str(Target.parse(address))})
        except BadInput as error:
            raise Incomplete(error.text, field="addresses") from None
    if len(found) > MOST_ADDRESSES:
        raise Incomplete(TOO_MANY.format(most=MOST_ADDRESSES), field="addresses")
    return found
