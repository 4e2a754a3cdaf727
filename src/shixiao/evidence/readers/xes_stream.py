"""XES event logs (IEEE 1849), read as a stream: memory does not grow with the file.

The parser is expat with a handler that keeps plain lists, one per attribute, and turns them into
Arrow columns batch by batch. Values keep the type that the log declares (string, date, int, float,
boolean, id). Attributes nested inside other attributes, and the ``global``, ``extension`` and
``classifier`` declarations, describe the log rather than the case and are left out.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import pyarrow as pa
import pyarrow.compute as pc

from shixiao.terms import BadInput, Text

CHUNK = 1 << 20
TRACE_END = b"</trace>"
LONGEST_TRACE = 8 << 20  # bytes kept back in search of the end of a trace
UNUSUAL = re.compile(rb"</(?!event>\s*</?(?:event|trace)\b|trace>|log>)")
BATCH_EVENTS = 50_000
# gzip cannot exceed about 1,030 to 1; real logs stay below 100. Small files may be what they like.
MAX_RATIO = 400
RATIO_APPLIES_ABOVE = 1 << 30

VALUE_TAGS = ("string", "date", "int", "float", "boolean", "id")
ARROW_TYPE = {"date": pa.timestamp("us", tz="UTC"), "int": pa.int64(), "float": pa.float64()}

STRUCTURE = ("event", "trace")

Start = Callable[[str, list[str]], None]
Callbacks = tuple[Start, Callable[[str], None], Start]
Columns = dict[str, dict[str, list[str | None]]]


@dataclass(slots=True)
class XesBatch:
    """Some events of a log and the cases that ended among them.

    ``events`` has one column per event attribute, ``cases`` one per trace attribute; both carry
    ``__case``, the number of the trace in the file (0-based), which joins them.
    """

    events: pa.RecordBatch
    cases: pa.RecordBatch


def stream_xes(
    path: Path, *, name: str | None = None, keys: frozenset[str] | None = None
) -> Iterator[XesBatch]:
    """Read a ``.xes`` or ``.xes.gz`` file batch by batch.

    Args:
        path: the file.
        name: how messages call it.
        keys: event attributes to keep; None keeps all. Trace attributes are always kept.

    Raises:
        BadInput: truncated or broken compression or XML, entity declarations, unreadable values.
    """
    file = name or path.name
    handler = _Handler(file=file, keys=keys)
    parser = handler.parser()
    with path.open("rb") as raw:
        for piece, plain in _pieces(_chunks(raw, file)):
            handler.expect(parser, plain=plain)
            try:
                parser.Parse(piece, not piece)
            except expat.ExpatError as error:
                raise _broken(error, file) from None
            yield from handler.full_batches()
    yield from handler.full_batches()
    if handler.has_rest():
        yield handler.take()


def _pieces(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Cut the bytes behind traces and say which pieces are plain; the last piece is empty.

    A piece is plain when nothing but events, traces and the log closes with a tag of its own, and
    an event is followed by an event or the end of its trace. Then no attribute is nested, and what
    an attribute belongs to follows from opening tags alone: the parser need not report the others,
    which saves their cost. Encodings in which ``</trace>`` is spelt otherwise are never plain.
    """
    rest, whole = b"", True
    for chunk in chunks:
        data = rest + chunk
        cut = data.rfind(TRACE_END) + len(TRACE_END)
        if cut < len(TRACE_END):
            rest = data
            if len(data) > LONGEST_TRACE:
                yield data, False
                rest, whole = b"", False
            continue
        piece, rest = data[:cut], data[cut:]
        yield piece, whole and UNUSUAL.search(piece) is None
        whole = True
    if rest:
        yield rest, False
    yield b"", False


