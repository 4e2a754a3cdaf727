"""The index made ready: keys that verify, masks that mask, one bucket a grant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shixiao.gateway.config import Config
from shixiao.gateway.forms import Forms, forms_of
from shixiao.gateway.limits import Bucket
from shixiao.gateway.receipts import Keys
from shixiao.gateway.signatures import KnownKey, known_key
from shixiao.sharing.admission import StatusList, read_statuses
from shixiao.sharing.fingerprints import code_key
from shixiao.sharing.grants import Entry, masker, read_index
from shixiao.sharing.grants.masking import Mask, recipient_key

Place = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Ready:
    """A grant, ready to be used.

    Attributes:
        entry: of the index.
        masks: place among the fields, and what masks it.
        marks: how each field is marked; empty for none.
        code: key of the grant's way of writing.
        bucket: of its rate.
        forms: of its answers and records.
    """

    entry: Entry
    masks: tuple[tuple[int, Mask], ...]
    marks: tuple[str, ...]
    code: bytes
    bucket: Bucket
    forms: Forms


@dataclass(frozen=True, slots=True)
class ReadyIndex:
    """An index, ready to be obeyed; see ``GrantIndex``."""

    version: int
    issued: datetime
    grants: Mapping[Place, Ready]
    keys: Mapping[str, KnownKey]


def index_reader(config: Config, keys: Keys) -> Callable[[bytes, int], ReadyIndex]:
    """Return what reads an index and makes it ready; buckets outlive the index they came with."""
    buckets: dict[tuple[str, int, int], Bucket] = {}

    def ready(entry: Entry) -> Ready:
        own = recipient_key(keys.masks, entry.recipient)
        masks = tuple(
            (entry.fields.index(name), masker(word, key=own)) for name, word in entry.masks
        )
        marks = dict(entry.marks)
        place = (entry.grant, entry.rate, entry.burst)
        bucket = buckets.setdefault(place, Bucket(entry.rate, entry.burst, config.workers))
        return Ready(
            entry,
            masks,
            tuple(marks.get(name, "") for name in entry.fields),
            code_key(keys.codes, entry.grant),
            bucket,
            forms_of(entry),
        )

    def read(data: bytes, known: int) -> ReadyIndex:
        followed = config.grants
        index = read_index(
            data,
            key=followed.key,
            now=datetime.now(UTC),
            max_age=followed.max_age,
            known=known,
        )
        return ReadyIndex(
            index.version,
            index.issued,
            {place: ready(entry) for place, entry in index.entries.items()},
            {
                name: known_key(owned.caller, owned.key, recipient=owned.recipient)
                for name, owned in index.keys.items()
            },
        )

    return read


def statuses_reader(config: Config) -> Callable[[bytes, int], StatusList]:
    """Return what reads the list of admitted systems."""

    def read(data: bytes, known: int) -> StatusList:
        followed = config.statuses
        return read_statuses(
            data,
            key=followed.key,
            now=datetime.now(UTC),
            max_age=followed.max_age,
            zone=config.zone,
            known=known,
        )

    return read
