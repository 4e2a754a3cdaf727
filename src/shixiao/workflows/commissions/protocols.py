"""The questions of a commission, as they were when it was made."""

from __future__ import annotations

from functools import lru_cache

from shixiao.effect.fieldtests import Protocol, read_protocol
from shixiao.records.models import Commission, Item

NAME = "protocol.yaml"


def protocol_of(commission: Commission) -> Protocol:
    """Return the protocol by which a commission tests."""
    return _read(commission.protocol)


def case_protocol_of(commission: Commission) -> Protocol | None:
    """Return the protocol by which drawn cases are looked at; None where none are drawn."""
    return _read(commission.case_protocol) if commission.case_protocol else None


def protocol_for(item: Item) -> Protocol:
    """Return the protocol of an item: that of cases for a case."""
    text = item.commission.case_protocol if item.case_id else item.commission.protocol
    return _read(text)


@lru_cache(maxsize=32)
def _read(text: str) -> Protocol:
    return read_protocol(text.encode(), NAME)
