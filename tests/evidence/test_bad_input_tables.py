"""What people hand in by mistake: each gets one sentence that says what to do."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from shixiao.evidence.mapping import ColumnMapping
from shixiao.evidence.opening import open_evidence
from shixiao.terms import BadInput

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def docx(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")


def empty_zip(path: Path) -> None:
    zipfile.ZipFile(path, "w").close()


MISTAKES = [
    ("events.xls", OLE + b"\0" * 600, "save it without a password as .xlsx"),
    ("locked.xlsx", OLE + b"\0" * 600, "password"),
    ("events.xls", b"\n <html><body><table><tr><td>1</td></tr></table></html>", "web page"),
    ("events.csv", "\ufeff<!DOCTYPE html><p>请登录</p>".encode(), "web page"),
    ("events.xls", "<table border=1>".encode("utf-16"), "web page"),
    ("events.xlsx", b"PK\x03\x04 cut off", "truncated"),
    ("report.docx", docx, "not known"),
    ("report.pdf", b"%PDF-1.7\n", "not known"),
    ("picture.png", b"\x89PNG\r\n\x1a\n\0\0", "not known"),
    ("config.xml", b"<?xml version='1.0'?><settings/>", "not known"),
    ("script.py", b"import os\n", "not known"),
    ("log.csv", b"", "empty"),
    ("log.csv.gz", gzip.compress(b"", mtime=0), "empty"),
    ("log.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:20], "truncated"),
    ("log.csv", b"\0\0\0\0", "NUL"),
    ("log.csv", b"case_id,activity,ts\n", "no row"),
    ("log.csv", b"case_id;activity\n1;a\n", "--time"),
    ("log.parquet", b"PAR1 cut off", "truncated"),
    ("log.sqlite", b"SQLite format 3\0" + b"\0" * 200, "OCEL"),
    ("log.json", b'{"rows": []}', "OCEL"),
    ("log.xes", b"<?xml version='1.0'?><log><trace>", "XML"),
    ("package.zip", empty_zip, "neither"),
]


@pytest.mark.parametrize(("name", "content", "words"), MISTAKES)
def test_a_mistake_gets_one_sentence_in_both_languages(tmp_path, name, content, words):
    path = tmp_path / name
    if callable(content):
        content(path)
    else:
        path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        consume(path, tmp_path)
    assert words in str(caught.value)
    assert str(caught.value).startswith(name)
    assert str(tmp_path) not in str(caught.value)
    assert any("\u4e00" <= character <= "\u9fff" for character in caught.value.text.zh)
    assert "\n" not in str(caught.value)


def consume(path: Path, tmp_path: Path) -> None:
    """Open and read to the end, as an evaluation would."""
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    for table in open_evidence([path], mapping=ColumnMapping(), work=work).tables:
        for _ in table.batches or ():
            pass


@pytest.mark.parametrize("kind", ["missing", "empty folder", "folder without tables"])
def test_a_place_without_evidence_is_refused(tmp_path, kind):
    path = tmp_path / "here"
    if kind != "missing":
        path.mkdir()
    if kind == "folder without tables":
        (path / "notes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="here"):
        consume(path, tmp_path)


def test_no_path_at_all_is_refused(tmp_path):
    with pytest.raises(BadInput, match="No file"):
        open_evidence([], mapping=ColumnMapping(), work=tmp_path)