def _chunks(raw: IO[bytes], file: str) -> Iterator[bytes]:
    """Give the uncompressed bytes of a plain or gzip file."""
    compressed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    if not compressed:
        while chunk := raw.read(CHUNK):
            yield chunk
        return
    given = 0
    with gzip.GzipFile(fileobj=raw) as stream:
        while True:
            try:
                chunk = stream.read(CHUNK)
            except EOFError:
                raise BadInput(
                    Text(
                        "压缩文件不完整，后半部分缺失；请重新上传或重新导出。",
                        "the gzip file is cut off before its end; export or copy it again",
                    ),
                    file=file,
                ) from None
            except (gzip.BadGzipFile, zlib.error) as error:
                raise BadInput(
                    Text(
                        "压缩文件已损坏，无法解压；请重新导出。",
                        f"the gzip file is damaged ({error}); export it again",
                    ),
                    file=file,
                ) from None
            if not chunk:
                return
            given += len(chunk)
            if given > RATIO_APPLIES_ABOVE and given > MAX_RATIO * max(raw.tell(), 1):
                raise BadInput(
                    Text(
                        f"压缩比超过 {MAX_RATIO} 倍，疑似压缩炸弹；请提供未压缩的文件。",
                        f"it unpacks to more than {MAX_RATIO} times its size, like a zip bomb;"
                        " give the file uncompressed",
                    ),
                    file=file,
                )
            yield chunk


def _broken(error: expat.ExpatError, file: str) -> BadInput:
    reason = expat.ErrorString(error.code)
    return BadInput(
        Text(
            f"XML 第 {error.lineno} 行第 {error.offset} 列不合规范（{reason}）；请重新导出。",
            f"the XML is not well-formed at line {error.lineno}, position {error.offset}"
            f" ({reason}); export the log again",
        ),
        file=file,
    )


@dataclass(slots=True)
class _Scope:
    """The columns collected for events or for traces since the last batch."""

    columns: Columns = field(default_factory=lambda: {tag: {} for tag in VALUE_TAGS})
    case: list[int] = field(default_factory=list)

    def clear(self) -> None:
        # Keys are forgotten too: a batch has just the columns that its rows use.
        for columns in self.columns.values():
            columns.clear()
        self.case.clear()


