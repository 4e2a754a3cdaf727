"""Text files as UTF-8 bytes: the encoding is found on a sample and verified to the last byte."""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from shixiao.terms import BadInput, Text

CHUNK = 1 << 20
LARGEST_TEXT = 20 << 30  # bytes after decompression
LINE_KEPT = 1 << 16  # characters of an unfinished line, kept to name the column of a bad byte
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
GZIP_MAGIC = b"\x1f\x8b"
GZIP_ERRORS = (EOFError, gzip.BadGzipFile, zlib.error)


def open_binary(path: Path) -> BinaryIO:
    """Open a file, through gzip when its first bytes say so."""
    with path.open("rb") as probe:
        packed = probe.read(2) == GZIP_MAGIC
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def broken_gzip(file: str) -> BadInput:
    """Say that a gzip file is cut off or damaged."""
    return BadInput(
        Text(
            "压缩文件不完整或已损坏；请重新导出或重新传输。",
            "The gzip file is truncated or damaged; export it or transfer it again.",
        ),
        file=file,
    )


def find_encoding(path: Path, file: str) -> str:
    """Name the Python codec of a text file: UTF-8, UTF-16 with a byte order mark, or GB18030.

    The sample is the first megabyte that holds anything beyond ASCII, wherever it lies. When
    nothing fits, ``utf-8`` is returned and reading will name the first byte that does not.

    Raises:
        BadInput: the file is empty, or its compression is damaged.
    """
    with open_binary(path) as stream:
        try:
            block = stream.read(CHUNK)
            if not block:
                raise BadInput(Text("文件是空的。", "The file is empty."), file=file)
            for mark, encoding in BYTE_ORDER_MARKS.items():
                if block.startswith(mark):
                    return encoding
            while block and block.isascii():
                block = stream.read(CHUNK)
        except GZIP_ERRORS:
            raise broken_gzip(file) from None
    for encoding in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(block)
        except UnicodeDecodeError:
            continue
        return encoding
    return "utf-8"


class Utf8Stream:
    """A text file as a readable stream of UTF-8, for Arrow.

    It refuses bytes that are not of the encoding, NUL characters, damaged compression and
    endless output. What stands before a bad character is given first, so that the refusal can
    name its row and, once ``delimiter`` and ``header`` are set, its column.
    """

    def __init__(self, path: Path, *, file: str, encoding: str) -> None:
        self.file = file
        self.encoding = encoding
        self.delimiter = ","
        self.header: tuple[str, ...] = ()
        self.quotes = 0
        self.closed = False
        self._source = open_binary(path)
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._buffer = bytearray()
        self._started = False
        self._lines = 0
        self._line = ""
        self._taken = 0
        self._ended = False
        self._refused: Text | None = None

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, fewer only before the end or a refusal; all of it for -1.

        Raises:
            BadInput: everything before a bad character has been given.
        """
        while not self._ended and (size < 0 or len(self._buffer) < size):
            self._fill()
        if self._refused and not self._buffer:
            raise self._refusal(self._refused)
        size = len(self._buffer) if size < 0 else size
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def close(self) -> None:
        """Close the file underneath."""
        self.closed = True
        self._source.close()

    def _fill(self) -> None:
        try:
            raw = self._source.read(CHUNK)
        except GZIP_ERRORS:
            raise broken_gzip(self.file) from None
        self._ended = not raw
        self._taken += len(raw)
        if self._taken > LARGEST_TEXT:
            raise BadInput(
                Text("解压后超过 20 GiB；请按月份拆分。", "It is above 20 GiB unpacked; split it."),
                file=self.file,
            )
        text = self._decoded(raw)
        if self._ended and not self._refused and self._line:
            text += "\n"  # Arrow takes a header without a line end for half a row
        if text and not self._started:
            # Blank lines above the header would be taken for it.
            text = text.removeprefix("\ufeff").lstrip("\r\n")
            self._started = bool(text)
        self._buffer += text.encode()
        self.quotes += text.count('"')
        self._lines += text.count("\n")
        tail = text.rpartition("\n")[2]
        self._line = (tail if "\n" in text else self._line + tail)[-LINE_KEPT:]

    def _decoded(self, raw: bytes) -> str:
        """Decode what can be decoded; a bad character ends the stream there."""
        try:
            text = self._decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            shown = error.object[error.start : error.start + 4].hex(" ")
            self._ended = True
            self._refused = Text(
                f"字节 {shown} 不属于 {self.encoding} 编码；请另存为 UTF-8。",
                f"The bytes {shown} are not {self.encoding}; save the file as UTF-8.",
            )
            text = error.object[: error.start].decode(self.encoding)
        before, nul, _ = text.partition("\x00")
        if nul:
            self._ended = True
            self._refused = Text(
                "含有 NUL 字符，不是文本文件；请重新导出为 UTF-8 文本。",
                "It holds a NUL character and is no text file; export it as UTF-8 text.",
            )
        return before

    def _refusal(self, text: Text) -> BadInput:
        column = None
        try:
            cells = next(csv.reader([self._line], delimiter=self.delimiter), [""])
        except csv.Error:
            cells = []
        if self._lines and 0 < len(cells) <= len(self.header):
            column = self.header[len(cells) - 1]
        return BadInput(text, file=self.file, row=self._lines or None, column=column)
