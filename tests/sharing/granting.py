"""Grants for tests: one that binds, to be changed by each test in one point."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from shixiao.seals import SigningKey
from shixiao.sharing.grants import Condition, Grant, Key, Mode, Person, Shape

RECIPIENT = SigningKey(bytes(range(32)))
PUBLISHER = SigningKey(bytes(range(1, 33)))
SHAPE = Shape("people", "id_number", ("id_number", "name", "address", "born", "income", "region"))
GRANT = Grant(
    id="G-1",
    provider="civil-affairs",
    recipient="housing",
    source="register",
    caller="housing-desk",
    dataset="people",
    purpose="rent-aid",
    purpose_text="公租房租金补贴资格审核",
    law="政务数据共享条例",
    article="第二十二条",
    fields=("name", "address"),
    mode=Mode.LOOKUP,
    rate=1_000,
    burst=1_000,
    max_rows=1,
    starts=date(2026, 1, 1),
    ends=date(2026, 12, 31),
    reassess_on=date(2026, 12, 1),
    case_types=("rent-aid",),
    provider_person=Person("李某", "民政局数据科"),
    recipient_person=Person("王某", "住建局住房保障科"),
    keys=(Key("housing-1", "ed25519", RECIPIENT.public.base64),),
    rows=(Condition("region", "in", ("东区", "西区")),),
    masks={"name": "name"},
)


def granted(**changes: Any) -> Grant:
    """Return the grant with some points changed."""
    return replace(GRANT, **changes)