class _Handler:
    """Collects attribute values from expat's callbacks."""

    def __init__(self, *, file: str, keys: frozenset[str] | None) -> None:
        self.file = file
        self.keys = keys
        self.events = _Scope()
        self.traces = _Scope()
        self.events_given = 0
        self.full: list[XesBatch] = []
        self.callbacks: Callbacks

    def has_rest(self) -> bool:
        """True when traces were read that no full batch holds."""
        return bool(self.traces.case or self.events.case)

    def full_batches(self) -> Iterator[XesBatch]:
        """Give the batches that were completed since the last call."""
        full, self.full = self.full, []
        yield from full

    def parser(self) -> expat.XMLParserType:
        """Build the parser; its callbacks share a few local variables for speed."""
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        self.callbacks = self._callbacks()
        return parser

    def expect(self, parser: expat.XMLParserType, *, plain: bool) -> None:
        """Choose the callbacks for the next piece: see _pieces."""
        start, end, start_plain = self.callbacks
        parser.StartElementHandler = start_plain if plain else start
        parser.EndElementHandler = None if plain else end

    def _refuse_doctype(self, *_: object) -> None:
        raise BadInput(
            Text(
                "文件带有 DTD 或实体声明，可能被用来耗尽内存，已拒绝；请导出不含 DOCTYPE 的 XES。",
                "it declares a DTD or entities, which can be used to exhaust memory;"
                " export XES without a DOCTYPE",
            ),
            file=self.file,
        )

    def _callbacks(self) -> Callbacks:  # noqa: PLR0915 - one closure is what makes it fast
        """Make the functions that expat calls some ten million times on a real log.

        ``scope`` holds the columns of the open event or trace, and is empty where attributes do
        not count; ``depth`` is above 0 inside an attribute, so what opens there is nested.
        """
        keys, events, traces = self.keys, self.events, self.traces
        event_case, trace_case = events.case, traces.case
        nowhere: Columns = {}
        scope = nowhere
        in_event = False
        depth = 0
        row = -1
        number = -1  # of the current trace in the file

        def start(tag: str, attributes: list[str]) -> None:
            nonlocal depth
            if depth:
                depth += 1
            elif tag in scope:
                start_plain(tag, attributes)
                depth = 1
            elif tag in STRUCTURE:
                open_structure(tag)
            elif scope:  # a list or container: what it holds is nested
                depth = 1

        def start_plain(tag: str, attributes: list[str]) -> None:
            try:
                columns = scope[tag]
            except KeyError:
                open_structure(tag)
                return
            if attributes[0] == "key" and len(attributes) == 4:
                key = attributes[1]
                value = attributes[3]
            else:
                pairs = dict(zip(attributes[::2], attributes[1::2], strict=True))
                key = pairs.get("key", "")
                value = pairs.get("value", "")
            try:
                column = columns[key]
            except KeyError:
                if keys is not None and in_event and key not in keys:
                    return
                columns[key] = column = []
            length = len(column)
            if length == row:
                column.append(value)
            elif length < row:
                column.extend([None] * (row - length))
                column.append(value)
            else:  # the same key twice: the last one counts
                column[row] = value

        def open_structure(tag: str) -> None:
            nonlocal scope, in_event, row, number
            if tag == "event":
                scope = events.columns
                in_event = True
                row = len(event_case)
                event_case.append(number)
            elif tag == "trace":
                if len(event_case) >= BATCH_EVENTS:  # cut where no trace is open
                    self.full.append(self.take())
                number += 1
                scope = traces.columns
                in_event = False
                row = len(trace_case)
                trace_case.append(number)

        def end(tag: str) -> None:
            nonlocal scope, in_event, depth, row
            if depth:
                depth -= 1
            elif tag == "event":
                scope = traces.columns
                in_event = False
                row = len(trace_case) - 1
            elif tag == "trace":
                scope = nowhere

        return start, end, start_plain

    def take(self) -> XesBatch:
        """Turn what was collected into Arrow and start anew."""
        events = self._batch(self.events, self.events_given)
        cases = self._batch(self.traces, 0)
        self.events_given += len(self.events.case)
        self.events.clear()
        self.traces.clear()
        return XesBatch(events=events, cases=cases)

    def _batch(self, scope: _Scope, first_row: int) -> pa.RecordBatch:
        length = len(scope.case)
        arrays: dict[str, Any] = {"__case": pa.array(scope.case, pa.int64())}
        for tag, columns in scope.columns.items():
            for key, values in columns.items():
                values.extend([None] * (length - len(values)))
                array = self._typed(tag, key, values, first_row)
                known = arrays.get(key)
                # One key with two types in one log: both are given as text.
                arrays[key] = array if known is None else _merge(known, array)
        return pa.RecordBatch.from_pydict(arrays)

    def _typed(self, tag: str, key: str, values: list[str | None], first_row: int) -> pa.Array:
        array = pa.array(values, pa.string())
        try:
            if tag == "boolean":
                return _booleans(array)
            wanted = ARROW_TYPE.get(tag)
            if wanted is None:
                return array
            if tag == "date":
                return parse_dates(array)
            return pc.cast(array, wanted)
        except pa.ArrowInvalid:
            raise self._unreadable(tag, key, values, first_row) from None

    def _unreadable(self, tag: str, key: str, values: list[str | None], first_row: int) -> BadInput:
        for offset, value in enumerate(values):
            one = pa.array([value], pa.string())
            try:
                if tag == "boolean":
                    _booleans(one)
                elif tag == "date":
                    parse_dates(one)
                else:
                    pc.cast(one, ARROW_TYPE[tag])
            except pa.ArrowInvalid:
                row, shown = first_row + offset + 1, (value or "")[:60]
                break
        else:
            row, shown = first_row + 1, ""
        return BadInput(
            Text(
                f"“{shown}”不是合法的 {tag} 值；时间须为 ISO 8601 并且要么都带时区、要么都不带。",
                f"“{shown}” is no valid {tag}; times are ISO 8601, all with a zone or all without",
            ),
            file=self.file,
            row=row,
            column=key,
        )


def _merge(left: pa.Array, right: pa.Array) -> pa.Array:
    return pc.coalesce(pc.cast(left, pa.string()), pc.cast(right, pa.string()))


def _booleans(array: pa.Array) -> pa.Array:
    # XML Schema knows true, false, 1 and 0; Python-made logs write True and False.
    return pc.cast(pc.utf8_lower(array), pa.bool_())


def parse_dates(array: pa.Array) -> pa.Array:
    """Parse ISO 8601 times to UTC; times without a zone are taken as UTC (the XES default).

    Raises:
        pyarrow.ArrowInvalid: a value is no time, or only some of the values have a zone.
    """
    try:
        return pc.cast(array, ARROW_TYPE["date"])
    except pa.ArrowInvalid:
        naive = pc.cast(array, pa.timestamp("us"))
        return pc.assume_timezone(naive, "UTC")
