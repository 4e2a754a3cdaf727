"""What a file really is, by its first bytes; its suffix only decides between kinds of text."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from pathlib import Path

from shixiao.evidence.readers.decode import GZIP_ERRORS, broken_gzip, open_binary
from shixiao.terms import BadInput, Text

SAMPLE = 1 << 16
TEXT_SUFFIXES = ("", ".csv", ".tsv", ".tab", ".txt", ".dat", ".data")
HTML_MARKS = ("<html", "<!doctype html", "<table", "<body")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Kind(StrEnum):
    """Kinds of input that can be read."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    XES = "xes"
    OCEL_JSON = "ocel-json"
    OCEL_SQLITE = "ocel-sqlite"
    PACKAGE = "package"


TABULAR = (Kind.CSV, Kind.XLSX, Kind.PARQUET)


def sniff(path: Path, *, file: str) -> Kind:
    """Tell the kind of a file or folder.

    Raises:
        BadInput: it does not exist, is empty, or is of a kind that cannot be read; the message
            says what to save it as.
    """
    if path.is_dir():
        return Kind.PACKAGE
    if not path.is_file():
        raise BadInput(
            Text("没有这个文件或文件夹。", "There is no such file or folder."), file=file
        )
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
        with open_binary(path) as stream:
            sample = stream.read(SAMPLE)
    except GZIP_ERRORS:
        raise broken_gzip(file) from None
    except OSError:
        raise BadInput(
            Text("文件不可读；请检查权限。", "The file cannot be read; check its permissions."),
            file=file,
        ) from None
    if not sample:
        raise BadInput(Text("文件是空的。", "The file is empty."), file=file)
    if head.startswith(b"PAR1"):
        return Kind.PARQUET
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path, file)
    if sample.startswith(b"SQLite format 3\x00"):
        return Kind.OCEL_SQLITE
    if head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BadInput(
            Text(
                "这是旧式 .xls 或加密的 Office 文件；请去掉密码并另存为 .xlsx 或 CSV。",
                "This is an old .xls or a password-protected Office file; save it without a "
                "password as .xlsx or CSV.",
            ),
            file=file,
        )
    return _text_kind(sample, path, file)


def _zip_kind(path: Path, file: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise BadInput(
            Text(
                "压缩文件不完整或已损坏；请重新传输。",
                "The .zip or .xlsx file is truncated or damaged; transfer it again.",
            ),
            file=file,
        ) from None
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "[Content_Types].xml" in names:
        raise _unknown(file)
    return Kind.PACKAGE


def _text_kind(sample: bytes, path: Path, file: str) -> Kind:
    utf16 = sample.startswith(UTF16_MARKS)
    text = sample.decode("utf-16" if utf16 else "utf-8", errors="ignore")
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        lower = start.lower()
        if any(mark in lower for mark in HTML_MARKS):
            raise BadInput(
                Text(
                    "这是网页（HTML），只是取了表格文件的名字；请打开后另存为 .xlsx 或 CSV。",
                    "This is a web page (HTML) under the name of a table; open it and save it as "
                    ".xlsx or CSV.",
                ),
                file=file,
            )
        if "<log" in lower:
            return Kind.XES
        raise _unknown(file)
    suffixes = [s.lower() for s in path.suffixes if s.lower() != ".gz"]
    suffix = suffixes[-1] if suffixes else ""
    if start.startswith("{") and suffix not in TEXT_SUFFIXES[1:]:
        return Kind.OCEL_JSON
    if suffix in TEXT_SUFFIXES or file.lower().endswith((".csv", ".csv.gz")):
        return Kind.CSV
    raise _unknown(file)


def _unknown(file: str) -> BadInput:
    return BadInput(
        Text(
            "不认识的文件类型；请提供证据包、CSV、XLSX、Parquet、XES 或 OCEL 2.0。",
            "This kind of file is not known; give an evidence package, CSV, XLSX, Parquet, XES "
            "or OCEL 2.0.",
        ),
        file=file,
    )
