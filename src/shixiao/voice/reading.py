"""Reading: messages of people from CSV (UTF-8, GB18030), XLSX, Parquet or JSON lines.

Whatever people write is kept as it is: long texts, links, marks of HTML, emoji and rare characters
(GB 18030 level 4) pass. What is refused is a file that is no list of messages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa

from shixiao.datafiles import load_yaml
from shixiao.evidence.mapping import normal
from shixiao.evidence.readers import read_tabular
from shixiao.evidence.readers.tabular import checked_header, no_rows
from shixiao.terms import BadInput, Text

MOST = 500_000  # messages of one file
LONGEST = 200_000  # characters of one message
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
JSON_LINE = 4 << 20  # bytes of one line
HEADER = 30  # a header of more characters is a message in a file that has no header
_TIME = re.compile(
    r"\s*(\d{4})\s*[-/年.]\s*(\d{1,2})\s*[-/月.]\s*(\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2})\s*[:时]\s*(\d{1,2})(?:\s*[:分]\s*(\d{1,2}))?)?"
)
_EPOCH = re.compile(r"\d{10}(\d{3})?")
_HALF = re.compile(r"[\ud800-\udfff]")  # JSON can hold half a sign, which no encoding can say


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns as the user names them; None means: recognise it by its header."""

    text: str | None = None
    title: str | None = None
    likes: str | None = None
    time: str | None = None
    place: str | None = None
    id: str | None = None
    person: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        id: its number in the source, else its row counted from 1 (with a star where another
            message has that number).
        title: its subject, may be empty.
        text: what was written, may be empty.
        likes: reactions in favour; None where the source has none.
        dislikes: reactions against.
        time: when it was written, without zone; None where it is not known.
        place: where, in the words of the source.
        person: who, as a key of the source.
        label: its class or department, for messages that were sorted by people.
        service: the service it is about.
        reply: the answer it got.
        replied: when it was answered.
        row: of its file, counted from 1 below a header; 0 where it comes from none.
    """

    id: str
    text: str
    title: str = ""
    likes: int | None = None
    dislikes: int | None = None
    time: datetime | None = None
    place: str = ""
    person: str = ""
    label: str = ""
    service: str = ""
    reply: str = ""
    replied: datetime | None = None
    row: int = field(default=0, compare=False)

    @property
    def whole(self) -> str:
        """Title and text together."""
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages in the order of their file, and what was noticed while reading them."""

    file: str
    rows: tuple[Message, ...]
    columns: Mapping[str, str]
    notes: tuple[Text, ...] = ()


@cache
def headers(table: str) -> dict[str, list[str]]:
    """Return the headers by which columns are recognised (data/columns.yaml)."""
    text = files("shixiao.voice").joinpath("data/columns.yaml").read_text("utf-8")
    found: dict[str, list[str]] = load_yaml(text)[table]
    return found


def read_messages(path: Path, columns: Columns | None = None, *, label: bool = False) -> Messages:
    """Read messages.

    Args:
        path: CSV, XLSX, Parquet or JSON lines.
        columns: columns that the user named.
        label: whether a column of labels is needed.

    Raises:
        BadInput: the file is no table, a column is not there, an id stands for two texts, a value
            of a named column cannot be read, or the file is too large.
    """
    named = columns or Columns()
    names, lines, headless = _table(path)
    given = {key: value for key in Columns.__slots__ if (value := getattr(named, key))}
    chosen = chosen_columns(names, given, "messages", file=path.name)
    if "text" not in chosen and not given and headless and len(names) == 2:
        return _headless(path, names, lines)
    for need in ("text", *(["label"] if label else [])):
        if need not in chosen and not (need == "text" and "title" in chosen):
            raise missing(need, "messages", names, file=path.name)
    return _gathered(path.name, lines, chosen, frozenset(given))


def column_names(path: Path) -> tuple[str, ...]:
    """Return the headers of a file of messages."""
    return _table(path)[0]


