"""Parquet as a source: its rows are put once into an indexed table, by which requests are served.

DuckDB takes 0.4 ms for a look-up by index, SQLite 0.01 ms (docs/adr/0038), so no request meets
Parquet itself. The table is kept by the file's content: the same file is never read twice.
"""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from shixiao.seals import sha256_of_file
from shixiao.terms import BadInput, Text

BATCH = 50_000
_NOT = Text("不是可用的 Parquet 文件：{why}。", "this is no Parquet file that can be used: {why}")


def as_table(path: Path, key: str, folder: Path) -> Path:
    """Return an SQLite file whose table ``data`` holds the rows, indexed by the key.

    Raises:
        BadInput: it is no Parquet file, is damaged, or has no such column; or the disk is full.
    """
    try:
        made = folder / f"{sha256_of_file(path)[:32]}.sqlite3"
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise BadInput(_NOT.format(why=str(error)[:100]), file=path.name) from None
    names = file.schema_arrow.names
    if key not in names:
        raise BadInput(_NOT.format(why=key), file=path.name)
    if not made.exists():
        folder.mkdir(parents=True, exist_ok=True)
        beside = made.with_name(f".{made.name}.{secrets.token_hex(8)}")
        try:
            _fill(beside, file, names, key)
            beside.replace(made)
        except (OSError, sqlite3.Error, pa.ArrowException) as error:
            raise BadInput(_NOT.format(why=str(error)[:100]), file=path.name) from None
        finally:
            beside.unlink(missing_ok=True)
    return made


def _fill(path: Path, file: pq.ParquetFile, names: list[str], key: str) -> None:
    columns = ", ".join(
        '"' + name.replace('"', '""') + '" ' + ("INTEGER" if _whole(kind) else "TEXT")
        for name, kind in zip(names, file.schema_arrow.types, strict=True)
    )
    quoted = '"' + key.replace('"', '""') + '"'
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(f"CREATE TABLE data ({columns})")
        mark = f"INSERT INTO data VALUES ({', '.join('?' * len(names))})"
        for batch in file.iter_batches(batch_size=BATCH):
            plain = [_plain(column) for column in batch.columns]
            base.executemany(mark, zip(*plain, strict=True))
        base.execute(f"CREATE INDEX by_key ON data ({quoted})")


def _whole(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind))


def _plain(column: pa.Array) -> list[object]:
    """Return values as SQLite takes them: whole numbers stay, all else becomes text."""
    return list((column if _whole(column.type) else column.cast(pa.string())).to_pylist())
