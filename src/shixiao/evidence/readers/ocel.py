"""OCEL 2.0 logs: events that touch several objects, told as cases of one object type.

The case notion is one object type; an event belongs to every case it touches. A second type may
name the chain (一件事) to which cases belong.
Standard: OCEL 2.0 specification (Berti et al., 2024).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

import pyarrow as pa

from shixiao.evidence.mapping import case_attributes, listed, normal, recognise
from shixiao.evidence.raw import RawTable
from shixiao.evidence.readers.tabular import checked_header
from shixiao.evidence.schema import load_schemas
from shixiao.terms import BadInput, Text

CASE_TYPES = ("case", "application", "事项", "办件", "service_case")
MATTER_TYPES = ("matter", "一件事")
BATCH = 8_192
OWN = ("case_id", "activity", "ts", "seq")
# Columns of events that an object beside the event may supply.
SHARED = ("service_id", "department_id", "channel", "resource", "place", "actor", "app_id")


@dataclass(frozen=True, slots=True)
class OcelEvent:
    """One event: ``place`` is its position in the log, ``objects`` the ids it touches, in order."""

    type: str
    time: str | None
    place: int
    attributes: Mapping[str, str | None]
    objects: Sequence[str]


@dataclass(slots=True)
class OcelObject:
    """One object with the latest value of each attribute and the ids of objects it names."""

    type: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    related: list[str] = field(default_factory=list)


class OcelLog(Protocol):
    """An opened log: its objects are held in memory, its events stream."""

    @property
    def object_types(self) -> Sequence[str]:
        """Names of the object types."""
        ...

    @property
    def event_attributes(self) -> Sequence[str]:
        """Names of all attributes of events."""
        ...

    @property
    def objects(self) -> Mapping[str, OcelObject]:
        """Object id → object."""
        ...

    def events(self) -> Iterator[OcelEvent]:
        """Give all events; each call starts anew."""
        ...


def flatten(
    log: OcelLog,
    *,
    file: str,
    source: str,
    case_type: str | None = None,
    matter_type: str | None = None,
) -> list[RawTable]:
    """Tell a log as the tables ``events`` and ``cases``.

    Args:
        log: the opened log.
        file: its name for messages.
        source: name of the source the rows belong to.
        case_type: object type that makes a case; None looks for a usual name, or the only type.
        matter_type: object type that makes a chain; None looks for ``matter`` or ``一件事``.

    Raises:
        BadInput: the type is not in the log, or none can be told to be the case.
    """
    types = sorted(set(log.object_types))
    case_type = _choose(case_type, types, CASE_TYPES, file=file, flag="--case-object-type")
    if case_type is None:
        case_type = types[0] if len(types) == 1 else None
    if case_type is None:
        raise BadInput(
            Text(
                f"日志有多种对象：{listed(types, '、')}；"
                "请用 --case-object-type 指明哪一种是办件。",
                f"The log has the object types {listed(types)}; say with --case-object-type "
                "which of them is the case.",
            ),
            file=file,
        )
    matter_type = _choose(matter_type, types, MATTER_TYPES, file=file, flag="--matter-object-type")
    columns = checked_header(_event_columns(log), file)
    events = RawTable(
        "events",
        file,
        source,
        batches=_batches(_event_rows(log, case_type, columns), columns),
        rename=recognise(columns, load_schemas()["events"], file=file),
    )
    return [events, _cases(log, case_type, matter_type, file=file, source=source)]


def _choose(
    wanted: str | None, types: Sequence[str], usual: Sequence[str], *, file: str, flag: str
) -> str | None:
    """Return the type that is wanted, or else the first usual one; None when there is none."""
    if wanted is None:
        folded = {normal(name): name for name in types}
        return next((folded[name] for name in usual if name in folded), None)
    if wanted not in types:
        raise BadInput(
            Text(
                f"没有对象类型“{wanted[:60]}”（{flag}）；现有：{listed(types, '、')}。",
                f"There is no object type “{wanted[:60]}” ({flag}); there are {listed(types)}.",
            ),
            file=file,
        )
    return wanted


def _event_columns(log: OcelLog) -> list[str]:
    own = [name for name in dict.fromkeys(log.event_attributes) if normal(name) not in OWN]
    known = {normal(name) for name in own}
    return [*OWN, *own, *(name for name in SHARED if name not in known)]


def _event_rows(
    log: OcelLog, case_type: str, columns: Sequence[str]
) -> Iterator[tuple[str | None, ...]]:
    for event in log.events():
        objects = [(i, log.objects[i]) for i in dict.fromkeys(event.objects) if i in log.objects]
        for case_id, case in objects:
            if case.type != case_type:
                continue
            cells = [
                _cell(name, event, case, [o for o in objects if o[1].type != case_type])
                for name in columns[len(OWN) :]
            ]
            yield (case_id, event.type, event.time, str(event.place), *cells)


def _cell(
    name: str, event: OcelEvent, case: OcelObject, others: Iterable[tuple[str, OcelObject]]
) -> str | None:
    """Find a value with the event, then with its case, then with other objects it touches.

    An object whose type is called like the column (``department`` for ``department_id``) is
    itself the value.
    """
    value = event.attributes.get(name)
    if value is not None or name not in SHARED:
        return value
    if case.attributes.get(name) is not None:
        return case.attributes[name]
    for identifier, other in others:
        if normal(other.type) in (name, name.removesuffix("_id")):
            return identifier
        if other.attributes.get(name) is not None:
            return other.attributes[name]
    return None


def _cases(
    log: OcelLog, case_type: str, matter_type: str | None, *, file: str, source: str
) -> RawTable:
    cases = {i: o for i, o in log.objects.items() if o.type == case_type}
    attributes = sorted({name for case in cases.values() for name in case.attributes})
    names = [name for name in attributes if normal(name) not in ("case_id", "matter_case_id")]
    columns = ["case_id", *(["matter_case_id"] if matter_type else []), *names]
    checked_header(columns, file)

    def rows() -> Iterator[tuple[str | None, ...]]:
        chain = _chains(log, case_type, matter_type) if matter_type else {}
        for identifier, case in cases.items():
            head = (identifier, chain.get(identifier)) if matter_type else (identifier,)
            yield (*head, *(case.attributes.get(name) for name in names))

    schema = load_schemas()["cases"]
    rename = recognise(columns, schema, file=file)
    return RawTable(
        "cases",
        file,
        source,
        batches=_batches(rows(), columns),
        rename={**case_attributes(schema), **rename},
    )


def _chains(log: OcelLog, case_type: str, matter_type: str) -> dict[str, str]:
    """Return case → chain: related to each other, or else touched by one event."""
    chain: dict[str, str] = {}

    def type_of(identifier: str) -> str | None:
        found = log.objects.get(identifier)
        return found.type if found else None

    for identifier, one in log.objects.items():
        for other in one.related:
            pair = (one.type, type_of(other))
            if pair == (case_type, matter_type):
                chain.setdefault(identifier, other)
            elif pair == (matter_type, case_type):
                chain.setdefault(other, identifier)
    for event in log.events():
        matter = next((i for i in event.objects if type_of(i) == matter_type), None)
        if matter is not None:
            for identifier in event.objects:
                if type_of(identifier) == case_type:
                    chain.setdefault(identifier, matter)
    return chain


def _batches(
    rows: Iterator[tuple[str | None, ...]], columns: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    schema = pa.schema([(name, pa.string()) for name in columns])
    while chunk := list(islice(rows, BATCH)):
        arrays = [pa.array(column, pa.string()) for column in zip(*chunk, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def as_text(value: object) -> str | None:
    """Write an attribute as text: empty is null, whole numbers carry no decimal point."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def invalid(file: str, zh: str, en: str) -> BadInput:
    """Say that a file is no OCEL 2.0 log, and why."""
    return BadInput(
        Text(f"不是合格的 OCEL 2.0 日志：{zh}。", f"This is no valid OCEL 2.0 log: {en}."),
        file=file,
    )