def chosen_columns(
    names: Sequence[str], given: Mapping[str, str], table: str, *, file: str
) -> dict[str, str]:
    """Return meaning → column: what was named, and what is recognised by its header.

    Raises:
        BadInput: a named column is not in the file.
    """
    known = {normal(name): name for name in names}
    found = {}
    for meaning, name in given.items():
        if normal(name) not in known:
            there = "、".join(names[:20])
            raise BadInput(
                Text(
                    f"没有这一列；文件中有：{there}。",
                    f"there is no such column; the file has: {', '.join(names[:20])}",
                ),
                file=file,
                column=name,
            )
        found[meaning] = known[normal(name)]
    taken = set(found.values())
    for meaning, words in headers(table).items():
        fit = (known[normal(word)] for word in words if normal(word) in known)
        column = next((name for name in fit if name not in taken), None)
        if meaning not in found and column is not None:
            found[meaning] = column
            taken.add(column)
    return found


def missing(meaning: str, table: str, names: Sequence[str], *, file: str) -> BadInput:
    """Say which column could not be recognised, and how to name it."""
    words = headers(table)[meaning][:4]
    return BadInput(
        Text(
            f"认不出“{meaning}”列（如 {'、'.join(words)}）；请用 --{meaning} 指明，文件中有："
            f"{'、'.join(names[:20])}。",
            f"no column of “{meaning}” is recognised (such as {', '.join(words)}); name it with "
            f"--{meaning}, the file has: {', '.join(names[:20])}",
        ),
        file=file,
    )


def _table(path: Path) -> tuple[tuple[str, ...], Iterator[dict[str, Any]], bool]:
    """Return headers, rows as mappings, and whether the header looks like a message itself."""
    if path.suffix.lower() in JSON_SUFFIXES and path.is_file():
        lines = list(_json_lines(path))
        if not lines:
            raise no_rows(path.name)
        keys = list(dict.fromkeys(key for line in lines for key in line))
        names = checked_header(keys, path.name)
        called = dict(zip(keys, names, strict=True))
        return names, ({called[k]: v for k, v in line.items()} for line in lines), False
    tabular = read_tabular(path, file=path.name, table="messages", twins=True)
    headless = any(len(name) > HEADER for name in tabular.columns)
    rows = (line for batch in tabular.scan() for line in _as_text(batch).to_pylist())
    return tabular.columns, rows, headless


def _as_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    def text(column: pa.Array) -> pa.Array:
        plain = not pa.types.is_nested(column.type) and not pa.types.is_binary(column.type)
        return column.cast(pa.string()) if plain else pa.nulls(len(column), pa.string())

    return pa.RecordBatch.from_arrays([text(c) for c in batch.columns], batch.schema.names)


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as stream:
        for number, line in enumerate(iter(lambda: stream.readline(JSON_LINE + 1), b""), 1):
            if number > MOST or len(line) > JSON_LINE:
                raise _too_many(path.name, number)
            if not line.strip():
                continue
            try:
                value = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError):
                value = None
            if not isinstance(value, dict):
                raise BadInput(
                    Text(
                        "这一行不是 JSON 对象；每行应为一条留言，UTF-8 编码。",
                        "this line is no JSON object; each line is one message, in UTF-8",
                    ),
                    file=path.name,
                    row=number,
                )
            yield value


def _headless(path: Path, names: Sequence[str], lines: Iterator[dict[str, Any]]) -> Messages:
    """Read two columns without a header: the longer one is the text, the other the label."""
    text = max(names, key=len)
    (label,) = (name for name in names if name != text)
    first = {text: text, label: label}
    note = Text(
        "文件没有表头：较长的一列作为内容，另一列作为类别。",
        "the file has no header: the longer column is taken as text, the other as label",
    )
    chosen = {"text": text, "label": label}
    found = _gathered(path.name, (row for part in ([first], lines) for row in part), chosen, set())
    return Messages(found.file, found.rows, {"text": "1", "label": "2"}, (note, *found.notes))


