"""What phones sent back: filled-in forms become checked answers, or are refused with their place.

Taken are one XML instance, a zip of several (with their photos, which are not opened), and the CSV
that ODK Central exports, zipped or not. Everything is read before anything is handed on: one faulty
form refuses the import, so that nobody counts half of it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TypeVar
from zipfile import ZipFile, ZipInfo

from shixiao.effect.fieldtests.answers import Answer, check_answers
from shixiao.effect.fieldtests.kinds import Audience, Kind, Mode
from shixiao.effect.fieldtests.odk.central import LARGEST as CSV
from shixiao.effect.fieldtests.odk.central import read_central
from shixiao.effect.fieldtests.odk.instances import LARGEST as INSTANCE
from shixiao.effect.fieldtests.odk.instances import read_instance
from shixiao.effect.fieldtests.odk.names import (
    AT,
    AUDIENCE,
    CODE,
    END,
    EVALUATOR,
    FORM,
    ITEM,
    MODE,
    NO,
    PHOTO,
    PROTOCOL,
    SHA256,
    START,
    VERSION,
    YES,
)
from shixiao.effect.fieldtests.odk.record import Record
from shixiao.effect.fieldtests.protocol import Protocol, Question, Value
from shixiao.evidence.readers.archive import DAMAGED, check_sizes
from shixiao.terms import BadInput, Text

Choice = TypeVar("Choice", Mode, Audience)
LARGEST = 1 << 30  # bytes of a file, and of what a zip unpacks to
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_LARGE = Text("文件超过 1 GiB；请分批导出。", "it is larger than 1 GiB; export it in parts")
_GONE = Text("没有这个文件，请核对路径。", "there is no such file; check the path")
_NO_ZIP = Text(
    "压缩包已损坏或格式不受支持；请重新导出。",
    "the archive is damaged or of an unsupported kind; export it again",
)
_NOTHING = Text(
    "里面没有填好的表单（.xml 或 .csv）；请用 ODK 的导出文件。",
    "there is no filled-in form in it (.xml or .csv); take what ODK exports",
)


@dataclass(frozen=True, slots=True)
class Submission:
    """One filled-in form, checked.

    Attributes:
        instance_id: identifier of the filled-in form.
        form_id: id of the form.
        form_version: version of the form; "" where it is not told.
        mode: how the service was tried.
        audience: for whom.
        item: opaque code of what was tried.
        evaluator: opaque code of who tried it.
        started: when the form was opened, by the clock of the phone.
        finished: when it was last saved.
        answers: in the order in which they were given.
        photos: question → name of the photo's file.
        file: where it came from.
        row: row of the CSV; None for a file of its own.
    """

    instance_id: str
    form_id: str
    form_version: str
    mode: Mode
    audience: Audience
    item: str
    evaluator: str
    started: datetime
    finished: datetime
    answers: tuple[Answer, ...]
    photos: Mapping[str, str] = field(hash=False)
    file: str = field(compare=False)
    row: int | None = field(default=None, compare=False)


def read_submissions(
    source: bytes | Path, protocol: Protocol, *, now: datetime, name: str = "submissions"
) -> list[Submission]:
    """Return the filled-in forms of a file, each once, in the order of their beginning.

    Args:
        source: an XML instance, a CSV of ODK Central, or a zip of them.
        protocol: the protocol of the form.
        now: what the clock says.
        name: what messages call the bytes; a path is called by its own name.

    Raises:
        BadInput: the file cannot be read, or a form is faulty, of another protocol or version, or
            stands there twice with different answers. The message says where.
    """
    if isinstance(source, Path):
        data, name = _read(source), source.name
    else:
        data = source
    found: dict[str, Submission] = {}
    for record in _records(data, name):
        submission = _submission(record, protocol, now)
        before = found.setdefault(record.instance_id, submission)
        if before != submission:
            raise record.bad(
                Text(
                    f"同一份表单（{record.instance_id[:60]}）出现两次而内容不同；请删去过时的一份。",
                    f"the form {record.instance_id[:60]} stands there twice with different answers;"
                    " take out the older one",
                )
            )
    return sorted(found.values(), key=lambda one: (one.started, one.instance_id))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise BadInput(_GONE, file=path.name) from None
    if len(data) > LARGEST:
        raise BadInput(_LARGE, file=path.name)
    return data


def _records(data: bytes, name: str) -> Iterator[Record]:
    if data.startswith(b"PK"):
        yield from _zipped(data, name)
    elif data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        yield read_instance(data, name)
    else:
        yield from read_central(data, name)


def _zipped(data: bytes, name: str) -> Iterator[Record]:
    """Read the forms of a zip; photos and the audit log of the form are left as they are."""
    count = 0
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            check_sizes(entries, file=name, largest=LARGEST)
            for entry in sorted(entries, key=lambda entry: entry.filename):
                path = PurePosixPath(entry.filename)
                place, kind = f"{name}/{path}", path.suffix.lower()
                if entry.is_dir() or "__MACOSX" in path.parts:
                    continue
                if kind == ".xml":
                    count += 1
                    yield read_instance(_unpacked(archive, entry, INSTANCE), place)
                elif kind == ".csv" and not path.stem.endswith(" - audit"):
                    count += 1
                    yield from read_central(_unpacked(archive, entry, CSV), place)
    except DAMAGED:
        raise BadInput(_NO_ZIP, file=name) from None
    if not count:
        raise BadInput(_NOTHING, file=name)


def _unpacked(archive: ZipFile, entry: ZipInfo, largest: int) -> bytes:
    """Return an entry, of which no more is unpacked than shows that it is too large."""
    with archive.open(entry) as file:
        return file.read(largest + 1)


def _submission(record: Record, protocol: Protocol, now: datetime) -> Submission:
    _check_protocol(record, protocol)
    mode = _one(record, MODE, Mode)
    audience = _one(record, AUDIENCE, Audience)
    started, finished = _time(record, START), _time(record, END)
    answers = []
    for question in protocol.all_questions.values():
        text = record.fields.get(question.id)
        if text is not None:
            value = _value(record, question, text)
            answers.append(Answer(question.id, value, _time(record, question.id + AT)))
    # Forms hold answers in the order of the questions; evaluators go back and forth.
    answers.sort(key=lambda answer: answer.at)
    try:
        check_answers(
            protocol, mode, audience, answers, started=started, finished=finished, now=now
        )
    except BadInput as error:
        raise record.bad(error.text) from None
    return Submission(
        instance_id=record.instance_id,
        form_id=record.fields.get(FORM, ""),
        form_version=record.form_version,
        mode=mode,
        audience=audience,
        item=_code(record, ITEM),
        evaluator=_code(record, EVALUATOR),
        started=started,
        finished=finished,
        answers=tuple(answers),
        photos={
            key: record.fields[key + PHOTO]
            for key, question in protocol.all_questions.items()
            if question.photo and key + PHOTO in record.fields
        },
        file=record.file,
        row=record.row,
    )


def _check_protocol(record: Record, protocol: Protocol) -> None:
    """A form of another version asked something else, or scores it otherwise."""
    found = tuple(record.fields.get(name, "") for name in (PROTOCOL, VERSION, SHA256))
    if found == (protocol.id, protocol.version, protocol.sha256):
        return
    theirs = " ".join(part[:40] for part in found[:2]) or "?"
    ours = f"{protocol.id} {protocol.version}"
    if found[:2] == (protocol.id, protocol.version):
        raise record.bad(
            Text(
                f"表单由内容不同的 {ours} 导出，问题或计分不一样；请用导出该表单的那份测试方案。",
                f"the form was made from another text of {ours}, with other questions or scores;"
                " take the protocol from which it was made",
            )
        )
    raise record.bad(
        Text(
            f"表单用的是测试方案 {theirs}，这里是 {ours}；请换用对应的方案。",
            f"the form is of the protocol {theirs} and this is {ours}; take the one that fits",
        )
    )


def _one(record: Record, name: str, kinds: type[Choice]) -> Choice:
    try:
        return kinds(record.fields.get(name, ""))
    except ValueError:
        raise record.bad(
            Text("缺少或不认识；请重新导出。", "it is missing or unknown; export it again"), name
        ) from None


def _code(record: Record, name: str) -> str:
    found = record.fields.get(name, "")
    if not CODE.fullmatch(found):
        raise record.bad(
            Text(
                "应为代码：字母、数字、点、横线、下划线，不超过 64 个字符。",
                "this should be a code: letters, digits, dots, dashes and underscores, at most 64",
            ),
            name,
        )
    return found


def _time(record: Record, name: str) -> datetime:
    text = record.fields.get(name, "")
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None and found.replace(tzinfo=UTC) >= EARLIEST:
            return found
    except ValueError:
        pass  # the right form for a time that does not exist, said below like any other
    if not text and name.endswith(AT):
        raise record.bad(
            Text(
                "这个回答没有时间；请用支持 trigger 的客户端（Collect 1.24 以上）填写。",
                "this answer has no time; fill the form in with a client that knows triggers"
                " (Collect 1.24 or later)",
            ),
            name,
        )
    raise record.bad(
        Text(
            f"“{text[:40]}”不是带时区的时间；应如 2026-11-20T09:30:00.000+08:00。",
            f"“{text[:40]}” is no time with a zone; it should be like"
            " 2026-11-20T09:30:00.000+08:00",
        ),
        name,
    )


def _value(record: Record, question: Question, text: str) -> Value:
    if question.kind is Kind.TEXT:
        return text
    if question.kind is Kind.YES_NO and text in (YES, NO):
        return text == YES
    if question.kind is not Kind.YES_NO and _WHOLE.fullmatch(text):
        return int(text)
    yes_no = question.kind is Kind.YES_NO
    raise record.bad(
        Text(
            f"“{text[:40]}”应为" + (f" {YES} 或 {NO}。" if yes_no else "整数。"),
            f"“{text[:40]}” should be " + (f"{YES} or {NO}" if yes_no else "a whole number"),
        ),
        question.id,
    )