def _gathered(
    file: str,
    lines: Iterator[dict[str, Any]],
    chosen: Mapping[str, str],
    named: frozenset[str] | set[str],
) -> Messages:
    rows: list[Message] = []
    nameless: dict[int, int] = {}
    seen: dict[str, Message] = {}
    counts = {"unread": 0, "twice": 0, "empty": 0}
    for number, line in enumerate(lines, 1):
        if number > MOST:
            raise _too_many(file, number)
        cells = {meaning: _HALF.sub("\ufffd", str(line.get(c) if line.get(c) is not None else ""))
                 for meaning, c in chosen.items()}  # fmt: skip
        if not any(cells.values()):
            continue
        reader = _Cells(cells, chosen, named, file, number)
        message = reader.message()
        counts["unread"] += reader.unread
        counts["empty"] += not message.whole.strip()
        if not message.id:
            nameless[len(rows)] = number
            rows.append(message)
            continue
        known = seen.get(message.id)
        if known is not None:
            reader.check_same(known, message)
            counts["twice"] += 1
            continue
        seen[message.id] = message
        rows.append(message)
    if len(rows) == counts["empty"]:
        raise no_rows(file)
    for place, number in nameless.items():
        name = str(number)
        while name in seen:
            name += "*"
        rows[place] = seen[name] = replace(rows[place], id=name)
    return Messages(file, tuple(rows), dict(chosen), _notes(counts))


def _notes(counts: Mapping[str, int]) -> tuple[Text, ...]:
    said = {
        "unread": Text(
            "{n} 个时间或数字无法识别，按缺失处理。",
            "{n} times or numbers could not be read and count as missing.",
        ),
        "twice": Text(
            "{n} 行与前面的行编号、内容都相同，只计一次。",
            "{n} rows repeat the id and text of an earlier row and count once.",
        ),
        "empty": Text("{n} 条留言没有内容。", "{n} messages are empty."),
    }
    return tuple(said[key].format(n=n) for key, n in counts.items() if n)


class _Cells:
    """The cells of one row, read by meaning; ``unread`` counts those that say nothing readable."""

    def __init__(
        self,
        cells: Mapping[str, str],
        chosen: Mapping[str, str],
        named: frozenset[str] | set[str],
        file: str,
        row: int,
    ) -> None:
        self.cells, self.chosen, self.named = cells, chosen, named
        self.file, self.row = file, row
        self.unread = 0

    def message(self) -> Message:
        words = {
            key: self.cells.get(key, "").strip()
            for key in ("id", "text", "title", "place", "person", "label", "service", "reply")
        }
        for key in ("text", "title", "reply"):
            if len(words[key]) > LONGEST:
                raise self._bad(
                    key,
                    Text(
                        f"这一格超过 {LONGEST} 个字符；请检查引号，或截短。",
                        f"this cell has more than {LONGEST} characters; check the quotes or cut it",
                    ),
                )
        return Message(
            **words,
            likes=self._whole("likes"),
            dislikes=self._whole("dislikes"),
            time=self._time("time"),
            replied=self._time("reply_time"),
            row=self.row,
        )

    def check_same(self, known: Message, again: Message) -> None:
        """Refuse an id that stands for two texts."""
        if (known.title, known.text) != (again.title, again.text):
            raise self._bad(
                "id",
                Text(
                    f"编号“{again.id[:40]}”已属于另一条内容不同的留言；编号必须唯一。",
                    f"the id “{again.id[:40]}” already belongs to a message with another text; ids"
                    " must be unique",
                ),
            )

    def _whole(self, meaning: str) -> int | None:
        text = self.cells.get(meaning, "").strip().replace(",", "").removesuffix(".0")
        if not text:
            return None
        if text.isdecimal() and len(text) <= 12:
            return int(text)
        self._unread(meaning, text)
        return None

    def _time(self, meaning: str) -> datetime | None:
        text = self.cells.get(meaning, "").strip()
        if not text:
            return None
        found = parsed_time(text)
        if found is None:
            self._unread(meaning, text)
        return found

    def _unread(self, meaning: str, text: str) -> None:
        if meaning in self.named:
            raise self._bad(
                meaning,
                Text(f"无法识别“{text[:40]}”。", f"“{text[:40]}” cannot be read"),
            )
        self.unread += 1

    def _bad(self, meaning: str, text: Text) -> BadInput:
        return BadInput(text, file=self.file, row=self.row, column=self.chosen.get(meaning))


def parsed_time(text: str) -> datetime | None:
    """Return a time as people and systems write it, without zone; None where it is none."""
    if _EPOCH.fullmatch(text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    match = _TIME.match(text)
    if match is None:
        return None
    try:
        return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None


def _too_many(file: str, row: int) -> BadInput:
    return BadInput(
        Text(
            f"超过 {MOST} 条留言，或某一行过长；请分成几个文件。",
            f"more than {MOST} messages, or a line that is too long; split the file",
        ),
        file=file,
        row=row,
    )
